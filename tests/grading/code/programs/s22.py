import numpy as np

def sigmoid(x):
    return 1 / (1 + np.exp(-x))

def dsigmoid(y):
    return y * (1 - y)

def dtanh(y):
    return 1 - y * y

np.random.seed(8)
H, D = 3, 2
Wf, Wi, Wc, Wo = [np.random.randn(H, H + D) * 0.4 for _ in range(4)]
Wy = np.random.randn(1, H) * 0.4
xs = [np.random.randn(D, 1) for _ in range(3)]
target = np.array([[0.7]])
lr = 0.1

for epoch in range(5):
    h, c = np.zeros((H, 1)), np.zeros((H, 1))
    cache = []
    for x in xs:
        z = np.vstack((h, x))
        f = sigmoid(np.dot(Wf, z))
        i = sigmoid(np.dot(Wi, z))
        c_bar = np.tanh(np.dot(Wc, z))
        c_prev = c
        c = f * c_prev + i * c_bar
        o = sigmoid(np.dot(Wo, z))
        h = o * np.tanh(c)
        cache.append((z, f, i, c_bar, c_prev, c, o))
    y = np.dot(Wy, h)
    loss = 0.5 * float(np.sum((y - target) ** 2))
    print(loss)
    dy = y - target
    dWy = np.dot(dy, h.T)
    dh = np.dot(Wy.T, dy)
    dc_next = np.zeros((H, 1))
    dWf, dWi, dWc, dWo = [np.zeros((H, H + D)) for _ in range(4)]
    for z, f, i, c_bar, c_prev, c, o in reversed(cache):
        do = dh * np.tanh(c)
        do = dsigmoid(o) * do
        dc = dc_next + dh * o * dtanh(np.tanh(c))
        dc_bar = dc * i
        dc_bar = dtanh(c_bar) * dc_bar
        di = dc * c_bar
        di = dsigmoid(i) * di
        df = dc * c_prev
        df = dsigmoid(f) * df
        dWf += np.dot(df, z.T)
        dWi += np.dot(di, z.T)
        dWc += np.dot(dc_bar, z.T)
        dWo += np.dot(do, z.T)
        dz = np.dot(Wf.T, df) + np.dot(Wi.T, di) + np.dot(Wc.T, dc_bar) + np.dot(Wo.T, do)
        dh = dz[:H]
        dc_next = f * dc
    for W, dW in zip([Wf, Wi, Wc, Wo, Wy], [dWf, dWi, dWc, dWo, dWy]):
        W -= lr * dW
