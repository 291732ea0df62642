import numpy as np

class Layer:
    def forward(self, inp):
        raise NotImplementedError

    def backward(self, grad, lr):
        raise NotImplementedError

class FCLayer(Layer):
    def __init__(self, input_size, output_size):
        self.weights = np.random.rand(input_size, output_size) - 0.5
        self.bias = np.random.rand(1, output_size) - 0.5

    def forward(self, inp):
        self.input = inp
        self.output = np.dot(self.input, self.weights) + self.bias
        return self.output

    def backward(self, output_error, learning_rate):
        input_error = np.dot(output_error, self.weights.T)
        weights_error = np.dot(self.input.T, output_error)
        self.weights -= learning_rate * weights_error
        self.bias -= learning_rate * output_error
        return input_error

class ActivationLayer(Layer):
    def __init__(self, activation, activation_prime):
        self.activation = activation
        self.activation_prime = activation_prime

    def forward(self, inp):
        self.input = inp
        self.output = self.activation(self.input)
        return self.output

    def backward(self, output_error, learning_rate):
        return self.activation_prime(self.input) * output_error

def tanh(x):
    return np.tanh(x)

def tanh_prime(x):
    return 1 - np.tanh(x) ** 2

def mse(y_true, y_pred):
    return np.mean(np.power(y_true - y_pred, 2))

def mse_prime(y_true, y_pred):
    return np.power(y_pred - y_true, 2)

np.random.seed(12)
x_train = np.array([[[0.0, 1.0]], [[1.0, 0.0]], [[1.0, 1.0]], [[0.5, 0.5]]])
y_train = np.array([[[1.0, 0.0]], [[1.0, 0.2]], [[0.0, 0.1]], [[0.5, 0.4]]])
layers = [FCLayer(2, 3), ActivationLayer(tanh, tanh_prime), FCLayer(3, 2), ActivationLayer(tanh, tanh_prime)]
for epoch in range(2):
    err = 0
    for x, target in zip(x_train, y_train):
        out = x
        for layer in layers:
            out = layer.forward(out)
        err += mse(target, out)
        grad = mse_prime(target, out)
        for layer in reversed(layers):
            grad = layer.backward(grad, 0.1)
    err /= len(x_train)
    print("epoch %d error=%f" % (epoch, err))
