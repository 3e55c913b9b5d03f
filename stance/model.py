"""The model a user holds: `label`, `label_frame`, `explain`, `save`, `load`."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from stance.columns import Columns
from stance.errors import InputError, ModelError
from stance.labels import KINDS, LABELLED_KINDS
from stance.options import carried_names, check_columns, check_level
from stance.results import (
    Document,
    Evidence,
    HeadResult,
    LabelledParagraph,
    document_columns,
    result_columns,
)
from stance.scoring.cells import label_cells
from stance.scoring.files import SUMS, digest, read_frozen
from stance.scoring.folders import SHIPPED, pack_model, read_card, save_model, shipped_path
from stance.scoring.frozen import FrozenModel
from stance.scoring.heads import Head
from stance.scoring.scorer import Scores
from stance.text.paragraphs import Paragraph, split_paragraphs

if TYPE_CHECKING:
    import pandas as pd


class Model:
    """Labels paragraphs and documents with a frozen model.

    Made by `stance.load` and `stance.train`, not by hand.

    Attributes
    ----------
    labels : dict of str to tuple of str
        The labels of each head, in sorted order.
    facts : dict
        Recipe, versions, digest of the seeds, measured figures.
    """

    def __init__(
        self,
        frozen: FrozenModel,
        *,
        pipelines: Mapping[str, Any] | None = None,
        source: Path | None = None,
    ):
        self.frozen = frozen
        self.facts = frozen.facts
        self.labels = {name: head.classes for name, head in frozen.heads.items()}
        self._pipelines = dict(pipelines or {})
        self._source = source

    def __repr__(self) -> str:
        heads = ", ".join(f"{head}: {' / '.join(labels)}" for head, labels in self.labels.items())
        return f"<stance.Model {self.facts.get('name', 'unnamed')} ({heads})>"

    @property
    def card(self) -> str | None:
        """The model card that lies in the model's folder or zip (``MODEL_CARD.md``), or None."""
        return read_card(self._source) if self._source else None

    def _repr_html_(self) -> str:
        from stance.show.notebook import model_html

        return model_html(self.labels, self.facts)

    def __reduce__(self) -> tuple[Any, tuple[bytes]]:
        """Travel to another process as the zip that `load` reads: plain data. The pipelines stay behind."""
        return _unpack, (self._packed,)

    @cached_property
    def _packed(self) -> bytes:
        return pack_model(self.frozen)

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of everything that makes the labels what they are; the pipelines do not count."""
        import zipfile

        with zipfile.ZipFile(io.BytesIO(self._packed)) as archive:
            return digest(archive.read(SUMS))

    def label(
        self,
        text: str,
        *,
        unit: str = "document",
        kinds: Iterable[str] = LABELLED_KINDS,
        level: float = 0.9,
        target: str | None = None,
        evidence: bool = True,
    ) -> Document:
        """Split a document into blocks and label each.

        Parameters
        ----------
        text : str
            One document.
        unit : {"document", "row"}, default="document"
            "row" takes the whole text as one paragraph.
        kinds : iterable of str, default={"paragraph", "list item"}
            The kinds of blocks to label; the others come back as "skipped".
        level : float, default=0.9
            Level of the prediction sets behind `uncertain`.
        target : str, optional
            What the text is about, if the model was trained with `target_column`; None, or one it has not seen, uses what
            all targets share.
        evidence : bool, default=True
            Whether to say which words speak for each label; it takes longer than the label does.

        Returns
        -------
        Document
            Every block, in order, with the evidence for its labels.

        Raises
        ------
        InputError
            If `text` is not a str, or an option is none of its values.
        """
        _check_text(text)
        check_level(level)
        chosen = frozenset([kinds] if isinstance(kinds, str) else kinds)
        if unit not in ("document", "row") or not chosen <= set(KINDS):
            raise InputError(
                f"`unit` must be 'document' or 'row', and `kinds` among {list(KINDS)!r}; got {unit!r} and {sorted(chosen)!r}."
            )
        blocks = [Paragraph(0, len(text), "paragraph")] if unit == "row" else split_paragraphs(text)
        texts = [text[block.start : block.end] for block in blocks if block.kind in chosen]
        scores = self.frozen.score(texts, [target] * len(texts))
        rows = iter(range(len(texts)))
        labelled = [
            self._block(
                text,
                block,
                scores,
                next(rows) if block.kind in chosen else None,
                level,
                target,
                evidence,
            )
            for block in blocks
        ]
        return Document(text, labelled, self.labels)

    def _block(
        self,
        document: str,
        block: Paragraph,
        scores: Scores,
        row: int | None,
        level: float,
        target: str | None,
        evidence: bool,
    ) -> LabelledParagraph:
        text = document[block.start : block.end]
        place = (text, block.start, block.end, block.kind)
        if row is None:
            return LabelledParagraph(*place, "skipped")
        if not scores.words[row]:
            return LabelledParagraph(*place, "empty")
        familiarity = float(scores.familiarity[row])
        if familiarity < self.facts["familiar"]:
            return LabelledParagraph(*place, "unfamiliar", {}, familiarity)
        tokens = self.frozen.tokens(text) if evidence else []
        results = {
            name: _head_result(
                head.aim(target), scores.probabilities[name][row], tokens, block, document, level
            )
            for name, head in self.frozen.heads.items()
        }
        return LabelledParagraph(*place, "labelled", results, familiarity)

    def explain(
        self,
        text: str,
        *,
        head: str = "stance",
        label: str | None = None,
        contrast: str | None = None,
        target: str | None = None,
    ) -> tuple[float, tuple[Evidence, ...]]:
        """Tell which words of one paragraph speak for a label and which against.

        Parameters
        ----------
        text : str
            One paragraph.
        head : str, default="stance"
            Which label column to explain.
        label : str, optional
            The label to explain; by default the most probable one.
        contrast : str, optional
            Another label: explain why `label` and not this one.
        target : str, optional
            As in `label`.

        Returns
        -------
        intercept : float
            The logit before any word is read; less that of `contrast`.
        evidence : tuple of Evidence
            In the order of the text; contributions and intercept add up to the label's logit, less that of `contrast`.

        Raises
        ------
        InputError
            If there is no such head or label.
        """
        _check_text(text)
        if head not in self.frozen.heads:
            raise InputError(f"`head` must be one of {list(self.labels)!r}; got {head!r}.")
        chosen = self.frozen.heads[head].aim(target)
        for name, value in (("label", label), ("contrast", contrast)):
            if value is not None and value not in chosen.classes:
                raise InputError(
                    f"`{name}` must be one of {list(chosen.classes)!r}; got {value!r}."
                )
        tokens = self.frozen.tokens(text)
        direction = np.zeros(len(chosen.classes))
        direction[
            int(np.argmax(chosen.logits([tokens])[0]))
            if label is None
            else chosen.classes.index(label)
        ] += 1
        if contrast is not None:
            direction[chosen.classes.index(contrast)] -= 1
        return float(chosen.intercept @ direction), _evidence(chosen, tokens, text, direction, 0)

    def label_frame(
        self,
        frame: pd.DataFrame,
        *,
        text: str = "text",
        unit: str = "paragraph",
        keep: str | Sequence[str] = (),
        level: float = 0.9,
        target_column: str | None = None,
    ) -> pd.DataFrame:
        """Label a column of texts.

        Parameters
        ----------
        frame : pandas.DataFrame
            Left as it is.
        text : str, default="text"
            The column of texts.
        unit : {"paragraph", "row", "document"}, default="paragraph"
            "paragraph" splits each cell and gives one row a block; "row" takes each cell as one paragraph; "document"
            gives one row a cell, with the shares of each label among its labelled paragraphs.
        keep : "all" or sequence of str, default=()
            Columns of `frame` to carry along; one whose name a result needs becomes ``input_<name>``.
        level : float, default=0.9
            Level of the prediction sets behind the uncertain columns.
        target_column : str, optional
            The column that names what each text is about, as `target` in `label`.

        Returns
        -------
        pandas.DataFrame
            The index of `frame`, repeated where a cell gives several rows. Column ``row`` counts the input rows from 0.
            A missing, empty or non-text cell keeps its row, with a status and no label.

        Raises
        ------
        InputError
            If a column is not there, or `unit` is another word.
        """
        import pandas as pd

        kept = check_columns(list(frame.columns), text, keep, target_column)
        targets = None if target_column is None else frame[target_column].tolist()
        labelled = self.label_cells(frame[text].tolist(), unit=unit, level=level, targets=targets)
        out = labelled.frame(self.labels)
        at = labelled.arrays["row"]
        out.index = frame.index.take(at)
        names = carried_names(kept, ["row", *self.columns(unit)])
        carried = frame[kept].iloc[at].set_axis(list(names.values()), axis=1)
        carried.index = out.index
        return pd.concat([carried, out], axis=1)

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
    ) -> Columns:
        """Label many cells at once, whatever they hold.

        Parameters
        ----------
        cells : sequence of object, of length n_cells
            Texts, or what stands in their place (None, NaN, a number).
        unit : {"paragraph", "row", "document"}, default="paragraph"
            As in `label_frame`.
        level : float, default=0.9
            As in `label_frame`.
        targets : sequence of object, of length n_cells, optional
            What stands in the target column; all but a known target counts as unknown.
        longest : int, optional
            A text of more characters gets the status "too long" and no label.

        Returns
        -------
        Columns
            At least one row a cell, in order: ``row``, which counts the cells from 0, then those of `columns`.

        Raises
        ------
        InputError
            If `unit` or `level` is none of its values.
        """
        return label_cells(
            self.frozen, cells, unit=unit, level=level, targets=targets, longest=longest
        )

    def save(self, path: str | Path) -> Path:
        """Write the model to a folder, which must not hold anything else.

        Parameters
        ----------
        path : str or Path
            A new folder, or one that holds a model (it is replaced whole).

        Returns
        -------
        Path
            The folder: frozen model, and beside it each head's scikit-learn pipeline as ``<head>.joblib`` where the model
            was trained in this process.

        Raises
        ------
        ModelError
            If something else stands there.
        """
        folder = Path(path)
        save_model(self.frozen, folder, pipelines=self._pipelines, source=self._source)
        return folder


def _head_result(
    head: Head,
    probabilities: np.ndarray,
    tokens: Any,
    block: Paragraph,
    document: str,
    level: float,
) -> HeadResult:
    best = int(np.argmax(probabilities))
    words = (
        _evidence(head, tokens, document, np.eye(len(head.classes))[best], block.start)
        if tokens
        else ()
    )
    by_label = dict(zip(head.classes, probabilities.tolist(), strict=True))
    uncertain = bool(head.is_uncertain(probabilities[None], level)[0])
    return HeadResult(head.classes[best], by_label, uncertain, float(head.intercept[best]), words)


def _evidence(
    head: Head, tokens: Any, document: str, direction: np.ndarray, offset: int
) -> tuple[Evidence, ...]:
    parts = head.contributions(tokens) @ direction
    spans = [(token.start + offset, token.end + offset) for token in tokens]
    return tuple(
        Evidence(document[s:e], s, e, float(part))
        for (s, e), part in zip(spans, parts, strict=True)
        if part
    )


def _check_text(text: Any) -> None:
    if not isinstance(text, str):
        raise InputError(
            f"`text` must be a str; got {type(text).__name__}. Decode bytes first, and drop missing values."
        )


def load(path: str | Path | None = None) -> Model:
    """Load a model, checking every byte of it; nothing in it is run.

    Parameters
    ----------
    path : str or Path, optional
        A model folder or a zip of one, or "ceasefire" for the shipped model (unless that path exists). By default the
        shipped model.

    Returns
    -------
    Model

    Raises
    ------
    ModelError
        If there is no model, or it was changed, or it is of another format.
    """
    if path is None or (path == SHIPPED and not Path(path).exists()):
        path = shipped_path()
    return Model(read_frozen(Path(path)), source=Path(path))


def as_model(model: Model | str | Path | None) -> Model:
    """Return a model as it is, or load it as `load` does."""
    return model if isinstance(model, Model) else load(model)


@lru_cache(maxsize=4)
def _unpack(content: bytes) -> Model:
    """Make a model of what `Model.__reduce__` gave; the same model, however often a process is sent it."""
    import tempfile

    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch, "model.zip")
        path.write_bytes(content)
        return Model(read_frozen(path))


def load_pipeline(path: str | Path, head: str) -> Any:
    """Load the scikit-learn pipeline of one head, for experiments.

    A pickle can run any code when it is loaded: load one only from a folder that you, or someone you trust, made. The
    file's SHA-256 is compared with the one in the model's facts first, which finds damage, not malice.

    Parameters
    ----------
    path : str or Path
        A model folder.
    head : str
        A label column of the model ("stance").

    Returns
    -------
    ParagraphClassifier

    Raises
    ------
    ModelError
        If there is no such pipeline, or its digest differs.
    """
    folder = Path(path)
    file = folder / f"{head}.joblib"
    if not file.exists():
        there = sorted(found.stem for found in folder.glob("*.joblib"))
        raise ModelError(
            f"{folder} must hold {file.name}; it holds pipelines for {there!r}. Save a model that was trained here."
        )
    if read_frozen(folder).facts.get("pipelines", {}).get(head) != digest(file.read_bytes()):
        raise ModelError(
            f"{file} was changed after it was saved. Do not load it; copy or train the model again."
        )
    import joblib

    return joblib.load(file)
