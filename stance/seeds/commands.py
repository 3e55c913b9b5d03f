"""Check the seeds, train the shipped model on them, write its card.

For maintainers: ``python -m stance.seeds check | train | card``. The seeds come with a checkout
only.
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
PRINT: Final = ROOT / "seeds" / "print"
COLUMNS: Final = (
    "id", "text", "stance", "tone",
    "conflict", "genre", "voice", "split", "speaker_side", "about", "noise", "phenomenon",
    "stance_1", "tone_1", "stance_2", "tone_2", "stance_3", "tone_3",
)  # fmt: skip
USAGE: Final = "usage: python -m stance.seeds check | train | card"


def read_seeds(path: Path = SEEDS) -> pd.DataFrame:
    """Read the seeds.

    Raises
    ------
    TableError
        If the file does not exist, or its columns are not `COLUMNS`.
    """
    import pandas as pd

    if not path.exists():
        raise TableError(
            f"{path} must be the table of seeds; it does not exist. "
            "It comes with a checkout, not with the package."
        )
    seeds = pd.read_csv(path, dtype=str, keep_default_na=False)
    if tuple(seeds.columns) != COLUMNS:
        raise TableError(
            f"{path} must have the columns {list(COLUMNS)!r}; got {list(seeds.columns)!r}."
        )
    return seeds


def main(arguments: Sequence[str]) -> int:
    """Run ``check``, ``train`` or ``card``; return the exit code."""
    match list(arguments):
        case ["check"]:
            return _check(read_seeds())
        case ["train"]:
            _train(read_seeds())
        case ["card"]:
            _write_card(read_seeds())
        case _:
            print(USAGE, file=sys.stderr)
            return 2
    return 0


def _check(seeds: pd.DataFrame) -> int:
    faults = [*find_faults(seeds), *find_imbalances(seeds)]
    print("\n".join([*faults, f"{len(seeds)} seeds, {len(faults)} faults"]))
    return int(bool(faults))


def _train(seeds: pd.DataFrame) -> None:
    from stance.model import Model
    from stance.scoring.folders import SHIPPED
    from stance.training.annotated import read_annotated
    from stance.training.counted.counts import read_counts
    from stance.training.fitting import fit_heads

    rows = read_annotated(
        seeds[seeds["split"] != "test"], text="text", labels=("stance", "tone"), groups="voice"
    )
    frozen, pipelines = fit_heads(
        rows, counts=read_counts(PRINT), name=SHIPPED, notes={"sources": source_digests()}
    )
    Model(frozen, pipelines=pipelines).save(ROOT / "models" / SHIPPED, force=True)
    _write_card(seeds)


def source_digests() -> dict[str, str]:
    """Return the SHA-256 of what the shipped model is trained on."""
    from stance.scoring.sums import digest

    files = {"seeds/paragraphs.csv": SEEDS, "seeds/print": PRINT / "SHA256SUMS"}
    return {name: digest(path.read_bytes()) for name, path in files.items()}


def _write_card(seeds: pd.DataFrame) -> None:
    """Write the card, and into it the reports in `benchmarks/`.

    After a change of the model, run the benchmarks again first.
    """
    from stance.model import load
    from stance.scoring.folders import SHIPPED
    from stance.seeds.card import read_cases, write_card, write_readme

    folder = ROOT / "models" / SHIPPED
    paths = [ROOT / "benchmarks" / name for name in ("QUALITY.md", "PUBLIC.md")]
    reports = [path for path in paths if path.exists()]
    write_card(load(folder), seeds, read_cases(ROOT / "tests" / "cases"), reports, folder)
    write_readme(folder, SHIPPED, [ROOT / "LICENSE", ROOT / "seeds" / "LICENSE"])
    print(f"wrote {folder.relative_to(ROOT)}")
