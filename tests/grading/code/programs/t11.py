from dataclasses import dataclass, field

import numpy as np

@dataclass
class Linear:
    n_in: int
    n_out: int
    seed: int = 0
    x: np.ndarray = field(default=None, repr=False)

    def __post_init__(self):
        gen = np.random.default_rng(self.seed)
        self.w = gen.standard_normal((self.n_in, self.n_out)) / np.sqrt(self.n_in)
        self.b = np.zeros(self.n_out)

    def __call__(self, x):
        self.x = x
        return x @ self.w + self.b

    def grad(self, delta):
        return self.x.T @ delta, delta.sum(axis=0), delta @ self.w.T

@dataclass
class Model:
    layers: list
    lr: float = 0.2

    def forward(self, x):
        self.acts = []
        for i, layer in enumerate(self.layers):
            x = layer(x)
            if i < len(self.layers) - 1:
                x = np.maximum(x, 0)
            self.acts.append(x)
        return x

    def step(self, x, y):
        n = x.shape[0]
        logits = self.forward(x)
        p = 1 / (1 + np.exp(-logits))
        loss = -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()
        delta = (p - y) / n
        grads = []
        for i in range(len(self.layers) - 1, -1, -1):
            gw, gb, delta = self.layers[i].grad(delta)
            grads.append((gw, gb))
            if i > 0:
                delta = delta * self.acts[i - 1]
        for layer, (gw, gb) in zip(self.layers, reversed(grads)):
            layer.w = layer.w - self.lr * gw
            layer.b = layer.b - self.lr * gb
        return loss

gen = np.random.default_rng(1)
x = gen.standard_normal((7, 3))
y = (x.sum(axis=1, keepdims=True) > 0).astype(float)
model = Model([Linear(3, 4, 1), Linear(4, 1, 2)])
for _ in range(3):
    print(model.step(x, y))
