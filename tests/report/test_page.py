"""A labelled table as a page: what it holds, what it says, and what it refuses."""

import base64
import csv
import hashlib
import io
import re
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from html_tree import read_html
from reported import STORIES, Tables, data_of, shown

import stance
from stance.cli.main import main
from stance.errors import InputError, TableError
from stance.model import Model
from stance.report import write_report
from stance.scoring.files import write_sums


def test_titles_speak_of_positions_conveyed(tables: Tables) -> None:
    page = tables.full()
    assert "<h1>Positions conveyed: labelled.csv</h1>" in page
    assert "a paragraph that reports a rejection makes no outlet, and no author, opposed." in shown(
        page
    )
    assert "<title>A harbour &lt;b&gt;</title>" in tables.full(title="A harbour <b>")


def test_voices_are_counted_apart(tables: Tables) -> None:
    data = data_of(tables.full())
    voice = {
        text[:9]: data["voices"][code]
        for text, code in zip(data["text"], data["voice"], strict=True)
    }
    assert voice["“We will "] == "quoted"
    assert voice["The fishe"] == "attributed"
    assert voice["Forty boa"] == "own voice"


def test_the_list_holds_each_paragraph_with_what_is_behind_it(tables: Tables) -> None:
    data = data_of(tables.full())
    rows = [row for row in tables.rows() if row["status"] == "labelled"]
    bodies = [story[2] for story in STORIES]
    assert data["text"] == [
        bodies[int(row["row"])][int(row["start"]) : int(row["end"])] for row in rows
    ]
    first = data["heads"][0]
    assert [first["labels"][code]["name"] for code in first["label"]] == [
        row["stance"] for row in rows
    ]
    assert [max(p) for p in first["p"]] == [
        round(1000 * float(row["stance_probability"])) for row in rows
    ]
    assert [
        column["values"][code] for column in data["columns"][:1] for code in column["cells"]
    ] == [STORIES[int(row["row"])][0] for row in rows]
    start, end, weight = max(data["evidence"][0][0], key=lambda word: abs(word[2]))
    word = tables.model.label(data["text"][0], unit="row")[0].evidence["stance"][0]
    assert (data["text"][0][start:end], weight) == (word.text, round(100 * word.contribution))


def test_texts_may_stand_in_the_labelled_table(tmp_path: Path, small: Model) -> None:
    whole = Tables(tmp_path, small, STORIES, keep="all")  # each row carries the whole cell
    texts = data_of(whole.full())["text"]
    assert data_of(whole.write(text="body"))["text"] == texts
    rows = whole.rows()
    with whole.labelled.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(
            out, ["text", *(name for name in rows[0] if name != "body")], extrasaction="ignore"
        )
        writer.writeheader()
        for row in rows:  # each row carries its own paragraph, as when one document is scored
            writer.writerow(row | {"text": row["body"][int(row["start"]) : int(row["end"])]})
    assert data_of(whole.write())["text"] == texts


def test_without_texts_there_are_figures_and_a_hint(tables: Tables) -> None:
    page = tables.write()
    assert "The labelled table holds no texts" in shown(page)
    assert "s-data" not in page.split("<script>")[0]
    assert "Positions conveyed" in shown(page)


def test_a_page_holds_no_more_than_its_sample_and_counts_all(tmp_path: Path, small: Model) -> None:
    story = "\n\n".join(text for *_, text in STORIES[:3])
    tables = Tables(tmp_path, small, [("The Bell", "2024-03-01", story)] * 40)
    page = tables.full(sample=30)
    assert len(data_of(page)["text"]) == 30
    assert "A random sample of 30 of 160; the figures above count all." in shown(page)
    assert "160 paragraphs of 40 rows" in shown(page)
    assert page == tables.full(sample=30)


def test_a_long_text_is_cut_and_the_page_says_so(tmp_path: Path, small: Model) -> None:
    sentence = "The council voted against a truce by nine to two. "
    tables = Tables(
        tmp_path,
        small,
        [("The Bell", "2024-03-01", sentence * times) for times in (1, 100, 1_000)],
        unit="row",
    )
    page = tables.full()
    data = data_of(page)
    assert [len(text) for text in data["text"]] == [50, 2_000, 2_000]
    assert data["cut"] == [0, 3_000, 48_000]
    assert [evidence is not None for evidence in data["evidence"]] == [True, True, False]
    note = "Of a text of more than 10,000 characters, the first 2,000 are shown, without the words behind its label."
    assert note in shown(page)
    assert len(page) < 200_000
    tables.articles.unlink()
    tables.labelled.unlink()
    assert note not in shown(Tables(tmp_path, small, STORIES).full())


BREAKOUT = "\"'><img src=x onerror=alert(1)></script></title></style><script>alert(2)</script><svg onload=alert(3)>\u2028"


def test_nothing_in_the_data_becomes_markup(tmp_path: Path, small: Model) -> None:
    stories = [
        (f"{BREAKOUT}{outlet}", f"{BREAKOUT}{date}", f"{text} {BREAKOUT} said the council.")
        for outlet, date, text in STORIES
    ]
    tables = Tables(tmp_path, small, stories, html="keep")
    renamed = tables.articles.read_text(encoding="utf-8").replace(
        "outlet,date", "\"<img src=x onerror='alert(4)'>\",date", 1
    )
    tables.articles.write_text(renamed, encoding="utf-8")
    page = tables.full(by="<img src=x onerror='alert(4)'>", title=BREAKOUT, date="date")
    elements = list(read_html(page).iter())
    tags = [element.tag for element in elements]
    assert tags.count("script") == 2
    assert not {"img", "iframe", "object", "link", "base"} & set(tags)
    assert not {name for element in elements for name in element.attrib if name.startswith("on")}
    assert tags.count("title") == 1 + tags.count("svg")
    assert BREAKOUT.strip() in "".join(data_of(page)["text"])


def test_the_page_runs_its_own_script_only_and_asks_for_nothing(tables: Tables) -> None:
    page = tables.full()
    elements = list(read_html(page).iter())
    (script,) = [each.text or "" for each in elements if each.tag == "script" and not each.attrib]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    (policy,) = [each.get("content", "") for each in elements if each.get("http-equiv")]
    assert f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'" in policy
    bare = page.replace("http://www.w3.org/2000/svg", "")  # the name of SVG, in charts to save
    assert not re.search(r"https?:|//\w|@import|url\(|fetch\(|innerHTML|eval\(", bare)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"by": "outlet"},
            "there is no column 'outlet'; the columns are {columns}. Check its name.",
        ),
        (
            {"source": "articles.csv", "text": "text"},
            "there is no column 'text'; the columns are {both}. Check its name.",
        ),
        (
            {"source": "other.csv", "text": "body"},
            "{folder}/other.csv must be the table that was scored; it has no row 1. Check --source.",
        ),
        (
            {"source": "short.csv", "text": "body"},
            "{folder}/short.csv, row 0 must hold a text of at least 9 characters; it has 5. Name the table and the column that were scored (--source, --text).",
        ),
        (
            {"source": "turned.csv", "text": "body"},
            "{folder}/labelled.csv, paragraph of row 0 at 62 must get the stance that the table gives it; this model and text give another. "
            "Pass the model (--model), table (--source) and column (--text) that it was scored with.",
        ),
    ],
)
def test_tables_that_do_not_belong_together_are_refused(
    options: dict[str, str], message: str, tables: Tables
) -> None:
    folder = tables.folder
    (folder / "other.csv").write_text("body\n" + f'"{STORIES[0][2]}"\n', encoding="utf-8")
    (folder / "short.csv").write_text("body\n" + "Short\n" * 5, encoding="utf-8")
    turned = "x" * 400
    (folder / "turned.csv").write_text("body\n" + f'"{turned}"\n' * 5, encoding="utf-8")
    named = {name: folder / value if name == "source" else value for name, value in options.items()}
    columns = list(tables.rows()[0])
    both = [*columns, "outlet", "date", "body"]
    with pytest.raises(TableError) as error:
        tables.write(**named)
    assert str(error.value) == message.format(folder=folder, columns=columns, both=both)


def test_another_source_of_long_texts_is_refused(tmp_path: Path, small: Model) -> None:
    body = "The council voted against a truce by nine to two. " * 250
    tables = Tables(tmp_path, small, [("The Bell", "2024-03-01", body)], unit="row")
    tables.articles.write_text(
        "body\n" + "Shame on the admirals who refuse a truce! " * 300, encoding="utf-8"
    )
    with pytest.raises(
        TableError, match=r"paragraph of row 0 at 0 must get the stance that the table gives it"
    ):
        tables.full(by=())


def test_a_table_that_stance_score_did_not_write_is_refused(tables: Tables) -> None:
    with pytest.raises(TableError) as error:
        write_report(tables.articles, tables.page, model=tables.model)
    assert str(error.value) == (
        f"{tables.articles} must be a table that stance score wrote, by paragraph or row, with the model given; it has no column 'row'; "
        "the columns are ['outlet', 'date', 'body']. Score it again, or pass the model that made it (--model)."
    )


def test_rows_out_of_order_and_labels_unknown_are_refused(tables: Tables) -> None:
    lines = tables.labelled.read_text(encoding="utf-8").splitlines(keepends=True)
    tables.labelled.write_text("".join([lines[0], *lines[:0:-1]]), encoding="utf-8")
    with pytest.raises(
        TableError,
        match=r"must keep the order of its column 'row'; 3 comes after 4\. Sort it by 'row'",
    ):
        tables.write()
    tables.labelled.write_text("".join(lines).replace("labelled", "tagged"), encoding="utf-8")
    with pytest.raises(
        TableError, match=r"row 2 must hold what stance score wrote; status 'tagged' is not one of"
    ):
        tables.write()


def test_a_table_without_labels_is_refused(tmp_path: Path, small: Model) -> None:
    tables = Tables(tmp_path, small, [("The Bell", "2024-03-01", "")])
    with pytest.raises(InputError) as error:
        tables.write()
    assert (
        str(error.value)
        == "a report needs at least one labelled paragraph; got empty 1. Score the table first, and look at its statuses."
    )
    assert not tables.page.exists()


def test_rows_that_cannot_be_read_are_counted(tables: Tables) -> None:
    with tables.labelled.open("a", encoding="utf-8") as out:
        out.write("one,field,too,few\n")
    assert "1 rows of the table could not be read and are counted nowhere." in shown(tables.write())


def test_the_command_writes_a_page_once(tables: Tables, capsys: pytest.CaptureFixture[str]) -> None:
    tables.model.save(tables.folder / "model")
    command = [
        "report",
        str(tables.labelled),
        "-o",
        str(tables.page),
        "--source",
        str(tables.articles),
        "--text",
        "body",
    ]
    command += ["--by", "outlet,date", "--model", str(tables.folder / "model")]
    assert main(command) == 0
    assert capsys.readouterr().err == (
        f"{tables.page}: 6 labelled paragraphs of 5 rows\n"
        "stance: notice: 1 paragraphs are left out over time: their dates cannot be read in one "
        "way only, such as '03/04/2024'. Write 2024-04-08, or say --day-first or --month-first.\n"
    )
    assert "By outlet" in shown(tables.page.read_text(encoding="utf-8"))
    assert main(command) == 1
    assert capsys.readouterr().err.startswith(
        f"stance: error: {tables.page} must not exist yet; it does."
    )
    assert main([*command, "--article", "outlet", "--unit", "article", "--force"]) == 0
    assert "6 labelled paragraphs of 3 articles\n" in capsys.readouterr().err


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_how_much_is_read_and_how_fast(
    tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr", Terminal())
    n_rows = len(tables.rows())
    tables.full(progress=True)
    steps = sys.stderr.getvalue().split("\r")  # type: ignore[attr-defined]
    assert any(step.startswith("reading:   0%") for step in steps)
    assert steps[-1].startswith("writing the page: 100%")
    assert f"{n_rows} rows, " in steps[-1]
    assert "<00:00" in steps[-1]  # the time left


def test_any_heads_will_do(tmp_path: Path, lighthouse) -> None:  # type: ignore[no-untyped-def]
    rows = lighthouse.assign(
        topic=np.where(lighthouse["stance"] == "neutral", "boats <b>", "lamps")
    )
    model = stance.train(rows, labels=["topic"], name="topics")
    tables = Tables(tmp_path, model, STORIES)
    page = tables.full()
    assert "boats &lt;b&gt;" in page
    assert "Positions conveyed" not in shown(page).replace("Positions conveyed: labelled.csv", "")


def test_a_model_finds_its_card_in_a_folder_or_a_zip(small: Model, tmp_path: Path) -> None:
    shipped = stance.load()
    assert shipped.card is not None and shipped.card.startswith("# Model card: ceasefire\n")
    folder = small.save(tmp_path / "mine")
    assert stance.load(folder).card == small.card
    (folder / "MODEL_CARD.md").unlink()
    write_sums(folder)
    assert stance.load(folder).card is None
    (folder / "MODEL_CARD.md").write_text("# Mine\n", encoding="utf-8")
    for root, base in ((tmp_path, "mine"), (folder, ".")):
        packed = shutil.make_archive(str(tmp_path / f"packed{base}"), "zip", root, base)
        assert stance.load(packed).card == "# Mine\n"
