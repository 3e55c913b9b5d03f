"""What tests of the report share."""

from pathlib import Path

import pytest
from reported import STORIES, Tables

from stance.model import Model


@pytest.fixture
def tables(tmp_path: Path, small: Model) -> Tables:
    """A few articles, labelled."""
    return Tables(tmp_path, small, STORIES)
