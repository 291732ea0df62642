import numpy as np

rng = np.random.default_rng(6)
n = 5
X, T = rng.standard_normal((n, 2)), rng.standard_normal((n, 2))
W = rng.standard_normal((2, 2))
for step in range(2):
    S = X @ W
    diff = S - S.mean(0)
    var = (diff ** 2).sum(0) / (n - 1)
    scale = (var + 1e-5) ** -0.5
    Z = diff * scale
    loss = ((Z - T) ** 2).sum()
    print(loss)
    dZ = 2 * (Z - T)
    dscale = (diff * dZ).sum(0)
    dvar = -0.5 * (var + 1e-5) ** -1.5 * dscale
    ddiff = scale * dZ
    ddiff += 2 * diff * dvar / n
    dS = ddiff - ddiff.mean(0)
    W -= 0.05 * X.T @ dS
