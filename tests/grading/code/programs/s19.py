import numpy as np

class AutoEncoder:
    """A small autoencoder with one hidden layer."""

    def __init__(self, n_visible, n_hidden, rng):
        bound = 4 * np.sqrt(6.0 / (n_visible + n_hidden))
        self.W_enc = rng.uniform(-bound, bound, size=(n_visible, n_hidden))
        self.b_enc = np.zeros(n_hidden)
        self.W_dec = rng.uniform(-bound, bound, size=(n_hidden, n_visible))
        self.b_dec = np.zeros(n_visible)

    def encode(self, x):
        return 1.0 / (1.0 + np.exp(-(np.dot(x, self.W_enc) + self.b_enc)))

    def decode(self, h):
        return 1.0 / (1.0 + np.exp(-(np.dot(h, self.W_dec) + self.b_dec)))

    def cross_entropy(self, x):
        z = self.decode(self.encode(x))
        return -np.mean(np.sum(x * np.log(z) + (1 - x) * np.log(1 - z), axis=1))

    def train_step(self, x, lr=0.1):
        n = x.shape[0]
        y = self.encode(x)
        z = self.decode(y)
        L_h2 = z - x
        L_h1 = np.dot(L_h2, self.W_enc) * y * (1 - y)
        grad_W_dec = np.dot(y.T, L_h2) / n
        grad_b_dec = np.mean(L_h2, axis=0)
        grad_W_enc = np.dot(x.T, L_h1) / n
        grad_b_enc = np.mean(L_h1, axis=0)
        self.W_dec -= lr * grad_W_dec
        self.b_dec -= lr * grad_b_dec
        self.W_enc -= lr * grad_W_enc
        self.b_enc -= lr * grad_b_enc

rng = np.random.RandomState(123)
data = rng.rand(6, 4)
ae = AutoEncoder(4, 3, rng)
for epoch in range(20):
    cost = ae.cross_entropy(data)
    print("epoch", epoch, "cost", cost)
    ae.train_step(data)
