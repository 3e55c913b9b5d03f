"""The extension reads HTML as the rules of stance.text.html do, or leaves it to them."""

import random
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_texts import random_documents

from stance.scoring.blocks import _read_page, _read_quickly, _read_text, split_cells, take_whole
from stance.text.html import describe_tags, read_html, split_text

compiled = pytest.importorskip(
    "stance.scoring._scorer", reason="needs the compiled scorer, which was not built here"
)
TAGS, UNREAD = describe_tags()
PIECES = [
    # tags, whole and broken
    "<p>", "</p>", "<P CLASS=x>", "<b>", "</b >", "<br/>", "<br />", "<br / >", "<h1>", "</H1>", "<h7>", "<li>", "<ul\n>",
    "<a href='x>y'>", '<a title="don\'t">', "<p class=don't>", '<a href="x', "<p a='", "<p a=\"<b>\">", "<p\u00a0x>", "<p\u0301>",
    "<>", "</>", "< p>", "<", ">", "<<p>", "<p", "</p", "<name>", "<o:p>", "</o:p>", "<x-y z>", "<-x>", "<x->", "<_-:>", "<1-2>",
    "<blockquote>", "<figcaption>", "<averyveryverylongname>", "<averyvery-verylongname>", "</averyveryverylongname>",
    # elements that are not read, and what may end them
    "<script>", "</script>", "</script \n>", "<SCRIPT src=x/>", "</Script", "<style>", "</style>", "<nav>", "</nav>", "<head>",
    "</head>", "<svg/>", "<select a=\"-->\">", "</select>", "<!--", "-->", "<!-->", "<!--->", "--", "<title>", "<b title='-->'>",
    # declarations
    "<!doctype html>", "<!DOCTYPE", "<!x", "<!>", "<?xml v?>", "<?", "<?>", "<![CDATA[", "<![cData[", "<![CDATA", "]]>", "]]", "]",
    # entities
    "&amp;", "&nbsp;", "&#38;", "&#x26;", "&#X1f54a;", "&#1234567;", "&#12345678;", "&#x1234567;", "&#;", "&#x;", "&#xg;", "&a;",
    "&ab;", "&ampx;", "&notit;", "&CounterClockwiseContourIntegral;", "&" + "a" * 32 + ";", "&" + "a" * 33 + ";", "&", "&1a;", "&lt",
    "&#0;", "&#55296;", "&#128;", "&amp;lt;", "&#\u0663;", "&am\u0440;",
    # letters that another case makes ASCII's
    "<\u212a>", "<lin\u212a>", "<d\u0130v>", "<d\u0131v>", "<\u017fpan>", "</\u017fcript>", "</scr\u0131pt>", "<!\u017f>", "&\u017fup;",
    # white space and text
    " ", "  ", "\n", "\n\n", "\r", "\r\n", "\r\r", "\r\n \r\n", "\t", " \n", "\u00a0", "\u2028", "\x85", "\x00", "\x1c",
    "truce", "war.", "é", "停火", "\U0001f54a", "\ud800", "x < y", "'", '"', "=", "/", "<article>", "</article>", "<html>", "<main>", "</main>",
]  # fmt: skip


def count_read(sources: Iterable[str]) -> int:
    """Count the sources that the extension reads, each of which it must read right."""
    n_read = 0
    for source in sources:
        expected = read_html(source)
        assert _read_page(source) == expected, ascii(source)
        assert _read_text(source) == expected.text, ascii(source)
        n_read += _read_quickly(source) is not None
    return n_read


def random_pages(n_pages: int, random_state: int) -> Iterable[str]:
    """Make pages of up to fourteen pieces, of few kinds each so that tags meet their ends."""
    rng = random.Random(random_state)
    for _ in range(n_pages):
        pool = rng.choices(PIECES, k=rng.choice((3, 6, 20)))
        yield "".join(rng.choices(pool, k=rng.randrange(15)))


def test_of_each_piece_and_all_pairs() -> None:
    assert count_read(PIECES) > 130
    assert count_read(first + second for first in PIECES for second in PIECES) > 15_000


def test_of_random_pages() -> None:
    assert count_read(random_pages(20_000, random_state=1)) > 10_000


@pytest.mark.slow
def test_of_many_random_pages() -> None:
    assert count_read(random_pages(100_000, random_state=2)) > 60_000


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=9)).map("".join))
def test_of_any_text(source: str) -> None:
    count_read([source])


def test_of_texts_without_tags() -> None:
    count_read(random_documents(500, random_state=3))


@pytest.mark.parametrize(
    "template", ["<{}>", "<b{}>", "<b {}=>", "</{}b>", "<p>&{};", "&a{};", "&#{};", "<p>{}", "<!{}>", "<script>x</s{}ript>"]
)  # fmt: skip
def test_of_every_character(template: str) -> None:
    points = [*range(0x3100), *range(0xD7FE, 0xE002), *range(0xFB00, 0x10000), 0x1D7D8, 0x10FFFF]
    assert count_read(template.format(chr(point)) for point in points) > 3_000


@pytest.mark.parametrize("name", [*TAGS, *(f"/{name}" for name in UNREAD), *UNREAD])
def test_of_every_tag(name: str) -> None:
    tags = [f"<{name}>", f"<{name.upper()} x>", f"<{name}x>", f"<{name}/>"]
    assert count_read(f"a\nb{tag}c\n\nd" for tag in tags) == len(tags)


def test_cells_are_taken_as_python_takes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = [*random_pages(500, random_state=4), "<p> </p>", "&amp;", None]
    taken = [
        take(cells, None, html)
        for take in (take_whole, split_cells)
        for html in ("detect", "strip", "keep")
    ]
    monkeypatch.setattr("stance.scoring.blocks.compiled_html", lambda *_: None)
    again = [
        take(cells, None, html)
        for take in (take_whole, split_cells)
        for html in ("detect", "strip", "keep")
    ]
    for (blocks, texts), (python_blocks, python_texts) in zip(taken, again, strict=True):
        assert texts == python_texts
        assert {name: values.tolist() for name, values in blocks.items()} == {
            name: values.tolist() for name, values in python_blocks.items()
        }
    page = "<h1>Talks</h1>\n<p>They &amp; we <b>met</b>.</p>"
    assert split_cells([page], None, "detect")[1] == [block.text for block in split_text(page)]


def test_a_long_name_and_numbers_out_of_range() -> None:
    assert max(len(name) for name in (*TAGS, *UNREAD)) <= 16
    assert set(UNREAD.values()) == set(range(len(UNREAD))) <= set(range(15))
    with pytest.raises(ValueError, match=r"^`unread` must hold numbers from 0 to 14\.$"):
        compiled.read_html("<p>", 0, 3, TAGS, {"p": 15}, str)
    with pytest.raises(TypeError, match=r"^`tags` must hold str\.$"):
        compiled.read_html("<p>", 0, 3, {"p": 1}, UNREAD, str)
    with pytest.raises(TypeError):
        compiled.read_html("<p>&amp;", 0, 8, TAGS, UNREAD, len)
    for start, end in ((-1, 2), (2, 1), (0, 4)):
        with pytest.raises(ValueError, match=r"^`start` and `end` must be in the source\.$"):
            compiled.read_html("<p>", start, end, TAGS, UNREAD, str)
    with pytest.raises(ZeroDivisionError):
        compiled.read_html("&amp;", 0, 5, TAGS, UNREAD, lambda _: 1 / 0)


@pytest.mark.parametrize(
    "hostile",
    ["<p ", '<a href="', "<!--", "<script>", "&", "<p>", "<p a='", "<article>", "<svg>x", "</script ", "&a", "<a-", "]]", " \n"],
)  # fmt: skip
def test_tags_that_never_end_take_no_longer(hostile: str) -> None:
    assert _read_quickly("<script>" + hostile * 200_000) is not None
