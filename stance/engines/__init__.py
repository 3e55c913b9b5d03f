"""The same labels in DuckDB, in polars, on Dask and on Spark.

DuckDB and polars label inside a query, as fast as one process does. Dask and Spark pay where the
texts are in such an engine already, or where several machines share the work.
Seconds from Parquet to Parquet, each cell as one paragraph, on one machine with two cores, with
two workers (``benchmarks/engines.py`` measures again):

===========  ==========  =================  ==================
engine       start once  20,000 paragraphs  200,000 paragraphs
===========  ==========  =================  ==================
one process  0           0.2                1.1
Dask         0.7         1.4                1.2
Spark        5.2         6.3                3.0
===========  ==========  =================  ==================

On one machine neither pays, as one process scores on both cores by itself. Give them Parquet or
JSONL, which ``stance convert`` makes: their own CSV readers split a quoted text at its line ends,
some without a warning.
"""

from __future__ import annotations

import importlib
from typing import Any, Final

_ENGINES: Final = ("dask", "duckdb", "polars", "spark")


def __getattr__(name: str) -> Any:
    if name in _ENGINES:
        return importlib.import_module(f"stance.engines.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_ENGINES})


def kind_of(value: object) -> str:
    """Name the package and class of a value.

    >>> kind_of([])
    'builtins.list'
    """
    return f"{type(value).__module__.partition('.')[0]}.{type(value).__name__}"
