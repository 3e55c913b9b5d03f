"""The hash of words is SipHash-1-3 under a secret, so that nobody can choose words that collide."""

import json
import subprocess
import sys

import pytest

compiled = pytest.importorskip("stance.scoring._scorer", reason="needs the compiled scorer")

WORDS = ["", "a", "truce", "truces!", "ceasefir", "ceasefires", "x" * 15, "x" * 16, "é" * 40]


@pytest.mark.skipif(
    sys.hash_info.algorithm != "siphash13", reason="needs a Python that hashes by SipHash-1-3"
)
def test_the_hash_is_that_of_python_under_the_same_secret() -> None:
    script = "import json; print(json.dumps([hash(word.encode()) for word in json.loads(input())]))"
    done = subprocess.run(
        [sys.executable, "-c", script],
        input=json.dumps(WORDS),
        env={"PYTHONHASHSEED": "0"},  # a secret of zeros
        capture_output=True,
        text=True,
        check=True,
    )
    hashes = [compiled.hash_bytes(word.encode(), 0, 0) for word in WORDS[1:]]
    assert [value % 2**64 for value in json.loads(done.stdout)[1:]] == hashes


def test_words_that_collide_under_one_secret_do_not_under_another() -> None:
    def slot(word: bytes, low: int) -> int:
        return int(compiled.hash_bytes(word, low, 7)) % 4096

    words = [f"truce{number}".encode() for number in range(100_000)]
    colliding = [word for word in words if slot(word, 1) == 0]
    assert len(colliding) > 10
    assert len({slot(word, 2) for word in colliding}) > 0.8 * len(colliding)
