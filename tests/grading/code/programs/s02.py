import numpy as np

np.random.seed(1)

def leaky_relu(x, alpha=0.01):
    return np.where(x > 0, x, alpha * x)

def leaky_relu_grad(x, alpha=0.01):
    dx = np.ones_like(x)
    dx[x < 0] = 0
    return dx

N, D_in, H, D_out = 8, 3, 5, 2
x = np.random.randn(N, D_in)
y = np.random.randn(N, D_out)
W1 = np.random.randn(D_in, H) * 0.5
b1 = np.zeros(H)
W2 = np.random.randn(H, D_out) * 0.5
b2 = np.zeros(D_out)

learning_rate = 1e-2
for t in range(50):
    z1 = x.dot(W1) + b1
    h = leaky_relu(z1)
    y_pred = h.dot(W2) + b2
    loss = np.square(y_pred - y).mean()
    if t % 10 == 0:
        print(t, loss)

    grad_y_pred = 2.0 * (y_pred - y) / y.size
    grad_W2 = h.T.dot(grad_y_pred)
    grad_b2 = grad_y_pred.sum(axis=0)
    grad_h = grad_y_pred.dot(W2.T)
    grad_z1 = grad_h * leaky_relu_grad(z1)
    grad_W1 = x.T.dot(grad_z1)
    grad_b1 = grad_z1.sum(axis=0)

    W1 -= learning_rate * grad_W1
    b1 -= learning_rate * grad_b1
    W2 -= learning_rate * grad_W2
    b2 -= learning_rate * grad_b2
