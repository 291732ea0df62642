"""Labels come from users, and sheets from anyone: in every output they are text, and nothing but text.

Every page, picture and document is made twice, with hostile labels and with plain ones. Markup, commands and control
characters must be the same in both.
"""

import json
import os
import pickle
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pygraphviz
import pytest

from autograd import Value, derive, draw, explain, steps, tanh
from autograd.__main__ import main
from nn import SGD, deltas, fit, half_sse, load, save

pytestmark = pytest.mark.sampled(4)

HOSTILE = [
    "</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"><svg onload=alert(1)>",
    "' onclick='alert(1)", "</title></style><iframe src=javascript:alert(1)>", "&lt;script&gt;", "&#60;script&#62;",
    "]]><!--", "--><script>", "\\end{document}\\input{/etc/passwd}", "\\write18{ls}",
    "$$\\href{javascript:alert(1)}{x}$$", "\\begin{verbatim}", "% }{", "](javascript:alert(1))", "`</code>`",
    "\"]; a -> b; b [label=\"", "\\N\\G\\E\\L\\n", "<BR/></TD></TABLE>>", "{|}|<f0>", "${alert(1)}", "{{7*7}}",
    "{0.__class__}%s%n", "__proto__", "constructor", "=cmd|' /C calc'!A0", "'; DROP TABLE w; --", "\x00",
    "\x1b[31m\x1b]0;title\x07", "\r\n", "\x7f\x9b31m", "\u2028\u2029", "\u202eevil\u202c", "\ufeff", "\ud800",
    "e\u0301" * 50, "a" * 5000, " ", "",
]  # fmt: skip
PLAIN = "plain"
EACH = pytest.mark.parametrize("label", HOSTILE, ids=lambda label: ascii(label)[:24])


def graph(label):
    w, v, x, t = [Value(d, name + label) for name, d in (("w", 0.5), ("v", -0.7), ("x", 0.3), ("t", 0.2))]
    hidden = tanh(w * x + v)
    hidden.label = "h" + label
    loss = (t - tanh(hidden * v)) ** 2
    loss.label = "L" + label
    return loss, w


_LEADING = ("href", "xlink:href", "src", "action", "formaction", "data")  # attributes that lead to other places


class _Markup(HTMLParser):
    """The elements of a page with the names of their attributes.

    Elements that may contain code also have their content.
    """

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.elements, self.codes = set(), []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.add((tag, *sorted([name for name, _ in attributes])))
        leading = [value or "" for name, value in attributes if name.startswith("on") or name in _LEADING]
        self.codes += [value.partition(",")[0] if value.startswith("data:image/") else value for value in leading]
        if tag == "iframe":
            inner = _Markup(dict(attributes).get("srcdoc") or "")
            self.elements |= {("inside", *element) for element in inner.elements}
            self.codes += inner.codes
        self.inside = tag

    def handle_data(self, data):
        if getattr(self, "inside", None) == "style" and data.strip():
            self.codes.append(data)

    def handle_comment(self, data):
        self.codes.append(data)


# Line breaks, and the words of MathML, which are text in any font.
_WORDS = {
    (*inside, *word.split())
    for inside in ((), ("inside",))
    for word in ("br", "mi", "mn", "mo", "mo stretchy", "mtext", "mspace", "mrow", "msub", "msup", "msubsup")
}


def same_markup(hostile, plain):
    """Assert that two pages have the same elements with the same attributes, and the same number of scripts."""
    hostile.encode("utf-8")  # the text can be encoded at all
    a, b = _Markup(hostile), _Markup(plain)
    assert a.elements - _WORDS <= b.elements
    assert set(a.codes) == set(b.codes)
    assert hostile.lower().count("<script") == plain.lower().count("<script")
    assert "\x00" not in hostile
    assert "\x1b" not in hostile


def same_picture(hostile, plain):
    """Assert that two SVGs are well-formed and have the same elements and attributes. Only texts may differ."""
    trees = [
        [(e.tag, *sorted(e.attrib)) for e in ET.fromstring(svg).iter() if "text" not in e.tag]
        for svg in (hostile, plain)
    ]
    assert trees[0] == trees[1]


def safe_text(text):
    """Assert that a text has no control character for terminals, and can be encoded."""
    text.encode("utf-8")
    assert [c for c in text if not c.isprintable() and c not in "\n\t"] == []


_LATEX_COMMAND = re.compile(r"\\(?:[A-Za-z]+|.)", re.DOTALL)
_ESCAPING = {
    "\\textbackslash", "\\textasciicircum", "\\textasciitilde", "\\textless", "\\textgreater", "\\{", "\\}", "\\$",
    "\\&", "\\#", "\\%", "\\_", "\\text",
}  # fmt: skip


def same_latex(hostile, plain):
    """Assert that two LaTeX texts have the same commands, except for those that escape, and that all braces close."""
    hostile.encode("utf-8")
    commands = set(_LATEX_COMMAND.findall(hostile)) - _ESCAPING
    assert commands <= set(_LATEX_COMMAND.findall(plain))
    bare = _LATEX_COMMAND.sub("", hostile)
    assert bare.count("{") == bare.count("}")
    assert bare.count("$") == _LATEX_COMMAND.sub("", plain).count("$")
    assert bare.count("%") == _LATEX_COMMAND.sub("", plain).count("%")


@pytest.mark.untraced
@EACH
def test_pictures(label, tmp_path):
    (loss, _), (plain, _) = graph(label), graph(PLAIN)
    for detail in ("values", "neurons", "layers"):
        hostile, calm = draw(loss, detail=detail, edges=True), draw(plain, detail=detail, edges=True)
        if len(label) < 1000:
            same_picture(hostile.svg(), calm.svg())
        for a, b in ((pygraphviz.AGraph(string=hostile.source), pygraphviz.AGraph(string=calm.source)),):
            assert (a.nodes(), a.edges()) == (b.nodes(), b.edges())
        hostile.save(tmp_path / "picture.dot").read_text(encoding="utf-8")
    if len(label) < 1000:
        bundle = hostile._repr_mimebundle_()
        assert "image/svg+xml" in bundle
        json.dumps(bundle, ensure_ascii=False).encode("utf-8")


@pytest.mark.untraced
@EACH
@pytest.mark.parametrize("forward", [False, True])
def test_the_steps_page(label, forward, tmp_path):
    hostile, plain = steps(graph(label)[0], forward=forward), steps(graph(PLAIN)[0], forward=forward)
    same_markup(hostile.html(), plain.html())
    same_markup(hostile._repr_html_(), plain._repr_html_())
    told = re.search(r'<script id="steps" type="application/json">(.*?)</script>', hostile.html(), re.DOTALL)[1]
    assert len(json.loads(told)["steps"]) == len(hostile)
    for kind in ("html", "txt"):
        assert hostile.save(tmp_path / f"steps.{kind}").stat().st_size > 0
    safe_text(str(hostile))
    loss, w = graph(label)
    safe_text(str(explain(loss, w)))


@pytest.mark.untraced
@EACH
def test_reports_and_formulas(label, tmp_path):
    (loss, w), (calm, v) = graph(label), graph(PLAIN)
    hostile, plain = derive(loss), derive(calm)
    for kind in ("html", "md", "tex"):
        hostile.report(tmp_path / f"hostile.{kind}")
        plain.report(tmp_path / f"plain.{kind}")
    read = [{k: (tmp_path / f"{name}.{k}").read_bytes().decode("utf-8") for k in ("html", "md", "tex")}
            for name in ("hostile", "plain")]  # fmt: skip
    same_markup(read[0]["html"], read[1]["html"])
    same_latex(read[0]["tex"], read[1]["tex"])
    assert read[0]["tex"].count(r"\end{document}") == 1
    assert not re.search(r"(?<!\\)<[a-z/!]|\]\(", read[0]["md"], re.IGNORECASE)
    same_markup(hostile.steps(w).to_html(), plain.steps(v).to_html())
    same_latex(hostile._repr_latex_(), plain._repr_latex_())
    same_latex(hostile.update().latex(), plain.update().latex())
    same_latex(hostile.steps(w).latex(), plain.steps(v).latex())
    for text in (str(hostile), str(hostile.steps(w)), str(hostile.update()), hostile.vocabulary(), repr(hostile)):
        safe_text(text)
    grade = hostile.grade(w, label or "1")
    same_markup(grade._repr_html_(), grade._repr_html_())
    json.loads(json.dumps(grade.as_dict()))


class _Model:
    def __init__(self, label):
        self.slope, self.shift = Value(0.5, "a" + label), Value(0.1, label)

    def __call__(self, x):
        return [self.slope * x[0] + self.shift]

    def parameters(self):
        return [self.slope, self.shift]


@pytest.mark.untraced
@EACH
def test_the_film_page_and_the_table_of_deltas(label, tmp_path):
    films = []
    for text in (label, PLAIN):
        data = {"epochs": 2, "optimizer": SGD(0.1), "film": 1, "progress": False}
        films.append(fit(_Model(text), [[0.0], [1.0]], [1.0, 3.0], **data).film)
    same_markup(films[0].html(), films[1].html())
    same_markup(films[0]._repr_html_(), films[1]._repr_html_())
    for kind in ("html", "txt"):
        assert films[0].save(tmp_path / f"film.{kind}").stat().st_size > 0
    safe_text(str(films[0]))


@EACH
def test_saved_models_and_pickles_keep_a_label_as_it_is(label, tmp_path):
    saved, loaded = _Model(label), _Model(label)
    saved.slope.data = 7.0
    save(saved, tmp_path / "model.json")
    load(loaded, tmp_path / "model.json")
    assert (loaded.slope.data, loaded.slope.label) == (7.0, "a" + label)
    assert pickle.loads(pickle.dumps(saved.slope)).label == "a" + label
    safe_text(repr(saved.slope))


# The elements of a page of grades, and the attributes of its formulas.
_OF_GRADES = {
    "a", "article", "b", "body", "code", "div", "h1", "h2", "h3", "head", "html", "li", "main", "math", "meta", "mfrac",
    "mi", "mn", "mo", "mover", "mrow", "mspace", "msqrt", "mstyle", "msub", "msubsup", "msup", "mtable", "mtd", "mtext",
    "mtr", "munder", "munderover", "p", "pre", "section", "small", "span", "style", "table", "tbody", "td", "th",
    "thead", "title", "tr", "ul",
}  # fmt: skip
_OF_PAGES = {"charset", "class", "content", "data-name", "href", "id", "lang", "name", "style"}
_OF_MATHML = {
    "display", "displaystyle", "fence", "form", "lspace", "mathvariant", "rspace", "stretchy", "title", "width",
    "xmlns",
}  # fmt: skip


@EACH
def test_sheets_and_the_command_line(label, tmp_path, capsys):
    (tmp_path / "sheet.txt").write_bytes(
        f"name: {label}\nnetwork: 2-3-2\nw_ho[1,2]: {label}\nd_o[1]: d_o[1]\nrate: {label}".encode("utf-8", "replace")
    )
    page = tmp_path / "page.html"
    assert main(["grade", "--html", str(page), str(tmp_path / "sheet.txt")]) in (0, 2)
    safe_text(capsys.readouterr().out)
    main(["grade", "--json", str(tmp_path / "sheet.txt")])
    json.loads(capsys.readouterr().out)
    markup = _Markup(page.read_text(encoding="utf-8"))
    assert {tag for tag, *_ in markup.elements - _WORDS} <= _OF_GRADES
    attributes = {name for _, *names in markup.elements for name in names}
    assert attributes <= {
        "charset",
        "class",
        "content",
        "data-name",
        "href",
        "id",
        "lang",
        "name",
        "style",
        *_OF_MATHML,
    }
    style, *links = sorted(markup.codes, key=len, reverse=True)
    assert style.lstrip().startswith((":root", "body"))
    assert all(link.startswith("#") for link in links)


@EACH
def test_a_sheet_in_a_file_of_a_hostile_name(label, tmp_path, capsysbinary):
    name = label.replace("/", "").replace("\x00", "")[:200].encode("utf-8", "replace") + b"\xff.txt"
    with open(os.path.join(os.fsencode(tmp_path), name), "wb") as file:
        file.write(b"network: 2-3-2\nd_o[1]: d_o[1]\n")
    page = tmp_path / "page.html"
    assert main(["grade", "--html", str(page), os.path.join(str(tmp_path), os.fsdecode(name))]) == 0
    safe_text(capsysbinary.readouterr().out.decode("utf-8"))
    page.read_text(encoding="utf-8")


def test_the_table_of_deltas():
    loss = half_sse([Value(1.0)], [2.0])
    with pytest.raises(ValueError, match="no neuron"):
        deltas(loss)
