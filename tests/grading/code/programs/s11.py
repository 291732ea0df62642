from math import exp

i1, i2 = 0.05, 0.10
t1, t2 = 0.01, 0.99
w1, w2, w3, w4 = 0.15, 0.20, 0.25, 0.30
w5, w6, w7, w8 = 0.40, 0.45, 0.50, 0.55
b1, b2 = 0.35, 0.60
eta = 0.5

def logistic(x):
    return 1 / (1 + exp(-x))

net_h1 = w1 * i1 + w2 * i2 + b1
net_h2 = w3 * i1 + w4 * i2 + b1
out_h1 = logistic(net_h1)
out_h2 = logistic(net_h2)
net_o1 = w5 * out_h1 + w6 * out_h2 + b2
net_o2 = w7 * out_h1 + w8 * out_h2 + b2
out_o1 = logistic(net_o1)
out_o2 = logistic(net_o2)
E_total = 0.5 * (t1 - out_o1) ** 2 + 0.5 * (t2 - out_o2) ** 2
print("Error:", E_total)

delta_o1 = -(t1 - out_o1) * out_o1 * (1 - out_o1)
delta_o2 = -(t2 - out_o2) * out_o2 * (1 - out_o2)
dE_dw5 = delta_o1 * out_h1
dE_dw6 = delta_o1 * out_h2
dE_dw7 = delta_o2 * out_h1
dE_dw8 = delta_o2 * out_h2

dE_dh1 = delta_o1 * w5 + delta_o2 * w7
dE_dh2 = delta_o1 * w6 + delta_o2 * w8
delta_h1 = dE_dh1 * net_h1 * (1 - net_h1)
delta_h2 = dE_dh2 * out_h2 * (1 - out_h2)
dE_dw1 = delta_h1 * i1
dE_dw2 = delta_h1 * i2
dE_dw3 = delta_h2 * i1
dE_dw4 = delta_h2 * i2

w5 = w5 - eta * dE_dw5
w6 = w6 - eta * dE_dw6
w7 = w7 - eta * dE_dw7
w8 = w8 - eta * dE_dw8
w1 = w1 - eta * dE_dw1
w2 = w2 - eta * dE_dw2
w3 = w3 - eta * dE_dw3
w4 = w4 - eta * dE_dw4
print(w1, w2, w3, w4, w5, w6, w7, w8)
