"""Parse lines of CSV with pyarrow where it surely agrees with the standard library.

pyarrow need not be installed. It takes half the time, and does not hold the GIL. But it has its own
way with a quotation mark inside a field and with text after a closing one, and it leaves out blank
lines. So it gets only lines without any of these.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

_QUOTE: Final = ord('"')
_FEED: Final = ord("\n")
_RETURN: Final = ord("\r")


class PlainRows(NamedTuple):
    """Rows of complete records: the number of lines they take up, and their cells."""

    n_lines: int
    table: pa.Table

    def column(self, index: int) -> list[str]:
        """Return the cells of a column."""
        cells: list[str] = self.table.column(index).to_pylist()
        return cells


@lru_cache(maxsize=1)
def _import_pyarrow() -> Any:
    try:
        import pyarrow
        import pyarrow.csv
    except ImportError:
        return None
    return pyarrow


def parse_plain(lines: Sequence[str], delimiter: str, n_columns: int) -> PlainRows | None:
    r"""Parse lines up to the end of the last complete record.

    Parameters
    ----------
    lines : sequence of str
        With their ends.
    delimiter : str
        One character.
    n_columns : int
        The number of fields that a record must have.

    Returns
    -------
    PlainRows or None
        None if pyarrow is not installed, if no record is complete, or if pyarrow might not give
        what `csv.reader` gives: for a record with another number of fields, a blank line, a
        misplaced quotation mark, a lone carriage return, or half of a surrogate pair.

    Notes
    -----
    A line feed ends a record if the number of quotation marks before it is even. In the ten bytes
    ``a,"b\nc"\nd\n`` the marks are at 2 and 6, and the line feeds at 4, 7 and 9 have 1, 2 and 2
    marks before them: 4 is inside a cell, 7 and 9 each end a record.
    """
    pyarrow = _import_pyarrow()
    if pyarrow is None or not delimiter.isascii() or not lines[-1].endswith("\n"):
        return None
    try:
        content = "".join(lines).encode()
    except UnicodeEncodeError:
        return None
    codes = np.frombuffer(content, dtype=np.uint8)
    quotes, feeds = np.flatnonzero(codes == _QUOTE), np.flatnonzero(codes == _FEED)
    record_ends = feeds[np.searchsorted(quotes, feeds) % 2 == 0]
    if not len(record_ends) or content.startswith(BOM_UTF8):  # pyarrow would drop the mark
        return None
    # All lines are checked, also those of the last, incomplete record: a chunk has to end where
    # the standard library's would.
    if not _is_plain(codes, quotes, ord(delimiter)):
        return None
    size = int(record_ends[-1]) + 1
    # In the main thread pyarrow would take Ctrl-C and SIGTERM for itself, and may lose them.
    with ThreadPoolExecutor(1) as thread:
        table = thread.submit(_read_table, pyarrow, content[:size], delimiter, n_columns).result()
    if table is None or table.num_rows != len(record_ends):
        return None
    return PlainRows(content.count(b"\n", 0, size), table)


def _read_table(pyarrow: Any, content: bytes, delimiter: str, n_columns: int) -> pa.Table | None:
    """Read records as a table of strings; None if one has another number of fields."""
    names = [str(index) for index in range(n_columns)]
    try:
        return pyarrow.csv.read_csv(
            pyarrow.BufferReader(content),
            pyarrow.csv.ReadOptions(
                use_threads=False, block_size=len(content) + 1, column_names=names
            ),
            pyarrow.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pyarrow.string()), strings_can_be_null=False
            ),
        )
    except ValueError:
        return None


def _is_plain(codes: np.ndarray, quotes: np.ndarray, delimiter: int) -> bool:
    r"""Return whether quotation marks enclose whole fields or are doubled, and returns end lines.

    Parameters
    ----------
    codes : ndarray of uint8 of shape (n_bytes,)
        The text; its last byte is a line feed.
    quotes : ndarray of int of shape (n_quotes,)
        Where the quotation marks are. The last field may be open.
    delimiter : int
        The code of the delimiter.

    Notes
    -----
    Marks open and close in turn. A doubled one inside a field closes it and opens it again::

        a  ,  "  b  "  "  c  "  \n
        0  1  2  3  4  5  6  7  8

        opening  2  5        5 comes right after 4, so 4 and 5 are one doubled mark;
        closing  4  7        2 comes after a delimiter, and 7 before the end of the line

    ``doubled[k]`` says that opening mark k is the second half of a doubled one, and so that closing
    mark k - 1 is the first half: here [False, True, False].
    """
    returns = np.flatnonzero(codes == _RETURN)
    if (codes[returns + 1] != _FEED).any():
        return False
    opening, closing = quotes[::2], quotes[1::2]
    doubled = np.zeros(len(opening) + 1, dtype=bool)
    doubled[1:-1] = opening[1:] == closing[: len(opening) - 1] + 1
    before, after = codes[opening - 1], codes[closing + 1]
    begins = doubled[:-1] | (opening == 0) | (before == delimiter) | (before == _FEED)
    ends = doubled[1 : len(closing) + 1]
    ends = ends | (after == delimiter) | (after == _FEED) | (after == _RETURN)
    return bool(begins.all() and ends.all())
