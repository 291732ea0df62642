import numpy as np

X = np.array([0.5, 1.2, 1.9, 3.1, 3.8])
Y = np.array([1.1, 2.3, 3.9, 6.2, 7.4])
m_slope = 0.1
c_int = 0.2
L = 0.01
epochs = 100
n = float(len(X))
for i in range(epochs):
    Y_pred = m_slope * X + c_int
    cost = (1 / n) * sum((Y - Y_pred) ** 2)
    D_m = (-2 / n) * sum(X * (Y - Y_pred))
    D_c = (2 / n) * sum(Y - Y_pred)
    m_slope = m_slope - L * D_m
    c_int = c_int - L * D_c
    print("m {}, c {}, cost {}".format(m_slope, c_int, cost))
