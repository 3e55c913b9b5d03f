"""Load forged models: whatever a stranger's model holds, it is refused by a sentence or it works.

    python tests/fuzz_models.py 100000

Each is a small model in which a few things were changed, with digests made to fit, as a folder or a
zip. It is loaded, labels, explains, is shown and pickled. No error but `stance.StanceError` may
come, nothing may take 10 seconds, and memory may not grow by 500 MB.
"""

import contextlib
import copy
import io
import json
import math
import pickle
import random
import resource
import sys
import tempfile
import time
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import stance
from stance.cli.main import main as command
from stance.scoring.sums import SUMS, make_sums

PORTION = 500  # models between two reports
MAX_SECONDS = 10.0
MAX_GROWTH = 500 * 2**20
TEXTS = [
    "They urged a truce, the keeper said.",
    "We will fight!",
    "",
    "a " * 500,
    "South Sudan’s U.S.",
]

Files = dict[str, bytes]

VALUES: list[Any] = [
    None, True, False, 0, -1, 1, 2**31, 2**63, -(2**63), 10**30, 0.5, 1e308, math.inf, math.nan, "", "a", "\x00",
    "\ud800", "\x1b[2J", "a b", "a" * 10_000, "../x", [], [1], ["a"], ["a", "a"], [[]], {}, {"a": 1}, {"": ""}, [None],
    [["a"] * 3] * 3, {"text": "a"}, list(range(1000)), "words", "characters", "valence", "‹side›", "’", " ", "a  b",
]  # fmt: skip

N_SIDES = 40  # names of each casing that the model keeps; reading 3,500 takes most of the time

HEADERS = [
    b"{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }",
    b"{'descr': '<f8', 'fortran_order': False, 'shape': (-1, 4), }",
    b"{'descr': '<f8', 'fortran_order': True, 'shape': (99999999999999999999,), }",
    b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }",
    b"{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,), }",
    b"{'descr': '<f8', 'fortran_order': 3, 'shape': (), }",
    b"{'descr': '<f8', 'shape': (1,)}", b"  {\n 1:\n  2", b"('", b"'''", b"{" * 900, b"((((" * 200, b"\xff\xfe", b"",
    b"{'descr': '<f8', 'fortran_order': False, 'shape': (0, 9999999999), }", b"{'descr': '<M8[ns]', 'fortran_order': False, 'shape': (1,), }",
]  # fmt: skip


def nodes(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List the paths of all values inside a JSON value; of long lists, the first and last few."""
    paths = [path]
    if isinstance(value, dict):
        paths += [inner for key in value for inner in nodes(value[key], (*path, key))]
    if isinstance(value, list):
        indexes = {*range(min(3, len(value))), *range(max(0, len(value) - 2), len(value))}
        paths += [inner for index in indexes for inner in nodes(value[index], (*path, index))]
    return paths


def change_json(content: bytes, rng: random.Random) -> bytes:
    value = {"": json.loads(content)}
    for _ in range(rng.choice([1, 1, 1, 2, 5])):
        *above, key = rng.choice(nodes(value)[1:])
        holder: Any = value
        for step in above:
            holder = holder[step]
        change = rng.randrange(6)
        if change == 0:
            del holder[key]
            value.setdefault("", None)
        elif change == 1 and isinstance(holder, list):
            item = copy.deepcopy(rng.choice([*VALUES, holder[key]]))
            holder.insert(rng.randrange(len(holder) + 1), item)
        elif change == 2 and isinstance(holder[key], (int, float)):
            holder[key] = holder[key] * rng.choice([-1, 0, 2, 1e9, 1e300])
        elif change == 3 and isinstance(holder[key], list):
            holder[key] = (holder[key] * rng.choice([0, 2, 1000]))[:50_000]
        else:
            holder[key] = copy.deepcopy(rng.choice(VALUES))
    return json.dumps(value[""]).encode()


def change_array(content: bytes, rng: random.Random) -> bytes:
    change = rng.randrange(4)
    if change == 0:
        header = rng.choice(HEADERS)
        return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + content[128:]
    if change == 1:
        return change_bytes(content, rng, 128)
    array = np.load(io.BytesIO(content)).copy()
    flat = array.reshape(-1)
    if change == 2 and flat.size:
        flat[rng.randrange(flat.size)] = rng.choice([0, -1, 1e6, 1e7, 1e308, math.nan, math.inf])
    elif change == 3:
        array = rng.choice(
            [array[:0], array.T, array[None], array[..., :-1], np.vstack([array] * 3)]
        )
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def change_bytes(content: bytes, rng: random.Random, most: int) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.choice([1, 2, 8])):
        if changed:
            changed[rng.randrange(min(most, len(changed)))] = rng.randrange(256)
    return bytes(changed[: rng.choice([len(changed)] * 4 + [rng.randrange(len(changed) + 1)])])


def change_sums(content: bytes, rng: random.Random) -> bytes:
    lines = content.splitlines(keepends=True)
    changes: list[Callable[[], bytes]] = [
        lambda: change_bytes(content, rng, len(content)),
        lambda: b"".join(reversed(lines)),
        lambda: content + content,
        lambda: content + b"0" * 64 + b"  ../../etc/passwd\n",
        lambda: content + b"0" * 64 + b"  /dev/zero\n",
        lambda: content.replace(b"facts", b"fakts"),
        lambda: b"",
        lambda: content * 2000,
    ]
    return rng.choice(changes)()


def forge(files: Files, rng: random.Random) -> Files:
    """Change a few files of a model, and make the digests fit."""
    forged = {name: content for name, content in files.items() if name != SUMS}
    for name in rng.sample(sorted(forged), rng.choice([1, 1, 1, 2])):
        change = change_array if name.endswith(".npy") else change_json
        if name.endswith(".md") or rng.random() < 0.1:
            forged[name] = change_bytes(forged[name], rng, len(forged[name]) or 1)
        else:
            forged[name] = change(forged[name], rng)
    if rng.random() < 0.03:
        del forged[rng.choice(sorted(forged))]
    sums = make_sums(forged)
    return {**forged, SUMS: change_sums(sums, rng) if rng.random() < 0.05 else sums}


def write_zip(files: Files, path: Path, rng: random.Random) -> None:
    method = rng.choice([zipfile.ZIP_DEFLATED] * 5 + [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
    folder = rng.choice(["", "model/", "a/b/", "../"])
    with zipfile.ZipFile(path, "w", method) as archive:
        for name in files:
            archive.writestr(folder + name, files[name])
    if rng.random() < 0.3:
        content = path.read_bytes()
        path.write_bytes(change_bytes(content, rng, len(content)))


def write_folder(files: Files, path: Path) -> None:
    path.mkdir()
    for name, content in files.items():
        (path / name).write_bytes(content)


def use(path: Path) -> None:
    """Do with a model all that users do."""
    model = stance.load(path)
    for text in TEXTS:
        repr(model.label(text))
    model.label_frame(pd.DataFrame({"text": [*TEXTS, None, 3]}))
    for head in model.labels:
        model.explain(TEXTS[0], head=head)
    model.label(TEXTS[0])._repr_html_()
    model._repr_html_()
    repr(model)
    with contextlib.redirect_stdout(io.StringIO()):
        assert command(["info", str(path)]) == 0
    assert model.card is None or isinstance(model.card, str)
    pickle.loads(pickle.dumps(model)).label(TEXTS[1])


def try_one(files: Files, folder: Path, rng: random.Random) -> tuple[bool, float]:
    """Forge a model and use it; return whether it loaded, and the seconds it took."""
    forged, path = forge(files, rng), folder / "forged"
    if rng.random() < 0.3:
        path = folder / "forged.zip"
        write_zip(forged, path, rng)
    else:
        write_folder(forged, path)
    start = time.perf_counter()
    works = False
    with contextlib.suppress(stance.StanceError):
        use(path)
        works = True
    return works, time.perf_counter() - start


def read_small(folder: Path) -> Files:
    """Read the files of a saved model, with a few sides, all lengths and casings among them."""
    files = {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".joblib"}
    sides = {
        key: sorted(names, key=len)[:: max(1, len(names) // N_SIDES)]
        for key, names in json.loads(files["sides.json"]).items()
    }
    return {**files, "sides.json": json.dumps(sides).encode()}


def fuzz(
    model: stance.Model, n_models: int, random_state: int = 0, first: int = 0
) -> dict[str, float]:
    """Forge and use models; return how many loaded, the longest time and the growth of memory.

    They are those numbered from `first` on: number and random state say what each becomes.

    Raises
    ------
    Exception
        Of a model that was not refused by `stance.StanceError`; a note says which it was.
    """
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    slowest, n_loaded = 0.0, 0
    with tempfile.TemporaryDirectory() as scratch, warnings.catch_warnings(action="ignore"):
        saved = model.save(Path(scratch) / "model")
        files = read_small(saved)
        for number in range(first, first + n_models):
            with tempfile.TemporaryDirectory(dir=scratch) as folder:
                try:
                    works, seconds = try_one(
                        files, Path(folder), random.Random(f"{random_state} {number}")
                    )
                except BaseException as error:
                    error.add_note(f"model {number} of random state {random_state}")
                    raise
            n_loaded += works
            slowest = max(slowest, seconds)
    growth = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before
    return {"loaded": n_loaded, "slowest": slowest, "growth": growth}


def main() -> None:
    from conftest import LIGHTHOUSE

    rows = [
        (text.replace(".", f" {word}."), label, tone, f"{voice} {word}")
        for word in ("there", "again", "ashore")
        for text, label, tone, voice in LIGHTHOUSE
    ]
    model = stance.train(pd.DataFrame(rows, columns=["text", "stance", "tone", "voice"]))
    n_models, random_state = int(sys.argv[1]), int((*sys.argv, 0)[2])
    loaded, slowest, growth = 0.0, 0.0, 0.0
    for first in range(0, n_models, PORTION):
        n_more = min(PORTION, n_models - first)
        figures = fuzz(model, n_more, random_state, first)
        loaded += figures["loaded"]
        slowest = max(slowest, figures["slowest"])
        growth += figures["growth"]
        print(
            f"{first + n_more:,} models forged, {loaded:,.0f} loaded and worked, no raw error; "
            f"slowest {slowest:.2f} s, memory grew by {growth / 2**20:.0f} MB",
            flush=True,
        )
    sys.exit(slowest > MAX_SECONDS or growth > MAX_GROWTH)


if __name__ == "__main__":
    main()
