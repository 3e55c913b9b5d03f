"""The work that the benchmark of speed measures, each piece in a process of its own.

usage: python benchmarks/speed_work.py prepare|corpus|score|grow|shape|evidence|table|train ...

`speed.py` calls it. Each piece prints one line of JSON. Heavy imports stand where they are used, so
that a process loads only what the measured system needs.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from speed_corpus import PER_ARTICLE, read_paragraphs, read_warm, write_corpus
from speed_shapes import make_shape

HEADS = ("stance", "tone")
WORDS = {"ngram_range": (1, 2), "min_df": 2, "C": 10.0}
UNION = WORDS | {"char_ngram_range": (3, 5)}
OURS = {"union": UNION, "words": WORDS}
QUICK = {"calibrate": False, "cv": 2}  # how probabilities are calibrated does not change the speed
FASTTEXT = {"fasttext-words": [], "fasttext-subwords": ["-minn", "3", "-maxn", "5"]}
FASTTEXT_OPTIONS = "-wordNgrams 2 -dim 16 -lr 0.5 -thread 1 -verbose 0"
CHUNK = 10_000
TRIAL = 10_000  # below this size the benchmark is a trial, and a few seeds will do

WORKS = {
    "prepare": (0, 2),
    "corpus": (0,),
    "score": (0, 2, 3),
    "grow": (0, 2),
    "shape": (0, 2),
    "evidence": (0,),
    "table": (0, 1, 2),
    "train": (),
}
"""Which arguments of each piece of work are paths."""

Score = Callable[[list[str]], Any]


def read_training(size: int) -> Any:
    """Read the seeds that the shipped model is trained on; for a trial, a few of each label."""
    from stance.seeds.commands import read_seeds

    seeds = read_seeds()
    seeds = seeds[seeds["split"] != "test"]
    return seeds if size >= TRIAL else seeds.groupby(list(HEADS)).head(6)


def resample(n_rows: int) -> Any:
    """Draw `n_rows` training seeds with replacement."""
    return read_training(TRIAL).sample(n_rows, replace=True, random_state=0, ignore_index=True)


def prepare(models: Path, size: int, fasttext: Path) -> dict[str, int]:
    """Make the models that are missing; count the features of each."""
    models.mkdir(parents=True, exist_ok=True)
    rows = read_training(size)
    for name, recipe in OURS.items():
        if not (models / f"sklearn-{name}.joblib").exists():
            fit_sklearn(rows, models, name)
        if not (models / f"ours-{name}").exists():
            import stance

            with warnings.catch_warnings(action="ignore"):  # a trial has few rows of each label
                model = stance.train(rows, recipes=dict.fromkeys(HEADS, recipe | QUICK), name=name)
            model.save(models / f"ours-{name}")
    if fasttext.exists():
        train_fasttext(rows, models, fasttext)
    return count_features(models)


def fit_sklearn(rows: Any, models: Path, name: str) -> None:
    """Fit scikit-learn as its users do: a union of vectorizers, one regression per head."""
    import joblib
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_union

    options = {"sublinear_tf": True, "min_df": 2}
    blocks = [TfidfVectorizer(ngram_range=(1, 2), **options)]
    if name == "union":
        blocks.append(TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), **options))
    union = make_union(*blocks)
    matrix = union.fit_transform(rows["text"])
    heads = {
        head: LogisticRegression(C=10.0, max_iter=1_000).fit(matrix, rows[head]) for head in HEADS
    }
    scratch = models / f"sklearn-{name}.part"
    joblib.dump((union, heads), scratch)
    scratch.rename(models / f"sklearn-{name}.joblib")


def train_fasttext(rows: Any, models: Path, fasttext: Path) -> None:
    """Train fastText's command line on the stances, with word bigrams and vectors of 16 numbers."""
    source = models / "fasttext.txt"
    lines = (
        f"__label__{label} {' '.join(text.split())}\n"
        for label, text in zip(rows["stance"], rows["text"], strict=True)
    )
    source.write_text("".join(lines), encoding="utf-8")
    for name, options in FASTTEXT.items():
        if not (models / f"{name}.bin").exists():
            scratch = models / f"{name}-part"
            command = [fasttext, "supervised", "-input", source, "-output", scratch]
            subprocess.run([*command, *FASTTEXT_OPTIONS.split(), *options], check=True)
            scratch.with_suffix(".bin").rename(models / f"{name}.bin")


def count_features(models: Path) -> dict[str, int]:
    """Count the distinct features of each model, over both heads."""
    import joblib

    import stance

    counts = {}
    for name in OURS:
        union, _ = joblib.load(models / f"sklearn-{name}.joblib")
        counts[f"sklearn-{name}"] = len(union.get_feature_names_out())
    for name in ("shipped", *OURS):
        model = stance.load(None if name == "shipped" else models / f"ours-{name}")
        features = {
            (block.name, feature)
            for head in model.frozen.heads.values()
            for block in head.blocks
            for feature in block.features
        }
        counts[f"ours-{name}"] = len(features)
    return counts


def load_sklearn(models: Path, name: str) -> Score:
    """Return transform and predict_proba of both heads."""
    import joblib

    union, heads = joblib.load(models / f"{name}.joblib")

    def score(texts: list[str]) -> None:
        matrix = union.transform(texts)
        for head in heads.values():
            head.predict_proba(matrix)

    return score


def load_ours(models: Path, name: str) -> Score:
    """Return what `label_frame` and `label_file` score with, or `label_frame` itself."""
    import stance

    name, frame, _ = name.partition("-frame")
    model = stance.load(None if name == "ours-shipped" else models / name)
    if not frame:
        return model.frozen.score
    import pandas as pd

    return lambda texts: model.label_frame(pd.DataFrame({"text": texts}), unit="row")


def load_lexicon(name: str) -> Score:
    """Return VADER or TextBlob over all texts."""
    if name == "vader":
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

        one = SentimentIntensityAnalyzer().polarity_scores
        return lambda texts: [one(text) for text in texts]
    from textblob import TextBlob

    return lambda texts: [TextBlob(text).sentiment for text in texts]


def time_fasttext(models: Path, name: str, fasttext: Path, texts: list[str]) -> float:
    """Time fastText on a file, less the time for a file of one paragraph, which loads the model."""

    def run(lines: list[str]) -> float:
        source = models / "scored.txt"
        source.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        start = time.perf_counter()
        subprocess.run(
            [fasttext, "predict-prob", models / f"{name}.bin", source, "1"],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        return time.perf_counter() - start

    run(texts[:1])  # brings the model into the file cache
    loading = run(texts[:1])
    return run(texts) - loading


def load(models: Path, name: str) -> Score:
    """Load a system."""
    if name.startswith("sklearn"):
        return load_sklearn(models, name)
    return load_ours(models, name) if name.startswith("ours") else load_lexicon(name)


def time_run(run: Score, texts: list[str]) -> float:
    """Time one run."""
    clock = time.perf_counter()
    run(texts)
    return time.perf_counter() - clock


def score(
    models: Path, name: str, fasttext: Path, corpus: Path, start: int, count: int
) -> dict[str, float]:
    """Score some paragraphs of the corpus; ours scores them once more.

    Loading and the first paragraphs are not on the clock.
    """
    texts = list(read_paragraphs(corpus, start, count))
    again = {}
    if name in FASTTEXT:
        seconds = time_fasttext(models, name, fasttext, texts)
    else:
        run = load(models, name)
        run(read_warm(corpus))
        seconds = time_run(run, texts)
        if name.startswith("ours"):
            again = {"again_seconds": time_run(run, texts)}
    return again | {
        "seconds": seconds,
        "paragraphs": len(texts),
        "bytes": sum(len(text.encode()) for text in texts),
    }


def grow(models: Path, name: str, corpus: Path, count: int) -> dict[str, float]:
    """Score a number of paragraphs in chunks, as `label_file` does."""
    run = load(models, name)
    run(read_warm(corpus))
    seconds, chunk = 0.0, list[str]()
    for number, text in enumerate(read_paragraphs(corpus, 0, count), start=1):
        chunk.append(text)
        if len(chunk) == CHUNK or number == count:
            seconds += time_run(run, chunk)
            chunk = []
    return {"seconds": seconds, "paragraphs": count}


def shape(models: Path, name: str, corpus: Path, count: int) -> dict[str, float]:
    """Label texts of one shape, each as a whole, with the shipped model."""
    import stance

    texts = make_shape(name, list(read_paragraphs(corpus, 0, count)))
    model = stance.load()
    model.label_cells(make_shape(name, read_warm(corpus)), unit="row")
    seconds = time_run(lambda some: model.label_cells(some, unit="row"), texts)
    size = sum(len(text.encode()) for text in texts)
    return {"seconds": seconds, "texts": len(texts), "bytes": size}


def evidence(corpus: Path, count: int) -> dict[str, float]:
    """Label articles one by one with their evidence, with the shipped model."""
    import stance

    def make_articles(paragraphs: list[str]) -> list[str]:
        starts = range(0, len(paragraphs), PER_ARTICLE)
        return ["\n\n".join(paragraphs[start : start + PER_ARTICLE]) for start in starts]

    def label(articles: list[str]) -> None:
        for article in articles:
            stance.label(article)

    label(make_articles(read_warm(corpus)))
    articles = make_articles(list(read_paragraphs(corpus, 0, count)))
    return {"seconds": time_run(label, articles), "paragraphs": count}


def table(models: Path, source: Path, output: Path, columns: str) -> dict[str, float]:
    """Label a CSV as a plain script does: pandas reads, scikit-learn scores, pandas writes.

    Articles are split at blank lines.
    """
    import joblib
    import numpy as np
    import pandas as pd

    union, heads = joblib.load(models / "sklearn-union.joblib")
    clock = time.perf_counter()
    frame = pd.read_csv(source)
    if columns == "articles":
        frame["text"] = frame["text"].str.split(r"\n\s*\n", regex=True)
        frame = frame.explode("text")
    matrix = union.transform(frame["text"])
    out: dict[str, Any] = {"row": np.asarray(frame.index)}
    for name, head in heads.items():
        probabilities = head.predict_proba(matrix)
        out[name] = head.classes_[probabilities.argmax(axis=1)]
        if columns != "labels":
            out[f"{name}_probability"] = probabilities.max(axis=1)
            for label, column in zip(head.classes_, probabilities.T, strict=True):
                out[f"{name}_p_{label}"] = column
    if columns != "labels":
        from stance.labels import sentiment_of, sentiment_signs

        signs = sentiment_signs(heads["tone"].classes_)
        out["sentiment"] = [sentiment_of(tone) for tone in out["tone"]]
        out["sentiment_score"] = sum(sign * out[f"tone_p_{tone}"] for tone, sign in signs.items())
    pd.DataFrame(out).to_csv(output, index=False)
    return {"seconds": time.perf_counter() - clock, "paragraphs": len(frame)}


def train(what: str, n_rows: int) -> dict[str, float]:
    """Time one fit of the stance head, or the training of a whole model."""
    import stance
    from stance.training.fitting import RECIPES

    rows = resample(n_rows)
    clock = time.perf_counter()
    if what == "fit":
        stance.ParagraphClassifier(**RECIPES["stance"]).fit(rows["text"], rows["stance"])
    else:
        stance.train(rows)
    return {"seconds": time.perf_counter() - clock, "paragraphs": n_rows}


def main(work: str, *texts: str) -> None:
    """Do one piece of work and print its figures."""
    paths = WORKS[work]
    arguments: list[Any] = [
        Path(text) if number in paths else int(text) if text.isdigit() else text
        for number, text in enumerate(texts)
    ]
    works: list[Callable[..., Any]] = [
        prepare, write_corpus, score, grow, shape, evidence, table, train
    ]  # fmt: skip
    print(json.dumps(dict(zip(WORKS, works, strict=True))[work](*arguments), default=str))


if __name__ == "__main__":
    main(*sys.argv[1:])
