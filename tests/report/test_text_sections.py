"""Whose voice, which words, which paragraphs."""

from html_tree import by_class, read_html, text_of
from reported import Tables, section_of

from stance.report.keywords import WordCounts
from stance.report.text_sections import count_words, words_section


def test_voices_are_counted_by_label(tables: Tables) -> None:
    table = by_class(section_of(tables.full(), "voices"), "s-voices")[0]
    rows = [[text_of(cell) for cell in row] for row in table.iter("tr")]
    assert rows[0][2:] == ["own voice", "attributed", "quoted"]
    counts = {row[0].split()[1]: [int(cell.split()[0]) for cell in row[2:]] for row in rows[1:]}
    labelled = [row for row in tables.rows() if row["status"] == "labelled"]
    assert {label: sum(voices) for label, voices in counts.items()} == {
        label: sum(row["stance"] == label for row in labelled)
        for label in tables.model.labels["stance"]
    }
    assert sum(voices[2] for voices in counts.values()) == 1  # “We will fight ...”


def test_telling_words_can_be_searched_for_and_show_their_counts() -> None:
    words = WordCounts(None)
    common = [f"word {number}" for number in range(30)]
    for _ in range(20):
        words.add(["fight", *common], "against")
        words.add(["<lamp>", *common], "for")
    section = read_html(words_section("charged", ["against", "for", "neutral"], words))
    lists = by_class(section, "s-words")
    assert [text_of(each) for each in lists] == ["fight 20:0", "<lamp> 20:0", "none stands out"]
    assert by_class(section, "s-find")[1].text == "<lamp>"


def test_words_are_counted_for_each_head(tables: Tables) -> None:
    from stance.report.counts import TableCounts
    from stance.report.labelled_table import read_labelled

    counts = TableCounts(tables.model.labels, sample=100)
    with read_labelled(
        tables.labelled, tables.model.labels, source=tables.articles, text="body"
    ) as table:
        for rows in table.batches():
            counts.add(rows)
    words = count_words(counts.heads, counts.sample, None)
    for head in counts.heads:
        labels = {
            row.block.results[head].label for row in counts.sample if "boats" in row.block.text
        }
        assert {
            label for label, counter in words[head].counts.items() if counter["boats"]
        } == labels


def test_examples_are_the_surest_and_the_least_sure_with_their_evidence(tables: Tables) -> None:
    examples = section_of(tables.full(), "examples")
    (surest, least_sure) = by_class(examples, "s-grid2")[0]
    rows = [row for row in tables.rows() if row["status"] == "labelled"]
    closest = min(rows, key=lambda row: float(row["stance_probability"]))
    story = tables.folder / "articles.csv"
    assert text_of(least_sure[0]) == "stance: the least certain"
    first = text_of(by_class(least_sure, "s-text")[0])
    assert first in story.read_text(encoding="utf-8")
    assert len(first) == int(closest["end"]) - int(closest["start"])
    assert by_class(surest, "s-why") and list(surest.iter("mark"))
