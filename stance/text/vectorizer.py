"""The TF-IDF step of training as scikit-learn has it, and its copies for several stance targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from stance.errors import InputError
from stance.text.features import UNSCALED, VALENCES, Analyzer
from stance.text.tokens import Gazetteer

if TYPE_CHECKING:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import FeatureUnion


def make_vectorizer(
    ngram_range: tuple[int, int],
    char_ngram_range: tuple[int, int] | None,
    *,
    min_df: int,
    gazetteer: Gazetteer | None,
    social_media: bool = False,
    lexicon: Mapping[str, int] | None = None,
) -> FeatureUnion:
    """Make the unfitted TF-IDF step: one `TfidfVectorizer` per feature block.

    Parameters
    ----------
    ngram_range, char_ngram_range, min_df
        As in `ParagraphClassifier`.
    gazetteer : Gazetteer or None
        The names of sides to mask.
    social_media : bool, default=False
        As in `ParagraphClassifier`.
    lexicon : dict of str to int, optional
        The valence of words; without one, the feature block "valence" is left out.

    Raises
    ------
    InputError
        If an n-gram range is not two rising positive integers.

    Notes
    -----
    A feature that occurs n times in a paragraph weighs ``(1 + ln n) * idf``, with
    ``idf = 1 + ln((1 + n_paragraphs) / (1 + df))``; each feature block but those in `UNSCALED` is
    then scaled to length 1 (Salton and Buckley 1988).
    """
    from sklearn.pipeline import FeatureUnion

    ranges = {
        "words": ngram_range,
        "characters": char_ngram_range,
        "valence": (1, 1) if lexicon else None,
    }
    analyzers = [
        Analyzer(
            block,
            _check_range(block_range),
            gazetteer,
            social_media=social_media,
            lexicon=lexicon if block == "valence" else None,
        )
        for block, block_range in ranges.items()
        if block_range is not None
    ]
    return FeatureUnion([(analyzer.block, _vectorize(analyzer, min_df)) for analyzer in analyzers])


def _check_range(ngram_range: tuple[int, int]) -> tuple[int, int]:
    if not 1 <= ngram_range[0] <= ngram_range[1]:
        raise InputError(
            "an n-gram range must be two numbers from 1 on, the first no larger; "
            f"got {ngram_range!r}."
        )
    return ngram_range


def _vectorize(analyzer: Analyzer, min_df: int) -> TfidfVectorizer:
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(
        analyzer=analyzer,
        sublinear_tf=True,
        min_df=min_df,
        norm=None if analyzer.block in UNSCALED else "l2",
        # All of them, or a table without any word of the lexicon could not be fitted.
        vocabulary=VALENCES if analyzer.block == "valence" else None,
    )


def copy_features(matrix: Any, targets: Sequence[str | None], known: Sequence[str]) -> Any:
    """Append one copy of the features per stance target; a row fills that of its target only.

    What holds for all targets can then be learned from the shared columns, and the rest per target.

    Parameters
    ----------
    matrix : sparse matrix of shape (n_paragraphs, n_features)
        The features that all targets share.
    targets : sequence of str or None, of length n_paragraphs
        What each paragraph is about; a row of None or of an unknown target has zeros in all copies.
    known : sequence of str
        The targets that have a copy.

    Returns
    -------
    sparse matrix of shape (n_paragraphs, n_features + n_known * (n_features + 1))
        The last column of each copy is 1 in the rows of its target: the target's own intercept.

    References
    ----------
    Daumé (2007). Frustratingly easy domain adaptation. ACL.

    Examples
    --------
    >>> from scipy import sparse
    >>> features = sparse.csr_array([[0.5, 0.0], [0.0, 0.8]])
    >>> copy_features(features, ["truce", None], known=["truce"]).toarray()
    array([[0.5, 0. , 0.5, 0. , 1. ],
           [0. , 0.8, 0. , 0. , 0. ]])
    """
    import numpy as np
    from scipy import sparse

    with_intercept = sparse.hstack([matrix, np.ones((matrix.shape[0], 1))], format="csr")
    row_masks = [
        sparse.diags_array([float(target == name) for target in targets]) for name in known
    ]
    return sparse.hstack([matrix, *(mask @ with_intercept for mask in row_masks)], format="csr")
