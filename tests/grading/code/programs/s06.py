import numpy as np

def affine_forward(x, w, b):
    out = x.reshape(x.shape[0], -1).dot(w) + b
    return out, (x, w, b)

def affine_backward(dout, cache):
    x, w, b = cache
    dx = dout.dot(w.T).reshape(x.shape)
    dw = x.reshape(x.shape[0], -1).T.dot(dout)
    db = np.sum(dout)
    return dx, dw, db

def relu_forward(x):
    out = np.maximum(0, x)
    return out, x

def relu_backward(dout, cache):
    x = cache
    dx = dout.copy()
    dx[x <= 0] = 0
    return dx

def softmax_loss(x, y):
    shifted = x - np.max(x, axis=1, keepdims=True)
    probs = np.exp(shifted)
    probs /= np.sum(probs, axis=1, keepdims=True)
    N = x.shape[0]
    loss = -np.sum(np.log(probs[np.arange(N), y])) / N
    dx = probs.copy()
    dx[np.arange(N), y] -= 1
    dx /= N
    return loss, dx

def loss_and_grads(model, X, y, reg):
    h, c1 = affine_forward(X, model['W1'], model['b1'])
    a, cr = relu_forward(h)
    scores, c2 = affine_forward(a, model['W2'], model['b2'])
    loss, dscores = softmax_loss(scores, y)
    loss += 0.5 * reg * (np.sum(model['W1'] ** 2) + np.sum(model['W2'] ** 2))
    grads = {}
    da, grads['W2'], grads['b2'] = affine_backward(dscores, c2)
    dh = relu_backward(da, cr)
    dx, grads['W1'], grads['b1'] = affine_backward(dh, c1)
    grads['W1'] += reg * model['W1']
    grads['W2'] += reg * model['W2']
    return loss, grads

np.random.seed(0)
X = np.random.randn(10, 2, 2)
y = np.random.randint(0, 3, size=10)
model = {'W1': 0.5 * np.random.randn(4, 6), 'b1': np.zeros(6), 'W2': 0.5 * np.random.randn(6, 3), 'b2': np.zeros(3)}
for it in range(100):
    loss, grads = loss_and_grads(model, X, y, reg=0.1)
    for p in model:
        model[p] -= 0.1 * grads[p]
