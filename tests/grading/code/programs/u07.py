import numpy as np

np.random.seed(9)
image = np.random.randn(3, 6, 6)
label = np.array([1.0, 0.0, 1.0])
kernel = np.random.randn(3, 3) * 0.3
bias = np.array([0.1])
Wd = np.random.randn(16) * 0.3
lr = 0.05
for epoch in range(2):
    conv = np.zeros((3, 4, 4))
    for n in range(3):
        for r in range(4):
            for c in range(4):
                conv[n, r, c] = np.sum(image[n, r:r + 3, c:c + 3] * kernel) + bias[0]
    act = np.maximum(conv, 0)
    flat = act.reshape(3, -1)
    score = flat @ Wd
    prob = 1 / (1 + np.exp(-score))
    loss = -np.mean(label * np.log(prob) + (1 - label) * np.log(1 - prob))
    dscore = (prob - label) / len(label)
    dWd = flat.T @ dscore
    dflat = np.outer(dscore, Wd)
    dact = dflat.reshape(act.shape)
    dconv = dact * (conv > 0)
    dkernel = np.zeros_like(kernel)
    for n in range(3):
        for r in range(4):
            for c in range(4):
                dkernel += dact[n, r, c] * image[n, r:r + 3, c:c + 3]
    dbias = np.array([dconv.sum()])
    kernel -= lr * dkernel
    bias -= lr * dbias
    Wd -= lr * dWd
    print(loss)
