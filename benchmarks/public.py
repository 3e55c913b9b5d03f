"""Measure recipes on public benchmarks, beside published figures and those of plain scikit-learn.

usage: python benchmarks/public.py FOLDER

FOLDER must have ``semeval2016-t6``, ``vader-nyt`` and ``gwsd``. Their authors distribute the data;
this project does not. The recipes were chosen by cross-validation on the training parts only.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import StratifiedGroupKFold

from stance import ParagraphClassifier

WORDS = {"mask_sides": False, "calibrate": False}  # a temperature changes no label
CHARACTERS = WORDS | {"char_ngram_range": (2, 5)}
STANCE = CHARACTERS | {"C": 3.0, "class_weight": "balanced", "valence": True}
SENTIMENT = CHARACTERS | {"C": 10.0, "social_media": True, "valence": True}
NYT = WORDS | {"C": 3.0, "class_weight": "balanced", "social_media": True, "valence": True}
GWSD = CHARACTERS | {"C": 3.0}
GWSD_LABELS = ["agree", "disagree", "neutral"]
BALANCE = 0.7  # 0 leaves GWSD's labels as frequent as they are, 1 gives all the same weight
SNIPPETS = ("id", "mean", "text")  # columns of the editorial snippets


def read_tweets(folder: Path, part: str) -> pd.DataFrame:
    """Read one part of SemEval-2016 Task 6A."""
    names = (f"{part}-taskA-all-annotations.txt", f"{part}-all-annotations.txt")
    paths = [folder / "semeval2016-t6" / name for name in names]
    path = next((path for path in paths if path.exists()), paths[0])
    table = pd.read_csv(
        path, sep="\t", encoding="cp1252", quoting=csv.QUOTE_NONE, keep_default_na=False
    )
    table.columns = pd.Index(["id", "target", "text", "stance", "opinion", "sentiment"])
    return table.assign(sentiment=table["sentiment"].str.strip())


def f_avg(annotations: Any, predictions: Any, labels: list[str]) -> float:
    """Return the mean F1 of two of the labels, in percent."""
    return 100 * float(f1_score(annotations, predictions, labels=labels, average="macro"))


def measure_tweets(folder: Path) -> None:
    """Fit on the training and trial tweets; print stance and sentiment on the test tweets."""
    parts = [read_tweets(folder, part) for part in ("trainingdata", "trialdata")]
    train, test = pd.concat(parts, ignore_index=True), read_tweets(folder, "testdata")
    measure_tweet_stance(train, test)
    sentiment = ParagraphClassifier(**SENTIMENT).fit(train["text"], train["sentiment"])
    predictions = sentiment.predict(test["text"])
    show(
        "SemEval-2016 T6A sentiment, F_avg",
        f_avg(test["sentiment"], predictions, ["POSITIVE", "NEGATIVE"]),
        "VADER 59.4",
        "75.3, + lexicon 78.6",
    )


def measure_tweet_stance(train: pd.DataFrame, test: pd.DataFrame) -> None:
    """Print the stance figures, over all tweets and as a mean over the targets."""
    model = ParagraphClassifier(**STANCE)
    model.fit(train["text"], train["stance"], targets=train["target"])
    test = test.assign(predicted=model.predict(test["text"], test["target"]))
    labels = ["FAVOR", "AGAINST"]
    by_target = [
        f_avg(rows["stance"], rows["predicted"], labels) for _, rows in test.groupby("target")
    ]
    show(
        "SemEval-2016 T6A stance, F_avg",
        f_avg(test["stance"], test["predicted"], labels),
        "best team 67.8, SVM 69.0, + embeddings 70.3",
        "68.8",
    )
    show("  the same, mean over the targets", float(np.mean(by_target)), "", "55.9")


def measure_editorials(folder: Path) -> None:
    """Cross-validate the snippets of editorials, each article in one fold."""
    rows = pd.read_csv(
        folder / "vader-nyt" / "nytEditorialSnippets_GroundTruth.txt",
        sep="\t",
        encoding="latin-1",
        quoting=csv.QUOTE_NONE,
        header=None,
        names=SNIPPETS,
        keep_default_na=False,
    )
    signs = [rows["mean"] > 0.05, rows["mean"] < -0.05]
    annotations = np.select(signs, ["positive", "negative"], "neutral")
    articles, texts = rows["id"].str.split("_").str[0], rows["text"].to_numpy(dtype=object)
    predictions = np.empty(len(rows), dtype=object)
    folds = StratifiedGroupKFold(5, shuffle=True, random_state=0)
    for train, test in folds.split(texts, annotations, articles):
        model = ParagraphClassifier(**NYT).fit(texts[train], annotations[train])
        predictions[test] = model.predict(texts[test])
    show(
        "NYT editorials, weighted F1 (5 folds by article)",
        float(f1_score(annotations, predictions, average="weighted")),
        "VADER .55, one human .65",
        ".58, + lexicon .625",
    )


def measure_climate(folder: Path) -> None:
    """Fit on GWSD's sentences and print figures on its 200 test sentences.

    Each training sentence comes once per label, weighted by the inferred probability of the label.
    """
    rows = pd.read_csv(folder / "gwsd" / "GWSD.tsv", sep="\t").dropna(subset=GWSD_LABELS)
    in_test = rows["in_held_out_test"]
    test = rows[in_test]
    train = rows[~in_test & ~rows["sentence"].isin(test["sentence"])].drop_duplicates("sentence")
    probabilities = train[GWSD_LABELS].to_numpy()
    weights = probabilities / probabilities.mean(axis=0) ** BALANCE / len(GWSD_LABELS)
    sentences = [*train["sentence"]] * len(GWSD_LABELS)
    labels = np.repeat(GWSD_LABELS, len(train))
    model = ParagraphClassifier(**GWSD)
    model.fit(sentences, labels, sample_weight=weights.T.ravel())
    annotations, predictions = test[GWSD_LABELS].idxmax(axis=1), model.predict(test["sentence"])
    accuracy = accuracy_score(annotations, predictions)
    macro_f1 = float(f1_score(annotations, predictions, average="macro"))
    show("GWSD, accuracy", accuracy, "one annotator .706", ".650")
    show("GWSD, macro-F1", macro_f1, "", ".653")


MEASURES = {
    "semeval2016-t6": measure_tweets,
    "vader-nyt": measure_editorials,
    "gwsd": measure_climate,
}
"""By the folder that has the data."""


def show(what: str, ours: float, published: str, plain: str) -> None:
    """Print one line of the table."""
    print(f"{what:<50}{ours:>8.{1 if ours > 1 else 3}f}  {published:<46}{plain}", flush=True)


def main(arguments: list[str]) -> int:
    """Measure the benchmarks in FOLDER; name those that are missing, and return the exit code."""
    if not arguments:
        print(
            "no folder of public benchmarks given: "
            "they do not come with the project, and are not measured",
            file=sys.stderr,
        )
        return 0
    folder = Path(arguments[0])
    print(f"{'':<50}{'ours':>8}  {'published':<46}plain scikit-learn")
    missing = [name for name in MEASURES if not (folder / name).is_dir()]
    for name, measure in MEASURES.items():
        if name not in missing:
            measure(folder)
    for name in missing:
        print(
            f"{folder / name} is absent: not measured. "
            "The benchmarks do not come with the project.",
            file=sys.stderr,
        )
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
