"""The same labels on Dask and on Spark.

They pay where the texts are in such an engine already, or where several machines share the work.
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


def kind_of(value: object) -> str:
    """Name the package and class of a value.

    >>> kind_of([])
    'builtins.list'
    """
    return f"{type(value).__module__.partition('.')[0]}.{type(value).__name__}"
