"""Run a script or pytest with another build of the scorer: ``python tests/with_scorer.py _scorer.so -m pytest tests/test_scoring.py``."""

import importlib.machinery
import importlib.util
import runpy
import sys

_, built, *arguments = sys.argv
loader = importlib.machinery.ExtensionFileLoader("stance._scorer", built)
spec = importlib.util.spec_from_loader("stance._scorer", loader, origin=built)
assert spec
module = importlib.util.module_from_spec(spec)
loader.exec_module(module)
sys.modules["stance._scorer"] = module
if arguments[0] == "-m":
    sys.argv = arguments[1:]
    runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
else:
    sys.argv = arguments
    runpy.run_path(arguments[0], run_name="__main__")
