import numpy as np
np.random.seed(7)
inputs, targets = [0, 1, 2], [1, 2, 0]
H, V = 4, 3
Wx, Wh, Wy = np.random.randn(H, V) * .1, np.random.randn(H, H) * .1, np.random.randn(V, H) * .1
bh, by = np.zeros((H, 1)), np.zeros((V, 1))
def lossFun(inputs, targets, hprev):
    xs, hs, ps, loss = {}, {-1: hprev}, {}, 0
    for t in range(len(inputs)):
        xs[t] = np.zeros((V, 1)); xs[t][inputs[t]] = 1
        hs[t] = np.tanh(Wx @ xs[t] + Wh @ hs[t-1] + bh)
        y = Wy @ hs[t] + by
        ps[t] = np.exp(y) / np.sum(np.exp(y))
        loss += -np.log(ps[t][targets[t], 0])
    dWx, dWh, dWy, dbh, dby = [np.zeros_like(p) for p in (Wx, Wh, Wy, bh, by)]
    dhnext = np.zeros_like(hprev)
    for t in range(len(inputs))[::-1]:
        dy = ps[t].copy(); dy[targets[t]] -= 1
        dWy += dy @ hs[t].T; dby += dy
        dh = Wy.T @ dy + dhnext
        dr = (1 - hs[t] ** 2) * dh
        dbh += dr; dWx += dr @ xs[t].T; dWh += dr @ hs[t-1].T
        dhnext = Wh.T @ dh
    return loss, dWx, dWh, dWy, dbh, dby
loss, *grads = lossFun(inputs, targets, np.zeros((H, 1)))
for p, g in zip([Wx, Wh, Wy, bh, by], grads):
    p -= 0.1 * g
