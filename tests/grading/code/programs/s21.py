import numpy as np

def relu(x):
    return x * (x > 0)

def drelu(x):
    return 1.0 * (x > 0)

np.random.seed(21)
n_in, n_hidden, n_out, N = 3, 6, 1, 10
data_x = np.random.randn(N, n_in)
data_y = np.random.randn(N, n_out)
w1, b1 = np.random.randn(n_in, n_hidden) * 0.5, np.zeros((1, n_hidden))
w2, b2 = np.random.randn(n_hidden, n_out) * 0.5, np.zeros((1, n_out))
v_w1, v_b1, v_w2, v_b2 = np.zeros_like(w1), np.zeros_like(b1), np.zeros_like(w2), np.zeros_like(b2)
lr, mu, decay = 0.01, 0.9, 1e-2

for it in range(100):
    z1 = data_x.dot(w1) + b1
    a1 = relu(z1)
    pred = a1.dot(w2) + b2
    loss = np.sum((pred - data_y) ** 2) / N + 0.5 * decay * (np.sum(w1 ** 2) + np.sum(w2 ** 2))
    d_pred = 2 * (pred - data_y) / N
    d_w2 = a1.T.dot(d_pred) + decay * w2
    d_b2 = d_pred.sum(0, keepdims=True)
    d_z1 = d_pred.dot(w2.T) * drelu(z1)
    d_w1 = data_x.T.dot(d_z1) + decay * w1
    d_b1 = d_z1.sum(0, keepdims=True)
    v_w1 = mu * v_w1 - lr * d_w1
    v_b1 = mu * v_b1 + lr * d_b1
    v_w2 = mu * v_w2 - lr * d_w2
    v_b2 = mu * v_b2 - lr * d_b2
    w1 += v_w1
    b1 += v_b1
    w2 += v_w2
    b2 += v_b2
    if it % 20 == 0:
        print(it, loss)
