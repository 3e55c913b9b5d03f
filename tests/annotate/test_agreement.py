"""Agreement is that of the reference, and copies are pointed out."""

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import stance
from stance.annotate.agreement import measure_agreement
from stance.cli.main import main
from stance.errors import InputError, StanceWarning, TableError

LABELS = ("opposed", "neutral", "pro-ceasefire")


def make_readings(n: int, readers: int, agree: float = 0.8, seed: int = 0) -> list[pd.DataFrame]:
    """Return a table per reader; four paragraphs are of one article."""
    random = np.random.default_rng(seed)
    truth = random.choice(LABELS, n, p=[0.2, 0.5, 0.3])
    tables = []
    for reader in range(readers):
        own = np.where(random.random(n) < agree, truth, random.choice(LABELS, n))
        ids = [f"{row // 4}:{row % 4}-9" for row in range(n)]
        tables.append(pd.DataFrame({"paragraph_id": ids, "stance": own, "reader": f"r{reader}"}))
    return tables


def reference(tables: list[pd.DataFrame], measure: str, label: str = "") -> float:
    from nltk.metrics.agreement import AnnotationTask

    data = [
        (row.reader, row.paragraph_id, row.stance if not label else str(row.stance == label))
        for row in pd.concat(tables).itertuples()
        if isinstance(row.stance, str) and row.stance
    ]
    return float(getattr(AnnotationTask(data=data), measure)())


def value(
    figures: pd.DataFrame, measure: str, label: str = "", readers: str | None = None
) -> float:
    rows = figures[(figures["measure"] == measure) & (figures["label"] == label)]
    if readers is not None:
        rows = rows[rows["readers"] == readers]
    return float(rows["value"].iloc[0])


def test_two_readers_get_the_figures_of_nltk() -> None:
    tables = make_readings(80, 2)
    figures = measure_agreement(*tables).figures
    assert value(figures, "kappa") == pytest.approx(reference(tables, "kappa"))
    assert value(figures, "alpha") == pytest.approx(reference(tables, "alpha"))
    for label in LABELS:
        assert value(figures, "kappa", label) == pytest.approx(reference(tables, "kappa", label))
        assert value(figures, "alpha", label) == pytest.approx(reference(tables, "alpha", label))


def test_three_readers_with_gaps_get_the_alpha_of_nltk() -> None:
    tables = make_readings(60, 3)
    tables[2].loc[::3, "stance"] = ""
    figures = measure_agreement(*tables).figures
    assert value(figures, "alpha") == pytest.approx(reference(tables, "alpha"))
    pair = measure_agreement(tables[0], tables[2]).figures
    assert value(figures, "kappa", "", "r0, r2") == pytest.approx(value(pair, "kappa"))
    assert figures.query("label == '' and readers == 'r0, r2'")["n"].item() == 40


def test_intervals_hold_the_figure_and_are_wider_by_article() -> None:
    tables = make_readings(200, 2)
    figures = measure_agreement(*tables).figures
    assert ((figures["low"] < figures["value"]) & (figures["value"] < figures["high"])).all()
    # four copies of each paragraph in one article teach no more than one
    copies = [pd.concat([table.assign(n=n) for n in range(4)]) for table in tables]
    copies = [
        table.assign(
            paragraph_id=table["paragraph_id"] + table["n"].astype(str),
            article=table["paragraph_id"],
        )
        for table in copies
    ]
    whole = measure_agreement(*copies, article="article").figures.iloc[0]
    apart = measure_agreement(
        *[table.assign(one=range(len(table))) for table in copies], article="one"
    ).figures.iloc[0]
    assert whole["high"] - whole["low"] > 1.5 * (apart["high"] - apart["low"])


def test_paragraphs_without_ids_are_known_by_their_texts() -> None:
    ann, bob = (
        table.assign(text=["The keeper: " + name for name in table["paragraph_id"]])
        for table in make_readings(60, 2)
    )
    named = measure_agreement(ann, bob, article="paragraph_id")
    by_text = measure_agreement(ann.drop(columns="paragraph_id"), bob.drop(columns="paragraph_id"))
    assert value(by_text.figures, "kappa") == value(named.figures, "kappa")
    assert by_text.notes == ["stance: 60 paragraphs of 60 articles have two readings."]


def test_disagreements_have_all_readings_side_by_side() -> None:
    ann, bob, _ = make_readings(12, 3, agree=1.0)
    bob.loc[[2, 7], "stance"] = "mixed"
    rows = measure_agreement(ann, bob).disagreements
    assert rows["paragraph_id"].tolist() == ["0:2-9"] * 2 + ["1:3-9"] * 2
    assert rows["reader"].tolist() == ["r0", "r1"] * 2
    assert rows.loc[1::2, "stance"].tolist() == ["mixed", "mixed"]


def test_readings_that_look_like_copies_are_warned_of() -> None:
    tables = make_readings(30, 2, agree=1.0)
    with pytest.warns(StanceWarning) as caught:
        measure_agreement(*tables)
    assert [str(warning.message) for warning in caught] == [
        "'r0' and 'r1' gave each of 30 paragraphs the same label of 'stance', as copies would. "
        "Check that they read apart."
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        measure_agreement(*(table.head(29) for table in tables))


def test_settling_rows_are_no_readings_and_second_readings_replace_the_first() -> None:
    ann, bob = make_readings(40, 2)
    settled = ann.assign(reader="cleo", settles="yes")
    again = ann.head(3).assign(stance="opposed")
    agreement = measure_agreement(ann, bob, settled, again)
    assert set(agreement.figures["readers"]) == {"r0, r1", "all"}
    assert (
        "3 paragraphs were read again by the same reader; the last reading counts."
        in agreement.notes
    )
    changed = ann.copy()
    changed.loc[:2, "stance"] = "opposed"
    assert value(agreement.figures, "kappa") == pytest.approx(
        value(measure_agreement(changed, bob).figures, "kappa")
    )


def test_what_was_read_with_the_label_in_view_is_said() -> None:
    ann, bob = make_readings(40, 2)
    notes = measure_agreement(ann.assign(model_shown="yes"), bob).notes
    assert notes[0].startswith("40 readings were made with the model's label in view,")


def test_one_reader_or_nothing_in_common_is_refused() -> None:
    ann, bob = make_readings(10, 2)
    with pytest.raises(InputError) as error:
        stance.measure_agreement(ann)
    assert str(error.value) == (
        "there must be the readings of at least two readers; there are those of 1. "
        "Pass a table for each, or name them in column 'reader'."
    )
    with pytest.raises(InputError) as error:
        stance.measure_agreement(ann.head(5), bob.tail(5), head="stance")
    assert str(error.value) == (
        "two readers must have read the same paragraphs; in column 'stance' no paragraph has two "
        "readings. Give both the same sample."
    )
    with pytest.raises(TableError) as missing:
        stance.measure_agreement(ann, bob, head="tone")
    assert str(missing.value) == (
        "the table must have the column 'tone'; its columns are ['paragraph_id', 'stance', 'reader']."
    )


def test_the_command_names_readers_after_files_and_writes_what_they_differ_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, table in zip(("ann", "bob"), make_readings(40, 2), strict=True):
        table.drop(columns="reader").to_csv(tmp_path / f"{name}.csv", index=False)
    output = tmp_path / "differ.csv"
    assert (
        main(["agree", str(tmp_path / "ann.csv"), str(tmp_path / "bob.csv"), "-o", str(output)])
        == 0
    )
    printed = capsys.readouterr()
    assert printed.out.startswith("head,label,readers,measure,value,low,high,n,agree\n")
    assert 'stance,,"ann, bob",kappa,' in printed.out
    n = pd.read_csv(output)["paragraph_id"].nunique()
    assert f"readers differ on {n} paragraphs; their readings are in {output}" in printed.err
