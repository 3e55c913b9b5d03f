"""The annotation page in a real browser: read by keys, reloaded, saved, loaded again, and lied to."""

import csv
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from conftest import LIGHTHOUSE, ROOT
from test_browser import DESKTOP, PHONE, Watched, browser, contrast, pytestmark

import stance
from stance.model import Model

__all__ = ["browser", "pytestmark"]  # the fixture, and the reason why it may be missing

SPOIL = "<img src=x onerror=alert(1)></script><script>alert(2)</script><b id='made'>bold</b>\"'"
AXE = Path(os.environ.get("AXE_CORE", ROOT / "node_modules" / "axe-core" / "axe.min.js"))
LABELS = {"side": ("for", "against", "none"), "tone": ("calm", "loud")}


class Reader(Watched):
    """Someone who reads on a page, by keys."""

    def begin(self, name: str) -> "Reader":
        self.tab.fill("#a-name", name)
        self.tab.keyboard.press("Enter")
        return self

    def press(self, *keys: str) -> None:
        for key in keys:
            self.tab.keyboard.press(key)

    def text(self) -> str:
        return str(self.tab.text_content("#a-text"))

    def type(self, keys: str) -> None:
        """Press keys of one character each; a call to the browser is what takes time."""
        self.tab.keyboard.type(keys)

    def order(self) -> list[str]:
        return [row["text"] for row in self.rows()]

    def save(self) -> str:
        with self.tab.expect_download() as download:
            self.press("Control+s")
        return Path(download.value.path()).read_bytes().decode()

    def rows(self) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.save(), newline="")))

    def load(self, content: str | bytes, field: str = "#a-load") -> "Reader":
        data = content.encode() if isinstance(content, str) else content
        file = {"name": "saved.csv", "mimeType": "text/csv", "buffer": data}
        self.tab.set_input_files(field, file)
        self.tab.wait_for_selector("#a-urge:not([hidden])")
        return self

    def told(self) -> str:
        return str(self.tab.inner_text("#a-urge span"))

    def is_done(self) -> bool:
        return bool(self.tab.is_visible("#a-finish"))


def paragraphs(count: int) -> list[str]:
    texts = [text for text, *_ in LIGHTHOUSE]
    return [f"{number}. {texts[number % len(texts)]}" for number in range(count)]


def write(folder: Path, texts: list[str], **options: Any) -> Path:
    table = pd.DataFrame({"text": pd.Series(texts, dtype=object), "outlet": "The Bell"})
    options = {"labels": LABELS} | options
    stance.write_annotation_page(options.pop("table", table), folder / "page.html", **options)
    return folder / "page.html"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("page"), paragraphs(30))


@pytest.fixture
def open_page(browser: Any, page: Path) -> Callable[..., Reader]:
    return lambda path=page, **options: Reader(browser, path, **options)


def numbers_of(texts: list[str]) -> list[int]:
    return [int(text.partition(".")[0]) for text in texts]


def test_two_readers_annotate_thirty_paragraphs_and_are_joined(
    open_page: Callable[..., Reader],
) -> None:
    ana = open_page().begin("Ana")
    keys = [f"{1 + number % 3}{1 + number % 2}" for number in numbers_of(ana.order())]
    ana.type("".join(keys[:12]) + keys[12][0])  # half of a paragraph, and the page is closed
    ana.tab.reload()
    assert ana.tab.inner_text("#a-readers button") == "Ana · 13 done"
    ana.press("Enter")  # the name is there already
    assert ana.tab.inner_text("#a-where") == "Paragraph 13 of 30"
    assert ana.tab.locator("[aria-pressed=true]").count() == 1
    ana.type(keys[12][1] + "".join(keys[13:]))
    assert ana.is_done()
    first = pd.read_csv(io.StringIO(ana.save()), keep_default_na=False)

    ben = open_page().begin("Ben")
    ben.type("".join(f"1{1 + number % 2}" for number in numbers_of(ben.order())))
    assert ben.is_done()
    second = pd.read_csv(io.StringIO(ben.save()), keep_default_na=False)

    assert list(first) == [
        "paragraph_id", "text", "reader", "side", "tone", "note", "seconds", "stratum",
        "probability", "drawn_from", "model_shown", "outlet",
    ]  # fmt: skip
    joined = first.merge(second, on=["paragraph_id", "text"], validate="one_to_one")
    numbers = numbers_of(list(joined["text"]))
    assert sorted(numbers) == list(range(30))
    assert list(joined["side_x"]) == [LABELS["side"][number % 3] for number in numbers]
    assert list(joined["tone_x"]) == [LABELS["tone"][number % 2] for number in numbers]
    assert list(joined["tone_y"]) == list(joined["tone_x"])
    assert set(joined["side_y"]) == {"for"}
    assert (first["seconds"] > 0).all()


def test_each_reader_has_an_order_that_comes_again(open_page: Callable[..., Reader]) -> None:
    ana = open_page().begin("Ana").order()
    assert open_page().begin(" Ana ").order() == ana  # on another machine
    ben = open_page().begin("Ben").order()
    assert sorted(ben) == sorted(ana) == sorted(paragraphs(30))
    assert ben != ana != paragraphs(30)


def test_undo_back_skip_and_note(open_page: Callable[..., Reader]) -> None:
    ana = open_page().begin("Ana")
    first = ana.text()
    ana.press("2", "1")
    second = ana.text()
    ana.press("u")  # the label that was given last, on its paragraph
    assert ana.text() == first
    assert ana.tab.locator(".a-active").inner_text().startswith("tone")
    ana.press("2")
    ana.press("ArrowLeft", "ArrowRight")
    assert ana.text() == second
    ana.press("n", "1", "?", "g", "s", "Escape", "s")  # in a note, keys are letters
    rows = {row["text"]: row for row in ana.rows()}
    assert (rows[first]["side"], rows[first]["tone"]) == ("against", "loud")
    assert (rows[second]["side"], rows[second]["note"]) == ("", "1?gs")
    assert float(rows[second]["seconds"]) > 0
    ana.press("u")
    assert ana.text() == second


def test_skipped_paragraphs_can_be_read_at_the_end(open_page: Callable[..., Reader]) -> None:
    ana = open_page().begin("Ana")
    ana.type("ss" + "11" * 28)
    assert ana.tab.inner_text("#a-summary").startswith("28 paragraphs labelled · 2 skipped")
    ana.tab.click("#a-again")
    ana.type("1111")
    assert ana.tab.inner_text("#a-summary").startswith("30 paragraphs labelled")


def test_saving_is_urged_every_25_paragraphs(open_page: Callable[..., Reader]) -> None:
    ana = open_page().begin("Ana")
    ana.type("11" * 24)
    assert ana.tab.is_hidden("#a-urge")
    ana.type("11")
    assert ana.told() == "25 paragraphs not saved as a file yet."
    assert ana.tab.inner_text("#a-save") == "Save CSV (25 new)"
    ana.save()
    assert ana.tab.is_hidden("#a-urge")
    assert ana.tab.inner_text("#a-save") == "Save CSV"


HARD = [
    'The pilot said "no",\nthen "never",\r\nand left; a\ttab, a semicolon;',
    "=1+1", "دعا الصيادون إلى وقف القتال.", "e\u0301 🕊️ \u202e reversed", f"A lamp. {SPOIL}", "\ud800 half",
]  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        str.encode,
        lambda content: content.encode("utf-8-sig"),
        lambda content: content.replace("\n", "\r\n").encode(),
        lambda content: with_semicolons(content).encode("utf-8-sig"),
    ],
    ids=["as saved", "byte order mark", "Windows", "spreadsheet"],
)
def test_a_half_done_file_is_loaded_on_another_machine(
    change: Callable[[str], bytes], open_page: Callable[..., Reader], tmp_path: Path
) -> None:
    path = write(tmp_path, HARD)
    ana = open_page(path).begin("Ana; “A.”")
    ana.press("1", "2", "s", "n", "N", "Escape", "3")
    saved = ana.save()
    other = open_page(path).load(change(saved))
    assert other.told() == "3 readings loaded from “saved.csv”."
    assert other.tab.inner_text("#a-where") == "Paragraph 3 of 6"
    assert other.tab.input_value("#a-note") == "N"
    assert other.save() == saved
    other.press("u")
    assert [row["side"] for row in other.rows()] == [""] * 6
    assert other.complaints == []


def with_semicolons(content: str) -> str:
    out = io.StringIO()
    rows = csv.reader(io.StringIO(content, newline=""))
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def test_a_saved_table_has_every_text_as_it_was(
    open_page: Callable[..., Reader], tmp_path: Path
) -> None:
    rows = open_page(write(tmp_path, HARD)).begin("=Ana()").rows()
    expected = [text.replace("\ud800", "\ufffd") for text in HARD]
    assert sorted(row["text"] for row in rows) == sorted(expected)
    assert {row["reader"] for row in rows} == {"=Ana()"}  # as every table of stance is written


REFUSED = {
    "another page": (
        [["9:", "Others.", "Ana", "for", "calm"]],
        "it is of another page; paragraph 9: is not on this one",
    ),
    "another text": (
        [["0:", "Others.", "Ana", "for", "calm"]],
        "it is of another page, or was not saved as UTF-8; paragraph 0: has another text here",
    ),
    "another label": (
        [["0:", "A lamp.", "Ana", "maybe", "calm"]],
        "paragraph 0: has “maybe” for side, which is no label of this page",
    ),
    "two readers": (
        [["0:", "A lamp.", "Ana", "for", "calm"], ["1:", "A boat.", "Ben", "for", "calm"]],
        "it must hold the rows of one reader; it holds those of 2",
    ),
    "twice": (
        [["0:", "A lamp.", "Ana", "for", "calm"], ["0:", "A lamp.", "Ana", "none", "calm"]],
        "it holds paragraph 0: twice",
    ),
    "not ours": ([], "it must hold the rows of one reader; it holds those of 0"),
}


@pytest.mark.parametrize(("rows", "reason"), REFUSED.values(), ids=REFUSED)
def test_a_file_of_another_page_is_refused_with_a_sentence(
    rows: list[list[str]], reason: str, open_page: Callable[..., Reader], tmp_path: Path
) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([["paragraph_id", "text", "reader", "side", "tone"], *rows])
    reader = open_page(write(tmp_path, ["A lamp.", "A boat."])).load(out.getvalue())
    assert reader.told() == f"“saved.csv” cannot be loaded: {reason}. Nothing was changed."
    assert reader.tab.is_visible("#a-start")
    reader.begin("Ana").load(out.getvalue(), "#a-more")
    assert {row["side"] for row in reader.rows()} == {""}


def test_files_that_no_page_saved_are_refused(open_page: Callable[..., Reader]) -> None:
    start = "“saved.csv” cannot be loaded: "
    reader = open_page().load("name,place\nAna,quay\n")
    assert reader.told() == (
        f"{start}it is not a file that this page saved; it has no column paragraph_id. "
        "Nothing was changed."
    )
    reader.load('paragraph_id,text,reader,side,tone\n0:,"A lamp')
    assert reader.told().startswith(f"{start}a quotation mark of its row 2 is not closed.")
    reader.load(b"\x00\xff\xfe")
    assert reader.told().startswith(f"{start}it is not a file that this page saved;")


def test_the_file_of_another_reader_is_refused(open_page: Callable[..., Reader]) -> None:
    ben = open_page().begin("Ben")
    ben.type("11")
    saved = ben.save()
    ana = open_page().begin("Ana").load(saved, "#a-more")
    assert ana.told() == (
        "“saved.csv” cannot be loaded: it has the readings of “Ben”, and you read as “Ana”. "
        "Nothing was changed."
    )


@pytest.mark.parametrize("method", ["setItem", "getItem"])
def test_where_nothing_is_kept_a_banner_says_so_and_work_goes_on(
    method: str, browser: Any, page: Path
) -> None:
    reader = Reader(browser, page)
    script = f"Storage.prototype.{method} = () => {{ throw new DOMException('no'); }};"
    reader.tab.context.add_init_script(script)
    reader.tab.reload()
    reader.begin("Ana").press("1", "1")
    assert reader.tab.inner_text("#a-banner") == (
        "This browser keeps nothing of this page. Save your CSV before you close it, and load it "
        "to go on."
    )
    assert sum(bool(row["side"]) for row in reader.rows()) == 1


def test_what_other_pages_write_into_the_store_is_not_trusted(
    open_page: Callable[..., Reader],
) -> None:
    ana = open_page().begin("Ana")
    ana.press("1", "1")
    ana.tab.evaluate(
        """() => { for (const key of Object.keys(localStorage)) if (/:\\d+$/.test(key)) {
            const start = key.replace(/\\d+$/, "");
            ["[[9,9],1,0,\\"\\"]", "{", "null", "[[0,0],\\"x\\",0,\\"\\"]", "[[0,0],1,0,{}]", "[0]"]
                .forEach((value, k) => localStorage.setItem(start + k, value));
            localStorage.setItem(start.replace("Ana", "%E0%A4%A") + "0", "[[0,0],1,0,\\"\\"]");
            localStorage.setItem(start + "999", "[[0,0],1,0,\\"\\"]");
        } }"""
    )
    ana.tab.reload()
    ana.begin("Ana")
    assert ana.tab.is_visible("#a-read")
    assert ana.complaints == []


def test_work_of_another_page_is_not_mixed_in(
    open_page: Callable[..., Reader], page: Path, tmp_path: Path
) -> None:
    ana = open_page().begin("Ana")
    ana.press("1", "1")
    ana.tab.goto(write(tmp_path, paragraphs(29)).as_uri())  # browsers share one store over files
    assert ana.tab.is_hidden("#a-known")
    ana.tab.goto(page.as_uri())
    assert ana.tab.inner_text("#a-readers button") == "Ana · 1 done"


def test_two_tabs_of_one_page_share_their_work(open_page: Callable[..., Reader]) -> None:
    ana = open_page().begin("Ana")
    with ana.tab.expect_popup() as popup:
        ana.tab.evaluate("() => { window.open(location.href); }")
    other = popup.value
    other.wait_for_selector("#a-start:not([hidden])")
    other.keyboard.press("Enter")
    ana.type("11")
    other.locator("#a-pace", has_text="1 of 30").wait_for()
    with other.expect_download() as download:
        other.keyboard.press("Control+s")
    assert Path(download.value.path()).read_bytes().decode() == ana.save()


def test_a_key_writes_one_entry_however_many_paragraphs_there_are(
    open_page: Callable[..., Reader],
) -> None:
    ana = open_page().begin("Ana")
    ana.tab.evaluate(
        """() => { window.written = []; const set = Storage.prototype.setItem;
            Storage.prototype.setItem = function (key, value) { window.written.push(key.length + value.length); set.call(this, key, value); }; }"""
    )
    ana.type("11" * 10)
    sizes = ana.tab.evaluate("window.written")
    assert len(sizes) == 20
    assert max(sizes) < 100


@pytest.mark.parametrize(
    ("event", "label"),
    [
        ("{key: '2', code: 'Numpad2'}", "against"),
        ("{key: '٢', code: 'Digit2'}", "against"),
        ("{key: 'é', code: 'Digit2'}", "against"),
        ("{key: '2', code: 'Digit2', repeat: true}", ""),
        ("{key: '2', code: 'Digit2', altKey: true}", ""),
        ("{key: '9', code: 'Digit9'}", ""),
    ],
    ids=["number pad", "Arabic digits", "French row", "held down", "with Alt", "no such label"],
)
def test_digits_of_any_keyboard_give_labels(
    event: str, label: str, open_page: Callable[..., Reader]
) -> None:
    ana = open_page().begin("Ana")
    first = ana.text()
    ana.tab.evaluate(
        f"document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {{bubbles: true, ...{event}}}))"
    )
    assert {row["text"]: row["side"] for row in ana.rows()}[first] == label


def test_guidelines_are_one_key_away(open_page: Callable[..., Reader], tmp_path: Path) -> None:
    ana = open_page(write(tmp_path, ["A lamp."], labels=None)).begin("Ana")
    for key in ("g", "?"):
        ana.press(key)
        shown = ana.tab.inner_text("#a-guidelines")
        assert "conveys that the fighting should stop, or the deal be made" in shown
        ana.press("1", "s")  # no label, no skip: the paragraph cannot be seen
        ana.press("Escape" if key == "g" else "?")
        assert ana.tab.is_hidden("#a-guidelines")
    assert [row["stance"] for row in ana.rows()] == [""]


def disputed(readers: tuple[str, ...] = ("ana", SPOIL)) -> pd.DataFrame:
    rows = [
        ["0:", "A lamp.", reader, label, "calm", f"note {SPOIL}"]
        for reader, label in zip(readers, ("for", "none"), strict=True)
    ]
    rows += [["1:", "A boat.", reader, "for", "calm", ""] for reader in readers]
    return pd.DataFrame(rows, columns=["paragraph_id", "text", "reader", "side", "tone", "note"])


def test_differences_are_settled_with_the_readings_on_request(
    open_page: Callable[..., Reader], tmp_path: Path
) -> None:
    settler = open_page(write(tmp_path, [], table=disputed(), settle=True))
    settler.begin("ana")
    assert settler.tab.inner_text("#a-start-note") == (
        "“ana” is one of the readers whose differences are settled here. Take another name."
    )
    settler.begin("Cleo")
    assert settler.tab.locator(".a-head:visible").count() == 1  # nobody differs on tone
    assert settler.tab.is_hidden("#a-others")
    settler.press("r")
    shown = settler.tab.inner_text("#a-others")
    assert "ana" in shown
    assert SPOIL in shown
    settler.press("3")
    assert settler.is_done()
    (row,) = settler.rows()
    assert (row["paragraph_id"], row["reader"], row["side"]) == ("0:", "Cleo", "none")
    assert (row["tone"], row["settles"]) == ("", "yes")
    assert list(row).index("settles") == list(row).index("model_shown") + 1
    assert settler.complaints == []


def test_what_is_read_beside_the_models_label_is_flagged(
    small: Model, open_page: Callable[..., Reader], tmp_path: Path
) -> None:
    texts = [text for text, *_ in LIGHTHOUSE[:2]]
    ana = open_page(write(tmp_path, texts, labels=None, model=small, show_model=True)).begin("Ana")
    expected = small.label(ana.text(), unit="row")[0].stance
    assert str(expected) in ana.tab.inner_text("#a-model")
    assert {row["model_shown"] for row in ana.rows()} == {"yes"}


def test_without_it_nothing_of_the_model_is_shown(open_page: Callable[..., Reader]) -> None:
    ana = open_page().begin("Ana")
    assert ana.tab.is_hidden("#a-model")
    assert {row["model_shown"] for row in ana.rows()} == {"no"}


def test_hostile_texts_names_and_labels_stay_text(
    open_page: Callable[..., Reader], tmp_path: Path
) -> None:
    path = write(
        tmp_path, [f"A lamp. {SPOIL}"], labels={"side": [SPOIL, "none"]}, title=f"Lamps {SPOIL}"
    )
    reader = open_page(path).begin(SPOIL[:60])
    assert reader.text() == f"A lamp. {SPOIL}"
    reader.press("g", "g", "1")
    reader.tab.wait_for_timeout(100)  # an error event of an image would come by now
    assert reader.tab.locator("img, #made, [onerror]").count() == 0
    assert SPOIL in reader.tab.inner_text("h1")
    reader.is_quiet()


def test_a_text_is_set_in_its_own_direction(
    open_page: Callable[..., Reader], tmp_path: Path
) -> None:
    reader = open_page(write(tmp_path, ["دعا الصيادون إلى وقف القتال."])).begin("Ana")
    direction = "e => getComputedStyle(e).direction"
    assert reader.tab.locator("#a-text").evaluate(direction) == "rtl"
    assert reader.tab.locator("#a-where").evaluate(direction) == "ltr"


def test_screen_readers_hear_what_happened_and_where_they_are(
    open_page: Callable[..., Reader],
) -> None:
    ana = open_page().begin("Ana")
    assert ana.tab.evaluate("document.activeElement.id") == "a-text"
    ana.tab.click(".a-label >> nth=1")
    assert ana.tab.inner_text("#a-status") == "side: against. Now tone."
    ana.press("2")
    assert ana.tab.inner_text("#a-status") == "tone: loud. Paragraph 2 of 30."
    assert ana.tab.evaluate("document.activeElement.id") == "a-text"


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_and_can_be_read(
    scheme: str, size: tuple[int, int], open_page: Callable[..., Reader]
) -> None:
    reader = open_page(size=size, scheme=scheme)
    assert reader.fits()
    reader.begin("Ana").press("n", "Escape")
    assert reader.fits()
    for name in ("#a-text", "#a-where", "#a-pace", ".a-label", ".a-tools button:enabled"):
        paper, ink = reader.tab.evaluate(
            "name => [document.body, document.querySelector(name)].map((e, k) => getComputedStyle(e)[k ? 'color' : 'backgroundColor'])",
            name,
        )
        assert contrast(paper, ink) >= (7 if name == "#a-text" else 4.5), name
    assert (
        min(reader.tab.locator(".a-label").evaluate_all("all => all.map(e => e.offsetHeight)"))
        >= 44
    )  # a finger's breadth
    reader.press("g")
    assert reader.fits()


@pytest.mark.skipif(not AXE.exists(), reason="needs axe-core (npm install axe-core, or AXE_CORE)")
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("is_settling", [False, True], ids=["read", "settle"])
def test_axe_has_no_objection(
    is_settling: bool,
    scheme: str,
    size: tuple[int, int],
    open_page: Callable[..., Reader],
    tmp_path: Path,
) -> None:
    table = disputed() if is_settling else pd.DataFrame({"text": ["A lamp."]})
    path = write(tmp_path, [], table=table, settle=is_settling)
    reader = open_page(path, size=size, scheme=scheme)
    reader.tab.evaluate(AXE.read_text(encoding="utf-8"))
    audit(reader)
    reader.begin("Cleo").press("r", "n")
    audit(reader)
    reader.press("Escape", "g")
    audit(reader)
    reader.press("g", "1", "1")
    assert reader.is_done()
    audit(reader)


def audit(reader: Reader) -> None:
    assert reader.tab.evaluate("axe.run().then(found => found.violations.map(v => v.id))") == []
