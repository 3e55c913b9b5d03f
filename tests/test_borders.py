"""What libraries and the system raise is turned into an error of `stance.errors` at the border."""

import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import stance
from stance.model import Model
from stance.training.classifier import ParagraphClassifier

LONG, NULL = "a" * 5000, "a\x00b"


@pytest.mark.parametrize("name", [LONG, NULL], ids=["too long", "null"])
def test_paths_that_no_file_can_have_are_named(name: str, small: Model, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("text\nA truce.\n")
    calls: list[Callable[[], object]] = [
        lambda: stance.label_file(name, tmp_path / "out.csv", model=small),
        lambda: stance.label_file([name, name], tmp_path / "out.csv", model=small),
        lambda: stance.label_file(tmp_path / "in.csv", tmp_path / f"{name}.csv", model=small),
        lambda: stance.load(name),
        lambda: small.save(tmp_path / name),
    ]
    for call in calls:
        with pytest.raises(stance.StanceError, match=r"(must be|there is none).*\.$"):
            call()


def test_a_model_is_not_saved_below_a_file(small: Model, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(stance.ModelError, match="must be a folder that can be written; "):
        small.save(tmp_path / "file" / "model")


@pytest.mark.parametrize("suffix", ["parquet", "feather"])
def test_a_damaged_file_is_a_table_error_or_a_table(
    suffix: str, small: Model, tmp_path: Path
) -> None:
    pa = pytest.importorskip("pyarrow")
    feather = pytest.importorskip("pyarrow.feather")
    whole = tmp_path / f"whole.{suffix}"
    frame = pd.DataFrame({"text": ["A truce.", None] * 9, "id": range(18)})
    if suffix == "parquet":
        frame.to_parquet(whole)
    else:
        feather.write_feather(pa.Table.from_pandas(frame), whole, compression="uncompressed")
    rng, content = random.Random(8), whole.read_bytes()
    for _ in range(60):
        damaged = bytearray(content)
        for _ in range(3):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        (tmp_path / f"in.{suffix}").write_bytes(damaged)
        try:
            stance.label_file(
                tmp_path / f"in.{suffix}", tmp_path / "out.csv", model=small, keep="all", force=True
            )
        except stance.StanceError:
            continue


def test_a_name_that_is_not_unicode_is_an_error_of_the_database(
    small: Model, tmp_path: Path
) -> None:
    pytest.importorskip("sqlalchemy")
    sqlite3.connect(tmp_path / "news.db").close()
    (tmp_path / "news.db").touch()
    with pytest.raises(stance.StanceError):
        stance.sql.label_sql(
            f"sqlite:///{tmp_path}/news.db?table=\ud800",
            f"sqlite:///{tmp_path}/out.db?table=b",
            model=small,
        )


def test_half_a_surrogate_pair_stays_in_the_frame_of_a_document(small: Model) -> None:
    text = "They urged a truce \ud800 now."
    assert small.label(text).to_frame()["text"].tolist() == [text]


def test_weights_may_be_a_series_of_any_index() -> None:
    texts = ["They urged a truce.", "We will fight.", "The talks go on."] * 8
    weights = pd.Series(1.0, index=range(100, 124))
    fitted = ParagraphClassifier().fit(texts, ["a", "b", "c"] * 8, sample_weight=weights)
    assert list(fitted.classes_) == ["a", "b", "c"]
