import numpy as np

_Block = tuple[bool, int, int, list[str], np.ndarray, np.ndarray]
_Names = tuple[list[str], np.ndarray, np.ndarray, np.ndarray]

class Scorer:
    def __init__(
        self,
        edges: np.ndarray,
        n_parts: int,
        intercepts: np.ndarray,
        blocks: list[_Block],
        familiar: list[str],
        names_in_any_case: _Names,
        names_in_exact_case: _Names,
        side: str,
        /,
    ) -> None: ...
    @property
    def size(self) -> int: ...
    def learn(
        self,
        words: list[str],
        folded: list[str],
        stems: list[str],
        bare: list[str],
        folded_bare: list[str],
        plain: bytes,
        /,
    ) -> None: ...
    def forget(self) -> None: ...
    def forked(self) -> None: ...
    def run(
        self,
        texts: list[str] | list[bytes],
        first: int,
        last: int,
        parts: np.ndarray,
        probabilities: np.ndarray,
        familiarity: np.ndarray,
        words: np.ndarray,
        /,
    ) -> tuple[list[str], object]: ...
    def finish(
        self,
        waiting: object,
        parts: np.ndarray,
        probabilities: np.ndarray,
        familiarity: np.ndarray,
        words: np.ndarray,
        /,
    ) -> None: ...

def split(text: str | bytes, /) -> list[tuple[int, int]]: ...
def joins(between: str, after_short: bool, /) -> bool: ...
