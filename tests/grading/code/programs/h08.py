import numpy as np
def relu(x): return x * (x > 0)
def d_relu(x): return (x > 0).astype(float)
np.random.seed(3)
X = np.random.randn(3, 8); Y = np.eye(4)[:, np.random.randint(0, 4, 8)]
P = {'W1': np.random.randn(5, 3), 'b1': np.zeros((5, 1)), 'W2': np.random.randn(4, 5), 'b2': np.zeros((4, 1))}
def train(P, X, Y, lr):
    m = X.shape[1]
    Z1 = P['W1'] @ X + P['b1']; A1 = relu(Z1)
    Z2 = P['W2'] @ A1 + P['b2']
    E = np.exp(Z2 - Z2.max(axis=0)); A2 = E / E.sum(axis=0)
    cost = -np.sum(Y * np.log(A2)) / m
    G = {}
    dZ2 = (A2 - Y) / m
    G['W2'] = dZ2 @ A1.T
    G['b2'] = np.mean(dZ2, axis=1, keepdims=True)
    dZ1 = P['W2'].T @ dZ2 * d_relu(A1)
    G['W1'] = dZ1 @ X.T
    G['b1'] = np.mean(dZ1, axis=1, keepdims=True)
    return cost, {k: P[k] - lr * G[k] for k in P}
cost, P = train(P, X, Y, 0.1)
print(cost)
