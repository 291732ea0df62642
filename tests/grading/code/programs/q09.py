import numpy as np

class Net:
    def __init__(self, nin, nhid, nout, reg=0.05):
        rng = np.random.RandomState(0)
        self.W1 = rng.randn(nin, nhid) / np.sqrt(nin)
        self.b1 = np.zeros((1, nhid))
        self.W2 = rng.randn(nhid, nout) / np.sqrt(nhid)
        self.b2 = np.zeros((1, nout))
        self.reg = reg

    def step(self, X, y, lr):
        n = X.shape[0]
        z1 = X.dot(self.W1) + self.b1
        a1 = np.tanh(z1)
        z2 = a1.dot(self.W2) + self.b2
        exp_scores = np.exp(z2)
        probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
        loss = -np.sum(np.log(probs[range(n), y])) / n
        loss += 0.5 * self.reg * (np.sum(np.square(self.W1)) + np.sum(np.square(self.W2)))
        #
        delta3 = probs.copy()
        delta3[range(n), y] -= 1
        dW2 = a1.T.dot(delta3)
        db2 = np.sum(delta3, axis=0, keepdims=True)
        delta2 = delta3.dot(self.W2.T) * (1 - np.power(a1, 2))
        dW1 = np.dot(X.T, delta2)
        db1 = np.sum(delta2, axis=0)
        dW2 += self.reg * self.W2
        dW1 += self.reg * self.W1
        self.W1 += -lr * dW1
        self.b1 += -lr * db1
        self.W2 += -lr * dW2
        self.b2 += -lr * db2
        #
        return loss

np.random.seed(5)
X = np.random.randn(9, 3)
y = np.random.randint(0, 3, 9)
net = Net(3, 4, 3)
#
for epoch in range(100):
    loss = net.step(X, y, 0.1)
    if epoch % 10 == 0:
        print("loss %.4f" % loss)