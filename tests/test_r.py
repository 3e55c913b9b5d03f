"""The page "From R": its blocks run where R is installed."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parent.parent / "docs" / "r.md"


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for the command is a shell script")
@pytest.mark.skipif(not shutil.which("Rscript"), reason="needs R (Rscript), which is not installed")
def test_the_page_runs_in_r(tmp_path: Path) -> None:
    blocks = re.findall(
        r"^(<!-- not run: arrow -->\n)?```r\n(.*?)```", PAGE.read_text(), re.M | re.S
    )
    assert [bool(skipped) for skipped, _ in blocks] == [False, False, True]
    script = tmp_path / "page.R"
    script.write_text("".join(code for skipped, code in blocks if not skipped))
    command = tmp_path / "stance"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m stance "$@"\n')
    command.chmod(0o755)
    path = os.pathsep.join([str(tmp_path), os.environ["PATH"]])
    environment = os.environ | {"PATH": path, "PYTHONPATH": str(PAGE.parent.parent)}
    command_line = ["Rscript", "--vanilla", str(script)]
    done = subprocess.run(
        command_line, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"^1 +a +opposed +\w+ labelled$", done.stdout, re.M), done.stdout
    assert re.search(r"^2 +b +<NA> +<NA> +empty$", done.stdout, re.M), done.stdout
