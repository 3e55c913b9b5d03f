"""`stance annotate`: from a table to a page, in one line."""

from pathlib import Path

import pytest

from stance.cli.main import main

POSTS = "id,body\n1,Forty boats were counted.\n2,The guild begged both keepers to stop.\n"


@pytest.fixture
def posts(tmp_path: Path) -> str:
    (tmp_path / "posts.csv").write_text(POSTS, encoding="utf-8")
    return str(tmp_path / "posts.csv")


def test_a_page_is_written_and_the_next_step_is_said(
    posts: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    assert main(["annotate", posts, "-o", str(page), "--text", "body"]) == 0
    assert capsys.readouterr().err == (
        f"{page}: 2 paragraphs to read for stance and tone. Open it in a browser, type your name, "
        "and give labels with the keys 1 to 5; then save the CSV.\n"
    )
    assert "The guild begged both keepers to stop." in page.read_text(encoding="utf-8")


def test_labels_of_ones_own(posts: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.html"
    command = ["annotate", posts, "-o", str(page), "--text", "body", "--labels"]
    assert main([*command, "for,against,none", "--labels", "side=north,south"]) == 0
    assert "2 paragraphs to read for label and side." in capsys.readouterr().err
    assert main([*command, "a,b", "--labels", "c,d", "--force"]) == 2
    assert capsys.readouterr().err == (
        "stance: error: Invalid value for --labels: each label column must be given once; got "
        "'label' twice. Name it as in --labels side=for,against.\n"
    )


def test_another_tool_gets_its_file(
    posts: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "tasks.json"
    command = ["annotate", posts, "-o", str(path), "--text", "body", "--export", "label-studio"]
    assert main(command) == 0
    assert capsys.readouterr().err == f"wrote {path}, {path.with_suffix('.xml')}\n"
    assert "The guild begged both keepers to stop." in path.read_text(encoding="utf-8")
    assert main([*command, "--settle", "--force"]) == 2
    assert capsys.readouterr().err == (
        "stance: error: --export must be used without --settle. Leave it out.\n"
    )


def test_help_shows_two_examples(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["annotate", "--help"]) == 0
    assert capsys.readouterr().out.count("  stance annotate ") == 2
