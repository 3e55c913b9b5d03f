"""The README keeps its promises: every Python block runs, every command is there."""

import re

import pytest
from conftest import ROOT

from stance.cli import cli
from stance.seeds import SEEDS

README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.skipif(not SEEDS.exists(), reason="needs the seeds, which come with a checkout only")
def test_python_blocks_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    names: dict[str, object] = {}
    for block in re.findall(r"```python\n(.*?)```", README, re.DOTALL):
        exec(compile(block, "README.md", "exec"), names)
    assert len(names["labelled"]) == 2  # type: ignore[arg-type]


def test_commands_and_options_exist() -> None:
    for command, rest in re.findall(rf"\bstance ({'|'.join(cli.commands)})\b([^\n#]*)", README):
        options = {name for parameter in cli.commands[command].params for name in parameter.opts}
        assert set(re.findall(r"(?<=\s)--?[a-z][a-z-]*", rest)) <= options


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target
