"""Find paragraphs that were printed before: wire copy, quotations, boilerplate."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Final

RUN_LENGTH: Final = 5
"""Words of a run; shorter runs are phrases that unrelated paragraphs share."""
SHARED: Final = 0.4
"""A paragraph is a near-copy if it shares this share of its runs, or of the other's, with one."""


def find_near_copies(texts: Sequence[str]) -> list[int | None]:
    """Return, for each paragraph, the earlier one that it nearly repeats, or None.

    Parameters
    ----------
    texts : sequence of str, of length n_paragraphs
        Paragraphs; one of fewer than `RUN_LENGTH` words is a copy only of the very same words.

    Returns
    -------
    list of int or None, of length n_paragraphs

    Examples
    --------
    >>> first = "The council voted on Monday to send both letters back unopened."
    >>> find_near_copies([first, "A boat left the harbour at dawn.", f"{first} It rained."])
    [None, None, 0]
    """
    holders: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    sizes: list[int] = []
    copies: list[int | None] = []
    for row, text in enumerate(texts):
        runs = _runs(text)
        shared = Counter(other for run in runs for other in holders[run])
        original = min(
            (
                other
                for other, count in shared.items()
                if count >= SHARED * min(len(runs), sizes[other])
            ),
            default=None,
        )
        copies.append(original)
        sizes.append(len(runs))
        if original is None:  # a copy of a copy is a copy of the original
            for run in runs:
                holders[run].append(row)
    return copies


def _runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    if len(words) < RUN_LENGTH:
        return {tuple(words)}
    return {
        tuple(words[first : first + RUN_LENGTH]) for first in range(len(words) - RUN_LENGTH + 1)
    }
