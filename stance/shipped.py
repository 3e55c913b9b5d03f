"""Label with the shipped model in one line; it is loaded once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from stance.labels import LABELLED_KINDS
from stance.model import Model, load
from stance.results import Document


@lru_cache(maxsize=1)
def load_shipped() -> Model:
    """Return the shipped model, the same object each time."""
    return load()


def label(
    text: str,
    *,
    unit: str = "paragraph",
    kinds: Iterable[str] = LABELLED_KINDS,
    level: float = 0.9,
    evidence: bool = True,
    html: str = "detect",
) -> Document:
    """Label one document with the shipped model.

    Parameters
    ----------
    text : str
        One document.
    unit, kinds, level, evidence, html
        As in `Model.label`.

    Returns
    -------
    Document
        Every block, in order, with its labels and their evidence.

    Examples
    --------
    >>> import stance
    >>> document = stance.label("Aid workers pleaded for the fighting to stop.")
    >>> [paragraph.stance for paragraph in document]
    ['pro-ceasefire']
    """
    return load_shipped().label(
        text, unit=unit, kinds=kinds, level=level, evidence=evidence, html=html
    )


def label_frame(
    frame: Any,
    text: str = "text",
    *,
    unit: str | None = None,
    keep: str | Sequence[str] = (),
    columns: str | Sequence[str] = "all",
    level: float = 0.9,
    key: str | None = None,
    article: str | None = None,
    html: str = "detect",
) -> Any:
    """Label a column of texts, or a list of texts, with the shipped model.

    Parameters
    ----------
    frame : table, Series, or iterable of str or dict
        Of pandas, polars, pyarrow or another library that narwhals reads. Not changed.
    text : str, default="text"
        The column of texts.
    unit, keep, columns, level, key, article, html
        As in `Model.label_frame`.

    Returns
    -------
    table
        As `Model.label_frame` returns it: of the same kind.

    Examples
    --------
    >>> import pandas as pd, stance
    >>> texts = ["Aid workers pleaded for the fighting to stop.", "The talks resume on Tuesday."]
    >>> stance.label_frame(pd.DataFrame({"body": texts}), "body")["stance"].tolist()
    ['pro-ceasefire', 'neutral']
    """
    return load_shipped().label_frame(
        frame,
        text,
        unit=unit,
        keep=keep,
        columns=columns,
        level=level,
        key=key,
        article=article,
        html=html,
    )
