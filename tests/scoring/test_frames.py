"""Models with frames: both backends give scikit-learn's probabilities, and evidence adds up."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from backends import BACKENDS, assert_close, with_backend
from conftest import HOSTILE
from framed import FRAME_TEXTS, fit_frames, with_frames
from hypothesis import given, settings
from hypothesis import strategies as st
from random_texts import random_texts

from stance.data import read_data
from stance.model import Model
from stance.scoring.arrays import arrange_model
from stance.scoring.evidence import explain_paragraph
from stance.scoring.frozen import FrozenModel
from stance.scoring.heads import FeatureBlock, Head
from stance.text.cues import CUE_CLASSES, load_cues
from stance.text.features import NEGATORS
from stance.text.tokens import make_tokens
from stance.text.words import ends_sentence

pytest.importorskip(
    "stance.scoring._scorer", reason="needs the compiled scorer, which was not built here"
)

CUES = [*load_cues(), "no", "never", "don’t", "‹side›", "Kenya", "St. Petersburg", "the"]
JOINTS = [" ", ", ", ". ", "…", "\n", ": ", "’ ", "-", "\xa0", "?!", "\u2028"]
CUE_TEXTS = st.lists(st.sampled_from(CUES) | st.sampled_from(JOINTS), max_size=40).map("".join)


@pytest.fixture(scope="module")
def fitted(lighthouse: pd.DataFrame) -> tuple[Any, FrozenModel]:
    """A pipeline fitted on `lighthouse` and `FRAME_TEXTS`, and the same model frozen."""
    texts = [*lighthouse["text"], *FRAME_TEXTS]
    labels = [*lighthouse["stance"], *["opposed", "neutral"] * (len(FRAME_TEXTS) // 2)]
    return fit_frames(texts, labels)


@pytest.fixture(scope="module")
def framed(small: Model) -> FrozenModel:
    """The small model, with a random weight for every frame."""
    return with_frames(small.frozen)


@pytest.mark.parametrize("name", BACKENDS)
def test_probabilities_are_scikit_learns(
    name: str, fitted: tuple[Any, FrozenModel], lighthouse: pd.DataFrame
) -> None:
    pipeline, frozen = fitted
    texts = [*lighthouse["text"], *FRAME_TEXTS, *HOSTILE, *random_texts(3000, random_state=1)]
    texts += [" ".join(texts[number::40]) for number in range(40)]
    expected = pipeline.predict_proba(texts)
    assert_close(with_backend(frozen, name).probabilities(texts)["stance"], expected)
    logits = frozen.heads["stance"].logits([frozen.tokens(text) for text in texts])
    logs = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    assert_close(np.exp(logs), expected)


def test_frames_change_what_a_model_gives(fitted: tuple[Any, FrozenModel]) -> None:
    head = fitted[1].heads["stance"]
    words, characters, frames = head.blocks
    unframed = replace(head, blocks=(words, characters))
    tokens = [make_tokens(text) for text in FRAME_TEXTS[:1]]
    assert frames.name == "frames"
    assert {"ASK>STOP", "ASK STOP", "for STOP"} <= {*frames.features}
    assert abs(head.logits(tokens) - unframed.logits(tokens)).max() > 0.01


@given(st.lists(CUE_TEXTS | st.text(max_size=30) | st.sampled_from(HOSTILE), max_size=5))
@settings(deadline=None)
def test_backends_agree_with_the_head_in_any_company(framed: FrozenModel, texts: list[str]) -> None:
    tokens = [framed.tokens(text) for text in texts]
    numpy = with_backend(framed, "numpy").probabilities(texts)
    compiled = framed.probabilities(texts)
    assert framed.scorer.name == "compiled"
    for name, head in framed.heads.items():
        logits = head.logits(tokens)
        logs = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
        assert_close(compiled[name], np.exp(logs))
        assert_close(numpy[name], np.exp(logs))


def test_backends_give_every_cue_the_same_class(framed: FrozenModel) -> None:
    cues = [line.split(",")[1] for line in read_data("cues.csv").splitlines()[1:]]
    words = [*cues, *NEGATORS, "needn't", "N’T", "n't", "nt", "knot", "NEVER", "Despite"]
    texts = [f"call {word} truce accept {word}s war" for word in words]
    numpy = with_backend(framed, "numpy").probabilities(texts)
    for name, probabilities in framed.probabilities(texts).items():
        assert_close(probabilities, numpy[name])


@given(CUE_TEXTS)
@settings(deadline=None)
def test_a_paragraph_has_the_same_frames_alone(framed: FrozenModel, text: str) -> None:
    company = ["Never", text, "truce", text]
    for name in BACKENDS:
        table = with_backend(framed, name).probabilities(company)["stance"]
        assert_close(table[[1, 3]], framed.probabilities([text, text])["stance"])


@given(CUE_TEXTS)
@settings(deadline=None)
def test_evidence_adds_up_to_the_logit(framed: FrozenModel, text: str) -> None:
    for name, head in framed.heads.items():
        logits = head.logits([framed.tokens(text)])[0]
        for label, logit in zip(head.classes, logits.tolist(), strict=True):
            intercept, evidence = explain_paragraph(
                framed, text, head=name, label=label, contrast=None, target=None
            )
            total = intercept + sum(word.contribution for word in evidence)
            assert total == pytest.approx(logit, abs=1e-9)


def frames_only(*frames: str) -> Head:
    """Return a head in which each frame of two labels speaks for the second one."""
    block = FeatureBlock("frames", (2, 2), frames, first=0)
    weights = np.tile([-1.0, 1.0], (len(frames), 1))
    idf = np.ones(len(frames))
    return Head("stance", ("no", "yes"), (block,), idf, weights, np.zeros(2), np.array([0.5]))


def test_evidence_is_of_the_two_words_and_not_of_those_between() -> None:
    tokens = make_tokens("They never really asked for truces")
    contributions = frames_only("NEG>ASK").contributions(tokens)
    assert contributions[:, 1].tolist() == [0, 0.5, 0, 0.5, 0, 0]
    both = frames_only("NEG>ASK", "ASK>STOP").contributions(tokens)
    np.testing.assert_allclose(both[:, 1] * 2**1.5, [0, 1, 0, 2, 0, 1])


@pytest.mark.slow
def test_sentences_end_where_python_says_at_every_code_point() -> None:
    gaps = [f" {chr(point)} " for point in range(0x110000)]
    texts = [f"no{gap}truce" for gap in gaps]
    frozen = FrozenModel({"stance": frames_only("NEG STOP")}, None, frozenset(), 0.0, False)
    has_frame = with_backend(frozen, "compiled").probabilities(texts)["stance"][:, 1] > 0.5
    assert has_frame.tolist() == [not ends_sentence(gap, 0, len(gap)) for gap in gaps]


@pytest.mark.parametrize("name", BACKENDS)
@pytest.mark.parametrize(
    "frames",
    [
        ("NEG>NEG",),
        ("NEG>LAMP",),
        ("SAY",),
        ("NEG>ASK>STOP",),
        ("NEG>ASK", "NEG>ASK"),
        ("ASK " * 6 + "STOP",),
        (7,),
    ],
)
def test_forged_frames_are_refused(name: str, frames: tuple[Any, ...]) -> None:
    frozen = FrozenModel(
        {"stance": frames_only(*frames)}, None, frozenset(), 0.0, social_media=False
    )
    with pytest.raises((ValueError, AttributeError)):
        with_backend(frozen, name)


def test_the_extension_takes_no_frame_twice_and_no_class_out_of_range() -> None:
    from stance.scoring._scorer import MAX_CLASSES, Scorer

    assert len(CUE_CLASSES) < MAX_CLASSES
    arrays = arrange_model({"stance": frames_only("NEG>ASK")}, None, (), social_media=False)
    no_names: Any = ([], *(np.zeros(n, dtype=np.int32) for n in (1, 1, 0)))
    links, joins = bytes(MAX_CLASSES), bytes(2 * MAX_CLASSES**2)
    tables = (links, links, joins)

    def make_scorer(
        kind: int, *frames: Any, cues: Any = (1, ["no"], ["truce"], b"\2", *tables)
    ) -> Scorer:
        rows = np.ones((1, len(frames), 3))
        block: Any = (kind, 2, 2, list(frames), arrays.blocks[0].outputs, rows)
        bounds = np.array([0, 2], dtype=np.int32)
        names = (no_names, no_names)
        return Scorer(bounds, 1, np.zeros((1, 2)), [block], [], *names, "‹side›", cues)

    make_scorer(2, 0, 2**63 - 1)
    too_large = bytes([MAX_CLASSES])
    for cues in [
        (MAX_CLASSES, [], [], b"", *tables),
        (1, [], ["truce"], too_large, *tables),
        (1, [], [], b"", links[1:] + too_large, links, joins),
        (1, [], [], b"", links, links, joins[2:] + too_large + b"\0"),
    ]:
        with pytest.raises(
            ValueError, match=r"^the class of a word must be less than 64; got 64\.$"
        ):
            make_scorer(2, cues=cues)
    for cues in [
        (1, [], ["truce"], b"", *tables),
        (1, ["no", "no"], [], b"", *tables),
        (1, [], [], b"", links[1:], links, joins),
        (1, [], [], b"", links, links[1:], joins),
        (1, [], [], b"", links, links, joins[1:]),
    ]:
        with pytest.raises(ValueError, match="must hold"):
            make_scorer(2, cues=cues)
    for frames in [(-1,), (-(2**63),), (34, 34)]:
        with pytest.raises(
            ValueError, match=r"^`features` of frames must be distinct numbers of 0 or more\.$"
        ):
            make_scorer(2, *frames)
    with pytest.raises(TypeError):
        make_scorer(2, "NEG>ASK")
    with pytest.raises(OverflowError):
        make_scorer(2, 2**80)
    with pytest.raises(ValueError, match=r"^the kind of a block must be 0 to 2; got 3\.$"):
        make_scorer(3, 34)
