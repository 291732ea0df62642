"""Advice for names that other libraries use, and for misspelt ones."""

import difflib
from typing import NoReturn, TypeVar

__all__ = ["Absent", "advise", "nearest", "unknown_name", "unknown_options", "unknown_setting", "written_out"]

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
}


# What fit has an option for, and a function of a sample does itself.
_OF_A_LOSS = {
    "sample_weights": "the loss is a function of yours: have the weight in the sample, and multiply by it",
    "class_weights": "the loss is a function of yours: multiply it by the weight of the sample's class",
    "callbacks": "the loop is yours: after an epoch, do there what a callback would do",
    "film": "films are made by fit",
    "cluster": "clusters are used by fit",
}
_PARTS = {
    "sgd": "optimizer=SGD(0.1)", "momentum": "optimizer=Momentum(0.1)", "adam": "optimizer=Adam(0.001)",
    "adamw": "optimizer=AdamW(0.001)", "rmsprop": "optimizer=RMSprop(0.01)", "adagrad": "optimizer=Adagrad(0.01)",
    "mlp": "MLP(2, [16, 1]), with the numbers of inputs and of neurons",
    "huber": "loss=huber, a function of nn", "huberloss": "loss=huber", "smoothl1loss": "loss=huber",
    "absolute": "loss=absolute, a function of nn", "mae": "loss=absolute", "l1loss": "loss=absolute",
    "mse": "loss=mse, a function of nn", "sse": "loss=sse, a function of nn",
    "half_sse": "loss=half_sse, a function of nn", "hinge": "loss=hinge, a function of nn",
    "cross_entropy": "loss=cross_entropy, a function of nn", "crossentropyloss": "loss=cross_entropy",
    "categorical_crossentropy": "loss=cross_entropy, a function of nn", "mseloss": "loss=mse",
    "mean_squared_error": "loss=mse, a function of nn",
}  # fmt: skip
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
    "optim": "the optimizers are in nn itself: nn.SGD, nn.Adam", "functional": "the functions are in autograd",
}  # fmt: skip
# Names of settings in other libraries, and the names they may have here: the first that the optimizer has is advised.
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


def nearest(word, words):
    """The question whether the most similar of some words was meant, or nothing where none is similar."""
    found = difflib.get_close_matches(str(word).lower(), words, 1)
    return f": did you mean {found[0]!r}?" if found else ""


class Absent:
    """An attribute that a class does not have, with advice on what to write.

    ``__getattr__`` would say the same, and slow down every attribute of the class: a network reads thousands.

    Args:
        advice: what to write.
    """

    def __init__(self, advice):
        self._advice = advice

    def __set_name__(self, owner, name):
        self._name = name

    def __get__(self, thing, owner=None) -> NoReturn:
        found, kind = thing, f"{type(thing).__name__!r} object"
        if thing is None:
            found, kind = owner, f"type object {owner.__name__!r}"
        raise AttributeError(f"{kind} has no attribute {self._name!r}: {self._advice}.", name=self._name, obj=found)


def unknown_name(name) -> NoReturn:
    """Raise an AttributeError about a name that the package does not have, with what to write for it."""
    advice = _NAMES.get(name.lower())
    raise AttributeError(f"module 'nn' has no attribute {name!r}{f': {advice}.' if advice else ''}", name=name)


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
    if function == "fit" and name in _OPTIONS:
        advice = f": write {_OPTIONS[name]}."
    elif name in _OF_A_LOSS:
        advice = f": {_OF_A_LOSS[name]}."
    elif name in _OPTIONS and _OPTIONS[name].partition("=")[0] in known:
        advice = f": write {_OPTIONS[name]}."
    raise TypeError(f"{function}() got an unexpected keyword argument {name!r}{advice}")


def unknown_setting(optimizer, options, known) -> None:
    """Raise a TypeError that says what to write in place of a setting that an optimizer does not have.

    Args:
        optimizer: the name of its class.
        options: the keyword arguments it is given.
        known: the names of those it has.
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
    name = part.__name__ if isinstance(part, type) else str(part)
    return f"write {_PARTS[name.lower()]}" if name.lower() in _PARTS else ""
