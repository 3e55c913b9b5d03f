"""Tables and style sheets that come with the package."""

from importlib import resources


def read_data(name: str) -> str:
    """Read a text file of ``stance/data``."""
    return resources.files("stance.data").joinpath(name).read_text(encoding="utf-8")
