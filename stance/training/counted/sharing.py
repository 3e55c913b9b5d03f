"""Write counts files: what a model can learn from annotated paragraphs, without their text."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from stance.annotate.readings import read_readings, settle
from stance.errors import TableError, TrainingError
from stance.options import check_random_state
from stance.text.sides import load_gazetteer
from stance.text.tokens import make_tokens
from stance.training.annotated import read_annotated
from stance.training.counted.counting import Thresholds, count_paragraphs, number_groups
from stance.training.counted.counts import Counts, save_counts
from stance.training.counted.disclosure import SAMPLE, Bag, Disclosure, measure_disclosure

if TYPE_CHECKING:
    import pandas as pd

MAX_CERTAIN: Final = 0.02
MAX_GUESSED: Final = 0.05
"""Shares of paragraphs in which eight words in a row may be read, certainly or by a guess."""


def write_counts(
    table: pd.DataFrame | str | Path,
    folder: str | Path,
    *,
    text: str = "text",
    labels: Sequence[str] = ("stance", "tone"),
    article: str | None = None,
    outlet: str | None = None,
    encoding: str | None = None,
    thresholds: Thresholds | None = None,
    spellings: bool = True,
    max_certain: float = MAX_CERTAIN,
    max_guessed: float = MAX_GUESSED,
    accept_disclosure: bool = False,
    n_guessed: int = SAMPLE,
    random_state: int = 0,
) -> Counts:
    """Write what a model can learn from annotated paragraphs, without their text.

    Parameters
    ----------
    table : pandas.DataFrame, str or Path
        Annotated paragraphs, or a CSV of them.
    folder : str or Path
        A new folder.
    text : str, default="text"
        The column of paragraphs.
    labels : sequence of str, default=("stance", "tone")
        Label columns. Further readings stand in columns ``<label>_2``, ``<label>_3`` ...; the
        readings of a paragraph become the shares of its labels.
    article, outlet : str, optional
        The columns that name the article and the outlet of each paragraph. Without `article` each
        paragraph counts as one, which keeps more of a long article than it should.
    encoding : str, optional
        Of the CSV, as in `stance.tables.readers.csv.read_rows`.
    thresholds : Thresholds, optional
        In how many articles a word or pair must occur.
    spellings : bool, default=True
        Keep whole words, for heads with character features.
    max_certain, max_guessed : float
        The largest shares of paragraphs in which a run of eight words may be read with certainty,
        and by the best guess.
    accept_disclosure : bool, default=False
        Write the file even if more can be read.
    n_guessed : int, default=300
        How many paragraphs, and articles, to guess at: each takes a fifth of a second.
    random_state : int, default=0
        Shuffles the rows, and draws the paragraphs that are guessed at.

    Returns
    -------
    Counts
        As written; ``facts["disclosure"]`` says how much can be read.

    Raises
    ------
    TableError
        If a column, a text or a label is missing, or the folder holds anything.
    TrainingError
        If no paragraph is left, or too much can be read.
    """
    check_random_state(random_state)
    frame, name = read_readings(table, encoding=encoding)
    frame = settle(frame, [head for head in labels if head in frame], name)
    rows = read_annotated(frame, text=text, labels=list(labels), groups=article)
    articles: list[Any] = list(rows.groups or range(len(rows.texts)))
    counts, kept = count_paragraphs(
        rows.texts,
        {head: list_readings(frame, head) for head in labels},
        articles=articles,
        outlets=None if outlet is None else _read_outlets(frame, outlet, name),
        thresholds=thresholds or Thresholds(),
        spellings=spellings,
        random_state=random_state,
    )
    disclosure = attack(
        counts,
        [rows.texts[row] for row in kept],
        [articles[row] for row in kept],
        n_guessed=n_guessed,
        random_state=random_state,
    )
    counts = replace(counts, facts={**counts.facts, "disclosure": asdict(disclosure)})
    too_open = disclosure.certain > max_certain or disclosure.guessed > max_guessed
    if too_open and not accept_disclosure:
        raise TrainingError(
            "a counts file must not give its texts away: a run of 8 words can be read certainly "
            f"in {disclosure.certain:.1%} of the paragraphs (at most {max_certain:.1%}) and by the "
            f"best guess in {disclosure.guessed:.1%} (at most {max_guessed:.1%}). "
            "Raise the thresholds, or accept it "
            "(`accept_disclosure=True`, --accept-disclosure)."
        )
    save_counts(counts, Path(folder))
    return counts


def _read_outlets(frame: pd.DataFrame, outlet: str, name: str) -> list[str]:
    if outlet not in frame.columns:
        raise TableError(
            f"{name} must hold column {outlet!r}; its columns are {list(frame.columns)!r}."
        )
    return [str(value) for value in frame[outlet]]


def list_readings(frame: pd.DataFrame, head: str) -> list[list[str]]:
    """Return the labels that each row's readers gave: `head`, ``<head>_2``, ``<head>_3`` ..."""
    further = itertools.takewhile(
        lambda column: column in frame.columns, (f"{head}_{n}" for n in itertools.count(2))
    )
    columns = [frame[column].tolist() for column in (head, *further)]
    return [
        [label for label in labels if isinstance(label, str) and label.strip()]
        for labels in zip(*columns, strict=True)
    ]


def attack(
    counts: Counts,
    texts: Sequence[str],
    articles: Sequence[Any],
    *,
    n_guessed: int = SAMPLE,
    random_state: int = 0,
) -> Disclosure:
    """Measure how much of the texts, in the order of the rows, can be read from their counts."""
    return measure_disclosure(
        list_bags(counts),
        [[token.stem for token in make_tokens(text, load_gazetteer())] for text in texts],
        number_groups(articles, len(texts)).tolist(),
        n_guessed=n_guessed,
        random_state=random_state,
    )


def list_bags(counts: Counts) -> list[Bag]:
    """Return what a counts file says of the words of each row."""
    block = counts.blocks["words"]
    columns = block.matrix.indices.tolist()
    numbers = block.matrix.data.astype(int).tolist()
    return [
        Bag.of((block.features[columns[n]], numbers[n]) for n in range(start, end))
        for start, end in itertools.pairwise(block.matrix.indptr.tolist())
    ]
