"""From bytes to checked rows, and from labelled rows to bytes, in every format, resumably."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from stance.tables.readers.csv import read_rows
    from stance.tables.rows import Fault

__all__ = ["Fault", "read_rows"]

# Loaded on first use (PEP 562): a single text is labelled without a reader of tables.
_LAZY: Final = {"Fault": "rows", "read_rows": "readers.csv"}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(importlib.import_module(f"stance.tables.{_LAZY[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
