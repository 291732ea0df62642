import numpy as np
np.random.seed(4)
sig = lambda x: 1 / (1 + np.exp(-x))
inp = np.array([[0.1, 0.9, -0.3]]); target = np.array([[0.2, 0.8]])
wh = np.random.uniform(size=(3, 4)); bh = np.random.uniform(size=(1, 4))
wo = np.random.uniform(size=(4, 2)); bo = np.random.uniform(size=(1, 2))
for _ in range(1):
    hidden = sig(inp @ wh + bh)
    output = sig(hidden @ wo + bo)
    error = target - output
    d_output = error * output * (1 - output)
    d_hidden = d_output @ wo.T * hidden * (1 - hidden)
    wo -= hidden.T @ d_output * 0.1
    bo += d_output.sum(axis=0, keepdims=True) * 0.1
    wh += inp.T @ d_hidden * 0.1
    bh += d_hidden.sum(axis=0, keepdims=True) * 0.1
