"""Settings of Sphinx. Sphinx was chosen because it reads the API from the docstrings, checks every cross-reference, and
treats warnings as errors; MyST lets the pages be Markdown, as the README is."""

import autograd

project = "deltagrad"
author = "the deltagrad team"
release = version = autograd.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.mathjax"]
exclude_patterns = ["_build", "playground", "derivations"]
myst_enable_extensions = ["dollarmath", "deflist"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = f"deltagrad {release}"
autodoc_typehints = "none"
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "undoc-members": False}
napoleon_use_ivar = True
napoleon_custom_sections = ["Fields"]
nitpicky = False
