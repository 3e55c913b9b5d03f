"""Label the stance toward a ceasefire and the tone of each paragraph of a text, offline.

>>> import stance
>>> text = "Aid workers pleaded for the fighting to stop.\\n\\nThe talks resume on Tuesday."
>>> for paragraph in stance.label(text):
...     print(paragraph.stance, "|", paragraph.text)
pro-ceasefire | Aid workers pleaded for the fighting to stop.
neutral | The talks resume on Tuesday.

Each paragraph also has a `tone`, a `sentiment`, a calibrated `probability`, whether it is
`uncertain`, and the words that count as `evidence`. A label says what a paragraph conveys, not
what its author believes.

Call
----
label(text), label_frame(frame, "body")
    Label one document, or a column of a DataFrame, with the shipped model.
label_file("news.csv", "labels.csv", text="body")
    Label tables of any size: CSV, JSONL, Parquet. `stance score` does the same in a shell.
write_report("labels.csv", "report.html", source="news.csv", text="body")
    Show a labelled table on one page.
load(path)
    Load your own model, or the shipped one; `Model.explain` shows why it gave a label.
train(table), evaluate(model, table), suggest(model, table), adapt(model, table)
    Train a model on your annotations, measure it, choose what to annotate next, fit it to print.
estimate_shares("labels.csv", "drawn.csv", by="outlet")
    Shares of labels with intervals that hold, from paragraphs that you drew and annotated.
plots, sql, engines
    Figures; tables in a database; Dask and Spark.

Read on
-------
``help(stance.Model)``, ``stance --help``, and the pages in ``docs/``, which say how good the
labels are and what they must not be used for.
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
from stance.labels import KINDS, LANGUAGES, SENTIMENTS, STANCES, STATUSES, TONES, sentiment_of

if TYPE_CHECKING:
    from stance import engines as engines
    from stance import plots as plots
    from stance import sql as sql
    from stance.annotate.agreement import Agreement, measure_agreement
    from stance.annotate.exchange.exporting import export_annotations
    from stance.annotate.page import write_annotation_page
    from stance.batch import label_file
    from stance.inference.copies.marking import mark_copies, mark_copies_file
    from stance.inference.differences import compare
    from stance.inference.drawing import draw
    from stance.inference.figures import estimate_shares
    from stance.inference.planning import plan
    from stance.inference.regressions import regress
    from stance.model import Model, load
    from stance.records.methods import describe_methods
    from stance.records.verification import Verification, verify
    from stance.report.page import write_report
    from stance.results import Document, Evidence, HeadResult, LabelledParagraph
    from stance.scoring.pipelines import load_pipeline
    from stance.shipped import label, label_frame
    from stance.tables.summary import Summary
    from stance.text.paragraphs import Paragraph, split_paragraphs
    from stance.training.adapting import adapt
    from stance.training.blended import BlendedClassifier
    from stance.training.classifier import ParagraphClassifier
    from stance.training.counted.counts import Counts, read_counts
    from stance.training.counted.sharing import write_counts
    from stance.training.evaluation import evaluate
    from stance.training.fitting import train
    from stance.training.suggesting import suggest

__version__ = "0.1.0"

# Loaded on first use (PEP 562), so that `import stance` costs next to nothing.
_MODULE_OF_NAME = {
    "Agreement": "annotate.agreement",
    "BlendedClassifier": "training.blended",
    "Counts": "training.counted.counts",
    "Document": "results",
    "Evidence": "results",
    "HeadResult": "results",
    "LabelledParagraph": "results",
    "Model": "model",
    "Paragraph": "text.paragraphs",
    "ParagraphClassifier": "training.classifier",
    "Summary": "tables.summary",
    "adapt": "training.adapting",
    "Verification": "records.verification",
    "compare": "inference.differences",
    "describe_methods": "records.methods",
    "draw": "inference.drawing",
    "estimate_shares": "inference.figures",
    "evaluate": "training.evaluation",
    "export_annotations": "annotate.exchange.exporting",
    "label": "shipped",
    "label_file": "batch",
    "label_frame": "shipped",
    "load": "model",
    "load_pipeline": "scoring.pipelines",
    "mark_copies": "inference.copies.marking",
    "mark_copies_file": "inference.copies.marking",
    "measure_agreement": "annotate.agreement",
    "plan": "inference.planning",
    "regress": "inference.regressions",
    "split_paragraphs": "text.paragraphs",
    "suggest": "training.suggesting",
    "read_counts": "training.counted.counts",
    "train": "training.fitting",
    "write_annotation_page": "annotate.page",
    "verify": "records.verification",
    "write_counts": "training.counted.sharing",
    "write_report": "report.page",
}
_MODULES = ("engines", "plots", "sql")

__all__ = [
    "KINDS",
    "LANGUAGES",
    "SENTIMENTS",
    "STANCES",
    "STATUSES",
    "TONES",
    "Agreement",
    "BlendedClassifier",
    "Counts",
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
    "Verification",
    "adapt",
    "compare",
    "describe_methods",
    "draw",
    "estimate_shares",
    "evaluate",
    "export_annotations",
    "label",
    "label_file",
    "label_frame",
    "load",
    "load_pipeline",
    "mark_copies",
    "mark_copies_file",
    "measure_agreement",
    "plan",
    "read_counts",
    "regress",
    "sentiment_of",
    "split_paragraphs",
    "suggest",
    "train",
    "verify",
    "write_annotation_page",
    "write_counts",
    "write_report",
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"stance.{name}")
    if name in _MODULE_OF_NAME:
        return getattr(importlib.import_module(f"stance.{_MODULE_OF_NAME[name]}"), name)
    raise AttributeError(f"module 'stance' has no attribute {name!r}")


def __dir__() -> list[str]:
    dunders = (name for name in globals() if name.startswith("__") and name.endswith("__"))
    return sorted({*dunders, *__all__, *_MODULES})
