"""Calls in several processes."""

import contextlib
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from stance.errors import StanceError
from stance.workers import call_in_processes

ENDED = (
    r"every process that labels must live to the end of the run; one was ended, perhaps for lack "
    r"of memory\. Take fewer \(n_jobs, --jobs\)\."
)


def double(number: int) -> int:
    if number == 13:
        raise ValueError("13 must not be doubled.")
    return 2 * number


def die_in_the_middle_of_a_result(number: int) -> None:
    half = pickle.dumps((b"x" * 100_000, None))[:50_000]
    for handle in range(3, 20):  # one of them is the pipe of results
        with contextlib.suppress(OSError):
            os.write(handle, half)
    os.kill(os.getpid(), signal.SIGKILL)


class NeedsTwoError(Exception):
    """An error that can be pickled, and not unpickled."""

    def __init__(self, one: str, two: str) -> None:
        super().__init__(one)


def raise_what_cannot_be_unpickled(number: int) -> None:
    raise NeedsTwoError("a rope", "an oar")


def return_what_cannot_be_pickled(number: int) -> object:
    return lambda: number


def test_results_come_in_the_order_of_the_calls() -> None:
    numbers = [number for number in range(100) if number != 13]
    results = call_in_processes(double, 3, ((number,) for number in numbers))
    assert list(results) == [2 * number for number in numbers]


def test_an_error_of_the_function_is_raised_in_its_place() -> None:
    results = call_in_processes(double, 2, ((number,) for number in range(10, 20)))
    assert [next(results) for _ in range(3)] == [20, 22, 24]
    with pytest.raises(ValueError, match=r"13 must not be doubled\."):
        next(results)


def test_an_error_of_the_calls_is_raised_after_the_results_before_it() -> None:
    def calls() -> Iterator[tuple[int]]:
        yield (1,)
        yield (2,)
        raise OSError("no more to read")

    results = call_in_processes(double, 2, calls())
    assert [next(results), next(results)] == [2, 4]
    with pytest.raises(OSError, match="no more to read"):
        next(results)


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is not known on Windows")
def test_a_process_killed_in_the_middle_of_a_result_is_noticed() -> None:
    with pytest.raises(StanceError, match=ENDED):
        list(call_in_processes(die_in_the_middle_of_a_result, 2, [(1,), (2,), (3,)]))


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (raise_what_cannot_be_unpickled, "^NeedsTwoError: a rope$"),
        (
            return_what_cannot_be_pickled,
            "^what a process returns must be plain data; AttributeError: Can't pickle local ",
        ),
    ],
)
def test_what_cannot_be_sent_is_told_in_words(
    function: Callable[[int], object], message: str
) -> None:
    """It was told as a lack of memory, or as a TypeError of pickle."""
    with pytest.raises(StanceError, match=message):
        list(call_in_processes(function, 1, [(1,)]))


def test_no_process_outlives_a_consumer_that_stops() -> None:
    results = call_in_processes(os.getpid.__call__, 1, iter([()] * 100))
    process = next(results)
    results.close()  # type: ignore[attr-defined]
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_a_process_that_is_given_nothing_ends_without_a_word() -> None:
    command = [sys.executable, "-c", "from stance.workers import _serve; _serve()"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
