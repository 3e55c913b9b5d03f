"""Write a file that takes its place only once it is whole, and that a run cut off may go on with; or a stream as it comes.

The unfinished output ``NAME`` lies beside its place as ``.NAME.part``, its rows at fault as ``.NAME.errors.part``, and the
journal of a run that can be resumed as ``.NAME.journal``.
"""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from stance.errors import InputError, TableError
from stance.tables.journal import GrowingFile, Journal, holds
from stance.tables.streams import make_blocking

Assemble = Callable[[Path, IO[bytes]], None]


class StreamOutput:
    """A stream that is written as it comes.

    Parameters
    ----------
    target : binary or text file
        Left open.
    faults : binary or text file, optional
        Where rows at fault go.
    assemble : callable, optional
        Makes the output of a file of what was added; then nothing is written before all is added.
    """

    def __init__(
        self, target: IO[Any], faults: IO[Any] | None = None, assemble: Assemble | None = None
    ) -> None:
        self.last: dict[str, Any] = {}
        self.finished = False
        self._target = target
        self._faults = faults
        self._assemble = assemble
        self._held: Any = None
        if assemble:
            import tempfile  # here, as most streams need none, and it is slow to import

            self._held = tempfile.NamedTemporaryFile()  # noqa: SIM115

    def add(self, data: Iterable[bytes], faults: Iterable[bytes] = (), **state: Any) -> None:
        """Write a chunk and its rows at fault."""
        del state
        for piece in data:
            _write(self._held or self._target, piece)
        for piece in faults:
            if self._faults is not None:
                _write(self._faults, piece)

    def finish(self) -> None:
        """Write what is held back."""
        if self._assemble:
            self._held.flush()
            self._assemble(Path(self._held.name), self._target)

    def close(self) -> None:
        """Let go of what is held back."""
        if self._held:
            self._held.close()


def _write(target: IO[Any], piece: bytes) -> None:
    if isinstance(target, io.RawIOBase):  # standard output of `python -u`: it may take a part only
        view = memoryview(piece)
        while view:
            view = view[target.write(view) or 0 :]
    else:
        target.write(
            piece.decode("utf-8", "surrogateescape") if hasattr(target, "encoding") else piece
        )


def made_files(path: Path) -> tuple[Path, Path]:
    """Name the files that an output makes: itself, and the one of its rows at fault, which lies beside what a link points to."""
    place = path.resolve() if path.is_symlink() else path
    return path, place.with_name(f"{place.name}.errors.csv")


class FileOutput:
    """A file in the making, which takes its place when it is finished.

    Parameters
    ----------
    path : Path
        The place to take.
    force : bool
        Replace what stands there.
    identity : dict of str to str, optional
        What the run is made of; with it the run can be resumed, and one that was cut off is.
    assemble : callable, optional
        Makes the output of a file of what was added.

    Attributes
    ----------
    errors : Path
        Where rows at fault go.
    last : dict
        The state that `add` was last given, in the run that this one goes on with; empty for a new one.
    finished : bool
        Whether that run had done all but tidy up, so that nothing is to be added.

    Raises
    ------
    TableError
        If something stands there and `force` is not set, another run writes there, nothing can be written there, or what is
        to be resumed was made of something else.
    """

    def __init__(
        self,
        path: Path,
        *,
        force: bool = False,
        identity: Mapping[str, str] | None = None,
        assemble: Assemble | None = None,
    ) -> None:
        self.path = path
        self.last: dict[str, Any] = {}
        self.finished = False
        self._whole = path.resolve()
        self.errors = made_files(path)[1]
        self._resumable = identity is not None
        self._assemble = assemble
        with self._explained():
            self._part = self._locked()
            self._journal = Journal(self._beside("journal"))
            self._faults = GrowingFile(self._beside("errors.part"))
            try:
                self._check(force, identity)
                if not self.finished:
                    self._begin(identity)
            except BaseException:
                self._leave(remove=not self._journal.lines)
                raise

    def _beside(self, suffix: str) -> Path:
        return self._whole.with_name(f".{self._whole.name}.{suffix}")

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            hint = (
                "Make room, and pass --resume again."
                if self._resumable
                else "Make room, or choose another folder."
            )
            raise TableError(
                f"{self.path} cannot be written; {error.strerror or error}. {hint}"
            ) from error

    def _locked(self) -> GrowingFile:
        part = GrowingFile(self._beside("part"))
        if not part.lock():
            part.close()
            raise TableError(
                f"{self.path} must be written by one run at a time; another writes it. Wait for it, or choose another path."
            )
        return part

    def _check(self, force: bool, identity: Mapping[str, str] | None) -> None:
        if self._journal.lines and identity is not None:
            self._journal.check(identity, str(self.path))
            self.finished = self._took_its_place()
            self.last = self._journal.lines[-1]["state"] if self.finished else {}
        if self.path.exists() and not force and not self.finished:
            raise TableError(
                f"{self.path} must not exist yet; it does. Choose another path, or pass force (--force)."
            )
        if identity is None and self._journal.lines and not force:
            raise TableError(
                f"{self.path} must not be half done; a run that can be resumed was cut off. Pass resume (--resume) to go on, or force "
                "(--force) to begin anew."
            )

    def _took_its_place(self) -> bool:
        """Tell whether the run before was killed between taking its place and tidying up; what is assembled does not tell."""
        if self._assemble or len(self._journal.lines) < 2:
            return False
        files = self._journal.lines[-1]["files"]
        return self._whole.exists() and all(
            holds(path, *file) for path, file in zip((self._whole, self.errors), files, strict=True)
        )

    def _begin(self, identity: Mapping[str, str] | None) -> None:
        if identity is None:
            self._journal.remove()
            self._journal.lines = []
        last = self._journal.find_last((self._part, self._faults))
        self.last = last.get("state", {})
        if identity is not None:
            self._journal.begin(identity)

    def add(self, data: Iterable[bytes], faults: Iterable[bytes] = (), **state: Any) -> None:
        """Write a chunk and its rows at fault, and remember the state (of JSON values) that the run is then in."""
        with self._explained():
            for piece in data:
                self._part.write(piece)
            for piece in faults:
                self._faults.write(piece)
            files = (self._part, self._faults)
            self._journal.add(
                {"files": [[file.length, file.crc] for file in files], "state": state}
            )

    def finish(self) -> None:
        """Take the place."""
        with self._explained():
            if self.finished:
                self._leave(remove=True)
                return
            whole = self._part.path
            if self._assemble:
                whole = self._beside("whole")
                with whole.open("wb") as target:
                    self._assemble(self._part.path, target)
                    target.flush()
                    os.fsync(target.fileno())
            self._part.sync()
            self._faults.sync()
            if self._faults.length:
                self._faults.path.replace(self.errors)
            else:
                self.errors.unlink(missing_ok=True)  # of an earlier run
            whole.replace(self._whole)
            self._leave(remove=True)

    def abandon(self) -> None:
        """Leave the place as it was; what was done stays only if it can be resumed."""
        self._beside("whole").unlink(missing_ok=True)
        self._leave(remove=not self._resumable)

    def _leave(self, *, remove: bool) -> None:
        if remove:
            self._journal.remove()
            self._faults.remove()
            self._part.remove()
        self._journal.close()
        self._faults.close()
        self._part.close()


@contextlib.contextmanager
def replacing(
    path: Path,
    *,
    force: bool = False,
    identity: Mapping[str, str] | None = None,
    assemble: Assemble | None = None,
) -> Iterator[FileOutput]:
    """Open a file that takes its place under `path` only once it is whole; `FileOutput` says how."""
    output = FileOutput(path, force=force, identity=identity, assemble=assemble)
    try:
        yield output
        output.finish()
    except BaseException:
        output.abandon()
        raise


def open_output(
    place: Path | IO[Any],
    *,
    force: bool = False,
    identity: Mapping[str, str] | None = None,
    errors: IO[Any] | None = None,
    assemble: Assemble | None = None,
) -> contextlib.AbstractContextManager[FileOutput | StreamOutput]:
    """Open a file in the making, or a stream (a device or a pipe is one: it cannot be replaced).

    Raises
    ------
    TableError
        As `FileOutput` does.
    InputError
        If a stream is to be resumed, or a file is to have its rows at fault elsewhere.
    """
    if isinstance(place, Path) and (place.is_file() or not place.exists()):
        if errors is not None:
            raise InputError(
                "`errors` must be left out if `output` is a file; rows that cannot be read go beside it."
            )
        return replacing(place, force=force, identity=identity, assemble=assemble)
    if identity:
        raise InputError(
            "`resume` must have a file as its output; what a stream has taken cannot be taken back."
        )
    return _streaming(place, errors, assemble)


@contextlib.contextmanager
def _streaming(
    place: Path | IO[Any], errors: IO[Any] | None, assemble: Assemble | None
) -> Iterator[StreamOutput]:
    with contextlib.ExitStack() as stack:
        try:
            stream = stack.enter_context(place.open("wb")) if isinstance(place, Path) else place
        except OSError as error:
            raise TableError(
                f"{place} cannot be written; {error.strerror or error}. Choose another path."
            ) from error
        make_blocking(stream)
        make_blocking(errors)
        output = StreamOutput(stream, errors, assemble)
        stack.callback(output.close)
        yield output
        output.finish()
