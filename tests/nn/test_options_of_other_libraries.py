"""Options and names of other libraries in losses, models and histories raise errors that say what to write here."""

import pytest

import nn
from autograd import Value
from nn import MLP, fit

WRITTEN = {
    "mse(v, 1.0, reduction='mean')": "a loss is of one sample: write mean(",
    "cross_entropy([v, v], 0, reduction='sum')": "a loss is of one sample",
    "hinge(v, 1, size_average=True)": "a loss is of one sample",
    "half_sse(v, 1.0, weight=2.0)": "sample_weights=",
    "sse([v], [1.0], axis=0)": "without axes",
    "binary_cross_entropy(v, 1, pos_weight=2.0)": "class_weights=",
    "binary_cross_entropy(v, 1, from_logits=True)": "logits=True",
    "cross_entropy([v, v], 0, ignore_index=-1)": "leave such samples out",
    "cross_entropy([v, v], 0, smoothing=0.1)": "label_smoothing=0.1",
    "huber(v, 1.0, beta=2.0)": "delta=1.0",
    "absolute(v, 1.0, nothing=2)": "unexpected keyword argument 'nothing'",
    "MLP((2, 8, 8, 1), activation='tanh')": "write MLP(2, [16, 16, 1])",
    "MLP([2], [3, 1])": "takes the number of inputs",
    "history['loss']": "write history.loss",
    "history['val_loss']": "write history.validation_loss",
    "history['accuracy']": "write history.accuracy",
    "history['size']": "write history.metrics['size']",
    "history[0]": "write history.loss",
}
NAMES = {
    "history": "history.loss",
    "losses": "history.loss",
    "val_loss": "validation_loss",
    "epoch": "len(history.loss)",
}


@pytest.fixture(scope="module")
def history():
    def size(epoch):
        return float(epoch.number)

    return fit(MLP(1, [1], seed=0), [[0.0], [1.0]], [0.0, 1.0], epochs=2, seed=0, progress=False, callbacks=size)


@pytest.mark.parametrize("written", WRITTEN)
def test_what_is_written_is_refused_with_advice(written, history):
    with pytest.raises(TypeError) as caught:
        eval(written, {**vars(nn), "v": Value(0.5), "history": history})
    assert WRITTEN[written] in str(caught.value)


@pytest.mark.parametrize("name", NAMES)
def test_names_of_a_history(name, history):
    assert not hasattr(history, name)
    with pytest.raises(AttributeError, match=f"has no attribute '{name}': .*") as caught:
        getattr(history, name)
    assert NAMES[name] in str(caught.value)


def test_a_model_without_layers_says_what_to_give():
    with pytest.raises(ValueError, match="give a list of their sizes"):
        MLP(2)
