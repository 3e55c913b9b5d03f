"""Build the compiled scorer, where there is a C compiler; everything else stands in pyproject.toml."""

import sys

from setuptools import Extension, setup

# Optional: without a compiler stance installs all the same, and scores by NumPy (`stance info` says so).
setup(
    ext_modules=[
        Extension(
            "stance.scoring._scorer",
            ["stance/scoring/_scorer.c"],
            libraries=[] if sys.platform == "win32" else ["m"],
            optional=True,
        )
    ]
)
