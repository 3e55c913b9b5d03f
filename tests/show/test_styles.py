"""How labels look: each label of a head in its own way."""

import pytest

from stance.labels import STANCES, TONES
from stance.show.styles import label_looks


@pytest.mark.parametrize(
    "labels",
    [STANCES, TONES, ("neutral", "against", "favor", "pro-ceasefire")],
    ids=["stances", "tones", "known and new"],
)
def test_no_two_labels_of_a_head_look_the_same(labels: tuple[str, ...]) -> None:
    looks = label_looks(labels).values()
    assert len({(look.shape, look.colour) for look in looks}) == len(labels)
