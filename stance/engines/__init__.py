"""The same labels on Dask and on Spark.

They pay where the texts already live there, or where several machines share the work. Seconds from Parquet to Parquet, each
cell as one paragraph, on one machine with two cores that others used too, with two workers (``benchmarks/engines.py``
measures again):

===========  ==========  =================  ==================
engine       start once  20,000 paragraphs  200,000 paragraphs
===========  ==========  =================  ==================
one process  0           5.7                11.9
Dask         3.8         5.4                8.4
Spark        16.0        35.9               46.8
===========  ==========  =================  ==================

There Dask, its start counted, breaks even at about 200,000 paragraphs; Spark had not paid. Give them Parquet or JSONL, which
``stance convert`` makes: their own CSV readers part a quoted text at its line ends, some without a word.
"""

from __future__ import annotations


def kind_of(value: object) -> str:
    """Name the package and class of a value.

    >>> kind_of([])
    'builtins.list'
    """
    return f"{type(value).__module__.partition('.')[0]}.{type(value).__name__}"
