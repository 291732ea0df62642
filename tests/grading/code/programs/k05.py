from math import exp
from random import seed, random

def initialize_network(n_inputs, n_hidden, n_outputs):
    network = list()
    network.append([{'weights': [random() for i in range(n_inputs + 1)]} for i in range(n_hidden)])
    network.append([{'weights': [random() for i in range(n_hidden + 1)]} for i in range(n_outputs)])
    return network

def activate(weights, inputs):
    a = weights[-1]
    for i in range(len(weights) - 1):
        a += weights[i] * inputs[i]
    return a

def transfer(a):
    return 1.0 / (1.0 + exp(-a))

def forward_propagate(network, row):
    inputs = row
    for layer in network:
        new_inputs = []
        for neuron in layer:
            neuron['output'] = transfer(activate(neuron['weights'], inputs))
            new_inputs.append(neuron['output'])
        inputs = new_inputs
    return inputs

def backward(network, expected):
    for i in reversed(range(len(network))):
        layer = network[i]
        for j, neuron in enumerate(layer):
            if i != len(network) - 1:
                error = 0.0
                for up in network[i + 1]:
                    error += up['weights'][j] * up['delta']
                neuron['delta'] = error
            else:
                neuron['delta'] = (neuron['output'] - expected[j]) * neuron['output'] * (1 - neuron['output'])

def update_weights(network, row, l_rate):
    for i in range(len(network)):
        inputs = row[:-1]
        if i != 0:
            inputs = [neuron['output'] for neuron in network[i - 1]]
        for neuron in network[i]:
            for j in range(len(inputs)):
                neuron['weights'][j] -= l_rate * neuron['delta'] * inputs[j]
            neuron['weights'][-1] -= l_rate * neuron['delta']

seed(1)
dataset = [[2.78, 2.55, 0], [1.46, 2.36, 0], [7.62, 2.75, 1], [5.33, 2.08, 1]]
network = initialize_network(2, 2, 2)
for epoch in range(20):
    sum_error = 0
    for row in dataset:
        outputs = forward_propagate(network, row)
        expected = [0, 0]
        expected[row[-1]] = 1
        sum_error += sum([(expected[i] - outputs[i]) ** 2 for i in range(2)])
        backward(network, expected)
        update_weights(network, row, 0.5)
    print('>epoch=%d, error=%.3f' % (epoch, sum_error))
