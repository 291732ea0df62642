"""Deltas for a mean loss: of the mean, or of a sample's own loss, as in most books."""

import pytest
from graphs import network

from autograd import derive

NIELSEN = {"order": "to-from", "letters": {"s": "z", "t": "y", "y": "a", "loss": "C"}}
CLAIMS = [
    (r"w^l \rightarrow w^l - \frac{\eta}{n} \sum_x \delta^{x,l} (a^{x,l-1})^T", "equal"),
    (r"b^l \rightarrow b^l - \frac{\eta}{n} \sum_x \delta^{x,l}", "equal"),
    (r"\delta^{x,L} = (a^{x,L} - y^x) \odot \sigma'(z^{x,L})", "equal"),
    (r"\delta^{x,l} = ((w^{l+1})^T \delta^{x,l+1}) \odot \sigma'(z^{x,l})", "equal"),
    (r"\frac{\partial C}{\partial w^l_{jk}} = \frac{1}{n} \sum_x \delta^{x,l}_j a^{x,l-1}_k", "equal"),
    (r"\frac{\partial C}{\partial w^l_{jk}} = \sum_x \delta^{x,l}_j a^{x,l-1}_k", "equal"),
    (r"\delta^{(i)}_k = (a^{(i)}_k - y^{(i)}_k) a^{(i)}_k (1 - a^{(i)}_k)", "equal"),
    (r"\delta^{(i)}_k = \frac{1}{m}(a^{(i)}_k - y^{(i)}_k) a^{(i)}_k (1 - a^{(i)}_k)", "equal"),
    (r"\delta^{x,L} = (y^x - a^{x,L}) \odot \sigma'(z^{x,L})", "wrong"),
    (r"\frac{\partial C}{\partial w^l_{jk}} = \frac{1}{n} \sum_x \delta^{x,l}_k a^{x,l-1}_j", "wrong"),
    (r"\frac{\partial C}{\partial w^l_{jk}} = \frac{2}{n} \sum_x \delta^{x,l}_j a^{x,l-1}_k", "wrong"),
    (r"\frac{\partial C}{\partial w^l_{jk}} = \delta^{x,l}_j a^{x,l-1}_k", "wrong"),
    (r"\delta^{(i)}_k = \frac{2}{m}(a^{(i)}_k - y^{(i)}_k) a^{(i)}_k (1 - a^{(i)}_k)", "wrong"),
]


@pytest.fixture(scope="module")
def derivation():
    return derive(network(sizes=(2, 3, 2), samples=3)).convention(**NIELSEN)


@pytest.mark.parametrize(("formula", "verdict"), CLAIMS)
def test_deltas_of_a_sample_are_of_either_loss(derivation, formula, verdict):
    assert derivation.grade(None, formula).verdict == verdict
