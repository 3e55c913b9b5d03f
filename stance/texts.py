"""What users are told about the texts that they give, and where they should have given a file."""

from __future__ import annotations

import glob
import os
import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from stance.errors import InputError, StanceWarning

# A text that is only this was probably meant as the file.
_FILE_NAME: Final = re.compile(
    r"[^\s<>]{1,250}\.(?:csv|tsv|txt|jsonl?|parquet|xlsx?|ods|docx?|html?|pdf|md)"
)


def check_text(text: Any) -> None:
    """Raise InputError for what is no text, and ask about a text that is the name of a file."""
    if not isinstance(text, str):
        is_many = hasattr(text, "columns") or isinstance(text, (list, tuple, Mapping))
        hint = "Decode bytes first, and drop missing values."
        if is_many or hasattr(text, "to_list"):
            hint = "Call label_frame for many texts."
        elif isinstance(text, Path):
            hint = "Call label_file for a table, or label(path.read_text()) for one text."
        raise InputError(f"`text` must be a str; got {type(text).__name__}. {hint}")
    if _FILE_NAME.fullmatch(text):
        warnings.warn(
            f"`text` is labelled as it stands; is {text!r} a file? Call label_file for a table, or "
            "label(path.read_text()) for one text; on the command line, `stance score`.",
            StanceWarning,
            stacklevel=4,
        )


def looks_like_text(source: str) -> bool:
    """Return whether what names no file is a text: several words, and no suffix at the end.

    >>> looks_like_text("They urged a truce."), looks_like_text("my articles.csv")
    (True, False)
    """
    is_sentence = len(source.split()) > 1 and not re.search(r"\.\w{1,8}$", source)
    return (
        is_sentence
        and "://" not in source
        and not os.path.exists(source)  # noqa: PTH110 - a text may be too long for a path
        and not glob.glob(source)  # noqa: PTH207
    )


def warn_of_html(count: int) -> None:
    """Say how many cells are read without tags, if any."""
    if count:
        warnings.warn(
            f"{count:,} cells have HTML and are read without tags. Pass html='strip' to read all "
            "so without this notice, or html='keep' to leave them as they are.",
            StanceWarning,
            stacklevel=4,
        )
