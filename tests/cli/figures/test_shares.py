"""`stance draw`, `stance shares`, `stance compare`, `stance regress`, `stance plan`: from a labelled table to a figure."""

import csv
import io
from pathlib import Path

import pandas as pd
import pytest

from stance.cli.main import main
from stance.model import Model


@pytest.fixture
def print_(small: Model, lighthouse: pd.DataFrame, tmp_path: Path) -> Path:
    """108 labelled rows of two outlets, with texts and readers' labels carried along."""
    frame = pd.concat([lighthouse] * 3, ignore_index=True)
    frame["outlet"] = ["Bell", "Lamp"] * 54
    labelled = small.label_frame(frame, unit="row", keep=["text", "outlet"])
    labelled.to_csv(tmp_path / "labelled.csv", index=False)
    return tmp_path / "labelled.csv"


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_newsroom_gets_its_figure(
    print_: Path, lighthouse: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drawn = tmp_path / "drawn.csv"
    command = ["draw", str(print_), "-n", "80", "--by", "outlet", "--head", "stance"]
    assert main([*command, "-o", str(drawn)]) == 0
    table = pd.read_csv(drawn)
    assert set(table["probability"]) == {40 / 54}
    truth = dict(zip(lighthouse["text"], lighthouse["stance"], strict=True))
    table["stance"] = table["text"].map(truth)
    table.to_csv(drawn, index=False)
    capsys.readouterr()
    assert main(["shares", str(print_), "--annotated", str(drawn), "--by", "outlet"]) == 0
    out, err = capsys.readouterr()
    first = rows(out)[0]
    assert list(first) == [
        "outlet", "head", "label", "share", "low", "high", "n", "estimator",
    ]  # fmt: skip
    assert float(first["low"]) <= float(first["share"]) <= float(first["high"])
    assert first["n"] == "40"
    assert "Shares of 108 paragraphs" in err
    assert main(["compare", str(print_), "--annotated", str(drawn), "--by", "outlet"]) == 0
    out, err = capsys.readouterr()
    assert [row["label"] for row in rows(out)] == ["neutral", "opposed", "pro-ceasefire"]
    assert "3 differences" in err and "points more in" in err
    command = ["compare", str(print_), "--annotated", str(drawn), "--by", "outlet"]
    assert main([*command, "--label", "opposed"]) == 0
    out, err = capsys.readouterr()
    assert [row["label"] for row in rows(out)] == ["opposed"]
    assert "stance: 1 difference (1 pair of groups, 1 label): the interval holds in 95% of" in err
    assert main(["regress", "opposed ~ outlet", str(print_), "--annotated", str(drawn)]) == 0
    out, err = capsys.readouterr()
    assert [row["term"] for row in rows(out)] == ["intercept", "outlet[Lamp]"]
    assert rows(out)[0]["p_value"].endswith("e-06")  # six decimals would leave little of it
    assert "clustered by article" in err
    assert main(["plan", str(print_), "--pilot", str(drawn), "--width", "0.2"]) == 0
    out, err = capsys.readouterr()
    assert [row["label"] for row in rows(out)] == ["neutral", "opposed", "pro-ceasefire"]
    assert "Draw" in err


def test_a_terminal_gets_a_table_to_read(
    print_: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    options = ["--annotated", str(print_), "--design", "random"]
    commands = [
        ["shares", str(print_), "--by", "outlet", "--head", "stance", *options],
        ["compare", str(print_), "--by", "outlet", "--head", "stance", *options],
        ["regress", "opposed ~ outlet", str(print_), *options],
    ]
    for number, command in enumerate(commands):
        assert main(command) == 0
        piped = capsys.readouterr()
        with monkeypatch.context() as patch:
            patch.setattr("sys.stdout.isatty", lambda: True)
            assert main(command) == 0
            shown = capsys.readouterr()
            output = tmp_path / f"{number}.csv"
            assert main([*command, "-o", str(output)]) == 0
            capsys.readouterr()
        assert output.read_text() == piped.out
        assert shown.err == piped.err != ""
        assert "95% interval" in shown.out.splitlines()[0]
        first = rows(piped.out)[0]
        cell = next(first[name] for name in ("share", "difference", "coefficient") if name in first)
        written = (f"{float(cell):.1%}", f"{100 * float(cell):+.1f} points", f"{float(cell):+.3f}")
        assert written[number] in shown.out.splitlines()[1]


def test_a_regression_leaves_copies_out(
    print_: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = pd.read_csv(print_)
    table["copy_of"] = ["", "0:0-1"] * 54
    table.to_csv(tmp_path / "marked.csv", index=False)
    command = ["regress", "opposed ~ end", str(tmp_path / "marked.csv"), "--design", "random"]
    assert main([*command, "--annotated", str(print_), "--without-copies"]) == 0
    assert "54 paragraphs of 54 articles (54 copies are left out)" in capsys.readouterr().err


def test_counted_shares_are_called_raw(print_: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["shares", str(print_), "--head", "stance"]) == 0
    out, err = capsys.readouterr()
    assert {(row["low"], row["estimator"]) for row in rows(out)} == {
        ("", "raw: as counted, not corrected")
    }
    assert "No paragraph was annotated" in err


def test_it_is_said_how_drawn_paragraphs_get_their_texts(
    print_: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pd.read_csv(print_).drop(columns="text").to_csv(tmp_path / "bare.csv", index=False)
    assert main(["draw", str(tmp_path / "bare.csv"), "-n", "5"]) == 0
    assert "without their texts" in (said := capsys.readouterr().err)
    assert "--source articles.csv --text body" in said
    assert main(["draw", str(print_), "-n", "108"]) == 0
    assert capsys.readouterr().err == ""
    assert main(["draw", str(print_), "-n", "109"]) == 0
    assert capsys.readouterr().err == "All 108 paragraphs are drawn; 109 were asked for.\n"


def test_what_was_suggested_is_refused(
    print_: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = pd.read_csv(print_)[["paragraph_id", "stance"]].assign(drawn_from="suggest")
    table.to_csv(tmp_path / "suggested.csv", index=False)
    command = ["shares", str(print_), "--annotated", str(tmp_path / "suggested.csv")]
    assert main([*command, "--design", "random"]) == 1
    assert "must be drawn, not chosen" in capsys.readouterr().err
