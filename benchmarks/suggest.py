"""Measure what `stance.suggest` saves over annotating at random; write SUGGEST.md and suggest.png.

usage: python benchmarks/suggest.py

Annotation is simulated on the seeds: START seeds of the train split are drawn at random, then STEP
more at a time, at random or as suggested, until there are STOP. Ways to suggest are compared on the
voices of the validation split; what the chosen one saves is measured on those of the test split,
which played no part in the choice. No voice stands in two splits. To be cheap, both heads are
fitted on words alone, without a temperature (which does not change the order of uncertainty within
a head).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from stance.scoring.heads import measure_familiarity
from stance.seeds.commands import read_seeds
from stance.text.features import word_features
from stance.text.sides import load_gazetteer
from stance.text.tokens import make_tokens
from stance.training.fitting import RECIPES
from stance.training.metrics import measure_macro_f1
from stance.training.suggesting import choose, measure_uncertainty

HERE = Path(__file__).parent
HEADS = ("stance", "tone")
START, STEP, STOP = 200, 100, 1_500
TRIES, REPEATS = 5, 10  # random states on validation voices, on test voices
READ_AT = (500, 800, 1_100, 1_400)


Model = Callable[[np.ndarray], pd.DataFrame]
"""Row numbers in, the probabilities of their labels out."""


class Way(NamedTuple):
    """A way to choose paragraphs.

    `score` takes their uncertainty and familiarity; `width` of the best compete for each that is
    chosen.
    """

    score: Callable[[np.ndarray, np.ndarray], np.ndarray]
    width: int


WAYS = {
    "uncertain": Way(lambda u, f: u, 1),
    "unfamiliar": Way(lambda u, f: 1 - f, 1),
    "diverse": Way(lambda u, f: np.ones(len(u)), 15),
    "uncertain and unfamiliar": Way(lambda u, f: u + (1 - f), 1),
    "uncertain and diverse, width 3": Way(lambda u, f: u, 3),
    "uncertain and diverse, width 5": Way(lambda u, f: u, 5),
    "all three, width 2": Way(lambda u, f: u + (1 - f), 2),
    "all three, width 3": Way(lambda u, f: u + (1 - f), 3),
    "all three, width 5": Way(lambda u, f: u + (1 - f), 5),
    "all three, width 10": Way(lambda u, f: u + (1 - f), 10),
}
CHOSEN = "uncertain and diverse, width 5"


class Bench:
    """The seeds as counts: to fit a model and score a pool takes a fraction of a second."""

    def __init__(self) -> None:
        self.seeds = read_seeds()
        gazetteer = load_gazetteer()
        tokens = [make_tokens(text, gazetteer) for text in self.seeds["text"]]
        self.features = self.count(
            [[feature.feature for feature in word_features(row, (1, 2))] for row in tokens]
        )
        self.words = self.count([[token.stem for token in row] for row in tokens])
        counting = [  # without names of sides, numbers and marks, which no familiarity counts
            [token for token in row if measure_familiarity([token], {token.stem})] for row in tokens
        ]
        self.counting_words = self.count([[token.stem for token in row] for row in counting])

    @staticmethod
    def count(rows: list[list[str]]) -> Any:
        """Count the features of each row."""
        return CountVectorizer(analyzer=rows.__getitem__).fit_transform(range(len(rows)))

    def split(self, name: str) -> np.ndarray:
        """Return the row numbers of one split."""
        return np.flatnonzero(self.seeds["split"] == name)

    def fit(self, head: str, rows: np.ndarray) -> Model:
        """Fit one head on some rows and return what gives the probabilities of others."""
        recipe = RECIPES[head]
        columns = np.flatnonzero(self.features[rows].getnnz(axis=0) >= recipe["min_df"])
        counts = self.features[:, columns]
        tfidf = TfidfTransformer(sublinear_tf=True).fit(counts[rows])
        linear = LogisticRegression(
            C=recipe["C"], class_weight=recipe.get("class_weight"), max_iter=2_000
        )
        linear.fit(tfidf.transform(counts[rows]), self.seeds[head].to_numpy()[rows])
        return lambda some: pd.DataFrame(
            linear.predict_proba(tfidf.transform(counts[some])), columns=linear.classes_
        )

    def familiarity(self, rows: np.ndarray, pool: np.ndarray) -> np.ndarray:
        """Return the share of each pool paragraph's words that occur in `rows`."""
        seen = self.counting_words[rows].getnnz(axis=0) > 0
        words = self.counting_words[pool]
        return words @ seen / np.maximum(words.sum(axis=1).A1, 1)

    def vectors(self, rows: np.ndarray) -> Any:
        """Return the TF-IDF vectors of the words of some rows, as `stance.suggest` makes them."""
        return TfidfTransformer(sublinear_tf=True).fit_transform(self.words[rows])

    def pick(
        self,
        way: Way | None,
        models: Sequence[Model],
        rows: np.ndarray,
        pool: np.ndarray,
        rng: np.random.Generator,
    ) -> np.ndarray:
        """Choose the next STEP rows of the pool; without a way, at random."""
        pool = rng.permutation(pool)
        if way is None:
            return pool[:STEP]
        uncertainty = np.mean(
            [measure_uncertainty(model(pool).to_numpy()) for model in models], axis=0
        )
        familiarity = self.familiarity(rows, pool)
        readable = familiarity >= 0.5
        pool, scores = pool[readable], way.score(uncertainty[readable], familiarity[readable])
        chosen, _ = choose(
            scores, STEP, lambda numbers: self.vectors(pool[numbers]), width=way.width
        )
        return pool[chosen]

    def annotate(
        self, way: Way | None, heads: Sequence[str], state: int, split: str
    ) -> Iterator[dict[str, Any]]:
        """Yield macro-F1 of each head on the voices of a split, by number of annotations."""
        rng = np.random.default_rng(state)
        train, test = self.split("train"), self.split(split)
        rows = rng.choice(train, START, replace=False)
        while True:
            models = [self.fit(head, rows) for head in heads]
            for head, model in zip(heads, models, strict=True):
                annotations = self.seeds[head].to_numpy()[test].tolist()
                predictions = model(test).idxmax(axis=1).tolist()
                labels = sorted(set(self.seeds[head]))
                score = measure_macro_f1(annotations, predictions, labels)
                yield {"head": head, "state": state, "labels": len(rows), "macro_f1": score}
            if len(rows) >= STOP:
                return
            picked = self.pick(way, models, rows, np.setdiff1d(train, rows), rng)
            rows = np.concatenate([rows, picked])


def compare(bench: Bench) -> pd.DataFrame:
    """Run every way on validation voices, each head by itself."""
    rows = []
    for state in range(TRIES):
        for name, way in {"random": None, **WAYS}.items():
            for heads in [HEADS] if way is None else [[head] for head in HEADS]:
                rows += [
                    row | {"way": name} for row in bench.annotate(way, heads, state, "validation")
                ]
        print(f"validation voices, random state {state}: done", flush=True)
    return pd.DataFrame(rows)


def confirm(bench: Bench) -> pd.DataFrame:
    """Run the chosen way on test voices, for each head and for both at once."""
    runs: list[tuple[str, Way | None, Sequence[str]]] = [("random", None, HEADS)]
    runs += [("suggested for this head", WAYS[CHOSEN], [head]) for head in HEADS]
    runs += [("suggested for both heads", WAYS[CHOSEN], HEADS)]
    rows = []
    for state in range(REPEATS):
        for name, way, heads in runs:
            rows += [row | {"way": name} for row in bench.annotate(way, heads, state, "test")]
        print(f"test voices, random state {state}: done", flush=True)
    return pd.DataFrame(rows)


def labels_needed(curve: pd.Series, score: float) -> float:
    """Return how many labels a curve takes to reach a score for the first time.

    Between two measurements the curve is a straight line. A score that is never reached counts as
    STOP labels, although it would take more.
    """
    best = curve.cummax()
    if score > best.iloc[-1]:
        return float(STOP)
    return float(np.interp(score, best.to_numpy(), best.index.to_numpy(dtype=float)))


def savings(curves: pd.DataFrame) -> Iterator[str]:
    """Yield a table of how many labels it took to reach what random drawing reached."""
    yield (
        "| head | way | labels, random | macro-F1 there "
        "| labels, suggested: median (range) | saved: median (range) |"
    )
    yield "|---|---|--:|--:|--:|--:|"
    for head, of_head in curves.groupby("head"):
        wide = of_head.pivot(index="labels", columns=["way", "state"], values="macro_f1")
        for way in [name for name in of_head["way"].unique() if name != "random"]:
            for size in READ_AT:
                goals = wide["random"].cummax().loc[size]
                needed = [labels_needed(wide[way][state], goal) for state, goal in goals.items()]
                low, middle, high = min(needed), float(np.median(needed)), max(needed)
                saved = f"{1 - middle / size:.0%} ({1 - high / size:.0%} to {1 - low / size:.0%})"
                yield (
                    f"| {head} | {way} | {size:,} | {goals.mean():.3f} "
                    f"| {middle:,.0f} ({low:,.0f} to {high:,.0f}) | {saved} |"
                )


def table(curves: pd.DataFrame) -> Iterator[str]:
    """Yield the mean macro-F1 of each way at some numbers of labels."""
    sizes = (START, *READ_AT, STOP)
    yield (
        "| head | way | "
        + " | ".join(f"{size:,}" for size in sizes)
        + " | mean of all |\n|---|---|"
        + "--:|" * (len(sizes) + 1)
    )
    wide = curves.pivot_table(
        index=["head", "way"], columns="labels", values="macro_f1", sort=False
    )
    for (head, way), row in wide.sort_index(level="head", sort_remaining=False).iterrows():
        yield (
            f"| {head} | {way} | "
            + " | ".join(f"{row[size]:.3f}" for size in sizes)
            + f" | {row.mean():.3f} |"
        )


def draw_curves(curves: pd.DataFrame, path: Path) -> None:
    """Draw the curves on test voices, one panel per head."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    from stance.plots import plot_learning_curve

    figure, axes = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    for axis, (head, part) in zip(axes, curves.groupby("head"), strict=True):
        plot_learning_curve(part, by="way", ax=axis).set_title(
            f"{head}, test voices (means and ranges of {REPEATS} random states)", fontsize=10
        )
    figure.savefig(path, dpi=110)


def write_report(bench: Bench, tried: pd.DataFrame, final: pd.DataFrame) -> None:
    """Write SUGGEST.md and its picture."""
    draw_curves(final, HERE / "suggest.png")
    voices = bench.seeds["voice"].iloc[bench.split("test")].nunique()
    lines = [
        "# What suggestion saves\n",
        f"Written by `benchmarks/suggest.py`: {START} seeds drawn at random, "
        f"then {STEP} at a time up to {STOP:,}, of the",
        f"{len(bench.split('train')):,} of the train split. Words only. "
        "The seeds are composed and evenly mixed: a pool of print, where",
        "most paragraphs are dull, may gain more or less.\n",
        f"## Saved, on test voices ({REPEATS} random states)\n",
        *savings(final),
        "\nA row says: random drawing reached this macro-F1 with so many labels; "
        "what was suggested reached it with so many.",
        f"The range is that of the random states, on the same {voices} voices. "
        f"A state that did not reach it counts as {STOP:,}.\n",
        "![macro-F1 by number of labels](suggest.png)\n",
        *table(final),
        f"\n## Ways tried, on validation voices ({TRIES} random states)\n",
        *table(tried),
        "\nWhat the chosen way saved on them, by the same reckoning:\n",
        *savings(tried[tried["way"].isin(["random", CHOSEN])]),
        f"\n`stance.suggest` does: {CHOSEN} (with `novelty=1`: all three). "
        "Width: how many of the highest scores compete for each place.",
    ]
    (HERE / "SUGGEST.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


def main() -> None:
    """Measure and write."""
    bench = Bench()
    write_report(bench, compare(bench), confirm(bench))


if __name__ == "__main__":
    with threadpool_limits(1):
        main()
