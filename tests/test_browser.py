"""The report and the notebook's page in a real browser: searched, opened, looked at; nothing asked for from anywhere."""

import csv
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import stance
from stance.model import Model
from stance.report import write_report

playwright = pytest.importorskip(
    "playwright.sync_api", reason="needs playwright (pip install playwright)"
)
CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="needs Chromium (Debian: apt install chromium)"
)

OPTIONS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]
PHONE, DESKTOP = (390, 844), (1280, 900)
SPOIL = "<img src=x onerror=\"alert(1)\"></script><script>alert(2)</script><b id='made'>bold</b>\"'><svg onload=alert(3)>"
STORIES = [
    (
        "The Bell",
        "2024-03-01",
        "Lamps Out\n\nThe council voted against a truce by nine to two.\n\nForty boats were counted in the harbour.",
    ),
    (
        "The Gull & Co",
        "2024-03-09",
        "The fishermen's guild urged the two lighthouses to stop the fighting before the herring season 🕊️ begins.",
    ),
    (
        "The Bell",
        "2024-03-12",
        "“We will fight until their lamp is out, and cowards may keep their paper truce!” said the pilot.",
    ),
    (
        f"Outlet {SPOIL}",
        "2024-03-20",
        f"The council voted against a truce by nine to two. {SPOIL} The talks on the lamp oil will resume on Tuesday at the customs house.",
    ),
    (
        "The Bell",
        SPOIL,
        "She buried her brother on the shingle and asked only that the fighting end.",
    ),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as tools:
        opened = tools.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield opened
        opened.close()


class Watched:
    """A tab that remembers what it asked for, what it complained of, and whether a dialog came up."""

    def __init__(
        self, browser: Any, path: Path, size: tuple[int, int] = DESKTOP, scheme: str = "light"
    ) -> None:
        for context in browser.contexts:  # of the test before
            context.close()
        self.tab = browser.new_page(
            viewport={"width": size[0], "height": size[1]}, color_scheme=scheme
        )
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.tab.on("request", lambda request: self.requests.append(request.url))
        self.tab.on("console", lambda message: self.complaints.append(message.text))
        self.tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.tab.on(
            "dialog", lambda dialog: (self.complaints.append(dialog.message), dialog.dismiss())
        )
        self.path = path
        self.tab.goto(path.as_uri())

    def is_quiet(self) -> None:
        assert self.requests == [self.path.as_uri()]
        assert self.complaints == []

    def status(self) -> str:
        return str(self.tab.inner_text(".s-status"))

    def shown(self) -> list[str]:
        return [str(text) for text in self.tab.locator(".s-item .s-text").all_inner_texts()]

    def open_all(self) -> None:
        self.tab.locator(".s-item, details summary").evaluate_all(
            "all => all.forEach(e => e.click())"
        )

    def fits(self) -> bool:
        return bool(
            self.tab.evaluate(
                "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
            )
        )


def report_of(stories: list[tuple[str, str, str]], folder: Path, model: Model) -> Path:
    articles, labelled, page = (
        folder / name for name in ("articles.csv", "labelled.csv", "report.html")
    )
    with articles.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([("outlet", "date", "body"), *stories])
    stance.label_file(articles, labelled, text="body", model=model)
    write_report(
        labelled,
        page,
        source=articles,
        text="body",
        by="outlet",
        model=model,
        title=f"Harbour {SPOIL}",
    )
    return page


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory, small: Model) -> Path:
    return report_of(STORIES, tmp_path_factory.mktemp("report"), small)


@pytest.fixture(scope="module")
def long_report(tmp_path_factory: pytest.TempPathFactory, small: Model) -> Path:
    votes = [("The Bell", "2024-03-01", "The council voted against a truce by nine to two.")] * 100
    boats = [("The Gull", "2024-03-02", "Forty boats were counted in the harbour.")] * 100
    return report_of(votes + boats, tmp_path_factory.mktemp("long"), small)


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory, small: Model) -> Path:
    page = tmp_path_factory.mktemp("notebook") / "notebook.html"
    shown = (
        small.label("\n\n".join(text for *_, text in STORIES), html="keep")._repr_html_()
        + small._repr_html_()
    )
    page.write_text(
        f'<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">{shown}',
        encoding="utf-8",
    )
    return page


def test_search_and_filters_leave_what_was_asked_for(browser: Any, report: Path) -> None:
    page = Watched(browser, report)
    assert page.status() == "6 of 6 paragraphs"
    page.tab.fill(".s-search input", "forty HARBOUR counted")
    page.tab.wait_for_selector(".s-status:text-is('1 of 6 paragraphs')")
    assert page.shown() == ["Forty boats were counted in the harbour."]
    assert page.tab.locator("mark.s-hit").all_inner_texts() == ["Forty", "counted", "harbour"]
    page.tab.click("text=clear")
    assert page.status() == "6 of 6 paragraphs"
    page.tab.select_option("label:has-text('voice') select", label="quoted")
    assert [text[:8] for text in page.shown()] == ["“We will"]
    page.tab.click("text=clear")
    page.tab.select_option("label:has-text('outlet') select", label="The Gull & Co")
    assert [text[:13] for text in page.shown()] == ["The fishermen"]
    page.is_quiet()


def test_the_order_may_be_by_certainty(browser: Any, report: Path) -> None:
    page = Watched(browser, report)
    given = "[...document.querySelectorAll('.s-item')].map(i => parseFloat(i.querySelector('.s-given').style.width))"
    for choice, wanted in (("stance: surest first", True), ("stance: least sure first", False)):
        page.tab.select_option("label:has-text('order') select", label=choice)
        widths = page.tab.evaluate(given)
        assert widths == sorted(widths, reverse=wanted)


def test_a_paragraph_opens_and_shows_what_is_behind_it(
    browser: Any, report: Path, small: Model
) -> None:
    page = Watched(browser, report)
    first = page.tab.locator(".s-item").first
    assert first.locator(".s-details").count() == 0
    first.locator(".s-text").click()
    details = first.locator(".s-details").inner_text()
    block = small.label("The council voted against a truce by nine to two.")[0]
    assert "row 0, characters 11 to 60" in details and "outlet: The Bell" in details
    for word in block.evidence["stance"][:3]:
        assert f"{word.text} " in details
    assert block.evidence["stance"][0].text in first.locator("mark").all_inner_texts()
    assert first.locator("button.s-open").get_attribute("aria-expanded") == "true"
    first.locator("button.s-open").press("Enter")
    assert first.locator(".s-details").count() == 0
    page.is_quiet()


def test_marks_lie_on_their_words_beside_characters_of_two_units(
    browser: Any, report: Path
) -> None:
    page = Watched(browser, report)
    item = page.tab.locator(".s-item", has_text="fishermen")
    item.locator(".s-text").click()
    text = next(text for *_, text in STORIES if "fishermen" in text)
    assert item.locator(".s-text").inner_text() == text
    assert all(re.fullmatch(r"[\w'’]+", word) for word in item.locator("mark").all_inner_texts())


def test_a_telling_word_is_searched_for(browser: Any, long_report: Path) -> None:
    page = Watched(browser, long_report)
    button = page.tab.locator(".s-find").first
    word = button.inner_text()
    button.click()
    assert page.tab.input_value(".s-search input") == word
    assert page.status() == "100 of 200 paragraphs"


def test_more_paragraphs_come_as_one_asks(browser: Any, long_report: Path) -> None:
    page = Watched(browser, long_report)
    assert len(page.shown()) < 200
    page.tab.locator(".s-more").evaluate(
        "button => { for (let i = 0; i < 5; i++) button.click(); }"
    )
    assert len(page.shown()) == 200
    assert page.tab.locator(".s-more").is_hidden()


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("which", ["report", "notebook"])
def test_pages_fit_ask_for_nothing_and_can_be_read(
    which: str,
    scheme: str,
    size: tuple[int, int],
    browser: Any,
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> None:
    page = Watched(browser, request.getfixturevalue(which), size, scheme)
    page.open_all()
    assert page.fits()
    assert page.tab.screenshot(path=tmp_path / "page.png")
    paper, ink = page.tab.locator(".stance").first.evaluate(
        "e => [getComputedStyle(e).backgroundColor, getComputedStyle(e).color]"
    )
    assert contrast(paper, ink) >= 7
    for shape, colour in page.tab.locator(".s-shape").evaluate_all(
        "all => all.map(e => [e.textContent, getComputedStyle(e).color])"
    ):
        assert contrast(paper, colour) >= 3, shape
    page.is_quiet()


def test_tables_are_sorted_by_a_click_and_by_a_key(browser: Any, report: Path) -> None:
    page = Watched(browser, report)
    head = page.tab.locator("#shares-stance .s-shares thead th", has_text="paragraphs")
    cells = page.tab.locator("#shares-stance .s-shares td[data-name='paragraphs']")
    head.locator("button").focus()
    for key, order in (("Enter", "descending"), ("Space", "ascending")):
        page.tab.keyboard.press(key)
        assert head.get_attribute("aria-sort") == order
        figures = [int(text) for text in cells.all_inner_texts()]
        assert figures == sorted(figures, reverse=order == "descending")
    page.is_quiet()


def test_a_chart_is_saved_without_asking_for_anything(browser: Any, report: Path) -> None:
    page = Watched(browser, report)
    for kind, start in (("SVG", "<svg xmlns="), ("CSV", "label,counted,share,low,high\n")):
        with page.tab.expect_download() as download:
            page.tab.locator("#shares-stance .s-save button", has_text=kind).click()
        assert download.value.suggested_filename == f"shares-stance.{kind.lower()}"
        assert Path(download.value.path()).read_text(encoding="utf-8").startswith(start)
    assert [url for url in page.requests if not url.startswith("blob:")] == [report.as_uri()]
    assert page.complaints == []


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG 2 has it, from 1 to 21."""
    lights = []
    for colour in (one, other):
        parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
        linear = [
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        ]
        lights.append(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])
    return (max(lights) + 0.05) / (min(lights) + 0.05)


@pytest.mark.parametrize("which", ["report", "notebook"])
def test_hostile_data_stays_text(which: str, browser: Any, request: pytest.FixtureRequest) -> None:
    page = Watched(browser, request.getfixturevalue(which))
    page.open_all()
    page.tab.wait_for_timeout(100)  # an error event of an image would come by now
    assert page.tab.locator("img, #made, svg[onload], [onerror]").count() == 0
    assert "<b id='made'>bold</b>" in page.tab.inner_text("body")
    page.is_quiet()


@pytest.mark.parametrize(
    ("body", "dark"),
    [
        ('data-jp-theme-light="false"', True),
        ('data-jp-theme-light="true"', False),
        ('class="vscode-dark"', True),
        ("", False),
    ],
)
def test_a_notebooks_own_theme_is_followed(
    body: str, dark: bool, browser: Any, notebook: Path, tmp_path: Path
) -> None:
    themed = tmp_path / "themed.html"
    themed.write_text(
        f'<!doctype html><meta charset="utf-8"><body {body}>{notebook.read_text(encoding="utf-8").partition(">")[2]}',
        encoding="utf-8",
    )
    page = Watched(
        browser, themed, scheme="dark" if dark is False and body else "light"
    )  # the system says the opposite
    paper = page.tab.locator(".stance").first.evaluate("e => getComputedStyle(e).backgroundColor")
    assert (contrast(paper, "rgb(255, 255, 255)") > 10) is dark


def test_print_is_black_on_white_without_controls(browser: Any, report: Path) -> None:
    page = Watched(browser, report, scheme="dark")
    page.tab.emulate_media(media="print", color_scheme="dark")
    paper, ink = page.tab.locator(".stance").first.evaluate(
        "e => [getComputedStyle(e).backgroundColor, getComputedStyle(e).color]"
    )
    assert (paper, ink) == ("rgb(255, 255, 255)", "rgb(0, 0, 0)")
    assert page.tab.locator(".s-filters").is_hidden()
    assert page.tab.locator("nav").is_hidden()
    assert page.tab.locator(".s-item").first.is_visible()
