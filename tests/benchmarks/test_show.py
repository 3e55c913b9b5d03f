"""What `make demo` prints."""

import importlib

import pytest
from conftest import ROOT

pytestmark = pytest.mark.skipif(
    not (ROOT / "benchmarks").exists(), reason="needs benchmarks/, which comes with a checkout only"
)
LABELLED = {
    "stance": "neutral",
    "stance_probability": "0.521",
    "stance_uncertain": "true",
    "tone": "neutral",
    "tone_probability": "0.89",
    "tone_uncertain": "false",
    "outlet": "The Bell",
    "start": "0",
    "end": "8",
}


def test_a_line_says_which_label_is_the_stance(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    show = importlib.import_module("show")
    show.show_paragraph(LABELLED, "A truce.")
    assert capsys.readouterr().out == (
        "\nThe Bell: stance neutral (52%, uncertain), tone neutral (89%)\n  A truce.\n"
    )
