"""A prompt shows the same for an object as ``print``: no syntax tree and no address."""

import sys

import pytest

import autograd
from autograd import derive, explain, grade_document, steps
from autograd.grading import report_html, typesetting
from nn import MLP, SGD, Adam, Dropout, EarlyStopping, ReduceOnPlateau, Trainer, deltas, fit, half_sse, schedules

MODEL = MLP(2, [3, 2], activation="tanh", output="sigmoid", seed=0)
LOSS = half_sse(MODEL([0.5, -1.0]), [1.0, 0.0])
WEIGHT = MODEL.layers[0].neurons[0].w[1]
DERIVATION = derive(LOSS)
X, Y = [[0, 0], [0, 1]], [[0, 1], [1, 0]]

PRINTED = {
    "derivation": (DERIVATION, "d_o[o] = "),
    "in a convention": (DERIVATION.convention("nielsen"), "Convention nielsen"),
    "equations": (DERIVATION.equations, "d_h[h] = "),
    "equation": (DERIVATION.equations[0], "d_o[o] = "),
    "formula": (DERIVATION.formula(WEIGHT), "dL/dw_ih[2,1] = d_h[1]*x[2]"),
    "delta": (DERIVATION.delta("d_h[2]"), "d_h[2] = "),
    "steps": (DERIVATION.steps(WEIGHT), "| chain rule"),
    "step": (DERIVATION.steps(WEIGHT)[0], "| the loss, read from the graph"),
    "update": (DERIVATION.update(), "w_ho[h,o] <- w_ho[h,o] - eta*"),
    "rule": (DERIVATION.update()[0], "w_ho[h,o] <- w_ho[h,o] - eta*"),
    "matrix form": (DERIVATION.matrix(), "W^{(2)} ←"),
    "line": (DERIVATION.matrix()[0], "δ^{(2)} = "),
    "vocabulary": (DERIVATION.vocabulary(), "d_h[h]"),
    "grade": (DERIVATION.grade(WEIGHT, "d_h[1]*x[2]"), "equal: "),
    "paths": (explain(LOSS, WEIGHT), "paths, together"),
    "path": (explain(LOSS, WEIGHT)[0], "-> w1[2,1]:"),
    "hand-over": (steps(LOSS)[0], "propagates 1 * "),
    "sweep": (steps(LOSS), "propagates 1 * "),
    "forward pass": (steps(LOSS, forward=True), "= dot("),
    "schedule": (SGD(schedules.cosine(0.1, updates=100)), "SGD(cosine(0.1, 100, 0.0))"),
    "schedules": (schedules.warmup(schedules.step(0.8, 2), 4, 0.5), "warmup(step(0.8, 2, 0.1), 4, 0.5)"),
    "result": (steps(LOSS, forward=True)[0], "= dot("),
    "deltas": (deltas(LOSS), "layer  neuron  sample"),
    "listing": (autograd.compile(LOSS, inputs=[WEIGHT]).listing(), "# forward"),
}


@pytest.mark.parametrize("name", PRINTED)
def test_a_prompt_shows_what_print_shows(name):
    shown, words = PRINTED[name]
    assert repr(shown) == str(shown)
    assert words in repr(shown)
    for dump in ("latex=", "<Symbol", "object at 0x", "Step(", "Line("):
        assert dump not in repr(shown)


NAMED = {
    "network": (DERIVATION.network, "<network 2-3-2>"),
    "model": (MODEL, "MLP(2-3-2, tanh, sigmoid)"),
    "program": (autograd.compile(LOSS, inputs=[WEIGHT]), "<program of "),
    "history": (fit(MLP(2, [2], seed=0), X, Y, epochs=1, progress=False), "<history of 1 epoch, 2 updates, "),
    "trainer": (Trainer(lambda x: WEIGHT * x, [WEIGHT]), "<trainer of 1 parameter, SGD(0.1)>"),
    "optimizer": (SGD(0.1), "SGD(0.1)"),
    "adam": (Adam(0.01), "Adam(0.01, "),
    "dropout": (Dropout(0.5), "Dropout(0.5)"),
    "early": (EarlyStopping(patience=3), "EarlyStopping(patience=3, min_delta=0.0)"),
    "plateau": (
        ReduceOnPlateau(factor=0.5, monitor="loss"),
        "ReduceOnPlateau(factor=0.5, patience=10, threshold=0.0001, least=0.0, monitor='loss')",
    ),
}


@pytest.mark.parametrize("name", NAMED)
def test_an_object_shows_what_it_was_made_of(name):
    shown, words = NAMED[name]
    assert words in repr(shown)
    assert "object at 0x" not in repr(shown)


TYPESET = ["derivation", "equations", "equation", "formula", "steps", "step", "update", "rule", "matrix form", "line"]


@pytest.mark.parametrize("name", TYPESET)
def test_a_notebook_typesets_it(name):
    assert PRINTED[name][0]._repr_latex_().startswith("$")


@pytest.mark.parametrize("name", ["paths", "deltas", "grade"])
def test_a_notebook_shows_a_table_or_a_page(name):
    assert "<t" in PRINTED[name][0]._repr_html_() or "<div" in PRINTED[name][0]._repr_html_()


def test_a_text_is_still_a_text():
    vocabulary = DERIVATION.vocabulary()
    assert isinstance(vocabulary, str)
    assert vocabulary.splitlines()[0] in vocabulary


@pytest.mark.parametrize("kind", ["report", "grades"])
def test_a_page_without_typeset_formulas_says_once_what_is_missing(tmp_path, monkeypatch, kind):
    def page():
        if kind == "report":
            return DERIVATION.report(tmp_path / "report.html").read_text(encoding="utf-8")
        text = "network: 2-3-2 sigmoid\n\n$$\\delta_o = y_o - t_o$$\n"
        return report_html.page([grade_document(text), grade_document(text)])

    assert "deltagrad[pages]" not in page()
    assert "<math" in page()
    monkeypatch.setitem(sys.modules, "latex2mathml.converter", None)
    typesetting.typeset.cache_clear()  # texts that were typeset before
    found = page()
    assert found.count("pip install 'deltagrad[pages]'") == 1
    assert "<math" not in found
