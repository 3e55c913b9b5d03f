"""The rules that the seeds must keep: functions that yield each breach of a rule, in words.

The numbers are the design of the corpus (``seeds/DATASHEET.md``): labels, genres and conflicts near
what users score, each voice in one split, no paragraph or sentence twice, and sides so mixed that
the stance cannot be guessed from names alone.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import product
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
    "stance": {"neutral": (0.38, 0.45), "pro-ceasefire": (0.30, 0.33), "opposed": (0.24, 0.30)},
    "tone": {
        "neutral": (0.45, 0.55),
        "angry": (0.15, 0.20),
        "alarmed": (0.12, 0.16),
        "hopeful": (0.08, 0.12),
        "mournful": (0.07, 0.10),
    },
}
MIN_SEEDS: Final = 6_000
MIN_VOICES: Final = 60
MAX_PER_VOICE: Final = 120
MIN_PER_CELL: Final = 60  # seeds of each stance with each tone
LENGTHS: Final = (1, 130)  # words of a seed
MAX_SHORT_WORDS: Final = 14  # a short voice writes headlines, bare calls, votes, slogans
MIN_SHORT: Final = 2_000  # seeds of short voices
MAX_NAMES_ONLY: Final = 0.40  # macro-F1 of stance from names of sides alone; chance is one third
RUN_WORDS: Final = 5  # near-duplicates share many runs of this many words
MAX_SHARED_RUNS: Final = 0.15  # of the shorter paragraph's runs
MAX_SAME_OPENING: Final = 0.005  # share of seeds that begin with the same three words
TOLERANCE: Final = 0.02  # of a share that is "near", "some" or "about" a figure
HEADS: Final = {"stance": STANCES, "tone": TONES}


def find_faults(seeds: pd.DataFrame) -> Iterator[str]:
    """Yield, in words, each breach of a rule for single seeds."""
    yield from _label_faults(seeds)
    yield from _text_faults(seeds)
    yield from _near_duplicates(seeds)
    for voice, splits in seeds.groupby("voice")["split"].unique().items():
        if len(splits) > 1:
            yield f"voice {voice} stands in more than one split: {sorted(splits)}"


def find_imbalances(seeds: pd.DataFrame) -> Iterator[str]:
    """Yield, in words, each way in which the seeds as a whole differ from the design."""
    yield from _size_faults(seeds)
    yield from _label_imbalances(seeds)
    for split, share in SPLITS.items():
        yield from _near(f"split {split}", seeds["split"] == split, share)
    yield from _between("hard", seeds["phenomenon"] != "plain", 0.40, 1.0)
    is_short = find_short(seeds)
    if is_short.sum() < MIN_SHORT:
        yield f"{is_short.sum()} seeds of short voices; must be {MIN_SHORT} at least"
    yield from _make_up(seeds[~is_short])
    score = measure_names_only(seeds)
    if score > MAX_NAMES_ONLY:
        yield (
            f"the names of sides alone give the stance: macro-F1 {score:.3f}; "
            f"must be {MAX_NAMES_ONLY} at most"
        )


def find_short(seeds: pd.DataFrame) -> pd.Series[bool]:
    """Return which seeds are by voices that write at most `MAX_SHORT_WORDS` words at a time."""
    n_words = seeds["text"].str.split().map(len)
    return n_words.groupby(seeds["voice"]).transform("max") <= MAX_SHORT_WORDS


def _make_up(paragraphs: pd.DataFrame) -> Iterator[str]:
    """Yield how the seeds of paragraph length differ from what users score."""
    genre_groups = {genre: group for group, genres in GENRES.items() for genre in genres}
    groups = paragraphs["genre"].map(genre_groups)
    for group, share in GENRE_SHARES.items():
        yield from _near(f"genre {group}", groups == group, share)
    yield from _near("conflict Gaza", paragraphs["conflict"] == "Gaza", 0.50)
    yield from _near("not about any ceasefire", paragraphs["about"] == "no", 0.06)
    yield from _near("scrape noise", paragraphs["noise"] == "yes", 0.04)
    yield from _near("under 25 words", paragraphs["text"].str.split().map(len) < 25, 0.10)


def _size_faults(seeds: pd.DataFrame) -> Iterator[str]:
    voices = seeds["voice"].value_counts()
    if len(seeds) < MIN_SEEDS:
        yield f"{len(seeds)} seeds; must be {MIN_SEEDS} at least"
    if len(voices) < MIN_VOICES:
        yield f"{len(voices)} voices; must be {MIN_VOICES} at least"
    for voice, count in voices[voices > MAX_PER_VOICE].items():
        yield f"voice {voice} has {count} seeds; must be {MAX_PER_VOICE} at most"


def _label_imbalances(seeds: pd.DataFrame) -> Iterator[str]:
    for head, shares in SHARES.items():
        for label, (low, high) in shares.items():
            yield from _between(f"{head} {label}", seeds[head] == label, low, high)
    for stance, tone in product(STANCES, TONES):
        count = int(((seeds["stance"] == stance) & (seeds["tone"] == tone)).sum())
        if count < MIN_PER_CELL:
            yield f"{stance} meets {tone} in {count} seeds; must be {MIN_PER_CELL} at least"


def _between(what: str, rows: pd.Series[bool], low: float, high: float) -> Iterator[str]:
    share = float(rows.mean())
    if not low <= share <= high:
        yield f"share of {what} is {share:.3f}; must be {low:.2f} to {high:.2f}"


def _near(what: str, rows: pd.Series[bool], wanted: float) -> Iterator[str]:
    yield from _between(what, rows, wanted - TOLERANCE, wanted + TOLERANCE)


def measure_names_only(seeds: pd.DataFrame, *, places: bool = False) -> float:
    """Return the macro-F1 of stance that a classifier reaches on other voices from names alone.

    Parameters
    ----------
    seeds : pandas.DataFrame
        The seeds.
    places : bool, default=False
        Use cities and regions too, not only nations, peoples, parties, armed groups and leaders.
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

    def list_names(text: str) -> list[str]:
        names = (
            re.sub("['’]s$", "", text[token.start : token.end].casefold())
            for token in make_tokens(text, gazetteer)
            if token.stem == SIDE
        )
        return [name for name in names if name not in left_out]

    pipeline = make_pipeline(
        CountVectorizer(analyzer=list_names, binary=True),
        LogisticRegression(class_weight="balanced", max_iter=1000),
    )
    predictions = cross_val_predict(
        pipeline, seeds["text"], seeds["stance"], groups=seeds["voice"], cv=GroupKFold(5)
    )
    return float(f1_score(seeds["stance"], predictions, average="macro"))


def _label_faults(seeds: pd.DataFrame) -> Iterator[str]:
    closed: dict[str, Any] = {"split": SPLITS, "about": ("yes", "no"), "noise": ("yes", "no")}
    for head, labels in HEADS.items():
        closed |= dict.fromkeys((head, f"{head}_1", f"{head}_2"), labels)
        closed[f"{head}_3"] = (*labels, "")
    for column, allowed in closed.items():
        for _, seed in seeds[~seeds[column].isin(allowed)].iterrows():
            yield f"{seed['id']}: {column} must be one of {list(allowed)}; got {seed[column]!r}"
    for head in HEADS:
        columns = ["id", head, *(f"{head}_{reading}" for reading in (1, 2, 3))]
        for name, label, *readings in seeds[columns].itertuples(index=False):
            if label != adjudicate(*readings):
                yield f"{name}: {head} must follow from the readings {readings}; got {label!r}"


def adjudicate(first: str, second: str, third: str) -> str:
    """Return the label that two of three readings agree on; the third's if all differ.

    >>> adjudicate("opposed", "opposed", ""), adjudicate("opposed", "neutral", "neutral")
    ('opposed', 'neutral')
    """
    return first if first in (second, third) else third or second


def _text_faults(seeds: pd.DataFrame) -> Iterator[str]:
    for column in ("id", "text"):
        for value in seeds[column][seeds[column].duplicated()]:
            yield f"{column} occurs twice: {value[:60]!r}"
    for name, text in zip(seeds["id"], seeds["text"], strict=True):
        length = len(text.split())
        if not LENGTHS[0] <= length <= LENGTHS[1]:
            yield f"{name}: {length} words; must be {LENGTHS[0]} to {LENGTHS[1]}"
    yield from _repeated_sentences(seeds)
    openings = Counter(" ".join(_words(text)[:3]) for text in seeds["text"])
    for opening, count in openings.items():
        if count > max(2, MAX_SAME_OPENING * len(seeds)):
            yield f"{count} seeds open with {opening!r}"


def _repeated_sentences(seeds: pd.DataFrame) -> Iterator[str]:
    """Yield sentences of more than three words that two seeds share."""
    first_seeds: dict[str, str] = {}
    for name, text in zip(seeds["id"], seeds["text"], strict=True):
        for sentence in re.split(r"(?<=[.!?])\s+", text):
            if len(sentence.split()) > 3 and first_seeds.setdefault(sentence, name) != name:
                yield f"{name}: repeats a sentence of {first_seeds[sentence]}: {sentence[:60]!r}"


def _near_duplicates(seeds: pd.DataFrame) -> Iterator[str]:
    names = seeds["id"].tolist()
    runs_of_seeds = [_word_runs(text) for text in seeds["text"]]
    seeds_with: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, runs in enumerate(runs_of_seeds):
        if len(seeds["text"].iloc[number].split()) <= MAX_SHORT_WORDS:
            continue  # minimal pairs are wanted among short ones
        shared = Counter(earlier for run in runs for earlier in seeds_with[run])
        for earlier, count in shared.items():
            if count > MAX_SHARED_RUNS * min(len(runs), len(runs_of_seeds[earlier])):
                pair = f"{names[number]} and {names[earlier]}"
                yield f"{pair} share {count} runs of {RUN_WORDS} words"
        for run in runs:
            seeds_with[run].append(number)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _word_runs(text: str) -> set[tuple[str, ...]]:
    words = _words(text)
    return {tuple(words[start : start + RUN_WORDS]) for start in range(len(words) - RUN_WORDS + 1)}
