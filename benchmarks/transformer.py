"""A transformer over characters, written scalar by scalar over any class of Values: 16 dimensions, 4 heads, one block.

It only uses ``+ - * / **``, ``exp``, ``log``, ``relu`` and ``sum`` of the class, so the same program runs with each
class.
"""

import random

__all__ = ["NAMES", "Transformer"]

NAMES = """
ada alan albert alice amalie anna barbara beatrice bernhard blaise carl charles chen claude daphne david
edsger elena emmy ernst evariste felix florence frances galileo georg gerty grace hannah hedy henri hypatia
ida isaac jean johannes john julia karen katherine kurt leonhard lise lotfi maria marie maryam max michael
mileva niels nora olga oliver omar paul pierre rachel radia ramanujan richard rosalind rudolf sofia sophie
srinivasa stefan tatiana tim ursula vera victor wang werner yutaka yvonne zhang
""".split()

DIM, HEADS, CONTEXT = 16, 4, 16
END = 26  # also the start
VOCABULARY = 27


class Transformer:
    """The model and one training step.

    Args:
        value: the class of Values.
        seed: the seed of the weights.
    """

    def __init__(self, value, seed=7):
        generator = random.Random(seed)

        def matrix(rows, columns, scale=0.2):
            return [[value(generator.gauss(0, scale)) for _ in range(columns)] for _ in range(rows)]

        self.letters, self.places = matrix(VOCABULARY, DIM), matrix(CONTEXT, DIM)
        self.query, self.key, self.content = matrix(DIM, DIM), matrix(DIM, DIM), matrix(DIM, DIM)
        self.mix = matrix(DIM, DIM)
        self.up, self.down = matrix(4 * DIM, DIM), matrix(DIM, 4 * DIM)
        self.out = matrix(VOCABULARY, DIM)
        matrices = (
            self.letters, self.places, self.query, self.key, self.content, self.mix, self.up, self.down, self.out
        )  # fmt: skip
        self.parameters = [p for m in matrices for row in m for p in row]

    def loss(self, name):
        """Return the mean cross-entropy of predicting each letter of a name, and its end, from the letters before."""
        tokens = [END, *[ord(c) - ord("a") for c in name], END][: CONTEXT + 1]
        keys, contents, losses = [], [], []
        for place, (token, following) in enumerate(zip(tokens, tokens[1:], strict=False)):
            x = [a + b for a, b in zip(self.letters[token], self.places[place], strict=True)]
            h = normalized(x)
            q = linear(self.query, h)
            keys.append(linear(self.key, h))
            contents.append(linear(self.content, h))
            mixed = []
            for start in range(0, DIM, DIM // HEADS):
                part = slice(start, start + DIM // HEADS)
                scores = [
                    sum(a * b for a, b in zip(q[part], k[part], strict=True)) * (DIM // HEADS) ** -0.5 for k in keys
                ]
                weights = softmax(scores)
                mixed += [
                    sum(w * c[j] for w, c in zip(weights, contents, strict=True)) for j in range(part.start, part.stop)
                ]
            x = [a + b for a, b in zip(x, linear(self.mix, mixed), strict=True)]
            hidden = [v.relu() for v in linear(self.up, normalized(x))]
            x = [a + b for a, b in zip(x, linear(self.down, hidden), strict=True)]
            losses.append(-softmax(linear(self.out, normalized(x)))[following].log())
        return sum(losses) * (1.0 / len(losses))

    def gradients(self, name):
        """Return the loss of a name and its gradient."""
        result = self.loss(name)
        for p in self.parameters:
            p.grad = 0.0
        result.backward()
        return result.data, [p.grad for p in self.parameters]

    def step(self, name, rate=0.05):
        """Make one step of gradient descent on one name."""
        self.gradients(name)
        for p in self.parameters:
            p.data -= rate * p.grad


def linear(matrix, x):
    return [sum(w * v for w, v in zip(row, x, strict=True)) for row in matrix]


def normalized(x):
    scale = (sum(v * v for v in x) * (1.0 / len(x)) + 1e-5) ** -0.5
    return [v * scale for v in x]


def softmax(scores):
    largest = max([s.data for s in scores])
    powers = [(s - largest).exp() for s in scores]
    total = sum(powers)
    return [p / total for p in powers]
