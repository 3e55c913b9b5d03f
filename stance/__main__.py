"""Run the command as ``python -m stance``."""

from stance.cli.main import entry

entry()
