"""A few labelled rows, and what an encoder makes of rows: for the tests of every format."""

import io
from collections.abc import Sequence

import numpy as np

from stance.columns import Columns
from stance.tables.formats import parse_format
from stance.tables.output_streams import StreamOutput
from stance.tables.writers.encoder import RowEncoder, encoder_of

LABELLED = Columns(
    {
        "row": np.array([0, 0, 2]),
        "stance": np.array([1, -1, 0]),
        "stance_uncertain": np.array([1, -1, 0]),
        "start": np.array([0, -1, 7]),
        "stance_probability": np.array([0.25, np.nan, 1 / 3]),
    },
    {"stance": ("opposed", 'pro, "so to speak"'), "stance_uncertain": (False, True)},
)


def encoder(
    name: str, carried: Sequence[str], results: Sequence[str], **options: object
) -> RowEncoder:
    """Return the encoder of a format by its name; carried columns keep their names."""
    table_format = parse_format(name)
    assert table_format
    names: dict[str | None, str] = {column: column for column in carried}
    return encoder_of(table_format, names, tuple(results), **options)  # type: ignore[arg-type]


def written(
    encoder: RowEncoder,
    carried: dict[str | None, Sequence[object]],
    row_numbers: Sequence[int],
    labelled: Columns = LABELLED,
) -> bytes:
    """Return the whole output."""
    stream = io.BytesIO()
    output = StreamOutput(stream, assemble=encoder.assemble)
    no_rows = Columns({name: array[:0] for name, array in labelled.arrays.items()}, labelled.names)
    output.add(encoder.begin(no_rows))
    output.add(encoder.rows(carried, np.asarray(row_numbers, dtype=int), labelled))
    output.finish()
    output.close()
    return stream.getvalue()
