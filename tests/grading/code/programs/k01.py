import math, random
random.seed(1)

def sigmoid(x):
    return 1.0 / (1.0 + math.exp(-x))

n_in, n_hid, n_out = 2, 3, 2
w_ih = [[random.uniform(-1, 1) for _ in range(n_in)] for _ in range(n_hid)]
w_ho = [[random.uniform(-1, 1) for _ in range(n_hid)] for _ in range(n_out)]
b_h = [random.uniform(-1, 1) for _ in range(n_hid)]
b_o = [random.uniform(-1, 1) for _ in range(n_out)]
data = [([0.0, 1.0], [1.0, 0.0]), ([1.0, 0.5], [0.0, 1.0])]
lr = 0.5

for epoch in range(100):
    total = 0
    for x, t in data:
        hid = []
        for j in range(n_hid):
            s = b_h[j]
            for i in range(n_in):
                s += w_ih[j][i] * x[i]
            hid.append(sigmoid(s))
        out = []
        for k in range(n_out):
            s = b_o[k]
            for j in range(n_hid):
                s += w_ho[k][j] * hid[j]
            out.append(sigmoid(s))
        err = 0.5 * sum((t[k] - out[k]) ** 2 for k in range(n_out))
        total += err
        d_out = [(t[k] - out[k]) * out[k] * (1 - out[k]) for k in range(n_out)]
        d_hid = []
        for j in range(n_hid):
            e = 0.0
            for k in range(n_out):
                e += d_out[k] * w_ho[k][j]
            d_hid.append(e * hid[j])
        for k in range(n_out):
            for j in range(n_hid):
                w_ho[k][j] += lr * d_out[k] * hid[j]
            b_o[k] += lr * d_out[k]
        for j in range(n_hid):
            for i in range(n_in):
                w_ih[j][i] += lr * d_hid[j] * x[i]
            b_h[j] += lr * d_hid[j]
