r"""``derive(loss)``: the formulas of backpropagation, read off a recorded graph.

>>> from autograd import derive
>>> from nn import MLP, half_sse
>>> loss = half_sse(MLP(2, [3, 2], activation="sigmoid", output="sigmoid", seed=0)([0.5, -1.0]), [0, 1])
>>> print(derive(loss).delta("d_o[1]"))  # every formula is checked against reverse mode before it is shown
d_o[1] = -(t[1] - y[1])*y[1]*(1 - y[1])
>>> derive(loss).grade("w_ho[1,2]", r"\delta_o a_h").verdict
'equal'
"""

import importlib
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograd.engine.errors import GraphError
from autograd.engine.other_engines import refuse_given
from autograd.engine.sweep import order
from autograd.engine.texts import Text
from autograd.engine.value import Value
from autograd.formulas.conventions import Convention, convention
from autograd.formulas.equations import (
    Equation,
    Equations,
    Recorded,
    checked,
    definitions,
    delta_equations,
    gathered,
    gradient_equations,
    gradient_of,
)
from autograd.formulas.expressions import Symbol
from autograd.formulas.formulas import Formulas
from autograd.formulas.matrices import MatrixForm, matrix_form
from autograd.formulas.printing import Printer, escape_latex
from autograd.formulas.report import write_report
from autograd.formulas.steps import Steps, steps_for
from autograd.formulas.structure import find_network
from autograd.formulas.updates import Updates, update_rules

if TYPE_CHECKING:
    from autograd.grading.grading import Grade  # a later room: its type only

__all__ = ["Derivation", "Updates", "derive"]


def derive(
    loss: Value,
    *,
    parameters: Iterable[Value] | None = None,
    inputs: Iterable[Any] | None = None,
    targets: Iterable[Any] | None = None,
    convention: str | Convention = "standard",
) -> "Derivation":
    r"""Return the formulas of backpropagation for a recorded loss: each neuron's delta and each weight's gradient.

    The delta of a neuron is $\delta_k = \partial L / \partial s_k$, where $s_k$ is its pre-activation. Neurons, layers
    and samples are found in the graph, in whatever style it was written. Repeated terms are folded into sums, and
    repeated equations into one equation "for all".

    Args:
        loss: the Value in which the graph ends.
        parameters: the leaves to differentiate with respect to. By default those that :mod:`nn` named, or else those
            with labels that begin with w or b.
        inputs: the input Values, in order, or a list of Values for each sample. By default those with labels that begin
            with x. Assumptions about labels are printed with the formulas.
        targets: the target Values, likewise. By default those with labels that begin with t or y.
        convention: the notation of the formulas: a preset (``"standard"``, ``"000"`` to ``"004"``) or a
            :class:`~autograd.formulas.conventions.Convention`; see :meth:`Derivation.convention`.

    Returns:
        A :class:`Derivation`. It prints as text, and a notebook typesets it.

    Raises:
        TypeError: ``loss`` is not a Value, or an argument contains something that is not one.
        GraphError: there are no parameters, or an argument is not under the loss.
        StaleGraphError: a leaf was changed after the loss was recorded.
        FormulaError: a formula does not evaluate to the gradient, which is a bug.

    Example:
        >>> from autograd import Value, derive
        >>> w, x = Value(0.5, "w"), Value(2.0, "x")
        >>> print(derive((w * x - 3) ** 2))
        A 1-1 network. Convention standard: delta = dL/ds, weights indexed from-to.
        Assumed: parameters by the first letter of their labels: w.
        Assumed: inputs by the first letter of their labels: x.
        Deltas
          d_o[1] = 2*(y[1] - t[1])
        Gradients
          dL/dw_io[1,1] = d_o[1]*x[1]
    """
    network = find_network(loss, parameters, inputs, targets)
    refuse_given(order(loss))
    return Derivation(network, convention)


class Derivation:
    """The formulas of a recorded loss.

    Attributes:
        network: the network that was found in the graph: neurons, layer sizes, samples.
        assumptions: the conclusions that were drawn from labels, in words.

    Example:
        >>> w, x = Value(0.5, "w"), Value(2.0, "x")
        >>> derivation = derive(w * x - 3)
        >>> print(derivation.formula(w))
        dL/dw_io[1,1] = d_o[1]*x[1]
    """

    # Grading is a later room. It puts its grader here when it is imported, so this room does not import it.
    make_grader: Callable[..., Any] | None = None

    def __init__(self, network: Any, how: str | Convention = "standard", *, formulas: Formulas | None = None) -> None:
        self.network = network
        self._convention = how if isinstance(how, Convention) else convention(how)
        # Of a convention, the formulas depend only on the definition of a delta.
        self._formulas = Formulas(network, self._convention.delta) if formulas is None else formulas
        self._printer = Printer(self._formulas.alphabet, self._convention)
        self._point = Recorded(self._formulas)
        self._equations: Equations | None = None
        self._grader = None

    @property
    def assumptions(self) -> list[str]:
        """The conclusions that were drawn from labels, in words.

        Example:
            >>> w, x = Value(0.5, "w"), Value(2.0, "x")
            >>> derive(w * x - 3).assumptions
            ['parameters by the first letter of their labels: w', 'inputs by the first letter of their labels: x']
        """
        return list(self.network.assumptions)

    # --- Formulas.

    @property
    def equations(self) -> Equations:
        """All equations: definitions, then deltas from the output layer back, then gradients.

        Example:
            >>> from nn import MLP, half_sse
            >>> loss = half_sse(MLP(2, [3, 2], activation="sigmoid", output="sigmoid", seed=0)([0.5, -1.0]), [0, 1])
            >>> for equation in derive(loss).equations[:2]:
            ...     print(equation)
            d_o[o] = -(t[o] - y[o])*y[o]*(1 - y[o])   for all o in O
            d_h[h] = a[h]*(1 - a[h])*sum(d_o[o]*w_ho[h,o] for o in O)   for all h in H
        """
        if self._equations is None:
            formulas, printer = self._formulas, self._printer
            found = delta_equations(formulas, printer) + gradient_equations(formulas, printer)
            found = definitions(formulas, printer, found) + found
            self._equations = Equations(checked(found, formulas, self._point))
        return self._equations

    def formula(self, parameter: Value | str) -> Equation:
        """Return the gradient of one weight or bias in terms of deltas.

        Args:
            parameter: the Value, its name such as ``"w_ho[1,2]"``, or its label.

        Raises:
            GraphError: there is no such parameter.

        Example:
            >>> from nn import MLP, half_sse
            >>> loss = half_sse(MLP(2, [3, 2], activation="sigmoid", output="sigmoid", seed=0)([0.5, -1.0]), [0, 1])
            >>> print(derive(loss).formula("w_ho[1,2]"))
            dL/dw_ho[1,2] = d_o[2]*a[1]
        """
        node = self._parameter(parameter)
        right = gradient_of(self._formulas, node)
        return self._one(Equation(self.network.symbol_of[node], right, {}, "gradient", self._printer))

    def delta(self, neuron: Value | str | tuple[int, int]) -> Equation:
        """Return the delta of one neuron. If all samples have the same formula, it is for all samples.

        Args:
            neuron: its pre-activation or activation, a Value; or a name such as ``"d_h[2]"``, ``"a[2]"`` or
                ``"s_h[2]"``; or a pair of the number of the layer and the number of the neuron, both from 1.

        Raises:
            GraphError: there is no such neuron.

        Example:
            >>> from nn import MLP, half_sse
            >>> loss = half_sse(MLP(2, [3, 2], activation="sigmoid", output="sigmoid", seed=0)([0.5, -1.0]), [0, 1])
            >>> print(derive(loss).delta("d_h[1]"))
            d_h[1] = a[1]*(1 - a[1])*sum(d_o[o]*w_ho[1,o] for o in O)
        """
        found = self._neurons(neuron)
        pairs = [(self.network.delta_of(n), self._formulas.delta[n]) for n in found]
        equations = gathered(pairs, "delta", self._printer)
        return self._one(equations[0])

    def _one(self, equation):
        checked([equation], self._formulas, self._point)
        return equation

    def steps(self, parameter: Value | str) -> Steps:
        """Return the chain rule for one weight, line by line, each line with its reason.

        Args:
            parameter: as for :meth:`formula`.

        Raises:
            GraphError: there is no such parameter, or the loss does not depend on it.

        Example:
            >>> w, x = Value(0.5, "w"), Value(2.0, "x")
            >>> for step in str(derive(w * x - 3).steps("w")).splitlines():
            ...     print(step.partition(" |")[0].rstrip())
            L = y[1] - t[1]
            dL/dw_io[1,1] = d/dw_io[1,1] [y[1]]
            dL/dw_io[1,1] = dL/dy[1] * dy[1]/dw_io[1,1]
            dL/dy[1] = 1
            dy[1]/dw_io[1,1] = d/dw_io[1,1] [w_io[1,1]*x[1]] = x[1]
            d_o[1] = dL/dy[1] = 1
            dL/dw_io[1,1] = d_o[1]*x[1]
            dL/dw_io[1,1] = x[1]
        """
        return steps_for(self._formulas, self._printer, self._point, self._parameter(parameter))

    def matrix(self, rate: str | None = None) -> MatrixForm:
        r"""Return the matrix form: vectors of sensitivities, and $W \\leftarrow W - \\alpha\\, a\\, \\delta^T$.

        Args:
            rate: LaTeX for the learning rate; by default the convention's letter.

        Raises:
            GraphError: the layers are not fully connected, each to the layer before it.

        Example:
            >>> from nn import MLP, half_sse
            >>> loss = half_sse(MLP(2, [3, 2], activation="sigmoid", output="sigmoid", seed=0)([0.5, -1.0]), [0, 1])
            >>> print(derive(loss).matrix())
            δ^{(2)} = -diag(Φ'(s^{(2)})) (t - y)
            δ^{(1)} = diag(Φ'(s^{(1)})) W^{(2)} δ^{(2)}
            W^{(2)} ← W^{(2)} - η a^{(1)} (δ^{(2)})^T
            b^{(2)} ← b^{(2)} - η δ^{(2)}
            W^{(1)} ← W^{(1)} - η x^{(0)} (δ^{(1)})^T
            b^{(1)} ← b^{(1)} - η δ^{(1)}
        """
        rate = self._convention.letters["rate"] if rate is None else rate
        return matrix_form(self._formulas, self._printer, self._point, rate)

    def update(self, rate: str | None = None, *, absorb: bool = False) -> Updates:
        r"""Return the rules of gradient descent, $w \\leftarrow w - \\eta\\, \\partial L / \\partial w$, with deltas.

        Args:
            rate: LaTeX for the learning rate; by default the convention's letter.
            absorb: True to leave out a constant factor, such as the 2 that comes with a delta of -1/2 dL/ds. The rules
                then state the learning rate with which they are gradient descent.

        Example:
            >>> from nn import MLP, half_sse
            >>> loss = half_sse(MLP(2, [3, 2], activation="sigmoid", output="sigmoid", seed=0)([0.5, -1.0]), [0, 1])
            >>> print(derive(loss).update())
            w_ho[h,o] <- w_ho[h,o] - eta*d_o[o]*a[h]   for all h in H, o in O
            b_o[o] <- b_o[o] - eta*d_o[o]   for all o in O
            w_ih[i,h] <- w_ih[i,h] - eta*d_h[h]*x[i]   for all i in I, h in H
            b_h[h] <- b_h[h] - eta*d_h[h]   for all h in H
        """
        rate = self._convention.letters["rate"] if rate is None else rate
        return update_rules(self.equations, self._printer, rate, absorb)

    def convention(
        self,
        preset: str | Convention | None = None,
        *,
        delta: Any = None,
        letters: Mapping[str, str] | None = None,
        order: str | None = None,
        indices: str | None = None,
        vectors: str | None = None,
        batch: str | None = None,
    ) -> "Derivation":
        r"""Return the same derivation in another convention.

        Args:
            preset: a name, such as ``"standard"``, ``"nielsen"`` or ``"bishop"``; or the number of one of the five
                documents, ``"000"`` to ``"004"``. By default, the convention of this derivation.
            delta: the number by which dL/ds is multiplied to give a delta: 1, -1, ``"-1/2"``.
            letters: a dict from roles to LaTeX: ``{"t": "y", "y": r"\\hat{y}"}``. Several roles may share a letter, as
                in books that call both activations and outputs a.
            order: the order of a weight's indices, ``"from-to"`` or ``"to-from"``.
            indices: the letters for the source of a weight, for the neuron it leads into, and for the neurons that this
                neuron feeds: ``"i j k"``.
            vectors: ``"columns"`` or ``"rows"``: the shape of a layer's quantities in the matrix form.
            batch: ``"columns"`` or ``"rows"``: the place of the samples in the matrices of a batch.

        Returns:
            A new Derivation; this one does not change.

        Raises:
            ValueError: there is no such preset, letter, order, index or layout, or the target and the output would have
                the same letter.

        Example:
            >>> from nn import MLP, half_sse
            >>> loss = half_sse(MLP(2, [3, 2], activation="sigmoid", output="sigmoid", seed=0)([0.5, -1.0]), [0, 1])
            >>> print(derive(loss).convention("nielsen").delta("d_h[1]"))
            d_h[1] = a[1]*(1 - a[1])*sum(d_o[o]*w_ho[1,o] for o in O)
        """
        base = self._convention if preset is None else preset
        given = convention(
            base, delta=delta, letters=letters, order=order, indices=indices, vectors=vectors, batch=batch
        )
        same_delta = given.delta == self._convention.delta
        return Derivation(self.network, given, formulas=self._formulas if same_delta else None)

    # --- Grading.

    def grade(self, target: Value | str | tuple[int, int] | None, formula: str, *, rate: str | None = None) -> "Grade":
        r"""Grade a formula: decide if it is the right derivative. Give a proof, or a counterexample and a diagnosis.

        Args:
            target: the weight or bias whose gradient the formula should be, as for :meth:`formula`, or the neuron whose
                delta it should be, as for :meth:`delta`. With letters, such as ``"w_ho[h,o]"`` or ``"d_h[h]"``, the
                formula is graded for all of them. None if the formula is an equation with a left side that names it.
            formula: LaTeX, or Python-like text in the names of :meth:`vocabulary`, with or without a left side. An
                update, ``w' = w + ...``, is graded as an update.
            rate: the name of the learning rate in an update. The usual names are recognized.

        Returns:
            A :class:`~autograd.grading.grading.Grade`.

        Raises:
            GraphError: there is no such parameter or neuron.
            TypeError: the formula is not a text.

        Example:
            >>> from nn import MLP, half_sse
            >>> loss = half_sse(MLP(2, [3, 2], activation="sigmoid", output="sigmoid", seed=0)([0.5, -1.0]), [0, 1])
            >>> derive(loss).grade(None, r"\delta_o = y_o - t_o").verdict
            'wrong'
        """
        return self._grading().grade(target, formula, rate)

    def vocabulary(self) -> str:
        """Return the names that graded formulas use, with their meanings, one on each line.

        Example:
            >>> from nn import MLP, half_sse
            >>> loss = half_sse(MLP(2, [3, 2], activation="sigmoid", output="sigmoid", seed=0)([0.5, -1.0]), [0, 1])
            >>> print(derive(loss).vocabulary().splitlines()[0])
            a[h]       $a_{h}$       activation
        """
        return Text(self._grading().vocabulary.describe())

    def _grading(self):
        if self._grader is None:
            if Derivation.make_grader is None:
                importlib.import_module("autograd.grading")
            self._grader = Derivation.make_grader(self._formulas, self._printer, self._convention)
        return self._grader

    # --- Finding the node that an argument names.

    def _parameter(self, parameter):
        names = self.network.symbol_of
        if isinstance(parameter, Value):
            if parameter in names and parameter in set(self.network.parameters):
                return parameter
            raise GraphError(f"{parameter!r} is not a parameter of this derivation. They are {self._shown()}.")
        wanted = str(parameter).replace(" ", "").removeprefix("dL/d")
        for test in (self._printer.symbol_text, None):
            for node in self.network.parameters:
                name = str(node.label) if test is None else test(names[node])
                if name.replace(" ", "") == wanted:
                    return node
        raise GraphError(f"no parameter is called {str(parameter)!r}: there are {self._shown()}.")

    def _shown(self):
        names = [self._printer.symbol_text(self.network.symbol_of[p]) for p in self.network.parameters]
        return ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")

    def _neurons(self, neuron):
        network, p = self.network, self._printer
        if isinstance(neuron, Value):
            found = [n for n in network.neurons if neuron is n.s or neuron is n.a]
        elif isinstance(neuron, tuple):
            found = [n for n in network.neurons if (n.layer, n.index) == neuron]
        else:
            wanted = str(neuron).replace(" ", "")
            found = []
            for n in network.neurons:
                symbols = [network.delta_of(n), network.symbol_of[n.s], network.symbol_of[n.a]]
                symbols.append(Symbol("s", (n.layer,), (n.index,), n.sample, n.step))
                whole = [p.symbol_text(x) for x in symbols]
                any_sample = [p.symbol_text(Symbol(x.role, x.layers, x.indices)) for x in symbols]
                labels = [str(x.label) for x in (n.s, n.a) if x.label is not None]
                if wanted in [x.replace(" ", "") for x in (*whole, *any_sample, *labels)]:
                    found.append(n)
        if not found:
            names = [p.symbol_text(network.delta_of(n)) for n in network.neurons[:6]]
            raise GraphError(
                f"no neuron is called {neuron!r}: there are {', '.join(names)}, and a[...] and s[...] of each."
            )
        return found

    # --- Printing.

    def __str__(self):
        network = self.network
        sizes = "-".join([str(n) for n in network.sizes])
        more = f", {network.samples} samples" if network.samples > 1 else ""
        more += f", {network.steps} time steps" if network.steps > 1 else ""
        lines = [f"A {sizes} network{more}. {str(self._convention)[0].upper()}{str(self._convention)[1:]}."]
        lines += [f"Assumed: {words}." for words in self.assumptions]
        kinds = {"definition": "Where", "delta": "Deltas", "gradient": "Gradients"}
        for kind, title in kinds.items():
            rows = [e.text for e in self.equations if e.kind == kind]
            if rows:
                lines += [title, *[f"  {row}" for row in rows]]
        return "\n".join(lines)

    __repr__ = __str__

    def latex(self) -> str:
        """Return all equations as one aligned block of LaTeX, without dollar signs.

        Example:
            >>> from nn import MLP, half_sse
            >>> loss = half_sse(MLP(2, [3, 2], activation="sigmoid", output="sigmoid", seed=0)([0.5, -1.0]), [0, 1])
            >>> derive(loss).latex().count("frac")  # dL/dw, dL/db of two layers
            4
        """
        return self.equations.latex()

    def _repr_latex_(self):
        assumed = "".join([rf"&\text{{assumed: {escape_latex(words)}}} \\[4pt]" + "\n" for words in self.assumptions])
        return f"$$\n{self.latex().replace('{aligned}', '{aligned}' + chr(10) + assumed.rstrip(), 1)}\n$$"

    def report(self, path: str | os.PathLike[str]) -> Path:
        """Write a file with the assumptions, the formulas, the steps of one weight of each layer, and the matrix form.

        Args:
            path: the path of a file that ends in ``.html`` (one self-contained page), ``.md`` or ``.tex``.

        Returns:
            The path, a ``pathlib.Path``.

        Raises:
            ValueError: the path has another ending.

        Example:
            >>> from nn import MLP, half_sse
            >>> loss = half_sse(MLP(2, [3, 2], activation="sigmoid", output="sigmoid", seed=0)([0.5, -1.0]), [0, 1])
            >>> derive(loss).report("report.md").name
            'report.md'
        """
        return write_report(self, path)
