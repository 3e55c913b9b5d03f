"""The text of HTML, and the places of its paragraphs in the source."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.text.html import is_html, read_html, split_text
from stance.text.paragraphs import split_paragraphs

PAGE = (
    "<!DOCTYPE html><html><head><title>T</title><style>p{}</style></head><body><nav><ul><li>Home</ul></nav>"
    "<article><h1>Talks Resume</h1><p>Envoys\nmet <b>on</b> Monday.</p><script>x < y</script></article><footer>Imprint</footer></body></html>"
)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<p>A rejection.</p><p>A call.</p>", ["A rejection.", "A call."]),
        ("They met.<br>No truce.<br/>None.", ["They met.", "No truce.", "None."]),
        ("No <i>tru</i>ce &mdash; n&#111;ne.", ["No truce — none."]),
        ("<p>wrapped\nin the\nsource</p>", ["wrapped in the source"]),
        ("<p>One.\n\nTwo.</p>", ["One.", "Two."]),
        ("<a href='x>y'>A link</a>, <a title=\"don't\">another</a>.", ["A link, another."]),
        ("<p class=don't>He said.</p>", ["He said."]),
        ("Before <script>var x = '<p>';</script>after <!-- <p>not</p> -->it.", ["Before after it."]),
        ("Never <script>closed is kept.", ["Never closed is kept."]),
        ("Nor is <!-- a comment.", ["Nor is <!-- a comment."]),
        ("<p>Nor is</p> <!-- a comment.", ["Nor is", "a comment."]),
        (PAGE, ["Talks Resume", "Envoys met on Monday."]),
        ("a < b and c > d & e", ["a < b and c > d & e"]),
        ("<name> &co; AT&T", ["<name> &co; AT&T"]),
        ("<p></p>", []),
    ],
)  # fmt: skip
def test_html_is_read_without_its_tags(source: str, expected: list[str]) -> None:
    assert [block.text for block in split_text(source)] == expected


def test_headings_and_list_items_are_known_by_their_tags() -> None:
    source = "<h2>Talks</h2><p>They met.</p><ul><li>Oil<li>Herring</ul>"
    assert [block.kind for block in split_text(source)] == [
        "heading",
        "paragraph",
        "list item",
        "list item",
    ]


def test_a_span_is_the_paragraph_in_the_source_with_the_tags_inside_it() -> None:
    source = "<p> No <b>truce</b> &amp; no talks&nbsp;</p>\n<p>&quot;Never&quot;</p>"
    blocks = split_text(source)
    assert [source[block.start : block.end] for block in blocks] == [
        "No <b>truce</b> &amp; no talks",
        "&quot;Never&quot;",
    ]
    assert [block.text for block in blocks] == ["No truce & no talks", '"Never"']


@given(
    st.lists(
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<b>",
                "truce",
                " ",
                "\n\n",
                "&amp;",
                "<br>",
                "<h1>",
                "war.",
                "<script>",
                "</script>",
                "<!--",
                "-->",
                "<li>",
                "é",
            ]
        )
    )
)
def test_whatever_the_tags_spans_are_in_order_and_give_the_text(pieces: list[str]) -> None:
    source = "".join(pieces)
    ends = [0]
    for block in split_text(source):
        assert ends[-1] <= block.start < block.end <= len(source)
        ends.append(block.end)
        slice_of_source = " ".join(read_html(source[block.start : block.end]).text.split())
        if (
            "<!--" not in source
            and "script" not in source
            and not any(mark in slice_of_source for mark in "#•")
        ):
            assert slice_of_source == " ".join(block.text.split())


@given(st.text())
def test_a_text_that_is_not_html_is_split_as_ever(text: str) -> None:
    if not is_html(text):
        assert [(*block[:3],) for block in split_text(text)] == [
            tuple(block) for block in split_paragraphs(text)
        ]


@pytest.mark.parametrize(
    "hostile", ["<p ", '<a href="', "<!--", "<script>", "&", "<p>", "<p a='", "<article>", "<svg>x"]
)
def test_tags_that_never_end_take_no_longer(hostile: str) -> None:
    start = time.process_time()
    read_html(hostile * 20_000)
    assert time.process_time() - start < 5  # a second search for each tag would take minutes
