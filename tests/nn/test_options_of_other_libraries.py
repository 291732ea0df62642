"""Options and names of other libraries in losses, models and histories raise errors that say what to write here."""

import pytest
import torch

import nn
from autograd import Value
from nn import MLP, EarlyStopping, fit

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
    "model[0]": "write model.layers[0]",
    "EarlyStopping(restore_best_weights=True)": "the best weights are always kept",
    "EarlyStopping(patienc=3)": "did you mean 'patience'?",
    "ReduceOnPlateau(min_lr=1e-4)": "least=1e-5",
    "ReduceOnPlateau(verbose=1)": "callbacks=lambda epoch",
    "clip_gradients(model)": "found MLP: write clip_gradients(model.parameters()",
    "clip_gradients(model.parameters(), 1.0)": "a bound without its name: write clip_gradients(",
    "clip_gradients(model.parameters(), max_norm=1.0)": "clip_norm=1.0",
    "fit(model, X, Y, loss='bce')": "write loss=binary_cross_entropy",
    "fit(model, X, Y, loss='sparse_categorical_crossentropy')": "write loss=cross_entropy",
    "fit(model, X, Y, loss=torch.nn.MSELoss())": "the loss is MSELoss of torch, which computes with numbers of its own",
    "fit(model, X, Y, loss=torch.nn.functional.mse_loss)": "write loss=mse",
    "fit(model, X, Y, optimizer=torch.optim.Adam)": "write optimizer=Adam(0.001)",
    "fit(model, X, Y, optimizer=torch.optim.SGD([torch.zeros(1)]))": "the optimizer is SGD of torch",
    "fit(torch.nn.Linear(1, 1), X, Y)": "the model is Linear of torch",
    "fit(OfTorch(), X, Y)": "the model is OfTorch of torch",
    "fit(model, X, Y, tol=1e-3)": "callbacks=EarlyStopping(",
    "fit(model, X, Y, regularizer='l2')": "l2=0.01",
    "fit(model, X, Y, schedule='cosine')": "optimizer=SGD(schedules.cosine(",
    "fit(model, X, Y, steps_per_epoch=3)": "batch_size=32",
    "fit(model, X, Y, warm_start=True)": "it goes on from the model's weights",
    "fit(model, X, Y, max_grad_norm=1.0)": "clip_norm=1.0",
    "fit(model, X, Y, val_data=(X, Y))": "validation=(X, Y)",
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
    class OfTorch(torch.nn.Module):
        """A module that a user wrote for PyTorch."""

    model, X, Y = MLP(1, [1], seed=0), [[0.0], [1.0]], [0.0, 1.0]
    given = {"v": Value(0.5), "history": history, "model": model, "X": X, "Y": Y, "torch": torch, "OfTorch": OfTorch}
    with pytest.raises(TypeError) as caught:
        eval(written, {**vars(nn), **given})
    assert WRITTEN[written] in str(caught.value)


@pytest.mark.parametrize("name", NAMES)
def test_names_of_a_history(name, history):
    assert not hasattr(history, name)
    with pytest.raises(AttributeError, match=f"has no attribute '{name}': .*") as caught:
        getattr(history, name)
    assert NAMES[name] in str(caught.value)


@pytest.mark.parametrize(
    ("monitor", "ours"), [("val_loss", "validation_loss"), ("val_accuracy", "validation_accuracy"), ("acc", "accuracy")]
)
def test_a_number_of_an_epoch_under_the_name_of_another_library(monitor, ours):
    with pytest.raises(ValueError, match=f"found '{monitor}': write monitor='{ours}'"):
        EarlyStopping(monitor=monitor)
    with pytest.raises(ValueError, match=r"found 'epochs'\."):
        EarlyStopping(monitor="epochs")


def test_a_row_in_a_list_is_no_sample():
    with pytest.raises(ValueError, match=r"found 1 row: write model\(X\[0\]\)"):
        MLP(2, [1])([[1.0, 2.0]])


def test_names_that_only_give_advice_are_not_offered_by_completion(history):
    assert not {*NAMES, "val_accuracy"} & {*dir(history)}
    assert {"loss", "validation_loss", "plot"} <= {*dir(history)}


def test_a_model_without_layers_says_what_to_give():
    with pytest.raises(ValueError, match="give a list of their sizes"):
        MLP(2)
