"""The card of an adapted model: what it was made from, and what adapting it changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from stance.training.recalibration import FIGURES

_CARD: Final = """# Model card: {name}

Made from the model `{base}` by refitting its probabilities on {rows:,} annotated paragraphs of \
other print: one temperature, one offset
per label, and the limits behind `uncertain`. Which words speak for which label is as in \
`{base}` (digest `{digest}`); what that was
trained on, and what it must not be used for, its own card says.

## Before and after
Measured by tenfold cross-fitting: no paragraph was scored by a refit that had seen its article. \
A label that a paragraph of this kind is
given is not the same as before: offsets change which label is the most probable.

| head | paragraphs | articles | figure | before | after |
|---|--:|--:|---|--:|--:|
{figures}

{verdicts}

## What was refitted
| head | temperature, times that of `{base}` | offsets of the logits |
|---|--:|---|
{refits}

{left_out}

## Limits
The figures hold for print like the annotated paragraphs. On other print the refit may do harm: \
`{base}` is the model for that. The model
keeps no text of the annotated paragraphs, but a keyed digest of each: whoever has a paragraph can \
find out whether it was among them.
"""


def make_adapted_card(facts: Mapping[str, Any]) -> str:
    """Return the card of an adapted model, from its facts."""
    adapted = facts["adapted"]
    counts = (f"{count:,} {why}" for why, count in adapted["left_out"].items())
    return _CARD.format(
        name=facts["name"],
        base=adapted["base"]["name"],
        digest=adapted["base"]["digest"][:12],
        rows=adapted["rows"],
        figures="\n".join(_figure_rows(adapted["heads"])),
        verdicts="\n".join(_verdicts(adapted["heads"])),
        refits="\n".join(_refit_rows(adapted["heads"])),
        left_out=f"Left out of the annotated paragraphs: {', '.join(counts)}.",
    )


def _figure_rows(heads: Mapping[str, Any]) -> Iterator[str]:
    for head, each in heads.items():
        for key, words in FIGURES.items():
            yield (
                f"| {head} | {each['rows']:,} | {each['articles']:,} | {words} "
                f"| {each['before'][key]:.3f} | {each['after'][key]:.3f} |"
            )


def _verdicts(heads: Mapping[str, Any]) -> Iterator[str]:
    for head, each in heads.items():
        low, high = each["gain_interval"]
        verdict = "adapted" if each["adapted"] else "not adapted, as that is no more than chance"
        yield (
            f"- {head}: log loss falls by {each['gain']:.3f} (95% interval {low:.3f} to "
            f"{high:.3f}); {verdict}."
        )


def _refit_rows(heads: Mapping[str, Any]) -> Iterator[str]:
    for head, each in heads.items():
        if each["adapted"]:
            offsets = ", ".join(f"{label} {value:+.2f}" for label, value in each["offsets"].items())
            yield f"| {head} | {1 / each['scale']:.2f} | {offsets} |"
