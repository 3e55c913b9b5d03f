"""The arrays of heads side by side: what several heads share is stored once."""

from dataclasses import replace

import numpy as np

from stance.scoring.arrays import arrange_model
from stance.scoring.heads import FeatureBlock, Head

FEATURES = ("lamp", "no", "truce")
STANCE = Head(
    "stance",
    ("no", "yes"),
    (FeatureBlock("words", (1, 1), FEATURES, first=0),),
    idf=np.array([3.0, 1.0, 2.0]),
    weights=np.array([[0.1, -0.1], [0.2, -0.2], [0.3, -0.3]]),
    intercept=np.array([0.5, -0.5]),
    nonconformity=np.empty(0),
)
TONE = replace(STANCE, name="tone", weights=10 * STANCE.weights, intercept=np.array([5.0, -5.0]))


def test_heads_with_the_same_features_share_a_block_the_most_frequent_feature_first() -> None:
    arrays = arrange_model({"stance": STANCE, "tone": TONE}, None, (), social_media=False)
    (block,) = arrays.blocks
    assert arrays.outputs == {"stance": slice(0, 2), "tone": slice(2, 4)}
    assert arrays.intercepts.tolist() == [[0.5, -0.5, 5.0, -5.0]]
    assert block.features == ["no", "truce", "lamp"]
    assert block.outputs.tolist() == [0, 1, 2, 3]
    np.testing.assert_allclose(block.rows[0, 1], [0.6, -0.6, 6.0, -6.0, 2.0])  # weights, idf


def test_heads_with_other_features_or_frequencies_share_nothing() -> None:
    rarer = replace(TONE, idf=2 * TONE.idf)
    pairs = replace(TONE, blocks=(FeatureBlock("words", (1, 2), FEATURES, first=0),))
    for head in (rarer, pairs):
        arrays = arrange_model({"stance": STANCE, "tone": head}, None, (), social_media=False)
        assert [block.outputs.tolist() for block in arrays.blocks] == [[0, 1], [2, 3]]


def test_a_head_without_copies_uses_its_own_weights_for_every_target() -> None:
    own = (3 * STANCE.weights, STANCE.intercept + 1)
    aimed = replace(STANCE, copies={"lamp": own})
    arrays = arrange_model({"stance": aimed, "tone": TONE}, None, (), social_media=False)
    assert arrays.intercepts.tolist() == [[0.5, -0.5, 5.0, -5.0], [1.5, 0.5, 5.0, -5.0]]
    shared, lamp = arrays.blocks[0].rows
    np.testing.assert_allclose(lamp[:, :2], 3 * shared[:, :2])
    np.testing.assert_array_equal(lamp[:, 2:], shared[:, 2:])
