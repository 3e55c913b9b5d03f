"""The command: exit codes, streams and messages."""

import csv
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

import stance
from stance.cli.main import main
from stance.model import Model


@pytest.fixture
def model_path(small: Model, tmp_path: Path) -> str:
    return str(small.save(tmp_path / "model"))


def run(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "stance", *arguments], input=stdin, capture_output=True, check=False
    )


def table(output: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(output.decode(), newline="")))


def test_version_and_help() -> None:
    assert run("--version").stdout.decode() == f"stance {stance.__version__}\n"
    shown = run("--help").stdout.decode()
    assert all(command in shown for command in ("score", "train", "explain", "info"))


@pytest.mark.parametrize(("told", "kept"), [(None, "1"), ("3", "3")], ids=["by default", "as told"])
def test_numpy_gets_one_thread_of_blas_unless_told_otherwise(told: str | None, kept: str) -> None:
    code = (
        "import atexit, os, sys\n"
        "from stance.cli.main import entry\n"
        "assert 'numpy' not in sys.modules  # which reads it once, as it is loaded\n"
        "atexit.register(lambda: print(os.environ['OPENBLAS_NUM_THREADS']))\n"
        "sys.argv = ['stance', '--version']\n"
        "entry()"
    )
    environment = {
        name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"
    }
    environment |= {} if told is None else {"OPENBLAS_NUM_THREADS": told}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == kept


def test_a_text_file_gives_its_blocks(model_path: str, tmp_path: Path) -> None:
    story = tmp_path / "story.txt"
    story.write_text(
        "Lamps Out\n\nThe council voted against a truce by nine to two.\n", encoding="utf-8"
    )
    done = run("score", str(story), "--model", model_path)
    assert (done.returncode, done.stderr) == (0, b"")
    assert [(row["text"][:9], row["kind"], row["stance"]) for row in table(done.stdout)] == [
        ("Lamps Out", "heading", ""),
        ("The counc", "paragraph", "opposed"),
    ]


def test_standard_input_is_a_text_or_with_a_column_a_table(model_path: str) -> None:
    assert (
        len(
            table(
                run(
                    "score", "-", "--model", model_path, stdin="A truce was signed. — ’".encode()
                ).stdout
            )
        )
        == 1
    )
    done = run(
        "score",
        "-",
        "--text",
        "body",
        "--model",
        model_path,
        stdin=b"body\nA truce was signed.\nNo truce.\n",
    )
    assert [row["row"] for row in table(done.stdout)] == ["0", "1"]
    assert b"2 rows read, 2 written" in done.stderr


def test_a_table_goes_to_a_file_and_the_summary_to_stderr(model_path: str, tmp_path: Path) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("id,text\n1,A truce was signed.\n", encoding="utf-8")
    done = run("score", str(source), "-o", str(target), "--keep", "id", "--model", model_path)
    assert (done.returncode, done.stdout) == (0, b"")
    assert table(target.read_bytes())[0]["id"] == "1"
    again = run("score", str(source), "-o", str(target), "--quiet", "--model", model_path)
    assert (again.returncode, again.stderr.decode().startswith("stance: error: ")) == (1, True)
    assert (
        run(
            "score", str(source), "-o", str(target), "--force", "--quiet", "--model", model_path
        ).stderr
        == b""
    )


def test_rows_that_cannot_be_read_end_with_1(model_path: str, tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("id,text\n1,A truce was signed.\n2,b,c\n", encoding="utf-8")
    done = run("score", str(source), "-o", str(tmp_path / "out.csv"), "--model", model_path)
    assert done.returncode == 1
    assert b"1 rows could not be read; they are in " in done.stderr
    printed = run("score", str(source), "--quiet", "--model", model_path)
    assert printed.returncode == 1
    assert (
        b'row,line,reason,raw\n1,3,has 3 fields where the header has 2,"2,b,c\n"\n'
        in printed.stderr
    )


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["score", "in.csv", "--text", "body"], 1, "stance: error: there is no column 'body'; the columns are ['id', 'text']."),
        (["score", "nowhere.csv"], 1, "stance: error: nowhere.csv must be a file that can be read; No such file or directory. Check the path."),
        (["score", "in.csv", "--unit", "word"], 2, "stance: error: Invalid value for '--unit': 'word' is not one of 'paragraph', 'row', 'document'."),
        (["score", "in.xlsx"], 2, "stance: error: a .xlsx file cannot be read; save it as .csv, or as .txt for one document."),
        (["score", "in.txt", "--keep", "id"], 2, "stance: error: --keep is for tables; name the column of texts with --text."),
        (["score", "in.csv", "--delimiter", ";;"], 1, "stance: error: `delimiter` must be one character; got ';;'."),
        (["score", "in.csv", "--level", "2"], 2, "stance: error: Invalid value for '--level': 2.0 is not in the range 0.5<=x<=0.99."),
        (["score", "in.csv", "--excel-safe", "-o", "out.jsonl"], 1, "stance: error: `excel_safe` is for csv and tsv; the output is jsonl. Leave it out."),
        (["score", "in.csv", "--jobs", "0"], 2, "stance: error: Invalid value for '--jobs': 0 is not in the range x>=1."),
        (["train", "in.csv", "-o", "."], 1, "stance: error: . must be a new folder, or hold a model and nothing else; it holds in.csv. Choose another path."),
        (["score"], 2, "stance: error: Missing argument 'SOURCE...'."),
        (["info", "nowhere"], 1, "stance: error: nowhere must be a model folder or zip; there is none. Check the path, or train a model first."),
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
    assert main(arguments) == code
    assert capsys.readouterr().err.splitlines()[-1] == message


def test_formats_are_named_or_shown_by_the_suffix(model_path: str, tmp_path: Path) -> None:
    source = b'{"body": "A truce was signed.", "id": 7}\n'
    done = run(
        "score",
        "-",
        "--format",
        "jsonl",
        "--output-format",
        "tsv",
        "--text",
        "body",
        "--keep",
        "id",
        "--columns",
        "row,status",
        "--model",
        model_path,
        stdin=source,
    )
    assert done.stdout == b"id\trow\tstatus\n7\t0\tlabelled\n"
    for name in ("1.jsonl", "2.jsonl"):
        (tmp_path / name).write_bytes(source)
    done = run(
        "score",
        str(tmp_path / "*.jsonl"),
        "--text",
        "body",
        "--columns",
        "row",
        "--quiet",
        "--model",
        model_path,
    )
    assert done.stdout.decode() == f"file,row\n{tmp_path}/1.jsonl,0\n{tmp_path}/2.jsonl,0\n"
    assert (
        run(
            "score",
            str(tmp_path / "1.jsonl"),
            str(tmp_path / "2.jsonl"),
            "--text",
            "body",
            "--columns",
            "row",
            "--quiet",
            "--model",
            model_path,
        ).stdout
        == done.stdout
    )


def test_a_document_is_written_in_any_format(model_path: str, tmp_path: Path) -> None:
    story = tmp_path / "story.txt"
    story.write_text("The council voted against a truce.", encoding="utf-8")
    assert (
        run(
            "score",
            str(story),
            "-o",
            str(tmp_path / "out.jsonl"),
            "--columns",
            "stance",
            "--model",
            model_path,
        ).returncode
        == 0
    )
    assert (
        tmp_path / "out.jsonl"
    ).read_text() == '{"text": "The council voted against a truce.", "stance": "opposed"}\n'


def test_a_guess_of_the_encoding_is_told(model_path: str, tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_bytes(b"id,text\n1,A caf\xe9.\n")
    done = run(
        "score", str(source), "--keep", "text", "--columns", "row", "--quiet", "--model", model_path
    )
    assert (done.returncode, done.stdout.decode()) == (0, "text,row\nA café.,0\n")
    assert done.stderr.decode() == (
        f"stance: notice: {source} is read as cp1252: 1 of 1 lines beyond ASCII are not UTF-8. Pass its encoding if that is wrong.\n"
    )


def test_progress_is_for_a_terminal_only(model_path: str, tmp_path: Path) -> None:
    pty, termios = pytest.importorskip("pty"), pytest.importorskip("termios")
    source = tmp_path / "in.csv"
    source.write_text("id,text\n1,A truce was signed.\n", encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "stance",
        "score",
        str(source),
        "-o",
        str(tmp_path / "out.csv"),
        "--force",
        "--model",
        model_path,
    ]
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


def test_train_explain_and_info(
    lighthouse, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:  # type: ignore[no-untyped-def]
    lighthouse.to_csv(tmp_path / "mine.csv", index=False)
    assert (
        main(
            [
                "train",
                str(tmp_path / "mine.csv"),
                "-o",
                str(tmp_path / "mine"),
                "--groups",
                "voice",
                "--name",
                "coast",
            ]
        )
        == 0
    )
    assert "stance: macro-F1 " in capsys.readouterr().err
    assert (
        main(["explain", "The council voted against a truce.", "--model", str(tmp_path / "mine")])
        == 0
    )
    assert "(before any word)" in capsys.readouterr().out
    assert main(["info", str(tmp_path / "mine")]) == 0
    assert capsys.readouterr().out.startswith("coast: 36 annotated paragraphs, sides masked\n")


def test_a_closed_pipe_ends_quietly(model_path: str) -> None:
    command = f'"{sys.executable}" -m stance score - --text text --quiet --model "{model_path}" | head -n 1'
    lines = b"text\n" + b"A truce was signed.\n" * 3000
    done = subprocess.run(["bash", "-c", command], input=lines, capture_output=True, check=False)
    assert done.stdout.startswith(b"row,")
    assert done.stderr == b""


@pytest.mark.parametrize(("name", "more"), [("in.csv", ["--text", "text"]), ("in.txt", [])])
def test_the_only_copy_of_the_texts_is_not_replaced(
    name: str, more: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / name
    place.write_text("text\nA truce.\n")
    assert main(["score", str(place), *more, "-o", str(place), "--force"]) == 1
    expected = f"stance: error: {place} must not be both source and output (or its .errors.csv). Choose another path.\n"
    assert capsys.readouterr().err == expected
    assert place.read_text() == "text\nA truce.\n"
