"""Label many cells at once, as columns; decide which paragraphs get a label."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np

from stance.columns import Columns
from stance.labels import (
    LANGUAGES,
    SENTIMENTS,
    STATUSES,
    sentiment_of,
    sentiment_signs,
)
from stance.options import check_html, check_level, check_unit
from stance.results import (
    coded_names,
    column_name,
    document_columns,
    has_tones,
    paragraph_id,
    result_columns,
)
from stance.scoring.blocks import EMPTY, LABELLED, SKIPPED, split_cells, take_whole
from stance.scoring.frozen import FrozenModel
from stance.scoring.sums import digest
from stance.text.languages import SUSPICIOUS_FAMILIARITY, describe_rules, find_language

try:
    from stance.scoring._scorer import paragraph_ids
except ImportError:  # it was not built

    def paragraph_ids(keys: list[Any], starts: np.ndarray, ends: np.ndarray, /) -> list[str]:
        """Name each block by the key of its cell and its place there."""
        return list(map(paragraph_id, keys, starts.tolist(), ends.tolist()))


_UNFAMILIAR: Final = STATUSES.index("unfamiliar")
_LANGUAGE: Final = STATUSES.index("language")


class ScoredBlocks(NamedTuple):
    """Which blocks get labels, and the probabilities of these.

    Attributes
    ----------
    statuses : ndarray of int, of shape (n_blocks,)
        Codes of `STATUSES`.
    familiarity : ndarray of shape (n_blocks,)
        NaN for blocks without words, and for those that were not to be labelled.
    languages : ndarray of int, of shape (n_blocks,)
        Codes of `LANGUAGES` for the blocks with the status "language"; -1 for the others.
    labelled : ndarray of int, of shape (n_labelled,)
        The numbers of the blocks that get labels.
    probabilities : dict of str to ndarray of shape (n_labelled, n_classes)
        By head.
    """

    statuses: np.ndarray
    familiarity: np.ndarray
    languages: np.ndarray
    labelled: np.ndarray
    probabilities: dict[str, np.ndarray]


def score_blocks(
    model: FrozenModel,
    texts: Sequence[str],
    statuses: np.ndarray,
    targets: Sequence[str | None] | None = None,
) -> ScoredBlocks:
    """Decide which blocks get labels, and score these: no other function decides it.

    Parameters
    ----------
    model : FrozenModel
        What scores.
    texts : sequence of str, of length n_blocks
        The text of each block.
    statuses : ndarray of int, of shape (n_blocks,)
        `LABELLED` for the blocks to label. Those without words become "empty", those in another
        language than the model "language", and those with too few familiar words "unfamiliar".
        Other statuses stay.
    targets : sequence of str or None, of length n_blocks, optional
        As in `FrozenModel.score`.

    Returns
    -------
    ScoredBlocks
    """
    to_label = np.flatnonzero(statuses == LABELLED)
    numbers = to_label.tolist()
    chosen = [texts[number] for number in numbers]
    scores = model.score(
        chosen, None if targets is None else [targets[number] for number in numbers]
    )
    has_words = scores.n_tokens > 0
    familiarities = np.where(has_words, scores.familiarity, np.nan)
    found_languages = _find_languages(model, chosen, familiarities)
    outcomes = np.where(familiarities >= model.familiarity_threshold, LABELLED, _UNFAMILIAR)
    outcomes[found_languages >= 0] = _LANGUAGE
    outcomes[~has_words] = EMPTY
    statuses = statuses.copy()
    statuses[to_label] = outcomes
    gets_label = outcomes == LABELLED
    familiarity, languages = np.full(len(texts), np.nan), np.full(len(texts), -1)
    familiarity[to_label], languages[to_label] = familiarities, found_languages
    probabilities = {name: table[gets_label] for name, table in scores.probabilities.items()}
    return ScoredBlocks(statuses, familiarity, languages, to_label[gets_label], probabilities)


def _find_languages(
    model: FrozenModel, texts: Sequence[str], familiarities: np.ndarray
) -> np.ndarray:
    """Return the code of the language of each text that is not in that of the model, or else -1.

    Only texts with unknown words are searched: finding a language takes longer than scoring does.
    """
    codes = np.full(len(texts), -1)
    suspicious = np.flatnonzero(familiarities < SUSPICIOUS_FAMILIARITY).tolist()
    if suspicious and model.language:
        find, home = _language_finder(), LANGUAGES.index(model.language)
        codes[suspicious] = [find(texts[number], home) for number in suspicious]
    return codes


@lru_cache(maxsize=1)
def _language_finder() -> Callable[[str, int], int]:
    """Return what finds languages: the extension, to which the table is given, or Python."""
    try:
        from stance.scoring._scorer import LanguageTable
    except ImportError:  # it was not built
        return find_language
    return LanguageTable(*describe_rules()).find


def label_cells(
    model: FrozenModel,
    cells: Sequence[Any],
    *,
    unit: str,
    level: float,
    targets: Sequence[Any] | None,
    longest: int | None,
    keys: Sequence[Any] | None = None,
    with_text: bool = False,
    extra: Sequence[str] = (),
    html: str = "detect",
) -> Columns:
    """Label many cells at once, as `Model.label_cells` describes."""
    check_unit(unit)
    check_level(level)
    check_html(html)
    take = take_whole if unit == "row" else split_cells
    blocks, texts = take(cells, longest, html)
    block_targets = None
    if targets is not None:
        known = [target if isinstance(target, str) else None for target in targets]
        block_targets = [known[row] for row in blocks["row"].tolist()]
    scored = score_blocks(model, texts, blocks["status"], block_targets)
    if unit == "document":
        blocks["paragraph_id"] = blocks["row"]  # of no use to a document
        return _document_columns(model, _result_columns(model, blocks, scored, level), len(cells))
    blocks["paragraph_id"] = _paragraph_ids(blocks, keys)
    paragraphs = _result_columns(model, blocks, scored, level)
    if {"voice", "place"} & {*extra}:
        from stance.text.voices import add_columns

        paragraphs = add_columns(paragraphs, texts, extra)
    if "digest" in extra:
        digests = [digest(text.encode("utf-8", "surrogatepass")) for text in texts]
        paragraphs = _with_column(paragraphs, "digest", digests)
    return _with_column(paragraphs, "text", texts) if with_text else paragraphs


def _paragraph_ids(blocks: dict[str, np.ndarray], keys: Sequence[Any] | None) -> np.ndarray:
    """Name each block by the key of its cell, by default the cell's number."""
    rows = blocks["row"].tolist()
    cell_keys = rows if keys is None else [keys[row] for row in rows]
    ids = np.empty(len(rows), dtype=object)
    ids[:] = paragraph_ids(cell_keys, blocks["start"], blocks["end"])
    return ids


def _with_column(paragraphs: Columns, name: str, texts: Sequence[str]) -> Columns:
    """Add a text of each block as a column of codes, each of which stands for one text."""
    numbers = np.arange(len(texts))
    codes = np.where(paragraphs.arrays["paragraph"] < 0, -1, numbers)
    row, *others = paragraphs.arrays.items()
    return Columns(
        dict([row, (name, codes), *others]),
        {**paragraphs.names, name: tuple(texts) or ("",)},
    )


def _result_columns(
    model: FrozenModel, blocks: dict[str, np.ndarray], scored: ScoredBlocks, level: float
) -> Columns:
    """Return one row per block, with the columns of `result_columns`."""
    rows, n_rows = scored.labelled, len(scored.statuses)
    arrays = blocks | {"status": scored.statuses, "familiarity": scored.familiarity}
    arrays["language"] = scored.languages
    for name, head in model.heads.items():
        table = scored.probabilities[name]
        arrays[name] = _scatter(table.argmax(axis=1), rows, n_rows)
        arrays[f"{name}_probability"] = _scatter(table.max(axis=1, initial=0.0), rows, n_rows)
        for label, probabilities in zip(head.classes, table.T, strict=True):
            arrays[column_name(name, label)] = _scatter(probabilities, rows, n_rows)
        uncertain = head.is_uncertain(table, level).astype(int)
        arrays[f"{name}_uncertain"] = _scatter(uncertain, rows, n_rows)
    if has_tones(model.labels):
        arrays |= _sentiment_columns(model.labels["tone"], arrays)
    names = coded_names(model.labels)
    order = ["row", *result_columns(model.labels)]
    return Columns(
        {column: arrays[column] for column in order},
        {column: names[column] for column in order if column in names},
    )


def _scatter(values: np.ndarray, rows: np.ndarray, n_rows: int) -> np.ndarray:
    """Return an array of length `n_rows` with each value at its row, and -1 or NaN elsewhere.

    >>> _scatter(np.array([7, 8]), np.array([0, 3]), 4)
    array([ 7, -1, -1,  8])
    """
    scattered = np.full(n_rows, -1 if values.dtype.kind == "i" else np.nan, dtype=values.dtype)
    scattered[rows] = values
    return scattered


def _sentiment_columns(
    tones: Sequence[str], arrays: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Return sentiment and sentiment score, which follow from the columns of the tones."""
    codes = [SENTIMENTS.index(sentiment_of(tone)) for tone in tones]
    probabilities = np.stack([arrays[column_name("tone", tone)] for tone in tones], axis=1)
    signs = np.asarray(list(sentiment_signs(tones).values()))
    return {
        "sentiment": np.asarray([*codes, -1])[arrays["tone"]],  # code -1, no tone, is the last
        "sentiment_score": probabilities @ signs,
    }


def _document_columns(model: FrozenModel, blocks: Columns, n_cells: int) -> Columns:
    """Return one row per cell: how many blocks it has, how many with labels, and their shares."""
    row = blocks.arrays["row"]
    is_labelled = blocks.arrays["status"] == LABELLED
    n_labelled = np.bincount(row[is_labelled], minlength=n_cells)

    def cell_means(values: np.ndarray) -> np.ndarray:
        """Average over the labelled blocks of each cell; NaN where it has none."""
        sums = np.bincount(row[is_labelled], weights=values[is_labelled], minlength=n_cells)
        means = np.full(n_cells, np.nan)
        return np.asarray(np.divide(sums, n_labelled, out=means, where=n_labelled > 0))

    was_split = np.ones(n_cells, dtype=bool)
    was_split[row[blocks.arrays["paragraph"] < 0]] = False
    arrays: dict[str, np.ndarray] = {"row": np.arange(n_cells)}
    arrays["paragraphs"] = np.where(was_split, np.bincount(row, minlength=n_cells), -1)
    arrays["labelled"] = np.where(was_split, n_labelled, -1)
    for name, labels in model.labels.items():
        codes = blocks.arrays[name]
        for code, label in enumerate(labels):
            arrays[column_name(name, label, "share")] = cell_means(codes == code)
        uncertain = blocks.arrays[f"{name}_uncertain"] == 1
        arrays[f"{name}_uncertain_share"] = cell_means(uncertain)
    if "sentiment_score" in blocks.arrays:
        arrays["sentiment_score"] = cell_means(blocks.arrays["sentiment_score"])
    other_status = _first_other_status(row, blocks.arrays["status"], n_cells)
    arrays["status"] = np.where(n_labelled > 0, LABELLED, other_status)
    order = ["row", *document_columns(model.labels)]
    return Columns({column: arrays[column] for column in order}, {"status": STATUSES})


def _first_other_status(row: np.ndarray, status: np.ndarray, n_cells: int) -> np.ndarray:
    """Return for each cell the first status of its blocks other than "labelled" and "skipped".

    A cell whose blocks have no other status gets "skipped". Cell 0 below has a skipped, an empty
    and an unfamiliar block, cell 1 a skipped one.

    >>> codes = np.array([SKIPPED, EMPTY, _UNFAMILIAR, SKIPPED])
    >>> [STATUSES[code] for code in _first_other_status(np.array([0, 0, 0, 1]), codes, 2)]
    ['empty', 'skipped']
    """
    first = np.full(n_cells, SKIPPED)
    others = np.flatnonzero((status != LABELLED) & (status != SKIPPED))
    first[row[others[::-1]]] = status[others[::-1]]  # backwards, so that the first is written last
    return first
