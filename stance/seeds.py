"""Check the seeds and train the shipped model on them: ``python -m stance.seeds check | train``.

For maintainers, in a checkout: the seeds are not part of an installed package.
"""

from __future__ import annotations

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from stance.errors import TableError
from stance.labels import STANCES, TONES

if TYPE_CHECKING:
    import pandas as pd

ROOT: Final = Path(__file__).resolve().parent.parent
SEEDS: Final = ROOT / "seeds" / "paragraphs.csv"
COLUMNS: Final = (
    "id", "text", "stance", "tone", "conflict", "genre", "voice", "split", "speaker_side", "about", "noise", "phenomenon",
    "stance_1", "tone_1", "stance_2", "tone_2", "stance_3", "tone_3",
)  # fmt: skip
SPLITS: Final = ("train", "validation", "test")
LENGTHS: Final = (8, 130)  # words of a seed
_RUN: Final = 5  # words; a near-duplicate shares many runs of this length
_SHARED: Final = 0.15  # of the shorter paragraph's runs, at most
_OPENING: Final = 0.005  # of the seeds may open with the same three words


def read_seeds(path: Path = SEEDS) -> pd.DataFrame:
    """Read the seeds.

    Raises
    ------
    TableError
        If there are none, or the columns are others than `COLUMNS`.
    """
    import pandas as pd

    if not path.exists():
        raise TableError(f"{path} must hold the seeds; there is no such file. They come with a checkout, not with the package.")
    seeds = pd.read_csv(path, dtype=str, keep_default_na=False)
    if tuple(seeds.columns) != COLUMNS:
        raise TableError(f"{path} must have the columns {list(COLUMNS)!r}; got {list(seeds.columns)!r}.")
    return seeds


def find_faults(seeds: pd.DataFrame) -> Iterator[str]:
    """Yield, in words, each way in which the seeds break their own rules; nothing if they keep them."""
    yield from _label_faults(seeds)
    yield from _text_faults(seeds)
    yield from _near_duplicates(seeds)
    for voice, splits in seeds.groupby("voice")["split"].unique().items():
        if len(splits) > 1:
            yield f"voice {voice} stands in more than one split: {sorted(splits)}"


def _label_faults(seeds: pd.DataFrame) -> Iterator[str]:
    closed = {"split": SPLITS, "about": ("yes", "no"), "noise": ("yes", "no")}
    for head, labels in (("stance", STANCES), ("tone", TONES)):
        closed |= {head: labels, f"{head}_1": labels, f"{head}_2": labels, f"{head}_3": (*labels, "")}
    for column, allowed in closed.items():
        for at in seeds.index[~seeds[column].isin(allowed)]:
            yield f"{seeds['id'][at]}: {column} must be one of {list(allowed)}; got {seeds[column][at]!r}"
    for head in ("stance", "tone"):
        readings = seeds[[f"{head}_{n}" for n in (1, 2, 3)]]
        for at in seeds.index[[label not in set(row) for label, row in zip(seeds[head], readings.to_numpy(), strict=True)]]:
            yield f"{seeds['id'][at]}: nobody read {head} {seeds[head][at]!r}"


def _text_faults(seeds: pd.DataFrame) -> Iterator[str]:
    for column in ("id", "text"):
        for value in seeds[column][seeds[column].duplicated()]:
            yield f"{column} occurs twice: {value[:60]!r}"
    sentences: dict[str, str] = {}
    openings: Counter[str] = Counter()
    for name, text in zip(seeds["id"], seeds["text"], strict=True):
        length = len(text.split())
        if not LENGTHS[0] <= length <= LENGTHS[1]:
            yield f"{name}: {length} words; must be {LENGTHS[0]} to {LENGTHS[1]}"
        openings[" ".join(_words(text)[:3])] += 1
        for sentence in re.split(r"(?<=[.!?])\s+", text):
            if len(sentence.split()) > 3 and sentences.setdefault(sentence, name) != name:
                yield f"{name}: a sentence of {sentences[sentence]} stands here again: {sentence[:60]!r}"
    for opening, count in openings.items():
        if count > max(2, _OPENING * len(seeds)):
            yield f"{count} seeds open with {opening!r}"


def _near_duplicates(seeds: pd.DataFrame) -> Iterator[str]:
    runs = [_word_runs(text) for text in seeds["text"]]
    holders: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for at, found in enumerate(runs):
        shared = Counter(other for run in found for other in holders[run])
        for other, count in shared.items():
            if count > _SHARED * min(len(found), len(runs[other])):
                yield f"{seeds['id'].iloc[at]} and {seeds['id'].iloc[other]} share {count} runs of {_RUN} words"
        for run in found:
            holders[run].append(at)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _word_runs(text: str) -> set[tuple[str, ...]]:
    words = _words(text)
    return {tuple(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1)}


def main(arguments: Sequence[str]) -> int:
    """Run ``check`` or ``train``; return the exit code."""
    seeds = read_seeds()
    if list(arguments) == ["check"]:
        faults = list(find_faults(seeds))
        print("\n".join([*faults, f"{len(seeds)} seeds, {len(faults)} faults"]))
        return int(bool(faults))
    if list(arguments) == ["train"]:
        _train(seeds)
        return 0
    print("usage: python -m stance.seeds check | train", file=sys.stderr)
    return 2


def _train(seeds: pd.DataFrame) -> None:
    from stance.card import write_card
    from stance.model import SHIPPED, train

    model = train(seeds[seeds["split"] != "test"], groups="voice", name=SHIPPED)
    folder = model.save(ROOT / "models" / SHIPPED)
    write_card(model, seeds, folder)
    print(f"wrote {folder.relative_to(ROOT)}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
