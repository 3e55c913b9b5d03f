"""Call one function in several processes, in order, and notice at once when one of them is killed.

Each process has pipes of its own. The pools of joblib and of the standard library share one pipe
among all processes: one that is killed while it writes a result leaves the reader waiting for the
rest of it, for ever.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import Any, Final

from stance.errors import StanceError

_LOOK_FOR_PARENT: Final = 0.5  # seconds between two looks of a worker for its parent
_PR_SET_PDEATHSIG: Final = 1  # of Linux: which signal comes when the parent ends


class _Worker:
    """A process that calls `function` with what it is sent."""

    def __init__(self, function: Callable[..., Any]) -> None:
        # Not multiprocessing: it runs the caller's script again in each process.
        code = (
            f"import sys; sys.path[:] = {sys.path!r}; from stance.workers import _serve; _serve()"
        )
        command = [sys.executable, "-c", code]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._begin = [(os.getpid(), function)]  # sent with the first call, by the calling thread

    def call(self, *arguments: Any) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        try:
            while self._begin:
                pickle.dump(self._begin.pop(), self._process.stdin, pickle.HIGHEST_PROTOCOL)
            pickle.dump(arguments, self._process.stdin, pickle.HIGHEST_PROTOCOL)
            self._process.stdin.flush()
            result, error = pickle.load(self._process.stdout)
        except (OSError, EOFError, pickle.UnpicklingError) as cut_off:
            raise StanceError(
                "every process that labels must live to the end of the run; one was ended, perhaps "
                "for lack of memory. Take fewer (n_jobs, --jobs)."
            ) from cut_off
        if error is not None:
            raise error
        return result

    def kill(self) -> None:
        self._process.kill()

    def close(self) -> None:
        """Close the pipes, once no thread uses them."""
        with contextlib.suppress(OSError):  # what could not be sent any more
            self._process.communicate()


def call_in_processes(
    function: Callable[..., Any], n_jobs: int, calls: Iterable[tuple[Any, ...]]
) -> Iterator[Any]:
    """Call a function in several processes, and yield its results in the order of the calls.

    Arguments are taken from `calls` between two results, at most ``2 * n_jobs`` ahead. An error of
    `calls` is raised after the results of the calls before it.
    """
    workers = [_Worker(function) for _ in range(n_jobs)]
    free: SimpleQueue[_Worker] = SimpleQueue()
    for worker in workers:
        free.put(worker)

    def call(*arguments: Any) -> Any:
        worker = free.get()
        try:
            return worker.call(*arguments)
        finally:
            free.put(worker)

    with ThreadPoolExecutor(n_jobs) as threads:
        pending: deque[Future[Any]] = deque()
        remaining = iter(calls)
        try:
            while True:
                try:
                    while len(pending) < 2 * n_jobs:
                        pending.append(threads.submit(call, *next(remaining)))
                except Exception as error:
                    while pending:
                        yield pending.popleft().result()
                    if isinstance(error, StopIteration):
                        return
                    raise
                yield pending.popleft().result()
        finally:
            for worker in workers:
                worker.kill()
            threads.shutdown(cancel_futures=True)
            for worker in workers:
                worker.close()


def _serve() -> None:
    """Answer calls from the parent until it closes the pipe."""
    _go_on_without_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the parent ends the others
    calls, results = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever is printed stays out of the results
    try:
        parent, function = pickle.load(calls)
    except EOFError:  # the parent could not begin all its processes
        return
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    while True:
        try:
            arguments = pickle.load(calls)
        except EOFError:
            return
        result: Any = None
        error: Exception | None = None
        try:
            result = function(*arguments)
        except Exception as raised:
            error = raised
        results.write(_pack(result, error))
        results.flush()


def _pack(result: Any, error: Exception | None) -> bytes:
    """Return what the parent unpickles; an error that it could not is told in words.

    >>> pickle.loads(_pack(0, UnicodeDecodeError("utf-8", b"a", 0, 1, "is short")))[1]
    UnicodeDecodeError('utf-8', b'a', 0, 1, 'is short')
    """
    try:
        packed = pickle.dumps((result, error), pickle.HIGHEST_PROTOCOL)
        if error is not None:
            pickle.loads(packed)
    except Exception as refused:
        fault = refused if error is None else error
        named = f"{type(fault).__name__}: {fault}"
        if error is None:
            named = f"what a process returns must be plain data; {named}"
        packed = pickle.dumps((None, StanceError(named)), pickle.HIGHEST_PROTOCOL)
    return packed


def _go_on_without_parent() -> None:
    """Have this process go on when its parent ends, even if it is halted: `_end_with` then ends it.

    Only Linux knows how. The kernel sends the signal that continues a process, which does nothing
    where the parent's thread ends and not the parent.
    """
    if sys.platform == "linux":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGCONT)


def _end_with(parent: int) -> None:
    """End this process when its parent has ended, which a killed parent cannot see to.

    On Windows the number of the parent never changes; there a worker ends once its call is done.
    """
    while os.getppid() == parent:
        time.sleep(_LOOK_FOR_PARENT)
    os._exit(1)
