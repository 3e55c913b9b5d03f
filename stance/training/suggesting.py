"""Choose which paragraphs to annotate next: uncertain and diverse ones first, and unfamiliar ones as far as asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from stance.errors import InputError
from stance.labels import STATUSES
from stance.model import Model
from stance.options import carried_names, check_columns
from stance.results import column_name
from stance.text.features import make_vectorizer

if TYPE_CHECKING:
    import pandas as pd

WIDTH: Final = 5
"""How many paragraphs of the highest score compete for each place; benchmarks/suggest.py compares widths."""
BATCH: Final = 100
"""Places given away at once, as in that benchmark; it bounds the table of cosines: (WIDTH * BATCH) squared float32, 1 MB."""


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
        Trained on what is annotated so far; or the shipped one, to begin with.
    table : pandas.DataFrame, str or Path
        The pool: texts that are not annotated, or a CSV of them.
    text : str, default="text"
        The column of texts.
    n : int, default=100
        How many paragraphs to choose; fewer come back where there are fewer.
    head : str or sequence of str, optional
        The label columns to be uncertain about; by default all of the model's.
    unit : {"paragraph", "row"}, default="paragraph"
        Whether to split each cell into paragraphs or take it as one.
    keep : "all" or sequence of str, default=()
        Columns to carry along, as in `Model.label_frame`.
    labelled : iterable of str, default=()
        Paragraphs that are annotated already: they are not chosen, nor are their copies.
    novelty : float, default=0.0
        How much the share of words that the model has not seen counts beside uncertainty: 1 counts both alike. On the seeds 0 saved
        most; a pool of another field than the annotated one may ask for more.
    unfamiliar : bool, default=False
        Choose among paragraphs too unfamiliar to be labelled too (another language, most often), as wholly uncertain ones.
    encoding : str, optional
        Of the CSV, as in `stance.tables.readers.csv.read_rows`.
    random_state : int, default=0
        Orders what is tied.

    Returns
    -------
    pandas.DataFrame
        One row a paragraph, the first to annotate first, with the index of `table`: ``rank`` from 1; what was kept; ``row``,
        ``paragraph``, ``start`` and ``end`` as in `Model.label_frame`; ``text``; and why it was chosen: ``uncertainty`` (0: one label
        only; 1: two equally likely), ``familiarity`` (share of its words that the model has seen), ``similarity`` (largest cosine to
        one ranked above, of the same `BATCH`), ``status``. The model's labels are left out, so as not to sway who annotates. Empty and
        missing cells, headings, captions, credits and copies are never chosen.

    Raises
    ------
    InputError
        If a column or head is not there, or an option is none of its values.
    TableError
        If the CSV cannot be read.

    Notes
    -----
    The uncertainty of a paragraph is ``p(second label) / p(first label)``, averaged over the heads (margin sampling [1]_); its score,
    ``uncertainty + novelty * (1 - familiarity)``. Of the ``WIDTH * n`` highest scores, those are taken one by one that best stand for
    all of these, each weighed by its score: greedy facility location over the cosines of their TF-IDF vectors [2]_. Labelling the pool
    takes time in proportion to its size; the choice, made `BATCH` places at a time, in proportion to `n`. What it saves over drawing at
    random, and what other ways save, is in benchmarks/SUGGEST.md.

    References
    ----------
    .. [1] Settles (2009). Active learning literature survey. University of Wisconsin-Madison.
    .. [2] Wei, Iyer and Bilmes (2015). Submodularity in data subset selection and active learning. ICML.
    """
    import pandas as pd

    from stance.training.annotated import read_frame

    heads = list(model.labels) if head is None else [head] if isinstance(head, str) else list(head)
    if not heads or not set(heads) <= set(model.labels):
        raise InputError(f"`head` must be among {list(model.labels)!r}; got {head!r}.")
    if n < 1 or not 0 <= novelty < float("inf") or unit not in ("paragraph", "row"):
        what = f"{n!r}, {novelty!r} and {unit!r}"
        raise InputError(
            f"`n` must be at least 1, `novelty` at least 0, and `unit` 'paragraph' or 'row'; got {what}."
        )
    if isinstance(labelled, str | pd.DataFrame):
        raise InputError(
            f"`labelled` must be an iterable of str; got one {type(labelled).__name__}. Give the column of texts."
        )
    frame = table if isinstance(table, pd.DataFrame) else read_frame(Path(table), encoding)
    kept = check_columns(list(frame.columns), text, keep)
    pool = _pool(model, frame[text].tolist(), unit, heads, unfamiliar)
    pool = _distinct(
        pool.iloc[np.random.default_rng(random_state).permutation(len(pool))], labelled
    )
    scores = (pool["uncertainty"] + novelty * (1 - pool["familiarity"])).to_numpy()
    chosen, similarity = choose(scores, n, lambda at: _vectors(model, pool["text"].iloc[at]))
    out = pool.iloc[chosen].copy()
    out.insert(list(out.columns).index("status"), "similarity", similarity)
    out.insert(0, "rank", np.arange(1, len(out) + 1))
    names = carried_names(kept, list(out.columns))
    carried = frame[kept].iloc[out["row"]].set_axis(list(names.values()), axis=1)
    out.index = carried.index
    return pd.concat([out[["rank"]], carried, out.drop(columns="rank")], axis=1)


def measure_uncertainty(probabilities: np.ndarray) -> np.ndarray:
    """Return ``p(second label) / p(first label)`` of rows of shape (n_classes,); a temperature does not change their order.

    >>> measure_uncertainty(np.asarray([[0.5, 0.5, 0.0], [0.25, 0.625, 0.125]])).tolist()
    [1.0, 0.4]
    """
    ordered = np.sort(probabilities, axis=1)
    return np.asarray(ordered[:, -2] / ordered[:, -1])


def choose(
    scores: np.ndarray, n: int, vectors_of: Callable[[np.ndarray], Any], *, width: int = WIDTH
) -> tuple[np.ndarray, np.ndarray]:
    """Choose high scores that are unlike each other.

    Parameters
    ----------
    scores : ndarray of shape (n_pool,)
        Not negative.
    n : int
        How many to choose.
    vectors_of : callable
        Gives the sparse vectors, of length 1, of some places of the pool.
    width : int, default=WIDTH
        How many of the highest scores compete for each place.

    Returns
    -------
    places : ndarray of int, of shape (min(n, n_pool),)
        In the order chosen.
    similarity : ndarray of the same shape
        The largest cosine to one chosen before in the same batch of `BATCH`.
    """
    order = np.argsort(-scores, kind="stable")
    places, similarity = [np.empty(0, dtype=int)], [np.empty(0)]
    for start in range(0, min(n, len(scores)), BATCH):
        count = min(BATCH, n - start, len(order))
        rivals = order[: width * count]
        found, near = _cover(vectors_of(rivals), scores[rivals], count)
        places.append(rivals[found])
        similarity.append(near)
        order = order[~np.isin(order, places[-1])]
    return np.concatenate(places), np.concatenate(similarity)


def _cover(vectors: Any, weights: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Take `n` rows, one by one, each that which adds most to how near the rows are, by weight, to the nearest taken."""
    cosines = np.asarray((vectors @ vectors.T).todense(), dtype=np.float32)
    nearest = np.zeros(len(cosines), dtype=np.float32)
    left = np.ones(len(cosines), dtype=bool)
    places, similarity = [], []
    for _ in range(n):
        gains = np.maximum(cosines - nearest, 0) @ weights.astype(np.float32)
        place = int(np.argmax(np.where(left, gains, -1)))
        places.append(place)
        similarity.append(float(nearest[place]))
        left[place] = False
        nearest = np.maximum(nearest, cosines[place])
    return np.asarray(places, dtype=int), np.asarray(similarity)


def _pool(
    model: Model, cells: list[Any], unit: str, heads: Sequence[str], unfamiliar: bool
) -> pd.DataFrame:
    """Return what can be chosen, one row a paragraph: its place, its text, and how uncertain and how familiar it is."""
    import pandas as pd

    found = model.label_cells(cells, unit=unit)
    wanted = [STATUSES.index("labelled"), *([STATUSES.index("unfamiliar")] if unfamiliar else [])]
    rows = np.flatnonzero(np.isin(found.arrays["status"], wanted))
    places = {column: found.arrays[column][rows] for column in ("row", "paragraph", "start", "end")}
    texts = [
        cells[row][start:end]
        for row, start, end in zip(places["row"], places["start"], places["end"], strict=True)
    ]
    tables = [
        np.stack(
            [found.arrays[column_name(head, name)][rows] for name in model.labels[head]], axis=1
        )
        for head in heads
    ]
    uncertainty = np.mean(
        [np.nan_to_num(measure_uncertainty(table), nan=1.0) for table in tables], axis=0
    )
    statuses = [STATUSES[code] for code in found.arrays["status"][rows]]
    reasons = {
        "uncertainty": uncertainty,
        "familiarity": found.arrays["familiarity"][rows],
        "status": statuses,
    }
    return pd.DataFrame(places | {"text": texts} | reasons)


def _distinct(pool: pd.DataFrame, labelled: Iterable[str]) -> pd.DataFrame:
    """Leave out copies, and copies of what is annotated: the same words, whatever the case and the spaces between."""
    plain = pool["text"].map(_plain)
    return pool[~plain.duplicated() & ~plain.isin({_plain(text) for text in labelled})]


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _vectors(model: Model, texts: Iterable[str]) -> Any:
    vectorizer = make_vectorizer(
        (1, 1),
        None,
        min_df=1,
        gazetteer=model.frozen.gazetteer,
        social_media=model.frozen.social_media,
    )
    return vectorizer.fit_transform(texts)
