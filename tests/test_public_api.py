"""What is public, and in which direction modules import."""

import ast
import subprocess
import sys
from pathlib import Path

import stance

PACKAGE = Path(stance.__file__).parent
# A module imports only from rows below its own, and none imports the package root (cli asks it for the version).
ROWS = [
    {"data", "errors", "labels", "palette", "_scorer"},
    {"extras", "paragraphs", "tokens", "metrics", "cells", "columns", "looks", "shares", "charts", "dates", "drawing", "plain_csv"},
    {"databases", "encodings", "files", "journal", "progress"},
    {"features", "sides", "valence", "display", "attribution", "keywords", "tables", "outputs"},
    {"results", "jsonl", "parquet", "summary"},
    {"heads", "labelled", "formats"},
    {"layout", "tally", "inputs", "rendering"},
    {"compiled", "vectorized"},
    {"scoring"},
    {"frozen", "classifier"},
    {"model_files", "bulk"},
    {"training", "model_folders"},
    {"model"},
    {"batch", "convert", "documents", "engines", "evaluation", "terminal", "listing", "suggesting"},
    {"corrections", "engines.dask", "engines.spark", "sql"},
    {"pages"},
    {"passages"},
    {"report"},
    {"cli", "card", "plots", "seed_rules"},
    {"seeds", "__main__"},
]


def test_names_are_pinned_and_all_there() -> None:
    assert stance.__all__ == [
        "KINDS", "SENTIMENTS", "STANCES", "STATUSES", "TONES", "Document", "Evidence", "HeadResult", "InputError", "LabelledParagraph",
        "Model", "ModelError", "Paragraph", "ParagraphClassifier", "StanceError", "StanceWarning", "Summary", "TableError", "TrainingError", "evaluate",
        "label_file", "load", "load_pipeline", "sentiment_of", "split_paragraphs", "suggest", "train", "write_report",
    ]  # fmt: skip
    for name in stance.__all__:
        assert getattr(stance, name).__doc__


def module_name(path: Path) -> str:
    """Return the name below `stance`; "" for the root."""
    return ".".join(part for part in path.relative_to(PACKAGE).with_suffix("").parts if part != "__init__")


def test_modules_import_from_rows_below_only() -> None:
    row = {name: at for at, names in enumerate(ROWS) for name in names}
    modules = {module_name(path): ast.parse(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py")}
    del modules[""]
    assert set(row) - {"_scorer"} == set(modules)
    for name, tree in modules.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "stance":
                below = (node.module or "").partition(".")[2]
                if not below:
                    assert (name, [alias.name for alias in node.names]) == ("cli", ["__version__"])
                else:
                    assert row[below] < row[name], f"{name} imports {below}"


def test_importing_stance_loads_nothing_heavy() -> None:
    code = "import stance, sys; print(*sorted({'sklearn', 'nltk', 'pandas', 'scipy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_scoring_a_text_needs_numpy_only() -> None:
    code = "import stance, sys; stance.load().label('They urged a truce.'); print(*sorted({'sklearn', 'nltk', 'pandas', 'scipy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_the_command_labels_a_text_without_what_only_tables_need(tmp_path: Path) -> None:
    """What numpy, click and Stemmer import by themselves is not ours to leave out."""
    text = tmp_path / "text.txt"
    text.write_text("They urged a truce.", encoding="utf-8")
    code = (
        "import sys, click, numpy, Stemmer\n"
        "before = set(sys.modules)\n"
        "from stance.cli import main\n"
        "assert main(['score', sys.argv[1], '-o', sys.argv[2]]) == 0\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code, text, tmp_path / "out.csv"], capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert "stance.model" in loaded
    assert "urged a truce" in (tmp_path / "out.csv").read_text(encoding="utf-8")
    unwanted = {"sklearn", "nltk", "pandas", "scipy", "pyarrow", "tqdm", "joblib", "importlib.metadata", "concurrent.futures"}
    unwanted |= {"csv", "gzip", "tempfile", "zipfile", "shutil", "traceback"}
    unwanted |= {
        f"stance.{name}" for name in ("tables", "jsonl", "parquet", "batch", "inputs", "classifier", "training", "vectorized", "display")
    }
    assert not unwanted & set(loaded)
