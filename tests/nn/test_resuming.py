"""Saving with the optimizer's state, and continuing a training as if it had not stopped."""

import json

import pytest
import torch

from nn import MLP, SGD, Adagrad, Adam, AdamW, Momentum, RMSprop, SavedModelError, fit, load, save, schedules
from nn.saving import _checksum

X = [[0.5, -1.0], [1.5, 0.25], [-0.75, 0.5], [0.1, 0.9], [1.0, 1.0]]
Y = [0.5, -1.0, 0.25, 2.0, 0.0]
MAKERS = [
    lambda: SGD(0.05), lambda: Momentum(0.05, nesterov=True), Adam, lambda: AdamW(0.02, weight_decay=0.1),
    lambda: RMSprop(momentum=0.5), Adagrad, lambda: Adam(schedules.cosine(0.1, 60)),
]  # fmt: skip


def train(model, optimizer, epochs, engine="eager"):
    fit(model, X, Y, optimizer=optimizer, epochs=epochs, shuffle=False, progress=False, engine=engine)


@pytest.mark.parametrize("engine", ["eager", "native"])
@pytest.mark.parametrize("make", MAKERS)
def test_a_training_goes_on_with_every_bit(make, engine, tmp_path):
    whole, half = MLP(2, [3, 1], seed=1), MLP(2, [3, 1], seed=1)
    train(whole, optimizer := make(), 3, engine)
    train(whole, optimizer, 3, engine)
    train(half, before := make(), 3, engine)
    save(half, tmp_path / "half.json", optimizer=before)
    again, after = MLP(2, [3, 1], seed=9), make()
    load(again, tmp_path / "half.json", optimizer=after)
    assert after.updates == 15
    train(again, after, 3, engine)
    assert [p.data for p in again.parameters()] == [p.data for p in whole.parameters()]
    assert after.updates == optimizer.updates == 30


def test_settings_and_rate_come_back_as_in_pytorch(tmp_path):
    model = MLP(2, [1], seed=0)
    save(model, tmp_path / "m.json", optimizer=Momentum(0.25, 0.5, 0.125, nesterov=True))
    found = Momentum(0.5)
    load(model, tmp_path / "m.json", optimizer=found)
    assert (found.rate, found.momentum, found.weight_decay, found.nesterov) == (0.25, 0.5, 0.125, True)
    weight = torch.zeros(1, requires_grad=True)
    theirs = torch.optim.SGD([weight], lr=0.5, momentum=0.9)
    theirs.load_state_dict(torch.optim.SGD([weight], lr=0.25, momentum=0.5, nesterov=True).state_dict())
    assert (theirs.param_groups[0]["lr"], theirs.param_groups[0]["momentum"]) == (found.rate, found.momentum)
    scheduled = Momentum(schedules.constant(0.75))
    load(model, tmp_path / "m.json", optimizer=scheduled)
    assert (scheduled.rate(0), scheduled.momentum) == (0.75, 0.5)


def test_files_with_a_state_are_read_without_one_and_the_other_way_round(tmp_path):
    model, other, optimizer = MLP(2, [1], seed=0), MLP(2, [1], seed=1), Adam()
    train(model, optimizer, 1)
    save(model, tmp_path / "with.json", optimizer=optimizer)
    load(other, tmp_path / "with.json")
    assert [p.data for p in other.parameters()] == [p.data for p in model.parameters()]
    save(model, tmp_path / "without.json")
    with pytest.raises(SavedModelError, match="it was saved without optimizer="):
        load(other, tmp_path / "without.json", optimizer=Adam())
    with pytest.raises(SavedModelError, match="has the state of Adam and the optimizer is AdamW"):
        load(other, tmp_path / "with.json", optimizer=AdamW())
    with pytest.raises(TypeError, match="save and load need an optimizer of nn"):
        save(model, tmp_path / "with.json", optimizer=torch.optim.SGD([torch.zeros(1)], lr=0.1))


@pytest.mark.parametrize(
    "changes",
    [
        {"updates": -1}, {"updates": 1.5}, {"settings": {}}, {"settings": None}, {"rate": "fast"}, {"memory": []},
        {"memory": [None, None, ["0x1p0"]]}, {"memory": [["nan"] * 4, None, None]}, {"rate": "inf"}, {"memory": 3},
    ],
)  # fmt: skip
def test_a_damaged_state_changes_nothing(changes, tmp_path):
    model, optimizer = MLP(2, [1], seed=0), Adam(0.5)
    path = tmp_path / "m.json"
    save(model, path, optimizer=Adam())
    body = json.loads(path.read_text(encoding="utf-8"))
    del body["sha256"]
    body["optimizer"].update(changes)
    path.write_text(json.dumps({**body, "sha256": _checksum(body)}), encoding="utf-8")
    other = MLP(2, [1], seed=1)
    before = [p.data for p in other.parameters()]
    with pytest.raises(SavedModelError, match="the state of an optimizer, which is damaged"):
        load(other, path, optimizer=optimizer)
    assert ([p.data for p in other.parameters()], optimizer.rate, optimizer.updates) == (before, 0.5, 0)


def test_an_interrupt_puts_the_optimizer_back(tmp_path):
    class Interrupted(Adam):
        def __setattr__(self, name, value):
            super().__setattr__(name, value)
            if name == "updates" and value:
                raise KeyboardInterrupt

    model = MLP(2, [1], seed=0)
    optimizer = Adam(0.25)
    train(model, optimizer, 1)
    optimizer.__class__ = Interrupted
    save(model, tmp_path / "m.json", optimizer=optimizer)
    other, found = MLP(2, [1], seed=1), Interrupted(0.5)
    before = [p.data for p in other.parameters()]
    with pytest.raises(KeyboardInterrupt):
        load(other, tmp_path / "m.json", optimizer=found)
    assert ([p.data for p in other.parameters()], found.rate, found.updates, found._memory) == (before, 0.5, 0, {})
