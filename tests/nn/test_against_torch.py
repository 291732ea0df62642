"""Optimizers, schedules, clipping and penalties against PyTorch: whole trainings in every engine."""

import pytest
import torch
from torch.optim import lr_scheduler

import nn
from autograd import Value
from nn import MLP, SGD, Adagrad, Adam, AdamW, Momentum, RMSprop, clip_gradients, fit, half_sse, schedules

X = [[0.5, -1.0], [1.5, 0.25], [-0.75, 0.5], [0.1, 0.9], [1.0, 1.0]]
Y = [0.5, -1.0, 0.25, 2.0, 0.0]
CASES = [
    (SGD(0.05), torch.optim.SGD, {"lr": 0.05}),
    (Momentum(0.05, 0.8, nesterov=True), torch.optim.SGD, {"lr": 0.05, "momentum": 0.8, "nesterov": True}),
    (Adam(0.01), torch.optim.Adam, {"lr": 0.01}),
    (AdamW(0.01), torch.optim.AdamW, {"lr": 0.01}),
    (AdamW(0.02, 0.8, 0.95, 1e-6, 0.3), torch.optim.AdamW,
     {"lr": 0.02, "betas": (0.8, 0.95), "eps": 1e-6, "weight_decay": 0.3}),
    (RMSprop(), torch.optim.RMSprop, {}),
    (RMSprop(0.02, 0.9, 1e-6, 0.7, 0.1), torch.optim.RMSprop,
     {"lr": 0.02, "alpha": 0.9, "eps": 1e-6, "momentum": 0.7, "weight_decay": 0.1}),
    (Adagrad(), torch.optim.Adagrad, {}),
    (Adagrad(0.2, 1e-6, 0.05), torch.optim.Adagrad, {"lr": 0.2, "eps": 1e-6, "weight_decay": 0.05}),
]  # fmt: skip


class Twin:
    """The same network in PyTorch, with its training."""

    def __init__(self, model, kind, settings, size, penalty=lambda weights: 0.0, clip=lambda parameters: None):
        self.layers = []
        for layer in model.layers:
            weights = torch.tensor([[w.data for w in n.w] for n in layer.neurons], dtype=torch.float64)
            biases = torch.tensor([n.b.data for n in layer.neurons], dtype=torch.float64)
            self.layers.append((weights.requires_grad_(), biases.requires_grad_()))
        self.parameters = [p for pair in self.layers for p in pair]
        self.optimizer = kind(self.parameters, **settings)
        self.size, self.penalty, self.clip = size, penalty, clip

    def loss(self, start):
        x = torch.tensor(X[start : start + self.size], dtype=torch.float64)
        y = torch.tensor(Y[start : start + self.size], dtype=torch.float64)
        for k, (w, b) in enumerate(self.layers):
            x = x @ w.T + b
            if k < len(self.layers) - 1:
                x = torch.tanh(x)
        return 0.5 * ((x[:, 0] - y) ** 2).mean() + self.penalty([w for w, _ in self.layers])

    def train(self, epochs, scheduler=None):
        for _ in range(epochs):
            for start in range(0, len(X), self.size):
                self.optimizer.zero_grad()
                self.loss(start).backward()
                self.clip(self.parameters)
                self.optimizer.step()
                if scheduler:
                    scheduler.step()

    def numbers(self):
        found = []
        for w, b in self.layers:
            for row, bias in zip(w.tolist(), b.tolist(), strict=True):
                found += [*row, bias]
        return found


def trained(engine, optimizer, size, **options):
    model = MLP(2, [3, 1], activation="tanh", seed=1)
    fit(
        model,
        X,
        Y,
        optimizer=optimizer,
        epochs=20,
        batch_size=size,
        shuffle=False,
        engine=engine,
        progress=False,
        **options,
    )
    return [p.data for p in model.parameters()]


@pytest.mark.sampled(4)
@pytest.mark.parametrize("engine", ["eager", "native"])
@pytest.mark.parametrize(("optimizer", "kind", "settings"), CASES, ids=lambda x: str(x)[:40])
@pytest.mark.parametrize("size", [1, 2])
def test_optimizers_make_the_updates_of_pytorch(engine, optimizer, kind, settings, size):
    twin = Twin(MLP(2, [3, 1], activation="tanh", seed=1), kind, settings, size)
    twin.train(20)
    fresh = type(optimizer)(optimizer.rate, **optimizer._settings())
    assert trained(engine, fresh, size) == pytest.approx(twin.numbers(), rel=1e-12, abs=1e-12)
    assert fresh.updates == 20 * -(-len(X) // size)


@pytest.mark.parametrize("engine", ["eager", "native"])
@pytest.mark.parametrize(
    ("schedule", "scheduler"),
    [
        (schedules.constant(0.1), lambda o: lr_scheduler.ConstantLR(o, factor=1.0)),
        (schedules.step(0.1, 7, 0.5), lambda o: lr_scheduler.StepLR(o, 7, 0.5)),
        (schedules.cosine(0.1, 60, 0.01), lambda o: lr_scheduler.CosineAnnealingLR(o, 60, 0.01)),
        (schedules.linear(0.1, 40, 0.02), lambda o: lr_scheduler.LinearLR(o, 1.0, 0.2, 40)),
        (schedules.warmup(0.1, 10), lambda o: lr_scheduler.LinearLR(o, total_iters=10)),
        (
            schedules.warmup(schedules.step(0.1, 7, 0.5), 10, 0.2),
            lambda o: lr_scheduler.SequentialLR(
                o, [lr_scheduler.LinearLR(o, 0.2, 1.0, 10), lr_scheduler.StepLR(o, 7, 0.5)], [10]
            ),
        ),
    ],
    ids=["constant", "step", "cosine", "linear", "warm-up", "warm-up and steps"],
)
@pytest.mark.filterwarnings("ignore::UserWarning")  # SequentialLR uses something that PyTorch itself deprecates
def test_schedules_are_those_of_pytorch(engine, schedule, scheduler):
    twin = Twin(MLP(2, [3, 1], activation="tanh", seed=1), torch.optim.SGD, {"lr": 0.1}, 2)
    twin.train(20, scheduler(twin.optimizer))
    assert trained(engine, SGD(schedule), 2) == pytest.approx(twin.numbers(), rel=1e-12, abs=1e-12)


def test_a_cosine_stays_at_its_end_and_schedules_are_checked():
    assert schedules.cosine(0.1, 10, 0.01)(25) == 0.01
    for make in (
        lambda: schedules.constant(0.0), lambda: schedules.step(0.1, 0), lambda: schedules.step(0.1, 3, -1.0),
        lambda: schedules.cosine(0.1, 0), lambda: schedules.cosine(0.1, 5, -0.1), lambda: schedules.linear(0.1, 2.5),
        lambda: schedules.linear(0.1, 2, -1.0), lambda: schedules.warmup(0.1, 3, 1.0), lambda: schedules.warmup("a", 3),
    ):  # fmt: skip
        with pytest.raises(ValueError, match="found"):
            make()


@pytest.mark.sampled(4)
@pytest.mark.parametrize("engine", ["eager", "native"])
@pytest.mark.parametrize("size", [1, 2])
@pytest.mark.parametrize(
    ("bounds", "clip"),
    [
        ({"clip_value": 0.05}, lambda ps: torch.nn.utils.clip_grad_value_(ps, 0.05)),
        ({"clip_norm": 0.3}, lambda ps: torch.nn.utils.clip_grad_norm_(ps, 0.3)),
        (
            {"clip_value": 0.2, "clip_norm": 0.3},
            lambda ps: (torch.nn.utils.clip_grad_value_(ps, 0.2), torch.nn.utils.clip_grad_norm_(ps, 0.3)),
        ),
    ],
    ids=["value", "norm", "both"],
)
def test_clipping_is_that_of_pytorch(engine, size, bounds, clip):
    twin = Twin(
        MLP(2, [3, 1], activation="tanh", seed=1), torch.optim.SGD, {"lr": 0.1, "momentum": 0.9}, size, clip=clip
    )
    twin.train(20)
    optimizer = Momentum(0.1)
    assert trained(engine, optimizer, size, **bounds) == pytest.approx(twin.numbers(), rel=1e-12, abs=1e-12)
    assert optimizer.updates == 20 * -(-len(X) // size)
    assert trained(engine, Momentum(0.1), size) != pytest.approx(twin.numbers(), rel=1e-3)


@pytest.mark.sampled(4)
@pytest.mark.parametrize("engine", ["eager", "native"])
@pytest.mark.parametrize("size", [1, 2])
@pytest.mark.parametrize(("l1", "l2"), [(0.01, 0.0), (0.0, 0.02), (0.03, 0.01)])
def test_penalties_are_in_the_loss(engine, size, l1, l2):
    def penalty(weights):
        return sum([l1 * w.abs().sum() + l2 * (w**2).sum() for w in weights])

    model = MLP(2, [3, 1], activation="tanh", seed=1)
    twin = Twin(model, torch.optim.SGD, {"lr": 0.05}, size, penalty)
    first = twin.loss(0).item()
    history = fit(model, X[:size], Y[:size], epochs=1, optimizer=SGD(0.05), batch_size=size, l1=l1, l2=l2,
                  progress=False, engine=engine)  # fmt: skip
    assert history.loss == pytest.approx([first], rel=1e-12)
    twin.train(20)
    found = trained(engine, SGD(0.05), size, l1=l1, l2=l2)
    assert found == pytest.approx(twin.numbers(), rel=1e-12, abs=1e-12)


def test_clip_gradients_says_the_norm_and_leaves_what_is_not_finite():
    w, b = Value(0.0), Value(0.0)
    w.grad, b.grad = 3.0, -4.0
    assert clip_gradients([w, b, b], clip_value=3.5) == pytest.approx((3.0**2 + 3.5**2) ** 0.5)
    assert (w.grad, b.grad) == (3.0, -3.5)
    w.grad = float("nan")
    clip_gradients([w, b], clip_value=1.0, clip_norm=1.0)
    with pytest.raises(FloatingPointError, match="gradient"):
        SGD(0.1).step([w, b])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"clip_value": 0.0}, "clip_value is a number above 0"),
        ({"clip_norm": -1.0}, "clip_norm is a number above 0"),
        ({"clip_norm": "1"}, "clip_norm is a number above 0"),
        ({"l1": -0.1}, "l1 is a number 0.0 or more"),
        ({"l2": float("inf")}, "l2 is a number 0.0 or more"),
    ],
)
def test_bounds_and_factors_are_checked(options, message):
    with pytest.raises(ValueError, match=message):
        fit(MLP(2, [1]), X, Y, loss=half_sse, progress=False, **options)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SGD(lr=0.1), r"write SGD\(rate=0.1\)"),
        (lambda: Adam(0.1, betas=(0.9, 0.99)), r"write Adam\(beta1=0.9, beta2=0.999\)"),
        (lambda: RMSprop(alpha=0.9), r"write RMSprop\(decay=0.99\)"),
        (lambda: SGD(0.1, decay=0.1), r"write SGD\(weight_decay=0.01\)"),
        (lambda: fit(MLP(2, [1]), X, Y, optimizer="adamw"), r"write optimizer=AdamW\(0.001\)"),
        (lambda: fit(MLP(2, [1]), X, Y, optimizer=RMSprop), r"write optimizer=RMSprop\(0.01\)"),
        (lambda: SGD(0.1).step(), r"found nothing: write step\(model.parameters\(\)\)"),
        (lambda: MLP([2, 3, 1]), r"write MLP\(2, \[16, 16, 1\]\)"),
        (
            lambda: fit(MLP(2, [1]), X, Y, epochs=1, progress=False)["loss"],
            r"write history.loss in place of history\['l",
        ),
    ],
)
def test_names_of_other_libraries_are_answered(make, message):
    with pytest.raises(TypeError, match=message):
        make()


@pytest.mark.parametrize(
    ("found", "name", "message"),
    [
        (SGD(0.1), "zero_grad", r"call model.zero_grad\(\)"),
        (nn, "Linear", r"module 'nn' has no attribute 'Linear': write Layer\(2, 16, activation='linear'\)"),
        (nn, "CrossEntropyLoss", "write cross_entropy"),
        (nn, "optim", "the optimizers are in nn itself"),
        (nn, "nothing", "module 'nn' has no attribute 'nothing'$"),
    ],
)
def test_attributes_of_other_libraries_are_answered(found, name, message):
    assert not hasattr(found, name)
    with pytest.raises(AttributeError, match=message):
        getattr(found, name)


@pytest.mark.parametrize(
    "make",
    [lambda: RMSprop(decay=1.0), lambda: RMSprop(epsilon=0.0), lambda: RMSprop(momentum=1.0),
     lambda: Adagrad(epsilon=0), lambda: AdamW(weight_decay=-1.0)],
)  # fmt: skip
def test_settings_are_checked(make):
    with pytest.raises(ValueError, match="is a number"):
        make()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: SGD(MLP(2, [1]).parameters(), 0.1),
            r"found a list: write SGD\(0.1\), and give the parameters to each",
        ),
        (lambda: Adam(iter(MLP(2, [1]).parameters())), r"found a list_iterator: write Adam\(0.1\)"),
        (lambda: AdamW("0.1"), "found '0.1'"),
    ],
)
def test_parameters_in_the_place_of_a_rate(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("name", ["lr", "learning_rate"])
def test_a_rate_by_another_name_cannot_be_set_without_effect(name):
    optimizer = SGD(0.1)
    with pytest.raises(AttributeError, match=f"'SGD' object has no attribute '{name}': write optimizer.rate"):
        setattr(optimizer, name, 0.5)
    assert not hasattr(optimizer, name)

    class Mine(SGD):
        def __init__(self, lr):
            super().__init__(lr)
            self.lr = lr

    assert (Mine(0.5).lr, Mine(0.5).rate) == (0.5, 0.5)


@pytest.mark.parametrize(
    ("found", "name", "message"),
    [
        (SGD(0.1), "param_groups", "optimizer.rate"), (SGD(0.1), "state_dict", "save.*optimizer=optimizer"),
        (SGD(0.1), "load_state_dict", "load.*optimizer=optimizer"), (SGD(0.1), "get_lr", "optimizer.rate"),
        (SGD(0.1), "minimize", "loss.backward"), (SGD(0.1), "apply_gradients", "loss.backward"),
        (SGD(0.1), "update", "optimizer.step"), (SGD(0.1), "init", "first step"),
        (SGD(0.1), "parameters", "optimizer.step"),
        (MLP(2, [1]), "to", "leave this out"), (MLP(2, [1]), "cuda", "leave this out"),
        (MLP(2, [1]), "double", "leave this out"), (MLP(2, [1]), "children", "model.layers"),
        (MLP(2, [1]), "modules", "model.layers"), (MLP(2, [1]), "apply", "for p in model.parameters"),
        (MLP(2, [1]), "add", "MLP"), (MLP(2, [1]), "step", r"SGD\(0.1\).step"),
        (MLP(2, [1]), "get_weights", "p.data"), (MLP(2, [1]), "set_weights", "p.data = x"),
        (MLP(2, [1]), "coefs_", "w.data"), (MLP(2, [1]), "requires_grad_", "every parameter"),
        (MLP(2, [1]).layers[0], "weight", r"neurons\[0\].w"), (MLP(2, [1]).layers[0], "bias", r"neurons\[0\].b"),
        (nn, "Parameter", "write Value"), (nn, "init", "init='glorot'"), (nn, "ModuleList", "list"),
        (nn, "Conv2d", "loop over Values"), (nn, "LSTM", "loop over Values"), (nn, "Embedding", "loop over Values"),
        (nn, "LeakyReLU", "leaky_relu"), (nn, "GELU", "gelu"), (nn, "LogSoftmax", "softmax"),
        (nn, "NLLLoss", "cross_entropy"),
        (nn, "KLDivLoss", "cross_entropy"), (nn, "mean_squared_error", "mse"), (nn, "DataLoader", "batch_size=32"),
        (nn, "MLPClassifier", "cross_entropy"), (nn, "clip_grad_norm_", "clip_gradients"), (nn, "Input", "MLP"),
        (nn, "train_test_split", "validation=0.2"), (nn, "sgd", "did you mean 'SGD'"),
        (nn, "mlp", "did you mean 'MLP'"),
        (MLP(2, [1]), "coef_", "w.data"), (MLP(2, [1]), "num_params", r"len\(model.parameters"),
        (MLP(2, [1]), "train_on_batch", "batch_size=None"), (MLP(2, [1]), "partial_fit", "goes on"),
        (MLP(2, [1]), "device", "leave this out"), (MLP(2, [1]), "training", "leave this out"),
        (MLP(2, [1]), "loss_curve_", "history.loss"), (MLP(2, [1]).layers[0], "kernel", r"neurons\[0\].w"),
        (nn, "F", "in autograd"), (nn, "train", "write fit"), (nn, "Network", "write MLP"), (nn, "accuracy", "history"),
        (nn, "EarlyStop", "did you mean 'EarlyStopping'"), (nn, "Identity", "activation='linear'"),
    ],
)  # fmt: skip
def test_more_attributes_of_other_libraries_are_answered(found, name, message):
    assert not hasattr(found, name)
    assert name not in dir(found)
    with pytest.raises(AttributeError, match=f"has no attribute '{name}': .*{message}"):
        getattr(found, name)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("metrics", "callbacks="), ("early_stopping", "EarlyStopping"), ("patience", r"EarlyStopping\(patience=5\)"),
        ("scheduler", "schedules.cosine"), ("dropout", "dropout=0.5"), ("n_jobs", "cluster="),
        ("print_every", "callbacks=lambda"), ("sample_weight", "sample_weights="), ("class_weight", "class_weights="),
        ("clipnorm", "clip_norm=1.0"), ("clipvalue", "clip_value=0.5"), ("batchsize", "did you mean 'batch_size'"),
    ],
)  # fmt: skip
def test_options_of_other_libraries_are_answered(option, message):
    with pytest.raises(TypeError, match=f"fit.* unexpected keyword argument '{option}': .*{message}"):
        fit(MLP(2, [1]), X, Y, **{option: 1})


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("hidden", "numbers of neurons of all layers"), ("output_activation", "output='sigmoid'"),
        ("random_state", "seed=0"), ("dropout_rate", "dropout=0.5"), ("use_bias", "bias=False"),
        ("kernel_initializer", "init='glorot'"), ("lr", r"optimizer=SGD\(0.1\)"),
        ("activaton", "did you mean 'activation'"),
    ],
)  # fmt: skip
def test_options_of_models_of_other_libraries_are_answered(option, message):
    with pytest.raises(TypeError, match=f"MLP.* unexpected keyword argument '{option}': .*{message}"):
        MLP(2, [1], **{option: 1})
