"""Optional packages: an import, or a message that says what to install."""

import sys
from pathlib import Path

import numpy as np
import pytest

from stance.errors import InputError
from stance.optional import load_extra, version_of


def test_a_module_that_is_installed_is_returned() -> None:
    assert load_extra("numpy.linalg", "io", "A test") is np.linalg


def test_the_package_that_is_missing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be one that the module itself imports."""
    (tmp_path / "lantern.py").write_text("import lamplight.oil")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(InputError) as caught:
        load_extra("lantern", "lamp", "A lighthouse")
    assert str(caught.value) == (
        "A lighthouse needs the package lamplight; it is not installed. "
        'pip install "stance-tone[lamp]"'
    )
    assert "lantern" not in sys.modules


def test_the_version_of_a_package() -> None:
    assert version_of("numpy") == np.__version__
    assert version_of("lamplight") == "not installed"
