"""What stands inside a page stays data."""

import json

import pytest

from stance.show.embedded import to_json

HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!--",
    "]]>",
    "&lt;",
    "\u2028",
    "\ud800",
    '"',
    "\x00",
]


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_no_text_ends_its_script_and_all_come_back(text: str) -> None:
    written = to_json({text: text})
    assert not set("<>&\u2028") & set(written)
    assert written.isascii()
    assert json.loads(written) == {text: text}
