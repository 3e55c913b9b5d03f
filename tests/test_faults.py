"""Real faults: kills, full disks, closed pipes, and two runs on one output."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest

import stance
from stance.model import Model
from stance.scoring.compiled import count_processors

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs signals and file locks of POSIX")

STANCE = (sys.executable, "-m", "stance", "score")
LINE = "They urged a truce, the {} keeper said."
PATIENCE = 180  # seconds to wait for what must come, which a loaded machine may take long for


@pytest.fixture(scope="module")
def model_path(small: Model, tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(small.save(tmp_path_factory.mktemp("faults") / "model"))


def write_source(path: Path, rows: int) -> Path:
    lines = [
        f'{row},"{LINE.format(row)}"' if row % 10 else f"{row},ragged,row" for row in range(rows)
    ]
    path.write_text("\n".join(["id,text", *lines, ""]), encoding="utf-8")
    return path


def wait_for(condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# Forks from a process that has loaded everything, so that a run takes a fraction of a second and
# most kills strike while it works.
KILLER = """
import json, os, random, signal, sys, time
from pathlib import Path
import stance
import stance.tables.readers.csv

folder, model_path, suffix, moments = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
stance.tables.readers.csv.ROWS = 5
model = stance.load(model_path)
source = folder / "in.csv"

if suffix != ".csv":
    import pyarrow.parquet  # in the parent, once

def run(output):
    child = os.fork()
    if not child:
        try:
            stance.label_file(source, output, model=model, keep="all", resume=True)
            os._exit(0)
        except BaseException as error:
            print(error, file=sys.stderr)
            os._exit(1)
    return child

def lines(journal):
    return len(journal.read_bytes().splitlines()) if journal.exists() else 0

whole = folder / ("whole" + suffix)
assert os.waitpid(run(whole), 0)[1] == 0
chance = random.Random(5)
report = {"moments": 0, "killed": 0, "resumed": 0, "equal": 0}
# On a loaded machine a run may end before the signal comes: then there are more moments.
while report["moments"] < (moments if report["killed"] >= 4 and report["resumed"] >= 3 else 60):
    moment = report["moments"]
    report["moments"] += 1
    output = folder / f"{moment}{suffix}"
    journal = folder / f".{output.name}.journal"
    for _ in range(2):  # twice: a resumed run may be killed too
        begun, child = lines(journal), run(output)
        until = chance.randint(begun, 202)  # there are 200 chunks: the last moments are those of the end
        ended = False
        while lines(journal) < until and not ended:
            ended = os.waitpid(child, os.WNOHANG) != (0, 0)
            time.sleep(0.001)
        time.sleep(chance.uniform(0, 0.02))
        if not ended:
            os.kill(child, signal.SIGKILL)
            report["killed"] += os.WIFSIGNALED(os.waitpid(child, 0)[1])
        report["resumed"] += begun > 1
        if output.exists():
            break
    else:
        assert os.waitpid(run(output), 0)[1] == 0
    errors = [path.with_name(path.name + ".errors.csv").read_bytes() for path in (output, whole)]
    report["equal"] += output.read_bytes() == whole.read_bytes() and errors[0] == errors[1]
print(json.dumps(report))
"""


@pytest.mark.parametrize("suffix", [".csv", ".jsonl.gz", ".tsv.zst", ".parquet"])
def test_a_run_killed_at_any_moment_is_resumed_to_the_same_bytes(
    suffix: str, model_path: str, tmp_path: Path
) -> None:
    if suffix in (".tsv.zst", ".parquet"):
        pytest.importorskip("pyarrow")
    write_source(tmp_path / "in.csv", 1000)
    command = [sys.executable, "-c", KILLER, str(tmp_path), model_path, suffix, "5"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["equal"] == report["moments"] >= 5
    assert report["killed"] >= 4
    assert report["resumed"] >= 3
    assert [name for name in names(tmp_path) if name.startswith(".")] == []


def finish(run: "subprocess.Popen[bytes]") -> tuple[int, str]:
    """Wait for a run to end; return its exit code and its messages."""
    assert run.stderr
    with run.stderr:
        code = run.wait(PATIENCE)
        return code, run.stderr.read().decode().strip()


Halted = Callable[..., tuple["subprocess.Popen[bytes]", IO[bytes]]]


@pytest.fixture
def halted(model_path: str, tmp_path: Path) -> Iterator[Halted]:
    """Start a run on out.csv that has written some and waits for more of its input: a pipe, which is returned open."""
    pipes = []

    def begin(*arguments: str) -> tuple["subprocess.Popen[bytes]", IO[bytes]]:
        command = [
            *STANCE,
            "-",
            "--text",
            "text",
            "-o",
            str(tmp_path / "out.csv"),
            "--model",
            model_path,
            *arguments,
        ]
        run = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        assert run.stdin
        pipes.append(run.stdin)
        run.stdin.write(
            b"text\n" + (b"x" * 1_000_001 + b"\n") * 24
        )  # more than decides the encoding, and too long to label
        run.stdin.flush()
        wait_for(
            lambda: (
                (tmp_path / ".out.csv.part").exists()
                and (tmp_path / ".out.csv.part").stat().st_size > 300
            )
        )
        return run, run.stdin

    yield begin
    for pipe in pipes:
        pipe.close()


@contextlib.contextmanager
def signals_heeded() -> Iterator[None]:
    """What is begun here heeds signals, also where the tests run under nohup or behind a shell."""
    before = {
        number: signal.signal(number, signal.SIG_DFL) for number in (signal.SIGHUP, signal.SIGINT)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@pytest.mark.parametrize(
    ("number", "ending"),
    [
        (signal.SIGINT, (130, "stance: interrupted")),
        (signal.SIGTERM, (143, "stance: ended by SIGTERM")),
        (signal.SIGHUP, (129, "stance: ended by SIGHUP")),
    ],
    ids=["SIGINT", "SIGTERM", "SIGHUP"],
)
def test_a_signal_ends_a_run_with_no_half_file(
    number: signal.Signals, ending: tuple[int, str], halted: Halted, tmp_path: Path
) -> None:
    with signals_heeded():
        run, _ = halted()
    run.send_signal(number)
    assert finish(run) == ending
    assert names(tmp_path) == []


def test_a_hangup_that_nohup_ignores_is_ignored(
    halted: Halted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # which the run inherits
    try:
        run, pipe = halted()
    finally:
        signal.signal(signal.SIGHUP, before)
    run.send_signal(signal.SIGHUP)
    pipe.close()
    assert finish(run)[0] == 0
    assert names(tmp_path) == ["out.csv", "out.csv.run.json"]


def descendants(process: int) -> set[int]:
    """Return the numbers of all processes below one."""
    try:
        below = [
            int(child)
            for thread in Path(f"/proc/{process}/task").iterdir()
            for child in (thread / "children").read_text().split()
        ]
    except OSError:
        return set()
    return set(below).union(*map(descendants, below))


def living(processes: set[int]) -> list[int]:
    """Return those that have not ended; one that nobody waits for has no file that it runs."""
    return [pid for pid in processes if Path(f"/proc/{pid}/exe").exists()]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc to list processes")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_worker_and_no_temporary_folder_outlives_a_run(
    number: signal.Signals, model_path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    source = write_source(tmp_path / "in.csv", 300_000)
    command = [*STANCE, str(source), "-o", str(tmp_path / "out.csv"), "--jobs", "2", "-q"]
    with signals_heeded():
        run = subprocess.Popen([*command, "--model", model_path], stderr=subprocess.PIPE)
    part = tmp_path / ".out.csv.part"
    wait_for(lambda: part.exists() and part.stat().st_size > 100_000)
    workers = descendants(run.pid)
    assert len(workers) >= 2
    run.send_signal(number)
    finish(run)
    # No longer on a quiet machine; on a loaded one each waits for its turn.
    wait_for(lambda: not living(workers), 3 * max(1.0, os.getloadavg()[0] / count_processors()))
    assert names(scratch) == []
    if number != signal.SIGKILL:
        assert names(tmp_path) == ["in.csv", "scratch"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux knows how")
def test_a_halted_worker_does_not_outlive_a_run_that_is_killed(
    model_path: str, tmp_path: Path
) -> None:
    source = write_source(tmp_path / "in.csv", 300_000)
    command = [*STANCE, str(source), "-o", str(tmp_path / "out.csv"), "--jobs", "2", "-q"]
    run = subprocess.Popen([*command, "--model", model_path], stderr=subprocess.DEVNULL)
    part = tmp_path / ".out.csv.part"
    wait_for(lambda: part.exists() and part.stat().st_size > 100_000)
    workers = descendants(run.pid)
    assert len(workers) >= 2
    # the second thread of a worker looks for the parent: before, the worker is still starting
    wait_for(lambda: all(len(list(Path(f"/proc/{one}/task").iterdir())) > 1 for one in workers))
    for worker in workers:
        os.kill(worker, signal.SIGSTOP)
    run.kill()
    run.wait()
    try:
        wait_for(lambda: not living(workers), 30)
    finally:
        for worker in living(workers):
            os.kill(worker, signal.SIGKILL)


def test_a_second_run_on_one_output_is_refused_and_the_first_ends_whole(
    halted: Halted, model_path: str, tmp_path: Path
) -> None:
    source = write_source(tmp_path / "in.csv", 3)
    run, pipe = halted()
    for more in ([], ["--force"], ["--resume"]):
        second = subprocess.run(
            [*STANCE, str(source), "-o", str(tmp_path / "out.csv"), "--model", model_path, *more],
            capture_output=True,
            check=False,
        )
        expected = f"stance: error: {tmp_path}/out.csv must be written by one run at a time; another writes it. Wait for it, or choose another path.\n"
        assert (second.returncode, second.stderr.decode()) == (1, expected)
    pipe.write(b"A truce.\n")
    pipe.close()
    code, message = finish(run)
    assert (code, message.splitlines()[0][:29]) == (0, "25 rows read, 25 written, in ")
    rows = (tmp_path / "out.csv").read_text().splitlines()
    assert (len(rows), rows[-1].split(",")[0]) == (26, "24")
    assert names(tmp_path) == ["in.csv", "out.csv", "out.csv.run.json"]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc to list processes")
def test_a_worker_that_is_killed_is_reported(model_path: str, tmp_path: Path) -> None:
    source = write_source(tmp_path / "in.csv", 300_000)
    command = [*STANCE, str(source), "-o", str(tmp_path / "out.csv"), "--jobs", "2", "-q"]
    with signals_heeded():
        run = subprocess.Popen([*command, "--model", model_path], stderr=subprocess.PIPE)
    part = tmp_path / ".out.csv.part"
    wait_for(lambda: part.exists() and part.stat().st_size > 100_000)
    for worker in descendants(run.pid):
        os.kill(worker, signal.SIGKILL)
    code, message = finish(run)
    assert (code, message.splitlines()[-1]) == (
        1,
        "stance: error: every process that labels must live to the end of the run; one was ended, perhaps for lack of memory. Take fewer (n_jobs, --jobs).",
    )
    assert names(tmp_path) == ["in.csv"]


def test_what_a_killed_run_leaves_is_taken_over(
    halted: Halted, model_path: str, tmp_path: Path
) -> None:
    run, _ = halted()
    run.kill()
    finish(run)
    assert names(tmp_path) == [".out.csv.errors.part", ".out.csv.part"]
    source = write_source(tmp_path / "in.csv", 1)
    done = subprocess.run(
        [*STANCE, str(source), "-o", str(tmp_path / "out.csv"), "-q", "--model", model_path],
        check=False,
    )
    assert done.returncode == 1  # its only row is ragged
    assert names(tmp_path) == ["in.csv", "out.csv", "out.csv.errors.csv", "out.csv.run.json"]


def test_a_closed_pipe_ends_the_run(model_path: str, tmp_path: Path) -> None:
    source = write_source(tmp_path / "in.csv", 3000)
    run = subprocess.Popen(
        [*STANCE, str(source), "-q", "--model", model_path],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert run.stdout
    run.stdout.close()
    code, message = finish(run)
    assert (code, "rror: " in message) == (1, False)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("to", ["stdout", "-o"])
def test_a_full_device_is_named(to: str, model_path: str, tmp_path: Path) -> None:
    source = write_source(tmp_path / "in.csv", 9)
    command = [*STANCE, str(source), "-q", "--model", model_path]
    with Path("/dev/full").open("wb") as full:
        done = (
            subprocess.run(
                [*command, "--keep", "all"], stdout=full, stderr=subprocess.PIPE, check=False
            )
            if to == "stdout"
            else subprocess.run([*command, "-o", "/dev/full"], stderr=subprocess.PIPE, check=False)
        )
    assert done.returncode == 1
    assert (
        done.stderr.decode().splitlines()[-1]
        == "stance: error: cannot go on; No space left on device."
    )


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of half a megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"needs the right to mount a file system: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_leaves_nothing_or_what_can_be_resumed(
    disk: Path, model_path: str, tmp_path: Path
) -> None:
    source = write_source(tmp_path / "in.csv", 6000)
    output = disk / "out.csv"
    command = [
        *STANCE,
        str(source),
        "-o",
        str(output),
        "--unit",
        "row",
        "-q",
        "--keep",
        "all",
        "--model",
        model_path,
    ]
    done = subprocess.run(command, capture_output=True, check=False)
    expected = f"stance: error: {output} cannot be written; No space left on device. Make room, or choose another folder.\n"
    assert (done.returncode, done.stderr.decode()) == (1, expected)
    assert names(disk) == []
    done = subprocess.run([*command, "--resume"], capture_output=True, check=False)
    expected = f"stance: error: {output} cannot be written; No space left on device. Make room, and pass --resume again.\n"
    assert (done.returncode, done.stderr.decode()) == (1, expected)
    assert names(disk) == [".out.csv.errors.part", ".out.csv.journal", ".out.csv.part"]
    subprocess.run(["mount", "-o", "remount,size=16m", str(disk)], check=True)
    done = subprocess.run([*command, "--resume"], capture_output=True, check=False)
    assert done.stderr.decode().startswith(
        "stance: error: 600 rows could not be read; they are in "
    )
    assert names(disk) == ["out.csv", "out.csv.errors.csv", "out.csv.run.json"]
    subprocess.run(
        [*command[:6], str(tmp_path / "out.csv"), *command[7:]], capture_output=True, check=False
    )
    assert output.read_bytes() == (tmp_path / "out.csv").read_bytes()


def test_a_folder_that_cannot_be_written_is_named(model_path: str, tmp_path: Path) -> None:
    if not Path("/proc/self").exists():
        pytest.skip("needs /proc, where nobody can make a file")
    source = write_source(tmp_path / "in.csv", 1)
    done = subprocess.run(
        [*STANCE, str(source), "-o", "/proc/out.csv", "--model", model_path],
        capture_output=True,
        check=False,
    )
    expected = "stance: error: /proc/out.csv cannot be written; No such file or directory. Check its folder and your rights there, or choose another path.\n"
    assert (done.returncode, done.stderr.decode()) == (1, expected)


CLOSED = (
    "stance: error: standard output must be open; it is closed. Open it, or name a file (-o).\n"
)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [((), (1, CLOSED)), (("-o", "out.csv"), (0, ""))],
    ids=["needed", "not needed"],
)
def test_a_closed_standard_output_is_an_error_only_where_it_is_needed(
    arguments: tuple[str, ...], expected: tuple[int, str], model_path: str, tmp_path: Path
) -> None:
    source = write_source(tmp_path / "in.csv", 1).with_name("in2.csv")
    source.write_text("text\nA truce.\n")
    done = subprocess.run(
        [
            "sh",
            "-c",
            'exec "$@" >&-',
            "sh",
            *STANCE,
            str(source),
            "-q",
            "--model",
            model_path,
            *arguments,
        ],
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(stance.__file__).parents[1])},
        check=False,
    )
    assert (done.returncode, done.stderr.decode()) == expected
