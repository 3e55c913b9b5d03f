"""Show on a terminal how far a run has come."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tqdm import tqdm


class Progress:
    """A bar of the bytes read, with rows and rows per second, if standard error is a terminal.

    Parameters
    ----------
    total : int
        The number of bytes to read; 0 if unknown.
    shown : bool
        Whether to show anything at all.
    """

    def __init__(self, total: int, *, shown: bool) -> None:
        # tqdm has a lock that forked processes share, even if it shows nothing: one that is killed
        # while it holds it would leave all others waiting for ever.
        self._bar = _make_bar(total) if shown and sys.stderr.isatty() else None
        self._start = time.perf_counter()
        self._rows = 0

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()

    def describe(self, step: str) -> None:
        """Say what is being done."""
        if self._bar is not None:
            self._bar.set_description(step)

    def advance(self, rows: int, position: int) -> None:
        """Count `rows` more rows as done, and move the bar to `position` bytes."""
        if self._bar is None:
            return
        if not self._bar.total:
            self._bar.update(rows)
            return
        self._rows += rows
        rate = self._rows / max(time.perf_counter() - self._start, 1e-9)
        self._bar.set_postfix_str(f"{self._rows:,} rows, {rate:,.0f} rows/s", refresh=False)
        self._bar.update(max(position - self._bar.n, 0))


def _make_bar(total: int) -> tqdm[Any]:
    from tqdm import tqdm

    return tqdm(
        total=total or None,
        unit="B" if total else " rows",
        unit_scale=bool(total),
        file=sys.stderr,
        smoothing=0.1,
        dynamic_ncols=True,
    )
