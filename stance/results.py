"""Labelled paragraphs and documents, and the columns that show them in a table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, overload

from stance.columns import Columns
from stance.labels import (
    KINDS,
    LANGUAGES,
    SENTIMENTS,
    STATUSES,
    TONES,
    sentiment_of,
    sentiment_score,
)

if TYPE_CHECKING:
    import pandas as pd

_PREVIEW: Final = 60
"""Characters of each block that the `repr` of a document shows."""
_SHORT_PREVIEW: Final = 40
"""Characters that the `repr` of a block shows."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A word of a paragraph, and what it adds to the logit of one label.

    Attributes
    ----------
    text : str
        The word as it stands in the document.
    start, end : int
        Character offsets into the document, end exclusive.
    contribution : float
        Signed part of the logit. The contributions of all words of the paragraph and the intercept
        add up to the logit.
    """

    text: str
    start: int
    end: int
    contribution: float


@dataclass(frozen=True, slots=True)
class HeadResult:
    """The result of one head (one label column) for one paragraph.

    Attributes
    ----------
    label : str
        The most probable label.
    probabilities : dict of str to float
        Calibrated probability of every label, in sorted order of the labels; the sum is 1.
    uncertain : bool
        True if, at the confidence level asked for, more than one label, or none, is plausible.
    intercept : float
        The logit of `label` before any word is read.
    evidence : tuple of Evidence
        Words for and against `label`, in the order of the text; empty if not asked for.
    """

    label: str
    probabilities: Mapping[str, float]
    uncertain: bool
    intercept: float = 0.0
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class LabelledParagraph:
    """One block of a document with its labels.

    Attributes
    ----------
    text : str
        ``document.text[start:end]``, without its tags if the document is HTML.
    start, end : int
        Character offsets into the document, end exclusive.
    kind : str
        One of `stance.KINDS`.
    status : str
        One of `stance.STATUSES`; only "labelled" comes with results.
    results : dict of str to HeadResult
        By head ("stance", "tone").
    familiarity : float or None
        Share of its words that the model has seen; None if it has no word or was skipped.
    language : str or None
        One of `stance.LANGUAGES` if the status is "language".
    """

    text: str
    start: int
    end: int
    kind: str
    status: str
    results: Mapping[str, HeadResult] = field(default_factory=dict)
    familiarity: float | None = None
    language: str | None = None

    def __repr__(self) -> str:
        """Fit on one line: labels, probabilities, what is uncertain, and how the text begins."""
        text = _preview(self.text, _SHORT_PREVIEW)
        return f"<LabelledParagraph {_labels_of(self, uncertain=True)}: {text!r}>"

    @property
    def reason(self) -> str:
        """The status, and after "language" which it is: "language: Spanish"."""
        return f"{self.status}: {self.language}" if self.language else self.status

    @property
    def stance(self) -> str | None:
        """The label of the stance head, or None."""
        return self.results["stance"].label if "stance" in self.results else None

    @property
    def tone(self) -> str | None:
        """The label of the tone head, or None."""
        return self.results["tone"].label if "tone" in self.results else None

    @property
    def sentiment(self) -> str | None:
        """The sentiment of the tone, or None."""
        return sentiment_of(self.tone) if self._has_tones and self.tone else None

    @property
    def sentiment_score(self) -> float | None:
        """``p_hopeful - p_alarmed - p_angry - p_mournful``, from -1 to 1, or None."""
        return sentiment_score(self.results["tone"].probabilities) if self._has_tones else None

    @property
    def _has_tones(self) -> bool:
        return has_tones(
            {head: tuple(result.probabilities) for head, result in self.results.items()}
        )

    @property
    def probability(self) -> dict[str, float]:
        """By head, the calibrated probability of the label given."""
        return {head: result.probabilities[result.label] for head, result in self.results.items()}

    @property
    def uncertain(self) -> dict[str, bool]:
        """By head, whether more than one label, or none, is plausible."""
        return {head: result.uncertain for head, result in self.results.items()}

    @property
    def evidence(self) -> dict[str, tuple[Evidence, ...]]:
        """By head, the words for and against the label, the largest contribution first."""
        return {
            head: tuple(sorted(result.evidence, key=lambda word: -abs(word.contribution)))
            for head, result in self.results.items()
        }


class Document(Sequence[LabelledParagraph]):
    """A text and its blocks, in order: iterate, index, or turn into a frame.

    Attributes
    ----------
    text : str
        The text as the user gave it.
    blocks : tuple of LabelledParagraph
        Paragraphs, list items, headings, captions, credits and boilerplate.
    labels : dict of str to tuple of str
        The labels of each head, in sorted order.
    """

    def __init__(
        self, text: str, blocks: Sequence[LabelledParagraph], labels: Mapping[str, tuple[str, ...]]
    ) -> None:
        self.text = text
        self.blocks = tuple(blocks)
        self.labels = labels

    @overload
    def __getitem__(self, index: int) -> LabelledParagraph: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[LabelledParagraph, ...]: ...

    def __getitem__(self, index: int | slice) -> LabelledParagraph | tuple[LabelledParagraph, ...]:
        return self.blocks[index]

    def __len__(self) -> int:
        return len(self.blocks)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield one plain dict per block, with the columns of `result_columns`."""
        columns = result_columns(self.labels)[2:]
        for number, block in enumerate(self.blocks):
            key = paragraph_id(0, block.start, block.end)
            yield {"paragraph_id": key, "paragraph": number} | block_row(block, columns)

    def to_frame(self) -> pd.DataFrame:
        """Return a DataFrame with one row per block: its text, then `result_columns`."""
        names = result_columns(self.labels), coded_names(self.labels)
        frame = Columns.of(list(self.rows()), *names).frame(self.labels)
        texts: Any = [block.text for block in self.blocks]
        if _has_surrogates("".join(texts)):  # pandas' own type for text refuses it
            import pandas as pd

            texts = pd.Series(texts, dtype=object)
        frame.insert(0, "text", texts)
        return frame

    def __repr__(self) -> str:
        n_labelled = sum(block.status == "labelled" for block in self)
        lines = [f"<Document: {len(self)} blocks, {n_labelled} labelled>"]
        for block in self.blocks:
            lines.append(f"  {_labels_of(block)}: {_preview(block.text, _PREVIEW)}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        from stance.show.notebook import document_html

        return document_html(self.blocks)


def _has_surrogates(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _labels_of(block: LabelledParagraph, *, uncertain: bool = False) -> str:
    """Name the labels of a block, or what it is instead."""
    labels = (
        f"{head}={result.label} ({result.probabilities[result.label]:.2f}"
        f"{', uncertain' if uncertain and result.uncertain else ''})"
        for head, result in block.results.items()
    )
    return " ".join(labels) or f"{block.kind}, {block.reason}"


def _preview(text: str, length: int) -> str:
    """Return the beginning of a text on one line.

    >>> _preview("The talks\\nresume.", 9)
    'The talks…'
    """
    plain = " ".join(text.split())
    return f"{plain[:length]}…" if len(plain) > length else plain


@lru_cache(maxsize=1024)  # called for every label of every block
def column_name(head: str, label: str, figure: str = "p") -> str:
    """Return the name of the column with a label's probability (or share).

    Letters and digits of any script stay; other characters become "_".

    >>> column_name("stance", "pro-ceasefire"), column_name("stance", "за", "share")
    ('stance_p_pro_ceasefire', 'stance_share_за')
    """
    plain = re.sub(r"\W", "_", label)
    return f"{head}_{figure}_{plain}"


def paragraph_id(key: object, start: int, end: int) -> str:
    """Name a paragraph: the key of its document, and where it stands in it.

    A cell that was not split (`start` is -1) is named by its key alone.

    >>> paragraph_id(12, 0, 57), paragraph_id("uk-7", -1, -1)
    ('12:0-57', 'uk-7:')
    """
    return f"{key}:{start}-{end}" if start >= 0 else f"{key}:"


def result_columns(labels: Mapping[str, Sequence[str]]) -> list[str]:
    """List the columns of a result, in order, for the labels of each head.

    >>> result_columns({"stance": ("neutral",)})[:5]
    ['paragraph_id', 'paragraph', 'start', 'end', 'kind']
    """
    columns = ["paragraph_id", "paragraph", "start", "end", "kind"]
    for head, names in labels.items():
        columns += [
            head,
            f"{head}_probability",
            *(column_name(head, name) for name in names),
            f"{head}_uncertain",
        ]
    if has_tones(labels):
        columns += ["sentiment", "sentiment_score"]
    return [*columns, "familiarity", "status", "language"]


def document_columns(labels: Mapping[str, Sequence[str]]) -> list[str]:
    """List the columns of unit "document", in order.

    >>> document_columns({"stance": ("neutral",)})
    ['paragraphs', 'labelled', 'stance_share_neutral', 'stance_uncertain_share', 'status']
    """
    columns = ["paragraphs", "labelled"]
    for head, names in labels.items():
        columns += [
            *(column_name(head, name, "share") for name in names),
            f"{head}_uncertain_share",
        ]
    return [*columns, *(["sentiment_score"] if has_tones(labels) else []), "status"]


def coded_names(labels: Mapping[str, Sequence[str]]) -> dict[str, tuple[Any, ...]]:
    """Return the possible values of each column that has few, in the order of their codes."""
    names: dict[str, tuple[Any, ...]] = {"kind": KINDS, "status": STATUSES, "language": LANGUAGES}
    names["sentiment"] = SENTIMENTS
    for head, classes in labels.items():
        names |= {head: tuple(classes), f"{head}_uncertain": (False, True)}
    return names


def has_tones(labels: Mapping[str, Sequence[str]]) -> bool:
    """Return whether a head "tone" gives tones only, from which the sentiment follows."""
    return "tone" in labels and set(labels["tone"]) <= set(TONES)


def block_row(block: LabelledParagraph, columns: Sequence[str]) -> dict[str, Any]:
    """Turn a block into one row of these columns, with None where it has no value."""
    row: dict[str, Any] = dict.fromkeys(columns)
    row |= {"start": block.start, "end": block.end, "kind": block.kind, "status": block.status}
    row |= {"familiarity": block.familiarity, "language": block.language}
    for head, result in block.results.items():
        row |= {head: result.label, f"{head}_probability": result.probabilities[result.label]}
        row |= {column_name(head, label): p for label, p in result.probabilities.items()}
        row[f"{head}_uncertain"] = result.uncertain
    if "sentiment" in row:
        row |= {"sentiment": block.sentiment, "sentiment_score": block.sentiment_score}
    return row
