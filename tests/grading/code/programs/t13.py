import numpy as np

def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))

def sigmoidGradient(z):
    return sigmoid(z) * (1 - sigmoid(z))

def nnCostFunction(nn_params, input_layer_size, hidden_layer_size, num_labels, X, y, lambda_):
    Theta1 = nn_params[: hidden_layer_size * (input_layer_size + 1)].reshape(hidden_layer_size, input_layer_size + 1)
    Theta2 = nn_params[hidden_layer_size * (input_layer_size + 1) :].reshape(num_labels, hidden_layer_size + 1)
    m = X.shape[0]
    a1 = np.hstack((np.ones((m, 1)), X))
    z2 = np.dot(a1, Theta1.T)
    a2 = np.hstack((np.ones((m, 1)), sigmoid(z2)))
    z3 = np.dot(a2, Theta2.T)
    a3 = sigmoid(z3)
    Y = np.eye(num_labels)[y]
    reg = (lambda_ / (2.0 * m)) * (np.sum(Theta1[:, 1:] ** 2) + np.sum(Theta2[:, 1:] ** 2))
    J = (1 / m) * np.sum(np.sum(-Y * np.log(a3) - (1 - Y) * np.log(1 - a3))) + reg
    Delta1 = np.zeros(Theta1.shape)
    Delta2 = np.zeros(Theta2.shape)
    for t in range(m):
        d3 = a3[t, :] - Y[t, :]
        d2 = np.dot(Theta2[:, 1:].T, d3) * sigmoidGradient(a2[t, 1:])
        Delta2 += np.outer(d3, a2[t, :])
        Delta1 += np.outer(d2, a1[t, :])
    Theta1_grad = Delta1 / m
    Theta2_grad = Delta2 / m
    Theta1_grad[:, 1:] += (lambda_ / m) * Theta1[:, 1:]
    Theta2_grad[:, 1:] += (lambda_ / m) * Theta2[:, 1:]
    grad = np.concatenate((Theta1_grad.ravel(), Theta2_grad.ravel()))
    return J, grad

np.random.seed(3)
X = np.random.randn(5, 2)
y = np.array([0, 2, 1, 1, 0])
nn_params = np.random.uniform(-0.5, 0.5, 3 * 3 + 3 * 4)
for i in range(3):
    J, grad = nnCostFunction(nn_params, 2, 3, 3, X, y, 1.0)
    nn_params = nn_params - 0.5 * grad
    print(J)
