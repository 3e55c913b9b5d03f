"""A labelled table as one page: `write_report`, and the counts it returns."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from stance.report.counts import TableCounts
    from stance.report.page import write_report

__all__ = ["TableCounts", "write_report"]

# Loaded on first use, so that a module of this package does not load all the others.
_MODULES: Final = {"TableCounts": "counts", "write_report": "page"}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return getattr(importlib.import_module(f"stance.report.{_MODULES[name]}"), name)
    raise AttributeError(f"module 'stance.report' has no attribute {name!r}")
