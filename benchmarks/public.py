"""Measure the recipes of stance on public benchmarks, beside the published and the plain figures.

The data belong to their authors and do not come with the project; FOLDER must hold ``semeval2016-t6``, ``vader-nyt`` and ``gwsd``.
The recipes were chosen by cross-validation on the training parts; a test part is for reading a figure, not for choosing one.

usage: python benchmarks/public.py FOLDER
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

PLAIN = {
    "mask_sides": False,
    "calibrate": False,
    "char_ngram_range": (2, 5),
}  # a temperature changes no label
STANCE = PLAIN | {"C": 3.0, "class_weight": "balanced", "valence": True}
SENTIMENT = PLAIN | {"C": 10.0, "social_media": True, "valence": True}
NYT = {
    "mask_sides": False,
    "calibrate": False,
    "C": 3.0,
    "class_weight": "balanced",
    "social_media": True,
    "valence": True,
}
GWSD = PLAIN | {"C": 3.0}
GWSD_LABELS = ["agree", "disagree", "neutral"]
EVENING = 0.7  # 0 leaves GWSD's labels as frequent as they are, 1 makes them weigh alike


def read_tweets(folder: Path, part: str) -> pd.DataFrame:
    """Read one part of SemEval-2016 Task 6A."""
    file = folder / "semeval2016-t6" / f"{part}-taskA-all-annotations.txt"
    file = file if file.exists() else folder / "semeval2016-t6" / f"{part}-all-annotations.txt"
    table = pd.read_csv(
        file, sep="\t", encoding="cp1252", quoting=csv.QUOTE_NONE, keep_default_na=False
    )
    table.columns = pd.Index(["id", "target", "text", "stance", "opinion", "sentiment"])
    return table.assign(sentiment=table["sentiment"].str.strip())


def f_avg(given: Any, found: Any, labels: list[str]) -> float:
    """Return the mean F1 of two of the labels, in percent."""
    return 100 * float(f1_score(given, found, labels=labels, average="macro"))


def measure_tweets(folder: Path) -> None:
    """Fit on the training and trial tweets; print stance and sentiment on the test."""
    train = pd.concat(
        [read_tweets(folder, "trainingdata"), read_tweets(folder, "trialdata")], ignore_index=True
    )
    test = read_tweets(folder, "testdata")
    model = ParagraphClassifier(**STANCE).fit(
        train["text"], train["stance"], targets=train["target"]
    )
    test["found"] = model.predict(test["text"], test["target"])
    sides = ["FAVOR", "AGAINST"]
    each = [f_avg(rows["stance"], rows["found"], sides) for _, rows in test.groupby("target")]
    show(
        "SemEval-2016 T6A stance, F_avg",
        f_avg(test["stance"], test["found"], sides),
        "best team 67.8, SVM 69.0, + embeddings 70.3",
        "68.8",
    )
    show("  the same, mean over the targets", float(np.mean(each)), "", "55.9")
    found = (
        ParagraphClassifier(**SENTIMENT)
        .fit(train["text"], train["sentiment"])
        .predict(test["text"])
    )
    show(
        "SemEval-2016 T6A sentiment, F_avg",
        f_avg(test["sentiment"], found, ["POSITIVE", "NEGATIVE"]),
        "VADER 59.4",
        "75.3, + lexicon 78.6",
    )


def measure_editorials(folder: Path) -> None:
    """Cross-validate the snippets of editorials, an article in one fold only."""
    file = folder / "vader-nyt" / "nytEditorialSnippets_GroundTruth.txt"
    names = ["id", "mean", "text"]
    rows = pd.read_csv(
        file,
        sep="\t",
        encoding="latin-1",
        quoting=csv.QUOTE_NONE,
        header=None,
        names=names,
        keep_default_na=False,
    )
    given = np.select(
        [rows["mean"] > 0.05, rows["mean"] < -0.05], ["positive", "negative"], "neutral"
    )
    articles, texts = rows["id"].str.split("_").str[0], rows["text"].to_numpy(dtype=object)
    found = np.empty(len(rows), dtype=object)
    for train, test in StratifiedGroupKFold(5, shuffle=True, random_state=0).split(
        texts, given, articles
    ):
        found[test] = (
            ParagraphClassifier(**NYT).fit(texts[train], given[train]).predict(texts[test])
        )
    score = float(f1_score(given, found, average="weighted"))
    show(
        "NYT editorials, weighted F1 (5 folds by article)",
        score,
        "VADER .55, one human .65",
        ".58, + lexicon .625",
    )


def measure_climate(folder: Path) -> None:
    """Fit on GWSD's sentences, each row once a label, weighted by the label's inferred probability; print the held-out 200."""
    rows = pd.read_csv(folder / "gwsd" / "GWSD.tsv", sep="\t").dropna(subset=GWSD_LABELS)
    test = rows[rows["in_held_out_test"]]
    train = rows[
        ~rows["in_held_out_test"] & ~rows["sentence"].isin(test["sentence"])
    ].drop_duplicates("sentence")
    weights = (
        train[GWSD_LABELS].to_numpy()
        / train[GWSD_LABELS].to_numpy().mean(axis=0) ** EVENING
        / len(GWSD_LABELS)
    )
    labels = np.repeat(GWSD_LABELS, len(train))
    model = ParagraphClassifier(**GWSD).fit(
        [*train["sentence"]] * len(GWSD_LABELS), labels, sample_weight=weights.T.ravel()
    )
    given, found = test[GWSD_LABELS].idxmax(axis=1), model.predict(test["sentence"])
    show("GWSD, accuracy", accuracy_score(given, found), "one annotator .706", ".650")
    show("GWSD, macro-F1", float(f1_score(given, found, average="macro")), "", ".653")


def show(what: str, ours: float, published: str, plain: str) -> None:
    """Print one line of the table."""
    print(f"{what:<50}{ours:>8.{1 if ours > 1 else 3}f}  {published:<46}{plain}", flush=True)


def main(arguments: list[str]) -> int:
    """Measure what FOLDER holds; say plainly what it does not."""
    if not arguments:
        print(
            "no folder of public benchmarks given: they do not come with the project, and are not measured",
            file=sys.stderr,
        )
        return 0
    folder = Path(arguments[0])
    print(f"{'':<50}{'ours':>8}  {'published':<46}plain scikit-learn")
    missing = 0
    for name, measure in (
        ("semeval2016-t6", measure_tweets),
        ("vader-nyt", measure_editorials),
        ("gwsd", measure_climate),
    ):
        if (folder / name).is_dir():
            measure(folder)
        else:
            missing += 1
            print(
                f"{folder / name} is absent: not measured. The benchmarks do not come with the project.",
                file=sys.stderr,
            )
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
