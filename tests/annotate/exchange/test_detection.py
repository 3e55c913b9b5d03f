"""What other tools export is read as readings, whichever kind it is."""

import contextlib
import json
import random
import warnings
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_LZMA, ZipFile

import pandas as pd
import pytest
from conftest import ROOT
from fuzz_models import change_json

import stance
from stance.annotate.exchange.detection import read_export
from stance.annotate.readings import read_readings
from stance.errors import StanceError, TableError

FILES = ROOT / "tests" / "files" / "annotate"
IDS = ["a:0-44", "a:46-91", "b:0-40", "b:42-80"]


def labels_of(frame: pd.DataFrame, head: str, reader: str) -> dict[str, str]:
    rows = frame[(frame["reader"] == reader) & (frame[head] != "")]
    return dict(zip(rows["paragraph_id"], rows[head], strict=True))


@pytest.mark.parametrize("name", ["label_studio.json", "label_studio.min.json", "label_studio.csv"])
def test_files_of_label_studio_are_read(name: str) -> None:
    frame = read_export(FILES / name)
    assert list(frame.columns) == [
        "paragraph_id", "text", "reader", "stance", "tone", "note", "seconds", "stratum", "probability", "drawn_from", "model_shown",
    ]  # fmt: skip
    ann, bob = sorted(set(frame["reader"]) - {""})  # Label Studio numbers its users
    assert labels_of(frame, "stance", ann) == dict(
        zip(IDS, ["pro-ceasefire", "neutral", "opposed"], strict=False)
    )
    assert labels_of(frame, "tone", bob) == dict(
        zip(IDS, ["neutral", "mournful", "angry"], strict=False)
    )
    assert set(frame["probability"]) == {"0.25"}
    assert frame.loc[frame["reader"] == bob, "note"].tolist().count("by letter") == 1
    assert set(frame.loc[frame["reader"] != "", "seconds"]) == {"4.5"}
    assert name == "label_studio.min.json" or IDS[3] in set(frame["paragraph_id"])  # not yet read


@pytest.mark.parametrize("name", ["doccano.zip", "doccano_csv.zip"])
def test_files_of_doccano_are_read_and_name_the_reader(name: str) -> None:
    frame = read_export(FILES / name)
    assert labels_of(frame, "stance", "ann") == dict(
        zip(IDS, ["pro-ceasefire", "neutral", "opposed"], strict=False)
    )
    assert labels_of(frame, "stance", "bob") == dict(
        zip(IDS, ["pro-ceasefire", "opposed", "opposed"], strict=False)
    )
    assert set(frame["paragraph_id"]) == set(IDS)
    assert frame.loc[frame["note"] == "by letter", "reader"].tolist() == ["bob"]


def test_what_was_labelled_together_in_doccano_has_no_readers() -> None:
    frame = read_export(FILES / "doccano_all.zip")
    assert set(frame["reader"]) == {""}
    assert frame.loc[frame["paragraph_id"] == IDS[1], "stance"].tolist() == ["neutral", "opposed"]
    assert frame["paragraph_id"].value_counts()[IDS[3]] == 1


def test_agreement_is_measured_on_what_another_tool_exported() -> None:
    figures = stance.measure_agreement(FILES / "doccano.zip").figures
    assert figures.loc[0, ["readers", "n"]].tolist() == ["ann, bob", 3]
    assert figures.loc[0, "agree"] == pytest.approx(2 / 3)


# These three were typed by hand, after the documentation and source of the tools.
PRODIGY = [
    {"text": "A truce.", "paragraph_id": "a:0-8", "heads": "stance", "options": [{"id": "opposed", "text": "opposed"}], "accept": ["opposed"], "answer": "accept", "_input_hash": 1, "_task_hash": 2, "_annotator_id": "coast-ann", "_timestamp": 1},
    {"text": "A gun.", "paragraph_id": "a:9-15", "heads": "stance", "options": [], "accept": ["opposed"], "answer": "reject", "_input_hash": 2, "_task_hash": 3, "_annotator_id": "coast-ann", "_timestamp": 2},
    {"text": "A boat.", "paragraph_id": "b:0-7", "heads": "stance", "options": [], "accept": [], "answer": "ignore", "_input_hash": 3, "_task_hash": 4, "_annotator_id": "coast-ann", "_timestamp": 3},
]  # fmt: skip
ARGILLA = [
    {"id": "a:0-8", "status": "completed", "_server_id": "x", "fields": {"text": "A truce."}, "metadata": {"paragraph_id": "a:0-8", "heads": "stance,tone"}, "suggestions": {}, "vectors": {}, "responses": {"stance": [{"value": "opposed", "user_id": "coast-ann"}, {"value": "neutral", "user_id": "bob"}], "tone": [{"value": "angry", "user_id": "coast-ann"}]}},
    {"id": "b:0-7", "status": "pending", "_server_id": "y", "fields": {"text": "A boat."}, "metadata": {"paragraph_id": "b:0-7", "heads": "stance,tone"}, "suggestions": {}, "vectors": {}, "responses": {}},
]  # fmt: skip
FLAT_ARGILLA = [
    {"id": "a:0-8", "status": "completed", "_server_id": "x", "text": "A truce.", "stance.responses": ["opposed", "neutral"], "stance.responses.users": ["coast-ann", "bob"], "stance.responses.status": ["submitted", "discarded"], "stance.suggestion": "neutral"},
]  # fmt: skip
POTATO = [
    {"instance_id": "a:0-8", "user_id": "coast-ann", "labels": {"stance": {"opposed": "true"}}, "spans": {}, "links": {}},
    {"instance_id": "b:0-7", "user_id": "coast-ann", "labels": {}, "spans": {}, "links": {}},
]  # fmt: skip
FLAT_POTATO = [
    {"instance_id": "a:0-8", "user_id": "coast-ann", "stance.opposed": "true", "stance.neutral": ""},
    {"instance_id": "b:0-7", "user_id": "bob", "stance.opposed": "", "stance.neutral": "true"},
]  # fmt: skip


@pytest.mark.parametrize(
    ("records", "suffix"),
    [(PRODIGY, "jsonl"), (ARGILLA, "json"), (FLAT_ARGILLA, "json"), (POTATO, "jsonl"), (FLAT_POTATO, "csv")],
    ids=["prodigy", "argilla", "flat argilla", "potato", "flat potato"],
)  # fmt: skip
def test_files_of_prodigy_argilla_and_potato_are_read(
    records: list[dict[str, Any]], suffix: str, tmp_path: Path
) -> None:
    path = tmp_path / f"export.{suffix}"
    if suffix == "csv":
        pd.DataFrame(records).to_csv(path, index=False)
    elif suffix == "json":
        path.write_text(json.dumps(records), encoding="utf-8")
    else:
        path.write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")
    frame = read_export(path)
    assert labels_of(frame, "stance", "coast-ann") == {"a:0-8": "opposed"}
    assert set(frame["paragraph_id"]) == {
        one.get("paragraph_id") or one.get("instance_id") or one["id"] for one in records
    }
    assert not {"heads", "options", "_task_hash", "status"} & set(frame.columns)
    if records is ARGILLA:
        assert labels_of(frame, "stance", "bob") == {"a:0-8": "neutral"}
        assert labels_of(frame, "tone", "coast-ann") == {"a:0-8": "angry"}


def test_texts_come_from_the_table_that_was_drawn_where_an_export_has_none(tmp_path: Path) -> None:
    frame, _ = read_readings([pd.DataFrame(POTATO), FILES / "drawn.csv"])
    assert "A truce." not in set(frame["text"])
    drawn = pd.DataFrame({"paragraph_id": ["a:0-8"], "text": ["A truce."]})
    frame, _ = read_readings([pd.DataFrame(POTATO), drawn])
    assert frame.loc[0, ["text", "stance"]].tolist() == ["A truce.", "opposed"]


def test_other_tables_are_read_as_they_are() -> None:
    table = pd.DataFrame({"id": [1], "text": ["A truce."], "label": ["opposed"]})
    pd.testing.assert_frame_equal(read_export(table), table)


@pytest.mark.parametrize(
    ("records", "tool", "reason"),
    [
        ([{**ARGILLA[0], "fields": 3.5}], "Argilla", "TypeError: 'float' object is not a mapping"),
        ([{**ARGILLA[0], "responses": {"stance": [1]}}], "Argilla", "AttributeError: 'int' object has no attribute 'get'"),
        ([{**FLAT_ARGILLA[0], "stance.responses.users": []}], "Argilla", "ValueError: zip() argument 2 is shorter than argument 1"),
        ([{**POTATO[0], "labels": {"stance": True}}], "Potato", "AttributeError: 'bool' object has no attribute 'items'"),
        ([{"data": {}, "annotations": [{}]}], "Label Studio", "KeyError: 'result'"),
    ],
)  # fmt: skip
def test_a_record_of_another_shape_is_told(
    records: list[dict[str, Any]], tool: str, reason: str
) -> None:
    with pytest.raises(TableError) as error:
        read_export(pd.DataFrame(records))
    assert str(error.value) == (
        f"the table must be what {tool} exports; one of its records has another shape ({reason}). "
        "Export it again."
    )


@pytest.mark.parametrize(
    "records",
    [PRODIGY, ARGILLA, FLAT_ARGILLA, POTATO, FLAT_POTATO],
    ids=["prodigy", "argilla", "flat argilla", "potato", "flat potato"],
)
def test_a_forged_export_is_read_or_refused(records: list[dict[str, Any]], tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    for number in range(60):
        path.write_bytes(change_json(json.dumps(records).encode(), random.Random(number)))
        with contextlib.suppress(StanceError):
            read_export(path)


def _hostile_zip(path: Path, kind: str) -> None:
    method = ZIP_LZMA if kind == "lzma" else ZIP_DEFLATED
    row = b"id,text,label,Comments\n1,A truce.,opposed,\n"
    with ZipFile(path, "w", method) as archive:
        archive.writestr("ann.csv" if kind != "long name" else "a" * 300 + ".csv", row)
        if kind == "inner":
            archive.writestr("export.zip", row)
        if kind == "files":
            for number in range(10_000):
                archive.writestr(f"{number}.csv", b"")
    content = bytearray(path.read_bytes())
    if kind == "encrypted":
        for start in (content.index(b"PK\3\4") + 6, content.index(b"PK\1\2") + 8):
            content[start] |= 1
    if kind == "damaged":
        content[40:60] = bytes(20)
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("inner", "must hold tables; it holds the zip 'export.zip'. Unpack it first."),
        ("files", "must hold at most 10,000 files of 1,073,741,824 bytes in all; it holds more."),
        ("lzma", "must be packed by deflate, as exports are; it is packed in another way"),
        ("encrypted", "must be packed by deflate, as exports are; it is packed in another way"),
        ("long name", "must be a zip; it is not ([Errno 36] File name too long"),
        ("damaged", "must be a zip; it is not ("),
    ],
)
def test_a_hostile_zip_is_refused(kind: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    _hostile_zip(path, kind)
    with pytest.raises(TableError) as error:
        read_export(path)
    assert str(error.value).startswith(f"{path} {message}")


def test_two_files_of_one_name_in_a_zip_are_both_read(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "export.zip", "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that the name is there already
        for number in range(2):
            archive.writestr("ann.csv", f"id,text,label,Comments\n{number},A truce.,opposed,\n")
    assert read_export(tmp_path / "export.zip")["paragraph_id"].tolist() == ["0", "1"]


def test_several_labels_of_a_kind_are_refused() -> None:
    twice = [{**PRODIGY[0], "accept": ["opposed", "neutral"]}]
    with pytest.raises(TableError) as error:
        read_export(pd.DataFrame(twice))
    assert str(error.value) == (
        "the table must have one label of a kind for each paragraph; one has ['opposed', 'neutral']. "
        "Ask for a single choice, and export it again."
    )


def test_a_zip_that_is_none_or_empty_is_refused(tmp_path: Path) -> None:
    (tmp_path / "none.zip").write_bytes(b"PK and no more")
    with pytest.raises(
        TableError, match=r"none\.zip must be a zip; it is not \(.*\)\. Export again\.$"
    ):
        read_export(tmp_path / "none.zip")
    with ZipFile(tmp_path / "empty.zip", "w"):
        pass
    with pytest.raises(
        TableError, match=r"empty\.zip must hold a table; it is empty\. Export again\.$"
    ):
        read_export(tmp_path / "empty.zip")
