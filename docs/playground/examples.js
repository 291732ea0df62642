// Programs to begin with, and an answer to grade for each.
export const EXAMPLES = {
  "an expression": {
    program: `from autograd import Value, tanh

w, x, b = Value(1.5, "w"), Value(0.5, "x"), Value(-1.0, "b")
loss = (tanh(w * x + b) - 1) ** 2
loss.backward()
print("dL/dw =", w.grad)
`,
  },
  "a network and its deltas": {
    program: `from nn import MLP, deltas, half_sse

model = MLP(2, [3, 2], activation="sigmoid", output="sigmoid", seed=0)
loss = half_sse(model([0.5, -1.0]), [0, 1])
print(deltas(loss))
`,
    kind: "formula",
    answer: String.raw`\delta_h = (1 - a_h^2) \sum_o \delta_o w_{ho}`,
  },
  "learning XOR": {
    program: `from nn import MLP, SGD, fit, half_sse

X, Y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
model = MLP(2, [4, 1], activation="tanh", output="sigmoid", seed=0)
print(fit(model, X, Y, loss=half_sse, optimizer=SGD(1.0), epochs=200, seed=0, progress=False))
for x, y in zip(X, Y):
    print(x, y, round(model(x).data, 3))
loss = half_sse(model(X[1]), Y[1])
`,
  },
  "a softmax classifier": {
    program: `from nn import MLP, cross_entropy

model = MLP(3, [4, 3], activation="tanh", seed=0)
loss = cross_entropy(model([0.2, -0.4, 1.0]), 1)
`,
    kind: "formula",
    answer: String.raw`\delta_o = y_o - t_o`,
  },
  "homework in Markdown": {
    program: "",
    kind: "document",
    answer: String.raw`network: 2-3-2 sigmoid

The error is $e_o = t_o - y_o$, so we get
$$\delta_o = -e_o y_o (1 - y_o), \qquad \frac{\partial L}{\partial w_{ho}} = \delta_o a_h.$$
For the hidden layer
$$\delta_h = a_h (1 - a_h) \sum_o w_{ho} \delta_o, \qquad \frac{\partial L}{\partial b_h} = \delta_h a_h.$$
`,
  },
  "backprop code with a slip": {
    program: "",
    kind: "code",
    answer: `import numpy as np

x, t = np.array([0.5, -1.0]), np.array([0.0, 1.0])
W1, W2 = np.array([[0.1, 0.2], [0.3, -0.4], [0.5, 0.6]]), np.array([[0.2, -0.1, 0.4], [0.3, 0.1, -0.5]])
h = np.tanh(W1 @ x)
out = W2 @ h
loss = np.sum((out - t)**2) / 2
d_out = out - t
d_h = W2.T @ d_out * (1 - h)
W2 -= 0.1 * np.outer(d_out, h)
W1 -= 0.1 * np.outer(d_h, x)
`,
  },
};
