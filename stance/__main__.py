"""Run the command as ``python -m stance``."""

from stance.cli import entry

entry()
