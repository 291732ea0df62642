import numpy as np

def sigmoid(x):
    return 1 / (1 + np.exp(-x))

def swish(x):
    return x * sigmoid(x)

def swish_derivative(x):
    s = sigmoid(x)
    return s + s * (1 - s)

np.random.seed(11)
X = np.array([[0.2, -0.4, 0.8], [0.5, 0.1, -0.3], [-0.7, 0.9, 0.4], [0.3, 0.6, -0.9]])
y = np.array([[0.1, 0.7, 0.3, 0.5]]).T
w1 = 2 * np.random.random((3, 4)) - 1
w2 = 2 * np.random.random((4, 1)) - 1
for iteration in range(60):
    z1 = X.dot(w1)
    l1 = swish(z1)
    out = l1.dot(w2)
    out_error = y - out
    if iteration % 20 == 0:
        print("Error:", np.mean(np.abs(out_error)))
    l1_error = out_error.dot(w2.T)
    l1_delta = l1_error * swish_derivative(z1)
    w2 += 0.1 * l1.T.dot(out_error)
    w1 += 0.1 * X.T.dot(l1_delta)
