"""Options that entry points share: which columns are read, and how their texts are labelled."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import TYPE_CHECKING, Any, Final

from stance.errors import InputError

if TYPE_CHECKING:
    from stance.columns import Columns
    from stance.model import Model

UNITS: Final = ("paragraph", "row", "document")
HTML_MODES: Final = ("detect", "strip", "keep")
"""Whether a text is read as HTML: if it has a tag or entity of HTML, always, or never."""
ON_REQUEST: Final = {
    "paragraph": ("text", "digest", "voice", "place"),
    "row": ("text", "digest", "voice"),
    "document": (),
}
"""By unit, the result columns that "all" leaves out."""
ARTICLE: Final = "article"
"""The column that names each paragraph's article, where the user says which it is."""
LEVELS: Final = (0.5, 0.99)
"""The lowest and highest confidence level of prediction sets."""
MAX_CELL_CHARACTERS: Final = 1_000_000
"""Characters of the longest cell that a run labels; the longest novels have three times as many."""

NAME_TEXT: Final = "Name the column of texts with text= (--text)."
"""What to do about a missing column 'text', the default."""

# What str.isalnum says, without a step of Python for each character.
_WORD: Final = re.compile(r"[^\W_]")


@dataclass(frozen=True)
class Reading:
    """Which columns of a table are read, and how its texts are labelled.

    It is plain data, so that it can be sent to other processes.

    Attributes
    ----------
    text : str
        The column of texts.
    target_column : str or None
        The column that names what each text is about.
    unit : {"paragraph", "row", "document"}
        As in `stance.Model.label_frame`.
    level : float
        As in `stance.Model.label_frame`.
    with_text : bool
        Whether the results have a column "text": the text of each paragraph.
    extra : tuple of str
        Which of the columns "digest", "voice" and "place" the results have.
    html : {"detect", "strip", "keep"}
        As in `stance.Model.label_frame`.
    longest : int or None
        A cell of more characters gets the status "too long" and no label; None sets no limit.
    key : str or None
        A column of unique values, by which ``paragraph_id`` names the documents.

    Raises
    ------
    InputError
        If an option is invalid.
    """

    text: str
    target_column: str | None = None
    unit: str = "paragraph"
    level: float = 0.9
    longest: int | None = None
    key: str | None = None
    with_text: bool = False
    html: str = "detect"
    extra: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_unit(self.unit)
        check_level(self.level)
        check_html(self.html)
        if self.longest is not None:
            check_positive("longest", self.longest)

    def columns(self, kept: Sequence[Any] = ()) -> list[Any]:
        """List the columns to read, each once: texts, targets, keys, and those to carry along.

        >>> Reading("body", "about").columns(["id", "body"])
        ['body', 'about', 'id']
        """
        others = [name for name in (self.target_column, self.key) if name is not None]
        return list(dict.fromkeys([self.text, *others, *kept]))

    def label(
        self,
        model: Model,
        cells: Mapping[Any, Sequence[Any]],
        row_keys: Sequence[Any] | None = None,
    ) -> Columns:
        """Label rows of a table, given as cells by column.

        Column ``row`` of the result counts these rows from 0. ``paragraph_id`` names them by the
        column `key`, or else by `row_keys`, or else by this count.
        """
        return model.label_cells(
            cells[self.text],
            unit=self.unit,
            level=self.level,
            targets=None if self.target_column is None else cells[self.target_column],
            longest=self.longest,
            keys=row_keys if self.key is None else cells[self.key],
            with_text=self.with_text,
            extra=self.extra,
            html=self.html,
        )

    def empty(self, model: Model) -> Columns:
        """Return the result columns without any row: their names and types."""
        return model.label_cells(
            [], unit=self.unit, level=self.level, with_text=self.with_text, extra=self.extra
        )


def cell_status(cell: Any, longest: int | None = None) -> str | None:
    """Name what keeps a cell from being labelled, or None.

    >>> [cell_status(cell, longest=9) for cell in (float("nan"), 7, "A long truce.", " ", "Truce.")]
    ['missing', 'not text', 'too long', 'empty', None]
    """
    if isinstance(cell, str):  # nearly every cell
        if longest is not None and len(cell) > longest:
            return "too long"
        return None if _WORD.search(cell) else "empty"
    missing = (
        cell is None
        or type(cell).__name__ in ("NAType", "NaTType")
        or (isinstance(cell, float) and math.isnan(cell))
    )
    return "missing" if missing else "not text"


def check_unit(unit: str) -> None:
    """Raise InputError for an unknown unit."""
    if unit not in UNITS:
        raise InputError(f"`unit` must be one of {list(UNITS)!r}; got {unit!r}.")


def check_level(level: float) -> None:
    """Raise InputError for a level at which prediction sets mean nothing."""
    if not LEVELS[0] <= level <= LEVELS[1]:
        raise InputError(
            f"`level` must be from {LEVELS[0]} to {LEVELS[1]}; got {level!r}. "
            "The usual choice is 0.9."
        )


def check_confidence(level: float) -> None:
    """Raise InputError for a level that no interval has."""
    if not 0 < level < 1:
        raise InputError(f"`level` must be above 0 and below 1; got {level!r}. 0.95 is 95%.")


def check_html(html: str) -> None:
    """Raise InputError for an unknown way to read HTML."""
    if html not in HTML_MODES:
        raise InputError(f"`html` must be one of {list(HTML_MODES)!r}; got {html!r}.")


def check_positive(name: str, value: int) -> None:
    """Raise InputError for a number below 1."""
    if value < 1:
        raise InputError(f"`{name}` must be at least 1; got {value!r}.")


def check_random_state(random_state: int) -> None:
    """Raise InputError for what no draw can begin with."""
    if not isinstance(random_state, Integral) or random_state < 0:
        raise InputError(
            f"`random_state` must be a whole number of at least 0; got {random_state!r}."
        )


def check_columns(
    columns: Sequence[Any],
    text: str,
    keep: str | Sequence[str],
    target_column: str | None = None,
    key: str | None = None,
    article: str | None = None,
) -> list[Any]:
    """Return the columns to carry along; raise InputError for one that the table lacks.

    The column that names the articles is carried along first.

    >>> check_columns(["id", "text"], "text", "all")
    ['id', 'text']
    """
    if keep == "all":
        kept = list(columns)
    else:
        kept = [keep] if isinstance(keep, str) else list(dict.fromkeys(keep))
    if article is not None and article not in kept:
        kept.insert(0, article)
    if not isinstance(text, Hashable):
        raise InputError(f"`text` must name one column; got {text!r}. Name it as a str.")
    wanted = Reading(text, target_column, key=key).columns(kept)
    known = frozenset(columns)  # a table may have a million
    for column in wanted:
        if column not in known:
            hint = f" {NAME_TEXT}" if column == text else ""
            raise InputError(
                f"there is no column {column!r}; the columns are {list(columns)!r}.{hint}"
            )
    check_once(columns, wanted)
    return kept


def check_once(columns: Sequence[Any], wanted: Sequence[Any]) -> None:
    """Raise InputError for a wanted column that occurs more than once."""
    counts = Counter(columns)
    for column in wanted:
        if counts[column] > 1:
            raise InputError(
                f"column {column!r} must occur once; it occurs {counts[column]} times. Rename one."
            )


def carried_names(kept: Sequence[Any], taken: Sequence[str], article: Any = None) -> dict[Any, Any]:
    """Name the carried columns so that none clashes with a result.

    The column that names the articles is called `ARTICLE`, whatever the others are.

    >>> carried_names(["id", "tone"], ["row", "tone"])
    {'id': 'id', 'tone': 'input_tone'}
    >>> carried_names(["article", "url"], ["row"], article="url")
    {'article': 'input_article', 'url': 'article'}
    """
    names: dict[Any, Any] = {}
    used = {*taken} if article is None else {*taken, ARTICLE}
    for column in kept:
        if column == article:
            names[column] = ARTICLE
            continue
        name = column
        while name in used:
            name = f"input_{name}"
        used.add(name)
        names[column] = name
    return names


def choose_columns(
    columns: str | Sequence[str], available: Sequence[str], *, on_request: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return the result columns to write, in the order asked for.

    Parameters
    ----------
    columns : "all", "+text" or sequence of str
        A column with a plus comes beside the others that are named, or else beside all.
    available : sequence of str
        The columns that "all" stands for.
    on_request : sequence of str, default=()
        Further columns, which "all" leaves out. They follow column "row", or come first.

    Examples
    --------
    >>> choose_columns("all", ["row", "tone"]), choose_columns(["tone"], ["row", "tone"])
    (('row', 'tone'), ('tone',))
    >>> choose_columns("+text", ["row", "tone"], on_request=["text"])
    ('row', 'text', 'tone')

    Raises
    ------
    InputError
        If no column is asked for, or one that is not available.
    """
    if columns == "all":
        return tuple(available)
    named = [columns] if isinstance(columns, str) else list(columns)
    chosen = tuple(dict.fromkeys(column.removeprefix("+") for column in named))
    allowed = list(dict.fromkeys([*available, *on_request]))
    unknown = [column for column in chosen if column not in allowed]
    if unknown or not chosen:
        raise InputError(
            f"`columns` must be some of the result columns; got {unknown or list(chosen)!r}. "
            f"Choose from {allowed!r}."
        )
    if not all(column.startswith("+") for column in named):
        return chosen
    added = [column for column in chosen if column not in available]
    first = 1 if available[0] == "row" else 0
    return (*available[:first], *added, *available[first:])


def choose_results(
    columns: str | Sequence[str], unit: str, available: Sequence[str]
) -> tuple[str, ...]:
    """Return the columns of labelled rows: number, those on request, and the results of a unit.

    >>> choose_results("+text", "row", ["tone"]), choose_results("all", "document", ["labelled"])
    (('row', 'text', 'tone'), ('row', 'labelled'))
    """
    check_unit(unit)
    return choose_columns(columns, ["row", *available], on_request=ON_REQUEST[unit])


def extra_columns(chosen: Sequence[str], available: Sequence[str]) -> tuple[str, ...]:
    """Return "digest", "voice" and "place" if chosen, unless they are label columns of the model.

    >>> extra_columns(["row", "place", "tone"], ["tone"])
    ('place',)
    """
    names = ("digest", "voice", "place")
    return tuple(name for name in names if name in chosen and name not in available)


def choose_head(labels: Iterable[str], head: str | None) -> str:
    """Return a label column: the one asked for, or else "stance", or the only one.

    >>> choose_head(["tone", "stance"], None), choose_head(["charged"], None)
    ('stance', 'charged')

    Raises
    ------
    InputError
        If none is asked for, and there are several others.
    """
    heads = list(labels)
    if head is None and "stance" not in heads and len(heads) > 1:
        raise InputError(f"`head` must name one of {heads!r}. Choose one (--head).")
    return head or ("stance" if "stance" in heads else heads[0])
