"""The card of a model that a user trained: what it learned from, and how well it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

_CARD: Final = """# Model card: {name}

Trained on {sources}.

## Figures
From cross-validation, in which no paragraph is scored by a classifier that learned from its group.

| head | label | annotated | recall | precision |
|---|---|--:|--:|--:|
{labels}

{figures}

## Check before you rely on them
{cautions}

## Limits
- A label says what a paragraph conveys, not what its author believes.
- The figures hold for paragraphs like those it learned from. Measure it on others with \
`stance evaluate`; for shares that can be printed, draw and annotate with `stance draw`.
- {memory}
"""
_REMEMBERS: Final = (
    "The model keeps the words that it learned, and a keyed digest of each paragraph: whoever has "
    "a paragraph can find out whether it was among them. Train with `private=True` (--private) "
    "before you pass it on, if that must not be."
)
_FORGETS: Final = (
    "The model keeps no digest of what it learned from: `stance evaluate` cannot tell whether it "
    "is measured on the same paragraphs."
)


def make_trained_card(facts: Mapping[str, Any]) -> str:
    """Return the card of a trained model, from its facts."""
    printed = facts["print"]["rows"] if "print" in facts else 0
    sources = [f"counts of {printed:,} paragraphs"] if printed else []
    sources += [f"{facts['rows']:,} annotated paragraphs"] if facts["rows"] else []
    cautions = facts["cautions"] or ["Nothing about the table itself calls for doubt."]
    return _CARD.format(
        name=facts["name"],
        sources=" and ".join(sources),
        labels="\n".join(_label_rows(facts)),
        figures="\n".join(_figures(facts)),
        cautions="\n".join(f"- {caution}" for caution in cautions),
        memory=_REMEMBERS if "learned_rows" in facts else _FORGETS,
    )


def _label_rows(facts: Mapping[str, Any]) -> Iterator[str]:
    for head, measured in facts["cross_validation"].items():
        confusion = measured["confusion"]
        for number, label in enumerate(facts["labels"][head]):
            annotated, right = sum(confusion[number]), confusion[number][number]
            predicted = sum(row[number] for row in confusion)
            recall, precision = right / max(annotated, 1), right / max(predicted, 1)
            yield f"| {head} | {label} | {annotated:,} | {recall:.2f} | {precision:.2f} |"


def _figures(facts: Mapping[str, Any]) -> Iterator[str]:
    for head, measured in facts["cross_validation"].items():
        low, high = measured["macro_f1_interval"]
        yield (
            f"- {head}: macro-F1 {measured['macro_f1']:.3f} ({low:.3f} to {high:.3f}), "
            f"calibration error {measured['calibration_error']:.3f}"
        )
