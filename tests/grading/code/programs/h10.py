import math
x1, x2, y = 0.5, -1.0, 0.8
w1, w2, w3, w4, w5, w6 = 0.1, -0.2, 0.3, 0.4, -0.5, 0.6
eta = 0.5
def s(z): return 1 / (1 + math.exp(-z))
h1 = s(w1 * x1 + w2 * x2)
h2 = s(w3 * x1 + w4 * x2)
out = s(w5 * h1 + w6 * h2)
d = (out - y) * out * (1 - out)
w5 = w5 - eta * d * h1
w6 = w6 - eta * d * h2
w1 = w1 - eta * d * w5 * h1 * (1 - h1) * x1
w2 = w2 - eta * d * w5 * h1 * (1 - h1) * x2
w3 = w3 - eta * d * w6 * h2 * (1 - h2) * x1
w4 = w4 - eta * d * w6 * h2 * (1 - h2) * x2
