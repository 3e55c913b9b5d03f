"""The record of a run, told as a paragraph on methods."""

import json
import os
import random
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT
from fuzz_models import change_json

import stance
from stance.cli.main import main
from stance.errors import InputError, StanceError, TableError
from stance.model import Model
from stance.tables.writers.run_record import digest_of


def test_a_paragraph_says_what_was_labelled_by_what_and_how(scored: Path, small: Model) -> None:
    text = stance.describe_methods(scored)
    digest = digest_of(scored.parent / "articles.csv")
    assert (
        f"Each paragraph of 20 rows of articles.csv (SHA-256 {digest[:12]}…) was labelled" in text
    )
    assert f"The model lighthouse (SHA-256 {small.digest[:12]}…) gives stance (neutral," in text
    assert "Of 25 rows of the output, 25 have the status 'labelled'." in text
    assert "Shares of labels are counts of the model's labels (raw); they have no interval." in text
    command = "stance score articles.csv -o labelled.csv --text body --keep id -q --model model"
    assert f"The command was `{command}` (python " in text
    assert str(scored.parent) not in text
    assert f"\n[1] The stance maintainers. stance: stance toward a ceasefire and tone of paragraphs (version {stance.__version__}) [Computer software]. See CITATION.cff.\n" in text  # fmt: skip


def test_design_and_estimator_are_those_of_the_shares(scored: Path) -> None:
    labels = pd.read_csv(scored).set_index("paragraph_id")["stance"]
    drawn = stance.draw(scored, 15, head="stance")
    drawn["stance"] = drawn["paragraph_id"].map(labels)
    drawn.to_csv(scored.parent / "read.csv", index=False)
    text = stance.describe_methods(scored, scored.parent / "read.csv")
    assert "15 paragraphs (read.csv, SHA-256 " in text
    assert (
        "were drawn at random, with a chance of 0.6, and read without the model's labels in view."
        in text
    )
    estimators = set(stance.estimate_shares(scored, drawn)["estimator"])
    assert estimators == {"PPI++"}
    assert "labels (PPI++) [4]." in text
    assert "[4] Angelopoulos, A." in text
    assert "Meertens" not in text
    by_rank = stance.describe_methods(scored, drawn.drop(columns="probability"), design="random")
    assert "The annotated paragraphs are drawn at random, each with the same chance." in by_rank


@pytest.fixture
def compared(scored: Path) -> Path:
    """A table whose paragraphs are of two outlets, and in read.csv what a reader made of each."""
    frame = pd.read_csv(scored)
    frame["outlet"] = ["Bell", "Lamp"] * 12 + ["Lamp"]
    frame = pd.concat([frame] * 3, ignore_index=True)
    frame["paragraph_id"] = [f"{number}:0-9" for number in range(len(frame))]
    frame.to_csv(scored, index=False)
    read = frame[["paragraph_id", "stance"]]
    read.assign(probability=1.0).to_csv(scored.parent / "read.csv", index=False)
    return scored


def test_differences_are_described_as_compare_makes_them(
    compared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    read = compared.parent / "read.csv"
    differences = stance.compare(compared, read, "outlet")
    assert len(differences) == 3
    assert differences["difference"].notna().all()
    text = stance.describe_methods(compared, read, "outlet", differences=True)
    assert (
        " Differences of shares between all pairs of groups by outlet have intervals that hold at once, at 95%, for all pairs and labels of a head that are compared: "
        "their width comes from the largest studentized difference in 4,000 draws (max-t) [7], their limits from Wilson's of both groups [8]. "
        "P-values are corrected by Holm's method over the same differences [9]. A group with fewer than 30 annotated paragraphs is not compared. "
    ) in text
    references = text.splitlines()[-3:]
    assert [line[:12] for line in references] == ["[7] Hothorn,", "[8] Zou, G. ", "[9] Holm, S."]
    assert "Hothorn" not in stance.describe_methods(compared, read, "outlet")
    command = ["methods", str(compared), "--annotated", str(read), "--by", "outlet"]
    assert main([*command, "--differences"]) == 0
    assert capsys.readouterr().out == f"{text}\n"


@pytest.mark.parametrize(
    ("annotated", "by"), [(None, "outlet"), ("read.csv", None)], ids=["not read", "no groups"]
)
def test_differences_need_readers_and_groups(
    annotated: str | None, by: str | None, compared: Path
) -> None:
    with pytest.raises(InputError) as error:
        stance.describe_methods(
            compared, annotated and compared.parent / annotated, by, differences=True
        )
    assert str(error.value) == (
        "`differences` must come with `annotated` and `by`, as in `compare`; one is missing. "
        "Name the annotated paragraphs (--annotated) and the columns of the groups (--by)."
    )


def test_the_command_writes_the_paragraph(scored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["methods", str(scored)]) == 0
    assert capsys.readouterr().out == f"{stance.describe_methods(scored)}\n"


def test_without_a_record_it_is_said_how_to_get_one(scored: Path) -> None:
    (scored.parent / "labelled.csv.run.json").unlink()
    with pytest.raises(TableError) as error:
        stance.describe_methods(scored)
    assert str(error.value) == (
        f"{scored} must have the record of its run beside it; there is no labelled.csv.run.json. "
        "Score again with `stance score`, which writes it, or with label_file(record=True)."
    )


def test_the_citation_names_this_version() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {stance.__version__}\n" in citation


def test_a_forged_record_is_told_or_refused(scored: Path, small: Model) -> None:
    """A record may come from anyone: nothing but an error of stance may come of it."""
    path = scored.parent / "labelled.csv.run.json"
    record, outcomes = path.read_bytes(), set()
    for number in range(150):
        path.write_bytes(change_json(record, random.Random(number)))
        try:
            stance.describe_methods(scored)
            stance.verify(scored, scored.parent / "articles.csv", model=small, n=1)
        except StanceError:
            outcomes.add("refused")
        else:
            outcomes.add("told")
    assert outcomes == {"refused", "told"}


@pytest.mark.parametrize(
    "content", ["[" * 100_000, "[]", '{"format": "stance run, 1"}', "1" * 5000, "\x00"]
)
def test_what_is_no_record_is_refused(scored: Path, content: str) -> None:
    path = scored.parent / "labelled.csv.run.json"
    path.write_text(content)
    with pytest.raises(TableError) as error:
        stance.describe_methods(scored)
    assert str(error.value) == (
        f"{path} must be the record of a run, as `stance score` writes it; it is something else. "
        "Score again."
    )


def test_a_pipe_is_no_record(scored: Path) -> None:
    path = scored.parent / "labelled.csv.run.json"
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(TableError, match="it is something else"):
        stance.describe_methods(scored)


def test_an_output_without_rows_is_described(scored: Path) -> None:
    path = scored.parent / "labelled.csv.run.json"
    record = json.loads(path.read_text())
    record["counts"] |= {"rows": 0, "written": 0, "statuses": {}, "labels": {}}
    path.write_text(json.dumps(record))
    assert " The output has no rows. " in stance.describe_methods(scored)


@pytest.fixture
def read(scored: Path) -> Path:
    """All paragraphs, drawn and read: 20 first ones of an article, and 5 second ones."""
    labels = pd.read_csv(scored).set_index("paragraph_id")["stance"]
    drawn = stance.draw(scored, 25, head="stance")
    drawn["stance"] = drawn["paragraph_id"].map(labels)
    drawn.to_csv(scored.parent / "read.csv", index=False)
    return scored.parent / "read.csv"


def test_groups_have_their_own_numbers_and_estimators(scored: Path, read: Path) -> None:
    text = stance.describe_methods(scored, read, "paragraph")
    sentence = text[text.index("Shares of stance") : text.index(" Intervals are")]
    before, after = sentence.split(": the ")
    assert before == (
        "Shares of stance by paragraph are estimated in each group from the paragraphs that were "
        "annotated in it (their number in brackets)"
    )
    how, few = after.split("; ")
    assert how.startswith(("labels of the model", "probabilities of the model"))
    assert how.endswith("[4], in 0 (20)")
    assert few == "no estimate, because too few paragraphs were read, in 1 (5)."
    raw = stance.describe_methods(scored, by=["paragraph", "kind"])
    assert "Shares of labels by paragraph and kind are counts of the model's labels (raw)" in raw
    with pytest.raises(TableError, match=r"must have the column 'outlet'"):
        stance.describe_methods(scored, by="outlet")


def test_of_many_groups_a_dozen_are_named(scored: Path, read: Path) -> None:
    text = stance.describe_methods(scored, read, "id")
    assert "were read, in 0 (2), 1 (1), 10 (1), 11 (1), 12 (2), " in text
    assert " 19 (1) and 8 more groups." in text


def test_articles_and_weights_are_named(
    scored: Path, read: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = {"article": "kind", "weights": "end", "population": "the outlets"}
    text = stance.describe_methods(scored, read, **options)  # type: ignore[arg-type]
    for sentence in (
        "An article is what column 'kind' names.",
        "Each paragraph counts what column 'end' says.",
        "Errors are clustered by article.",
        "Shares of 25 paragraphs of 1 articles; the articles stand for all that appears where",
    ):
        assert sentence in text
    command = ["methods", str(scored), "--annotated", str(read)]
    flags = [word for name, value in options.items() for word in (f"--{name}", value)]
    assert main([*command, *flags]) == 0
    assert capsys.readouterr().out == f"{text}\n"


def test_a_folder_has_no_record() -> None:
    with pytest.raises(
        TableError, match=r"^/ must have the record of its run beside it; there is "
    ):
        stance.describe_methods("/")
