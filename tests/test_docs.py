"""README and the pages of docs/ keep their promises.

Every block runs and prints what the page shows; every path, command and link that is named exists;
the built pages have every public name and load nothing from elsewhere.
"""

import importlib
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
from stance.cli.main import SUMMARIES, cli, main
from stance.seeds.commands import SEEDS

if not SEEDS.exists():
    pytest.skip(
        "needs the seeds and pages, which come with a checkout only", allow_module_level=True
    )
PAGES = sorted(
    page for folder in (".", "docs", "benchmarks", "seeds") for page in (ROOT / folder).glob("*.md")
)
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))

# How many blocks are not run; each has its reason on the page, as `<!-- skip: reason -->` above it.
SKIPPED = 0

# The package that a block needs, by a pattern that its text matches.
NEEDS = {
    r"\bdask\b": "dask",
    r"\bduckdb\b": "duckdb",
    r"\bpolars\b": "polars",
    r"\bspark\b": "pyspark",
    r"\bplots\b": "matplotlib",
    r"\.parquet\b": "pyarrow",
    r"\bsqlite://|_sql\b": "sqlalchemy",
}
FENCE = re.compile(
    r"""
    (?: ^<!--\ skip:\ (?P<skip>.+)\ -->\n+ )?
    ^```(?P<language>\w+)\n (?P<text>.*?) ^```$
    (?: \n+ ^```text\n (?P<output>.*?) ^```$ )?
    """,
    re.MULTILINE | re.DOTALL | re.VERBOSE,
)


@dataclass
class Block:
    """A fenced block of a page, and the output that the page shows after it."""

    language: str
    text: str
    skip: str
    output: str | None


@dataclass
class Reader:
    """Someone who follows a page from top to bottom, in a folder with the files that it names."""

    capture: pytest.CaptureFixture[bytes]
    monkeypatch: pytest.MonkeyPatch
    names: dict[str, object] = field(default_factory=lambda: {"__name__": "__main__"})

    def follow(self, block: Block) -> str:
        """Run a block and return what it prints."""
        self.capture.readouterr()
        if block.language == "python":
            exec(compile(block.text, "page", "exec"), self.names)
            return self.capture.readouterr().out.decode()
        lines = block.text.replace("\\\n", " ").splitlines()
        return b"".join(map(self.command, lines)).decode()

    def command(self, line: str) -> bytes:
        """Run a line of shell if it is stance's, and check any other.

        It may begin with variables or with `cat FILE |` or `echo TEXT |`, and have `< FILE` and
        `> FILE`.
        """
        words = shlex.split(line, comments=True)
        if not words:
            return b""
        check = CHECKS.get(Path(words[0]).name)
        if "postgresql://" in line:  # no server is at hand; the tests of SQL ask for one
            check = check_options
        if check:
            check(words)
            return b""
        given, output = b"", None
        if "|" in words:
            bar = words.index("|")
            given, words = printed(words[:bar]), words[bar + 1 :]
        if "<" in words:
            given = Path(take_file(words, "<")).read_bytes()
        if ">" in words:
            output = Path(take_file(words, ">"))
        out = self.stance(words, given)
        if output is None:
            return out
        output.write_bytes(out)
        return b""

    def stance(self, words: list[str], given: bytes) -> bytes:
        """Run stance with some standard input; return its standard output."""
        with self.monkeypatch.context() as patch:
            while "=" in words[0]:
                patch.setenv(*words.pop(0).split("=", 1))
            assert words[0] == "stance", f"a page may not show {words[0]}"
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
            code = main(words[1:])
        out, error = self.capture.readouterr()
        assert code == 0, f"{shlex.join(words)}\n{error.decode()}"
        return out


def printed(words: list[str]) -> bytes:
    """Return what `cat FILE` or `echo TEXT` prints."""
    command, argument = words
    if command == "cat":
        return Path(argument).read_bytes()
    assert command == "echo"
    return f"{argument}\n".encode()


def take_file(words: list[str], sign: str) -> str:
    """Remove a redirection from the words of a line, and return its file."""
    position = words.index(sign)
    file = words[position + 1]
    del words[position : position + 2]
    return file


def check_make(words: list[str]) -> None:
    """Check that the Makefile has the targets and variables of a line."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for word in words[1:]:
        name, is_variable, _ = word.partition("=")
        pattern = rf"\$\({name}\)" if is_variable else rf"^{name}:"
        assert re.search(pattern, makefile, re.MULTILINE), word


def check_pip(words: list[str]) -> None:
    """Check that the extras of a line exist."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for extras in re.findall(r"\[(.+)\]", " ".join(words)):
        assert set(extras.split(",")) <= set(project["optional-dependencies"])


def check_python(words: list[str]) -> None:
    """Check that the module and the files of a line exist."""
    if words[1] == "-m":
        assert find_spec(words[2]), words[2]
    for word in words[1:]:
        assert "/" not in word or (ROOT / word).exists(), word


def check_options(words: list[str]) -> None:
    """Check that stance takes the options of a line."""
    cli.commands[words[1]].make_context(words[1], words[2:])


CHECKS = {"make": check_make, "pip": check_pip, "python": check_python}


def blocks_of(page: Path) -> Iterator[Block]:
    """Yield the python and sh blocks of a page; those of R run in test_r.py."""
    for match in FENCE.finditer(page.read_text(encoding="utf-8")):
        language = match["language"]
        assert language in ("python", "sh", "text", "r"), f"{page.name}: a block of {language}"
        if language in ("python", "sh"):
            yield Block(language, match["text"], match["skip"] or "", match["output"])


def lacking(block: Block) -> str:
    """Name what a block needs and is not installed; return an empty string if there is nothing."""
    for pattern, package in NEEDS.items():
        if re.search(pattern, block.text) and not find_spec(package):
            return f"a block needs {package}, which is not installed"
    if re.search(r"\bspark\b", block.text) and not shutil.which("java"):
        return "a block needs Java, which is not installed"
    return ""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Make the files that the pages name, and work there."""
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
    make_database(tmp_path / "news.db", articles)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    # Spark starts faster with these.
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
    yield tmp_path
    if "matplotlib" in sys.modules:
        import matplotlib.pyplot

        matplotlib.pyplot.close("all")


def make_database(path: Path, articles: pd.DataFrame) -> None:
    """Write the articles as a table of a new database."""
    database = sqlite3.connect(path)
    with database:
        database.execute(
            "CREATE TABLE articles"
            " (id TEXT PRIMARY KEY, outlet TEXT, date TEXT, headline TEXT, body TEXT)"
        )
        rows = articles.itertuples(index=False)
        database.executemany("INSERT INTO articles VALUES (?, ?, ?, ?, ?)", rows)
    database.close()


@pytest.mark.filterwarnings(
    "ignore:The inplace keyword in DataFrame.reset_index:DeprecationWarning"
)  # Dask, of pandas 3.1
@pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # Spark's gateway to Java
@pytest.mark.usefixtures("folder")
@each_page
def test_blocks_run(
    page: Path, capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = Reader(capsysbinary, monkeypatch)
    missing = []
    for block in blocks_of(page):
        reason = lacking(block)
        if block.skip or reason:
            missing += [reason] if reason else []
            continue
        with threadpool_limits(1):  # on tables as small as these, threads only wait for each other
            output = reader.follow(block)
        if block.output is not None:
            assert [line.rstrip() for line in output.splitlines()] == [
                line.rstrip() for line in block.output.splitlines()
            ]
    if missing:
        pytest.skip("; ".join(missing))


def test_blocks_that_are_not_run_are_counted() -> None:
    assert sum(bool(block.skip) for page in PAGES for block in blocks_of(page)) == SKIPPED


@each_page
def test_commands_named_in_a_sentence_exist(page: Path) -> None:
    for name, rest in re.findall(
        r"`stance ([a-z]+)((?: [^`]*)?)`", page.read_text(encoding="utf-8")
    ):
        options = {
            option for parameter in cli.commands[name].params for option in parameter.opts
        } | {"--help"}
        assert set(re.findall(r"(?<= )--?[a-z][a-z-]*", rest)) <= options


@each_page
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_links_lead_to_text_in_a_checkout_too() -> None:
    """Some pages are but a comment, filled when they are built: link to what fills them."""
    pages = {page: page.read_text(encoding="utf-8") for page in (ROOT / "docs").glob("*.md")}
    empty = {
        page.name for page, text in pages.items() if not re.sub(r"<!--.*?-->", "", text).strip()
    }
    assert "card.md" in empty
    for page, text in pages.items():
        assert not empty & set(re.findall(r"\]\(([^)#:\s]+)", text)), page.name


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "docs/how.md"])
def test_files_of_the_project_named_in_a_sentence_exist(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    for path in re.findall(r"`((?:stance|tests|docs|benchmarks|seeds|models)/[\w./-]*)`", text):
        assert (ROOT / path).exists(), path


def test_every_arrow_of_the_diagram_names_modules_that_exist() -> None:
    diagram = (ROOT / "docs" / "how.md").read_text(encoding="utf-8").split("```")[1]
    arrows = re.findall(r"\b([a-z]+)/((?:\w+\.py(?:, )?)+)", diagram)
    assert arrows
    for folder, names in arrows:
        for module in names.split(", "):
            assert (ROOT / "stance" / folder / module).exists(), module


def test_the_map_says_where_each_module_is_tested() -> None:
    """Each has a test file of its own name, or a line in CONTRIBUTING."""
    tests = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("## Tests\n")[1]
    table = tests.split("\n## ")[0]
    modules = [path.relative_to(ROOT / "stance") for path in (ROOT / "stance").rglob("[a-z]*.py")]
    assert [
        str(module)
        for module in modules
        if not (ROOT / "tests" / module.parent / f"test_{module.name}").exists()
        and f"`stance/{module.as_posix()}`" not in table
    ] == []


def test_readme_and_glossary_are_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").split()) <= 700
    glossary = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("## Glossary\n")[1]
    rows = re.findall(r"^\| (.+?) \|", glossary.split("\n## ")[0], re.MULTILINE)
    words = [word for row in rows[1:] for word in row.split(", ")]
    assert len(set(words)) == len(words) <= 50


def test_readme_gives_the_figures_that_were_measured() -> None:
    quality = (ROOT / "benchmarks" / "QUALITY.md").read_text(encoding="utf-8")
    card = (ROOT / "models" / "ceasefire" / "MODEL_CARD.md").read_text(encoding="utf-8")
    lines = [
        *re.findall(r"^\| (news|mixed) \| (\d+) \| (stance|tone) \| ([\d.]+) ", quality, re.M),
        *(
            ("composed", count, head, macro_f1)
            for head, count, macro_f1 in re.findall(
                r"^\| (\w+) \| composed, test split \| ([\d,]+) \| ([\d.]+) ", card, re.M
            )
        ),
    ]
    measured = {
        (part, head): (count, f"{float(macro_f1):.2f}") for part, count, head, macro_f1 in lines
    }
    rows = re.findall(
        r"^\| .*(news|mixed|composed).*, ([\d,]+) \| ([\d.]+) \| ([\d.]+) \|$",
        (ROOT / "README.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    shown = {
        (part, head): (count, macro_f1)
        for part, count, *pair in rows
        for head, macro_f1 in zip(("stance", "tone"), pair, strict=True)
    }
    assert shown == measured


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the pages as `make docs` does."""
    for package in ("sphinx", "myst_parser", "furo"):
        pytest.importorskip(package, reason=f"needs {package}, which is not installed")
    html = tmp_path_factory.mktemp("html")
    command = next(
        line
        for line in (ROOT / "Makefile").read_text(encoding="utf-8").splitlines()
        if "-m sphinx" in line
    )
    options = shlex.split(command.partition("-m sphinx")[2])[:-1]
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *options, str(html)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return html


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


def test_built_pages_load_nothing_from_elsewhere(built: Path) -> None:
    loading = re.compile(
        r"""
        <(?:script|img|iframe|source|video|audio|embed|object)\b [^>]*
            \b(?:src|srcset|data)= ["']? (?:https?:)?// [^>]*
        | <link\b (?! [^>]* \brel= ["']? (?:canonical|author|license) ) [^>]*
            \bhref= ["']? (?:https?:)?// [^>]*
        | url\( \s* ["']? (?:https?:)?// [^)]*
        | @import\s+ ["'] (?:https?:)?// [^"']*
        """,
        re.VERBOSE,
    )
    files = [file for file in built.rglob("*") if file.suffix in (".html", ".css", ".svg")]
    assert {"index.html", "api.html", "furo.css"} <= {file.name for file in files}
    matches = {file.name: loading.findall(file.read_text(encoding="utf-8")) for file in files}
    assert {name: texts for name, texts in matches.items() if texts} == {}


def test_the_page_of_commands_has_the_two_examples_of_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    generated = importlib.import_module("generated")
    page = "\n".join(generated.command_lines("", "#"))
    sections = re.split(r"^## stance ?(.*)$", page, flags=re.MULTILINE)[1:]
    by_command = dict(zip(sections[::2], sections[1::2], strict=True))
    assert set(by_command) == {"", *SUMMARIES}
    for name in SUMMARIES:
        (examples,) = re.findall(
            r"^Examples:\n\n```sh\n(.*?)\n```$", by_command[name], re.MULTILINE | re.DOTALL
        )
        assert [line.split()[:2] for line in examples.splitlines()] == [["stance", name]] * 2
    outside = re.sub(r"^```.*?^```$", "", page, flags=re.MULTILINE | re.DOTALL)
    assert not re.search(r"^    ", outside, re.MULTILINE)  # which would be shown as code
