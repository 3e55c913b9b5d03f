"""The TF-IDF step of training as scikit-learn has it, and its copies for several stance targets."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral
from typing import TYPE_CHECKING, Any

from stance.errors import InputError
from stance.text.features import UNSCALED, VALENCES, Analyzer
from stance.text.tokens import Gazetteer

if TYPE_CHECKING:
    import numpy as np
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


def count_features(vectorizer: TfidfVectorizer, texts: Iterable[str]) -> Any:
    """Count the features of texts once, for `weigh_fold` to take folds of them.

    Returns
    -------
    csr_array of shape (n_texts, n_features)
        The columns are those of the vocabulary, if it is fixed, or all features in sorted order.
        The features of each row are in the order of its text.
    """
    import numpy as np
    from scipy import sparse

    features = list(vectorizer.vocabulary or ())
    numbers = defaultdict[str, int](None, {name: number for number, name in enumerate(features)})
    numbers.default_factory = numbers.__len__
    indices, counts, ends = array("q"), array("d"), array("q", [0])
    for text in texts:
        counted = Counter(map(numbers.__getitem__, vectorizer.analyzer(text)))
        indices.extend(counted)
        counts.extend(counted.values())
        ends.append(len(indices))
    columns = np.empty(len(numbers), dtype=np.int32)
    columns[[numbers[feature] for feature in features or sorted(numbers)]] = range(len(numbers))
    shape = (len(ends) - 1, len(numbers))
    return sparse.csr_array((np.asarray(counts), columns[np.asarray(indices)], ends), shape=shape)


def weigh_fold(
    vectorizer: TfidfVectorizer, counts: Any, train: np.ndarray, test: np.ndarray
) -> tuple[Any, Any]:
    """Return what a vectorizer makes of some texts after a fit on others, to the last digit.

    Parameters
    ----------
    vectorizer : TfidfVectorizer
        One of `make_vectorizer`, fitted or not.
    counts : csr_array of shape (n_texts, n_features)
        The result of `count_features`.
    train, test : ndarray of int
        The numbers of the texts to fit on, and of those to transform.

    Returns
    -------
    train_matrix, test_matrix : sparse matrix
        With a column for each feature that is frequent enough among the texts to fit on.
    """
    import numpy as np
    from sklearn.feature_extraction.text import TfidfTransformer

    fitted, tested = counts[train], counts[test]
    if vectorizer.vocabulary is None:
        least = vectorizer.min_df
        least = least if isinstance(least, Integral) else least * len(train)
        n_texts = np.bincount(fitted.indices, minlength=fitted.shape[1])
        kept = np.flatnonzero(n_texts >= max(least, 1))
        fitted, tested = _sort_as_met(fitted)[:, kept], tested[:, kept]
    else:
        fitted.sort_indices()
    tested.sort_indices()
    transformer = TfidfTransformer(norm=vectorizer.norm, sublinear_tf=vectorizer.sublinear_tf)
    return transformer.fit_transform(fitted), transformer.transform(tested)


def _sort_as_met(counts: Any) -> Any:
    """Sort each row by where its features first occur in all rows.

    A vectorizer has them in that order, in which floats are then added up.
    """
    import numpy as np
    from scipy import sparse

    columns, places = counts.indices, np.arange(counts.nnz)
    first_place = np.zeros(counts.shape[1], dtype=np.int64)
    first_place[columns[::-1]] = places[::-1]  # of several, the last one that is written stays
    met = sparse.csr_array(
        (counts.data, first_place[columns], counts.indptr),
        shape=(counts.shape[0], max(counts.nnz, 1)),
    )
    met.sort_indices()
    return sparse.csr_array((met.data, columns[met.indices], met.indptr), shape=counts.shape)


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
