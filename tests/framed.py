"""Models with the feature block "frames", for the tests of what scores them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations, product
from types import SimpleNamespace
from typing import Any

import numpy as np

from stance.scoring.frozen import FrozenModel
from stance.scoring.heads import FeatureBlock, Head
from stance.text.cues import CUE_CLASSES, LINKS, MENTIONS, OUTCOMES, PARTS, find_frames
from stance.text.features import Analyzer
from stance.text.sides import load_gazetteer

FRAME_TEXTS = [
    "They urged a truce. Nobody refused it!",
    "No truce, the keeper said; no deal: fight on until victory.",
    "Despite the St. Petersburg talks… the U.S. rejected a truce",
    "Kenya never, ever asked Sudan to stop the war? The guild did",
    "urge urge truce truce refuse. refuse truce urge\ntruce refuse",
    "Do not reject the ceasefire. Don’t reject it; accept it!",
    "St. Petersburg. No. Truce. Urged",
    "…no.truce…urged",
]
"""Paragraphs in which frames repeat, and sentences end where names, marks and nothing stand."""


def add_frames(head: Head) -> Head:
    """Return a head with a weight, drawn at random, for frames of all kinds (`list_frames`)."""
    frames = list_frames()
    block = FeatureBlock("frames", (2, 2), frames, first=len(head.idf))
    rng = np.random.default_rng(0)
    return replace(
        head,
        blocks=(*head.blocks, block),
        idf=np.append(head.idf, rng.uniform(1, 8, len(frames))),
        weights=np.vstack([head.weights, rng.normal(size=(len(frames), len(head.classes)))]),
    )


def list_frames() -> tuple[str, ...]:
    """List every pair and outcome, every chain of up to two links, and chains of random sentences."""
    classes = [name for name in CUE_CLASSES if name not in PARTS]
    links = sorted({*LINKS.values()})
    rng = np.random.default_rng(0)
    sentences = (tuple(rng.choice(links, rng.integers(3, 8)).tolist()) for _ in range(4000))
    frames = [
        *(f"{first}>{second}" for first, second in permutations(classes, 2)),
        *(f"{outcome} {mention}" for outcome, mention in product(OUTCOMES, MENTIONS)),
        *links,
        *(f"{first} {second}" for first, second in product(links, links)),
        *(frame.name for sentence in sentences for frame in find_frames(sentence)),
    ]
    return tuple(dict.fromkeys(frames))


def with_frames(frozen: FrozenModel) -> FrozenModel:
    """Return a copy of a model whose heads all have frames."""
    return replace(frozen, heads={name: add_frames(head) for name, head in frozen.heads.items()})


def fit_frames(texts: Sequence[str], labels: Sequence[str]) -> tuple[Any, FrozenModel]:
    """Fit a pipeline of words, characters and frames of half the weight, and freeze it."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import FeatureUnion, Pipeline

    from stance.training.freezing import freeze

    ranges = {"words": (1, 2), "characters": (3, 4), "frames": (2, 2)}
    analyzers = [Analyzer(block, span, load_gazetteer()) for block, span in ranges.items()]
    steps = [
        (analyzer.block, TfidfVectorizer(analyzer=analyzer, sublinear_tf=True))
        for analyzer in analyzers
    ]
    union = FeatureUnion(steps, transformer_weights={"frames": 0.5})
    pipeline = Pipeline([("features", union), ("classifier", LogisticRegression(C=10.0))])
    pipeline.fit(texts, labels)
    classifier: Any = SimpleNamespace(pipeline_=pipeline, classes_=pipeline.classes_, targets_=())
    head = freeze("stance", classifier, np.array([0.5]))
    words = frozenset({"truce", "urg"})
    frozen = FrozenModel({"stance": head}, load_gazetteer(), words, 0.0, social_media=False)
    return pipeline, frozen
