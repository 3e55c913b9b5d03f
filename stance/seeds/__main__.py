"""Run the maintainers' commands as ``python -m stance.seeds``."""

import sys

from stance.seeds.commands import main

sys.exit(main(sys.argv[1:]))
