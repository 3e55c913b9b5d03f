"""A labelled table as a page: what it counts, what it says, and what it refuses."""

import base64
import csv
import hashlib
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import stance
from stance.cli.main import main
from stance.errors import InputError, TableError
from stance.model import Model
from stance.report.page import write_report

STORIES = [
    (
        "The Bell",
        "2024-03-01",
        "Lamps Out\n\nThe council voted against a truce by nine to two.\n\nForty boats were counted in the harbour.",
    ),
    (
        "The Bell",
        "2024-03-09",
        "The fishermen's guild urged the two lighthouses to stop the fighting before the herring season.",
    ),
    (
        "The Gull",
        "03/04/2024",
        "“We will fight until their lamp is out, and cowards may keep their paper truce!” said the pilot.",
    ),
    (
        "The Gull",
        "2024-03-20",
        "The talks on the lamp oil will resume on Tuesday at the customs house.\n\nНикто не пришёл на переговоры вчера.",
    ),
    (
        "",
        "2024-03-21",
        "She buried her brother on the shingle and asked only that the fighting end.",
    ),
]


class Tables:
    """Articles, and the same labelled."""

    def __init__(
        self, folder: Path, model: Model, stories: list[tuple[str, str, str]], **options: Any
    ) -> None:
        self.folder, self.model = folder, model
        self.articles, self.labelled, self.page = (
            folder / name for name in ("articles.csv", "labelled.csv", "report.html")
        )
        with self.articles.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([("outlet", "date", "body"), *stories])
        stance.label_file(self.articles, self.labelled, text="body", model=model, **options)

    def write(self, **options: Any) -> str:
        write_report(self.labelled, self.page, model=self.model, force=True, **options)
        return self.page.read_text(encoding="utf-8")

    def full(self, **options: Any) -> str:
        return self.write(**{"source": self.articles, "text": "body", "by": "outlet", **options})


@pytest.fixture
def tables(tmp_path: Path, small: Model) -> Tables:
    return Tables(tmp_path, small, STORIES)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def data_of(page: str) -> dict[str, Any]:
    found = re.search(
        r'<script type="application/json" id="s-data">(.*?)</script>', page, re.DOTALL
    )
    assert found is not None
    return dict(json.loads(found[1]))


def plain(page: str) -> str:
    return " ".join(
        re.sub(
            r"<[^>]+>", " ", re.sub(r"<(style|script).*?</\1>", "", page, flags=re.DOTALL)
        ).split()
    )


def test_the_page_counts_what_the_table_holds(tables: Tables) -> None:
    rows = rows_of(tables.labelled)
    labelled = [row for row in rows if row["status"] == "labelled"]
    page = tables.full()
    shown = plain(page)
    assert f"{len(labelled)} paragraphs of 5 rows, labelled by the model lighthouse" in shown
    assert f"{len(labelled)} paragraphs labelled, of {len(rows)} blocks" in shown
    assert "unfamiliar 1 too few of its words occur in the training paragraphs" in shown
    assert "skipped 1 a heading, caption or credit" in shown
    for head in ("stance", "tone"):
        for label in tables.model.labels[head]:
            count = sum(row[head] == label for row in labelled)
            if count:
                assert re.search(
                    rf"{label}</span>.{{0,2500}}data-name='paragraphs'>{count}</td>",
                    page,
                    re.DOTALL,
                ), label


def test_titles_speak_of_positions_conveyed(tables: Tables) -> None:
    page = tables.full()
    assert "<h1>Positions conveyed: labelled.csv</h1>" in page
    assert "a paragraph that reports a rejection makes no outlet, and no author, opposed." in plain(
        page
    )
    assert "<title>A harbour &lt;b&gt;</title>" in tables.full(title="A harbour <b>")


def test_shares_are_shown_beside_corrected_ones_with_their_assumption(tables: Tables) -> None:
    shown = plain(tables.full())
    assert "counted corrected 95% of corrected" in shown
    assert (
        "was measured on 36 paragraphs that it had not been trained on (cross-validation). The correction assumes"
        in shown
    )
    assert (
        "What the model confuses: stance annotated ↓ found → neutral opposed pro-ceasefire" in shown
    )


def test_without_a_matrix_shares_are_called_raw(
    tables: Tables, small: Model, tmp_path: Path
) -> None:
    bare = Model(small.frozen, source=None)
    bare.facts = {**small.facts, "cross_validation": {}}
    tables.model = bare
    shown = plain(tables.full())
    assert (
        "No held-out confusion matrix comes with this model: shares are raw, as they were counted."
        in shown
    )
    assert "corrected" not in shown.replace("of the corrected share where there is one", "")
    assert (
        "The model has no card that says what it may be used for: ask whoever trained it." in shown
    )


def test_own_annotations_correct_better_than_the_models(
    tables: Tables, lighthouse, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    lighthouse.to_csv(tmp_path / "mine.csv", index=False)
    shown = plain(tables.full(annotated=tmp_path / "mine.csv"))
    assert (
        "was measured on 36 paragraphs annotated in mine.csv. The correction assumes that they are a fair sample"
        in shown
    )
    strange = lighthouse.head(2).assign(text=["Никто не пришёл на переговоры вчера.", "…"])
    pd.concat([lighthouse, strange]).to_csv(tmp_path / "mine.csv", index=False)
    again = plain(tables.full(annotated=tmp_path / "mine.csv"))
    told = "; 2 more were left out, because the model knows too few of their words to label them"
    assert again.replace(told, "") == shown
    assert told in again
    lighthouse[lighthouse["stance"] == "opposed"].to_csv(tmp_path / "few.csv", index=False)
    shown = plain(tables.full(annotated=tmp_path / "few.csv"))
    assert (
        "They are too few of some label to correct with: shares are raw, as they were counted."
        in shown
    )


def test_dates_that_can_be_read_in_two_ways_are_counted_and_said(tables: Tables) -> None:
    page = plain(tables.full())
    assert "By week, from the column date" in page
    assert (
        "1 paragraphs have no date that can be read in one way only (&#x27;03/04/2024&#x27;)"
        in page
    )
    assert "No cell of the column outlet is a date such as 2024-04-08." in plain(
        tables.full(date="outlet")
    )


def test_groups_beyond_the_first_dozen_are_counted_as_others(tmp_path: Path, small: Model) -> None:
    stories = [
        (f"Outlet {at:02}", "2024-03-01", "The council voted against a truce by nine to two.")
        for at in range(15)
    ]
    tables = Tables(tmp_path, small, [*stories, *stories[:1]])
    shown = plain(tables.full())
    assert "Outlet 00 2 paragraphs" in shown
    assert "3 others 3 paragraphs" in shown


def test_an_empty_group_has_a_name(tables: Tables) -> None:
    assert "(empty) 1 paragraphs" in plain(tables.full())


def test_voices_are_counted_apart(tables: Tables) -> None:
    held = data_of(tables.full())
    voice = {
        text[:9]: held["voices"][code]
        for text, code in zip(held["text"], held["voice"], strict=True)
    }
    assert voice["“We will "] == "quoted"
    assert voice["The fishe"] == "attributed"
    assert voice["Forty boa"] == "own voice"


def test_the_list_holds_each_paragraph_with_what_is_behind_it(tables: Tables) -> None:
    held = data_of(tables.full())
    rows = [row for row in rows_of(tables.labelled) if row["status"] == "labelled"]
    bodies = [story[2] for story in STORIES]
    assert held["text"] == [
        bodies[int(row["row"])][int(row["start"]) : int(row["end"])] for row in rows
    ]
    first = held["heads"][0]
    assert [first["labels"][code]["name"] for code in first["label"]] == [
        row["stance"] for row in rows
    ]
    assert [max(p) for p in first["p"]] == [
        round(1000 * float(row["stance_probability"])) for row in rows
    ]
    assert [
        column["values"][code] for column in held["columns"][:1] for code in column["cells"]
    ] == [STORIES[int(row["row"])][0] for row in rows]
    start, end, weight = max(held["evidence"][0][0], key=lambda word: abs(word[2]))
    word = tables.model.label(held["text"][0], unit="row")[0].evidence["stance"][0]
    assert (held["text"][0][start:end], weight) == (word.text, round(100 * word.contribution))


def test_texts_may_stand_in_the_labelled_table(tmp_path: Path, small: Model) -> None:
    whole = Tables(tmp_path, small, STORIES, keep="all")  # each row carries the whole cell
    texts = data_of(whole.full())["text"]
    assert data_of(whole.write(text="body"))["text"] == texts
    rows = rows_of(whole.labelled)
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
    assert "The labelled table holds no texts" in plain(page)
    assert "s-data" not in page.split("<script>")[0]
    assert "Positions conveyed" in plain(page)


def test_a_page_holds_no_more_than_its_sample_and_counts_all(tmp_path: Path, small: Model) -> None:
    story = "\n\n".join(text for *_, text in STORIES[:3])
    tables = Tables(tmp_path, small, [("The Bell", "2024-03-01", story)] * 40)
    page = tables.full(sample=30)
    assert len(data_of(page)["text"]) == 30
    assert "A random sample of 30 of 160; the figures above count all." in plain(page)
    assert "160 paragraphs of 40 rows" in plain(page)
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
    held = data_of(page)
    assert [len(text) for text in held["text"]] == [50, 2_000, 2_000]
    assert held["cut"] == [0, 3_000, 48_000]
    assert [evidence is not None for evidence in held["evidence"]] == [True, True, False]
    note = "Of a text of more than 10,000 characters, the first 2,000 are shown, without the words behind its label."
    assert note in plain(page)
    assert len(page) < 200_000
    tables.articles.unlink()
    tables.labelled.unlink()
    assert note not in plain(Tables(tmp_path, small, STORIES).full())


class Tags(HTMLParser):
    """Collects the elements of a page, and what their attributes are called."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}


BREAKOUT = "\"'><img src=x onerror=alert(1)></script></title></style><script>alert(2)</script><svg onload=alert(3)>\u2028"


def test_nothing_in_the_data_becomes_markup(tmp_path: Path, small: Model) -> None:
    stories = [
        (f"{BREAKOUT}{outlet}", f"{BREAKOUT}{date}", f"{text} {BREAKOUT} said the council.")
        for outlet, date, text in STORIES
    ]
    tables = Tables(tmp_path, small, stories)
    renamed = tables.articles.read_text(encoding="utf-8").replace(
        "outlet,date", "\"<img src=x onerror='alert(4)'>\",date", 1
    )
    tables.articles.write_text(renamed, encoding="utf-8")
    page = tables.full(by="<img src=x onerror='alert(4)'>", title=BREAKOUT, date="date")
    found = Tags(page)
    assert found.tags.count("script") == 2
    assert not {"img", "iframe", "object", "link", "base"} & set(found.tags)
    assert not {name for name in found.attributes if name.startswith("on")}
    assert found.tags.count("title") == 1 + found.tags.count("svg")
    assert BREAKOUT.strip() in "".join(data_of(page)["text"])


def test_the_page_runs_its_own_script_only_and_asks_for_nothing(tables: Tables) -> None:
    page = tables.full()
    script = re.search(r"<script>(.*)</script></body>", page, re.DOTALL)
    assert script is not None
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'" in page
    assert not re.search(
        r"(?:https?:)?//\w|@import|url\(|fetch\(|innerHTML|eval\(",
        page.replace("// The list", "").replace("// Marks", "").replace("// Python", ""),
    )


def test_card_and_limits_are_shown(tmp_path: Path) -> None:
    model = stance.load()
    tables = Tables(tmp_path, model, STORIES)
    shown = plain(tables.full())
    assert (
        "Do not say that an outlet, author or speaker holds a position because paragraphs convey one"
        in shown
    )
    assert "English only. One paragraph at a time" in shown


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
            "{folder}/labelled.csv, paragraph of row 0 at 62 must get the stance that it has; the model and the text given lead to another. "
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
    columns = list(rows_of(tables.labelled)[0])
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
        TableError, match=r"paragraph of row 0 at 0 must get the stance that it has"
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
        TableError, match=r"row 2 must hold what stance score wrote; status 'tagged' is none of"
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
    assert "1 rows of the table could not be read and are counted nowhere." in plain(tables.write())


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
    assert capsys.readouterr().err == f"{tables.page}: 6 labelled paragraphs of 5 rows\n"
    assert "By outlet" in plain(tables.page.read_text(encoding="utf-8"))
    assert main(command) == 1
    assert capsys.readouterr().err.startswith(
        f"stance: error: {tables.page} must not exist yet; it does."
    )


def test_any_heads_will_do(tmp_path: Path, lighthouse) -> None:  # type: ignore[no-untyped-def]
    rows = lighthouse.assign(
        topic=np.where(lighthouse["stance"] == "neutral", "boats <b>", "lamps")
    )
    model = stance.train(rows, labels=["topic"], name="topics")
    tables = Tables(tmp_path, model, STORIES)
    page = tables.full()
    assert "boats &lt;b&gt;" in page
    assert "Positions conveyed" not in plain(page).replace("Positions conveyed: labelled.csv", "")


def test_a_model_finds_its_card_in_a_folder_or_a_zip(small: Model, tmp_path: Path) -> None:
    shipped = stance.load()
    assert shipped.card is not None and shipped.card.startswith("# Model card: ceasefire\n")
    folder = small.save(tmp_path / "mine")
    assert stance.load(folder).card is None
    assert small.card is None
    (folder / "MODEL_CARD.md").write_text("# Mine\n", encoding="utf-8")
    for root, base in ((tmp_path, "mine"), (folder, ".")):
        packed = shutil.make_archive(str(tmp_path / f"packed{base}"), "zip", root, base)
        assert stance.load(packed).card == "# Mine\n"
