"""Settings of Sphinx.

Sphinx was chosen because it reads the API from the docstrings, checks every cross-reference, and treats warnings as
errors. With MyST, the pages can be Markdown, like the README.
"""

import re
from html import escape

from docutils import nodes

import autograd
from autograd.engine.absent import Absent
from autograd.formulas.report import mathml

project = "deltagrad"
author = "the deltagrad team"
release = version = autograd.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build", "playground", "derivations"]
myst_enable_extensions = ["dollarmath", "deflist"]
myst_heading_anchors = 3
html_theme = "furo"
html_math_renderer = "mathml"  # in the page itself: a reader needs no network
html_show_copyright = False
html_title = f"deltagrad {release}"
autodoc_typehints = "none"
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "undoc-members": False}
napoleon_use_ivar = True
napoleon_custom_sections = ["Fields"]
nitpicky = False


def _with_math(_app, _what, _name, _object, _options, lines):
    """Mark formulas between dollars in docstrings as mathematics, so that they are typeset."""
    text = re.sub(r"(?<![\\`])\$([^$\n]+)\$", lambda m: f":math:`{m[1].strip()}`", "\n".join(lines))
    lines[:] = text.split("\n")


def _skipped(_app, _what, _name, found, skipped, _options):
    """Leave out the names that only raise an error with advice."""
    return True if isinstance(found, Absent) else skipped


def _without_unknown(_app, _what, _name, _object, _options, signature, returned):
    """Leave out the parameter ``**unknown``, which only serves to give advice on the options of other libraries."""
    return signature and re.sub(r"(, )?\*\*unknown(: NoReturn)?", "", signature), returned


def _inline(translator, node):
    translator.body.append(_typeset(node))
    raise nodes.SkipNode


def _display(translator, node):
    translator.body.append(f'<div class="math">{_typeset(node)}</div>')
    raise nodes.SkipNode


def _typeset(node):
    return mathml(node.astext()) or f"<code>{escape(node.astext())}</code>"


def setup(app):
    """Register the functions that change docstrings before Sphinx reads them, and the renderer of formulas."""
    app.connect("autodoc-process-docstring", _with_math)
    app.connect("autodoc-skip-member", _skipped)
    app.connect("autodoc-process-signature", _without_unknown)
    app.add_html_math_renderer("mathml", (_inline, None), (_display, None))
