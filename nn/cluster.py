"""A model's training over the processes of a cluster: what :func:`nn.fit` does with ``cluster=client``.

The samples are dealt into shards, and what an update needs of every shard is added up in the order of the shards. How
many there are depends on the size of a batch alone: so an update does not depend on how many workers there are, nor on
which of them computed what. For each thread of the cluster a group of shards is a task in the graph that the scheduler
keeps, data included: a group that was lost with a worker is computed again by another.
"""

import asyncio
import concurrent.futures
import hashlib
import importlib
import math
import pickle
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass

import dask
import distributed
import numpy as np

from autograd.compiler.operands import nodes_under
from autograd.compiler.totals import Totals
from autograd.engine import primitives
from autograd.engine.algebra import Primitive
from nn.eager import InValues
from nn.native import NotNative, Recorded, hits

__all__ = ["ClusterTraining", "client_of"]

_MAX_SHARDS = 32
_SMALLEST_PART = 8  # samples of a batch in a shard, about: for fewer a task is not worth its message
_RETRIES = 2  # of a task that raises, as where memory is short
_DEALS = 10  # how often an update is tried whose tasks the scheduler gave up, since worker after worker died
_GLANCE = 2.0  # seconds between looks at which workers there are
_PATIENCE = 60.0  # seconds to wait for a worker where there is none
_MAX_PROGRAMS = 8

_LOST = distributed.client.CancelledError, distributed.comm.CommClosedError
_CLOSED = "closed", "closing"
_BUILT_IN = {each for each in vars(primitives).values() if isinstance(each, Primitive)}
_programs: OrderedDict = OrderedDict()  # of this process, where it is a worker
_lock = threading.Lock()


# --- What a worker does


@dataclass(frozen=True)
class Recipe:
    """The recipe of a worker's program: plain data, from which every process makes the same program.

    Attributes:
        token: tells recipes apart.
        modules: the modules that define primitives of the user's own.
        graph: the recorded outputs, inputs and parameters, pickled together.
        usual: samples a task.
    """

    token: str
    modules: tuple[str, ...]
    graph: bytes
    usual: int

    @classmethod
    def of(cls, sample, parameters, usual) -> "Recipe":
        """The recipe of a sample.

        Raises:
            NotNative: a primitive is defined where no worker finds it.
        """
        outputs = [sample.loss, *sample.outputs]
        own = {node.op for node in nodes_under(outputs) if node.op is not None and node.op not in _BUILT_IN}
        modules = {primitive.name: (primitive.forward or primitive.floats).__module__ for primitive in own}
        for name, module in modules.items():
            if module == "__main__":
                raise NotNative(
                    f"the primitive {name} is defined in __main__, which workers do not have: move it into a module "
                    "that they can import, such as client.upload_file(..., load=False) gives them"
                )
        graph = pickle.dumps((outputs, sample.inputs, parameters))
        names = tuple(sorted(set(modules.values())))
        token = hashlib.sha256(repr((names, usual)).encode() + graph).hexdigest()
        return cls(token, names, graph, usual)

    def program(self) -> Totals:
        """The program, compiled once in a process."""
        with _lock:
            if self.token not in _programs:
                for module in self.modules:
                    importlib.import_module(module)
                outputs, inputs, parameters = pickle.loads(self.graph)
                _programs[self.token] = Totals(outputs, inputs, parameters, self.usual)
                if len(_programs) > _MAX_PROGRAMS:
                    _programs.popitem(last=False)
            _programs.move_to_end(self.token)
            return _programs[self.token]


@dataclass(frozen=True)
class Group:
    """Some shards, which one worker keeps: of each its rows, and its labels, or None without classes."""

    rows: list[np.ndarray]
    labels: list[np.ndarray] | None


@dataclass(frozen=True)
class Request:
    """The request of an update to a group: for each shard the places of samples in it; and the parameters' numbers."""

    places: list[np.ndarray]
    numbers: np.ndarray


def _held(content):
    """Return the data that the cluster holds, as a task that can be run again."""
    return content


def _sums(recipe, group, request):
    """For each shard of a group, of some samples the sums of gradients, an array, of losses and of right answers."""
    program, found = recipe.program(), []
    for k, places in enumerate(request.places):
        y, gradient = program(request.numbers, group.rows[k], places)
        right = 0 if group.labels is None else hits(y, group.labels[k][places])
        found.append((gradient, math.fsum(y[:, 0].tolist()), right))
    return found


# --- What the main process does


def client_of(cluster):
    """The client itself, if it is one to train with.

    Raises:
        TypeError: it is no client, or one of asynchronous programs.
        ValueError: it is closed.
    """
    if not isinstance(cluster, distributed.Client):
        advice = "Client(cluster)" if hasattr(cluster, "scheduler_address") else "distributed.Client(address)"
        raise TypeError(f"cluster is a client of dask.distributed, found {cluster!r}: give {advice}.")
    if cluster.asynchronous:
        raise TypeError(f"cluster is an asynchronous client, {cluster!r}: give one without asynchronous=True.")
    if cluster.status in _CLOSED:
        raise ValueError(f"the client is {cluster.status}: give one that is connected to a cluster.")
    return cluster


class ClusterTraining(InValues, Recorded):
    """Gradients of batches, computed by the workers of a cluster.

    Args:
        client: of ``dask.distributed``.
        setup: as of :class:`nn.native.Recorded`.

    Attributes:
        updates: how many were made.

    Raises:
        NotNative: this cannot be compiled.
    """

    def __init__(self, client, setup):
        super().__init__(setup)
        self._client, self.updates = client, 0
        parameters, size = setup.parameters, min(setup.size, len(setup.samples))
        self._count = min(_MAX_SHARDS, max(1, size // _SMALLEST_PART))
        self._content = Recipe.of(self._sample, parameters, size // self._count)
        self._recipe = None
        self._groups: list = []
        self._threads: dict[str, int] = {}  # by the address of the worker
        self._looked = -math.inf
        self._alone_since: float | None = None

    def epochs(self, n, stepwise=False, each=None):
        """Yield n epochs, as of :class:`nn.protocols.Training`; after that the cluster may forget the samples."""
        try:
            yield from self._setup.epochs(self.update, n, each, range(len(self._setup.samples)))
        finally:
            self._recipe, self._groups = None, []

    def update(self, batch):
        """Make one update with samples at some places; the sum of their losses before it, and how many were right."""
        found = self.gradients(batch)
        self._setup.optimizer.step(self._parameters)
        self.updates += 1
        return found

    def gradients(self, batch):
        """Set the gradients to the average over a batch; return what :meth:`update` does.

        Raises:
            FloatingPointError: a loss became NaN or infinite.
            RuntimeError: the cluster was closed, or every worker that tried died.
            TimeoutError: there was no worker for a minute.
        """
        numbers, samples = np.array([p.data for p in self._parameters]), np.array(batch)
        shards = samples % self._count
        by_shard = np.argsort(shards, kind="stable")
        bounds = np.searchsorted(shards[by_shard], np.arange(1, self._count))
        parts = self._computed(np.split(samples[by_shard] // self._count, bounds), numbers)
        gradient, loss = np.zeros(len(numbers)), math.fsum([part for _, part, _ in parts])
        with np.errstate(all="ignore"):
            for part, _, _ in parts:
                gradient += part
            gradient /= len(batch)
        if not (math.isfinite(loss) and np.isfinite(gradient).all()):
            return self._by_engine(batch, self.updates)  # which says what is wrong
        for p, g in zip(self._parameters, gradient.tolist(), strict=True):
            p.grad = g
        return loss, sum([right for _, _, right in parts])

    def _computed(self, places, numbers):
        """The sums over some samples of each shard, given by their places in it, in the order of the shards."""
        for _ in range(_DEALS):
            try:
                self._look()
                if self._recipe is None:
                    self._deal()
                # a group without a sample in the batch is left alone
                asked = [g for g in range(len(self._groups)) if any(map(len, places[g :: len(self._groups)]))]
                futures = self._client.map(
                    _sums,
                    [self._recipe] * len(asked),
                    [self._groups[g] for g in asked],
                    [Request(places[g :: len(self._groups)], numbers) for g in asked],
                    pure=False,
                    retries=_RETRIES,
                )
                found: list = [()] * self._count
                for g, sums in zip(asked, self._gathered(futures), strict=True):
                    found[g :: len(self._groups)] = sums
                return [each for each, some in zip(found, places, strict=True) if len(some)]
            except distributed.KilledWorker as error:
                killed = error
                self._recipe = None  # new tasks have not been with those workers
            except Exception as error:
                if not isinstance(error, _LOST) and self._client.status not in _CLOSED:
                    raise
                raise RuntimeError(
                    "the cluster was closed or its scheduler was lost, and the model is at the last whole update: "
                    "connect a client again and go on with a further fit."
                ) from error
        raise RuntimeError(
            "the workers that tried to compute this update died one after the other, and the model is at the last "
            "whole update: look into their logs, whether they run out of memory."
        ) from killed

    def _deal(self):
        """Have the cluster hold recipe and shards, in a group for each thread."""
        count, client = self._count, self._client
        rows = [self._table.rows(slice(k, None, count)) for k in range(count)]
        labels = None if self._labels is None else [self._labels[k::count] for k in range(count)]
        n = min(count, max(1, sum(self._threads.values())))
        groups = [Group(rows[g::n], None if labels is None else labels[g::n]) for g in range(n)]
        # dask would have large data elsewhere than in the graph, but that could be lost with a worker
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 TiB"}):
            self._recipe, *self._groups = [
                client.submit(_held, content, pure=False, retries=_RETRIES) for content in (self._content, *groups)
            ]

    def _gathered(self, futures):
        """The results of tasks. A task that is lost with its worker is run again by the scheduler meanwhile."""

        async def gather():
            return await self._client.gather(futures, asynchronous=True)

        pending = asyncio.run_coroutine_threadsafe(gather(), self._client.loop.asyncio_loop)
        try:
            while True:
                concurrent.futures.wait([pending], timeout=_GLANCE)
                if pending.done():
                    return pending.result()
                self._look()
        finally:
            pending.cancel()

    def _look(self):
        """See which workers there are, every now and then: those that came are given shards, too.

        Raises:
            TimeoutError: there has been none for a minute.
        """
        now = time.monotonic()
        if now - self._looked < _GLANCE:
            return
        self._looked = now
        threads = dict(self._client.nthreads())
        if threads.keys() - self._threads.keys():
            self._recipe = None  # else the scheduler would leave the shards where they are
        self._threads = threads
        if threads:
            self._alone_since = None
        elif self._alone_since is None:
            self._alone_since = now
        elif now - self._alone_since > _PATIENCE:
            raise TimeoutError(
                f"the cluster has had no worker for {_PATIENCE:g} s, and the model is at the last whole update: start "
                "workers and go on with a further fit."
            )
