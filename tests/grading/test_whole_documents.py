"""Whole documents, graded claim by claim: verdicts, consequences, settings, rubrics and all outputs."""

import csv
import gc
import io
import json
import pickle
import subprocess
import sys
import weakref
from dataclasses import replace
from pathlib import Path

import pytest

from autograd import Value, derive, grade_document
from autograd.__main__ import main
from autograd.engine.errors import SheetError
from autograd.grading import candidates, claim_judge, claims_in_sequence, grade_documents
from autograd.grading.clock import WORK
from autograd.grading.document import commonest_slips
from autograd.grading.grade_documents import grade_files
from autograd.grading.grading import Grader
from autograd.grading.report_html import page
from autograd.grading.setting import Setting, read_setting
from nn import MLP, half_sse

HEAD = "network: 2-3-2 sigmoid\ndelta: 1\nconvention: standard\n\n"


def verdicts(text, **options):
    return [claim.verdict for claim in grade_document(text, **options).claims]


SEQUENCES = [
    ("right", [r"\delta_o = (y_o - t_o) y_o (1-y_o)", r"\delta_h = a_h (1-a_h) \sum_o w_{ho} \delta_o"], "equal equal"),
    (
        "what follows from a wrong delta",
        [
            r"\delta_o = (t_o - y_o) y_o (1 - y_o)",
            r"\frac{\partial L}{\partial w_{ho}} = (t_o - y_o) y_o (1 - y_o) a_h",
            r"\frac{\partial L}{\partial b_o} = \delta_o",
            r"\delta_h = a_h (1 - a_h) \sum_o w_{ho} (t_o - y_o) y_o (1 - y_o)",
            r"w_{ho} \leftarrow w_{ho} - \eta (t_o - y_o) y_o (1 - y_o) a_h",
            r"\frac{\partial L}{\partial w_{ho}} = (t_o - y_o) y_o a_h",
        ],
        "wrong follows equal follows follows wrong",
    ),
    (
        "a definition in a letter of one's own",
        [r"e_o = t_o - y_o", r"\delta_k = -e_k y_k (1 - y_k)", r"g_o = e_o y_o", r"\delta_o = -g_o (1 - y_o)"],
        "definition equal definition equal",
    ),
    ("a definition of the network", [r"s_o = \sum_h w_{ho} a_h + b_o", r"y_o = \sigma(s_o)"], "equal equal"),
    ("two mistakes, and what follows from the second", [
        r"\frac{\partial L}{\partial y_o} = 2 (y_o - t_o)",
        r"\frac{\partial y_o}{\partial s_o} = y_o",
        r"\frac{\partial L}{\partial b_o} = (y_o - t_o) y_o",
        r"\frac{\partial L}{\partial b_o} = 2 (y_o - t_o) y_o",
    ], "wrong wrong follows follows"),
    ("nothing to read", [r"\delta_o = \foo"], "unreadable"),
]  # fmt: skip


@pytest.mark.parametrize(("formulas", "expected"), [row[1:] for row in SEQUENCES], ids=[row[0] for row in SEQUENCES])
def test_claims_in_sequence(formulas, expected):
    assert verdicts(HEAD + "".join([f"$${formula}$$\n" for formula in formulas])) == expected.split()


def test_the_first_wrong_step_is_marked_with_its_link():
    found = grade_document(
        HEAD + "$$\\frac{\\partial L}{\\partial b_o} = \\delta_o = (t_o - y_o) y_o (1 - y_o) = 2 q$$\n$$\\delta_o = 3$$"
        "\n$$\\frac{\\partial L}{\\partial b_o} = \\delta_o = (t_o - y_o) y_o (1 - y_o)$$"
    )
    assert [claim.is_first_mistake for claim in found.claims] == [False, True, False]
    assert [claim.link for claim in found.claims] == [None, None, 2]
    assert found.first_mistake is found.claims[1]
    assert "the first wrong step" in str(found)
    assert "the second equals sign" in str(found)


def test_a_link_that_fits_no_shape_is_marked_and_explained():
    chain = r"\delta_h = a_h (1 - a_h) \sum_o w_{ho} \delta_o = a_h (1 - a_h) \sum_o w_{oh} \delta_o"
    (claim,) = grade_document(f"{HEAD}$${chain}$$\n").claims
    assert (claim.verdict, claim.link) == ("wrong", 2)
    assert "w_" in claim.diagnosis


def test_one_reading_for_the_whole_document():
    text = """The loss is $$C = \\frac12 \\sum_j (y_j - a_j)^2, \\qquad a_j = \\sigma(z_j).$$ With
    $$\\delta_o = (y_o - a_o) a_o (1 - a_o)$$ we have
    $$\\frac{\\partial C}{\\partial w_{ho}} = -\\delta_o a_h$$ and
    $$\\frac{\\partial C}{\\partial b_o} = -\\delta_o.$$"""
    found = grade_document(text, setting="network: 2-3-2 sigmoid\nloss: half_sse")
    assert "delta = -dL/ds" in found.reading
    assert "y target" in found.reading
    assert found.confirm == "the convention was found, not declared: check it"
    assert [claim.verdict for claim in found.claims][-3:] == ["equal"] * 3


def test_a_declared_sign_is_not_searched_for():
    found = grade_document(HEAD + r"$$\delta_o = (t_o - y_o) y_o (1 - y_o)$$")
    assert [claim.verdict for claim in found.claims] == ["wrong"]
    assert found.confirm == ""


@pytest.mark.parametrize(
    ("loss", "formula"),
    [
        (r"E = \frac12 \sum_o (t_o - y_o)^2", r"\delta_o = (y_o - t_o) y_o (1 - y_o)"),
        (r"E = \sum_o (t_o - y_o)^2", r"\delta_o = 2 (y_o - t_o) y_o (1 - y_o)"),
    ],
)
def test_a_network_that_is_not_declared_is_found_and_shown(loss, formula):
    found = grade_document(f"A sigmoid network with $${loss}$$ has\n$${formula}.$$")
    assert [claim.verdict for claim in found.claims] == ["equal", "equal"]
    assert found.confirm.startswith("the network, the loss and the convention were found")


# --- Settings.

DECLARED = [
    ("loss: binary_cross_entropy\nnetwork: 2-3-1 tanh, sigmoid", r"\delta_o = y_o - t_o"),
    ("network: 2-3-1 tanh, linear\nloss: binary_cross_entropy", r"\delta_o = \sigma(y_o) - t_o"),
    ("network: 2-3-3 tanh\nloss: cross_entropy", r"\delta_o = p_o - t_o"),
    (
        "network: 2-4-3 tanh\nloss: cross_entropy, smoothing \\epsilon",
        r"\delta_o = p_o - (1 - \epsilon) t_o - \frac{\epsilon}{3}",
    ),
    (
        "network: 2-4-3 tanh\nloss: cross_entropy, smoothing \\epsilon",
        r"L = -\sum_{k=1}^K \left((1 - \epsilon) t_k + \frac{\epsilon}{K}\right) \log p_k",
    ),
    ("network: 2-4-3 tanh\nloss: cross_entropy, label smoothing 0.1", r"\delta_o = p_o - 0.9 t_o - \frac{0.1}{3}"),
    ("network: 2-3-2\nloss: sse\nbias: no", r"\delta_o = 2 (y_o - t_o) y_o (1 - y_o)"),
    ("network: 2-3-2\nsamples: 3 mean", r"\delta_o^{(n)} = \frac13 (y_o^{(n)} - t_o^{(n)}) y_o^{(n)} (1 - y_o^{(n)})"),
    ("network: 2-3-2\npenalty: l2 \\lambda", r"\frac{\partial L}{\partial w_{ho}} = \delta_o a_h + \lambda w_{ho}"),
    ("network: 2-3-2\ndelta: -1", r"\delta_o = (t_o - y_o) y_o (1 - y_o)"),
    ("network: 2-3-2\nconvention: mitchell", r"\delta_o = (t_o - o_o) o_o (1 - o_o)"),
    ("network: 2-3-2\nletters: t=y, y=\\hat{y}, s=z", r"\delta_o = (\hat{y}_o - y_o) \sigma'(z_o)"),
    ("network: 2-3-2\norder: to-from", r"\delta_h = a_h (1 - a_h) \sum_o w_{oh} \delta_o"),
    ("network: 2-3-2\nrate: \\gamma", r"w_{ho} \leftarrow w_{ho} - \gamma \delta_o a_h"),
]


@pytest.mark.parametrize(("declared", "formula"), DECLARED)
def test_declarations(declared, formula):
    assert verdicts(f"{declared}\n\n$${formula}$$") == ["equal"]
    assert verdicts(f"---\n{declared}\n---\n\n$${formula}$$", format="markdown") == ["equal"]
    assert verdicts(f"$${formula}$$", setting=declared) == ["equal"]


def test_smoothed_labels_are_no_plain_ones():
    setting = "network: 2-4-3 tanh\nloss: cross_entropy, smoothing \\epsilon"
    plain, wide = r"\delta_o = p_o - t_o", r"\delta_o = p_o - (1 - \epsilon) t_o - \epsilon"
    assert verdicts(f"$${plain}$$\n\n$${wide}$$", setting=setting) == ["wrong", "wrong"]
    assert "labels smoothed by epsilon" in grade_document(f"$${plain}$$", setting=setting).reading


def test_a_recurrent_network():
    text = (
        "network: 2-2-2 tanh, linear\nrecurrent: layer 1, 3 steps\n\ndL/dw_ho[h,o] = sum(d_o[o,r]*a[h,r] for r in R)\n"
    )
    found = grade_document(text)
    assert "layer 1 recurrent, 3 steps" in found.reading
    assert [claim.verdict for claim in found.claims] == ["equal"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("recurrent: layer 3, 3 steps", "recurrent is a layer and a number of steps"),
        ("recurrent: three steps", "recurrent is a layer and a number of steps"),
        ("loss: mse, smoothing 0.1", "only the labels of a cross_entropy are smoothed"),
        ("loss: cross_entropy, smoothing 2", "smoothing is a number between 0 and 1"),
        ("penalty: l1 x", "penalty is l2 and the letter of its factor"),
        ("letters: t", "letters are roles and what stands for them"),
        ("letters: q=r", "no letter is called 'q'"),
        ("letters: t=y, y=y", "both target and output"),
        ("vectors: up", "vectors are 'columns' or 'rows'"),
        ("indices: i j", "indices are three letters"),
        ("points: all", "points are targets and numbers"),
        ("points: " + ", ".join(["a[1] 1"] * 101), "at most 100 targets"),
        ("recorded: a.py:b", "unknown declaration 'recorded'"),
        ("netwrok: 2", "did you mean 'network'?"),
        ("a line", "a declaration is a key, a colon and a value"),
    ],
)
def test_a_setting_that_is_none(line, words, tmp_path):
    path = tmp_path / "setting.txt"
    path.write_text(f"# mine\nnetwork: 2-3-2\n{line}\n", encoding="utf-8")
    source = path if "recorded" not in line else f"network: 2-3-2\n{line}"
    with pytest.raises(SheetError, match=f"line [23].*{words.replace('?', '.')}"):
        grade_document("$$a = b$$", setting=source)


def test_prose_with_a_colon_declares_nothing():
    text = (
        HEAD
        + "Loss: we use half the squared error.\n\nNote: this is long.\n\n$$\\delta_o = (y_o - t_o) y_o (1 - y_o)$$\n\n"
    )
    assert verdicts(text + "Name: of the method is backpropagation.") == ["equal"]


def test_a_setting_may_be_a_recorded_loss():
    loss = half_sse(MLP(2, [3, 2], activation="sigmoid", seed=0)([Value(0.1, "x[1]"), 0.2]), [Value(0.3, "t[1]"), 0.4])
    text = "network: 9-9\n\n$$\\delta_h = a_h (1 - a_h) \\sum_o w_{ho} \\delta_o$$"
    for setting in (loss, derive(loss), Setting(recorded=derive(loss))):
        assert verdicts(text, setting=setting) == ["equal"]
    with pytest.raises(TypeError, match="a setting is a recorded loss"):
        grade_document(text, setting=3)
    with pytest.raises(TypeError, match="a document is text"):
        grade_document(b"a")


RECORDED = """
from autograd import Value, derive
from autograd.grading.networks import build

def loss():
    return build([2, 3, 2], ["tanh", "linear"])

def derived():
    return derive(loss())

def nothing():
    return 3
"""


def test_what_a_teacher_recorded(tmp_path):
    (tmp_path / "mine.py").write_text(RECORDED, encoding="utf-8")
    path = tmp_path / "setting.txt"
    formula = r"$$\delta_h = (1 - a_h^2) \sum_o w_{ho} \delta_o$$"
    for name in ("loss", "derived"):
        path.write_text(f"recorded: mine.py:{name}\n", encoding="utf-8")
        assert verdicts(formula, setting=path) == ["equal"]
        assert verdicts(f"network: 2-3-2 sigmoid\n\n{formula}", setting=str(path)) == ["equal"]
    for name, words in (
        ("nothing", "returned int"),
        ("missing", "has no function missing"),
        ("not a name", "file.py:function"),
    ):
        path.write_text(f"recorded: mine.py:{name}\n", encoding="utf-8")
        with pytest.raises(SheetError, match=words):
            grade_document(formula, setting=path)
    path.write_text("recorded: other.py:loss\n", encoding="utf-8")
    with pytest.raises(SheetError, match=r"there is no Python file .*other\.py"):
        grade_document(formula, setting=path)


def test_a_document_runs_nothing(tmp_path):
    (tmp_path / "mine.py").write_text("raise SystemExit(3)", encoding="utf-8")
    text = f"recorded: {tmp_path / 'mine.py'}:loss\nnetwork: 2-3-2 sigmoid\n\n$$\\delta_o = (y_o - t_o) y_o (1 - y_o)$$"
    assert verdicts(text) == ["equal"]


# --- Rubrics.

RUBRIC = "points: d_o[o] 2, dL/dw_ho[h,o] 4, d_h[h] 3, w_ih[1,2] 1\n"


@pytest.mark.parametrize(
    ("formulas", "earned"),
    [
        ([r"\delta_o = (y_o - t_o) y_o (1 - y_o)", r"\frac{\partial L}{\partial w_{ho}} = \delta_o a_h"], [2, 4, 0, 0]),
        ([r"\delta_o = (t_o - y_o) y_o (1 - y_o)"], [1, 0, 0, 0]),
        ([r"\delta_o = 9 t_o y_o", r"\frac{\partial L}{\partial w_{ho}} = 9 t_o y_o a_h"], [0, 4, 0, 0]),
        ([r"\frac{\partial L}{\partial w_{ih}} = \delta_h x_i"], [0, 0, 0, 1]),
        ([r"\delta_h = 17 x_1 t_1 b_o"], [0, 0, 0, 0]),
    ],
)  # fmt: skip
def test_points(formulas, earned):
    found = grade_document(RUBRIC + HEAD + "".join([f"$${formula}$$\n" for formula in formulas]))
    assert [row["points"] for row in found.rubric] == earned
    assert found.points == (sum(earned), 10)


@pytest.mark.parametrize(
    ("formulas", "earned"),
    [
        ([r"\delta^{(2)} = (a^{(2)} - y) \odot a^{(2)} \odot (1 - a^{(2)})"], [2, 0, 0, 0]),
        ([r"\delta_k^{(2)} = (a_k^{(2)} - y_k) a_k^{(2)} (1 - a_k^{(2)})"], [2, 0, 0, 0]),
        ([r"\frac{\partial J}{\partial W^{(2)}} = \delta^{(2)} (a^{(1)})^T"], [0, 4, 0, 0]),
        ([r"\frac{\partial J}{\partial W^{(l)}} = \delta^{(l)} (a^{(l-1)})^T"], [0, 4, 0, 1]),
        ([r"\delta^{(1)} = (W^{(2)})^T \delta^{(2)} \odot a^{(1)} \odot (1 - a^{(1)})"], [0, 0, 3, 0]),
        ([r"\frac{\partial J}{\partial z^{(1)}} = (W^{(2)})^T \delta^{(2)} \odot \sigma'(z^{(1)})"], [0, 0, 3, 0]),
        ([r"\frac{\partial J}{\partial w_{kj}} = \delta_k a_j"], [0, 4, 0, 0]),
        ([r"\frac{\partial J}{\partial W^{(1)}_{21}} = \delta^{(1)}_2 x_1"], [0, 0, 0, 1]),
        ([r"\frac{\partial J}{\partial W^{(1)}_{12}} = \delta^{(1)}_1 x_2"], [0, 0, 0, 0]),
        ([r"\frac{\partial J}{\partial b^{(1)}} = \delta^{(1)}"], [0, 0, 0, 0]),
    ],
)  # fmt: skip
def test_points_are_for_what_a_claim_was_taken_to_be_about(formulas, earned):
    letters = "letters: s=z, a=a, y=a, t=y, loss=J\norder: to-from\n"
    found = grade_document(RUBRIC + letters + HEAD + "".join([f"$${formula}$$\n" for formula in formulas]))
    assert [claim.verdict for claim in found.claims] == ["equal"] * len(formulas)
    assert [row["points"] for row in found.rubric] == earned


def test_a_document_does_not_set_its_own_points(tmp_path):
    path = tmp_path / "setting.txt"
    path.write_text("network: 2-3-2 sigmoid\npoints: d_o[o] 2\n", encoding="utf-8")
    text = "points: d_o[o] 900\nnetwork: 2-2\n\n$$\\delta_o = (y_o - t_o) y_o (1 - y_o)$$"
    assert grade_document(text, setting=path).points == (2, 2)


# --- Files and outputs.

RIGHT = HEAD + "$$\\delta_o = (y_o - t_o) y_o (1 - y_o)$$\n"
WRONG = (
    HEAD
    + "$$\\delta_o = (t_o - y_o) y_o (1 - y_o)$$\n$$\\frac{\\partial L}{\\partial b_o} = (t_o - y_o) y_o (1 - y_o)$$\n"
)


@pytest.fixture
def folder(tmp_path):
    notebook = {"cells": [{"cell_type": "code", "source": ""}, {"cell_type": "markdown", "source": WRONG}]}
    (tmp_path / "a.md").write_text(RIGHT, encoding="utf-8")
    (tmp_path / "b.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    (tmp_path / "c.tex").write_text(
        "% network: 2-3-2\n\\begin{document}\n$$\\delta_o = q$$\n\\end{document}", encoding="utf-8"
    )
    (tmp_path / "d.txt").write_bytes(b"\xff\xfe\xfd")
    return tmp_path


@pytest.mark.parametrize(
    ("names", "status"),
    [(["a.md"], 0), (["b.ipynb"], 1), (["a.md", "b.ipynb"], 1), (["c.tex"], 2), (["e.md", "a.md"], 2)],
)
def test_the_exit_status(folder, names, status, capsys):
    assert main(["grade", *[str(folder / name) for name in names]]) == status
    assert ("e.md" in names) == ("No such file" in capsys.readouterr().out)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_one_bad_document_never_stops_the_run(folder, jobs, capsys):
    assert main(["grade", "--json", "--jobs", jobs, str(folder)]) == 2
    data = json.loads(capsys.readouterr().out)
    assert [Path(document["file"]).name for document in data] == ["a.md", "b.ipynb", "c.tex", "d.txt"]
    assert [claim["verdict"] for claim in data[1]["claims"]] == ["wrong", "follows"]
    assert [claim["cell"] for claim in data[1]["claims"]] == [2, 2]
    assert "not UTF-8 text" in data[3]["error"]
    assert [f["verdict"] for f in data[1]["formulas"]] == ["wrong", "wrong"]
    assert data[1]["formulas"][0]["correct"]["text"].startswith("d_o[o] = ")


def test_json_has_every_field(folder, capsys):
    main(["grade", "--json", str(folder / "b.ipynb")])
    claim = json.loads(capsys.readouterr().out)[0]["claims"][0]
    assert list(claim) == [
        "line", "cell", "formula", "verdict", "condition", "reading", "mistakes", "diagnosis", "right",
        "counterexample", "link", "points",
    ]  # fmt: skip
    assert (claim["line"], claim["diagnosis"]) == (5, "the sign is flipped")
    assert set(claim["right"]) == {"text", "latex"}
    assert set(claim["counterexample"]) == {"point", "where", "true", "given"}


def test_csv_has_a_row_for_each_claim(folder, capsys):
    main(["grade", "--csv", str(folder)])
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["verdict"] for row in rows] == ["equal", "wrong", "follows", "unreadable", "error"]
    assert rows[1]["cell"] == "2"
    assert rows[1]["right"].startswith("d_o[o] = -(t[o] - y[o])")


def test_a_cell_is_no_formula_of_a_spreadsheet(tmp_path, capsys):
    (tmp_path / "=cmd.md").write_text(RIGHT, encoding="utf-8")
    main(["grade", "--csv", str(tmp_path)])
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert row["name"] == "'=cmd.md"


def test_standard_input():
    done = subprocess.run(
        [sys.executable, "-m", "autograd", "grade", "-"],
        input=RIGHT.encode(),
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"standard input" in done.stdout


def test_a_setting_on_the_command_line(tmp_path, capsys):
    (tmp_path / "setting.txt").write_text("network: 2-3-2 sigmoid\npoints: d_o[o] 3\n", encoding="utf-8")
    (tmp_path / "a.md").write_text(r"$$\delta_o = (y_o - t_o) y_o (1 - y_o)$$", encoding="utf-8")
    assert main(["grade", "--setting", str(tmp_path / "setting.txt"), str(tmp_path / "a.md")]) == 0
    assert "3/3" in capsys.readouterr().out
    assert main(["grade", "--setting", str(tmp_path / "missing.txt"), str(tmp_path / "a.md")]) == 2
    assert "missing.txt" in capsys.readouterr().err


def test_the_commonest_slips_of_a_class(tmp_path, capsys):
    for k in range(3):
        (tmp_path / f"{k}.md").write_text(WRONG if k else RIGHT, encoding="utf-8")
    assert commonest_slips(grade_files([tmp_path])) == [("sign", 2, 2)]
    main(["grade", "--html", str(tmp_path / "page.html"), str(tmp_path)])
    assert "sign: 2 times in 2 documents" in capsys.readouterr().out
    assert "sign: 2 times, in 2 of 3" in (tmp_path / "page.html").read_text(encoding="utf-8")
    main(["grade", str(tmp_path / "0.md"), str(tmp_path / "1.md")])
    assert "sign: once in 1 document" in capsys.readouterr().out


def test_the_page_is_typeset_and_has_anchors():
    found = grade_document(RUBRIC + WRONG)
    whole = page([found, found])
    assert '<a href="#d2">' in whole
    assert 'id="d2-1"' in whole
    assert "<mfrac>" in whole
    assert 'name="viewport"' in whole
    assert "@media print" in whole
    assert found._repr_html_().startswith('<section id="document">')


def test_the_page_writes_out_a_documents_own_commands_and_json_does_not():
    text = HEAD + r"\newcommand{\pd}[2]{\frac{\partial #1}{\partial #2}}" + "\n$$\\pd{L}{b_o} = \\delta_o$$\n"
    found = grade_document(text, format="markdown")
    assert [claim.as_dict()["formula"] for claim in found.claims] == [r"\pd{L}{b_o} = \delta_o"]
    whole = page([found, grade_document(RUBRIC + WRONG)])
    assert "<mfrac>" in whole.split('id="d1"')[1].split('id="d2"')[0]
    assert ">0 of 0<" not in whole


@pytest.mark.parametrize(
    "formula",
    [
        r"\href{javascript:alert(1)}{a} = b", r"a = \text{<script>alert(1)</script>}",
        r"a<img src=x onerror=alert(1)> = b",
        r"a = \style{color:red}{b}", r"\delta_o = \url{x}", r"a = \class{x}{b}", r"a = \color{red}{b}",
        r'a = \text{" onmouseover="alert(1)}',
    ],
)  # fmt: skip
def test_a_hostile_formula_is_shown_and_does_nothing(formula):
    whole = page([grade_document(HEAD + f"$${formula}$$\n" + RIGHT.removeprefix(HEAD))])
    for sign in ("<script", "<img", 'href="javascript', 'style="color:red', '<a href="x'):
        assert sign not in whole


def test_diagnoses_have_a_budget_and_verdicts_go_on(monkeypatch):
    monkeypatch.setattr(claims_in_sequence, "DIAGNOSES", 0.0)
    found = grade_document(HEAD + "$$\\delta_o = (t_o - y_o) y_o (1 - y_o)$$\n$$\\delta_h = 3$$\n")
    assert [(claim.verdict, claim.diagnosis) for claim in found.claims] == [("wrong", ""), ("wrong", "")]


FOUND = (
    "A network with a hidden layer.\n\n$$E = \\frac12 \\sum_k (t_k - o_k)^2$$\n\n$$o_k = \\sigma(z_k)$$\n\n"
    "$$\\delta_k = (o_k - t_k) o_k (1 - o_k)$$\n\n$$\\frac{\\partial E}{\\partial w_{jk}} = \\delta_k o_k$$\n\n"
)


def test_a_document_that_was_graded_before_costs_as_much_and_is_graded_alike():
    claims_in_sequence.forget()
    found = []
    for _ in range(2):
        start = WORK.done
        found.append((str(grade_document(FOUND)), WORK.done - start))
    assert found[0] == found[1]


def test_nothing_is_wrong_in_a_network_that_was_found_where_no_work_is_left_to_look_for_another(monkeypatch):
    assert grade_document(FOUND).claims[-1].verdict == "wrong"
    monkeypatch.setattr(claims_in_sequence, "DIAGNOSES", 0.0)
    found = grade_document(FOUND)
    assert [claim.verdict for claim in found.claims] == ["equal", "equal", "equal", "ambiguous"]
    assert "reached its limit" in found.claims[-1].diagnosis


def test_a_process_that_ends_costs_its_documents_only(folder, monkeypatch):
    class Pool:
        def __init__(self, *_, **__):
            pass

        def __enter__(self):
            return self

        def __exit__(self, *_):
            return None

        def submit(self, function, path, *rest):
            return Future(None if path.name == "b.ipynb" else function(path, *rest))

    class Future:
        def __init__(self, found):
            self._found = found

        def result(self):
            if self._found is None:
                raise MemoryError("all gone")
            return self._found

    monkeypatch.setattr(grade_documents, "ProcessPoolExecutor", Pool)
    found = grade_files([folder], jobs=2)
    assert [document.error[:39] for document in found][:2] == ["", "grading it ended with MemoryError: all "]


def test_a_graded_document_goes_to_another_process():
    found = grade_document(WRONG)
    assert pickle.loads(pickle.dumps(found)) == found
    assert repr(found) == str(found)


def test_a_setting_says_what_it_is(tmp_path):
    path = tmp_path / "s.txt"
    path.write_text(
        "network: 2-3-3 tanh, linear\nloss: cross_entropy\nbias: no\nsamples: 2 sum\npenalty: l2 \\mu\n",
        encoding="utf-8",
    )
    assert str(read_setting(path)).startswith(
        "2-3-3 tanh, linear; loss cross_entropy; no bias; 2 samples, sum; penalty l2 mu"
    )


def test_verdicts_go_on_where_a_document_has_used_up_its_work_for_them(monkeypatch):
    usual = verdicts(FOUND)
    monkeypatch.setattr(claim_judge, "VERDICTS", 0.0)
    claims_in_sequence.forget()
    assert verdicts(FOUND) == usual
    claims_in_sequence.forget()


AGAIN = HEAD + "\n".join(f"$${formula}$$\n" for formula in SEQUENCES[1][1])


def test_the_same_mistakes_of_a_class_are_searched_for_once(monkeypatch):
    claims_in_sequence.forget()
    start = WORK.done
    first, work = grade_document(AGAIN), WORK.done - start

    def searched(*arguments, **options):
        raise AssertionError("a formula is graded again")

    monkeypatch.setattr(claim_judge, "caught", searched)
    start = WORK.done
    again = grade_document(AGAIN)
    assert again == first
    assert WORK.done - start == work  # so the budget does not depend on the documents before
    assert {"wrong", "follows"} <= {claim.verdict for claim in first.claims}
    claims_in_sequence.forget()


def test_forgotten_graders_are_freed():
    """Grades refer to their graders, so no cache of grades may keep a grader."""
    claims_in_sequence.forget()
    gc.collect()
    before = {id(each) for each in gc.get_objects() if isinstance(each, Grader)}
    grade_document(AGAIN)
    now = [each for each in gc.get_objects() if isinstance(each, Grader)]
    graders = [weakref.ref(each) for each in now if id(each) not in before]
    assert graders
    now.clear()
    claims_in_sequence.forget()
    gc.collect()
    assert [each for each in graders if each() is not None] == []


# Spellings of a delta, each with the sign of delta 1.
DELTAS = [
    r"\delta_o = (y_o - t_o) y_o (1 - y_o)",
    "δ_o = (y_o - t_o) y_o (1 - y_o)",
    "d_o[o] = (y[o] - t[o])*y[o]*(1 - y[o])",
    "delta_o = (y_o - t_o) y_o (1 - y_o)",
    r"d_o = (y_o - t_o) y_o (1 - y_o)",
    r"\Delta_o = (y_o - t_o) y_o (1 - y_o)",
]


@pytest.mark.parametrize("formula", DELTAS)
def test_variants_judge_what_may_have_a_delta_in_their_own_meaning_of_it(formula):
    asked = []
    one, minus = [Setting().with_network(sizes=[2, 3, 2], activations=["sigmoid"] * 2) for _ in range(2)]
    minus = replace(minus, options={"delta": -1})
    judge = claim_judge.ClaimJudge()
    assert [judge(each, None, formula).verdict for each in (one, minus)] == ["equal", "wrong"]
    candidates._without_deltas(one, lambda setting, _, text: asked.append(setting))(minus, None, formula)
    assert asked == [minus]


def test_variants_judge_what_has_no_delta_once():
    asked = []
    one = Setting().with_network(sizes=[2, 3, 2], activations=["sigmoid"] * 2)
    judge = candidates._without_deltas(one, lambda setting, _, text: asked.append(setting))
    judge(
        replace(one, options={"delta": -1}), None, r"\frac{\partial L}{\partial w_{ho}} = (y_o - t_o) y_o (1-y_o) a_h"
    )
    judge(replace(one, options={"delta": -1, "order": "to-from"}), None, "z_h = w_{ih} x_i + b_h")
    assert asked == [one, replace(one, options={"order": "to-from"})]
