import numpy as np

def tansig(net):
    return 2 / (1 + np.exp(-2 * net)) - 1

eta = 0.25
w = np.array([0.4, -0.3, 0.2])
patterns = [(np.array([0.5, -1.0, 1.0]), 1), (np.array([-0.8, 0.4, 1.0]), -1), (np.array([0.2, 0.9, 1.0]), 1)]
for cycle in range(3):
    for x, d in patterns:
        net = np.dot(w, x)
        o = tansig(net)
        f_prime = 1 - o ** 2
        w = w + eta * (d - o) * x
    print(cycle, w)
