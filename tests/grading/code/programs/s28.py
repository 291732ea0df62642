import numpy as np

np.random.seed(5)
L, K = 8, 3
signal = np.random.randn(L)
kernel = np.random.randn(K)
bias = 0.1
w_out = np.random.randn(L - K + 1)
target = 0.5
lr = 0.05
for epoch in range(20):
    conv = np.zeros(L - K + 1)
    for i in range(L - K + 1):
        conv[i] = np.sum(signal[i:i + K] * kernel) + bias
    act = np.maximum(conv, 0)
    out = np.dot(w_out, act)
    loss = (out - target) ** 2
    d_out = (out - target)
    d_w_out = 2 * d_out * act
    d_act = d_out * w_out
    d_conv = d_act * (conv > 0)
    d_kernel = np.zeros(K)
    for i in range(L - K + 1):
        d_kernel += d_conv[i] * signal[i:i + K]
    d_bias = np.sum(d_conv)
    kernel = kernel - lr * d_kernel
    bias = bias - lr * d_bias
    w_out = w_out - lr * d_w_out
