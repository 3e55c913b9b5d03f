"""The table that counts files are made of in these tests."""

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """Six hundred seeds as if they were print: three paragraphs per article, one article in two outlets, some copies."""
    seeds = pd.read_csv(ROOT / "seeds" / "paragraphs.csv", keep_default_na=False).iloc[:600]
    rows = pd.DataFrame(
        {
            "text": seeds["text"],
            "stance": seeds["stance"],
            "tone": seeds["tone"],
            "tone_2": np.where(np.arange(600) % 7, "", seeds["tone"]),
            "doc": [f"article {n // 3}" for n in range(600)],
            "outlet": [f"outlet {n // 60}" for n in range(600)],
        }
    )
    rows.loc[59, "doc"] = rows.loc[60, "doc"]
    copies = rows.iloc[[0, 100]].assign(doc=["copy a", "copy b"])
    return pd.concat([rows, copies], ignore_index=True)
