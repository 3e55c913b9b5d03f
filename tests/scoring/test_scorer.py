"""Both scorers give scikit-learn's probabilities, on any text, in any company, and know the same words and names."""

import json
import os
import pickle
import subprocess
import sys
import threading
import tracemalloc
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from conftest import HOSTILE
from hypothesis import given, settings
from hypothesis import strategies as st
from random_texts import random_texts

import stance
from stance.model import Model
from stance.scoring.arrays import make_layout
from stance.scoring.folders import shipped_path
from stance.scoring.heads import Block, Head
from stance.scoring.scorer import CHOICE, Scorer, make_scorer
from stance.seeds.commands import SEEDS, read_seeds
from stance.text.tokens import is_joined, make_tokens, split_words

compiled = pytest.importorskip(
    "stance.scoring._scorer", reason="needs the compiled scorer, which was not built here"
)


def scorer_of(model: Model, name: str, monkeypatch: pytest.MonkeyPatch) -> Scorer:
    monkeypatch.setenv(CHOICE, name)
    frozen = model.frozen
    found = make_scorer(frozen.heads, frozen.gazetteer, frozen.words, social_media=False)
    assert found.name == name
    return found


def assert_equal(found: np.ndarray, expected: np.ndarray) -> None:
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)


@pytest.fixture(scope="session")
def shipped_numpy(shipped: Model) -> Scorer:
    with pytest.MonkeyPatch.context() as patch:
        return scorer_of(shipped, "numpy", patch)


@pytest.fixture(scope="session")
def small_numpy(small: Model) -> Scorer:
    with pytest.MonkeyPatch.context() as patch:
        return scorer_of(small, "numpy", patch)


@pytest.mark.parametrize("head", ["stance", "tone"])
def test_numpy_gives_scikit_learns_probabilities_too(head: str, shipped_numpy: Scorer) -> None:
    """`test_frozen.py` says so of whichever is in use."""
    texts = [*read_seeds()["text"].head(1000), *HOSTILE] if SEEDS.exists() else HOSTILE
    assert_equal(
        shipped_numpy.score(texts).probabilities[head],
        stance.load_pipeline(shipped_path(), head).predict_proba(texts),
    )


def test_real_paragraphs_too(shared, shipped: Model, shipped_numpy: Scorer) -> None:  # type: ignore[no-untyped-def]
    texts = [
        json.loads(line)["text"]
        for line in (shared / "real" / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    for head in shipped.labels:
        expected = stance.load_pipeline(shipped_path(), head).predict_proba(texts)
        assert_equal(shipped.frozen.probabilities(texts)[head], expected)
        assert_equal(shipped_numpy.score(texts).probabilities[head], expected)


def test_both_scorers_agree_on_random_unicode(
    shipped: Model, shipped_numpy: Scorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`benchmarks/equal.py` holds 100,000 of them to scikit-learn."""
    texts = random_texts(10_000, random_state=0)
    ours, theirs = (
        scorer_of(shipped, "compiled", monkeypatch).score(texts),
        shipped_numpy.score(texts),
    )
    np.testing.assert_array_equal(ours.words, theirs.words)
    np.testing.assert_array_equal(ours.familiarity, theirs.familiarity)
    for head in shipped.labels:
        assert_equal(ours.probabilities[head], theirs.probabilities[head])


@pytest.mark.parametrize("n_pairs", [1, 120, 140, 2045])
def test_a_run_of_characters_that_fills_a_paragraph_is_weighed_exactly(
    n_pairs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of 253,000 grams added up by itself would be off by 1e-8; 120 and 140 pairs lie around the bound of _scorer.c."""
    text = ("a" * 64 + " " + "c" * 64 + " ") * n_pairs + "bb"
    block = Block("characters", (3, 3), ("aaa", "ccc", " bb"), 0)
    weights = np.array(
        [[-20.06, 20.06], [-28.64, 28.64], [-1.61, 1.61]]
    )  # found by search: sums of them are rounded badly
    head = Head(
        "stance",
        ("no", "yes"),
        (block,),
        np.array([3.49, 2.56, 2.97]),
        weights,
        np.zeros(2),
        np.array([0.5]),
    )
    head = replace(
        head, intercept=-head.logits([make_tokens(text)])[0]
    )  # 0.5 each, where an error shows most
    for name in ("compiled", "numpy"):
        monkeypatch.setenv(CHOICE, name)
        found = (
            make_scorer({"stance": head}, None, (), social_media=False)
            .score([text])
            .probabilities["stance"]
        )
        assert_equal(found, np.full((1, 2), 0.5))


@given(st.lists(st.text(max_size=60) | st.sampled_from(HOSTILE), max_size=5))
@settings(deadline=None)
def test_tokens_familiarity_and_probabilities_are_those_of_the_evidence(
    small: Model, small_numpy: Scorer, texts: list[str]
) -> None:
    """What explains a label, token by token, is what gave it."""
    tokens = [small.frozen.tokens(text) for text in texts]
    for scores in (small.frozen.score(texts), small_numpy.score(texts)):
        assert scores.words.tolist() == [len(row) for row in tokens]
        assert scores.familiarity.tolist() == [small.frozen.familiarity(row) for row in tokens]
        for name, head in small.frozen.heads.items():
            logits = head.logits(tokens)
            assert_equal(
                np.log(scores.probabilities[name]),
                logits - np.logaddexp.reduce(logits, axis=1, keepdims=True),
            )


@pytest.mark.slow
def test_words_begin_and_end_where_python_says_at_every_code_point() -> None:
    for block in range(0, 0x110000, 0x400):
        text = "".join(f"a{chr(point)}b '{chr(point)} " for point in range(block, block + 0x400))
        cuts = [
            0,
            *np.cumsum(
                [len(character.encode("utf-8", "surrogatepass")) for character in text]
            ).tolist(),
        ]
        assert compiled.split(text) == [
            (cuts[start], cuts[end]) for _, start, end in split_words(text)
        ], hex(block)


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
            here = len(word) + len(gap)
            expected = is_joined(text, (word, 0, len(word)), ("x", here, here + 1))
            assert compiled.joins(gap, len(word) < 3) == expected, ascii(gap)


def test_the_same_names_are_masked(shipped: Model) -> None:
    text = "South Sudan’s envoy, Ben-Gvir, the Gambia's U.S. guest and St. Petersburg told us of Turkey."
    masked = [token.stem for token in make_tokens(text, shipped.frozen.gazetteer)]
    assert masked.count("‹side›") > 4
    assert shipped.frozen.score([text]).words.tolist() == [len(masked)]


def test_company_order_and_threads_change_nothing(shipped: Model) -> None:
    texts = [f"They urged a truce on day {day}; Kenya’s envoy did not." for day in range(1500)]
    together = shipped.frozen.score(texts).probabilities["stance"]
    np.testing.assert_array_equal(
        shipped.frozen.score(texts[::-1]).probabilities["stance"][::-1], together
    )
    np.testing.assert_array_equal(
        shipped.frozen.score(texts[7:8]).probabilities["stance"], together[7:8]
    )
    found: list[np.ndarray] = []
    threads = [
        threading.Thread(
            target=lambda: found.append(shipped.frozen.score(texts).probabilities["stance"])
        )
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    for table in found:
        np.testing.assert_array_equal(table, together)


@pytest.mark.parametrize("name", ["compiled", "numpy"])
def test_many_threads_learn_words_side_by_side(
    name: str, small: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [[f"lamp{thread}x{number} truce" for number in range(300)] for thread in range(4)]
    expected = [small.frozen.score(part).probabilities["tone"] for part in texts]
    scorer = scorer_of(small, name, monkeypatch)
    found: dict[int, np.ndarray] = {}
    threads = [
        threading.Thread(
            target=lambda at=at: found.update({at: scorer.score(texts[at]).probabilities["tone"]})
        )  # type: ignore[misc]
        for at in range(4)
    ]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    for at in range(4):
        assert_equal(found[at], expected[at])


def test_a_share_that_fails_leaves_no_other_running(
    shipped: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stance.scoring.compiled.count_processors", lambda: 2)
    texts: list[str] = [None, *["They urged a truce at the harbour. " * 200] * 1000]  # type: ignore[list-item]
    for number in range(3):
        with pytest.raises(TypeError, match=r"^a paragraph must be a str; got NoneType\.$"):
            shipped.frozen.score(texts)
        assert shipped.frozen.score([f"unheard{number}of"]).words.tolist() == [1]


def test_texts_are_left_as_they_were() -> None:
    """No copy in UTF-8 stays inside the user's own str, and no reference to what was made of a surrogate."""
    text, broken = "’" * 1000, "\ud83d" * 300_000
    before = sys.getsizeof(text), sys.getrefcount(text)
    compiled.split(text)
    assert (sys.getsizeof(text), sys.getrefcount(text)) == before
    tracemalloc.start()
    compiled.split(broken)
    held = tracemalloc.get_traced_memory()[0]
    for _ in range(20):
        compiled.split(broken)
    assert tracemalloc.get_traced_memory()[0] - held < 100_000
    tracemalloc.stop()


def test_words_are_forgotten_when_there_are_too_many(
    small: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    import stance.scoring.compiled as module

    scorer = scorer_of(small, "compiled", monkeypatch)
    texts = [f"truce lamp{number}" for number in range(500)]
    before = scorer.score(texts).probabilities["tone"]
    engine = scorer._engine
    size = engine._scorer.size  # type: ignore[attr-defined]
    monkeypatch.setattr(module, "MOST_BYTES", 0)
    np.testing.assert_array_equal(scorer.score(texts[:1]).probabilities["tone"], before[:1])
    assert engine._scorer.size < size / 10  # type: ignore[attr-defined]
    np.testing.assert_array_equal(scorer.score(texts).probabilities["tone"], before)


@pytest.mark.parametrize("name", ["compiled", "numpy"])
def test_targets_have_their_own_part(
    name: str, lighthouse: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = lighthouse.assign(about=["lamp", "boat"] * (len(lighthouse) // 2))
    model = stance.train(
        table,
        labels="stance",
        target_column="about",
        recipes={"stance": {"char_ngram_range": (2, 4), "C": 0.1, "calibrate": False}},
    )
    texts, about = table["text"].tolist(), [*table["about"][:-1], "unheard of"]
    found = scorer_of(model, name, monkeypatch).score(texts, about).probabilities["stance"]
    assert_equal(found, model._pipelines["stance"].predict_proba(texts, about))
    assert (
        abs(found - scorer_of(model, name, monkeypatch).score(texts).probabilities["stance"]).max()
        > 1e-6
    )


def test_heads_with_other_features_each_have_their_own(
    lighthouse: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipes = {
        "stance": {"ngram_range": (1, 3), "char_ngram_range": (2, 3), "min_df": 1},
        "tone": {"ngram_range": (2, 2), "char_ngram_range": (1, 4), "min_df": 3},
    }
    model = stance.train(lighthouse, recipes=recipes, mask_sides=False)
    assert (
        len(make_layout(model.frozen.heads, None, model.frozen.words, social_media=False).blocks)
        == 4
    )
    texts = [*lighthouse["text"], *HOSTILE]
    for name in ("compiled", "numpy"):
        found = scorer_of(model, name, monkeypatch).score(texts).probabilities
        for head, pipeline in model._pipelines.items():
            assert_equal(found[head], pipeline.predict_proba(texts))


def test_a_model_pickled_scores_the_same(small: Model) -> None:
    texts = ["They urged a truce."]
    expected = small.frozen.score(texts).probabilities["tone"]
    np.testing.assert_array_equal(
        pickle.loads(pickle.dumps(small.frozen)).score(texts).probabilities["tone"], expected
    )


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_a_forked_process_scores_on() -> None:
    code = """if True:
        import os, warnings, stance
        texts = [f"They urged a truce {n}." for n in range(2000)]
        model = stance.load()
        before = model.frozen.score(texts).words.sum()
        warnings.simplefilter("ignore")
        child = os.fork()
        if not child:
            os._exit(int(model.frozen.score(texts).words.sum() != before))
        print(os.waitpid(child, 0)[1])
    """
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "0\n"


def test_what_is_in_use_can_be_chosen_and_is_told(
    small: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    frozen = small.frozen
    monkeypatch.setenv(CHOICE, "abacus")
    with pytest.raises(
        stance.ModelError,
        match=r"^STANCE_SCORER must be 'compiled' or 'numpy'; got 'abacus'\. Unset it to have the faster of those there are\.$",
    ):
        make_scorer(frozen.heads, frozen.gazetteer, frozen.words, social_media=False)
    monkeypatch.setenv(CHOICE, "compiled")
    with pytest.raises(
        stance.ModelError,
        match=r"^STANCE_SCORER asks for the compiled scorer; it does not know the marks of posts",
    ):
        make_scorer(frozen.heads, frozen.gazetteer, frozen.words, social_media=True)
    monkeypatch.delenv(CHOICE)
    assert (
        make_scorer(frozen.heads, frozen.gazetteer, frozen.words, social_media=True).name == "numpy"
    )


def test_without_the_extension_numpy_scores_and_says_why(
    small: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "stance.scoring._scorer", None)
    frozen = small.frozen
    found = make_scorer(frozen.heads, frozen.gazetteer, frozen.words, social_media=False)
    assert found.name == "numpy"
    assert found.why.startswith(
        "the extension is not there: it was not built where stance was installed"
    )


def test_waiting_paragraphs_are_finished_once_and_only_with_their_words(
    small: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = scorer_of(small, "compiled", monkeypatch)._engine
    raw = engine._scorer  # type: ignore[attr-defined]
    texts = ["truce lamplighters\ud800", "an unheard-of truce"]
    buffers = (
        np.zeros(2, dtype=np.int32),
        np.empty((2, 8)),
        np.empty(2),
        np.zeros(2, dtype=np.int64),
    )
    unknown, waiting = raw.run(texts, 0, 2, *buffers)
    assert set(unknown) == {"truce", "lamplighters", "an", "unheard", "of"}
    with pytest.raises(ValueError, match=r"^the buffers must fit the texts\.$"):
        raw.finish(waiting, buffers[0][:1], buffers[1][:1], buffers[2][:1], buffers[3][:1])
    with pytest.raises(
        ValueError, match=r"^every word that `run` returned must be learned first\.$"
    ):
        raw.finish(waiting, *buffers)
    _, early = raw.run(texts, 0, 2, *buffers)
    raw.forget()
    with pytest.raises(
        ValueError, match=r"^the buffers must fit the texts\.$"
    ):  # what it read was forgotten since
        raw.finish(early, *buffers)
    _, again = raw.run(texts, 0, 2, *buffers)
    engine._learn(unknown)  # type: ignore[attr-defined]
    raw.finish(again, *buffers)
    assert buffers[3].tolist() == [2, 4]
    with pytest.raises(ValueError, match="PyCapsule_GetPointer"):
        raw.finish(again, *buffers)
    assert raw.run(texts, 0, 2, *buffers) == ([], None)


BAD = [
    ("edges", lambda a: a | {"edges": np.asarray([0, 3, 2], dtype=np.int32)}),
    ("intercepts", lambda a: a | {"intercepts": np.zeros((1, 99))}),
    ("rows", lambda a: a | {"blocks": [(*a["blocks"][0][:5], np.zeros(1)), *a["blocks"][1:]]}),
    (
        "outputs",
        lambda a: (
            a
            | {
                "blocks": [
                    (*a["blocks"][0][:4], np.asarray([99], dtype=np.int32), a["blocks"][0][5])
                ]
            }
        ),
    ),
    (
        "features",
        lambda a: (
            a
            | {
                "blocks": [
                    (
                        *a["blocks"][0][:3],
                        ["a", "a"],
                        np.asarray([0], dtype=np.int32),
                        np.zeros((1, 2, 2)),
                    )
                ]
            }
        ),
    ),
    (
        "items",
        lambda a: (
            a
            | {
                "names": (
                    ["a"],
                    *(np.asarray(row, dtype=np.int32) for row in ([0, 1], [0, 1], [7])),
                )
            }
        ),
    ),
]


@pytest.mark.parametrize("change", [change for _, change in BAD], ids=[name for name, _ in BAD])
def test_arrays_that_do_not_fit_are_refused(
    change, small: Model, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    """Whatever gets past the digests of a model's files, the extension reads no memory that is not its own."""
    import stance.scoring.compiled as module

    taken: dict[str, object] = {}

    class Spy:
        def __init__(self, *arguments: object) -> None:
            names = (
                "edges",
                "n_parts",
                "intercepts",
                "blocks",
                "familiar",
                "names",
                "exact",
                "side",
            )
            taken.update(zip(names, arguments, strict=True))

    monkeypatch.setattr(module, "Scorer", Spy)
    scorer_of(small, "compiled", monkeypatch)
    compiled.Scorer(*taken.values())
    with pytest.raises(ValueError, match=r"must"):
        compiled.Scorer(*change(taken).values())
