import numpy as np

def g(z):
    return 1 / (1 + np.exp(-z))

def g_grad(z):
    s = g(z)
    return s * (1 - s)

rng = np.random.RandomState(6)
m = 7
X = rng.randn(m, 3)
labels = rng.randint(0, 2, m)
Y = np.zeros((m, 2))
Y[np.arange(m), labels] = 1
Theta1 = rng.uniform(-0.6, 0.6, (4, 4))
Theta2 = rng.uniform(-0.6, 0.6, (2, 5))
lam, alpha = 1.5, 0.3
for it in range(3):
    a1 = np.column_stack((np.ones(m), X))
    z2 = a1.dot(Theta1.T)
    a2 = np.column_stack((np.ones(m), g(z2)))
    z3 = a2.dot(Theta2.T)
    a3 = g(z3)
    d3 = a3 - Y
    d2 = d3.dot(Theta2[:, 1:])
    Theta1_grad = d2.T.dot(a1) / m
    Theta2_grad = d3.T.dot(a2) / m
    Theta1_grad[:, 1:] += lam / m * Theta1[:, 1:]
    Theta2_grad[:, 1:] += lam / m * Theta2[:, 1:]
    Theta1 = Theta1 - alpha * Theta1_grad
    Theta2 = Theta2 - alpha * Theta2_grad
