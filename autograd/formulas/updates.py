"""The update rules of gradient descent, made from the equations of the gradients."""

from fractions import Fraction

from autograd.formulas.expressions import Number, split, times

__all__ = ["Rule", "Updates", "update_rules"]


class Updates(list["Rule"]):
    """The update rules of gradient descent, one :class:`Rule` for each kind of parameter."""

    def __str__(self):
        return "\n".join([rule.text for rule in self])

    __repr__ = __str__

    def latex(self) -> str:
        """Return the rules as one aligned block, without dollar signs."""
        rows = [rule.latex.replace(r"\leftarrow", r"&\leftarrow", 1) for rule in self]
        return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"

    def _repr_latex_(self):
        return f"$$\n{self.latex()}\n$$"


class Rule:
    """One update rule.

    Attributes:
        text: the rule as text, with the condition.
        latex: the rule as LaTeX, without the condition.
        condition: the condition under which the rule is gradient descent, or an empty text.
    """

    def __init__(self, text: str, latex: str, condition: str = "") -> None:
        self.text = text + (f"   ({condition})" if condition else "")
        self.latex = latex
        self.condition = condition

    def __str__(self):
        return self.text

    __repr__ = __str__

    def _repr_latex_(self):
        return rf"$\displaystyle {self.latex}$"


def update_rules(equations, printer, rate, absorb) -> Updates:
    """Return one rule for each gradient among the equations.

    Args:
        equations: the equations of a derivation.
        printer: the printer that writes expressions.
        rate: LaTeX for the learning rate.
        absorb: True to leave out constant factors; see :meth:`autograd.formulas.Derivation.update`.
    """
    plain_rate = rate.replace("\\", "")
    rules = Updates()
    for equation in equations:
        if equation.kind != "gradient":
            continue
        step = times(Number(Fraction(-1)), equation.right)
        sign, size, rest = _taken_apart(step)
        condition = ""
        if absorb and size != 1:
            condition = f"{plain_rate} stands for {printer.text(Number(size))} times the rate of gradient descent"
            size = Fraction(1)
        number = "" if size == 1 else f"{printer.text(Number(size), 2)}*"
        number_latex = "" if size == 1 else rf"{printer.latex(Number(size))} \, "
        w_text, w_latex = printer.symbol_text(equation.left), printer.symbol_latex(equation.left)
        rules.append(
            Rule(
                f"{w_text} <- {w_text} {sign} {number}{plain_rate}*{printer.text(rest, 2)}"
                + printer.quantifier_text(equation.ranges),
                rf"{w_latex} \leftarrow {w_latex} {sign} {number_latex}{rate}\, {printer.latex(rest, 2)}"
                + printer.quantifier_latex(equation.ranges),
                condition,
            )
        )
    return rules


def _taken_apart(e):
    """Return the sign, the absolute value of the number, and the rest of a product."""
    number, rest = split(e)
    sign = "+" if number > 0 else "-"
    return sign, abs(number), rest
