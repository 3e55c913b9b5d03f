"""Paragraphs are labelled again for their evidence, which shows whether the model is the right one."""

import pytest
from reported import STORIES, Tables

import stance
from stance.errors import TableError
from stance.model import Model
from stance.report.counts import TableCounts
from stance.report.evidence import find_evidence
from stance.report.labelled_table import read_labelled


def count(tables: Tables) -> TableCounts:
    counts = TableCounts(tables.model.labels, sample=100)
    with read_labelled(
        tables.labelled, tables.model.labels, source=tables.articles, text="body"
    ) as table:
        for rows in table.batches():
            counts.add(rows)
    counts.end()
    return counts


def test_words_are_those_of_the_paragraph_alone(tables: Tables) -> None:
    counts = count(tables)
    explained = find_evidence(tables.model, counts, tables.labelled)
    assert set(explained) == {row.number for row in counts.sample}
    for row in counts.sample:
        block = explained[row.number]
        assert (block.start, block.end, block.text) == (0, len(row.block.text), row.block.text)
        alone = tables.model.label(row.block.text, unit="row")[0]
        assert block.evidence["stance"] == alone.evidence["stance"]
        assert block.probability == row.block.probability


def test_another_model_is_refused(tables: Tables) -> None:
    counts = count(tables)
    with pytest.raises(TableError) as error:
        find_evidence(stance.load(), counts, tables.labelled)
    assert str(error.value).startswith(f"{tables.labelled}, paragraph of row ")
    assert str(error.value).endswith(
        "that the table gives it; this model and text give another. Pass the model (--model), table (--source) and column (--text) "
        "that it was scored with."
    )


def test_a_model_of_several_targets_explains_nothing(tmp_path, lighthouse, small: Model) -> None:  # type: ignore[no-untyped-def]
    rows = lighthouse.assign(about=["truce", "oil"] * (len(lighthouse) // 2))
    model = stance.train(rows, target_column="about", name="targets")
    tables = Tables(tmp_path, small, STORIES)
    assert find_evidence(model, count(tables), tables.labelled) == {}
