"""The model that a user works with: `label`, `label_frame`, `explain`, `save`, `load`."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final

from stance.columns import Columns
from stance.errors import InputError
from stance.frames import open_frame
from stance.labels import KINDS, LABELLED_KINDS
from stance.options import (
    carried_names,
    check_columns,
    check_html,
    check_level,
    choose_head,
    choose_results,
    extra_columns,
)
from stance.results import Document, Evidence, document_columns, result_columns
from stance.scoring.blocks import count_html
from stance.scoring.cells import label_cells
from stance.scoring.evidence import explain_paragraph, label_blocks, locate, locate_evidence
from stance.scoring.files import read_frozen
from stance.scoring.folders import (
    SHIPPED,
    digest_model,
    pack_model,
    read_card,
    save_model,
    shipped_path,
)
from stance.scoring.frozen import FrozenModel
from stance.text.html import is_html, read_html, reads_html
from stance.text.paragraphs import Paragraph, split_paragraphs
from stance.texts import check_text, warn_of_html

_TEXT_UNITS: Final = ("paragraph", "row")
"""The units of one text; unit "document" is a figure of many paragraphs, for tables."""


class Model:
    """Labels paragraphs and documents.

    Made by `stance.load` and `stance.train`, not by hand.

    Attributes
    ----------
    labels : dict of str to tuple of str
        The labels of each head, in sorted order. A head is one label column: "stance" or "tone".
    facts : dict
        Recipe, versions, digest of the annotated rows, measured figures.
    """

    def __init__(
        self,
        frozen: FrozenModel,
        *,
        pipelines: Mapping[str, Any] | None = None,
        source: Path | None = None,
        card: str | None = None,
    ):
        self.frozen = frozen
        self.facts = frozen.facts
        self.labels = frozen.labels
        self._pipelines = dict(pipelines or {})
        self._source = source
        self._card = card

    def __repr__(self) -> str:
        heads = ", ".join(f"{head}: {' / '.join(labels)}" for head, labels in self.labels.items())
        return f"<stance.Model {self.facts.get('name', 'unnamed')} ({heads})>"

    @property
    def card(self) -> str | None:
        """The model card in the model's folder or zip (``MODEL_CARD.md``), or None."""
        if self._source is None or not self._source.exists():
            return self._card
        return read_card(self._source)

    def _repr_html_(self) -> str:
        from stance.show.notebook import model_html

        return model_html(self.labels, self.facts)

    def __reduce__(self) -> tuple[Any, tuple[bytes]]:
        """Travel to another process as the zip that `load` reads: plain data, no pipelines."""
        return _unpack, (self._packed,)

    @cached_property
    def _packed(self) -> bytes:
        return pack_model(self.frozen)

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of everything that decides the labels; the pipelines are not part of it."""
        return digest_model(self.frozen)

    def label(
        self,
        text: str,
        *,
        unit: str = "paragraph",
        kinds: Iterable[str] = LABELLED_KINDS,
        level: float = 0.9,
        target: str | None = None,
        evidence: bool = True,
        html: str = "detect",
    ) -> Document:
        """Split a document into blocks and label each.

        Parameters
        ----------
        text : str
            One document.
        unit : {"paragraph", "row"}, default="paragraph"
            "paragraph" gives one result per block; "row" takes the whole text as one paragraph.
        kinds : iterable of str, default={"paragraph", "list item"}
            The kinds of blocks to label; the others come back as "skipped".
        level : float, default=0.9
            Confidence level, from 0.5 to 0.99. A label is `uncertain` if, at this level, more than
            one label, or none, is plausible.
        target : str, optional
            What the text is about, if the model was trained with `target_column`. None, or a target
            that the model has not seen, uses what all targets share.
        evidence : bool, default=True
            Whether to find the words that count for or against each label. That takes longer than
            the labels do.
        html : {"detect", "strip", "keep"}, default="detect"
            Whether to read the text as HTML: if it has a tag or entity of HTML, always, or never.
            HTML is labelled without its tags, and offsets are those of `text` as it was given.

        Returns
        -------
        Document
            Every block, in order, with the evidence for its labels.

        Raises
        ------
        InputError
            If `text` is not a str, or an option is invalid.
        """
        check_text(text)
        check_level(level)
        if unit not in _TEXT_UNITS:
            raise InputError(f"`unit` must be one of {list(_TEXT_UNITS)!r}; got {unit!r}.")
        chosen = frozenset([kinds] if isinstance(kinds, str) else kinds)
        if not chosen <= set(KINDS):
            raise InputError(f"`kinds` must be among {list(KINDS)!r}; got {sorted(chosen)!r}.")
        check_html(html)
        page = read_html(text) if reads_html(text, html) else None
        plain = text if page is None else page.text
        whole = [Paragraph(0, len(plain), "paragraph")]
        document = label_blocks(
            self.frozen,
            plain,
            whole if unit == "row" else split_paragraphs(plain),
            kinds=chosen,
            level=level,
            target=target,
            evidence=evidence,
        )
        return document if page is None else locate(document, page, text)

    def explain(
        self,
        text: str,
        *,
        head: str | None = None,
        label: str | None = None,
        contrast: str | None = None,
        target: str | None = None,
        pairs: bool = False,
    ) -> tuple[float, tuple[Evidence, ...]]:
        """Return the words of one paragraph that count for or against a label.

        Parameters
        ----------
        text : str
            One paragraph.
        head : str, optional
            Which label column to explain; by default "stance", or the only one.
        label : str, optional
            The label to explain; by default the most probable one.
        contrast : str, optional
            Another label: explain why `label` and not this one.
        target : str, optional
            As in `label`.
        pairs : bool, default=False
            Whether two words that add more as a pair than each of them alone are one piece of
            evidence; by default, what a pair adds is split between its words.

        Returns
        -------
        intercept : float
            The logit before any word is read, minus that of `contrast`.
        evidence : tuple of Evidence
            In the order of the text. Contributions and intercept add up to the label's logit, minus
            that of `contrast`.

        Raises
        ------
        InputError
            If the model has no such head or label.
        """
        check_text(text)
        page = read_html(text) if is_html(text) else None
        intercept, words = explain_paragraph(
            self.frozen,
            text if page is None else page.text,
            head=choose_head(self.labels, head),
            label=label,
            contrast=contrast,
            target=target,
            pairs=pairs,
        )
        return intercept, words if page is None else locate_evidence(words, page)

    def label_frame(
        self,
        frame: Any,
        text: str = "text",
        *,
        unit: str | None = None,
        keep: str | Sequence[str] = (),
        columns: str | Sequence[str] = "all",
        level: float = 0.9,
        target_column: str | None = None,
        key: str | None = None,
        article: str | None = None,
        html: str = "detect",
    ) -> Any:
        """Label a column of texts, or a list of texts.

        Parameters
        ----------
        frame : table, Series, or iterable of str or dict
            A table of pandas, polars, pyarrow or another library that narwhals reads; or texts: a
            Series, a list or a generator; or rows as dicts. Not changed.
        text : str, default="text"
            The column of texts.
        unit : {"paragraph", "row", "document"}, optional
            What one row of the result stands for. "paragraph", the default for tables, splits each
            cell and gives one row per block; "row", the default for texts without a table, takes
            each cell as one paragraph; "document" gives one row per cell, with the share of each
            label among its labelled paragraphs.
        keep : "all" or sequence of str, default=()
            Columns of `frame` to carry along. One with the name of a result column becomes
            ``input_<name>``.
        columns : "all", "+text" or sequence of str, default="all"
            The result columns: some of ``row`` and `columns`. "+text" is all of them and the text
            of each paragraph, in a column ``text``; "+voice" adds whose words it gives (own,
            attributed, quoted), "+place" where it stands (lead, body), and "+digest" the SHA-256 of
            its text in UTF-8.
        level : float, default=0.9
            As in `label`.
        target_column : str, optional
            The column that names what each text is about, as `target` in `label`.
        key : str, optional
            A column of unique values, by which ``paragraph_id`` names the documents. By default
            the number of the row.
        article : str, optional
            The column that names the article of each text, where an article has several rows. It
            is carried along as ``article``, which figures then take as the cluster.
        html : {"detect", "strip", "keep"}, default="detect"
            As in `label`; a notice says how many cells are HTML.

        Returns
        -------
        table
            Of the same kind as `frame`; for anything but a table or Series, a pandas DataFrame.
            From pandas it has the index of `frame`, repeated where a cell gives several rows, and
            labels as categories; elsewhere labels are strings. Column ``row`` counts the input rows
            from 0. A missing, empty or non-text cell keeps its row, with a status
            and no label.

        Raises
        ------
        InputError
            If a column is missing, an option is invalid, or `frame` is something else, such as a
            file or a LazyFrame; the message says what to call.

        Examples
        --------
        >>> import pandas as pd, stance
        >>> text = "Aid workers pleaded for the fighting to stop."
        >>> frame = pd.DataFrame({"body": [text, None]})
        >>> stance.load().label_frame(frame, "body")[["row", "stance", "status"]]
           row         stance    status
        0    0  pro-ceasefire  labelled
        1    1            NaN   missing
        """
        table = open_frame(frame, text)
        unit = unit or table.unit
        kept = check_columns(table.columns, text, keep, target_column, key, article)
        targets = None if target_column is None else table.cells(target_column)
        keys = None if key is None else table.cells(key)
        chosen = choose_results(columns, unit, self.columns(unit))
        cells = table.cells(text)
        warn_of_html(count_html(cells) if html == "detect" else 0)
        labelled = self.label_cells(
            cells,
            unit=unit,
            level=level,
            targets=targets,
            keys=keys,
            with_text="text" in chosen,
            extra=extra_columns(chosen, self.columns(unit)),
            html=html,
        )
        names = carried_names(kept, ["row", *self.columns(unit), *chosen], article)
        return table.labelled(labelled, chosen, names, self.labels)

    def columns(self, unit: str = "paragraph") -> list[str]:
        """List the result columns for a unit, in order."""
        return document_columns(self.labels) if unit == "document" else result_columns(self.labels)

    def label_cells(
        self,
        cells: Sequence[Any],
        *,
        unit: str = "paragraph",
        level: float = 0.9,
        targets: Sequence[Any] | None = None,
        longest: int | None = None,
        keys: Sequence[Any] | None = None,
        with_text: bool = False,
        extra: Sequence[str] = (),
        html: str = "detect",
    ) -> Columns:
        """Label many cells at once, whatever they contain.

        Parameters
        ----------
        cells : sequence of object, of length n_cells
            Texts, or what a table has in their place (None, NaN, a number).
        unit : {"paragraph", "row", "document"}, default="paragraph"
            As in `label_frame`.
        level : float, default=0.9
            As in `label`.
        targets : sequence of object, of length n_cells, optional
            The cells of the target column; any value but a known target counts as unknown.
        longest : int, optional
            A text of more characters gets the status "too long" and no label.
        keys : sequence of object, of length n_cells, optional
            What ``paragraph_id`` names each cell by; by default its number, from 0.
        with_text : bool, default=False
            Add a column ``text``, with the text of each paragraph.
        extra : sequence of {"digest", "voice", "place"}, default=()
            Add these columns: the SHA-256 of its text in UTF-8, whose words the paragraph gives,
            and where it stands.
        html : {"detect", "strip", "keep"}, default="detect"
            As in `label`.

        Returns
        -------
        Columns
            At least one row per cell, in order: ``row``, which counts the cells from 0, then the
            columns that `columns` lists.

        Raises
        ------
        InputError
            If `unit` or `level` is invalid.
        """
        return label_cells(
            self.frozen,
            cells,
            unit=unit,
            level=level,
            targets=targets,
            longest=longest,
            keys=keys,
            with_text=with_text,
            extra=extra,
            html=html,
        )

    def save(self, path: str | Path, *, force: bool = False) -> Path:
        """Write the model to a folder.

        Parameters
        ----------
        path : str or Path
            A new folder, or an empty one.
        force : bool, default=False
            Replace a model in this folder. Nothing but a model is ever replaced.

        Returns
        -------
        Path
            The folder. It holds the frozen model and, for each head that was trained in this
            process, its scikit-learn pipeline as ``<head>.joblib``.

        Raises
        ------
        ModelError
            If the folder holds a model and `force` is not set, or if it holds anything else.
        """
        folder = Path(path)
        save_model(
            self.frozen,
            folder,
            pipelines=self._pipelines,
            source=self._source,
            card=self.card,
            force=force,
        )
        return folder


def load(path: str | Path | None = None) -> Model:
    """Load a model and check every byte of it; nothing in it is run.

    Parameters
    ----------
    path : str or Path, optional
        A model folder or a zip of one, or "ceasefire" for the shipped model (unless that path
        exists). By default the shipped model.

    Returns
    -------
    Model

    Raises
    ------
    ModelError
        If there is no model, or it was changed, or it has another format.
    """
    if path is None or (path == SHIPPED and not Path(path).exists()):
        path = shipped_path()
    return Model(read_frozen(Path(path)), source=Path(path))


def as_model(model: Model | str | Path | None) -> Model:
    """Return a model as it is, or load it as `load` does."""
    return model if isinstance(model, Model) else load(model)


@lru_cache(maxsize=4)
def _unpack(content: bytes) -> Model:
    """Return the model of `Model.__reduce__`: the same object each time a process receives it."""
    return Model(read_frozen(io.BytesIO(content)))
