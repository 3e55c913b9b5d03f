"""The model a user holds."""

import io
import pickle
import subprocess
import sys
import textwrap
from pathlib import Path

import pandas as pd
import pytest

import stance
from stance.model import Model

DOCUMENT = """Lamps Out

The council voted against a truce by nine to two.

• The guild urged both to stop the fighting.

Source: Harbour Office"""


def test_label_gives_every_block_in_order(small: Model) -> None:
    document = small.label(DOCUMENT)
    assert [block.kind for block in document] == ["heading", "paragraph", "list item", "credit"]
    assert [block.status for block in document] == ["skipped", "labelled", "labelled", "skipped"]
    assert document[1].stance == "opposed"
    assert document[0].stance is None
    assert document[0].probability == {}
    for block in document:
        assert document.text[block.start : block.end] == block.text


def test_asked_for_headings_are_labelled(small: Model) -> None:
    assert (
        small.label("The council voted against a truce\n\nA truce.", kinds=stance.KINDS)[0].status
        == "labelled"
    )


@pytest.mark.parametrize(("level", "words"), [(0.3, "0.3"), (1.5, "1.5")])
def test_a_level_that_means_nothing_is_refused(level: float, words: str, small: Model) -> None:
    with pytest.raises(
        stance.InputError, match=rf"`level` must be from 0\.5 to 0\.99; got {words}\."
    ):
        small.label("A truce.", level=level)


@pytest.mark.parametrize("unit", ["document", "rows"])
def test_an_unknown_unit_is_refused(unit: str, small: Model) -> None:
    with pytest.raises(
        stance.InputError, match=rf"^`unit` must be one of \['paragraph', 'row'\]; got '{unit}'\.$"
    ):
        small.label("A truce.", unit=unit)


@pytest.mark.parametrize("kinds", ["paragrpah", ["heading", "title"]])
def test_an_unknown_kind_is_refused(kinds: str | list[str], small: Model) -> None:
    got = [kinds] if isinstance(kinds, str) else kinds
    with pytest.raises(stance.InputError) as error:
        small.label("A truce.", kinds=kinds)
    assert str(error.value) == f"`kinds` must be among {list(stance.KINDS)!r}; got {got!r}."


def test_a_row_is_one_paragraph_whatever_it_contains(small: Model) -> None:
    (block,) = small.label(DOCUMENT, unit="row")
    assert (block.text, block.kind, block.status) == (DOCUMENT, "paragraph", "labelled")


def test_one_kind_may_be_named_alone(small: Model) -> None:
    assert [block.status for block in small.label(DOCUMENT, kinds="list item")] == [
        "skipped",
        "skipped",
        "labelled",
        "skipped",
    ]


def test_what_is_not_text_is_refused(small: Model) -> None:
    with pytest.raises(
        stance.InputError,
        match=r"`text` must be a str; got float\. Decode bytes first, and drop missing values\.$",
    ):
        small.label(float("nan"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "French",
            "Les négociateurs ont quitté la ville sans avoir trouvé un accord sur la trêve.",
        ),
        ("German", "Die Unterhändler verließen die Stadt ohne eine Einigung über die Waffenruhe."),
        (
            "Spanish",
            "Los negociadores abandonaron la ciudad sin llegar a un acuerdo sobre la tregua.",
        ),
        ("Turkish", "Müzakereciler ateşkes konusunda anlaşmaya varamadan kentten ayrıldı."),
        (None, "Peregovorshchiki pokinuli gorod, tak i ne dogovorivshis o peremirii."),
        ("Chinese", "停火谈判没有结果"),
    ],
)
def test_another_language_gets_no_label(language: str | None, text: str, shipped: Model) -> None:
    block = shipped.label(text)[0]
    assert (block.language, block.stance, block.tone) == (language, None, None)
    assert block.status == ("language" if language else "unfamiliar")


@pytest.mark.parametrize(
    "text",
    [
        "The visitors scored twice before half time and held on in the rain to win the cup.",
        "Researchers measured the temperature of the lake every morning for eleven years.",
        "The bank left interest rates unchanged and said that prices were rising more slowly.",
    ],
    ids=["sport", "science", "business"],
)
def test_english_on_any_subject_is_familiar_enough(text: str, shipped: Model) -> None:
    assert shipped.label(text)[0].status == "labelled"


class TestLabelFrame:
    @pytest.mark.parametrize(
        "index",
        [
            pd.Index([5, 5]),
            pd.MultiIndex.from_tuples([("a", 1), ("b", 2)]),
            pd.Index(["x", "y"], name="key"),
        ],
        ids=["duplicates", "MultiIndex", "named"],
    )
    def test_the_index_is_kept(self, index: pd.Index, small: Model) -> None:
        frame = pd.DataFrame({"text": [DOCUMENT, "They urged a truce."]}, index=index)
        out = small.label_frame(frame)
        assert out.index.equals(index.take([0, 0, 0, 0, 1]))
        assert out.index.names == index.names
        assert out["row"].tolist() == [0, 0, 0, 0, 1]

    def test_the_input_is_left_as_it_was(self, small: Model) -> None:
        frame = pd.DataFrame({"text": [DOCUMENT, None], "stance": ["mine", "own"]})
        before = frame.copy(deep=True)
        small.label_frame(frame, keep="all")
        pd.testing.assert_frame_equal(frame, before)

    @pytest.mark.parametrize("unit", ["paragraph", "row", "document"])
    def test_every_cell_has_a_row_and_a_status(self, unit: str, small: Model) -> None:
        cells = ["They urged a truce.", None, float("nan"), pd.NA, "", " \n", 7, "…", "zzz qqq xxx"]
        out = small.label_frame(pd.DataFrame({"text": cells}), unit=unit)
        assert out["row"].tolist() == list(range(9))
        assert out["status"].tolist() == [
            "labelled",
            "missing",
            "missing",
            "missing",
            "empty",
            "empty",
            "not text",
            "empty",
            "unfamiliar",
        ]
        if unit != "document":
            assert out["stance"].isna().tolist() == [False] + [True] * 8
            assert out["stance_p_opposed"].isna().tolist() == [False] + [True] * 8

    def test_the_text_column_may_be_named_by_position(self, small: Model) -> None:
        frame = pd.DataFrame({"body": ["They urged a truce."]})
        by_position, by_name = (
            small.label_frame(frame, "body"),
            small.label_frame(frame, text="body"),
        )
        pd.testing.assert_frame_equal(by_position, by_name)

    def test_units(self, small: Model) -> None:
        frame = pd.DataFrame({"text": [DOCUMENT]})
        assert len(small.label_frame(frame)) == 4
        assert len(small.label_frame(frame, unit="row")) == 1
        shares = small.label_frame(frame, unit="document").iloc[0]
        assert (shares["paragraphs"], shares["labelled"]) == (4, 2)
        assert shares[
            ["stance_share_neutral", "stance_share_opposed", "stance_share_pro_ceasefire"]
        ].sum() == pytest.approx(1)

    def test_kept_columns_never_clash(self, small: Model) -> None:
        frame = pd.DataFrame(
            {"tone": ["loud"], "input_tone": ["old"], "text": ["They urged a truce."]}
        )
        out = small.label_frame(frame, keep=["tone", "input_tone"])
        assert out["input_tone"].tolist() == ["loud"]
        assert out["input_input_tone"].tolist() == ["old"]
        assert out["tone"].tolist() != ["loud"]

    def test_kept_columns_keep_their_values(self, small: Model) -> None:
        frame = pd.DataFrame(
            {
                "text": ["They urged a truce."],
                "market_share": ["12%"],
                "labelled": [True],
                "my_score": [2**60 + 1],
                "start": ["x"],
            }
        )
        out = small.label_frame(frame, keep="all", unit="document")
        assert [
            out[name].iloc[0] for name in ("market_share", "input_labelled", "my_score", "start")
        ] == ["12%", True, 2**60 + 1, "x"]

    def test_labels_are_categories_in_one_order(self, small: Model) -> None:
        out = small.label_frame(pd.DataFrame({"text": ["They urged a truce."]}))
        assert out["stance"].cat.categories.tolist() == ["neutral", "opposed", "pro-ceasefire"]
        assert out["stance_uncertain"].dtype == "boolean"
        assert out["start"].dtype == "Int64"

    def test_an_empty_frame_gives_an_empty_frame(self, small: Model) -> None:
        out = small.label_frame(pd.DataFrame({"text": []}))
        assert len(out) == 0
        assert "stance_p_pro_ceasefire" in out

    def test_a_frame_equals_its_documents(self, small: Model) -> None:
        from_frame = (
            small.label_frame(pd.DataFrame({"text": [DOCUMENT]}))
            .reset_index(drop=True)
            .drop(columns="row")
        )
        pd.testing.assert_frame_equal(
            from_frame, small.label(DOCUMENT).to_frame().drop(columns="text")
        )

    def test_an_unknown_column_is_named_with_those_there_are(self, small: Model) -> None:
        with pytest.raises(
            stance.InputError,
            match=r"there is no column 'body'; the columns are \['text', 'date'\]\. Name the column of texts with text= \(--text\)\.$",
        ):
            small.label_frame(pd.DataFrame({"text": ["a"], "date": ["b"]}), text="body")
        with pytest.raises(
            stance.InputError,
            match=r"`unit` must be one of \['paragraph', 'row', 'document'\]; got 'sentence'\.$",
        ):
            small.label_frame(pd.DataFrame({"text": ["a"]}), unit="sentence")


def test_no_network_is_touched() -> None:
    code = textwrap.dedent("""
        import socket
        def closed(*args, **kwargs):
            raise AssertionError("a socket was opened")
        socket.socket.connect = socket.socket.connect_ex = closed
        socket.create_connection = socket.getaddrinfo = closed
        import pandas, stance
        model = stance.load()
        model.label("They urged a truce in the capital.").to_frame()
        model.label_frame(pandas.DataFrame({"text": ["They urged a truce in the capital."]}))
        rows = {"text": [], "stance": []}
        for verb, label in (("urged", "pro"), ("refused", "con")):
            for what in ("truce", "deal", "halt"):
                rows["text"].append(f"They {verb} the {what}.")
                rows["stance"].append(label)
        stance.train(pandas.DataFrame(rows), labels="stance")
        print("done")
    """)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "done", done.stderr


def test_the_shipped_model_has_a_name_unless_a_path_has_it(
    small: Model, shipped: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert stance.load("ceasefire").digest == shipped.digest
    with pytest.raises(stance.ModelError, match=r"^ceasefire must be a model folder or zip; "):
        stance.load(Path("ceasefire"))
    small.save("ceasefire")
    assert stance.load("ceasefire").digest == small.digest


class _NoCode(pickle.Unpickler):
    """Allows nothing but the function that reads a model's files."""

    def find_class(self, module: str, name: str) -> object:
        assert (module, name) == ("stance.model", "_unpack")
        return super().find_class(module, name)


def test_a_model_travels_to_a_process_as_plain_data_and_is_set_up_once(
    small: Model, tmp_path: Path
) -> None:
    content = pickle.dumps(small)
    there = _NoCode(io.BytesIO(content)).load()
    assert list(there.label("They urged a truce.").rows()) == list(
        small.label("They urged a truce.").rows()
    )
    assert pickle.loads(content) is there
    assert stance.load(there.save(tmp_path / "mine")).digest == there.digest == small.digest


def test_the_digest_tells_models_apart(small: Model, shipped: Model) -> None:
    assert len({small.digest, shipped.digest}) == 2
    assert stance.load().digest == shipped.digest


@pytest.mark.parametrize("head", ["stance", "tone"])
def test_pairs_add_up_to_the_same_logit(head: str, shipped: Model) -> None:
    text = "The council voted against a truce, and the keepers rejected any deal."
    by_word = shipped.explain(text, head=head, label=shipped.labels[head][0])
    by_pair = shipped.explain(text, head=head, label=shipped.labels[head][0], pairs=True)
    total, total_of_pairs = (
        start + sum(piece.contribution for piece in pieces) for start, pieces in (by_word, by_pair)
    )
    assert total_of_pairs == pytest.approx(total, abs=1e-9)
    assert all(piece.text == text[piece.start : piece.end] for piece in by_pair[1])
