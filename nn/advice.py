"""Advice for names that other libraries use, and for misspelt ones."""

import difflib
from typing import NoReturn, TypeVar

from autograd.engine.absent import Absent

__all__ = [
    "advice_on", "advise", "nearest", "refuse_parts_of_others", "unknown_name", "unknown_of_callback",
    "unknown_of_loss", "unknown_options", "unknown_setting", "written_out",
]  # fmt: skip

# Libraries whose models, losses and optimizers do not compute with Values.
_LIBRARIES = ("torch", "tensorflow", "keras", "jax", "jaxlib", "flax", "optax", "sklearn", "tinygrad")

_ATTRIBUTES = {
    "predict_proba": "softmax the outputs of one sample: softmax(model(x))",
    "forward": "call the model: model(x)",
    "fit": "fit is a function: fit(model, X, Y)",
    "train": "fit is a function: fit(model, X, Y), and dropout is switched on by with train_mode():",
    "eval": "dropout is on in fit and in train_mode() only: call the model, model(x), or model.predict(X)",
    "backward": "call backward() of the loss: half_sse(model(x), y).backward()",
    "compile": "give the loss and the optimizer to fit: fit(model, X, Y, loss=half_sse, optimizer=SGD(0.1))",
    "evaluate": "average a loss over samples: sum([half_sse(model(x), y).data for x, y in zip(X, Y)]) / len(X)",
    "score": "average a loss over samples: sum([half_sse(model(x), y).data for x, y in zip(X, Y)]) / len(X)",
    "summary": "print the model, or draw a loss: draw(loss, detail='neurons')",
    "save": "save is a function: save(model, 'model.json')",
    "load": "load is a function: load(model, 'model.json')",
    "state_dict": "keep a model with save(model, 'model.json'), or take [p.data for p in model.parameters()]",
    "load_state_dict": "load is a function: load(model, 'model.json')",
    "weights": "the leaves are model.parameters(), or w and b of each neuron",
    "named_parameters": "the leaves are model.parameters(); each has a label",
    "to": "a model is made of numbers in this process: leave this out. fit runs in machine code where it can",
    "cuda": "a model is made of numbers in this process: leave this out. fit runs in machine code where it can",
    "cpu": "a model is made of numbers in this process: leave this out",
    "double": "every number is a double: leave this out",
    "float": "every number is a double: leave this out",
    "children": "write model.layers, and layer.neurons",
    "modules": "write model.layers, and layer.neurons",
    "apply": "write a loop: for p in model.parameters(): p.data = 0.1. Initial weights are chosen by init='glorot'",
    "add": "give all layers when the model is made: MLP(2, [16, 1])",
    "step": "the updates are the optimizer's: SGD(0.1).step(model.parameters())",
    "requires_grad_": "every parameter has a gradient: give an optimizer only those that it should train",
    "get_weights": "write [p.data for p in model.parameters()]",
    "set_weights": "set the data of each: for p, x in zip(model.parameters(), numbers): p.data = x",
    "coefs_": "write [[w.data for w in n.w] for n in model.layers[0].neurons]",
    "intercepts_": "write [n.b.data for n in model.layers[0].neurons]",
    "weight": "the weights are w of each neuron: model.layers[0].neurons[0].w",
    "bias": "the bias is b of each neuron: model.layers[0].neurons[0].b",
    "kernel": "the weights are w of each neuron: model.layers[0].neurons[0].w",
    "biases": "the bias is b of each neuron: model.layers[0].neurons[0].b",
    "coef_": "write [[w.data for w in n.w] for n in model.layers[0].neurons]",
    "loss_curve_": "fit returns a history: history.loss, a list with a number for each epoch",
    "history": "fit returns a history: history = fit(model, X, Y)",
    "num_params": "write len(model.parameters())",
    "count_params": "write len(model.parameters())",
    "train_on_batch": "write fit(model, X, Y, epochs=1, batch_size=None)",
    "train_step": "write fit(model, X, Y, epochs=1, batch_size=None)",
    "partial_fit": "write fit(model, X, Y, epochs=1), which goes on from the weights that the model has",
    "named_children": "write model.layers, and layer.neurons",
    "training": "dropout is on in fit and in train_mode() only: leave this out",
    "device": "a model is made of numbers in this process: leave this out",
}
_OPTIONS = {
    "lr": "optimizer=SGD(0.1)",
    "learning_rate": "optimizer=SGD(0.1)",
    "learning_rate_init": "optimizer=SGD(0.1)",
    "rate": "optimizer=SGD(0.1)",
    "eta": "optimizer=SGD(0.1)",
    "momentum": "optimizer=Momentum(0.1, momentum=0.9)",
    "weight_decay": "optimizer=SGD(0.1, weight_decay=0.01)",
    "alpha": "optimizer=SGD(0.1)",
    "opt": "optimizer=SGD(0.1)",
    "solver": "optimizer=Adam()",
    "verbose": "progress=False, or progress=True",
    "criterion": "loss=half_sse",
    "loss_fn": "loss=half_sse",
    "loss_function": "loss=half_sse",
    "n_epochs": "epochs=100",
    "num_epochs": "epochs=100",
    "max_iter": "epochs=100",
    "iterations": "epochs=100",
    "steps": "epochs=100",
    "random_state": "seed=0",
    "validation_split": "validation=0.2",
    "validation_data": "validation=(X, Y)",
    "device": "engine='native'",
    "client": "cluster=client",
    "metrics": "callbacks=accuracy, with a function of yours of an epoch that returns a number",
    "early_stopping": "callbacks=EarlyStopping()",
    "patience": "callbacks=EarlyStopping(patience=5)",
    "scheduler": "optimizer=SGD(schedules.cosine(0.1, 1000))",
    "lr_scheduler": "optimizer=SGD(schedules.cosine(0.1, 1000))",
    "dropout": "model=MLP(2, [16, 1], dropout=0.5)",
    "workers": "cluster=client, a client of dask.distributed",
    "n_jobs": "cluster=client, a client of dask.distributed",
    "print_every": "callbacks=lambda epoch: print(epoch.number, epoch.loss)",
    "log_every": "callbacks=lambda epoch: print(epoch.number, epoch.loss)",
    "sample_weight": "sample_weights=[1.0, 2.0]",
    "class_weight": "class_weights={0: 1.0, 1: 2.0}",
    "grad_clip": "clip_norm=1.0",
    "clipnorm": "clip_norm=1.0",
    "clipvalue": "clip_value=0.5",
    **dict.fromkeys(("clip_grad", "clip_gradients", "max_grad_norm", "max_norm"), "clip_norm=1.0"),
    **dict.fromkeys(("schedule", "lr_schedule", "lr_decay"), "optimizer=SGD(schedules.cosine(0.1, 1000))"),
    **dict.fromkeys(("regularizer", "kernel_regularizer", "reg", "penalty"), "l2=0.01, or l1=0.01"),
    **dict.fromkeys(("tol", "n_iter_no_change", "min_delta"), "callbacks=EarlyStopping(patience=5, min_delta=1e-4)"),
    **dict.fromkeys(("initial_epoch", "warm_start"), "fit(model, X, Y) again: it goes on from the model's weights"),
    **dict.fromkeys(("steps_per_epoch", "validation_steps"), "batch_size=32, and an epoch uses each sample once"),
    **dict.fromkeys(("gpu", "cuda", "backend"), "engine='native'"),
    **dict.fromkeys(("val", "val_data", "eval_set", "test"), "validation=(X, Y)"),
    **dict.fromkeys(("callback", "on_epoch_end"), "callbacks=lambda epoch: print(epoch.number, epoch.loss)"),
}

# Options of callbacks in other libraries.
_OF_A_CALLBACK = {
    "restore_best_weights": "leave it out: the best weights are always kept",
    "mode": "leave it out: an accuracy should be large, and every other number small",
    **dict.fromkeys(("verbose", "baseline", "start_from_epoch", "cooldown"), "leave it out, or write a function of an "
                    "epoch yourself: callbacks=lambda epoch: print(epoch.number, epoch.loss)"),
    "min_lr": "write least=1e-5",
    "eps": "write least=1e-5",
    **dict.fromkeys(("delta", "tol", "tolerance"), "write min_delta=1e-4"),
}  # fmt: skip


# Options of losses in other libraries.
_AVERAGE = "a loss is of one sample: write mean([half_sse(model(x), t) for x, t in zip(X, Y)]) for a batch"
_OF_A_LOSS_FUNCTION = {
    **dict.fromkeys(("reduction", "reduce", "size_average"), _AVERAGE),
    **dict.fromkeys(("weight", "pos_weight", "sample_weight"), "multiply the loss by it, or write fit(model, X, Y, "
                    "sample_weights=[1.0, 2.0]), or class_weights={0: 1.0, 1: 2.0}"),
    "from_logits": "write binary_cross_entropy(y, t, logits=True); cross_entropy takes the outputs before the softmax",
    "beta": "write huber(y, t, delta=1.0)",
    "ignore_index": "leave such samples out",
    "smoothing": "write cross_entropy(logits, target, label_smoothing=0.1)",
    **dict.fromkeys(("dim", "axis"), "the outputs of a sample are one list, without axes: leave this out"),
}  # fmt: skip

# Options that only fit has, and what to do in place of them with a function of a sample.
_OF_A_LOSS = {
    "sample_weights": "the loss is a function of yours: put the weight into the sample, and multiply by it",
    "class_weights": "the loss is a function of yours: multiply it by the weight of the sample's class",
    "callbacks": "the loop is yours: after an epoch, do there what a callback would do",
    "film": "films are made by fit",
    "cluster": "clusters are used by fit",
}
_PARTS = {
    "sgd": "optimizer=SGD(0.1)", "momentum": "optimizer=Momentum(0.1)", "adam": "optimizer=Adam(0.001)",
    "adamw": "optimizer=AdamW(0.001)", "rmsprop": "optimizer=RMSprop(0.01)", "adagrad": "optimizer=Adagrad(0.01)",
    "mlp": "MLP(2, [16, 1]), with the numbers of inputs and of neurons", "linear": "MLP(2, [1])",
    "sequential": "MLP(2, [16, 1])",
    "huber": "loss=huber, a function of nn", "huberloss": "loss=huber", "smoothl1loss": "loss=huber",
    "absolute": "loss=absolute, a function of nn", "mae": "loss=absolute", "l1loss": "loss=absolute",
    "mse": "loss=mse, a function of nn", "sse": "loss=sse, a function of nn",
    "half_sse": "loss=half_sse, a function of nn", "hinge": "loss=hinge, a function of nn",
    "cross_entropy": "loss=cross_entropy, a function of nn", "crossentropyloss": "loss=cross_entropy",
    "categorical_crossentropy": "loss=cross_entropy, a function of nn", "mseloss": "loss=mse",
    "mean_squared_error": "loss=mse, a function of nn", "mse_loss": "loss=mse", "squared_error": "loss=mse",
    "mean_absolute_error": "loss=absolute, a function of nn", "l1_loss": "loss=absolute", "l1": "loss=absolute",
    "huber_loss": "loss=huber, a function of nn", "smooth_l1_loss": "loss=huber",
    "hinge_loss": "loss=hinge, a function of nn", "sparse_categorical_crossentropy": "loss=cross_entropy",
    "nllloss": "loss=cross_entropy, which takes the outputs before the softmax",
    "nll_loss": "loss=cross_entropy, which takes the outputs before the softmax",
    "log_loss": "loss=cross_entropy, or loss=binary_cross_entropy for one output",
    **dict.fromkeys(("bce", "bceloss", "binary_crossentropy", "binary_cross_entropy", "binary_cross_entropy_loss"),
                    "loss=binary_cross_entropy, a function of nn"),
    **dict.fromkeys(("bcewithlogitsloss", "binary_cross_entropy_with_logits"),
                    "loss=functools.partial(binary_cross_entropy, logits=True)"),
}  # fmt: skip
# Arguments of models in other libraries.
_OF_AN_MLP = {
    **dict.fromkeys(
        ("hidden", "n_hidden", "hidden_size", "hidden_layer_sizes", "layers", "units"),
        "MLP(2, [16, 1]), with the numbers of neurons of all layers",
    ),
    **dict.fromkeys(("output_activation", "out_activation", "final_activation"), "MLP(2, [16, 1], output='sigmoid')"),
    "activations": "MLP(2, [16, 1], activation=['tanh', 'linear'])",
    "random_state": "MLP(2, [16, 1], seed=0)",
    "dropout_rate": "MLP(2, [16, 1], dropout=0.5)",
    "use_bias": "MLP(2, [16, 1], bias=False)",
    "initializer": "MLP(2, [16, 1], init='glorot')",
    "kernel_initializer": "MLP(2, [16, 1], init='glorot')",
    "nonlin": "MLP(2, [16, 1], activation='linear')",
    "lr": "fit(model, X, Y, optimizer=SGD(0.1))",
    "learning_rate": "fit(model, X, Y, optimizer=SGD(0.1))",
}
_LOSS = "a loss is a function, of the outputs of one sample and its target"
_LAYERS = "deltagrad has fully connected layers of scalars: write the loop over Values, which are recorded as they are"
# Names of classes and modules in other libraries.
_NAMES = {
    "linear": "write Layer(2, 16, activation='linear'), or MLP(2, [16, 1]) for a whole network",
    "dense": "write Layer(2, 16, activation='relu'), or MLP(2, [16, 1]) for a whole network",
    "sequential": "write MLP(2, [16, 1]), or call one layer after the other",
    "relu": "write activation='relu', or autograd.relu(x)", "tanh": "write activation='tanh', or autograd.tanh(x)",
    "sigmoid": "write output='sigmoid', or autograd.sigmoid(x)",
    "softmax": "write autograd.softmax(outputs), or loss=cross_entropy, which takes the outputs before it",
    "mseloss": "write mse", "l1loss": "write absolute", "huberloss": "write huber", "smoothl1loss": "write huber",
    "crossentropyloss": "write cross_entropy", "bceloss": "write binary_cross_entropy",
    "bcewithlogitsloss": "write functools.partial(binary_cross_entropy, logits=True)",
    "optim": "the optimizers are in nn itself: nn.SGD, nn.Adam",
    **dict.fromkeys(("functional", "f"), "the functions are in autograd: from autograd import relu"),
    "optimizers": "the optimizers are in nn itself: nn.SGD, nn.Adam",
    "optimizer": "the optimizers are in nn itself: nn.SGD, nn.Adam",
    "parameter": "write Value(0.5, label='w'): every Value has a gradient",
    "init": "write MLP(2, [16, 1], init='glorot')", "modulelist": "a list of layers is enough in a Module",
    "utils": "write clip_gradients(model.parameters(), clip_norm=1.0)",
    "clip_grad_norm_": "write clip_gradients(model.parameters(), clip_norm=1.0)",
    "clip_grad_value_": "write clip_gradients(model.parameters(), clip_value=0.5)",
    "nllloss": f"write cross_entropy, which takes the outputs before the softmax; {_LOSS}",
    "kldivloss": f"write cross_entropy with the target as a row of probabilities; {_LOSS}",
    "mean_squared_error": "write mse", "mean_absolute_error": "write absolute",
    "binary_crossentropy": "write binary_cross_entropy", "categorical_crossentropy": "write cross_entropy",
    "logsoftmax": "write autograd.softmax(outputs), or loss=cross_entropy, which takes the outputs before it",
    "gelu": "write activation='gelu', or autograd.gelu(x)", "silu": "write activation='silu', or autograd.silu(x)",
    "leakyrelu": "write activation='leaky_relu', or autograd.leaky_relu(x)",
    "elu": "write activation='elu', or autograd.elu(x)",
    "softplus": "write activation='softplus', or autograd.softplus(x)",
    "identity": "write activation='linear'", "flatten": "give the inputs as one row of numbers",
    "input": "write MLP(2, [16, 1]), where 2 is the number of inputs",
    "model": "write MLP(2, [16, 1]), or derive a class from nn.Module",
    "mlpclassifier": "write MLP(2, [16, 3]), and fit(model, X, Y, loss=cross_entropy)",
    "mlpregressor": "write MLP(2, [16, 1]), and fit(model, X, Y)",
    "dataloader": "give all samples to fit(model, X, Y, batch_size=32)",
    "tensor": "write Value(2.0), or a list of Values",
    "train_test_split": "write fit(model, X, Y, validation=0.2)",
    **dict.fromkeys(("network", "net", "neuralnetwork", "perceptron", "keras", "models"), "write MLP(2, [16, 1])"),
    "train": "write fit(model, X, Y)",
    **dict.fromkeys(("accuracy", "accuracy_score"), "fit measures it: history = fit(model, X, Y), then "
                    "history.accuracy, where the targets are classes"),
    **dict.fromkeys(("no_grad", "value", "grad"), "it is in autograd: from autograd import Value, no_grad"),
    **dict.fromkeys(("conv1d", "conv2d", "lstm", "gru", "rnn", "embedding", "batchnorm1d", "batchnorm2d", "layernorm",
                     "multiheadattention", "transformer", "maxpool2d"), _LAYERS),
}  # fmt: skip
# Names of settings in other libraries, and the names that they may have here. The advice is the first of these that the
# optimizer has.
_SETTINGS = {
    "lr": ("rate",), "learning_rate": ("rate",), "eta": ("rate",), "step_size": ("rate",), "betas": ("beta1",),
    "beta": ("momentum", "beta1", "decay"), "eps": ("epsilon",), "alpha": ("decay", "rate"),
    "rho": ("decay", "momentum"), "mu": ("momentum",), "decay": ("weight_decay",), "l2": ("weight_decay",),
}  # fmt: skip
_EXAMPLES = {
    "rate": "rate=0.1", "beta1": "beta1=0.9, beta2=0.999", "epsilon": "epsilon=1e-8", "decay": "decay=0.99",
    "momentum": "momentum=0.9", "weight_decay": "weight_decay=0.01",
}  # fmt: skip
# Settings that another optimizer has.
_ELSEWHERE = {
    "momentum": "Momentum(0.1, momentum=0.9)", "nesterov": "Momentum(0.1, momentum=0.9, nesterov=True)",
    "betas": "Adam(0.001, beta1=0.9, beta2=0.999)", "beta1": "Adam(0.001, beta1=0.9)",
    "beta2": "Adam(0.001, beta2=0.999)",
}  # fmt: skip


def nearest(word, words, similar=0.6):
    """Return the question whether the most similar of some words was meant; "" if none is similar."""
    lower = {known.lower(): known for known in words}
    found = difflib.get_close_matches(str(word).lower(), lower, 1, similar)
    return f": did you mean {lower[found[0]]!r}?" if found else ""


def advice_on(name):
    """Return what to write in place of a name that the package does not have, or None.

    >>> advice_on("MSELoss")
    'write mse'
    """
    return _NAMES.get(name.lower())


def unknown_name(name, known=()) -> NoReturn:
    """Raise an AttributeError about a name that the package does not have, with what to write for it.

    Args:
        name: the name.
        known: the names that the package has.
    """
    advice = advice_on(name)
    ending = f": {advice}." if advice else nearest(name, known, 0.75) if not name.startswith("_") else ""
    raise AttributeError(f"module 'nn' has no attribute {name!r}{ending}", name=name)


C = TypeVar("C", bound=type)


def advise(cls: C) -> C:
    """Give a class an :class:`Absent` for each name that other libraries have; a decorator."""
    for name, advice in _ATTRIBUTES.items():
        if name not in cls.__dict__:
            absent = Absent(advice)
            absent.__set_name__(cls, name)
            setattr(cls, name, absent)
    return cls


def unknown_options(function, unknown, known) -> NoReturn:
    """Raise a TypeError that says what to write in place of options that a function does not have."""
    name = next(iter(unknown))
    advice = nearest(name, known)
    if function == "MLP" and name in _OF_AN_MLP:
        advice = f": write {_OF_AN_MLP[name]}."
    elif function == "fit" and name in _OPTIONS:
        advice = f": write {_OPTIONS[name]}."
    elif name in _OF_A_LOSS:
        advice = f": {_OF_A_LOSS[name]}."
    elif name in _OPTIONS and _OPTIONS[name].partition("=")[0] in known:
        advice = f": write {_OPTIONS[name]}."
    raise TypeError(f"{function}() got an unexpected keyword argument {name!r}{advice}")


def unknown_of_callback(callback, unknown, known) -> NoReturn:
    """Raise a TypeError that says what to write in place of an option that a callback does not have."""
    name = next(iter(unknown))
    advice = f": {_OF_A_CALLBACK[name]}." if name in _OF_A_CALLBACK else nearest(name, known)
    raise TypeError(f"{callback}() got an unexpected keyword argument {name!r}{advice}")


def refuse_parts_of_others(**parts) -> None:
    """Raise a TypeError if a model, a loss or an optimizer is one of another library, with what to write for it.

    Args:
        parts: the parts by their names.

    >>> import decimal
    >>> refuse_parts_of_others(loss=decimal.Decimal(1))  # a library that is not in the list
    """
    for name, part in parts.items():
        origins = part.__mro__ if isinstance(part, type) else (part, *type(part).__mro__)
        for library in [str(getattr(each, "__module__", "")).partition(".")[0] for each in origins]:
            if library in _LIBRARIES:
                called = getattr(part, "__name__", type(part).__name__)
                advice = written_out(called) or "give one of nn, or your own"
                raise TypeError(
                    f"the {name} is {called} of {library}, which computes with numbers of its own and not with "
                    f"Values: {advice}."
                )


def unknown_of_loss(loss, unknown) -> NoReturn:
    """Raise a TypeError that says what to write in place of an option that a loss does not have."""
    name = next(iter(unknown))
    advice = f": {_OF_A_LOSS_FUNCTION[name]}." if name in _OF_A_LOSS_FUNCTION else ""
    raise TypeError(f"{loss}() got an unexpected keyword argument {name!r}{advice}")


def unknown_setting(optimizer, options, known) -> None:
    """Raise a TypeError that says what to write in place of a setting that an optimizer does not have.

    Args:
        optimizer: the name of its class.
        options: the keyword arguments that were given.
        known: the names of the settings that it has.
    """
    for name in options:
        if name in known:
            continue
        ours = next((each for each in _SETTINGS.get(name, ()) if each in known), None)
        if ours is not None:
            advice = f": write {optimizer}({_EXAMPLES[ours]})."
        elif name in _ELSEWHERE:
            advice = f": write {_ELSEWHERE[name]}."
        elif name in ("params", "parameters"):
            advice = f": write {optimizer}(rate=0.1), and step(parameters)."
        else:
            advice = nearest(name, known)
        raise TypeError(f"{optimizer}() got an unexpected keyword argument {name!r}{advice}")


def written_out(part):
    """Return what to write in place of the name of an optimizer, a loss or a class."""
    name = getattr(part, "__name__", None) or str(part)
    return f"write {_PARTS[name.lower()]}" if name.lower() in _PARTS else ""
