r"""The time for a class of documents that declare nothing, with random mistakes in them.

    python -m benchmarks.documents --documents 60 --claims 30

Each document is one of three derivations in other letters, with two mistakes in its backward pass. Its claims are
repeated until it has as many as asked for. The time is that of one process, divided by the number of processes.
"""

import argparse
import random
import re
import time

from autograd import grade_document
from benchmarks.timing import print_table

__all__ = ["class_of_documents", "measure"]

_GOAL = 60.0  # seconds for sixty documents of thirty claims in two processes

_DERIVATIONS = [
    [
        r"z^l = w^l a^{l-1} + b^l",
        r"a^l = \sigma(z^l)",
        r"C = \frac{1}{2} \|y - a^L\|^2",
        r"\delta^L = (a^L - y) \odot \sigma'(z^L)",
        r"\delta^l = ((w^{l+1})^T \delta^{l+1}) \odot \sigma'(z^l)",
        r"\frac{\partial C}{\partial b^l_j} = \delta^l_j",
        r"\frac{\partial C}{\partial w^l_{jk}} = a^{l-1}_k \delta^l_j",
    ],
    [
        r"h = \sigma(W x + b)",
        r"p = \sigma(v^T h + c)",
        r"L = -t \log p - (1 - t) \log (1 - p)",
        r"\frac{\partial L}{\partial p} = \frac{p - t}{p (1 - p)}",
        r"\frac{\partial L}{\partial c} = p - t",
        r"\frac{\partial L}{\partial v} = (p - t) h",
        r"\frac{\partial L}{\partial h} = (p - t) v",
        r"\frac{\partial L}{\partial b} = (p - t) v \odot h \odot (1 - h)",
        r"\frac{\partial L}{\partial W} = ((p - t) v \odot h \odot (1 - h)) x^T",
    ],
    [
        r"z_i = w^T x_i + b",
        r"\hat{y}_i = \sigma(z_i)",
        r"L_i = -(y_i \log \hat{y}_i + (1 - y_i) \log (1 - \hat{y}_i))",
        r"L = \frac{1}{m} \sum_{i=1}^{m} L_i",
        r"\frac{\partial L_i}{\partial z_i} = \hat{y}_i - y_i",
        r"\frac{\partial L_i}{\partial w} = (\hat{y}_i - y_i) x_i",
        r"\frac{\partial L}{\partial w} = \frac{1}{m} \sum_{i=1}^{m} (\hat{y}_i - y_i) x_i",
        r"\frac{\partial L}{\partial b} = \frac{1}{m} \sum_{i=1}^{m} (\hat{y}_i - y_i)",
    ],
]


def class_of_documents(seed, count, claims):
    """Return the texts of documents with random mistakes.

    Args:
        seed: the seed of the mistakes.
        count: the number of documents.
        claims: the number of claims of each.
    """
    rng = random.Random(seed)
    found = []
    for k in range(count):
        formulas = list(_DERIVATIONS[k % len(_DERIVATIONS)])
        backward = [j for j, formula in enumerate(formulas) if "partial" in formula or "delta" in formula]
        while len(formulas) < claims:
            formulas.append(formulas[rng.choice(backward)])
        for j in rng.sample([j for j, x in enumerate(formulas) if "partial" in x or "delta" in x], 2):
            formulas[j] = _with_mistake(formulas[j], rng)
        found.append("\n\n".join([f"$${formula}$$" for formula in formulas[:claims]]))
    return found


def _with_mistake(formula, rng):
    """Return a formula with another sign, without a transpose or with a bracket left out."""
    left, _, right = formula.partition("=")
    changed = [f" -{right}", right.replace("-", "+", 1), right.replace("^T", "", 1), re.sub(r"\(1 - h\)", "h", right)]
    return f"{left}={rng.choice([x for x in changed if x != right])}"


def measure(seed, count, claims, processes):
    """Grade a class of documents, and print the time."""
    texts = class_of_documents(seed, count, claims)
    start = time.process_time()
    graded = [grade_document(text, format="markdown") for text in texts]
    seconds = (time.process_time() - start) / processes
    wrong = sum(document.count("wrong") + document.count("follows") for document in graded)
    rows = [
        ["documents", "", str(len(graded)), ""],
        ["claims called wrong or that follow", "", str(wrong), ""],
        [
            f"seconds in {processes} processes",
            f"<= {_GOAL:g}",
            f"{seconds:.1f}",
            "met" if seconds <= _GOAL else "MISSED",
        ],
    ]
    print_table("A class of documents", ("what", "goal", "measured", ""), rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.documents", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--documents", type=int, default=60)
    parser.add_argument("--claims", type=int, default=30)
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    measure(given.seed, given.documents, given.claims, given.processes)
