"""Programs written for these tests: a mistake of each kind, right programs in many styles, and their grades."""

import functools
import time
from pathlib import Path

import pytest
from corrections import corrected

from autograd import grade_code
from autograd.grading.code import KINDS, case, limits, sizes

PROGRAMS = Path(__file__).parent / "programs"

WITH_PENALTY = (
    "np.sum(-Y * np.log(a3) - (1 - Y) * np.log(1 - a3)) / m"
    " + lam / (2 * m) * (np.sum(Theta1[:, 1:] ** 2) + np.sum(Theta2[:, 1:] ** 2))"
)
SUM_OVER_BATCH = "sum(np.sum((self.feedforward(x) - y) ** 2) for x, y in batch) / 2"

# The given loss, the verdict, the parameters with wrong updates, and the mistakes.
FACTS = {
    "g01": (None, "wrong", ["net.W2", "net.b2", "net.W1", "net.b1"], [(23, "derivative twice")]),
    "g02": (None, "right up to a factor", [], []),
    "g03": (None, "wrong", ["b1"], [(21, "batch sum missing")]),
    "g05": (None, "right up to a factor", [], []),
    "g06": (None, "right", [], []),
    "g07": (None, "wrong", ["W"], [(18, "order in time")]),
    "g08": (None, "right", [], []),
    "g09": ("0.5*np.sum((self.a2 - y)**2)", "right", [], []),
    "g10": (None, "right", [], []),
    "g11": (None, "right", [], []),
    "g12": (None, "right", [], []),
    "g13": (None, "right", [], []),
    "h01": ("np.mean((pred - Y) ** 2)", "wrong", ["W1", "b1"], [(4, "wrong derivative")]),
    "h02": (None, "wrong", ["W", "b"], [(6, "stale forward pass")]),
    "h03": ("-np.mean(y*np.log(p)+(1-y)*np.log(1-p))", "wrong", ["W1"], [(15, "transpose")]),
    "h04": (
        "sum((o - t) ** 2 for o, t in zip(out, target)) / 2",
        "wrong",
        ["net.layers[0][:].w", "net.layers[0][:].b"],
        [(25, "raw error for delta")],
    ),
    "h05": (None, "wrong", ["theta"], [(10, "penalty")]),
    "h06": (None, "wrong", ["l1.W", "l1.b"], [(7, "relu mask")]),
    "h07": ("np.sum((target - output) ** 2) / 2", "wrong", ["wo"], [(13, "sign of the update")]),
    "h08": (None, "wrong", ["P['b1']", "P['b2']"], [(16, "divided twice"), (19, "divided twice")]),
    "h09": (
        None,
        "wrong",
        ["net.p['W1']", "net.p['b1']", "net.p['W2']", "net.p['b2']"],
        [(29, "wrong derivative")],
    ),
    "h10": (
        "(y - out) ** 2 / 2",
        "wrong",
        ["w1", "w2", "w3", "w4"],
        [(10, "update before use"), (11, "update before use")],
    ),
    "h11": (None, "wrong", ["Wx", "Wh", "bh"], [(23, "raw error for delta")]),
    "h12": ("np.sum((Y - A2) ** 2) / (2 * len(X))", "wrong", ["b1"], [(15, "wrong axis")]),
    "k01": (None, "wrong", ["w_ih", "b_h"], [(38, "wrong derivative")]),
    "k02": ("np.sum((A2 - T)**2)/(2*T.shape[1])", "wrong", ["W1", "b1"], [(24, "relu mask")]),
    "k03": (None, "right", [], []),
    "k04": (None, "wrong", ["b1", "b2"], [(25, "divided twice"), (27, "wrong axis")]),
    "k06": (None, "wrong", ["W1", "b1"], [(18, "derivative missing")]),
    "k08": (None, "right", [], []),
    "k10": (None, "right", [], []),
    "k11": ("((pred - y)**2).mean()", "right up to a factor", [], []),
    "p01": (None, "wrong", ["b", "d", "a", "c"], [(17, "derivative missing")]),
    "p02": (None, "wrong", ["net.u"], [(23, "derivative at the wrong argument")]),
    "p03": (None, "wrong", ["shift"], [(11, "constant factor")]),
    "p04": (None, "wrong", ["w", "b"], [(8, "broadcasting")]),
    "p05": (None, "wrong", ["V", "W"], [(16, "softmax diagonal")]),
    "q01": (None, "wrong", ["Wxh", "Whh", "bh"], [(34, "order in time")]),
    "q02": (None, "wrong", ["theta"], [(21, "penalty")]),
    "q03": (None, "wrong", ["net.W1", "net.b1"], [(27, "wrong derivative")]),
    "q04": (None, "wrong", ["model.layers[0].W", "model.layers[0].b"], [(16, "update before use")]),
    "q05": (
        "sum((expected[i] - outputs[i])**2 for i in range(len(expected))) / 2",
        "wrong",
        ["net[0][:]['weights']", "net[0][:]['weights'][2]", "net[1][:]['weights']", "net[1][:]['weights'][3]"],
        [(48, "derivative missing")],
    ),
    "q06": (
        "sum((expected[i] - outputs[i])**2 for i in range(len(expected))) / 2",
        "wrong",
        ["net[0][:]['weights']", "net[0][:]['weights'][2]"],
        [(40, "wrong factor")],
    ),
    "q07": (
        "sum((expected[i] - outputs[i])**2 for i in range(len(expected))) / 2",
        "wrong",
        ["net[0][:]['weights']", "net[1][:]['weights']"],
        [(57, "wrong factor")],
    ),
    "q08": (None, "wrong", ["Wxh", "Whh", "bh"], [(29, "order in time")]),
    "q09": (None, "wrong", ["net.W1", "net.b1", "net.W2", "net.b2"], [(23, "constant factor")]),
    "q10": (None, "wrong", ["model.layers[0].W", "model.layers[0].b"], [(26, "relu mask")]),
    "q11": (None, "wrong", ["W[0]", "B[0]", "W[1]", "B[1]"], [(28, "derivative at the wrong argument")]),
    "q12": (None, "wrong", ["net.W2"], [(30, "penalty")]),
    "q13": (None, "wrong", ["by"], [(33, "batch sum missing")]),
    "s01": (None, "wrong", ["W1", "b1"], [(34, "derivative missing")]),
    "s02": (None, "wrong", ["W1", "b1"], [(10, "wrong derivative")]),
    "s03": (
        "np.sum((self.out - target) ** 2) / (2 * len(target))",
        "wrong",
        ["net.W1", "net.b1"],
        [(15, "wrong derivative")],
    ),
    "s04": (
        None,
        "wrong",
        ["net.hidden[0].weights", "net.hidden[:].bias", "net.hidden[1].weights", "net.hidden[2].weights"],
        [(39, "derivative missing")],
    ),
    "s05": (
        None,
        "wrong",
        [
            "net.hidden[0].weights",
            "net.hidden[:].bias",
            "net.hidden[1].weights",
            "net.hidden[2].weights",
            "net.output[0].weights",
            "net.output[:].bias",
            "net.output[1].weights",
        ],
        [(21, "wrong derivative")],
    ),
    "s06": (None, "wrong", ["model['b1']", "model['b2']"], [(11, "wrong axis")]),
    "s07": (
        None,
        "wrong",
        ["parameters['W1']", "parameters['b1']", "parameters['W2']", "parameters['b2']"],
        [(38, "relu mask")],
    ),
    "s08": (None, "wrong", ["W", "b"], [(27, "softmax diagonal")]),
    "s09": (None, "wrong", ["W"], [(28, "penalty")]),
    "s10": (None, "wrong", ["theta"], [(22, "wrong factor")]),
    "s11": (None, "wrong", ["w1", "w2"], [(33, "derivative at the wrong argument")]),
    "s12": (None, "wrong", ["net.params['W1']", "net.params['b1']"], [(41, "derivative missing")]),
    "s13": (None, "wrong", ["W1", "gamma", "beta"], [(29, "derivative missing")]),
    "s14": ("((out - y) ** 2).sum() / 2", "wrong", ["w1"], [(11, "wrong derivative")]),
    "s16": (None, "wrong", ["model['W1']"], [(45, "penalty")]),
    "s17": (
        "mse(target, out)",
        "wrong",
        ["layers[2].weights", "layers[2].bias", "layers[0].weights", "layers[0].bias"],
        [(38, "derivative at the wrong argument")],
    ),
    "s18": (
        "mse(target, out)",
        "wrong",
        ["layers[2].weights", "layers[2].bias", "layers[0].weights", "layers[0].bias"],
        [(50, "loss for its derivative")],
    ),
    "s19": (None, "wrong", ["ae.W_enc", "ae.b_enc"], [(28, "wrong factor")]),
    "s20": (None, "wrong", ["b"], [(22, "constant factor")]),
    "s21": (None, "wrong", ["b1"], [(30, "sign of the update")]),
    "s22": (None, "right", [], []),
    "s23": (
        None,
        "wrong",
        ["net.hidden[0].w", "net.hidden[1].w", "net.hidden[2].w"],
        [(22, "wrong factor")],
    ),
    "s24": ("((y - layer_2) ** 2).sum() / 2", "wrong", ["synapse_0"], [(26, "derivative at the wrong argument")]),
    "s25": (None, "wrong", ["model.layers[0].W", "model.layers[0].b"], [(26, "wrong derivative")]),
    "s26": (None, "wrong", ["model.layers[0].W", "model.layers[0].b"], [(26, "derivative missing")]),
    "s27": ("-np.mean(np.log(P[np.arange(len(y)), y]))", "wrong", ["W1", "b1"], [(27, "relu mask")]),
    "s28": (None, "wrong", ["kernel", "bias"], [(20, "constant factor")]),
    "s29": (None, "wrong", ["c_int"], [(14, "sign of the update")]),
    "s30": ("((y - layer_2) ** 2).sum() / 2", "wrong", ["synapse_0"], [(28, "raw error for delta")]),
    "s31": (None, "right", [], []),
    "s32": (
        WITH_PENALTY,
        "wrong",
        ["Theta1"],
        [(29, "penalty")],
    ),
    "s33": (None, "wrong", ["Q"], [(13, "constant factor")]),
    "s34": (
        WITH_PENALTY,
        "wrong",
        ["Theta1"],
        [(26, "derivative missing")],
    ),
    "t01": (None, "wrong", ["C"], [(21, "batch sum missing")]),
    "t02": (None, "wrong", ["W"], [(19, "constant factor")]),
    "t03": ("0.5 * np.sum((d - o) ** 2)", "wrong", ["w"], [(14, "sign of the update")]),
    "t04": ("0.5 * np.sum((d - o) ** 2)", "wrong", ["w"], [(14, "derivative missing")]),
    "t05": (None, "wrong", ["b"], [(22, "batch sum missing")]),
    "t06": (
        None,
        "wrong",
        ["dense1.weights", "dense1.biases", "dense2.weights", "dense2.biases"],
        [(89, "raw error for delta")],
    ),
    "t07": ("sum(0.5 * np.sum((ys[t] - targets[t]) ** 2) for t in range(T))", "wrong", ["U", "W"], [(26, "transpose")]),
    "t08": (
        "sum(0.5 * np.sum((ys[t] - targets[t]) ** 2) for t in range(T))",
        "wrong",
        ["U", "W"],
        [(19, "order in time")],
    ),
    "t09": (None, "wrong", ["w1"], [(32, "raw error for delta")]),
    "t10": ("np.mean((out - T) ** 2)", "wrong", ["params1[0]", "params1[1]"], [(30, "derivative missing")]),
    "t11": (None, "wrong", ["model.layers[0].w", "model.layers[0].b"], [(49, "wrong derivative")]),
    "t12": (None, "wrong", ["b1"], [(33, "raw error for delta")]),
    "t13": (
        "(1 / m) * np.sum(np.sum(-Y * np.log(a3) - (1 - Y) * np.log(1 - a3))) + reg",
        "wrong",
        ["nn_params"],
        [(25, "derivative at the wrong argument")],
    ),
    "t14": (
        "(1 / m) * np.sum(np.sum(-Y * np.log(a3) - (1 - Y) * np.log(1 - a3))) + reg",
        "wrong",
        ["nn_params"],
        [(28, "constant factor")],
    ),
    "t15": (
        "np.sum((targets - final_all) ** 2) / (2 * n_records)",
        "wrong",
        ["network.weights_hidden_to_output"],
        [(36, "batch sum missing")],
    ),
    "t16": ("(y_true - y_pred) ** 2", "wrong", ["network.w6"], [(29, "derivative missing")]),
    "t17": (None, "wrong", ["Wq"], [(21, "constant factor")]),
    "t18": (
        "np.sum(np.nan_to_num(-y * np.log(a) - (1 - y) * np.log(1 - a)))",
        "wrong",
        ["net.weights[0]", "net.biases[0]"],
        [(41, "derivative at the wrong argument")],
    ),
    "t19": (None, "wrong", ["model.intercept_"], [(22, "penalty")]),
    "t20": (None, "wrong", ["weights_0_1"], [(9, "relu mask")]),
    "u01": (None, "wrong", ["W", "U"], [(21, "softmax diagonal")]),
    "u02": (None, "wrong", ["W", "U"], [(22, "derivative missing")]),
    "u03": (None, "wrong", ["layers[0].W", "layers[0].b"], [(29, "transpose")]),
    "u04": (None, "wrong", ["params['W1']", "params['gamma']", "params['beta']"], [(36, "derivative missing")]),
    "u05": (None, "wrong", ["net.W1"], [(24, "wrong factor")]),
    "u06": (None, "wrong", ["net.W2"], [(30, "sign of the update")]),
    "u07": (None, "wrong", ["kernel"], [(30, "raw error for delta")]),
    "u08": (None, "wrong", ["layers[0].W", "layers[0].b"], [(42, "derivative at the wrong argument")]),
    "u09": (None, "wrong", ["net['W1']", "net['b1']"], [(19, "raw error for delta")]),
    "u10": (None, "wrong", ["kernel"], [(30, "transpose")]),
    "u11": (
        None,
        "wrong",
        ["parameters['W1']", "parameters['b1']", "parameters['W2']", "parameters['b2']"],
        [(53, "relu mask")],
    ),
    "v01": (None, "right", [], []),
    "v02": (None, "wrong", ["U", "V", "P", "Q", "C", "S"], [(39, "order in time")]),
    "v03": (None, "wrong", ["U", "V", "P", "Q", "C", "S"], [(30, "wrong factor")]),
    "v04": (None, "wrong", ["S"], [(34, "wrong factor")]),
    "v05": (SUM_OVER_BATCH, "wrong", ["net.weights[0]", "net.biases[0]"], [(42, "derivative missing")]),
    "v06": (SUM_OVER_BATCH, "wrong", ["net.biases[0]", "net.biases[1]"], [(24, "batch sum missing")]),
    "v07": (
        SUM_OVER_BATCH,
        "wrong",
        ["net.weights[0]", "net.weights[1]", "net.biases[0]", "net.biases[1]"],
        [(37, "sign of the update")],
    ),
    "v08": (None, "wrong", ["Wx", "Wh", "b"], [(19, "wrong derivative")]),
    "v09": (None, "right", [], []),
    "v10": (None, "wrong", ["first"], [(14, "constant factor")]),
    "v11": (None, "wrong", ["network[0][:]['w']", "network[0][:]['w'][2]"], [(26, "batch sum missing")]),
    "v12": (None, "wrong", ["b1"], [(23, "derivative missing")]),
    "v13": (None, "wrong", ["Wx", "Wh"], [(26, "order in time")]),
    "v14": (None, "wrong", ["first"], [(12, "relu mask")]),
    "p06": ("(a - t) ** 2 / 2", "wrong", ["unit.w", "unit.b"], [(12, "loss for its derivative")]),
}


@functools.cache
def graded(name):
    """Return the grade of a program."""
    return grade_code((PROGRAMS / f"{name}.py").read_text(), loss=FACTS[name][0])


@pytest.mark.sampled(4)
@pytest.mark.parametrize("name", FACTS)
def test_verdicts_lines_and_kinds(name):
    _, verdict, wrong, mistakes = FACTS[name]
    grade = graded(name)
    assert grade.verdict == verdict
    assert [update.parameter for update in grade.updates if update.verdict == "wrong"] == wrong
    assert [(mistake.line, mistake.kind) for mistake in grade.mistakes] == mistakes


@pytest.fixture
def few_numbers(monkeypatch):
    """Judge with one set of fresh weights and at the program's own sizes. A correction was tried with more of them."""
    monkeypatch.setattr(case, "FRESH_SEEDS", (1,))
    monkeypatch.setattr(sizes, "ENOUGH", 0)


@pytest.mark.sampled(4)
@pytest.mark.parametrize("name", [name for name, facts in FACTS.items() if facts[1] == "wrong"])
def test_with_the_corrected_lines_the_program_is_right(name, few_numbers):
    text, loss = (PROGRAMS / f"{name}.py").read_text(), FACTS[name][0]
    assert grade_code(corrected(text, graded(name).mistakes), loss=loss).verdict in ("right", "right up to a factor")


@pytest.fixture
def little_work(monkeypatch):
    """Give each search little work. The verdicts do not depend on it."""
    monkeypatch.setattr(limits.Work.__init__, "__defaults__", (100_000,))


def test_updates_that_share_a_factor_stay_right_where_no_edit_explains_the_others(little_work):
    # The printed loss has no 1/2, so the gradients of the output layer are half of the true ones. Only the hidden layer
    # is wrong.
    grade = grade_code((PROGRAMS / "k05.py").read_text())
    verdicts = {update.parameter: (update.verdict, update.factor) for update in grade.updates}
    assert verdicts["network[1][:]['weights']"] == ("right", pytest.approx(0.5))
    assert verdicts["network[1][:]['weights'][2]"] == ("right", pytest.approx(0.5))
    assert verdicts["network[0][:]['weights']"][0] == verdicts["network[0][:]['weights'][2]"][0] == "wrong"


@pytest.mark.parametrize("name", ["k01", "k04", "h10"])
def test_a_slow_machine_finds_the_same_mistakes(name, monkeypatch):
    """The search is limited by counted work, not by time. Here the clocks run 30 times too fast."""
    text, loss = (PROGRAMS / f"{name}.py").read_text(), FACTS[name][0]
    clocks = {clock: getattr(time, clock) for clock in ("monotonic", "perf_counter", "thread_time", "process_time")}
    for clock, read in clocks.items():
        monkeypatch.setattr(time, clock, lambda read=read: 30 * read())
    grade = grade_code(text, loss=loss)
    assert [(mistake.line, mistake.kind) for mistake in grade.mistakes] == FACTS[name][3]


def test_a_search_ends_when_its_work_is_used_up(monkeypatch):
    """With little work for each search, the verdicts stay the same, and no kind of mistake is named."""
    monkeypatch.setattr(limits.Work.__init__, "__defaults__", (3000,))
    text, loss = (PROGRAMS / "k01.py").read_text(), FACTS["k01"][0]
    grade = grade_code(text, loss=loss)
    assert [update.parameter for update in grade.updates if update.verdict == "wrong"] == FACTS["k01"][2]
    assert {mistake.kind for mistake in grade.mistakes} == {"other"}


def test_a_mistake_that_no_edit_explains_is_marked_where_the_way_back_first_goes_wrong(little_work):
    # One line has two raw errors instead of two deltas.
    grade = grade_code((PROGRAMS / "s15.py").read_text())
    assert [update.parameter for update in grade.updates if update.verdict == "wrong"] == ["w1", "w2"]
    assert [(mistake.line, mistake.kind) for mistake in grade.mistakes] == [(31, "other")]


def test_a_gradient_that_is_carried_back_in_time_is_no_parameter(little_work):
    # The gate is missing where dc_next gets dc. So each dc is the previous one plus a change, like in an update.
    grade = grade_code((PROGRAMS / "u12.py").read_text())
    assert [(update.parameter, update.verdict) for update in grade.updates] == [
        ("W", "wrong"),
        ("b", "wrong"),
        ("V", "right"),
    ]


def test_one_rate_over_the_samples_and_one_without_are_not_both_right(little_work):
    # The weights use eta / len(batch), and the biases use eta, so the steps of the biases are three times as long.
    grade = grade_code((PROGRAMS / "k07.py").read_text())
    wrong = [update.parameter for update in grade.updates if update.verdict == "wrong"]
    assert wrong == ["net.biases[0]", "net.biases[1]", "net.biases[2]"]


def test_every_kind_is_one_of_the_documented():
    assert {kind for *_, mistakes in FACTS.values() for _, kind in mistakes} <= set(KINDS)


def test_a_wrong_penalty_is_seen_through_an_adaptive_optimizer():
    grade = grade_code((PROGRAMS / "k09.py").read_text(encoding="utf-8"))
    assert [update.parameter for update in grade.updates if update.verdict == "wrong"] == ["params['W1']"]
    first = grade.mistakes[0]
    assert (first.line, first.kind) == (22, "penalty")
    assert "2 * 0.01 * params" in first.fix[0].text


@pytest.mark.parametrize("shift", ["s -= s.max(axis=1, keepdims=True)", "s = s - np.max(s, axis=1, keepdims=True)",
                                   "s -= np.max(s)", ""])  # fmt: skip
def test_the_shift_before_a_softmax_is_no_update(shift):
    text = (PROGRAMS / "k10.py").read_text(encoding="utf-8").replace("s -= s.max(axis=1, keepdims=True)", shift)
    grade = grade_code(text)
    assert grade.verdict == "right"
    assert {update.parameter for update in grade.updates} == {f"params['{name}']" for name in ("W1", "b1", "W2", "b2")}
