"""What tests of plots share."""

from collections.abc import Iterator

import pandas as pd
import pytest


@pytest.fixture(autouse=True)
def _figures_closed() -> Iterator[None]:
    yield
    from matplotlib import pyplot as plt

    plt.close("all")


@pytest.fixture
def labelled() -> pd.DataFrame:
    """Ten paragraphs of four documents, one paragraph without a label and one without a date."""
    stances = [
        "opposed",
        "neutral",
        "neutral",
        None,
        "pro-ceasefire",
        "neutral",
        "opposed",
        "neutral",
        "neutral",
        "neutral",
    ]
    return pd.DataFrame(
        {
            "row": [0, 0, 0, 1, 1, 2, 2, 3, 3, 3],
            "stance": pd.Categorical(stances, categories=["neutral", "opposed", "pro-ceasefire"]),
            "paper": ["Gull"] * 5 + ["Tern"] * 5,
            "date": ["2024-01-03"] * 3 + ["2024-01-30"] * 2 + ["2024-04-01"] * 4 + [None],
        },
        index=[7] * 10,
    )
