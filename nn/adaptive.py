r"""Optimizers with a step size for each parameter, and Adam with decoupled weight decay.

Their definitions and defaults agree with ``torch.optim``.
"""

from autograd import sqrt
from nn.optimizers import SGD, Adam, Momentum, Optimizer, Rate, check_setting, normal, normal_square

__all__ = ["Adagrad", "AdamW", "RMSprop"]


class AdamW(Adam):
    r"""Adam with decoupled weight decay (Loshchilov and Hutter 2019).

    Before Adam's change, each parameter is multiplied by $1 - \eta \lambda$. The averages do not include the decay.

    Args:
        rate: the step size $\eta$, or a function of the number of the update.
        beta1, beta2: $\beta_1$ and $\beta_2$, from 0 to below 1.
        epsilon: $\epsilon$, above 0.
        weight_decay: $\lambda$, 0 or more.

    Raises:
        ValueError: a setting is out of range.

    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> AdamW(0.1, weight_decay=0.5).step([w])  # the gradient is 0: only the decay is left
    >>> w.data
    0.95
    """

    _decoupled = True

    def __init__(
        self,
        rate: Rate = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(rate, beta1, beta2, epsilon, weight_decay)


class RMSprop(Optimizer):
    r"""RMSprop (Tieleman and Hinton 2012): $v \leftarrow \alpha v + (1 - \alpha) g^2$.

    Then $u \leftarrow \mu u + g / (\sqrt v + \epsilon)$ and $w \leftarrow w - \eta u$.

    Args:
        rate: the step size $\eta$, or a function of the number of the update.
        decay: $\alpha$, from 0 to below 1.
        epsilon: $\epsilon$, above 0.
        momentum: $\mu$, from 0 to below 1.
        weight_decay: the factor of the L2 penalty.

    Raises:
        ValueError: a setting is out of range.

    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> w.grad = 4.0
    >>> RMSprop(0.01, decay=0.75).step([w])  # the root of v is 2
    >>> round(w.data, 6)
    0.98
    """

    _start = (0.0, 0.0)
    _setting_names = ("decay", "epsilon", "momentum", "weight_decay")

    def __init__(
        self,
        rate: Rate = 0.01,
        decay: float = 0.99,
        epsilon: float = 1e-8,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(rate, weight_decay)
        check_setting("decay", decay, least=0.0, below=1.0)
        check_setting("epsilon", epsilon, above=0.0)
        check_setting("momentum", momentum, least=0.0, below=1.0)
        self.decay, self.epsilon, self.momentum = decay, epsilon, momentum

    def _change(self, gradient, rate, memory):
        average, velocity = memory
        average = normal_square(self.decay * average + (1 - self.decay) * gradient * gradient, self.epsilon)
        velocity = normal(self.momentum * velocity + gradient / (sqrt(average) + self.epsilon))
        return rate * velocity, (average, velocity)


class Adagrad(Optimizer):
    r"""Adagrad (Duchi and others 2011): $v \leftarrow v + g^2$, $w \leftarrow w - \eta g / (\sqrt v + \epsilon)$.

    Args:
        rate: the step size $\eta$, or a function of the number of the update.
        epsilon: $\epsilon$, above 0.
        weight_decay: the factor of the L2 penalty.

    Raises:
        ValueError: a setting is out of range.

    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> w.grad = 4.0
    >>> Adagrad(0.25).step([w])  # the first step has the size of the rate
    >>> round(w.data, 6)
    0.75
    """

    _start = (0.0,)
    _setting_names = ("epsilon", "weight_decay")

    def __init__(self, rate: Rate = 0.01, epsilon: float = 1e-10, weight_decay: float = 0.0) -> None:
        super().__init__(rate, weight_decay)
        check_setting("epsilon", epsilon, above=0.0)
        self.epsilon = epsilon

    def _change(self, gradient, rate, memory):
        squares = memory[0] + gradient * gradient
        return rate * gradient / (sqrt(squares) + self.epsilon), (squares,)


OPTIMIZERS = (SGD, Momentum, Adam, AdamW, RMSprop, Adagrad)  # their update rules can be compiled
