"""The state of an optimizer: whether its second and third update follow from the gradients of all steps so far.

In the first update, the state of an optimizer is zero, so that many wrong rules agree with the right one. The update is
tried as a function of the gradients of all steps. These facts hold for momentum, Adam and their relatives:

- Gradients of the other sign change the parameter in the other direction.
- No gradient, of this step or of an earlier one, lets the parameter ascend.
- The size of the gradients is divided out if the update has a mean square under a root.
- The divisor depends on the squares of the gradients, and not on their products.
- The bias corrections of two successive steps differ as running means require.
"""

import math

from autograd.grading.code.optimizers import squared_number
from autograd.grading.code.state_functions import state_function

__all__ = ["CORRECTION", "FORGOTTEN", "TOO_MUCH", "WRONG_SIGN", "fault_of", "functions_of"]

LARGE = 1e6  # a gradient beside which the small number in the divisor vanishes
SLACK = 1e-5
WRONG_SIGN = "the state has the wrong sign"
TOO_MUCH = "an earlier gradient counts more than the last one"
FORGOTTEN = "the divisor keeps nothing of the earlier gradients"
CORRECTION = "from the first update to the second one, the bias correction changes by a wrong factor"


def functions_of(steps):
    """Return the updates of the last of some steps as functions of all gradients: a dict by the parameter's name.

    Args:
        steps: The judgements of the successive steps. A parameter whose gradients are not found has no function.
    """
    last, found, known = steps[-1], {}, {}
    rows = [{update.group.name: update for update in judged.updates} for judged in steps]
    for update in sorted(last.updates, key=lambda update: -len(update.group.old)):
        name = update.group.name
        twins = [row.get(name) for row in rows]
        if None in twins or len({len(twin.group.old) for twin in twins}) > 1:
            continue
        function = state_function(update.group, [twin.gradient for twin in twins], known)
        if function is not None:
            function.scaled(_scales(function, len(steps)))
            found[name] = function
    return found


def _scales(function, count):
    """Return the factors between the gradients of the loss and those that are squared, such as of clipped gradients."""
    scales = [1.0] * count
    for node in function.order:
        square = squared_number(node)
        coefficients = function.cuts.get(square) if square is not None else None
        if coefficients is not None and sum(map(bool, coefficients)) == 1:
            j = next(j for j, c in enumerate(coefficients) if c)
            scales[j] = coefficients[j]
    return scales


def fault_of(function, earlier, ratios=()):
    """Return what is wrong with an update, or None.

    Args:
        function: The update of the last step, as a function of all gradients.
        earlier: The update of the step before it, as a function of the gradients until then, or None.
        ratios: The factors by which single numbers of the program, such as a rate, change from that step to the last.
    """
    count = len(next(iter(function.cuts.values())))
    adaptive = function.quotients > 0
    size = LARGE if adaptive else 1.0
    units = [[size * (i == j) for i in range(count)] for j in range(count)]
    same = [size] * count
    ramp = [size * (1.0 + 0.5 * j) for j in range(count)]
    values = [function(*x) for x in (*units, same, ramp)]
    if any(value is None or not math.isfinite(value) for value in values):
        # A gradient of exactly 0 may divide 0 by 0; a gradient that stays the same may not.
        same = values[-2]
        lost = same is None or math.isnan(same)
        return "the update has no value if the gradients stay the same" if lost else None
    back = function(*[-x for x in ramp])
    scale = max(map(abs, values))
    double = function(*[2 * x for x in ramp])
    if not scale or (not adaptive and (double is None or abs(double - 2 * values[-1]) > SLACK * scale)):
        return None  # neither linear nor divided by a root
    if back is None or abs(back + values[-1]) > SLACK * scale:
        return "gradients of the opposite sign do not give the opposite update"
    sign = 1.0 if values[-2] > 0 else -1.0
    if sign < 0:
        return "a gradient that stays the same moves the parameter up the loss"
    for j, value in enumerate(values[:count]):
        if value < -SLACK * scale:
            step = f"step {j + 1} moves the parameter up the loss in step {count}"
            return f"a gradient in {step}: {WRONG_SIGN}"
    if values[count - 1] <= SLACK * scale:
        return f"the gradient of step {count} does not enter the update of this step"
    if not adaptive:
        # A rate within the state makes earlier gradients count more if it falls.
        falls = max(abs(1 / ratio) for ratio in (1.0, *ratios))
        if count > 2 and values[count - 2] > (1 + SLACK) * falls * values[count - 1]:
            return TOO_MUCH
        return None
    if function.quotients == 1 and (double is None or abs(double - values[-1]) > SLACK * scale):
        return "gradients twice as large give another update, although it is divided by their size"
    if count != 2 or function.quotients != 1 or not function.smooth or function.differences:
        return None
    return _fault_of_means(function, earlier, values, ratios)


def _fault_of_means(function, earlier, values, ratios):
    """Return what is wrong with the means of the gradients and of their squares in a second update, or None."""
    last, both = values[1], values[2]
    across = function(-LARGE, LARGE)
    if across is None or both + across == 0:
        return None
    kept = (both - across) / (both + across)  # of the mean; the new gradient has the weight 1
    squares = ((1 + kept) * last / both) ** 2 - 1  # the same of the mean square
    for x in (2.0, -3.0, 0.5):
        found = function(x * LARGE, LARGE)
        below = squares * x * x + 1
        if found is None or below <= 0 or abs(found - (kept * x + 1) * last / below**0.5) > SLACK * abs(last):
            return "the update is divided by the root of something else than a mean of squared gradients"
    if abs(squares) <= SLACK:
        return FORGOTTEN
    if not kept >= -SLACK or not -SLACK <= squares <= 1 + SLACK:
        return "the weights of the earlier gradients are not those of a running mean"
    first = earlier(LARGE) if earlier is not None else None
    if not first:
        return None
    mean, root = 1 + kept, (1 + squares) ** 0.5
    change = both / first / (mean / root)
    for factor in _corrections(kept):
        for ratio in (1.0, *ratios):
            if any(abs(change - ratio * factor * x) <= SLACK * abs(change) for x in (1.0, root)):
                return None
    return CORRECTION


def _corrections(kept):
    """Return the factors by which the correction of a mean may change from the first step to the second.

    Divided by its weights, a running mean of a constant is the constant. Without a correction, the factor is 1. Nadam
    adds the new gradient to the mean a second time.
    """
    found = [1.0, 1 / (1 + kept)]
    decay = (kept + math.sqrt(max(kept * kept + 4 * kept, 0.0))) / 2  # of Nadam: kept is decay**2 / (1 + decay)
    if 0 < decay < 1:
        found.append(1 / (1 + decay))
        weights = [decay / (1 + decay) + 1, decay * (1 + decay) / (1 + decay + decay**2) + 1 / (1 + decay)]
        found.append(weights[1] / weights[0] / (1 + kept))
    return found
