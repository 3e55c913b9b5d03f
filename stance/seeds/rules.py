"""The rules that the seeds keep, each as a function that yields the ways in which they do not.

The numbers are the corpus's design (``seeds/DATASHEET.md``): labels, genres and conflicts near what users score, voices whole in one
split, no paragraph or sentence twice, and sides so mixed that names alone tell nothing.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from stance.labels import STANCES, TONES

if TYPE_CHECKING:
    import pandas as pd

SPLITS: Final = {"train": 0.70, "validation": 0.15, "test": 0.15}
GENRES: Final = {
    "news": ("news report", "news analysis"),
    "opinion": ("op-ed", "editorial"),
    "official": ("official statement", "press briefing"),
    "debate": ("parliamentary debate", "UN debate"),
    "social": ("forum post", "social post"),
    "other": (
        "letter",
        "NGO statement",
        "activist text",
        "interview",
        "sermon",
        "blog",
        "newsletter",
    ),
}
GENRE_SHARES: Final = {
    "news": 0.50,
    "opinion": 0.12,
    "official": 0.10,
    "debate": 0.08,
    "social": 0.08,
    "other": 0.12,
}
SHARES: Final = {
    "stance": {"neutral": (0.40, 0.45), "pro-ceasefire": (0.30, 0.33), "opposed": (0.24, 0.28)},
    "tone": {
        "neutral": (0.45, 0.55),
        "angry": (0.15, 0.20),
        "alarmed": (0.12, 0.16),
        "hopeful": (0.08, 0.12),
        "mournful": (0.07, 0.10),
    },
}
SEEDS_AT_LEAST: Final = 6_000
VOICES_AT_LEAST: Final = 60
PER_VOICE: Final = 120
PER_CELL: Final = 60  # every stance meets every tone
LENGTHS: Final = (8, 130)  # words of a seed
NAMES_ONLY: Final = 0.40  # macro-F1 of stance from the names of sides alone; chance is one third
_RUN: Final = 5  # words; a near-duplicate shares many runs of this length
_SHARED: Final = 0.15  # of the shorter paragraph's runs, at most
_OPENING: Final = 0.005  # of the seeds may open with the same three words
_SLACK: Final = 0.02  # of a share that is "near", "some" or "about" a figure


def find_faults(seeds: pd.DataFrame) -> Iterator[str]:
    """Yield, in words, each way in which the seeds break a rule for single seeds; nothing if they keep them all."""
    yield from _label_faults(seeds)
    yield from _text_faults(seeds)
    yield from _near_duplicates(seeds)
    for voice, splits in seeds.groupby("voice")["split"].unique().items():
        if len(splits) > 1:
            yield f"voice {voice} stands in more than one split: {sorted(splits)}"


def find_imbalances(seeds: pd.DataFrame) -> Iterator[str]:
    """Yield each way in which the seeds as a whole are not the corpus that they should be."""
    yield from _size_faults(seeds)
    for head, shares in SHARES.items():
        for label, (low, high) in shares.items():
            yield from _outside(f"{head} {label}", float((seeds[head] == label).mean()), low, high)
    for stance in STANCES:
        for tone in TONES:
            count = int(((seeds["stance"] == stance) & (seeds["tone"] == tone)).sum())
            if count < PER_CELL:
                yield f"{stance} meets {tone} in {count} seeds; must be {PER_CELL} at least"
    group = {genre: name for name, genres in GENRES.items() for genre in genres}
    for name, share in GENRE_SHARES.items():
        yield from _near(f"genre {name}", float((seeds["genre"].map(group) == name).mean()), share)
    for split, share in SPLITS.items():
        yield from _near(f"split {split}", float((seeds["split"] == split).mean()), share)
    yield from _near("conflict Gaza", float((seeds["conflict"] == "Gaza").mean()), 0.50)
    yield from _near("not about any ceasefire", float((seeds["about"] == "no").mean()), 0.06)
    yield from _near("scrape noise", float((seeds["noise"] == "yes").mean()), 0.04)
    yield from _near(
        "under 25 words", float((seeds["text"].str.split().map(len) < 25).mean()), 0.10
    )
    yield from _outside("hard", float((seeds["phenomenon"] != "plain").mean()), 0.40, 1.0)
    score = measure_names_only(seeds)
    if score > NAMES_ONLY:
        yield f"stance can be told from the names of sides alone: macro-F1 {score:.3f}; must be {NAMES_ONLY} at most"


def _size_faults(seeds: pd.DataFrame) -> Iterator[str]:
    voices = seeds["voice"].value_counts()
    if len(seeds) < SEEDS_AT_LEAST:
        yield f"{len(seeds)} seeds; must be {SEEDS_AT_LEAST} at least"
    if len(voices) < VOICES_AT_LEAST:
        yield f"{len(voices)} voices; must be {VOICES_AT_LEAST} at least"
    for voice, count in voices[voices > PER_VOICE].items():
        yield f"voice {voice} has {count} seeds; must be {PER_VOICE} at most"


def _outside(what: str, share: float, low: float, high: float) -> Iterator[str]:
    if not low <= share <= high:
        yield f"share of {what} is {share:.3f}; must be {low:.2f} to {high:.2f}"


def _near(what: str, share: float, wanted: float) -> Iterator[str]:
    yield from _outside(what, share, wanted - _SLACK, wanted + _SLACK)


def measure_names_only(seeds: pd.DataFrame, *, places: bool = False) -> float:
    """Return the macro-F1 of stance that a classifier reaches on other voices when it sees nothing but names.

    Parameters
    ----------
    seeds : pandas.DataFrame
        The seeds.
    places : bool, default=False
        Count cities and regions too, not only nations, peoples, parties, armed groups and leaders.
    """
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import f1_score
    from sklearn.model_selection import GroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline

    from stance.text.sides import load_gazetteer, load_places
    from stance.text.tokens import SIDE, make_tokens

    gazetteer = load_gazetteer()
    left_out = frozenset() if places else load_places()

    def names(text: str) -> list[str]:
        found = (
            re.sub("['’]s$", "", text[t.start : t.end].casefold())
            for t in make_tokens(text, gazetteer)
            if t.stem == SIDE
        )
        return [name for name in found if name not in left_out]

    pipeline = make_pipeline(
        CountVectorizer(analyzer=names, binary=True),
        LogisticRegression(class_weight="balanced", max_iter=1000),
    )
    predictions = cross_val_predict(
        pipeline, seeds["text"], seeds["stance"], groups=seeds["voice"], cv=GroupKFold(5)
    )
    return float(f1_score(seeds["stance"], predictions, average="macro"))


def _label_faults(seeds: pd.DataFrame) -> Iterator[str]:
    closed: dict[str, Any] = {"split": SPLITS, "about": ("yes", "no"), "noise": ("yes", "no")}
    for head, labels in (("stance", STANCES), ("tone", TONES)):
        closed |= {
            head: labels,
            f"{head}_1": labels,
            f"{head}_2": labels,
            f"{head}_3": (*labels, ""),
        }
    for column, allowed in closed.items():
        for at in seeds.index[~seeds[column].isin(allowed)]:
            yield f"{seeds['id'][at]}: {column} must be one of {list(allowed)}; got {seeds[column][at]!r}"
    for head in ("stance", "tone"):
        for name, label, *readings in seeds[
            ["id", head, *(f"{head}_{n}" for n in (1, 2, 3))]
        ].itertuples(index=False):
            if label != adjudicate(*readings):
                yield f"{name}: {head} must be what the readings {readings} come to; got {label!r}"


def adjudicate(first: str, second: str, third: str) -> str:
    """Return the label that two of three readings agree on; the third's where all differ.

    >>> adjudicate("opposed", "opposed", ""), adjudicate("opposed", "neutral", "neutral")
    ('opposed', 'neutral')
    """
    return first if first in (second, third) else third or second


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
