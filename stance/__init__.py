"""Label the stance toward a ceasefire and the tone of each paragraph of a text, offline.

>>> import stance
>>> stance.sentiment_of("hopeful")
'positive'
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from stance.errors import (
    InputError,
    ModelError,
    StanceError,
    StanceWarning,
    TableError,
    TrainingError,
)
from stance.labels import KINDS, SENTIMENTS, STANCES, STATUSES, TONES, sentiment_of

if TYPE_CHECKING:
    from stance.batch import label_file
    from stance.model import Model, load
    from stance.report.page import write_report
    from stance.results import Document, Evidence, HeadResult, LabelledParagraph
    from stance.scoring.pipelines import load_pipeline
    from stance.tables.summary import Summary
    from stance.text.paragraphs import Paragraph, split_paragraphs
    from stance.training.classifier import ParagraphClassifier
    from stance.training.evaluation import evaluate
    from stance.training.fitting import train
    from stance.training.suggesting import suggest

__version__ = "0.1.0"

# Loaded on first use (PEP 562), so that `import stance` costs next to nothing.
_LAZY = {
    "Document": "results", "Evidence": "results", "HeadResult": "results", "LabelledParagraph": "results",
    "Model": "model", "load": "model", "load_pipeline": "scoring.pipelines", "train": "training.fitting",
    "Paragraph": "text.paragraphs", "split_paragraphs": "text.paragraphs",
    "ParagraphClassifier": "training.classifier",
    "Summary": "tables.summary", "label_file": "batch",
    "evaluate": "training.evaluation",
    "write_report": "report.page",
    "suggest": "training.suggesting",
}  # fmt: skip

__all__ = [
    "KINDS",
    "SENTIMENTS",
    "STANCES",
    "STATUSES",
    "TONES",
    "Document",
    "Evidence",
    "HeadResult",
    "InputError",
    "LabelledParagraph",
    "Model",
    "ModelError",
    "Paragraph",
    "ParagraphClassifier",
    "StanceError",
    "StanceWarning",
    "Summary",
    "TableError",
    "TrainingError",
    "evaluate",
    "label_file",
    "load",
    "load_pipeline",
    "sentiment_of",
    "split_paragraphs",
    "suggest",
    "train",
    "write_report",
]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(importlib.import_module(f"stance.{_LAZY[name]}"), name)
    raise AttributeError(f"module 'stance' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
