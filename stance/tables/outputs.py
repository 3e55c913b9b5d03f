"""Write a file that takes its path only once it is whole, and that a later run can resume.

While it is written, the output ``NAME`` lies beside its path as ``.NAME.part``, its rows that could
not be read as ``.NAME.errors.part``, and the journal of a run that can be resumed as
``.NAME.journal``.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Final

from stance.errors import InputError, TableError
from stance.tables.journal import GrowingFile, Journal, has_content
from stance.tables.output_streams import Assemble, StreamOutput, streaming
from stance.tables.streams import check_path

_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def made_files(path: Path) -> tuple[Path, Path]:
    """Return the files that an output makes: itself, and beside it that of the unreadable rows.

    If `path` is a link, the second lies beside the file that it points to.

    Raises
    ------
    TableError
        If `path` is a folder, a link that leads back to itself, or no path of a file.
    """
    whole = Path(os.path.realpath(path)) if check_path(path).is_symlink() else path
    if whole.is_symlink() or whole.is_dir():
        kind = "a folder" if whole.is_dir() else "a link that leads back to itself"
        raise TableError(f"{path} must be a file; it is {kind}. Name a file.")
    return path, whole.with_name(f"{whole.name}.errors.csv")


def check_page(path: str | Path) -> None:
    """Raise InputError for a page under a name that no browser takes for one.

    >>> check_page("report.html")
    """
    if Path(path).suffix.lower() not in (".html", ".htm"):
        raise InputError(f"the page must end in .html; got {Path(path).name!r}. Rename it.")


class FileOutput:
    """A file that takes its path when it is finished.

    Parameters
    ----------
    path : Path
        The path of the finished file.
    force : bool
        Replace a file that exists there.
    identity : dict of str to str, optional
        What the run is made of. If given, the run can be resumed later, and resumes an earlier one
        that was cut off.
    assemble : callable, optional
        Makes the output from a file of what was added.

    Attributes
    ----------
    errors : Path
        The file of the rows that could not be read.
    last : dict
        The state that `add` was last given in the run that this one resumes; empty for a new run.
    finished : bool
        True if the earlier run had already moved the output and only temporary files remain.

    Raises
    ------
    TableError
        If a file exists there (when the run begins, or when it ends) and `force` is not set, if
        another run writes it, if it cannot be written, or if the run to resume was made of
        something else.
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
        self.errors = made_files(path)[1]
        self._whole = Path(os.path.realpath(path))
        self._force = force
        self._resumable = identity is not None
        self._assemble = assemble
        with self._explained():
            self._part = self._open_part()
            try:
                self._journal = Journal(self._beside("journal"))
                self._faults = GrowingFile(self._beside("errors.part"))
            except BaseException:
                if not self._part.path.stat().st_size:  # it is not of an earlier run
                    self._part.remove()
                self._part.close()
                raise
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
        """Turn an error of the file system into one that says what to do."""
        try:
            yield
        except OSError as error:
            if error.errno == errno.EISDIR and error.filename2 is None:
                raise TableError(
                    f"{self.path} cannot be written; a folder lies where its unfinished file goes, "
                    f"{error.filename}. Move it, or choose another path."
                ) from error
            raise TableError(
                f"{self.path} cannot be written; {error.strerror or error}. {self._advice(error)}"
            ) from error

    def _advice(self, error: OSError) -> str:
        if error.errno not in _NO_ROOM:
            return "Check its folder and your rights there, or choose another path."
        if self._resumable:
            return "Make room, and pass --resume again."
        return "Make room, or choose another folder."

    def _open_part(self) -> GrowingFile:
        part = GrowingFile(self._beside("part"))
        if not part.lock():
            part.close()
            raise TableError(
                f"{self.path} must be written by one run at a time; another writes it. "
                "Wait for it, or choose another path."
            )
        return part

    def _check(self, force: bool, identity: Mapping[str, str] | None) -> None:
        """Check that the path is free, or that this run may replace or resume what is there."""
        if self._journal.lines and identity is not None:
            self._journal.check(identity, str(self.path))
            self.finished = self._was_finished()
            self.last = self._journal.lines[-1]["state"] if self.finished else {}
        if self.path.exists() and not force and not self.finished:
            raise TableError(
                f"{self.path} must not exist yet; it does. "
                "Choose another path, or pass force (--force)."
            )
        if identity is None and self._journal.lines and not force:
            raise TableError(
                f"{self.path} must not be half done; a run that can be resumed was cut off. "
                "Pass resume (--resume) to go on, or force (--force) to begin anew."
            )

    def _was_finished(self) -> bool:
        """Return whether the earlier run moved its output and was killed before it tidied up.

        The journal knows the checksum of what was added, not of what was assembled from it.
        """
        if self._assemble or len(self._journal.lines) < 2:
            return False
        files = self._journal.lines[-1]["files"]
        return self._whole.exists() and all(
            has_content(path, *file)
            for path, file in zip((self._whole, self.errors), files, strict=True)
        )

    def _begin(self, identity: Mapping[str, str] | None) -> None:
        if identity is None:
            self._journal.remove()
            self._journal.lines = []
        self.last = self._journal.find_last((self._part, self._faults)).get("state", {})
        if identity is not None:
            self._journal.begin(identity)

    def add(self, data: Iterable[bytes], faults: Iterable[bytes] = (), **state: Any) -> None:
        """Write a chunk and its rows that could not be read.

        The state (JSON values) is what a run that resumes this one finds in `last`.
        """
        files = (self._part, self._faults)
        for file, pieces in zip(files, (data, faults), strict=True):
            for piece in pieces:  # what makes a piece may fail too, and says so itself
                with self._explained():
                    file.write(piece)
        with self._explained():
            self._journal.add(
                {"files": [[file.length, file.crc] for file in files], "state": state}
            )

    def finish(self) -> None:
        """Move the finished file to its path."""
        with self._explained():
            if not self.finished:
                whole = self._assemble_whole() if self._assemble else self._part.path
                self._part.sync()
                self._faults.sync()
                self._check_vacant()
                if self._faults.length:
                    self._faults.path.replace(self.errors)
                else:
                    self.errors.unlink(missing_ok=True)  # it may be of an earlier run
                self._move(whole)
            self._leave(remove=True)

    def _check_vacant(self) -> None:
        if not self._force and os.path.lexists(self._whole):
            raise TableError(
                f"{self.path} must not exist yet; it appeared during the run. "
                "Choose another path, or pass force (--force)."
            )

    def _move(self, whole: Path) -> None:
        """Move a file to the path, but not over one that has appeared there."""
        if self._force:
            whole.replace(self._whole)
            return
        try:
            os.link(whole, self._whole)  # which, unlike a move, replaces nothing
        except OSError:  # it has appeared just now, or the file system has no links
            self._check_vacant()
            whole.replace(self._whole)
        else:
            whole.unlink()

    def _assemble_whole(self) -> Path:
        assert self._assemble
        whole = self._beside("whole")
        with self._part.path.open("rb") as part, whole.open("wb") as file:
            self._assemble(part, file)
            file.flush()
            os.fsync(file.fileno())
        return whole

    def forget(self) -> None:
        """Leave nothing to be resumed: what was written is not what the run was begun with."""
        self._resumable = False

    def abandon(self) -> None:
        """Discard the unfinished file, unless the run can be resumed."""
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
    """Open a `FileOutput`; finish it at the end, or abandon it if an error is raised."""
    output = FileOutput(path, force=force, identity=identity, assemble=assemble)
    try:
        yield output
        output.finish()
    except BaseException:
        output.abandon()
        raise


def open_output(
    output: Path | IO[Any],
    *,
    force: bool = False,
    identity: Mapping[str, str] | None = None,
    errors: IO[Any] | None = None,
    assemble: Assemble | None = None,
) -> contextlib.AbstractContextManager[FileOutput | StreamOutput]:
    """Open a file or a stream for the output of a run.

    The path of a device or a pipe counts as a stream: it cannot be replaced.

    Raises
    ------
    TableError
        As `FileOutput` does.
    InputError
        If a stream is to be resumed, or `errors` is given for a file.
    """
    if isinstance(output, Path) and (output.is_file() or not output.exists()):
        if errors is not None:
            raise InputError(
                "`errors` must be left out if `output` is a file; rows that cannot be read go to "
                "a file beside it."
            )
        return replacing(output, force=force, identity=identity, assemble=assemble)
    if identity:
        raise InputError(
            "`resume` must have a file as its output; what a stream has taken cannot be taken "
            "back. Name a file."
        )
    return streaming(output, errors, assemble)
