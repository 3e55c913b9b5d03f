"""Check the seeds, train the shipped model on them, write its card: ``python -m stance.seeds check | train | card``.

For maintainers, in a checkout: the seeds are not part of an installed package.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from stance.errors import TableError
from stance.seeds.rules import find_faults, find_imbalances

if TYPE_CHECKING:
    import pandas as pd

ROOT: Final = Path(__file__).resolve().parents[2]
SEEDS: Final = ROOT / "seeds" / "paragraphs.csv"
COLUMNS: Final = (
    "id", "text", "stance", "tone", "conflict", "genre", "voice", "split", "speaker_side", "about", "noise", "phenomenon",
    "stance_1", "tone_1", "stance_2", "tone_2", "stance_3", "tone_3",
)  # fmt: skip


def read_seeds(path: Path = SEEDS) -> pd.DataFrame:
    """Read the seeds.

    Raises
    ------
    TableError
        If there are none, or the columns are others than `COLUMNS`.
    """
    import pandas as pd

    if not path.exists():
        raise TableError(
            f"{path} must hold the seeds; there is no such file. They come with a checkout, not with the package."
        )
    seeds = pd.read_csv(path, dtype=str, keep_default_na=False)
    if tuple(seeds.columns) != COLUMNS:
        raise TableError(
            f"{path} must have the columns {list(COLUMNS)!r}; got {list(seeds.columns)!r}."
        )
    return seeds


def main(arguments: Sequence[str]) -> int:
    """Run ``check``, ``train`` or ``card``; return the exit code."""
    if list(arguments) == ["check"]:
        seeds = read_seeds()
        faults = [*find_faults(seeds), *find_imbalances(seeds)]
        print("\n".join([*faults, f"{len(seeds)} seeds, {len(faults)} faults"]))
        return int(bool(faults))
    if list(arguments) == ["train"]:
        _train(read_seeds())
        return 0
    if list(arguments) == ["card"]:
        _write_card(read_seeds())
        return 0
    print("usage: python -m stance.seeds check | train | card", file=sys.stderr)
    return 2


def _train(seeds: pd.DataFrame) -> None:
    from stance.scoring.folders import SHIPPED
    from stance.training.fitting import train

    train(seeds[seeds["split"] != "test"], groups="voice", name=SHIPPED).save(
        ROOT / "models" / SHIPPED, force=True
    )
    _write_card(seeds)


def _write_card(seeds: pd.DataFrame) -> None:
    """Write the card, with what `benchmarks/` holds of further measurements (make them again after a change of the model)."""
    from stance.model import load
    from stance.scoring.folders import SHIPPED
    from stance.seeds.card import read_cases, write_card

    folder = ROOT / "models" / SHIPPED
    reports = [
        path
        for name in ("QUALITY.md", "PUBLIC.md")
        if (path := ROOT / "benchmarks" / name).exists()
    ]
    write_card(load(folder), seeds, read_cases(ROOT / "tests" / "cases"), reports, folder)
    print(f"wrote {folder.relative_to(ROOT)}")
