"""Random straight-line programs, and an engine of thirty lines over any numbers that gives their exact results.

A program is data: a list of steps ``(name, i, j)``, each applied to numbers computed before. The same program runs over
Values, Fractions and mpmath numbers. ``gradients`` is forward mode with one tangent for each input, written by hand. It
shares no line with the engine.
"""

import random

import mpmath

import autograd

RATIONAL = ["add", "sub", "mul", "neg", "half", "three", "plus", "from"]
SMOOTH = ["tanh", "sigmoid", "sin", "atan", "softplus", "erf", "gaussian_of"]
KINKED = ["relu", "abs", "maximum"]

# For each name, a function of any numbers, and its derivatives with respect to the operands.
RULES = {
    "add": (lambda a, b: a + b, lambda a, b: (1, 1)),
    "sub": (lambda a, b: a - b, lambda a, b: (1, -1)),
    "mul": (lambda a, b: a * b, lambda a, b: (b, a)),
    "div": (lambda a, b: a / (2 + b * b), lambda a, b: (1 / (2 + b * b), -2 * a * b / (2 + b * b) ** 2)),
    "neg": (lambda a, b: -a, lambda a, b: (-1, 0)),
    "half": (lambda a, b: a * 0.5, lambda a, b: (1 / (a * 0 + 2), 0)),
    "three": (lambda a, b: 3 * a, lambda a, b: (3, 0)),
    "plus": (lambda a, b: a + 2, lambda a, b: (1, 0)),
    "from": (lambda a, b: 1 - a, lambda a, b: (-1, 0)),
    "relu": (autograd.relu, lambda a, b: (1 if a > 0 else 0, 0)),
    "abs": (lambda a, b: abs(a), lambda a, b: (1 if a > 0 else -1 if a < 0 else 0, 0)),
    "maximum": (autograd.maximum, lambda a, b: (1, 0) if a > b else (0, 1) if b > a else ((a * 0 + 1) / 2,) * 2),
    "tanh": (autograd.tanh, lambda a, b: (mpmath.sech(a) ** 2, 0)),
    "sigmoid": (autograd.sigmoid, lambda a, b: (mpmath.sech(a / 2) ** 2 / 4, 0)),
    "sin": (autograd.sin, lambda a, b: (mpmath.cos(a), 0)),
    "atan": (autograd.atan, lambda a, b: (1 / (1 + a * a), 0)),
    "softplus": (autograd.softplus, lambda a, b: (1 / (1 + mpmath.exp(-a)), 0)),
    "erf": (autograd.erf, lambda a, b: (2 * mpmath.exp(-a * a) / mpmath.sqrt(mpmath.pi), 0)),
    "gaussian_of": (lambda a, b: autograd.exp(-a * a), lambda a, b: (-2 * a * mpmath.exp(-a * a), 0)),
}
EXACT_VALUES = {
    "relu": lambda a: a if a > 0 else a * 0,
    "tanh": mpmath.tanh,
    "sigmoid": lambda a: 1 / (1 + mpmath.exp(-a)),
    "sin": mpmath.sin,
    "atan": mpmath.atan,
    "softplus": lambda a: mpmath.log(1 + mpmath.exp(a)),
    "erf": mpmath.erf,
}
UNARY = set(EXACT_VALUES)


def random_program(seed, names, inputs=4, length=25):
    """Return steps that each read two earlier numbers. The second one is among the last six."""
    draw = random.Random(seed)
    steps = []
    for k in range(length):
        n = inputs + k
        steps.append((draw.choice(names), draw.randrange(n), draw.randrange(max(0, n - 6), n)))
    return steps


def run(steps, inputs):
    """Return every number of the program, computed by the engine's functions. The last one is the result."""
    numbers = list(inputs)
    for name, i, j in steps:
        rule = RULES[name][0]
        numbers.append(rule(numbers[i]) if name in UNARY else rule(numbers[i], numbers[j]))
    return numbers


def gradients(steps, inputs):
    """Return the result, its derivatives, and for each input the sum of the absolute products along all paths."""
    numbers, n = list(inputs), len(inputs)
    tangents = [[1 if i == k else 0 for k in range(n)] for i in range(n)]
    sizes = [list(row) for row in tangents]
    for name, i, j in steps:
        a, b = numbers[i], numbers[j]
        if name in UNARY:
            numbers.append(EXACT_VALUES[name](a))
        elif name == "maximum":
            numbers.append(max(a, b))
        elif name == "gaussian_of":
            numbers.append(mpmath.exp(-a * a))
        elif name == "half":
            numbers.append(a / 2)
        else:
            numbers.append(RULES[name][0](a, b))
        p, q = RULES[name][1](a, b)
        tangents.append([p * s + q * t for s, t in zip(tangents[i], tangents[j], strict=True)])
        sizes.append([abs(p) * s + abs(q) * t for s, t in zip(sizes[i], sizes[j], strict=True)])
    return numbers[-1], tangents[-1], sizes[-1]
