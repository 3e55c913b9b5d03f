"""Write the output of a run to a stream, as it comes."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from stance.errors import TableError
from stance.show.printable import PrintableStream
from stance.tables.streams import make_blocking

# Makes the final output from a file of what was added, for formats that cannot be appended to.
Assemble = Callable[[IO[bytes], IO[bytes]], None]


class StreamOutput:
    """A stream that is written as rows come.

    Parameters
    ----------
    stream : binary or text file
        Left open.
    errors : binary or text file, optional
        Where rows that could not be read go.
    assemble : callable, optional
        Makes the output from a file of what was added; nothing is written before all is added.

    Attributes
    ----------
    last : dict
        Empty: the output of a stream cannot be resumed.
    finished : bool
        False, for the same reason.
    """

    def __init__(
        self, stream: IO[Any], errors: IO[Any] | None = None, assemble: Assemble | None = None
    ) -> None:
        self.last: dict[str, Any] = {}
        self.finished = False
        self._stream = stream
        self._errors = errors
        self._assemble = assemble
        self._unassembled: Any = None
        if assemble:
            import tempfile  # slow to import, and most streams need none

            # It has no name, so that nothing is left of it even if the run is killed.
            self._unassembled = tempfile.TemporaryFile()  # noqa: SIM115

    def add(self, data: Iterable[bytes], faults: Iterable[bytes] = (), **state: Any) -> None:
        """Write a chunk and its rows that could not be read; the state is not needed."""
        del state
        for piece in data:
            _write(self._unassembled or self._stream, piece)
        for piece in faults:
            if self._errors is not None:
                _write(self._errors, piece)

    def finish(self) -> None:
        """Write the output if it had to wait until all was added."""
        if self._assemble:
            self._unassembled.seek(0)
            self._assemble(self._unassembled, self._stream)

    def forget(self) -> None:
        """Do nothing: a stream cannot be resumed."""

    def close(self) -> None:
        """Remove the temporary file, if there is one."""
        if self._unassembled:
            self._unassembled.close()


def _write(stream: IO[Any], content: bytes) -> None:
    if isinstance(stream, io.RawIOBase):  # such as standard output of `python -u`
        view = memoryview(content)
        while view:  # a raw stream may take only part of what it is given
            view = view[stream.write(view) or 0 :]
    elif hasattr(stream, "encoding"):
        stream.write(content.decode("utf-8", "surrogateescape"))
    else:
        stream.write(content)


@contextlib.contextmanager
def streaming(
    output: Path | IO[Any], errors: IO[Any] | None, assemble: Assemble | None
) -> Iterator[StreamOutput]:
    """Open a stream, or the path of a device or pipe, for writing as it comes.

    What the path of a terminal is given is escaped, so that no text can steer the terminal.

    Raises
    ------
    TableError
        If it cannot be opened.
    """
    with contextlib.ExitStack() as stack:
        try:
            stream: Any = output
            if isinstance(output, Path):
                stream = stack.enter_context(output.open("wb"))
        except OSError as error:
            raise TableError(
                f"{output} cannot be written; {error.strerror or error}. Choose another path."
            ) from error
        make_blocking(stream)
        if isinstance(output, Path) and stream.isatty():
            stream = PrintableStream(stream)
        make_blocking(errors)
        stream_output = StreamOutput(stream, errors, assemble)
        stack.callback(stream_output.close)
        yield stream_output
        stream_output.finish()
