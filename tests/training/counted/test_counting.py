"""What a counts file keeps of annotated paragraphs, and what it leaves out."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from stance import TrainingError
from stance.text.sides import load_gazetteer
from stance.text.tokens import SIDE, make_tokens
from stance.training.counted.counting import FUNCTION_STEMS, Thresholds, count_paragraphs

LOW = Thresholds(stems=3, pairs=4, spellings=3, features=8)


def test_every_kept_feature_meets_its_threshold_in_the_published_file(table: pd.DataFrame) -> None:
    counts, rows = count_paragraphs(
        table["text"].tolist(),
        {"stance": [[label] for label in table["stance"]]},
        articles=table["doc"].tolist(),
        outlets=table["outlet"].tolist(),
        thresholds=LOW,
    )
    articles = table["doc"].to_numpy()[rows]
    assert {"words", "frames", "spellings"} == set(counts.blocks)
    for name, block in counts.blocks.items():
        assert block.features
        for column, feature in enumerate(block.features):
            holders = block.matrix[:, [column]].nonzero()[0]
            least = (
                LOW.spellings if name == "spellings" else LOW.pairs if " " in feature else LOW.stems
            )
            assert len(set(articles[holders])) >= least, feature
    assert np.bincount(counts.blocks["words"].matrix.nonzero()[0]).min() >= LOW.features
    assert counts.facts["near_copies"] == 2
    assert counts.n_rows + counts.facts["near_copies"] + counts.facts["too_rare"] == len(table)


def test_counts_are_those_of_the_text_with_sides_masked(table: pd.DataFrame) -> None:
    texts = [f"Israel and Ukraine signed, {text}" for text in table["text"]]
    counts, rows = count_paragraphs(texts, {}, thresholds=LOW)
    words = counts.blocks["words"]
    assert not {"israel", "ukrain"} & set(words.features)
    assert SIDE in words.features
    for number in (0, 50, 100):
        tokens = make_tokens(texts[rows[number]], load_gazetteer())
        stems = Counter(token.stem for token in tokens)
        row = words.matrix[[number]]
        shown = {words.features[c]: n for c, n in zip(row.indices, row.data, strict=True)}
        assert all(stems[stem] == n for stem, n in shown.items() if " " not in stem)
        assert abs(counts.lengths[number] - len(tokens)) <= 5
        assert counts.lengths[number] % 5 == 0


def test_no_pair_ends_in_a_function_word(table: pd.DataFrame) -> None:
    words = count_paragraphs(table["text"].tolist(), {}, thresholds=LOW)[0].blocks["words"]
    pairs = [feature.split() for feature in words.features if " " in feature]
    assert pairs
    assert not {second for _, second in pairs} & FUNCTION_STEMS


def test_an_outlet_and_what_shares_an_article_with_it_share_a_fold(table: pd.DataFrame) -> None:
    counts, rows = count_paragraphs(
        table["text"].tolist(), {}, articles=table["doc"], outlets=table["outlet"], thresholds=LOW
    )
    folds = pd.Series(counts.folds).groupby(table["outlet"].to_numpy()[rows]).unique()
    assert all(len(numbers) == 1 for numbers in folds)
    assert folds["outlet 0"] == folds["outlet 1"]
    assert counts.folds.max() <= 9


def test_nothing_left_is_an_error() -> None:
    with pytest.raises(TrainingError, match="none is left"):
        count_paragraphs(["A truce.", "No truce."], {})
