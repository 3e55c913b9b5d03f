"""Choose which paragraphs to annotate next: uncertain ones that are unlike each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from stance.annotate.columns import empty_readings
from stance.annotate.whole_tables import read_table
from stance.errors import InputError
from stance.labels import STATUSES
from stance.model import Model
from stance.options import carried_names, check_columns, check_random_state
from stance.results import column_name
from stance.text.vectorizer import make_vectorizer

if TYPE_CHECKING:
    import pandas as pd

_SPAN_COLUMNS: Final = ("row", "paragraph_id", "paragraph", "start", "end")

WIDTH: Final = 5
"""How many of the best paragraphs compete for each that is chosen.

benchmarks/suggest.py compares widths.
"""
BATCH: Final = 100
"""How many paragraphs are chosen at once, as in that benchmark.

It bounds the matrix of cosines: (WIDTH * BATCH) squared float32, 1 MB.
"""


def suggest(
    model: Model,
    table: pd.DataFrame | str | Path,
    *,
    text: str = "text",
    n: int = 100,
    head: str | Sequence[str] | None = None,
    unit: str = "paragraph",
    keep: str | Sequence[str] = (),
    labelled: Iterable[str] = (),
    novelty: float = 0.0,
    unfamiliar: bool = False,
    encoding: str | None = None,
    random_state: int = 0,
) -> pd.DataFrame:
    """Choose which paragraphs to annotate next.

    Parameters
    ----------
    model : Model
        Trained on what is annotated so far; to begin with, the shipped one.
    table : pandas.DataFrame, str or Path
        The pool: texts that are not annotated, or a CSV of them.
    text : str, default="text"
        The column of texts.
    n : int, default=100
        How many paragraphs to choose; fewer come back if the pool has fewer.
    head : str or sequence of str, optional
        The label columns to be uncertain about; by default all of the model's.
    unit : {"paragraph", "row"}, default="paragraph"
        Whether to split each cell into paragraphs or to take it as one.
    keep : "all" or sequence of str, default=()
        Columns to carry along, as in `Model.label_frame`.
    labelled : iterable of str, default=()
        Paragraphs that are annotated already. Neither they nor their copies are chosen.
    novelty : float, default=0.0
        Weight of the share of words that the model has not seen, beside uncertainty; 1 weighs both
        alike. On the seeds 0 saved most; a pool from another field may need more.
    unfamiliar : bool, default=False
        Choose also among paragraphs too unfamiliar to be labelled, or in another language.
        They count as fully uncertain.
    encoding : str, optional
        Encoding of the CSV, as in `stance.tables.read_rows`.
    random_state : int, default=0
        Orders ties.

    Returns
    -------
    pandas.DataFrame
        One row per paragraph, the first to annotate first, with the index of `table`. Headings,
        captions, credits, copies, and empty or missing cells are never chosen. The model's labels
        are left out, so as not to influence the annotator. The columns are

        - those of a table of readings: ``paragraph_id``, ``text``, an empty column for each of the
          model's heads, and ``drawn_from``, which is always "suggest": no share can be estimated
          from paragraphs that were chosen, not drawn;
        - ``row``, ``paragraph``, ``start`` and ``end``, as in `Model.label_frame`;
        - ``uncertainty``, from 0 (sure of one label) to 1 (two labels equally likely);
        - ``familiarity``, the share of its words that the model has seen;
        - ``similarity``, the largest cosine to a paragraph ranked above it in the same `BATCH`;
        - ``status``;
        - ``rank``, from 1;
        - the kept columns.

    Raises
    ------
    InputError
        If a column or head does not exist, or an option is out of its range.
    TableError
        If the CSV cannot be read.

    Notes
    -----
    The uncertainty of a paragraph is ``p(second label) / p(first label)``, averaged over the heads
    (margin sampling [1]_). Its score is ``uncertainty + novelty * (1 - familiarity)``. From the
    ``WIDTH * n`` highest scores, paragraphs are chosen one by one so that the chosen ones represent
    all of these well, each weighted by its score: greedy facility location over the cosines of
    their TF-IDF vectors [2]_. Labelling takes time in proportion to the size of the pool; choosing,
    `BATCH` paragraphs at a time, in proportion to `n`. What this saves over drawing at random, and
    what other ways save, is in benchmarks/SUGGEST.md.

    References
    ----------
    .. [1] Settles (2009). Active learning literature survey. University of Wisconsin-Madison.
    .. [2] Wei, Iyer and Bilmes (2015). Submodularity in data subset selection and active learning.
           ICML.
    """
    import pandas as pd

    heads = list(model.labels) if head is None else [head] if isinstance(head, str) else list(head)
    if not heads or not set(heads) <= set(model.labels):
        raise InputError(f"`head` must be among {list(model.labels)!r}; got {head!r}.")
    _check_options(n, novelty, unit)
    if isinstance(labelled, str | pd.DataFrame):
        raise InputError(
            f"`labelled` must be an iterable of str; got one {type(labelled).__name__}. "
            "Give the column of texts."
        )
    frame = read_table(table, encoding)[0]
    kept = check_columns(list(frame.columns), text, keep)
    pool = _make_pool(model, frame[text].tolist(), unit, heads, unfamiliar)
    check_random_state(random_state)
    shuffled = pool.iloc[np.random.default_rng(random_state).permutation(len(pool))]
    pool = _drop_copies(shuffled, labelled)
    scores = (pool["uncertainty"] + novelty * (1 - pool["familiarity"])).to_numpy()
    chosen, similarity = choose(scores, n, lambda rows: _vectorize(model, pool["text"].iloc[rows]))
    out = pool.iloc[chosen].copy()
    out.insert(list(out.columns).index("status"), "similarity", similarity)
    out["rank"] = np.arange(1, len(out) + 1)
    out = empty_readings(out, model.labels, drawn_from="suggest")
    names = carried_names(kept, list(out.columns))
    carried = frame[kept].iloc[out["row"]].set_axis(list(names.values()), axis=1)
    out.index = carried.index
    return pd.concat([out, carried], axis=1)


def _check_options(n: int, novelty: float, unit: str) -> None:
    if n < 1:
        raise InputError(f"`n` must be at least 1; got {n!r}.")
    if not 0 <= novelty < float("inf"):
        raise InputError(f"`novelty` must be at least 0 and finite; got {novelty!r}.")
    if unit not in ("paragraph", "row"):
        raise InputError(f"`unit` must be one of ['paragraph', 'row']; got {unit!r}.")


def measure_uncertainty(probabilities: np.ndarray) -> np.ndarray:
    """Return ``p(second label) / p(first label)`` of each row.

    A temperature changes the values but not their order.

    Parameters
    ----------
    probabilities : ndarray of shape (n_rows, n_classes)

    Returns
    -------
    ndarray of shape (n_rows,)

    Examples
    --------
    >>> measure_uncertainty(np.asarray([[0.5, 0.5, 0.0], [0.25, 0.625, 0.125]])).tolist()
    [1.0, 0.4]
    """
    ordered = np.sort(probabilities, axis=1)
    return np.asarray(ordered[:, -2] / ordered[:, -1])


def choose(
    scores: np.ndarray, n: int, vectors_of: Callable[[np.ndarray], Any], *, width: int = WIDTH
) -> tuple[np.ndarray, np.ndarray]:
    """Choose rows of a pool that have high scores and are unlike each other.

    Parameters
    ----------
    scores : ndarray of shape (n_pool,)
        Not negative.
    n : int
        How many to choose.
    vectors_of : callable
        Takes row numbers of the pool; returns their sparse vectors, each of length 1.
    width : int, default=WIDTH
        How many of the highest scores compete for each row that is chosen.

    Returns
    -------
    chosen : ndarray of int, of shape (min(n, n_pool),)
        Row numbers of the pool, in the order in which they were chosen.
    similarity : ndarray of the same shape
        The largest cosine to a row chosen before in the same batch of `BATCH`.
    """
    remaining = np.argsort(-scores, kind="stable")
    chosen, similarity = [np.empty(0, dtype=int)], [np.empty(0)]
    for start in range(0, min(n, len(scores)), BATCH):
        count = min(BATCH, n - start, len(remaining))
        rivals = remaining[: width * count]
        positions, cosines = _locate_facilities(vectors_of(rivals), scores[rivals], count)
        chosen.append(rivals[positions])
        similarity.append(cosines)
        remaining = remaining[~np.isin(remaining, chosen[-1])]
    return np.concatenate(chosen), np.concatenate(similarity)


def _locate_facilities(vectors: Any, weights: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Greedily choose `n` rows that maximise the weighted similarity of all rows to their nearest.

    The similarity of a row is its cosine to the nearest chosen row. Return the chosen rows, and the
    cosine of each to the nearest row chosen before it.
    """
    cosines = np.asarray((vectors @ vectors.T).todense(), dtype=np.float32)
    weights = weights.astype(np.float32)
    nearest = np.zeros(len(cosines), dtype=np.float32)  # cosine of each row to the chosen ones
    available = np.ones(len(cosines), dtype=bool)
    chosen, similarity = [], []
    for _ in range(n):
        gains = np.maximum(cosines - nearest, 0) @ weights
        best = int(np.argmax(np.where(available, gains, -1)))
        chosen.append(best)
        similarity.append(float(nearest[best]))
        available[best] = False
        nearest = np.maximum(nearest, cosines[best])
    return np.asarray(chosen, dtype=int), np.asarray(similarity)


def _make_pool(
    model: Model, cells: list[Any], unit: str, heads: Sequence[str], unfamiliar: bool
) -> pd.DataFrame:
    """Return what can be chosen, one row per paragraph.

    Columns say where the paragraph stands, its text, and how uncertain and how familiar it is.
    """
    import pandas as pd

    arrays = model.label_cells(cells, unit=unit).arrays
    statuses = ["labelled", "unfamiliar", "language"] if unfamiliar else ["labelled"]
    codes = [STATUSES.index(status) for status in statuses]
    rows = np.flatnonzero(np.isin(arrays["status"], codes))
    spans = {column: arrays[column][rows] for column in _SPAN_COLUMNS}
    texts = [
        cells[row][start:end]
        for row, start, end in zip(spans["row"], spans["start"], spans["end"], strict=True)
    ]
    uncertainties = []
    for head in heads:
        columns = [arrays[column_name(head, label)][rows] for label in model.labels[head]]
        uncertainty = measure_uncertainty(np.stack(columns, axis=1))
        uncertainties.append(np.nan_to_num(uncertainty, nan=1.0))  # nan: unfamiliar, not labelled
    reasons = {
        "uncertainty": np.mean(uncertainties, axis=0),
        "familiarity": arrays["familiarity"][rows],
        "status": [STATUSES[code] for code in arrays["status"][rows]],
    }
    return pd.DataFrame(spans | {"text": texts} | reasons)


def _drop_copies(pool: pd.DataFrame, labelled: Iterable[str]) -> pd.DataFrame:
    """Drop copies of other paragraphs and of annotated ones, whatever their case and spacing."""
    folded = pool["text"].map(_fold)
    return pool[~folded.duplicated() & ~folded.isin({_fold(text) for text in labelled})]


def _fold(text: str) -> str:
    return " ".join(text.casefold().split())


def _vectorize(model: Model, texts: Iterable[str]) -> Any:
    """Return TF-IDF vectors of the words of some texts, sides masked as in the model."""
    vectorizer = make_vectorizer(
        (1, 1),
        None,
        min_df=1,
        gazetteer=model.frozen.gazetteer,
        social_media=model.frozen.social_media,
    )
    return vectorizer.fit_transform(texts)
