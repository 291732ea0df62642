"""Why a claim is wrong: the smallest change of what was written that makes it right, and a point that refutes it."""

from fractions import Fraction

from autograd.engine.errors import AutogradError
from autograd.formulas.sampling import replayed_at
from autograd.grading.clock import Allowance
from autograd.grading.explaining.diagnosis import Mistake
from autograd.grading.explaining.slips import Slip, paths, slips
from autograd.grading.judging.judge import constant, is_zero, same
from autograd.grading.meaning import arrays
from autograd.grading.meaning.arrays import is_array
from autograd.grading.meaning.evaluate import evaluator
from autograd.grading.meaning.letters import variables
from autograd.grading.meaning.places import Item, Place
from autograd.grading.meaning.quantities import At, Quantity
from autograd.grading.meaning.ratios import direct
from autograd.grading.reading.nodes import Node, replace_at, show, walk
from autograd.grading.reading.trees import ReadingError

__all__ = ["counterexample", "explain"]

_SECONDS = 1.6  # of work for one diagnosis
_FAILURES = (
    AutogradError,
    ZeroDivisionError,
    ValueError,
    OverflowError,
    ArithmeticError,
    TypeError,
    KeyError,
    IndexError,
)
_MOST_ENVS, _MOST_READINGS = 10, 3


def explain(judge, verdict, vectors=None):
    """The mistakes in a wrong claim, a list of :class:`Mistake`; none where no slip explains it.

    Args:
        judge: which judged it.
        verdict: a :class:`~autograd.grading.judging.written.Verdict`.
        vectors: what the convention says of vectors.
    """
    try:
        return _Explanation(judge, verdict, vectors).mistakes()
    except _FAILURES:
        return []


class _Explanation:
    def __init__(self, judge, verdict, vectors):
        self.judge, self.verdict, self.vectors = judge, verdict, vectors
        self.task, self.places, self.reading = (
            verdict.judged.task or verdict.task,
            verdict.places,
            verdict.judged.reading,
        )
        self.allowance = Allowance(_SECONDS)
        self.link = verdict.judged.link or 1
        self.model = judge.model
        self.is_step = self.task.kind == "step"
        self.written = self.task.sides[self.link - 1 if self.is_step else self.link]

    def is_late(self):
        return self.allowance.is_used_up()

    def mistakes(self):
        self.judge.allowance = self.allowance
        try:
            return self.found()
        finally:
            self.judge.allowance = None

    def found(self):
        """The mistakes in the likeliest reading that has any."""
        judged = self.verdict.judged
        for k, other in enumerate(
            (judged, *[x for x in judged.others if x.reading != judged.reading and (x.link or x.error)])
        ):
            if self.is_late():
                break
            self.reading, self.link = other.reading, other.link or 1
            self.written = self.task.sides[self.link - 1 if self.is_step else self.link]
            if self.reading is not None:
                found = self.by_numbers()
                if found:
                    return found
            found = self.by_slips() if k < _MOST_READINGS else []
            if not found and self.reading is not None:
                found = self.by_paths()
            if found:
                return found
        return []

    # --- By numbers: a constant, a factor.

    def values(self, at):
        """The true and the written value for each instance at a point, or None."""
        judge, task = self.judge, self.task
        found = []
        sides = task.sides
        envs = judge._instances(task, self.places, self.reading, None)[:_MOST_ENVS]
        cache: dict = {}
        for env in envs:
            evaluation = evaluator(at, self.places, self.reading, cache)
            try:
                if self.is_step:
                    truth = arrays.negative(
                        arrays.scaled(at.rate, evaluation.derivative(Node("loss"), task.parameter, env))
                    )
                else:
                    truth = evaluation.value(sides[0], env)
                x = evaluation.value(self.written, env)
            except ReadingError:
                continue
            if is_array(truth) != is_array(x) or (is_array(truth) and truth.shape != x.shape):
                return None
            found.append((env, evaluation, truth, x))
        return found

    def by_numbers(self):
        """A constant factor, or a factor of a usual kind that is missing or too many."""
        points = self.judge.field(3)
        if not points:
            return []
        rows = []
        for at in points:
            try:
                values = self.values(at)
            except _FAILURES:
                continue
            if values is None:
                return []
            rows += values
        if not rows:
            return []
        ratios = [
            (a, b) for _, _, truth, x in rows for a, b in zip(arrays.entries(truth), arrays.entries(x), strict=True)
        ]
        if all(not is_zero(a) and not is_zero(b) for a, b in ratios if not (is_zero(a) and is_zero(b))):
            found = {constant(b / a) for a, b in ratios if not is_zero(a)}
            if len(found) == 1 and None not in found:
                (c,) = found
                if c != 1:
                    return self.of_constant(c)
        return self.by_factors(rows)

    def of_constant(self, c):
        found = []
        if c < 0:
            found.append(Mistake("sign", "the sign is flipped"))
            c = -c
        if c != 1:
            n = self.model.samples
            words = str(c)
            if n > 1 and c == n:
                words = f"N = {n}: a sum where the mean belongs, or N counted twice"
            elif n > 1 and c == Fraction(1, n):
                words = f"1/N = 1/{n}: averaged once too often, or the loss is no mean"
            found.append(Mistake("constant factor", f"off by the constant factor {words}"))
        return found

    def by_factors(self, rows):
        """A quantity by which the written value is too small or too large, entry by entry."""
        if any(is_array(x) and 1 not in x.shape for _, _, _, x in rows):
            return []
        for name, place, kind in self.factors(rows[0][1]):
            missing = extra = True
            for env, evaluation, truth, x in rows:
                try:
                    f = self.factor(evaluation, place, kind, env)
                except _FAILURES:
                    missing = extra = False
                    break
                numbers = arrays.entries(f) if is_array(f) else [f] * len(arrays.entries(x))
                pairs = list(zip(arrays.entries(truth), arrays.entries(x), numbers, strict=False))
                missing = missing and all(same(a, b * c) for a, b, c in pairs)
                extra = extra and all(same(a * c, b) for a, b, c in pairs)
                if not (missing or extra):
                    break
            if missing:
                return [Mistake("missing factor", f"the factor {name} is missing")]
            if extra:
                words = f"the factor {name} does not belong there"
                return (
                    [Mistake("extra factor", words)]
                    if self.is_written(place, kind)
                    else [Mistake("missing factor", f"the division by {name} is missing")]
                )
        return []

    def is_written(self, place, kind):
        """Whether a factor stands in what was written: a quantity, 1 minus one, or a derivative of a function."""
        evaluation = evaluator(self.judge.first(), self.places, self.reading, {})
        if kind == "slope" and any(x.kind == "call" and x.parts[0].data[1] for x in walk(self.written)):
            return True
        trees = [self.written]
        if kind == "one minus":
            trees = [x for x in walk(self.written) if x.kind == "add" and x.parts[0] == Node("num", (), Fraction(1))]
        for x in [y for tree in trees for y in walk(tree)]:
            if x.kind in ("name", "call"):
                try:
                    found = evaluation.place(x)
                except ReadingError:
                    continue
                if (found.role, found.layer) == (place.role, place.layer):
                    return True
        return False

    def factors(self, evaluation):
        """Usual factors beside the left side: of its own neuron, and of the ones before and behind."""
        left = self.task.parameter or self.task.sides[0]
        if left.kind == "deriv" and left.parts[1].kind != "none":
            left = left.parts[1]
        try:
            place = evaluation.by_place(left)
        except ReadingError:
            return
        if place.kind != "quantity" or place.role in ("loss", "other", "parameter"):
            return
        sample, step = place.sample, place.step
        ends = []
        if place.role == "w":
            index = place.index or (None, None)
            ends = [(place.layer[1], index[1]), (place.layer[0], index[0])]
        else:
            ends = [(place.layer, place.index)]
        names = {"delta": "delta", "s": "z", "a": "a", "t": "t", "p": "p"}
        for layer, item in ends:
            for role, kind in (
                ("s", "slope"),
                ("a", "value"),
                ("a", "one minus"),
                ("delta", "value"),
                ("t", "value"),
                ("p", "value"),
                ("p", "one minus"),
                ("p", "both"),
                ("a", "both"),
                ("s", "value"),
            ):
                if (role in ("s", "delta") and layer == 0) or (role in ("t", "p") and layer != self.model.depth):
                    continue
                if role == "p" and not self.model.has_softmax:
                    continue
                made = Place("quantity", role, layer, item, sample, step)
                letter = self.places.convention.letters
                base = show(
                    Node(
                        "name",
                        (),
                        (
                            {"delta": "delta", "s": self.places.pre_activation}.get(
                                role, letter["x" if layer == 0 else role] if role in letter else names[role]
                            ),
                            0,
                        ),
                    )
                )
                where = "" if item is None else f"_{(item.letter or str(item.offset)).split('#')[0]}"
                text = {
                    "slope": f"{self.places.function_letter}'({base}{where})",
                    "value": f"{base}{where}",
                    "one minus": f"(1 - {base}{where})",
                    "both": f"{base}{where} (1 - {base}{where})",
                }[kind]
                yield text, made, kind

    def factor(self, evaluation, place, kind, env):
        env = {**env}
        if self.model.takes_sample(place.role, place.layer) and place.sample is None:
            place = place._replace(sample=Item("@n", 0))
        if self.model.takes_step(place.role, place.layer) and place.step is None:
            place = place._replace(step=Item("@t", 0))
        return evaluation.value(Node("made", (), (place, kind)), env)

    # --- By slips.

    def by_slips(self):
        unbound = []
        if self.reading is not None:
            try:
                unbound = self.judge._unbound(self.task, self.places, self.reading)
            except _FAILURES:
                unbound = []
        best = None
        left = self.task.parameter or self.task.sides[0]
        for slip in slips(self.written, self.places, unbound, variables(left)):
            if self.is_late():
                break
            if best is not None and slip.cost >= best.cost:
                break
            if self.mends(slip):
                best = slip
        best = best or self.within_sums()
        return [] if best is None else [Mistake(best.kind, best.text)]

    def within_sums(self):
        """A usual factor that is missing in the body of a sum over samples or steps; None where it is none."""
        if self.reading is None:
            return None
        evaluation = evaluator(self.judge.first(), self.places, self.reading, {})
        for path, node in paths(self.written):
            if node.kind != "sum" or self.is_late():
                continue
            for text, place, kind in self.factors(evaluation):
                for letter in node.data.letters:
                    axis = {"@n": "sample"}.get(letter) or self.reading.axes.get(letter)
                    if axis not in ("sample", "step"):
                        continue
                    inner = place._replace(**{axis: Item(letter, 0)})
                    if not (self.model.takes_sample if axis == "sample" else self.model.takes_step)(
                        place.role, place.layer
                    ):
                        continue
                    body = Node("prod", (node.parts[0], Node("made", (), (inner, kind))), ("",), node.at)
                    tree = replace_at(self.written, path, Node("sum", (body,), node.data, node.at))
                    slip = Slip("missing factor", f"the factor {text} is missing in the sum", tree, 1.3)
                    if self.mends(slip):
                        return slip
        return None

    def changed(self, tree):
        """The task with another tree in place of the wrong side, and nothing behind it."""
        if self.is_step:
            return self.task._replace(sides=(tree,))
        return self.task._replace(sides=(self.task.sides[0], tree))

    def mends(self, slip):
        """Whether a slip, mended, leaves a right claim."""
        task = self.changed(slip.tree)
        if self.reading is not None:
            try:
                axes = dict(self.reading.axes)
                found = self.judge._compared(task, self.places, self.reading.changed(axes=axes), None, None, quick=True)
                if (
                    found is not None
                    and found.verdict in ("equal", "unproved")
                    and not (self.is_step and found.condition)
                ):
                    return True
            except _FAILURES:
                pass
        if not slip.moves and self.reading is not None:
            return False
        try:
            found = self.judge.judge(task, self.places, self.vectors, None, None)
        except _FAILURES:
            return False
        return found.verdict in ("equal", "unproved") and not (self.is_step and found.condition)

    # --- By paths: part of what leads to the loss was left out.

    def by_paths(self):
        """Whether what was written is what goes through one neuron, or one step, only."""
        points = self.judge.field(3)
        if not points or self.is_step:
            return []
        held: dict = {}
        for at in points:
            rows = self.values(at)
            if not rows:
                return []
            for env, evaluation, _, x in rows:
                if is_array(x):
                    return []
                parts = self.parts(evaluation, env)
                for name, y in parts.items():
                    held[name] = held.get(name, True) and same(x, y)
                for name in set(held) - set(parts):
                    held[name] = False
        for name, good in held.items():
            if good:
                return [Mistake("missing path", f"only a part is there: {name}")]
        return []

    def parts(self, evaluation, env):
        """What goes through some of the paths from the left side to what is differentiated, by their names."""
        left = self.task.sides[0]
        at, model = evaluation.at, self.model
        if left.kind == "deriv" and left.parts[1].kind != "none":
            place = evaluation.by_place(left.parts[1])
            of = Quantity("loss") if left.parts[0].kind == "loss" or self.places.is_loss(left.parts[0]) else None
            if of is None:
                of = evaluation.quantity(evaluation.place(left.parts[0]), env)
        else:
            place = evaluation.place(left)
            of = Quantity("loss")
        if place.kind != "quantity" or evaluation.is_whole(place):
            return {}
        q = evaluation.quantity(place, env)
        scale = at.one
        if q.role == "delta":
            q, scale = q._replace(role="s"), at.number(model.formulas.factor)
        found: dict = {}
        if q.role in ("a", "s") and q.layer == model.depth and model.has_softmax:
            through = {k: Quantity("p", q.layer, k, q.sample, q.step) for k in range(1, model.size(q.layer) + 1)}
            own = q.index
        elif q.role in ("a", "s") and q.layer < model.depth:
            through = {
                k: Quantity("s", q.layer + 1, k, q.sample, q.step) for k in range(1, model.size(q.layer + 1) + 1)
            }
            own = None
        elif q.role in ("w", "b") and model.steps > 1:
            return self.parts_of_steps(at, of, q)
        else:
            return {}
        total = {k: scale * at.ratio(of, n) * at.ratio(n, q) for k, n in through.items()}
        if own is not None:
            found["what goes through the output itself; that through the others is missing"] = total[own]
        for k, y in total.items():
            found.setdefault(f"what goes through neuron {k} of the layer behind; that through the others is missing", y)
        return found

    def parts_of_steps(self, at, of, q):
        """What goes through single steps of a recurrent network."""
        model = self.model
        layer = q.layer[1] if isinstance(q.layer, tuple) else q.layer
        index = q.index[1] if isinstance(q.index, tuple) else q.index
        found: dict = {}
        evaluation = evaluator(at, self.places, self.reading.changed(direct=True), {})
        parts = {}
        for t in range(1, model.steps + 1):
            s = Quantity("s", layer, index, of.sample, t)
            if model.exists(s) and (of.step is None or t <= of.step):
                parts[t] = at.ratio(of, s) * direct(evaluation, s, q)
        if parts:
            last = max(parts)
            found["that of the last step; the steps before are missing"] = parts[last]
            found["that of the first step; the steps behind are missing"] = parts[min(parts)]
        return found


def counterexample(judge, verdict, candidates, names):
    """A point that refutes a claim, as simple as possible: ``(numbers by name, where, true, given)``, or None.

    Args:
        judge: which judged it.
        verdict: a :class:`~autograd.grading.judging.written.Verdict`.
        candidates: pairs of numbers by symbol, and whether they are plain; see :meth:`Oracle.candidates`.
        names: from a symbol to its name.
    """
    judged, task, places = verdict.judged, verdict.judged.task or verdict.task, verdict.places
    if judged.reading is None or judged.env is None or judged.link is None:
        return None
    step = task.kind == "step"
    written = task.sides[judged.link - 1 if step else judged.link]
    best = None
    allowance = Allowance(0.25)
    for k, (numbers, _) in enumerate(candidates):
        if (best is not None and allowance.is_used_up()) or k > 60:
            break
        try:
            at = At(judge.model, replayed_at(judge.model.network, numbers), 0.1)
            evaluation = evaluator(at, places, judged.reading, {})
            if step:
                truth = arrays.negative(
                    arrays.scaled(at.rate, evaluation.derivative(Node("loss"), task.parameter, judged.env))
                )
            else:
                truth = evaluation.value(task.sides[0], judged.env)
        except _FAILURES:
            continue
        try:
            x = evaluation.value(written, judged.env)
            pairs = list(zip(arrays.entries(truth), arrays.entries(x), strict=True))
        except _FAILURES:
            x, pairs = None, [(arrays.entries(truth)[0], None)]
        for i, (a, b) in enumerate(pairs):
            if isinstance(a, complex) or isinstance(b, complex):
                continue
            if b is None or abs(a - b) > 1e-6 * max(abs(a), abs(b), 1e-12):
                where = {key.split("#")[0]: n for key, n in judged.env.items() if not key.startswith("@")}
                if is_array(truth):
                    columns = truth.shape[1]
                    where["row"], where["column"] = i // columns + 1, i % columns + 1
                found = {names(s): numbers[s] for s in numbers}, where, float(a), None if b is None else float(b)
                if b is not None and abs(a) > 1e-3 and abs(a - b) > 0.01 * abs(a):
                    return found
                best = best or found
                break
    return best
