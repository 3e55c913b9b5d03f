"""The TF-IDF step.

The copies of features for several stance targets are tested in tests/training/test_targets.py.
"""

from math import log, sqrt

import pytest

from stance import InputError
from stance.text.vectorizer import make_vectorizer

TEXTS = ["lamps, lamps, bells", "bells"]
LEXICON = {"good": 2, "bad": -1}


def test_the_weight_of_a_feature_is_that_of_the_notes() -> None:
    vectorizer = make_vectorizer((1, 1), None, min_df=1, gazetteer=None)
    matrix = vectorizer.fit_transform(TEXTS).toarray()
    bells, lamps = 1.0, (1 + log(2)) * (1 + log(3 / 2))  # df of 2 and 1, in 2 paragraphs
    norm = sqrt(bells**2 + lamps**2)
    assert list(vectorizer.get_feature_names_out()) == ["words__bell", "words__lamp"]
    assert matrix.tolist() == [pytest.approx([bells / norm, lamps / norm]), [1.0, 0.0]]


def test_each_feature_block_but_valence_has_length_one() -> None:
    vectorizer = make_vectorizer((1, 2), (2, 4), min_df=1, gazetteer=None, lexicon=LEXICON)
    vectorizer.fit(TEXTS)
    text = ["good good lamps, bad bells"]
    lengths = {
        name: float(sqrt(step.transform(text).power(2).sum()))
        for name, step in vectorizer.transformer_list
    }
    assert lengths["words"] == pytest.approx(1)
    assert lengths["characters"] == pytest.approx(1)
    assert lengths["valence"] > 2


def test_texts_without_any_word_of_the_lexicon_can_be_fitted() -> None:
    vectorizer = make_vectorizer((1, 1), None, min_df=1, gazetteer=None, lexicon=LEXICON)
    assert vectorizer.fit_transform(TEXTS).shape[0] == 2


@pytest.mark.parametrize("ngram_range", [(0, 1), (2, 1)])
def test_a_range_that_is_no_range_is_refused(ngram_range: tuple[int, int]) -> None:
    message = (
        r"^an n-gram range must be two numbers from 1 on, the first no larger; "
        rf"got \({ngram_range[0]}, {ngram_range[1]}\)\.$"
    )
    with pytest.raises(InputError, match=message):
        make_vectorizer(ngram_range, None, min_df=1, gazetteer=None)
    with pytest.raises(InputError, match=message):
        make_vectorizer((1, 1), ngram_range, min_df=1, gazetteer=None)
