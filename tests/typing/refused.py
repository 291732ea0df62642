"""Mistakes in calls that both type checkers find: one on every line with a comment. Nothing runs this file."""

import autograd
from autograd import Value, derive, draw, exp, grad, replay
from nn import MLP, SGD, Adam, Layer, Trainer, fit, half_sse, minimize, save

model = MLP(2, [3, 1])
x = Value(1.0)

fit(model, 3, 4)  # data is not a number
fit(3, [[1.0, 2.0]], [1])  # the first argument is not a model
fit(model, [[1.0, 2.0]], [1], epoch=3)  # a misspelt name
fit(model, [[1.0, 2.0]], [1], engine="fast")  # no such engine
fit(model, [[1.0, 2.0]], [1], optimizer="adam")  # a name where an optimizer is meant
fit(model, [[1.0, 2.0]], [1], epochs="many")  # text where a number is meant
MLP("2", [3])  # text where a number is meant
MLP(2, 3)  # one size where a list is meant
MLP("2", 3)  # both
Layer(2, "3")  # text where a number is meant
SGD("fast")  # text where a rate is meant
Adam(beta1="high")  # text where a number is meant
SGD()  # no rate
minimize(lambda sample: x * sample, 3, [1.0])  # parameters is not a number
Trainer(lambda sample: x * sample, 3)  # parameters is not a number
half_sse()  # no outputs
save(model, 3)  # a path is not a number
model.parameter()  # a misspelt method
Value("1")  # text where a number is meant
Value(1.0, lable="x")  # a misspelt name
exp("1")  # text where a number is meant
grad(3)  # a number where a function is meant
replay(3.0)  # a float where a Value is meant
derive(3.0)  # a float where a Value is meant
draw(x, detail="everything")  # no such detail
autograd.compile(x, on_other_branch="retry")  # there is no such choice
