"""Settings of Sphinx. Sphinx was chosen because it reads the API from the docstrings, checks every cross-reference, and
treats warnings as errors; MyST lets the pages be Markdown, as the README is."""

import re

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


def _with_math(_app, _what, _name, _object, _options, lines):
    """Let formulas between dollars in docstrings be typeset."""
    text = re.sub(r"(?<![\\`])\$([^$\n]+)\$", lambda m: f":math:`{m[1].strip()}`", "\n".join(lines))
    lines[:] = text.split("\n")


def setup(app):
    """Register what changes docstrings before Sphinx reads them."""
    app.connect("autodoc-process-docstring", _with_math)
