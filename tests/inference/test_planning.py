"""How many paragraphs to annotate, from a pilot."""

from types import ModuleType

import numpy as np
import pytest

import stance
from stance.errors import InputError


def test_a_good_model_saves_paragraphs(simulation: ModuleType) -> None:
    random = np.random.default_rng(3)
    print_ = simulation.simulate(random, simulation.MATRICES["90% right"])
    pilot = simulation.annotate(print_, "random", 50, 0)
    planned = stance.plan(print_, pilot, 0.1)
    assert (planned["n"] < 0.8 * planned["by_hand"]).all()
    assert planned["advice"].str.fullmatch(r"the model saves \d\d% of the width").all()
    assert (stance.plan(print_, pilot, 0.05)["n"] > planned["n"]).all()


def test_a_model_that_guesses_saves_nothing(simulation: ModuleType) -> None:
    random = np.random.default_rng(3)
    print_ = simulation.simulate(random, np.full((3, 3), 1 / 3))
    planned = stance.plan(print_, simulation.annotate(print_, "random", 50, 0), 0.1)
    assert set(planned["advice"]) == {"counting by hand does as well"}
    assert (planned["n"] == planned["by_hand"]).all()


def test_a_pilot_must_be_large_enough(simulation: ModuleType) -> None:
    random = np.random.default_rng(3)
    print_ = simulation.simulate(random, simulation.MATRICES["90% right"])
    pilot = simulation.annotate(print_, "random", 29, 0)
    with pytest.raises(InputError, match="must have at least 30 annotated paragraphs; got 29"):
        stance.plan(print_, pilot, 0.1)
    with pytest.raises(InputError, match=r"^`width` must be above 0 and below 1; got 10\. 0\.1 is"):
        stance.plan(print_, pilot, 10)


@pytest.mark.slow
def test_four_in_five_samples_reach_the_planned_width(simulation: ModuleType) -> None:
    reached = []
    for repeat in range(60):
        random = np.random.default_rng([repeat, 9])
        print_ = simulation.simulate(random, simulation.MATRICES["90% right"])
        planned = stance.plan(print_, simulation.annotate(print_, "random", 40, repeat), 0.1)
        drawn = simulation.annotate(print_, "random", int(planned["n"].iloc[1]), repeat + 5000)
        opposed = stance.estimate_shares(print_, drawn).iloc[1]
        reached.append(opposed["high"] - opposed["low"] <= 0.1)
    assert np.mean(reached) >= 0.75
