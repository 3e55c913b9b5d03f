"""Show on a terminal how far a run has come."""

from __future__ import annotations

import sys
import time
from types import TracebackType


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
        from tqdm import tqdm

        self._bar = tqdm(
            total=total or None,
            unit="B",
            unit_scale=True,
            disable=None if shown else True,  # None: unless standard error is a terminal
            file=sys.stderr,
            smoothing=0.1,
            dynamic_ncols=True,
        )
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
        self._bar.close()

    def advance(self, rows: int, position: int) -> None:
        """Count `rows` more rows as done, and move the bar to `position` bytes."""
        self._rows += rows
        if not self._bar.disable:
            rate = self._rows / max(time.perf_counter() - self._start, 1e-9)
            self._bar.set_postfix_str(f"{self._rows:,} rows, {rate:,.0f} rows/s", refresh=False)
        self._bar.update(max(position - self._bar.n, 0))
