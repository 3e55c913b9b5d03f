"""Draw the paragraphs to annotate, with the probability that an estimate needs beside each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from stance.annotate.columns import empty_readings
from stance.errors import InputError
from stance.inference.prints import Print, as_numbers, group_name, read_print
from stance.inference.samples import DREW_ARTICLES
from stance.options import check_positive, check_random_state

if TYPE_CHECKING:
    import pandas as pd

UNCERTAINTY: Final = "uncertainty"
FLOOR: Final = 0.25
"""Drawn by uncertainty, a paragraph gets at least this share of the probability n / N.

Without a floor, one that the model is wrongly sure of could weigh as much as all others.
"""
_SHOWN: Final = ("text", "file", "row", "start", "end")


def draw(
    labelled: pd.DataFrame | str | Path,
    n: int,
    *,
    by: str | Sequence[str] | None = None,
    head: str | Sequence[str] | None = None,
    unit: str = "paragraph",
    article: str | None = None,
    source: str | Path | None = None,
    text: str | None = None,
    random_state: int = 0,
) -> pd.DataFrame:
    """Draw paragraphs at random, to be annotated.

    Parameters
    ----------
    labelled : pandas.DataFrame, str or Path
        What `stance score` wrote.
    n : int
        How many paragraphs to draw; all of them, if there are fewer.
    by : str or sequence of str, optional
        Columns whose groups get the same number each, as comparisons need; or "uncertainty", which
        draws more of the paragraphs that the model is unsure of, as a share of all print needs.
        By default each paragraph has the same chance.
    head : str or sequence of str, optional
        The label columns to leave empty for the reader, and whose uncertainty counts; by default
        all in the table.
    unit : {"paragraph", "article"}, default="paragraph"
        "article" draws n whole articles, of which all paragraphs are to be read: shares of articles
        need that.
    article : str, optional
        For unit "article": the column that names each paragraph's article, as in `estimate_shares`.
    source : str or Path, optional
        The table that was scored, for the texts, unless `labelled` carries them along.
    text : str, optional
        The column of texts; by default "text".
    random_state : int, default=0
        Draws the paragraphs.

    Returns
    -------
    pandas.DataFrame
        One row per paragraph, in random order, so that a part that is annotated from the top is a
        sample too: ``paragraph_id``, its text where it is known, and the other columns of a table
        of readings, of which ``stratum``, ``probability`` and ``drawn_from`` are filled in. The
        model's labels are left out, so as not to influence the reader. ``attrs["notes"]`` says if
        there were fewer than `n`.

    Raises
    ------
    InputError, TableError
        If an option or a table is wrong.

    Notes
    -----
    Unequal probabilities are drawn by randomised systematic sampling, which keeps each of them
    exactly and n fixed.

    Examples
    --------
    >>> import pandas as pd, stance
    >>> labelled = pd.DataFrame({"paragraph_id": [f"{n}:0-9" for n in range(60)]})
    >>> labelled["stance"], labelled["outlet"] = "neutral", ["Bell"] * 20 + ["Lamp"] * 40
    >>> drawn = stance.draw(labelled, 10, by="outlet", head="stance")
    >>> print(drawn.groupby("stratum")["probability"].agg(["size", "first"]).reset_index())
      stratum  size  first
    0    Bell     5  0.250
    1    Lamp     5  0.125
    """

    check_positive("n", n)
    check_random_state(random_state)
    columns = [by] if isinstance(by, str) else list(dict.fromkeys(by or ()))
    by_uncertainty = columns == [UNCERTAINTY]
    groups = [] if by_uncertainty else columns
    if unit not in ("paragraph", "article") or (unit == "article" and by_uncertainty):
        raise InputError(
            "`unit` must be 'paragraph' or 'article', and 'paragraph' for by='uncertainty'; got "
            f"{unit!r}."
        )
    print_ = read_print(labelled, heads=head, by=groups, article=article)
    random = np.random.default_rng(random_state)
    n_all = len(print_) if unit == "paragraph" else len(np.unique(print_.articles))
    notes = [] if n <= n_all else [f"All {n_all:,} {unit}s are drawn; {n:,} were asked for."]
    n = min(n, n_all)
    if unit == "article":
        rows, probabilities, strata = _draw_articles(print_, groups, n, random)
    elif by_uncertainty:
        probabilities = _unequal(uncertainty(print_), n)
        rows = _draw_systematically(probabilities, random)
        strata = np.full(len(rows), "all", dtype=object)
    else:
        rows, probabilities, strata = _draw_strata(print_, groups, n, random)
    if unit == "paragraph":  # articles come in random order already, their paragraphs in print's
        order = random.permutation(len(rows))
        rows, strata = rows[order], strata[order]
    shown = print_.frame[["paragraph_id", *(name for name in _SHOWN if name in print_.frame)]]
    drawn = shown.iloc[rows].reset_index(drop=True)
    drawn = _with_texts(drawn, source, text or "text")
    drawn = drawn[[name for name in ("paragraph_id", "text") if name in drawn]]
    readings = empty_readings(
        drawn,
        print_.heads,
        stratum=strata,
        probability=probabilities[rows],
        drawn_from="draw" if unit == "paragraph" else DREW_ARTICLES,
    )
    readings.attrs["notes"] = notes
    return readings


def _draw_strata(
    print_: Print, groups: Sequence[str], n: int, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the rows drawn, the probability of each row of the print, and the strata of rows."""
    members = print_.groups(groups)
    if n < len(members):
        raise InputError(
            f"`n` must be at least the number of groups, {len(members):,}; got {n}. "
            "Draw more, or name a column with fewer groups."
        )
    counts = share_out(n, [len(rows) for _, rows in members])
    probabilities = np.zeros(len(print_))
    drawn, strata = [], []
    for (values, rows), count in zip(members, counts, strict=True):
        probabilities[rows] = count / len(rows)
        drawn.append(random.choice(rows, count, replace=False))
        strata += [group_name(values) or "all"] * count
    return np.concatenate(drawn), probabilities, np.asarray(strata, dtype=object)


def _draw_articles(
    print_: Print, groups: Sequence[str], n: int, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw n whole articles, as `_draw_strata` draws paragraphs; an article follows another."""
    first = np.unique(print_.articles, return_index=True)[1]
    heads_of_articles = replace(
        print_,
        frame=print_.frame.iloc[first].reset_index(drop=True),
        articles=print_.articles[first],
        weights=print_.weights[first],
    )
    drawn, chances, names = _draw_strata(heads_of_articles, groups, n, random)
    order = random.permutation(len(drawn))
    members = [np.flatnonzero(print_.articles == print_.articles[first[a]]) for a in drawn[order]]
    sizes = [len(rows) for rows in members]
    probabilities = chances[np.searchsorted(print_.articles[first], print_.articles)]
    return np.concatenate(members), probabilities, np.repeat(names[order], sizes)


def share_out(n: int, sizes: Sequence[int]) -> list[int]:
    """Share n out among groups equally, as far as each has enough.

    >>> share_out(10, [2, 50, 50])
    [2, 4, 4]
    """
    counts = [0] * len(sizes)
    for _ in range(n):
        open_ = [number for number, size in enumerate(sizes) if counts[number] < size]
        if open_:
            counts[min(open_, key=lambda number: counts[number])] += 1
    return counts


def uncertainty(print_: Print) -> np.ndarray:
    """Return how far the labels of each paragraph may be off, averaged over heads; at least 0.

    For a label of probability p the reader's deviates from it by ``sqrt(p (1 - p))``.
    """
    spreads = []
    for head in print_.heads:
        column = f"{head}_probability"
        if column not in print_.frame:
            raise InputError(
                f"by='uncertainty' must have the column {column!r} of `stance score`; the columns "
                f"are {list(print_.frame.columns)!r}."
            )
        p = as_numbers(print_.frame[column]).clip(0, 1).to_numpy(dtype=float)
        spreads.append(np.sqrt(np.nan_to_num(p * (1 - p), nan=0.25)))  # withheld: wholly uncertain
    return np.asarray(np.mean(spreads, axis=0))


def _unequal(sizes: np.ndarray, n: int) -> np.ndarray:
    """Return probabilities that grow with `sizes`, are at most 1, and add up to n.

    >>> _unequal(np.array([0.0, 1.0, 3.0]), 1).round(3).tolist()
    [0.083, 0.271, 0.646]
    """
    total = sizes.sum()
    relative = sizes / total if total else np.full(len(sizes), 1 / len(sizes))
    wanted = FLOOR / len(sizes) + (1 - FLOOR) * relative
    probabilities = np.minimum(n * wanted, 1)
    while probabilities.sum() < n - 1e-9 and (probabilities < 1).any():
        below = probabilities < 1
        factor = (n - (~below).sum()) / probabilities[below].sum()
        probabilities[below] = np.minimum(probabilities[below] * factor, 1)
    return probabilities


def _draw_systematically(probabilities: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Draw each row with its probability: shuffle, lay them end to end, take every whole step."""
    order = random.permutation(len(probabilities))
    ends = np.cumsum(probabilities[order])
    n = round(float(ends[-1]))
    ends *= n / ends[-1]
    steps = np.floor(ends - random.random())  # a row is drawn where it crosses a whole number
    crossed = np.diff(steps, prepend=-1.0) > 0
    return np.asarray(order[crossed])


def _with_texts(drawn: pd.DataFrame, source: str | Path | None, text: str) -> pd.DataFrame:
    """Add the text of each paragraph, from the table that was scored or from the labelled one."""
    if source is not None:
        cells = _read_cells(drawn, source, text)
    elif text in drawn:
        cells = drawn[text].astype(str).tolist()
    else:
        return drawn
    starts, ends = drawn["start"].astype(int), drawn["end"].astype(int)
    return drawn.assign(
        text=[
            cell if len(cell) == end - start else cell[start:end]
            for cell, start, end in zip(cells, starts, ends, strict=True)
        ]
    )


def _read_cells(drawn: pd.DataFrame, source: str | Path, text: str) -> list[str]:
    """Read the cells that the drawn paragraphs are of."""
    from stance.tables.inputs import Inputs

    rows = drawn["row"].astype(int)
    files = drawn["file"].astype(str) if "file" in drawn else [""] * len(drawn)
    wanted = dict.fromkeys(zip(files, rows, strict=True), "")
    with Inputs(source) as inputs:
        if text not in inputs.columns:
            raise InputError(
                f"there is no column {text!r}; the columns are {list(inputs.columns)!r}. "
                "Name the column of texts with text= (--text)."
            )
        for file, chunk, _ in inputs.chunks([text]):
            for number, cell in zip(chunk.numbers, chunk.columns[text], strict=True):
                key = (file if "file" in drawn else "", number)
                if key in wanted:
                    wanted[key] = str(cell)
    return [wanted[key] for key in zip(files, rows, strict=True)]
