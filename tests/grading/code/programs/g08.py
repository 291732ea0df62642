from __future__ import annotations
from dataclasses import dataclass, field
from typing import List
import numpy as np

@dataclass
class Dense:
    n_in: int
    n_out: int
    W: np.ndarray = field(init=False)
    b: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.W = np.random.randn(self.n_in, self.n_out) / np.sqrt(self.n_in)
        self.b = np.zeros((1, self.n_out))

    def __call__(self, x: np.ndarray) -> np.ndarray:
        self.x = x
        return x @ self.W + self.b

    def backward(self, g: np.ndarray, lr: float) -> np.ndarray:
        dx = g @ self.W.T
        self.W -= lr * self.x.T @ g
        self.b -= lr * g.sum(0, keepdims=True)
        return dx

class Tanh:
    def __call__(self, x):
        self.y = np.tanh(x)
        return self.y
    def backward(self, g, lr):
        return g * (1 - self.y ** 2)

layers: List = [Dense(2, 8), Tanh(), Dense(8, 1)]
X = np.reshape([[0, 0], [0, 1], [1, 0], [1, 1]], (4, 2))
Y = np.reshape([[0], [1], [1], [0]], (4, 1))
for epoch in range(200):
    out = X
    for layer in layers:
        out = layer(out)
    loss = np.mean((Y - out) ** 2)
    grad = 2 * (out - Y) / np.size(Y)
    for layer in reversed(layers):
        grad = layer.backward(grad, 0.1)
print(f"loss {loss:.4f}")
