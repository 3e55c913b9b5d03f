"""`stance convert`: a table in another format."""

import json
from pathlib import Path

import pytest

from stance.cli.main import main


def test_rows_that_cannot_be_read_end_with_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, output = tmp_path / "in.csv", tmp_path / "out.jsonl"
    source.write_text("id,text\n1,a truce\n2,b,c\n3,a lamp\n", encoding="utf-8")
    assert main(["convert", str(source), str(output)]) == 1
    error = capsys.readouterr().err
    assert f"stance: error: 1 rows could not be read; they are in {output}.errors.csv\n" in error
    assert [json.loads(line)["id"] for line in output.read_text().splitlines()] == ["1", "3"]
    faults = Path(f"{output}.errors.csv").read_text(encoding="utf-8")
    assert '1,3,has 3 fields where the header has 2,"2,b,c' in faults


def test_an_output_is_replaced_on_request_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, output = tmp_path / "in.csv", tmp_path / "out.jsonl"
    source.write_text("id;text\n1;caf\xe9\n", encoding="cp1252")
    command = ["convert", str(source), str(output), "--encoding", "cp1252"]
    assert main([*command, "--delimiter", ";"]) == 0
    assert capsys.readouterr().err.startswith("1 rows read, 1 written, in ")
    assert json.loads(output.read_text(encoding="utf-8")) == {"id": "1", "text": "café"}
    assert main(command) == 1
    assert capsys.readouterr().err == (
        f"stance: error: {output} must not exist yet; it does. "
        "Choose another path, or pass force (--force).\n"
    )
    assert main([*command, "--force", "--quiet"]) == 0
    assert capsys.readouterr().err == ""


def test_an_output_must_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", "in.csv"]) == 2
    assert capsys.readouterr().err == "stance: error: Missing argument 'OUTPUT'.\n"
