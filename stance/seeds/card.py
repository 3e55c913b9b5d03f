"""The model card: what the shipped model is, how well it does, and what may be said from it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from stance.scoring.files import write_sums
from stance.training.evaluation import Evaluation, evaluate

if TYPE_CHECKING:
    import pandas as pd

    from stance.model import Model

_HUB: Final = """---
language: en
license: other
license_name: bsd-3-clause-and-cc-by-4.0
license_link: LICENSE
pipeline_tag: text-classification
library_name: stance-tone
tags:
- stance-detection
- sentiment-analysis
- news
- tf-idf
metrics:
- f1
---
# {name}

Labels each paragraph of an English news text with its stance toward a ceasefire and its tone. It \
is read by the Python package
`stance-tone`, offline: no code in this folder is run.

```python
import stance

model = stance.load("path/of/this/folder")
print(model.label("They urged both sides to stop the fighting."))
```

What it was trained on, how well it does, and what may not be said from it: [the model \
card](MODEL_CARD.md). `SHA256SUMS` lists the
digest of every file; `stance.load` checks them, and the folder may be uploaded as it is.
"""
_CARD: Final = """# Model card: {name}

Labels each paragraph of an English news text with its **stance** toward a ceasefire and its \
**tone**. Two linear classifiers over
TF-IDF features, each calibrated by one temperature. What each label means: `seeds/GUIDELINES.md`.

## Trained on
- {print_rows:,} published paragraphs, as **counts of frequent words and pairs, without their \
text** (`seeds/print`; what it is, who
read it and what can be guessed from it: `seeds/DATASHEET.md`);
- {rows:,} composed paragraphs and short texts by {voices} voices (`seeds/paragraphs.csv`, splits \
train and validation). None is a
quotation from a real outlet.

Names of nations, peoples, parties, armed groups and leaders are masked before any feature is \
made, in training and in use.

## How well it does
| head | measured on | paragraphs | macro-F1 (95% interval) | calibration error |
|---|---|--:|--:|--:|
{figures}

*Print* is measured on outlets that the fit did not see, from counts; each fold holds out a fifth \
of the outlets. *Opposed* was searched
for when the print was collected, so that its share ({opposed:.0%}) is far above that of any \
outlet: probabilities assume these shares.
Cross-validation and the test split of the composed paragraphs keep each voice whole.

| head | label | precision | recall | F1 | paragraphs (print, held-out outlets) |
|---|---|--:|--:|--:|--:|
{print_classes}

| head | label | precision | recall | F1 | paragraphs (composed, test split) |
|---|---|--:|--:|--:|--:|
{classes}

## What it gets right, by capability
Cases written by readers who had not run the model: a paragraph with the labels they expect, or \
two paragraphs that must get the same.
Known failures are kept (`tests/cases/behaviour-*.json`).

| capability | right | cases |
|---|--:|--:|
{behaviour}

## What may be said from it, and what not
Say: "Of the paragraphs that the tool could label, x% *convey* opposition to a ceasefire (n \
paragraphs, y% of them uncertain; on
held-out paragraphs the tool finds opposition with precision p and recall r)." Do not say that an \
outlet, author or speaker *holds* a
position because paragraphs convey one: reporting a rejection makes nobody opposed. Do not act on \
a single label; look at the paragraph.

## Limits
English only. One paragraph at a time, without headline or neighbours. Irony, long-range \
reference and positions that need knowledge of
events are missed. Written for armed conflicts; a figurative truce may fool it. Not for judging \
persons, and not for moderation.

## Made with
{versions}
{reports}"""


def write_readme(folder: Path, name: str, licences: Sequence[Path]) -> None:
    """Write ``README.md`` and ``LICENSE`` into a model's folder, as model hubs expect them."""
    (folder / "README.md").write_text(_HUB.format(name=name), encoding="utf-8")
    texts = [licence.read_text(encoding="utf-8") for licence in licences]
    (folder / "LICENSE").write_text("\n\n".join(texts), encoding="utf-8")
    write_sums(folder)


def write_card(
    model: Model,
    seeds: pd.DataFrame,
    cases: Sequence[Mapping[str, Any]],
    reports: Sequence[Path],
    folder: Path,
) -> None:
    """Write ``MODEL_CARD.md`` into a model's folder.

    Parameters
    ----------
    model : Model
        The model in `folder`.
    seeds : pandas.DataFrame
        The seeds; figures are measured on their test split.
    cases : sequence of dict
        Behaviour cases.
    reports : sequence of Path
        Markdown files of further measurements, added one heading level down.
    folder : Path
        The model's folder.
    """
    test, used = seeds[seeds["split"] == "test"], seeds[seeds["split"] != "test"]
    evaluations = evaluate(model, test, documents="voice")
    versions = model.facts["versions"].items()
    card = _CARD.format(
        name=model.facts["name"],
        rows=len(used),
        print_rows=model.facts["print"]["rows"],
        opposed=_share(model, "stance", "opposed"),
        print_classes="\n".join(_print_rows(model)),
        voices=used["voice"].nunique(),
        figures="\n".join(_figure_rows(model, evaluations, len(used))),
        classes="\n".join(_label_rows(evaluations)),
        behaviour="\n".join(_behaviour_rows(model, cases)),
        reports="".join(
            "\n#" + path.read_text(encoding="utf-8").replace("\n## ", "\n### ") for path in reports
        ),
        versions=", ".join(f"{package} {version}" for package, version in versions),
    )
    (folder / "MODEL_CARD.md").write_text(card, encoding="utf-8")
    write_sums(folder)


def read_cases(folder: Path) -> list[dict[str, Any]]:
    """Read the behaviour cases of a folder, in order."""
    return [
        case
        for path in sorted(folder.glob("behaviour-*.json"))
        for case in json.loads(path.read_text(encoding="utf-8"))
    ]


def case_failures(model: Model, case: Mapping[str, Any]) -> list[str]:
    """Say which heads of a behaviour case get another label than its reader expects, if any."""
    labels = _labels(model, case["text"])
    expected = _labels(model, case["same_as"]) if "same_as" in case else case["expected"]
    return [
        f"{head} is {labels[head]}, not {label}"
        for head, label in expected.items()
        if labels[head] != label
    ]


def _labels(model: Model, text: str) -> dict[str, str | None]:
    paragraph = model.label(text, unit="row")[0]
    return {"stance": paragraph.stance, "tone": paragraph.tone}


def _figure_rows(model: Model, evaluations: Mapping[str, Evaluation], n_used: int) -> Iterator[str]:
    for head, measured in evaluations.items():
        printed, composed = model.facts["cross_validation"][head], model.facts["composed"][head]
        n_print = int(np.sum(printed["confusion"]))
        for measured_on, count, figures in (
            ("print, held-out outlets", n_print, printed),
            ("composed, cross-validation by voice", n_used, composed),
        ):
            yield _figure_row(
                head,
                measured_on,
                count,
                figures["macro_f1"],
                figures["macro_f1_interval"],
                figures["calibration_error"],
            )
        yield _figure_row(
            head,
            "composed, test split",
            measured.n_paragraphs,
            measured.macro_f1,
            measured.macro_f1_interval,
            measured.calibration_error,
        )


def _share(model: Model, head: str, label: str) -> float:
    confusion = np.asarray(model.facts["cross_validation"][head]["confusion"])
    return float(confusion[model.labels[head].index(label)].sum() / confusion.sum())


def _print_rows(model: Model) -> Iterator[str]:
    """Yield precision, recall and F1 of each label on held-out outlets."""
    for head, labels in model.labels.items():
        confusion = np.asarray(model.facts["cross_validation"][head]["confusion"], dtype=float)
        right = confusion.diagonal()
        precision, recall = right / confusion.sum(axis=0), right / confusion.sum(axis=1)
        for number, label in enumerate(labels):
            p, r = precision[number], recall[number]
            yield (
                f"| {head} | {label} | {p:.2f} | {r:.2f} | {2 * p * r / (p + r):.2f} "
                f"| {confusion[number].sum():,.0f} |"
            )


def _figure_row(
    head: str,
    measured_on: str,
    count: int,
    macro_f1: float,
    macro_f1_interval: Sequence[float],
    calibration_error: float,
) -> str:
    low, high = macro_f1_interval
    return (
        f"| {head} | {measured_on} | {count:,} | {macro_f1:.3f} ({low:.3f} to {high:.3f}) "
        f"| {calibration_error:.3f} |"
    )


def _label_rows(evaluations: Mapping[str, Evaluation]) -> Iterator[str]:
    for head, measured in evaluations.items():
        for label in measured.labels:
            yield (
                f"| {head} | {label} | {measured.precision[label]:.2f} "
                f"| {measured.recall[label]:.2f} | {measured.f1[label]:.2f} "
                f"| {measured.support[label]:.0f} |"
            )


def _behaviour_rows(model: Model, cases: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    right: dict[str, list[bool]] = {}
    for case in cases:
        right.setdefault(case["capability"], []).append(not case_failures(model, case))
    if right:
        right["all"] = [passed for outcomes in right.values() for passed in outcomes]
    for capability, outcomes in right.items():
        yield f"| {capability} | {sum(outcomes) / len(outcomes):.0%} | {len(outcomes)} |"
