"""`stance score`: one text, tables in files, a table of a database."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from stance.cli.main import main

Run = Callable[..., subprocess.CompletedProcess[bytes]]
Rows = Callable[[bytes], list[dict[str, str]]]


def test_a_text_file_gives_its_blocks(
    model_path: str, tmp_path: Path, run: Run, rows: Rows
) -> None:
    story = tmp_path / "story.txt"
    story.write_text(
        "Lamps Out\n\nThe council voted against a truce by nine to two.\n", encoding="utf-8"
    )
    done = run("score", str(story), "--model", model_path)
    assert (done.returncode, done.stderr) == (0, b"")
    assert [(row["text"][:9], row["kind"], row["stance"]) for row in rows(done.stdout)] == [
        ("Lamps Out", "heading", ""),
        ("The counc", "paragraph", "opposed"),
    ]


def test_a_text_can_be_taken_as_one_paragraph(model_path: str, tmp_path: Path, run: Run) -> None:
    story = tmp_path / "story.txt"
    story.write_text("Lamps Out\n\nThey urged a truce.\n", encoding="utf-8")
    arguments = ("--unit", "row", "--columns", "start,end", "--output-format", "jsonl")
    done = run("score", str(story), *arguments, "--model", model_path)
    assert done.stdout == (
        b'{"text": "Lamps Out\\n\\nThey urged a truce.\\n", "start": 0, "end": 31}\n'
    )


def test_standard_input_is_a_text_or_with_a_column_a_table(
    model_path: str, run: Run, rows: Rows
) -> None:
    done = run("score", "-", "--model", model_path, stdin="A truce was signed. — ’".encode())
    assert len(rows(done.stdout)) == 1
    table = b"body\nA truce was signed.\nNo truce.\n"
    done = run("score", "-", "--text", "body", "--model", model_path, stdin=table)
    assert [row["row"] for row in rows(done.stdout)] == ["0", "1"]
    assert b"2 rows read, 2 written" in done.stderr


def test_a_table_goes_to_a_file_and_the_summary_to_stderr(
    model_path: str, tmp_path: Path, run: Run, rows: Rows
) -> None:
    source, output = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("id,text\n1,A truce was signed.\n", encoding="utf-8")
    command = ("score", str(source), "-o", str(output), "--model", model_path)
    done = run(*command, "--keep", "id")
    assert (done.returncode, done.stdout) == (0, b"")
    assert rows(output.read_bytes())[0]["id"] == "1"
    again = run(*command, "--quiet")
    assert (again.returncode, again.stderr.decode().startswith("stance: error: ")) == (1, True)
    assert run(*command, "--force", "--quiet").stderr == b""


def test_rows_that_cannot_be_read_end_with_1(model_path: str, tmp_path: Path, run: Run) -> None:
    source = tmp_path / "in.csv"
    source.write_text("id,text\n1,A truce was signed.\n2,b,c\n", encoding="utf-8")
    command = ("score", str(source), "--model", model_path)
    done = run(*command, "-o", str(tmp_path / "out.csv"))
    assert done.returncode == 1
    assert b"1 rows could not be read; they are in " in done.stderr
    printed = run(*command, "--quiet")
    assert printed.returncode == 1
    expected = b'row,line,reason,raw\n1,3,has 3 fields where the header has 2,"2,b,c\n"\n'
    assert expected in printed.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["in.csv", "--text", "body"], 1, "there is no column 'body'; the columns are ['id', 'text']. Name the column of texts with text= (--text)."),
        (["nowhere.csv"], 1, "nowhere.csv must be a file that can be read; No such file or directory. Check the path."),
        (["in.csv", "-o", ""], 2, "-o must name a file; it is empty. Name one, or leave -o out for standard output."),
        ([""], 1, "`source` must name a file, a pattern or a folder; it is empty. Name one."),
        (["in.csv", "--unit", "word"], 2, "Invalid value for '--unit': 'word' is not one of 'paragraph', 'row', 'document'."),
        (["They urged a truce, did they?"], 2, "SOURCE must be a file; it looks like a text. Pass it through a pipe (echo 'They urged a truce.' | stance score -), or to stance explain."),
        (["They urged."], 2, "SOURCE must be a file; it looks like a text. Pass it through a pipe (echo 'They urged a truce.' | stance score -), or to stance explain."),
        (["my articles.csv"], 1, "my articles.csv must be a file that can be read; No such file or directory. Check the path."),
        (["in.csv", "out.csv"], 2, "each SOURCE must be there; 'out.csv' is not. If it is the output, put -o before it; if it is the column of texts, --text."),
        (["in.csv", "out.csv", "-o", "x.csv"], 1, "out.csv must be a file that can be read; No such file or directory. Check the path."),
        (["in.txt", "--no-record"], 2, "--no-record must be left out for one text. Name the column of texts with --text if it is a table."),
        (["in.ipynb"], 2, "a .ipynb file cannot be read; save it as .csv, or as .txt for one document."),
        (["in.csv", "-o", "out.json"], 1, "the output must end in .csv, .tsv, .jsonl, .parquet, .feather, .xlsx (csv, tsv, jsonl also in .gz or .zst); got 'out.json'. Rename it, or name its format with output_format (--output-format)."),
        (["in.csv", "--delimiter", ";;"], 1, "`delimiter` must be one character; got ';;'."),
        (["in.csv", "--level", "2"], 2, "Invalid value for '--level': 2.0 is not in the range 0.5<=x<=0.99."),
        (["in.csv", "--excel", "-o", "out.jsonl"], 1, "`excel` is for csv and tsv; the output is jsonl. Leave it out."),
        (["in.csv", "--jobs", "0"], 2, "Invalid value for '--jobs': 0 is not in the range x>=1."),
        ([], 2, "Missing argument 'SOURCE...'."),
    ],
)  # fmt: skip
def test_errors(
    arguments: list[str],
    code: int,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in.csv").write_text("id,text\n1,a truce\n", encoding="utf-8")
    assert main(["score", *arguments]) == code
    assert capsys.readouterr().err.splitlines()[-1] == f"stance: error: {message}"


def test_a_message_is_short_whatever_a_table_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in.csv").write_text(f"{'a' * 1_000_000},{'b' * 1_000_000}\n1,2\n", encoding="utf-8")
    assert main(["score", "in.csv"]) == 1
    message = capsys.readouterr().err
    assert message.startswith("stance: error: there is no column 'text'; the columns are ['aaa")
    assert "a ... b" in message
    assert len(message) < 4100


@pytest.mark.parametrize(
    "arguments",
    [
        ["--keep", "id"],
        ["--target-column", "about"],
        ["--delimiter", ";"],
        ["--longest", "9"],
        ["--excel"],
        ["--excel-semicolons"],
        ["--jobs", "2"],
        ["--resume"],
        ["--unit", "document"],
        ["--longest", "1000000"],
    ],
    ids=" ".join,
)
def test_options_for_tables_are_refused_with_one_text(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["score", "story.txt", *arguments]) == 2
    flag = " ".join(arguments) if arguments[0] == "--unit" else arguments[0]
    assert capsys.readouterr().err == (
        f"stance: error: {flag} must be left out for one text. "
        "Name the column of texts with --text if it is a table.\n"
    )


def test_all_options_that_do_not_apply_are_named_at_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    options = ["--jobs", "2", "--unit", "document", "--keep", "all", "--level", "0.8"]
    assert main(["score", "-", *options]) == 2
    assert capsys.readouterr().err == (
        "stance: error: --keep, --jobs, --unit document must be left out for one text. "
        "Name the column of texts with --text if it is a table.\n"
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["--columns", "row"],
        ["--format", "csv"],
        ["--output-format", "csv"],
        ["--encoding", "cp1252"],
        ["--delimiter", ";"],
        ["--excel"],
        ["--excel-semicolons"],
        ["--jobs", "2"],
    ],
    ids=" ".join,
)
def test_options_for_files_are_refused_with_a_database(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    addresses = ["sqlite:///a.db?table=a", "-o", "sqlite:///a.db?table=b"]
    assert main(["score", *addresses, *arguments]) == 2
    assert capsys.readouterr().err == (
        f"stance: error: {arguments[0]} must be left out for a table of a database.\n"
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["sqlite:///a.db?table=a"],
        ["sqlite:///a.db?table=a", "-o", "out.csv"],
        ["in.csv", "-o", "sqlite:///a.db?table=a"],
        ["sqlite:///a.db?table=a", "in.csv", "-o", "sqlite:///a.db?table=b"],
    ],
)
def test_a_database_is_labelled_into_a_database(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["score", *arguments]) == 2
    assert capsys.readouterr().err == (
        "stance: error: one table of a database is labelled into another one, as in "
        "-o 'sqlite:///news.db?table=labels'.\n"
    )


def test_formats_are_named_or_shown_by_the_suffix(
    model_path: str, tmp_path: Path, run: Run
) -> None:
    source = b'{"body": "A truce was signed.", "id": 7}\n'
    command = ("score", "--text", "body", "--model", model_path)
    done = run(
        *(*command, "-", "--format", "jsonl", "--output-format", "tsv"),
        *("--keep", "id", "--columns", "row,status"),
        stdin=source,
    )
    assert done.stdout == b"id\trow\tstatus\n7\t0\tlabelled\n"
    paths = [str(tmp_path / name) for name in ("1.jsonl", "2.jsonl")]
    for path in paths:
        Path(path).write_bytes(source)
    for sources in ([str(tmp_path / "*.jsonl")], paths):
        done = run(*command, *sources, "--columns", "row", "--quiet")
        assert done.stdout.decode() == f"file,row\n{paths[0]},0\n{paths[1]},0\n"


def test_a_document_is_written_in_any_format(model_path: str, tmp_path: Path, run: Run) -> None:
    story, output = tmp_path / "story.txt", tmp_path / "out.jsonl"
    story.write_text("The council voted against a truce.", encoding="utf-8")
    command = ("score", str(story), "-o", str(output), "--columns", "stance")
    assert run(*command, "--model", model_path).returncode == 0
    assert output.read_text() == (
        '{"text": "The council voted against a truce.", "stance": "opposed"}\n'
    )


def test_a_guess_of_the_encoding_gives_a_notice(model_path: str, tmp_path: Path, run: Run) -> None:
    source = tmp_path / "in.csv"
    source.write_bytes(b"id,text\n1,A caf\xe9.\n")
    command = ("score", str(source), "--keep", "text", "--columns", "row", "--quiet")
    done = run(*command, "--model", model_path)
    assert (done.returncode, done.stdout.decode()) == (0, "text,row\nA café.,0\n")
    assert done.stderr.decode() == (
        f"stance: notice: {source} is read as cp1252: 1 of 1 lines beyond ASCII are not UTF-8. "
        "Pass its encoding if that is wrong.\n"
    )


def test_progress_is_for_a_terminal_only(model_path: str, tmp_path: Path) -> None:
    pty, termios = pytest.importorskip("pty"), pytest.importorskip("termios")
    source = tmp_path / "in.csv"
    source.write_text("id,text\n1,A truce was signed.\n", encoding="utf-8")
    command = [sys.executable, "-m", "stance", "score", str(source), "--model", model_path]
    command += ["-o", str(tmp_path / "out.csv"), "--force"]
    assert b"rows/s" not in subprocess.run(command, capture_output=True, check=True).stderr
    for quiet, expected in (([], True), (["--quiet"], False)):
        ours, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (24, 120))
        subprocess.run([*command, *quiet], stderr=theirs, check=True)
        os.write(theirs, b".")
        shown = os.read(ours, 100_000)
        os.close(ours)
        os.close(theirs)
        assert (b"1 rows, " in shown and b"rows/s" in shown) == expected


@pytest.mark.parametrize(("name", "more"), [("in.csv", ["--text", "text"]), ("in.txt", [])])
def test_the_only_copy_of_the_texts_is_not_replaced(
    name: str, more: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / name
    path.write_text("text\nA truce.\n")
    assert main(["score", str(path), *more, "-o", str(path), "--force"]) == 1
    assert capsys.readouterr().err == (
        f"stance: error: {path} must not be both source and output (or its .errors.csv). "
        "Choose another path.\n"
    )
    assert path.read_text() == "text\nA truce.\n"
