"""Tables and style sheets that come with the package."""

from pathlib import Path


def read_data(name: str) -> str:
    """Read a text file of ``stance/data``."""
    return Path(__file__).with_name(name).read_text(encoding="utf-8")
