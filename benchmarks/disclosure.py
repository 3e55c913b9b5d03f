"""Attack a counts file as a stranger could, and show what can be read.

usage: python benchmarks/disclosure.py COUNTS [--texts TABLE [--text COLUMN] [--article COLUMN]]
                                       [--other FILE] [--guesses N] [--show N]

COUNTS is a folder that `stance counts` wrote. TABLE is the CSV that it was made from: with it,
guesses are checked and the paragraphs of an article are also read together, as `stance counts`
does. Without it, what is read is shown, and nothing is checked. FILE is other text, one paragraph
per line, that guesses go by; without it they go by other articles of TABLE.

What is shown are stems in the order in which they were read; of a guess that can be checked, only
the run that does stand in the paragraph.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from stance.text.sides import load_gazetteer
from stance.text.tokens import make_tokens
from stance.training.counted.counting import number_groups
from stance.training.counted.counts import Counts, read_counts
from stance.training.counted.disclosure import (
    RUN,
    SAMPLE,
    Bag,
    Disclosure,
    LanguageModel,
    guess_order,
    list_pairs,
    longest_certain_run,
    longest_true_run,
    measure_disclosure,
)
from stance.training.counted.sharing import list_bags

Stems = Sequence[str]


def list_stems(texts: Sequence[str]) -> list[list[str]]:
    """Return the stems of each text in order."""
    return [[token.stem for token in make_tokens(text, load_gazetteer())] for text in texts]


def recognise(counts: Counts, bags: Sequence[Bag], stems: Sequence[Stems]) -> list[int]:
    """Return which text each row of a counts file was made of, by its words and pairs alone."""
    features = set(counts.blocks["words"].features)
    numbers: dict[frozenset[tuple[str, int]], int] = {}
    for number, one in enumerate(stems):
        words = [*one, *map(" ".join, pairwise(one))]
        numbers.setdefault(count(word for word in words if word in features), number)
    rows = [numbers.get(count(list_words(bag))) for bag in bags]
    if None in rows:
        sys.exit("TABLE must be the table that COUNTS was made from; it is not.")
    return [row for row in rows if row is not None]


def count(words: Iterable[str]) -> frozenset[tuple[str, int]]:
    """Return how often each word occurs, as something to look up."""
    return frozenset(Counter(words).items())


def list_words(bag: Bag) -> list[str]:
    """Return the stems and pairs of a row, each as often as it occurs."""
    return [*bag.stems.elements(), *map(" ".join, bag.pairs.elements())]


def read_texts(
    options: argparse.Namespace, counts: Counts, bags: Sequence[Bag]
) -> tuple[list[list[str]], list[int]]:
    """Return the stems of each row's paragraph, and the number of its article."""
    table = pd.read_csv(options.texts, dtype=str, keep_default_na=False)
    stems = list_stems(table[options.text].tolist())
    rows = recognise(counts, bags, stems)
    articles = table[options.article].tolist() if options.article else list(range(len(table)))
    numbers = number_groups([articles[row] for row in rows], len(rows))
    return [stems[row] for row in rows], numbers.tolist()


def list_certain(bags: Sequence[Bag]) -> Iterator[tuple[int, Stems]]:
    """Yield the rows in which a long run is certain, and the run."""
    for row, bag in enumerate(bags):
        run = longest_certain_run(bag)
        if len(run) >= RUN:
            yield row, run


def list_guesses(
    bags: Sequence[Bag], stems: Sequence[Stems] | None, model: LanguageModel, rows: Sequence[int]
) -> Iterator[tuple[int, Stems]]:
    """Yield the rows in which a long run is guessed, and the run; only true ones, given stems."""
    pairs = list_pairs(bags)
    for row in rows:
        guess = guess_order(bags[row], pairs, model)
        run = find_run(guess, None if stems is None else stems[row])
        if len(run) >= RUN:
            yield row, run


def find_run(guess: Sequence[str | None], stems: Stems | None) -> Stems:
    """Return the longest run of a guess without a gap; given stems, one that stands in them.

    >>> find_run(["a", "b", None, "c", "d", "e"], None)
    ['c', 'd', 'e']
    >>> find_run(["a", "b", None, "c", "d", "e"], ["x", "a", "b", "c", "d"])
    ['a', 'b']
    """
    text = [stem or "" for stem in guess] if stems is None else list(stems)
    length = longest_true_run(guess, text)
    windows = [text[start : start + length] for start in range(len(text) - length + 1)]
    runs = (list(guess[start : start + length]) for start in range(len(guess) - length + 1))
    return next(run for run in runs if run in windows)


def report_lines(figures: Disclosure) -> Iterator[str]:
    """Yield the table of what can be read."""
    yield f"| a run of {RUN} words or more can be read | of paragraphs | of articles, joined |"
    yield "|---|--:|--:|"
    yield (
        f"| with certainty (the longest has {figures.longest}) "
        f"| {figures.certain:.1%} | {figures.certain_joined:.1%} |"
    )
    yield (
        f"| by the best guess ({figures.n_guessed:,} at random) "
        f"| {figures.guessed:.1%} | {figures.guessed_joined:.1%} |"
    )


def show(how: str, readings: Iterator[tuple[int, Stems]], limit: int) -> None:
    """Print the first readings of one kind."""
    lines = [f"{how}, row {row}: {' '.join(run)}" for row, run in islice(readings, limit)]
    print("\n".join(lines or [f"{how}: nothing of {RUN} words or more"]), flush=True)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("counts")
    parser.add_argument("--texts")
    parser.add_argument("--text", default="text")
    parser.add_argument("--article")
    parser.add_argument("--other")
    parser.add_argument("--guesses", type=int, default=SAMPLE)
    parser.add_argument("--show", type=int, default=10)
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> None:
    """Attack, and print what comes out."""
    options = parse(arguments)
    counts = read_counts(options.counts)
    bags = list_bags(counts)
    guessed = np.random.default_rng(0).permutation(len(bags))[: options.guesses].tolist()
    model, stems = None, None
    if options.other:
        lines = Path(options.other).read_text(encoding="utf-8").splitlines()
        model = LanguageModel(list_stems(lines))
    if options.texts:
        stems, articles = read_texts(options, counts, bags)
        print(f"each of {len(bags):,} rows was recognised in {options.texts}", flush=True)
        figures = measure_disclosure(bags, stems, articles, model=model, n_guessed=options.guesses)
        print("\n".join(report_lines(figures)), flush=True)
        known = {articles[row] for row in guessed}
        others = (stems[row] for row, article in enumerate(articles) if article not in known)
        model = model or LanguageModel(others)
    show("certain", list_certain(bags), options.show)
    if model:
        show("guessed", list_guesses(bags, stems, model, guessed), options.show)


if __name__ == "__main__":
    main(sys.argv[1:])
