"""Layers of closures: functions that keep what they need, and return their own functions."""

__all__ = ["LAYERS", "TRAINING"]

LAYERS = """
def affine(n, m):
    p, kept = {"w": rng.normal(0, 0.4, (n, m)), "b": np.zeros(m)}, {}
    def ahead(x):
        kept["x"] = x
        return x @ p["w"] + p["b"]
    def back(g):
        kept["w"], kept["b"] = kept["x"].T @ g, g.sum(axis=0)
        return g @ p["w"].T
    def step(rate):
        for name in p:
            p[name] -= rate * kept[name]
    return ahead, back, step
def squash():
    kept = []
    def ahead(x):
        kept.append(np.tanh(x))
        return kept[-1]
    def back(g):
        y = kept[-1]
        return g * (1 - y * y)
    return ahead, back, None
"""
# The lines of ``TRAINING`` follow those that set X, T and ``net``. ``{loss}`` sets the loss and g, its derivative.
TRAINING = """
for turn in range(50):
    out = X
    for ahead, _, _ in net:
        out = ahead(out)
    {loss}
    for _, back, _ in net[::-1]:
        g = back(g)
    for _, _, step in net:
        if step is not None:
            step(0.1)
"""
