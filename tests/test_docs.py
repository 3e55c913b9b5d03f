"""The README and the pages of docs/ keep their promises: every block runs, and the built pages hold all names and fetch nothing."""

import io
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import click
import pandas as pd
import pytest
from conftest import ROOT
from threadpoolctl import threadpool_limits

import stance
from stance.cli.main import cli, main
from stance.seeds.commands import SEEDS

if not SEEDS.exists():
    pytest.skip(
        "needs the seeds and pages, which come with a checkout only", allow_module_level=True
    )
PAGES = sorted(
    page for folder in (".", "docs", "benchmarks", "seeds") for page in (ROOT / folder).glob("*.md")
)

# Blocks that are not run, each with its reason on the page, as `<!-- skip: reason -->` above it.
SKIPPED = 0

# What a block needs that may be absent, told by what it says.
NEEDS = {
    r"\bdask\b": "dask",
    r"\bspark\b": "pyspark",
    r"\bplots\b": "matplotlib",
    r"\.parquet\b": "pyarrow",
    r"\bsqlite://|_sql\b": "sqlalchemy",
}


@dataclass
class Block:
    """A fenced block of a page: its language, its text, and the printed output that the page shows after it."""

    language: str
    text: str
    skip: str
    output: str | None


@dataclass
class Reader:
    """Someone who follows a page from top to bottom, in a folder with the files that it speaks of."""

    capture: pytest.CaptureFixture[bytes]
    monkeypatch: pytest.MonkeyPatch
    names: dict[str, object] = field(default_factory=lambda: {"__name__": "__main__"})

    def follow(self, block: Block) -> str:
        """Run a block and return what it prints."""
        self.capture.readouterr()
        if block.language == "python":
            exec(compile(block.text, "page", "exec"), self.names)
            return self.capture.readouterr().out.decode()
        return b"".join(
            self.command(line) for line in block.text.replace("\\\n", " ").splitlines()
        ).decode()

    def command(self, line: str) -> bytes:
        """Run one line of shell: stance for real, with `cat FILE |`, `< FILE`, `> FILE` and variables; look up the others."""
        words = shlex.split(line, comments=True)
        if not words:
            return b""
        name = Path(words[0]).name
        if (
            name in ("make", "pip", "python") or "postgresql://" in line
        ):  # a server is not at hand; its tests ask for one
            {"make": check_make, "pip": check_pip, "python": check_script, "stance": check_options}[
                name
            ](words)
            return b""
        source = target = None
        if words[0] == "cat" and words[2] == "|":
            source, words = words[1], words[3:]
        for sign in "<>":
            if sign in words:
                at = words.index(sign)
                source, target = (words[at + 1], target) if sign == "<" else (source, words[at + 1])
                del words[at : at + 2]
        with self.monkeypatch.context() as patch:
            while "=" in words[0]:
                patch.setenv(*words.pop(0).split("=", 1))
            assert words[0] == "stance", (
                f"a page may show stance, make, pip and python only: {line}"
            )
            patch.setattr(
                sys,
                "stdin",
                io.TextIOWrapper(io.BytesIO(Path(source).read_bytes() if source else b"")),
            )
            code = main(words[1:])
        out, error = self.capture.readouterr()
        assert code == 0, f"{line}\n{error.decode()}"
        if target is None:
            return out
        Path(target).write_bytes(out)
        return b""


def check_make(words: list[str]) -> None:
    """Check that the Makefile has the targets of a line."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in words[1:]:
        assert "=" in target or re.search(rf"^{target}:", makefile, re.MULTILINE), target


def check_pip(words: list[str]) -> None:
    """Check that the extras of a line are there."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for extras in re.findall(r"\[(.+)\]", " ".join(words)):
        assert set(extras.split(",")) <= set(project["optional-dependencies"])


def check_script(words: list[str]) -> None:
    """Check that the script of a line is there."""
    assert (ROOT / words[1]).exists(), words[1]


def check_options(words: list[str]) -> None:
    """Check that stance takes the options of a line."""
    cli.commands[words[1]].make_context(words[1], words[2:])


def blocks_of(page: Path) -> Iterator[Block]:
    """Yield the python and sh blocks of a page."""
    fence = r"(?:^<!-- skip: (?P<skip>.+) -->\n+)?^```(?P<language>\w+)\n(?P<text>.*?)^```$(?:\n+^```text\n(?P<output>.*?)^```$)?"
    for found in re.finditer(fence, page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
        assert found["language"] in ("python", "sh", "text"), (
            f"{page.name}: a block of {found['language']}"
        )
        if found["language"] != "text":
            yield Block(found["language"], found["text"], found["skip"] or "", found["output"])


def lacking(block: Block) -> str:
    """Name the package that a block needs and that is absent, if there is one."""
    for word, package in NEEDS.items():
        if re.search(word, block.text) and not find_spec(package):
            return f"a block needs {package}, which is not installed"
    if re.search(r"\bspark\b", block.text) and not shutil.which("java"):
        return "a block needs Java, which is not installed"
    return ""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Make the files that the pages speak of, and work there."""
    seeds = pd.read_csv(SEEDS, keep_default_na=False)
    articles = pd.read_csv(ROOT / "seeds" / "articles.csv")
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "ceasefire").symlink_to(ROOT / "models" / "ceasefire")
    (tmp_path / "seeds").symlink_to(ROOT / "seeds")
    (tmp_path / "archive").mkdir()
    articles.to_csv(tmp_path / "articles.csv", index=False)
    articles.rename(columns={"body": "text"}).to_csv(tmp_path / "pool.csv", index=False)
    for year in ("2024", "2025"):
        articles.to_json(tmp_path / "archive" / f"{year}.jsonl.gz", orient="records", lines=True)
    (tmp_path / "story.txt").write_text(articles.body[2], encoding="utf-8")
    mine = (
        seeds.groupby(["stance", "tone"])
        .sample(5, random_state=0)
        .rename(columns={"voice": "outlet"})
    )
    mine.assign(article=mine.outlet)[["text", "stance", "tone", "outlet", "article"]].to_csv(
        tmp_path / "my_labels.csv", index=False
    )
    with sqlite3.connect(tmp_path / "news.db") as database:
        database.execute(
            "CREATE TABLE articles (id TEXT PRIMARY KEY, outlet TEXT, date TEXT, headline TEXT, body TEXT)"
        )
        database.executemany(
            "INSERT INTO articles VALUES (?, ?, ?, ?, ?)", articles.itertuples(index=False)
        )
    database.close()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    monkeypatch.setenv(
        "JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    )  # Spark is quicker to start
    yield tmp_path
    if "matplotlib" in sys.modules:
        import matplotlib.pyplot

        matplotlib.pyplot.close("all")


@pytest.mark.filterwarnings(
    "ignore:The inplace keyword in DataFrame.reset_index:DeprecationWarning"
)  # Dask, of pandas 3.1
@pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # Spark's gateway to Java
@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_blocks_run(
    page: Path, capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = Reader(capsysbinary, monkeypatch)
    left_out = []
    for block in blocks_of(page):
        reason = block.skip or lacking(block)
        if reason:
            left_out.append(reason)
            continue
        with threadpool_limits(1):  # on tables as small as these, threads only wait for each other
            shown = reader.follow(block)
        if block.output is not None:
            assert [line.rstrip() for line in shown.splitlines()] == [
                line.rstrip() for line in block.output.splitlines()
            ]
    if set(left_out) - {block.skip for block in blocks_of(page)}:
        pytest.skip("; ".join(left_out))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_named_in_a_sentence_exist(page: Path) -> None:
    for name, rest in re.findall(
        r"`stance ([a-z]+)((?: [^`]*)?)`", page.read_text(encoding="utf-8")
    ):
        options = {
            option for parameter in cli.commands[name].params for option in parameter.opts
        } | {"--help"}
        assert set(re.findall(r"(?<= )--?[a-z][a-z-]*", rest)) <= options


def test_blocks_that_are_not_run_are_counted() -> None:
    assert sum(bool(block.skip) for page in PAGES for block in blocks_of(page)) == SKIPPED


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the pages as `make docs` does."""
    for package in ("sphinx", "myst_parser", "furo"):
        pytest.importorskip(package, reason=f"needs {package}, which is not installed")
    target = tmp_path_factory.mktemp("html")
    command = next(
        line
        for line in (ROOT / "Makefile").read_text(encoding="utf-8").splitlines()
        if "-m sphinx" in line
    )
    options = shlex.split(command.partition("-m sphinx")[2])[:-1]
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *options, str(target)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return target


def test_every_public_name_is_in_the_reference(built: Path) -> None:
    page = (built / "api.html").read_text(encoding="utf-8")
    assert [name for name in stance.__all__ if f'id="stance.{name}"' not in page] == []


def test_every_command_and_option_is_in_the_reference(built: Path) -> None:
    page = (built / "commands.html").read_text(encoding="utf-8")
    for name, command in cli.commands.items():
        assert f"stance {name} [OPTIONS]" in page
        options = {
            option
            for parameter in command.params
            if isinstance(parameter, click.Option)
            for option in parameter.opts
        }
        assert {option for option in options if option not in page} == set()


def test_built_pages_fetch_nothing(built: Path) -> None:
    fetching = re.compile(
        r"""<(?:script|img|iframe|source|video|audio|embed|object)\b[^>]*\b(?:src|srcset|data)=["']?(?:https?:)?//[^>]*"""
        r"""|<link\b(?![^>]*\brel=["']?(?:canonical|author|license))[^>]*\bhref=["']?(?:https?:)?//[^>]*"""
        r"""|url\(\s*["']?(?:https?:)?//[^)]*|@import\s+["'](?:https?:)?//[^"']*"""
    )
    files = [file for file in built.rglob("*") if file.suffix in (".html", ".css", ".svg")]
    assert {"index.html", "api.html", "furo.css"} <= {file.name for file in files}
    assert {
        file.name: found
        for file in files
        if (found := fetching.findall(file.read_text(encoding="utf-8")))
    } == {}
