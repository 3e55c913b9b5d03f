"""What a notebook shows of a document and of a model."""

import html
import re

from stance.model import Model
from stance.results import Evidence
from stance.show.notebook import SHOWN_CHARACTERS, document_html, mark_evidence, model_html

ATTACK = "<script>alert(1)</script> No truce <img src=x onerror=alert(1)> was voted for by the council. \"'><b onclick=x>"


def test_a_block_says_stance_tone_and_probability_in_words(small: Model) -> None:
    block = small.label("The council voted against a truce by nine to two.")
    page = block._repr_html_()
    for head, result in block[0].results.items():
        assert f'<span class="s-quiet">{head}</span>' in page
        assert f"</b>{result.label}</span> {result.probabilities[result.label]:.0%}" in page


def test_uncertainty_names_the_next_label(shipped: Model) -> None:
    document = shipped.label(
        "CAIRO - Negotiators trying to arrange a cease-fire began leaving the capital on Monday to consult their leaders."
    )
    result = document[0].results["stance"]
    assert result.uncertain
    second = sorted(result.probabilities, key=lambda label: -result.probabilities[label])[1]
    assert f"uncertain; {second} {result.probabilities[second]:.0%}" in document._repr_html_()


def test_the_weightiest_words_are_underlined_with_their_contribution(small: Model) -> None:
    block = small.label("The council voted against a truce by nine to two.")[0]
    strongest = block.evidence["stance"][0]
    page = document_html([block])
    assert f'title="{strongest.contribution:+.3f}">{strongest.text}</mark>' in page


def test_marks_show_strength_and_direction() -> None:
    words = [
        Evidence("no", 10, 12, -0.9),
        Evidence("weak", 13, 17, 0.2),
        Evidence("faint", 18, 23, 0.01),
        Evidence("yes", 24, 27, 0.5),
    ]
    assert mark_evidence("no weak faint yes", words, 10) == (
        '<mark class="s-3 s-against" title="-0.900">no</mark> <mark class="s-1" title="+0.200">weak</mark> faint '
        '<mark class="s-2" title="+0.500">yes</mark>'
    )


def test_every_character_of_the_text_comes_out_once(shipped: Model) -> None:
    text = 'They "rejected" the truce & vowed <to> fight until the enemy’s surrender; hope, said the envoy, was gone.'
    shown = re.search(r'<p class="s-text">(.*?)</p>', shipped.label(text)._repr_html_())
    assert shown is not None
    assert html.unescape(re.sub(r"<[^>]+>", "", shown[1])) == text


def test_a_page_is_inert_and_self_contained(small: Model) -> None:
    page = small.label(ATTACK, html="keep")._repr_html_()
    for forbidden in ("<script", "<img", "<b onclick", "http", "@import", "url("):
        assert forbidden not in page
    assert "&lt;script&gt;" in page


def test_the_style_touches_nothing_outside_its_class(small: Model) -> None:
    style = re.search(r"<style>(.*)</style>", small.label("A truce.")._repr_html_(), re.DOTALL)
    assert style is not None
    rules = re.sub(r"/\*.*?\*/", "", style[1], flags=re.DOTALL)
    selectors = [
        part.strip() for rule in re.findall(r"([^{}]+)\{", rules) for part in rule.split(",")
    ]
    assert len(selectors) > 20
    assert all(re.search(r"\.stance(-doc)?\b", selector) for selector in selectors)


def test_headings_are_quiet_but_there(small: Model) -> None:
    page = small.label(
        "Lamps Out\n\nThe council voted against a truce by nine to two."
    )._repr_html_()
    assert '<div class="s-said">heading · skipped</div><p class="s-text">Lamps Out</p>' in page


def test_a_long_document_and_a_long_block_are_capped_and_say_so(small: Model) -> None:
    page = small.label("\n\n".join(["The council voted against a truce."] * 260))._repr_html_()
    assert "60 more blocks are not shown; <code>to_frame()</code> has them all." in page
    long = small.label("truce " * 3_000, unit="row")._repr_html_()
    assert (
        f"… {18_000 - SHOWN_CHARACTERS:,} more characters; <code>.text</code> has them all." in long
    )
    assert long.count("truce") < 1_000


def test_an_empty_document_says_so(small: Model) -> None:
    assert "0 blocks, 0 labelled: none" in small.label("")._repr_html_()


def test_a_model_shows_its_labels_and_figures(small: Model) -> None:
    page = small._repr_html_()
    low, high = small.facts["cross_validation"]["stance"]["macro_f1_interval"]
    assert f"({low:.2f} to {high:.2f})" in page
    assert "Model lighthouse" in page
    assert all(label in page for labels in small.labels.values() for label in labels)
    assert "not measured" in model_html({"<b>": ("x", "y")}, {})
    assert "<th><b></th>" not in model_html({"<b>": ("x", "y")}, {})
