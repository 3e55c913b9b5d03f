"""Data and scripts inside a page, so that neither becomes markup and nothing else runs."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any


def to_json(data: Any) -> str:
    """Write data so that nothing in it ends a script element, or is read as markup.

    It is ASCII, so that no unusual line separator is left either.

    >>> to_json(["</script><b>&amp;", "\\u2028"])
    '["\\\\u003c/script\\\\u003e\\\\u003cb\\\\u003e\\\\u0026amp;","\\\\u2028"]'
    """
    plain = json.dumps(data, separators=(",", ":"))
    return plain.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def digest_source(content: str) -> str:
    """Return how a content security policy names one script or style sheet, by its digest.

    >>> digest_source("")
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    """
    digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
    return f"'sha256-{digest}'"
