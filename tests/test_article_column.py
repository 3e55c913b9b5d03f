"""Articles of several rows: the column that names them is carried along as `article`."""

from pathlib import Path

import pandas as pd
import pytest

import stance
from stance.cli.main import main
from stance.model import Model

ROWS = pd.DataFrame(
    {
        "text": ["The guild met.\n\nIt urged a truce.", "The council voted against a truce."],
        "url": ["a/1", "a/1"],
        "article": ["Council", "Council"],
    }
)


def test_a_frame_names_the_article_of_each_row(small: Model) -> None:
    labelled = small.label_frame(ROWS, article="url", keep=["article"])
    assert list(labelled.columns[:3]) == ["article", "input_article", "row"]
    assert labelled["article"].tolist() == ["a/1"] * 3
    assert labelled["input_article"].tolist() == ["Council"] * 3
    with pytest.raises(stance.InputError, match=r"^there is no column 'link'; the columns are "):
        small.label_frame(ROWS, article="link")


def test_a_file_does_too_and_figures_take_it_as_the_cluster(
    small: Model, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ROWS.to_csv(tmp_path / "in.csv", index=False)
    output = str(tmp_path / "out.csv")
    model = str(small.save(tmp_path / "model"))
    arguments = ["score", str(tmp_path / "in.csv"), "-o", output, "--model", model]
    assert main([*arguments, "--article", "url"]) == 0
    assert pd.read_csv(output)["article"].tolist() == ["a/1"] * 3
    capsys.readouterr()
    assert main(["shares", output, "--head", "stance", "--unit", "article"]) == 0
    captured = capsys.readouterr()
    assert "paragraphs of 1 articles" in captured.err
    assert "stance,any opposed," in captured.out


def test_one_text_has_voice_and_place_on_request(small: Model, tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("The guild met.\n\n“No truce,” he said.", encoding="utf-8")
    model, output = str(small.save(tmp_path / "model")), tmp_path / "out.csv"
    arguments = ["score", str(tmp_path / "in.txt"), "-o", str(output), "--model", model]
    assert main([*arguments, "--columns", "+voice,+place"]) == 0
    table = pd.read_csv(output)
    assert table["voice"].tolist() == ["own", "quoted"]
    assert table["place"].tolist() == ["lead", "body"]
