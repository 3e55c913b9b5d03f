"""Score hostile bytes and text with the compiled scorer: ``python tests/fuzz_scorer.py 1000000``.

`make sanitize` does so under sanitizers. Inputs are text or arbitrary bytes, most of a length near
which buffers end or grow. Results are only checked for what must be true of any input; the tests in
tests/scoring compare them with scikit-learn's.
"""

from __future__ import annotations

import random
import sys

import numpy as np
from framed import with_frames
from random_texts import random_documents

import stance
from stance.scoring.arrays import arrange_model
from stance.scoring.blocks import split_cells
from stance.scoring.cells import _language_finder
from stance.scoring.compiled import CompiledBackend

PIECES = [
    b"truce", b"The Gambia", b"South Sudan's", b"U.S.", b"Ben-Gvir", b"ceasefire",
    b"don\xe2\x80\x99t", b"'", b"\xe2\x80\x99", b" ", b". ", b"-", b"\n", b"\x00", b"_", b"7",
    b"\xed\xa0\x80", b"\xed\xbf\xbf",  # surrogates
    b"\xc0\x80", b"\xf4\x90\x80\x80", b"\xff", b"\xc3", b"\xe2\x80", b"\xf0\x9f\x95",  # not UTF-8
    b"\xf0\x9f\x95\x8a", b"\xc4\xb0", b"\xce\xa3", b"\xe4\xbc\x91\xe6\x88\xa6", b"\xef\xac\x81",
    b"urged", b"rejected", b"never", b"not", b"\xe2\x80\xa6", b"!", b":", b"\xe2\x80\xa6\xe2\x80",
    b"<p>", b"</b ", b"<a x=\"", b"<script>", b"</script>", b"<!--", b"-->", b"&amp;", b"&#x", b"]]>", b"\r\n",
    b"a" * 63, b"b" * 64, b"c" * 65, b"\xc3\xa9" * 33,
]  # fmt: skip
LENGTHS = [0, 1, 7, 8, 9, 15, 16, 17, 63, 64, 65, 127, 128, 129]
BATCH = 1000


def make_input(draw: random.Random) -> str | bytes:
    """Make one input."""
    kind = draw.random()
    if kind < 0.3:
        return draw.randbytes(draw.choice(LENGTHS))
    if kind < 0.4:
        return bytes(draw.choices(b"ab'\xe2\x80\x99 .", k=draw.choice(LENGTHS)))
    whole = b"".join(draw.choices(PIECES, k=draw.randrange(10)))
    whole = whole[: draw.choice([*LENGTHS, len(whole)])]
    if kind < 0.7:
        return whole
    try:
        return whole.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return whole.decode("utf-8", "replace")


def check(backend: CompiledBackend, texts: list[str | bytes]) -> None:
    """Score a batch and check what must be true of any result."""
    copies = np.zeros(len(texts), dtype=np.int32)
    probabilities, familiarity, n_tokens = backend.score(texts, copies)  # type: ignore[arg-type]
    assert np.isfinite(probabilities).all()
    assert (probabilities >= 0).all()
    assert ((familiarity >= 0) & (familiarity <= 1)).all()
    assert (n_tokens >= 0).all()
    assert all(count <= len(text) for count, text in zip(n_tokens.tolist(), texts, strict=True))
    strings = [text for text in texts if isinstance(text, str)]
    for html in ("keep", "strip"):
        split_cells(strings, None, html)
    find = _language_finder()
    assert all(-1 <= find(text, 0) < len(stance.LANGUAGES) for text in strings)


def main(n_inputs: int) -> None:
    """Score `n_inputs` inputs in batches, after six long ones."""
    frozen = with_frames(stance.load().frozen)
    arrays = arrange_model(frozen.heads, frozen.gazetteer, frozen.words, social_media=False)
    backend = CompiledBackend(arrays, why="it is tested")
    draw = random.Random(n_inputs)
    check(
        backend,
        [
            "x" * 10_000_000,
            b"\xe2\x80\x99" * 3_000_000,
            "truce’s " * 500_000,
            "urged a truce, never. " * 500_000,
            "\ud800" * 1_000_000,
            b"\x80" * 1_000_000,
        ],
    )
    for _ in range(n_inputs // BATCH):
        check(backend, [make_input(draw) for _ in range(BATCH)])
        check(backend, list(random_documents(BATCH // 100, draw.randrange(n_inputs))))
    print(f"{n_inputs // BATCH * BATCH + 6} inputs, no fault")


if __name__ == "__main__":
    main(int(sys.argv[1]))
