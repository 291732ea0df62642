import numpy as np

rng = np.random.RandomState(4)
xs, ys = rng.randn(6, 2), rng.randn(6, 1)
theta, shift = rng.randn(2, 1), np.zeros((1, 1))
for turn in range(4):
    guess = xs.dot(theta) + shift
    miss = guess - ys
    cost = np.mean(miss ** 2)
    slope = 2 * xs.T.dot(miss) / len(xs)
    offset = miss.sum(axis=0, keepdims=True) / len(xs)
    theta = theta - 0.05 * slope
    shift = shift - 0.05 * offset
