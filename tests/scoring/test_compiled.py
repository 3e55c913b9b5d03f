"""The compiled backend: the same words and names as in Python, and no memory but its own."""

import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from itertools import islice
from typing import Any

import numpy as np
import pytest
from backends import with_backend

import stance.scoring.compiled as backend_module
from stance.model import Model
from stance.text.names import is_joined
from stance.text.tokens import make_tokens
from stance.text.words import MAX_WORD_CHARACTERS, split_words

compiled = pytest.importorskip(
    "stance.scoring._scorer", reason="needs the compiled scorer, which was not built here"
)


@pytest.mark.slow
def test_words_begin_and_end_where_python_says_at_every_code_point() -> None:
    for block in range(0, 0x110000, 0x400):
        text = "".join(f"a{chr(point)}b '{chr(point)} " for point in range(block, block + 0x400))
        lengths = [len(character.encode("utf-8", "surrogatepass")) for character in text]
        offsets = [0, *np.cumsum(lengths).tolist()]  # in UTF-8, of each character
        expected = [(offsets[start], offsets[end]) for _, start, end in split_words(text)]
        assert compiled.word_bounds(text) == expected, hex(block)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("word", "last"),
    [("ab", 0x110000), ("abc", 0x3100)],
    ids=["after a short word", "after a longer one"],
)
def test_names_are_joined_where_python_says_at_every_code_point(word: str, last: int) -> None:
    for point in range(last):
        for gap in (chr(point), "'" + chr(point)):
            text = f"{word}{gap}x"
            start = len(word) + len(gap)
            expected = is_joined(text, (word, 0, len(word)), ("x", start, start + 1))
            assert compiled.may_join(gap, len(word) < 3) == expected, ascii(gap)


def test_as_many_characters_of_a_word_count_as_in_python() -> None:
    assert compiled.MAX_WORD_CHARACTERS == MAX_WORD_CHARACTERS


def test_the_same_names_are_masked(shipped: Model) -> None:
    text = (
        "South Sudan’s envoy, Ben-Gvir, the Gambia's U.S. guest and St. Petersburg "
        "told us of Turkey."
    )
    masked = [token.stem for token in make_tokens(text, shipped.frozen.gazetteer)]
    assert masked.count("‹side›") > 4
    assert shipped.frozen.score([text]).n_tokens.tolist() == [len(masked)]


def test_a_share_that_fails_leaves_no_other_running(
    shipped: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backend_module, "count_processors", lambda: 2)
    texts: list[str] = ["They urged a truce at the harbour. " * 200] * 1000
    texts.insert(0, None)  # type: ignore[arg-type]
    for number in range(3):
        with pytest.raises(TypeError, match=r"^a paragraph must be a str; got NoneType\.$"):
            shipped.frozen.score(texts)
        assert shipped.frozen.score([f"unheard{number}of"]).n_tokens.tolist() == [1]


def test_texts_are_left_as_they_were() -> None:
    """No UTF-8 copy stays in the user's own str, and none of a str that UTF-8 cannot hold."""
    text, broken = "’" * 1000, "\ud83d" * 300_000
    before = sys.getsizeof(text), sys.getrefcount(text)
    compiled.word_bounds(text)
    assert (sys.getsizeof(text), sys.getrefcount(text)) == before
    tracemalloc.start()
    compiled.word_bounds(broken)
    memory = tracemalloc.get_traced_memory()[0]
    for _ in range(20):
        compiled.word_bounds(broken)
    assert tracemalloc.get_traced_memory()[0] - memory < 100_000
    tracemalloc.stop()


def test_words_are_forgotten_when_there_are_too_many(
    small: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    frozen = with_backend(small.frozen, "compiled")
    extension = frozen.scorer._scorer  # type: ignore[attr-defined]
    texts = [f"truce lamp{number}" for number in range(500)]
    before = frozen.probabilities(texts)["tone"]
    size = extension.size
    monkeypatch.setattr(backend_module, "MAX_BYTES", 0)
    np.testing.assert_array_equal(frozen.probabilities(texts[:1])["tone"], before[:1])
    assert extension.size < size / 10
    np.testing.assert_array_equal(frozen.probabilities(texts)["tone"], before)


def test_rare_words_are_forgotten_and_frequent_ones_stay(small: Model) -> None:
    backend = with_backend(small.frozen, "compiled").scorer
    raw = backend._scorer  # type: ignore[attr-defined]
    copies = np.zeros(4, dtype=np.int32)
    texts = ["They urged a truce.", "Kenya’s envoy urged the truce.", "lamplighters", "the envoy"]
    expected = backend.score(texts, copies)
    size = raw.size
    raw.forget()
    assert 0 < raw.size < size
    buffers = (copies, np.empty((4, 8)), np.empty(4), np.zeros(4, dtype=np.int64))
    new_words = compiled.list_words(raw.score(texts, 0, 4, *buffers))
    assert set(new_words) == {"They", "a", "Kenya’s", "lamplighters"}
    for again, before in zip(backend.score(texts, copies), expected, strict=True):
        np.testing.assert_array_equal(again, before)
    raw.forget()
    raw.forget()  # nothing was met since
    assert len(compiled.list_words(raw.score(texts, 0, 4, *buffers))) == 8


def test_memory_is_bounded_whatever_is_scored(
    small: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many words there are and however long each is, at once or one after the other."""
    monkeypatch.setattr(backend_module, "MAX_BYTES", 2_000_000)
    monkeypatch.setattr(backend_module, "CHUNK_CHARACTERS", 100_000)
    backend = with_backend(small.frozen, "compiled").scorer
    raw = backend._scorer  # type: ignore[attr-defined]
    words = (f"unheard{number}of" for number in range(100_000))
    texts = [" ".join(islice(words, 100)) for _ in range(1000)]
    sizes = []
    monkeypatch.setattr(
        backend, "_forget", lambda: (sizes.append(raw.size), type(backend)._forget(backend))
    )
    for some in (
        texts,
        [*texts, *texts[:500]],
        ["x" * 90_000 + str(number) for number in range(50)],
    ):
        backend.score(some, np.zeros(len(some), dtype=np.int32))
    assert max(sizes) < 2 * 2_000_000 + 20 * 100_000


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_a_forked_process_scores_on() -> None:
    code = """if True:
        import os, warnings, stance
        texts = [f"They urged a truce {n}." for n in range(2000)]
        model = stance.load()
        before = model.frozen.score(texts).n_tokens.sum()
        warnings.simplefilter("ignore")
        child = os.fork()
        if not child:
            os._exit(int(model.frozen.score(texts).n_tokens.sum() != before))
        print(os.waitpid(child, 0)[1])
    """
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=600
    )
    assert done.stdout == "0\n"


def test_new_words_are_learned_once_and_by_their_own_scorer(small: Model) -> None:
    raw, other = (with_backend(small.frozen, "compiled").scorer._scorer for _ in range(2))  # type: ignore[attr-defined]
    texts = ["truce lamplighters\ud800", "an unheard-of truce"]

    def score() -> tuple[object, list[np.ndarray]]:
        buffers = [np.empty((2, 8)), np.empty(2), np.zeros(2, dtype=np.int64)]
        return raw.score(texts, 0, 2, np.zeros(2, dtype=np.int32), *buffers), buffers

    new_words, expected = score()
    assert expected[2].tolist() == [2, 4]
    words = ["truce", "lamplighters", "an", "unheard", "of"]
    assert compiled.list_words(new_words) == words
    with pytest.raises(ValueError, match=r"^the new words must be those of this scorer\.$"):
        other.learn(new_words)
    early, _ = score()
    raw.learn(new_words)
    for again in (new_words, None):
        with pytest.raises(ValueError, match="PyCapsule_GetPointer"):
            raw.learn(again)
    with pytest.raises(ValueError, match="PyCapsule_GetPointer"):
        compiled.list_words(new_words)
    raw.learn(early)  # another thread may have met the same words
    learned, results = score()
    assert learned is None
    raw.forget()
    raw.forget()
    late, _ = score()
    raw.forget()
    raw.learn(late)  # they say all that is known of them
    for result in (results, score()[1]):
        for again_, before in zip(result, expected, strict=True):
            np.testing.assert_array_equal(again_, before)


def test_words_that_two_threads_met_are_not_rare(small: Model) -> None:
    raw = with_backend(small.frozen, "compiled").scorer._scorer  # type: ignore[attr-defined]
    buffers = (np.zeros(1, np.int32), np.empty((1, 8)), np.empty(1), np.zeros(1, np.int64))
    shares = [raw.score([text], 0, 1, *buffers) for text in ("lamplit pier", "lamplit boat")]
    for new_words in shares:
        raw.learn(new_words)
    raw.forget()
    left = raw.score(["lamplit pier and boat"], 0, 1, *buffers)
    assert compiled.list_words(left) == ["pier", "and", "boat"]


SAME_FEATURE_TWICE = (["a", "a"], np.asarray([0], dtype=np.int32), np.zeros((1, 2, 2)))
BAD = {
    "edges": lambda a: a | {"edges": np.asarray([0, 3, 2], dtype=np.int32)},
    "intercepts": lambda a: a | {"intercepts": np.zeros((1, 99))},
    "rows": lambda a: a | with_first_block(a, 5, np.zeros(1)),
    "outputs": lambda a: a | with_first_block(a, 4, np.asarray([99], dtype=np.int32)),
    "features": lambda a: a | with_first_block(a, 3, *SAME_FEATURE_TWICE),
    "features of characters": lambda a: a | with_first_block(a, 0, 1, 1, 2, *SAME_FEATURE_TWICE),
    "items": lambda a: a | {"names": (["a"], *as_int32([0, 1], [0, 1], [7]))},
}


def with_first_block(arguments: Any, index: int, *values: object) -> dict[str, object]:
    """Return the blocks with some fields of the first one replaced, from `index` on."""
    first, *others = arguments["blocks"]
    changed = (*first[:index], *values, *first[index + len(values) :])
    return {"blocks": [changed, *others]}


def as_int32(*rows: list[int]) -> list[np.ndarray]:
    return [np.asarray(row, dtype=np.int32) for row in rows]


@pytest.mark.parametrize("change", BAD.values(), ids=BAD)
def test_arrays_that_do_not_fit_are_refused(
    change: Callable[[Any], dict[str, object]], small: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever passes the digests of a model's files, the extension reads no foreign memory."""
    arguments: dict[str, object] = {}

    class Spy:
        def __init__(self, *values: object) -> None:
            names = [
                "edges",
                "n_copies",
                "intercepts",
                "blocks",
                "familiar",
                "names",
                "exact",
                "side",
                "cues",
            ]
            arguments.update(zip(names, values, strict=True))

    with monkeypatch.context() as patch:
        patch.setattr(backend_module, "Scorer", Spy)
        with_backend(small.frozen, "compiled")
    compiled.Scorer(*arguments.values())
    with pytest.raises(ValueError, match=r"must"):
        compiled.Scorer(*change(arguments).values())
