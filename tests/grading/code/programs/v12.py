import numpy as np

x, y, rate = [0.4, -0.9], 1.0, 0.1
w1, w2, b1, w3, b2 = 0.3, -0.2, 0.1, 0.7, -0.4


def slope(s):
    return (1 / (1 + np.exp(-s))) * (1 - 1 / (1 + np.exp(-s)))


for _ in range(3):
    s1 = w1 * x[0] + w2 * x[1] + b1
    h = 1 / (1 + np.exp(-s1))
    s2 = w3 * h + b2
    out = 1 / (1 + np.exp(-s2))
    loss = (y - out) ** 2
    d_loss = -2 * (y - out)
    d_w3 = h * slope(s2)
    d_b2 = slope(s2)
    d_h = w3 * slope(s2)
    d_w1 = x[0] * slope(s1)
    d_w2 = x[1] * slope(s1)
    d_b1 = 1
    w1 -= rate * d_loss * d_h * d_w1
    w2 -= rate * d_loss * d_h * d_w2
    b1 -= rate * d_loss * d_h * d_b1
    w3 -= rate * d_loss * d_w3
    b2 -= rate * d_loss * d_b2
