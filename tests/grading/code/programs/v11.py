from math import exp
from random import random, seed

seed(1)


def transfer(a):
    return 1.0 / (1.0 + exp(-a))


network = [[{"w": [random() for _ in range(3)]} for _ in range(2)], [{"w": [random() for _ in range(3)]} for _ in range(2)]]
for row, expected in [([0.7, -1.2], [0, 1]), ([1.1, 0.4], [1, 0])]:
    inputs = row
    for layer in network:
        for neuron in layer:
            neuron["out"] = transfer(neuron["w"][-1] + sum(w * x for w, x in zip(neuron["w"], inputs)))
        inputs = [neuron["out"] for neuron in layer]
    loss = sum((expected[j] - inputs[j]) ** 2 for j in range(2)) / 2
    for i in reversed(range(2)):
        for j, neuron in enumerate(network[i]):
            if i == 1:
                error = neuron["out"] - expected[j]
            else:
                error = 0.0
                for above in network[1]:
                    error = (above["w"][j] * above["delta"])
            neuron["delta"] = error * neuron["out"] * (1 - neuron["out"])
    for i in range(2):
        given = row if i == 0 else [neuron["out"] for neuron in network[0]]
        for neuron in network[i]:
            for j in range(2):
                neuron["w"][j] -= 0.5 * neuron["delta"] * given[j]
            neuron["w"][-1] -= 0.5 * neuron["delta"]
