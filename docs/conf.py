"""How Sphinx builds the documentation: `make docs`."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from stance import __version__  # noqa: E402

project = "stance"
author = "The stance maintainers"
copyright = author
version = release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "generated"]
exclude_patterns = ["_build"]
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 6
smartquotes = False  # quotation marks are typed as they are meant, above all in commands

autodoc_typehints = "none"  # the docstrings give them, with shapes and units
# Methods that scikit-learn writes, with references into its own pages.
_OF_SKLEARN = (
    "set_fit_request", "set_predict_proba_request", "set_predict_request", "set_score_request",
)  # fmt: skip
autodoc_default_options = {"exclude-members": ", ".join(_OF_SKLEARN)}
autodoc_member_order = "bysource"
napoleon_google_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False
default_role = "py:obj"

html_theme = "furo"
html_title = f"stance {release}"
html_copy_source = False
html_show_sphinx = False
