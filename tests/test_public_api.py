"""What is public, and in which direction modules import."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import stance

PACKAGE = Path(stance.__file__).parent
# A package or top-level module imports only from ranks above its own line here; inside a package there is no
# cycle; none imports the package root (the command asks it for the version).
RANKS = [
    {"data", "errors", "labels"},
    {"columns", "optional", "options"},
    {"text", "show"},
    {"results"},
    {"scoring", "tables"},
    {"model"},
    {"training"},
    {"inference"},
    {"report", "batch", "plots"},
    {"convert", "engines", "sql"},
    {"cli", "seeds"},
    {"__main__"},
]


def test_names_are_pinned_and_all_there() -> None:
    assert stance.__all__ == [
        "KINDS", "SENTIMENTS", "STANCES", "STATUSES", "TONES", "Document", "Evidence", "HeadResult", "InputError", "LabelledParagraph",
        "Model", "ModelError", "Paragraph", "ParagraphClassifier", "StanceError", "StanceWarning", "Summary", "TableError", "TrainingError", "evaluate",
        "label_file", "load", "load_pipeline", "sentiment_of", "split_paragraphs", "suggest", "train", "write_report",
    ]  # fmt: skip
    for name in stance.__all__:
        assert getattr(stance, name).__doc__


def read_imports() -> dict[str, set[str]]:
    """Return, for each module below `stance`, the modules it imports when it runs."""
    paths = {
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"): path
        for path in PACKAGE.rglob("*.py")
        if path != PACKAGE / "__init__.py"
    }
    return {
        module: {
            name
            for node in runtime_nodes(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "stance"
            for name in imported_modules(node, set(paths))
        }
        for module, path in paths.items()
    }


def runtime_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield all nodes of a tree but those under ``if TYPE_CHECKING``."""
    for node in ast.iter_child_nodes(tree):
        if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            yield node
            yield from runtime_nodes(node)


def imported_modules(node: ast.ImportFrom, modules: set[str]) -> set[str]:
    """Return the modules that one statement names: ``from stance.text import tokens`` names text.tokens."""
    base = (node.module or "").partition(".")[2]
    inside = {f"{base}.{alias.name}".lstrip(".") for alias in node.names}
    return inside & modules or {base}


def test_packages_import_in_one_direction() -> None:
    rank = {name: number for number, names in enumerate(RANKS) for name in names}
    imports = read_imports()
    assert {module.split(".")[0] for module in imports} == set(rank)
    for module, names in imports.items():
        if module == "cli.main":
            names -= {""}
        for package in {name.split(".")[0] for name in names} - {module.split(".")[0]}:
            assert package in rank, f"{module} imports the package root"
            assert rank[package] < rank[module.split(".")[0]], f"{module} imports {package}"


def test_modules_import_in_no_circle() -> None:
    TopologicalSorter(read_imports()).prepare()  # raises CycleError


def test_no_folder_holds_more_than_fifteen_modules() -> None:
    for folder in {path.parent for path in PACKAGE.rglob("*.py")}:
        assert len({path for path in folder.glob("*.py") if path.stem != "__init__"}) <= 15


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
        "from stance.cli.main import main\n"
        "assert main(['score', sys.argv[1], '-o', sys.argv[2]]) == 0\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, text, tmp_path / "out.csv"],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = done.stdout.split()
    assert "stance.model" in loaded
    assert "urged a truce" in (tmp_path / "out.csv").read_text(encoding="utf-8")
    unwanted = {
        "sklearn",
        "nltk",
        "pandas",
        "scipy",
        "pyarrow",
        "tqdm",
        "joblib",
        "importlib.metadata",
        "concurrent.futures",
    }
    unwanted |= {"csv", "gzip", "tempfile", "zipfile", "shutil", "traceback"}
    loaded_packages = {name.rpartition(".")[0] for name in loaded}
    assert not {"stance.tables.readers", "stance.training"} & loaded_packages
    assert not {"stance.batch", "stance.tables.inputs", "stance.scoring.vectorized"} & set(loaded)
    assert "stance.show.notebook" not in loaded
    assert not unwanted & set(loaded)
