"""Run a script or a module with another build of the compiled scorer.

``python tests/with_scorer.py sanitized_scorer.so -m pytest tests/scoring``
"""

import importlib.machinery
import importlib.util
import runpy
import sys


def main(built: str, arguments: list[str]) -> None:
    """Load the extension file `built` instead of the installed one, then run `arguments`."""
    loader = importlib.machinery.ExtensionFileLoader("stance.scoring._scorer", built)
    spec = importlib.util.spec_from_loader("stance.scoring._scorer", loader, origin=built)
    assert spec
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    sys.modules["stance.scoring._scorer"] = module
    sys.argv = arguments[arguments[0] == "-m" :]
    if arguments[0] == "-m":
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(arguments[0], run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
