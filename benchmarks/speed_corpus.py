"""Make any number of news-like paragraphs from the seeds, for the benchmark of speed.

A paragraph is 50 to 90 words (70 on average, some 395 bytes) in runs of 10 to 25 consecutive words
of the seeds. About one word in 60 is a capitalised one that is in no corpus, because a cache would
make known words too cheap: in a million paragraphs there are about a million of them.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from random import Random

SEEDS = Path(__file__).parent.parent / "seeds" / "paragraphs.csv"
RARITY = 60
PER_ARTICLE = 5
"""Paragraphs of an article."""
WARM = 1_000
"""Paragraphs that a process scores before the clock starts; they are not in the corpus."""
SYLLABLES = [consonant + vowel for consonant in "bcdfghjklmnprstvwxz" for vowel in "aeiouy"]


def read_words() -> list[str]:
    """Read the words of all seeds, one after the other."""
    with SEEDS.open(encoding="utf-8", newline="") as file:
        return [word for row in csv.DictReader(file) for word in row["text"].split()]


def make_paragraphs(words: list[str], n_paragraphs: int, *, random_state: int = 0) -> Iterator[str]:
    """Yield paragraphs. A smaller number gives the first ones of a larger number."""
    draw = Random(random_state).random
    for _ in range(n_paragraphs):
        length = 50 + int(41 * draw())
        paragraph: list[str] = []
        while len(paragraph) < length:
            start = int((len(words) - 25) * draw())
            paragraph += words[start : start + 10 + int(16 * draw())]
        for index in range(int(RARITY * draw()), length, RARITY):
            paragraph[index] = "".join(
                SYLLABLES[int(len(SYLLABLES) * draw())] for _ in range(3 + int(3 * draw()))
            ).capitalize()
        yield " ".join(paragraph[:length])


def write_corpus(folder: Path, n_paragraphs: int) -> Path:
    """Write paragraphs, one per line, and the same as two CSVs with the columns id and text.

    One has a paragraph in each row; the other, whose name ends in -articles.csv, an article of five
    paragraphs with blank lines between them.

    Files that exist already are kept. Those of another number, or of other seeds, are deleted,
    because they are large.
    """
    digest = hashlib.sha256(SEEDS.read_bytes() + Path(__file__).read_bytes()).hexdigest()[:8]
    path = folder / f"corpus-{n_paragraphs}-{digest}.txt"
    if path.exists():
        return path
    for old in folder.glob("corpus-*"):
        old.unlink()
    finals = (path.with_suffix(".csv"), articles_path(path), path)
    parts = [final.with_name(final.name + ".part") for final in finals]
    with ExitStack() as opened:
        files = [
            opened.enter_context(part.open("w", encoding="utf-8", newline="")) for part in parts
        ]
        rows, articles = (csv.writer(file, lineterminator="\n") for file in files[:2])
        for writer in (rows, articles):
            writer.writerow(["id", "text"])
        paragraphs = enumerate(make_paragraphs(read_words(), n_paragraphs))
        while article := list(islice(paragraphs, PER_ARTICLE)):
            rows.writerows(article)
            texts = [text for _, text in article]
            articles.writerow([article[0][0] // PER_ARTICLE, "\n\n".join(texts)])
            files[2].writelines(f"{text}\n" for text in texts)
    path.with_suffix(".warm").write_text(
        "\n".join(make_paragraphs(read_words(), WARM, random_state=1)), encoding="utf-8"
    )
    for part, final in zip(parts, finals, strict=True):
        part.rename(final)
    return path


def articles_path(corpus: Path) -> Path:
    """Return where the articles of a corpus are."""
    return corpus.with_name(f"{corpus.stem}-articles.csv")


def read_paragraphs(corpus: Path, start: int, count: int) -> Iterator[str]:
    """Yield paragraphs of a corpus, from the one numbered `start`."""
    with corpus.open(encoding="utf-8", newline="\n") as file:
        for line in islice(file, start, start + count):
            yield line.rstrip("\n")


def read_warm(corpus: Path) -> list[str]:
    """Read the paragraphs that a process scores before the clock starts."""
    return corpus.with_suffix(".warm").read_text(encoding="utf-8").split("\n")


def head_of_table(table: Path, count: int) -> Path:
    """Write the first rows of a CSV to a file of their own."""
    path = table.with_name(f"table-{count}-{table.name}")
    with (
        table.open(encoding="utf-8", newline="") as source,
        path.open("w", encoding="utf-8", newline="") as out,
    ):
        csv.writer(out, lineterminator="\n").writerows(islice(csv.reader(source), count + 1))
    return path
