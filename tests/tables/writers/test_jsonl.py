"""Writing JSONL: one object per row."""

import json

from written_tables import LABELLED, encoder, written


def test_a_missing_value_is_null() -> None:
    content = written(
        encoder("jsonl", ["100%"], list(LABELLED.arrays)), {"100%": [7, [1.5, None]]}, [0, 0, 1]
    )
    assert [json.loads(line) for line in content.splitlines()] == [
        {
            "100%": 7,
            "row": 0,
            "stance": 'pro, "so to speak"',
            "stance_uncertain": True,
            "start": 0,
            "stance_probability": 0.25,
        },
        {
            "100%": 7,
            "row": 0,
            "stance": None,
            "stance_uncertain": None,
            "start": None,
            "stance_probability": None,
        },
        {
            "100%": [1.5, None],
            "row": 2,
            "stance": "opposed",
            "stance_uncertain": False,
            "start": 7,
            "stance_probability": 0.333333,
        },
    ]
