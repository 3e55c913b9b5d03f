"""Take the pictures of README and docs.

They show the articles in seeds/articles.csv, which are composed; their outlets do not exist.

usage: python docs/make_pictures.py
"""

from __future__ import annotations

import csv
import shutil
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

import stance

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "pictures"
ARTICLES = ROOT / "seeds" / "articles.csv"


def notebook_page(folder: Path) -> Path:
    """Write what a notebook shows of the third article."""
    with ARTICLES.open(encoding="utf-8", newline="") as lines:
        article = list(csv.DictReader(lines))[2]
    page = folder / "notebook.html"
    shown = stance.load().label(article["body"])._repr_html_()
    page.write_text(
        f'<!doctype html><meta charset="utf-8"><body style="margin:0">{shown}', encoding="utf-8"
    )
    return page


def report_page(folder: Path) -> Path:
    """Write the report of all articles."""
    page = folder / "report.html"
    stance.label_file(ARTICLES, folder / "labelled.csv", text="body")
    stance.write_report(
        folder / "labelled.csv",
        page,
        source=ARTICLES,
        text="body",
        by="outlet",
        title="Positions conveyed: twelve articles",
    )
    return page


def annotation_page(folder: Path) -> Path:
    """Write a page on which paragraphs of all articles are labelled."""
    page = folder / "annotate.html"
    drawn = stance.draw(folder / "labelled.csv", 60, source=ARTICLES, text="body")
    stance.write_annotation_page(drawn, page, title="Twelve articles")
    return page


def take(browser: Any, page: Path, size: tuple[int, int], *, keys: str = "") -> None:
    """Take one picture, under the page's name, after some keys."""
    tab = browser.new_page(viewport={"width": size[0], "height": size[1]}, color_scheme="light")
    tab.goto(page.as_uri())
    tab.keyboard.type(keys)
    tab.screenshot(path=PICTURES / f"{page.stem}.png")


def main() -> None:
    """Take all pictures."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as tools:
        browser = tools.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        take(browser, notebook_page(Path(folder)), (780, 800))
        take(browser, report_page(Path(folder)), (1180, 1000))
        take(browser, annotation_page(Path(folder)), (1080, 720), keys="Ana\n" + "32" * 11 + "3")
        browser.close()


if __name__ == "__main__":
    main()
