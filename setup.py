"""Build the compiled scorer, where there is a C compiler; pyproject.toml has everything else."""

import sys
from pathlib import Path

from setuptools import Extension, setup

# Optional: without a compiler, stance installs all the same and scores with NumPy (`stance info`
# says so). A change of a header builds the extension again, and the source package holds them.
setup(
    ext_modules=[
        Extension(
            "stance.scoring._scorer",
            ["stance/scoring/c/module.c"],
            depends=sorted(path.as_posix() for path in Path("stance/scoring/c").glob("*.h")),
            libraries=[] if sys.platform == "win32" else ["m"],
            optional=True,
        )
    ]
)
