"""Training on a cluster against training without one: numbers, history, errors, and workers that are killed."""

import asyncio
import logging
import math
import os
import random
import signal
import threading
import time
from contextlib import contextmanager

import dask
import pytest
from distributed import Client, LocalCluster

import nn.cluster
from autograd import primitive
from nn import MLP, SGD, Adam, Momentum, cross_entropy, fit, half_sse, mse

GENERATOR = random.Random(6)
POINTS = [[GENERATOR.gauss(0, 1), GENERATOR.gauss(0, 1)] for _ in range(83)]
PAIRS = [[x[0] * x[1], x[0] - x[1]] for x in POINTS]
CLASSES = [int(x[0] > 0) + int(x[1] > 0) for x in POINTS]
OPTIMIZERS = {
    "SGD": lambda: SGD(lambda k: 0.2 / (1 + k), weight_decay=0.01),
    "Momentum": lambda: Momentum(0.05, nesterov=True),
    "Adam": lambda: Adam(0.02),
}


@contextmanager
def local_cluster(workers):
    """Start processes on this machine and a client of them. End them whatever happens."""
    options = {"n_workers": workers, "threads_per_worker": 1, "host": "127.0.0.1", "dashboard_address": None}
    # Without a dashboard, dask still serves a page of its health, and warns if its port is taken. So the port is free.
    options |= {"scheduler_kwargs": {"dashboard_address": "127.0.0.1:0"}, "silence_logs": logging.CRITICAL}
    # On a busy machine, a killed worker needs time to come back. With its usual limit, dask would give up on it.
    patient = dask.config.set({"distributed.deploy.lost-worker-timeout": "10 minutes"})
    with patient, LocalCluster(**options) as cluster, Client(cluster) as client:
        yield client


@pytest.fixture(scope="module")
def client():
    with local_cluster(2) as client:
        yield client


@pytest.fixture
def two(client):
    """Return the client when both workers are there."""
    client.cluster.scale(2)
    client.wait_for_workers(2, timeout=60)
    return client


def trained(cluster, optimizer, targets=CLASSES, loss=cross_entropy, model=None, **options):
    """Return a model's numbers, its optimizer and its history after some epochs."""
    model = MLP(2, [5, 3 if targets is CLASSES else 2], activation="tanh", seed=2) if model is None else model
    options = {"epochs": 3, "seed": 5, "progress": False, "validation": 0.2, "batch_size": 30, **options}
    options |= {"cluster": cluster} if cluster is not None else {"engine": "eager"}
    history = fit(model, POINTS, targets, loss=loss, optimizer=optimizer, **options)
    return [p.data for p in model.parameters()], optimizer, history


def assert_same(ours, theirs):
    (numbers, optimizer, history), (expected, other, other_history) = ours, theirs
    assert numbers == pytest.approx(expected, rel=1e-12, abs=1e-14)
    assert history.updates == optimizer.updates == other_history.updates == other.updates > 0
    for column in ("loss", "validation_loss", "accuracy", "validation_accuracy"):
        assert getattr(history, column) == pytest.approx(getattr(other_history, column), rel=1e-12, abs=1e-14)
    assert history.interrupted == other_history.interrupted


@pytest.mark.sampled(2)
@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("batch_size", [30, None])
def test_the_updates_are_those_of_one_machine(two, name, batch_size):
    make = OPTIMIZERS[name]
    ours, theirs = [trained(each, make(), batch_size=batch_size) for each in (two, None)]
    assert_same(ours, theirs)
    assert len(ours[2].validation_accuracy) == len(ours[2].accuracy) == 3


@pytest.mark.parametrize(
    "options",
    [
        {"targets": PAIRS, "loss": half_sse, "validation": 0.0},
        {"targets": PAIRS, "loss": lambda y, t: mse(y, t) + abs(y[0] - t[0]) ** 3, "shuffle": False},
        {"batch_size": 1, "epochs": 1, "validation": 0.8},
        {"epochs": 2, "film": 2},
    ],
    ids=["numbers", "a loss of one's own", "stochastic", "film"],
)
def test_data_and_losses(two, options):
    ours, theirs = [trained(each, SGD(0.1), **options) for each in (two, None)]
    assert_same(ours, theirs)
    if "film" in options:
        assert [frame.update for frame in ours[2].film] == [frame.update for frame in theirs[2].film]


def test_the_number_of_workers_makes_no_difference_at_all(two):
    twice = trained(two, Adam(0.02))
    two.cluster.scale(1)
    while len(two.nthreads()) > 1:
        time.sleep(0.01)
    once = trained(two, Adam(0.02))
    assert once[0] == twice[0]
    assert once[2].loss == twice[2].loss
    assert_same(once, trained(None, Adam(0.02)))


# --- Workers that die


def kill(client, doomed, seen):
    """Stop all workers. Then kill the first one, or all, of those that have tasks of an update."""
    pids = client.run(os.getpid)
    for pid in pids.values():
        os.kill(pid, signal.SIGSTOP)

    def later():
        try:
            while not seen:
                time.sleep(0.05)
                seen.extend([pids[worker] for worker, tasks in client.processing().items() if tasks][:doomed])
        finally:
            for pid in pids.values():
                os.kill(pid, signal.SIGKILL if pid in seen else signal.SIGCONT)

    thread = threading.Thread(target=later)
    thread.start()
    return thread


def programs():
    """Return the number of programs that this process has compiled."""
    return len(nn.cluster._programs)


@pytest.mark.sampled(4)
@pytest.mark.untraced
@pytest.mark.parametrize(("doomed", "failures"), [(1, 3), (2, 0)], ids=["one", "all, and the scheduler gives up"])
def test_a_killed_worker_loses_no_update(two, monkeypatch, doomed, failures):
    killed, threads = [], []
    monkeypatch.setattr(nn.cluster, "_INTERVAL", 0.0)
    monkeypatch.setattr(two.cluster.scheduler, "allowed_failures", failures)

    def rate(k):
        if k == 3:  # the workers do not answer during the fifth update, and then they are killed
            threads.append(kill(two, doomed, killed))
        if k == 6:
            two.wait_for_workers(2, timeout=60)
        return 0.2 / (1 + k)

    ours = trained(two, SGD(rate), epochs=4)
    threads[0].join()
    assert len(killed) >= 1
    pids = two.run(os.getpid)
    assert len(pids) == 2
    assert set(pids.values()).isdisjoint(killed)
    assert all(count > 0 for count in two.run(programs).values())  # the new workers took part
    theirs = trained(None, SGD(lambda k: 0.2 / (1 + k)), epochs=4)
    assert ours[2].updates == 12
    assert_same(ours, theirs)
    apart = max(abs(a - b) for a, b in zip(ours[0], theirs[0], strict=True))
    print(f"killed {len(killed)} of 2 workers at update 5 of {ours[2].updates}: parameters {apart:.2g} apart")


def test_where_every_worker_dies_with_its_tasks_the_model_is_at_the_last_whole_update(two, monkeypatch):
    killed, threads = [], []
    monkeypatch.setattr(nn.cluster, "_ATTEMPTS", 1)
    monkeypatch.setattr(two.cluster.scheduler, "allowed_failures", 0)

    def rate(k):
        if k == 3:
            threads.append(kill(two, 1, killed))
        return 0.1

    model, optimizer = MLP(2, [5, 3], activation="tanh", seed=2), SGD(rate)
    with pytest.raises(RuntimeError, match="died one after the other"):
        trained(two, optimizer, model=model)
    threads[0].join()
    assert optimizer.updates == 4
    assert_at_update(4, model)


def test_without_a_worker_there_is_an_error_after_a_time(monkeypatch):
    monkeypatch.setattr(nn.cluster, "_INTERVAL", 0.05)
    monkeypatch.setattr(nn.cluster, "_MAX_WAIT", 0.2)
    with local_cluster(0) as client, pytest.raises(TimeoutError, match=r"no worker for 0\.2 s"):
        trained(client, SGD(0.1))


def assert_at_update(updates, model):
    """Assert that the model has the numbers that one machine has after this many updates."""

    def rate(k):
        if k == updates:
            raise KeyboardInterrupt
        return 0.1

    expected, _, history = trained(None, SGD(rate))
    assert history.updates == updates
    assert [p.data for p in model.parameters()] == pytest.approx(expected, rel=1e-12, abs=1e-14)


# --- Errors


def test_an_interrupt_leaves_the_last_whole_update(two, monkeypatch):
    gathered = nn.cluster.ClusterTraining._gathered
    calls = []

    def interrupted(self, futures):
        calls.append(1)
        if len(calls) == 6:
            raise KeyboardInterrupt
        return gathered(self, futures)

    monkeypatch.setattr(nn.cluster.ClusterTraining, "_gathered", interrupted)
    model = MLP(2, [5, 3], activation="tanh", seed=2)
    _, optimizer, history = trained(two, SGD(0.1), model=model)
    assert history.interrupted
    assert history.updates == optimizer.updates == 5
    assert len(history.loss) == len(history.validation_loss) == len(history.accuracy) == 1
    assert_at_update(5, model)


@pytest.mark.parametrize("rate", [1e200, 1e308])
def test_numbers_that_do_not_stay_finite_raise_as_the_engine_does(two, rate):
    states = []
    for cluster in (two, None):
        model, optimizer = MLP(2, [5, 2], activation="relu", seed=2), SGD(rate)
        with pytest.raises(FloatingPointError) as error:
            trained(cluster, optimizer, PAIRS, half_sse, model)
        states.append(([p.data for p in model.parameters()], optimizer.updates, str(error.value)))
    assert states[0][0] == pytest.approx(states[1][0], rel=1e-12)
    assert all(math.isfinite(x) for x in states[0][0])
    assert states[0][1] == states[1][1]
    assert states[0][2][:40] == states[1][2][:40]


def test_a_client_that_is_closed_meanwhile(two):
    with Client(two.cluster) as other:
        model = MLP(2, [5, 3], activation="tanh", seed=2)
        optimizer = SGD(lambda k: 0.1 if k != 3 else other.close() or 0.1)
        with pytest.raises(RuntimeError, match="the cluster was closed or its scheduler was lost"):
            trained(other, optimizer, model=model)
    assert optimizer.updates == 4
    assert_at_update(4, model)
    with pytest.raises(ValueError, match="the client is closed"):
        trained(other, SGD(0.1))


@pytest.mark.parametrize("what", ["address", "cluster", "number"])
def test_what_is_no_client(two, what):
    given = {"address": two.scheduler.address, "cluster": two.cluster, "number": 2}[what]
    with pytest.raises(TypeError, match=r"cluster is a client of dask\.distributed, found .*: give .*Client\("):
        trained(given, SGD(0.1))


def test_an_asynchronous_client(two):
    async def train():
        async with Client(two.scheduler.address, asynchronous=True) as client:
            trained(client, SGD(0.1))

    with pytest.raises(TypeError, match="asynchronous"):
        asyncio.run(train())


def test_other_arguments(two):
    with pytest.raises(ValueError, match="leave out either engine or cluster"):
        trained(two, SGD(0.1), engine="eager")
    with pytest.raises(ValueError, match="engine is 'native' or 'eager', found 'fast'"):
        trained(two, SGD(0.1), engine="fast")

    def compares(y, t):
        return y[0] if y[0] > 0 else -y[0]

    with pytest.raises(ValueError, match=r"cluster= cannot compile this: the loss compares Values"):
        trained(two, SGD(0.1), loss=compares)


def test_without_dask_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match=r"needs distributed: pip install 'deltagrad\[cluster\]'"):
        trained("tcp://127.0.0.1:1", SGD(0.1))


def test_without_a_cluster_dask_is_not_imported(run_python):
    run_python(
        "import sys\nfrom nn import MLP, fit\nfit(MLP(1, [1]), [1], [2], epochs=1, engine='native', progress=False)\n"
        "assert not {'dask', 'distributed'} & set(sys.modules)"
    )


# --- Users' primitives


def test_a_primitive_from_a_module_that_workers_import(two, tmp_path, monkeypatch):
    file = tmp_path / "primitive_of_the_cluster.py"
    file.write_text(
        "from autograd import primitive\n\n\n@primitive(partials=lambda y, x: 1 / (1 + abs(x)) ** 2)\n"
        "def softsign_of_the_cluster(x):\n    return x / (1 + abs(x))\n"
    )
    two.upload_file(str(file), load=False)
    monkeypatch.syspath_prepend(tmp_path)
    from primitive_of_the_cluster import softsign_of_the_cluster

    models = [MLP(2, [5, 3], activation=softsign_of_the_cluster, seed=2) for _ in range(2)]
    assert_same(*[trained(c, SGD(0.1), model=m) for c, m in zip((two, None), models, strict=True)])


def test_a_primitive_from_nowhere(two):
    def forward(x):
        return x * x

    forward.__module__ = "__main__"
    square = primitive("square_of_the_cluster", forward, partials=lambda y, x: 2 * x)
    with pytest.raises(ValueError, match="square_of_the_cluster is defined in __main__, which workers do not have"):
        trained(two, SGD(0.1), loss=lambda y, t: square(y[0] - t))
