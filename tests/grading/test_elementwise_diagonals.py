r"""An elementwise product of diag(v) and a vector has no meaning, also if v is read as one neuron's number."""

import pytest

import nn
from autograd import derive


def graded(formula, sizes=(3, 3)):
    model = nn.MLP(2, list(sizes), activation=["relu", "linear"], seed=1)
    loss = nn.cross_entropy(model([0.5, 0.9]), 1)
    return derive(loss).convention(letters={"s": "z", "a": "a", "loss": "L"}, order="to-from").grade(None, formula)


@pytest.mark.parametrize("formula", [
    r"\delta_1 = \frac{\partial L}{\partial a_1} \odot \text{diag}(\mathbb{1}_{z_1 > 0})",
    r"\frac{\partial L}{\partial z_1} = \text{diag}(\mathbb{1}_{z_1 > 0}) \odot \frac{\partial L}{\partial a_1}",
    r"\frac{\partial L}{\partial z_1} = \frac{\partial L}{\partial a_1} \odot (\text{diag}(\mathbb{1}_{z_1 > 0}))",
    r"\delta_1 = W_2^T \delta_2 \odot \text{diag}(\mathbb{1}_{z_1 > 0})",
])  # fmt: skip
def test_a_diagonal_matrix_is_no_vector(formula):
    assert graded(formula).verdict in ("ill-formed", "wrong")


@pytest.mark.parametrize("formula", [
    r"\frac{\partial L}{\partial z_1} = \frac{\partial L}{\partial a_1} \odot \mathbb{1}_{z_1 > 0}",
    r"\frac{\partial L}{\partial z_1} = \text{diag}(\mathbb{1}_{z_1 > 0}) \frac{\partial L}{\partial a_1}",
    r"\delta_1 = \text{diag}(\mathbb{1}_{z_1 > 0}) W_2^T \delta_2",
    r"\delta_1 = \mathbb{1}_{z_1 > 0} \odot \text{diag}(\mathbb{1}_{z_1 > 0}) W_2^T \delta_2",
])  # fmt: skip
def test_products_with_it_are_read(formula):
    assert graded(formula).verdict == "equal"


def test_the_obstacle_is_named():
    judged = graded(
        r"\frac{\partial L}{\partial z_1} = \frac{\partial L}{\partial a_1} \odot \text{diag}(\mathbb{1}_{z_1 > 0})"
    )
    assert "leave diag out" in judged.diagnosis
