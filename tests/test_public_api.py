"""What is public, and in which direction modules import."""

import ast
import pydoc
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import stance

PACKAGE = Path(stance.__file__).parent
# A package or top-level module imports only from the lines above its own. Imports inside a package
# form no circle, and none imports the package root (but the command asks it for the version).
RANKS = [
    {"data", "errors", "labels"},
    {"columns", "optional", "options", "workers"},
    {"dates", "text", "show"},
    {"frames", "results", "texts"},
    {"scoring"},
    {"tables"},
    {"model"},
    {"annotate"},
    {"shipped", "training"},
    {"inference"},
    {"report", "batch", "plots"},
    {"convert", "engines", "records", "sql"},
    {"cli", "seeds"},
    {"__main__"},
]


NAMES = [
    "KINDS", "LANGUAGES", "SENTIMENTS", "STANCES", "STATUSES", "TONES", "Agreement",
    "BlendedClassifier", "Counts", "Document", "Evidence", "HeadResult", "InputError",
    "LabelledParagraph", "Model", "ModelError", "Paragraph", "ParagraphClassifier", "StanceError",
    "StanceWarning", "Summary", "TableError", "TrainingError", "Verification", "adapt", "compare",
    "describe_methods", "draw", "estimate_shares", "evaluate", "export_annotations", "label",
    "label_file", "label_frame", "load", "load_pipeline", "mark_copies", "mark_copies_file",
    "measure_agreement", "plan", "read_counts", "regress", "sentiment_of", "split_paragraphs",
    "suggest", "train", "verify", "write_annotation_page", "write_counts", "write_report",
]  # fmt: skip
MODULES = ["engines", "plots", "sql"]


def run_python(code: str, *arguments: object) -> str:
    """Run code in a fresh interpreter; return what it prints."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_names_are_pinned_and_each_says_what_it_is() -> None:
    assert stance.__all__ == NAMES
    for name in stance.__all__:
        assert getattr(stance, name).__doc__


def test_dir_shows_public_names_only() -> None:
    shown = run_python("import stance; stance.load(); print(*dir(stance))").split()
    assert [name for name in shown if not name.startswith("__")] == sorted([*NAMES, *MODULES])


@pytest.mark.parametrize("name", MODULES)
def test_public_modules_need_no_import_of_their_own(name: str) -> None:
    loaded = f"'stance.{name}' in sys.modules"
    code = f"import stance, sys; print({loaded}); stance.{name}.__doc__; print({loaded})"
    assert run_python(code).split() == ["False", "True"]


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"^module 'stance' has no attribute 'lamp'$"):
        stance.lamp  # noqa: B018


def test_help_opens_with_the_calls_a_person_needs() -> None:
    opening = pydoc.render_doc(stance, renderer=pydoc.plaintext).split("PACKAGE CONTENTS")[0]
    assert len(opening.splitlines()) < 40
    for name in ("label", "label_frame", "label_file", "write_report", "load", "train"):
        assert f"{name}(" in opening


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
    """Return the modules that one statement names.

    ``from stance.text import tokens`` names text.tokens.
    """
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


def test_files_of_c_have_short_lines_and_at_most_500_of_them() -> None:
    files = sorted((PACKAGE / "scoring" / "c").glob("*.[hc]"))
    assert len(files) > 20
    for path in files:
        lines = path.read_text(encoding="utf-8").splitlines()
        assert len(lines) <= 500, path.name
        assert max(map(len, lines)) <= 100, path.name


def test_a_wheel_has_every_package() -> None:
    """A folder that is not listed is left out of wheels, and its commands fail where installed."""
    project = PACKAGE.parent / "pyproject.toml"
    if not project.exists():
        pytest.skip("needs a checkout")
    listed = re.findall(
        r'^    "(stance[\w.]*)",$', project.read_text(encoding="utf-8"), re.MULTILINE
    )
    folders = {path.parent.relative_to(PACKAGE.parent) for path in PACKAGE.rglob("*.py")}
    assert {".".join(folder.parts) for folder in folders} <= set(listed)


HEAVY = "print(*sorted({'sklearn', 'nltk', 'pandas', 'scipy'} & set(sys.modules)))"


@pytest.mark.parametrize(
    "code",
    ["pass", "stance.load().label('They urged a truce.')", "stance.label('They urged a truce.')"],
    ids=["import", "a model", "the shipped model"],
)
def test_labelling_a_text_loads_nothing_heavy(code: str) -> None:
    assert run_python(f"import stance, sys; {code}; {HEAVY}") == ""


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
    loaded = run_python(code, text, tmp_path / "out.csv").split()
    assert "stance.model" in loaded
    assert "urged a truce" in (tmp_path / "out.csv").read_text(encoding="utf-8")
    unwanted = {
        "sklearn", "nltk", "pandas", "scipy", "pyarrow", "tqdm", "joblib", "importlib.metadata",
        "concurrent.futures", "csv", "gzip", "tempfile", "zipfile", "shutil", "traceback",
    }  # fmt: skip
    loaded_packages = {name.rpartition(".")[0] for name in loaded}
    assert not {"stance.tables.readers", "stance.training"} & loaded_packages
    assert not {"stance.batch", "stance.scoring.vectorized"} & set(loaded)
    assert "stance.show.notebook" not in loaded
    assert not unwanted & set(loaded)


def test_every_package_and_file_of_data_is_installed() -> None:
    """What pyproject.toml does not list works in a checkout, and fails where it is installed."""
    project = PACKAGE.parent / "pyproject.toml"
    if not project.exists():
        pytest.skip("needs a checkout")
    listed = tomllib.loads(project.read_text(encoding="utf-8"))["tool"]["setuptools"]
    made = {".pyi", ".pyc", ".so", ".pyd", ".c", ".h"}  # the extension is built from C and headers
    for path in PACKAGE.rglob("*.*"):
        package = ".".join(path.parent.relative_to(PACKAGE.parent).parts)
        if path.suffix == ".py":
            assert package in listed["packages"], path
        elif path.is_file() and path.suffix not in made:
            assert any(path.match(pattern) for pattern in listed["package-data"][package]), path
