"""What users are told about the texts that they give; notices of HTML are in test_html_cells.py."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from stance import InputError, StanceWarning
from stance.model import Model


def test_a_text_that_is_a_file_name_asks_for_the_file(small: Model) -> None:
    with pytest.warns(
        StanceWarning, match=r"is 'news/articles\.csv' a file\? Call label_file for a table"
    ):
        small.label("news/articles.csv")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (["A truce."], "got list. Call label_frame for many texts."),
        (pd.DataFrame({"text": ["A truce."]}), "got DataFrame. Call label_frame for many texts."),
        (pd.Series(["A truce."]), "got Series. Call label_frame for many texts."),
        (
            Path("a.txt"),
            "got PosixPath. Call label_file for a table, or label(path.read_text()) for one text.",
        ),
    ],
    ids=["a list", "a DataFrame", "a Series", "a path"],
)
def test_many_texts_and_files_are_told_what_to_call(text: Any, message: str, small: Model) -> None:
    with pytest.raises(InputError) as error:
        small.label(text)
    assert str(error.value) == f"`text` must be a str; {message}"
