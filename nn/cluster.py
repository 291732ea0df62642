"""The training of a model over the processes of a cluster, for :func:`nn.fit` with ``cluster=client``.

The samples are divided into shards. The results of the shards are added up in a fixed order, and the number of shards
depends only on the batch size. So an update does not depend on the number of workers, or on which worker computed which
shard. Each thread of the cluster gets a group of shards. A group is a task in the scheduler's graph and includes its
data. If a group is lost with its worker, another worker computes it again.
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
_SMALLEST_PART = 8  # about the smallest number of samples of a batch in a shard; for fewer, messages take too long
_RETRIES = 2  # of a task that raises, for example because memory is short
_ATTEMPTS = 10  # at an update whose tasks the scheduler gave up, because one worker after the other died
_INTERVAL = 2.0  # seconds between two readings of the list of workers
_MAX_WAIT = 60.0  # seconds to wait for a worker if there is none
_MAX_PROGRAMS = 8

_LOST = distributed.client.CancelledError, distributed.comm.CommClosedError
_CLOSED = "closed", "closing"
_BUILT_IN = {each for each in vars(primitives).values() if isinstance(each, Primitive)}
_programs: OrderedDict = OrderedDict()  # the compiled programs of this process, if it is a worker
_lock = threading.Lock()


# --- In a worker


@dataclass(frozen=True)
class Recipe:
    """The recipe of a worker's program: plain data from which every process makes the same program.

    Attributes:
        token: the identity of the recipe, a digest of its content.
        modules: the modules that define the user's own primitives.
        graph: the recorded outputs, inputs and parameters, pickled together.
        usual: the usual number of samples in a task.
    """

    token: str
    modules: tuple[str, ...]
    graph: bytes
    usual: int

    @classmethod
    def of(cls, sample, parameters, usual) -> "Recipe":
        """Return the recipe of a recorded sample.

        Raises:
            NotNative: a primitive is defined in a module that no worker can import.
        """
        outputs = [sample.loss, *sample.outputs]
        own = {node.op for node in nodes_under(outputs) if node.op is not None and node.op not in _BUILT_IN}
        modules = {primitive.name: (primitive.forward or primitive.floats).__module__ for primitive in own}
        for name, module in modules.items():
            if module == "__main__":
                raise NotNative(
                    f"the primitive {name} is defined in __main__, which workers do not have: move it into a module "
                    "that they can import. client.upload_file(..., load=False) sends a module to them"
                )
        graph = pickle.dumps((outputs, sample.inputs, parameters))
        names = tuple(sorted(set(modules.values())))
        token = hashlib.sha256(repr((names, usual)).encode() + graph).hexdigest()
        return cls(token, names, graph, usual)

    def program(self) -> Totals:
        """Return the program. Each process compiles it only once."""
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
    """Some shards that one worker keeps: the rows of each shard, and its labels, or None if there are no classes."""

    rows: list[np.ndarray]
    labels: list[np.ndarray] | None


@dataclass(frozen=True)
class Request:
    """The request of an update to a group: the places of samples in each shard, and the numbers of the parameters."""

    places: list[np.ndarray]
    numbers: np.ndarray


def _held(content):
    """Return the content. As a task, it keeps data in the cluster, and can be run again if a worker is lost."""
    return content


def _sums(recipe, group, request):
    """Return a triple for each shard of a group: the sums of the gradients, the losses and the right answers.

    The sums are taken over the samples that the request names. The sum of the gradients is an array.
    """
    program, found = recipe.program(), []
    for k, places in enumerate(request.places):
        y, gradient = program(request.numbers, group.rows[k], places)
        right = 0 if group.labels is None else hits(y, group.labels[k][places])
        found.append((gradient, math.fsum(y[:, 0].tolist()), right))
    return found


# --- In the main process


def client_of(cluster):
    """Return the client, after checking that a training can use it.

    Raises:
        TypeError: it is not a client, or it is an asynchronous client.
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
    """A :class:`nn.protocols.Training` in which the workers of a cluster compute the gradients.

    Args:
        client: a client of ``dask.distributed``.
        setup: as for :class:`nn.native.Recorded`.

    Attributes:
        updates: the number of updates so far.

    Raises:
        NotNative: the training cannot be compiled.
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
        self._read_at = -math.inf  # the time at which the list of workers was read
        self._alone_since: float | None = None

    def epochs(self, n, stepwise=False, each=None):
        """Yield n epochs, as in :class:`nn.protocols.Training`. Then the cluster may forget the samples."""
        try:
            yield from self._setup.epochs(self.update, n, each, range(len(self._setup.samples)))
        finally:
            self._recipe, self._groups = None, []

    def update(self, batch):
        """Make one update with a batch, given by the places of its samples.

        Return the sum of their losses before the update, and the number of right answers.
        """
        found = self.gradients(batch)
        self._setup.optimizer.step(self._parameters)
        self.updates += 1
        return found

    def gradients(self, batch):
        """Set the gradients to the average over a batch, and return the same as :meth:`update`.

        Raises:
            FloatingPointError: a loss became NaN or infinite.
            RuntimeError: the cluster was closed, or every worker that tried the update died.
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
            return self._by_engine(batch, self.updates)  # it raises an error that explains the problem
        for p, g in zip(self._parameters, gradient.tolist(), strict=True):
            p.grad = g
        return loss, sum([right for _, _, right in parts])

    def _computed(self, places, numbers):
        """Return the sums over some samples of each shard, in the order of the shards.

        Args:
            places: for each shard, the places of the samples in it.
            numbers: the numbers of the parameters.
        """
        for _ in range(_ATTEMPTS):
            try:
                self._read_workers()
                if self._recipe is None:
                    self._send_shards()
                # only groups that have a sample of the batch get a task
                needed = [g for g in range(len(self._groups)) if any(map(len, places[g :: len(self._groups)]))]
                futures = self._client.map(
                    _sums,
                    [self._recipe] * len(needed),
                    [self._groups[g] for g in needed],
                    [Request(places[g :: len(self._groups)], numbers) for g in needed],
                    pure=False,
                    retries=_RETRIES,
                )
                found: list = [()] * self._count
                for g, sums in zip(needed, self._gathered(futures), strict=True):
                    found[g :: len(self._groups)] = sums
                return [each for each, some in zip(found, places, strict=True) if len(some)]
            except distributed.KilledWorker as error:
                killed = error
                self._recipe = None  # so that new tasks are made, which are not blamed for the dead workers
            except Exception as error:
                if not isinstance(error, _LOST) and self._client.status not in _CLOSED:
                    raise
                raise RuntimeError(
                    "the cluster was closed or its scheduler was lost. The model has the state after the last whole "
                    "update: connect a client again and continue with another fit."
                ) from error
        raise RuntimeError(
            "the workers that tried to compute this update died one after the other. The model has the state after the "
            "last whole update: check the workers' logs, they may have run out of memory."
        ) from killed

    def _send_shards(self):
        """Send the recipe and the shards to the cluster, one group for each thread."""
        count, client = self._count, self._client
        rows = [self._table.rows(slice(k, None, count)) for k in range(count)]
        labels = None if self._labels is None else [self._labels[k::count] for k in range(count)]
        n = min(count, max(1, sum(self._threads.values())))
        groups = [Group(rows[g::n], None if labels is None else labels[g::n]) for g in range(n)]
        # Dask warns that large data should not be in the graph. But data outside of the graph are lost with a worker.
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 TiB"}):
            self._recipe, *self._groups = [
                client.submit(_held, content, pure=False, retries=_RETRIES) for content in (self._content, *groups)
            ]

    def _gathered(self, futures):
        """Return the results of tasks. The scheduler runs a task again if it is lost with its worker."""

        async def gather():
            return await self._client.gather(futures, asynchronous=True)

        pending = asyncio.run_coroutine_threadsafe(gather(), self._client.loop.asyncio_loop)
        try:
            while True:
                concurrent.futures.wait([pending], timeout=_INTERVAL)
                if pending.done():
                    return pending.result()
                self._read_workers()
        finally:
            pending.cancel()

    def _read_workers(self):
        """Read the list of workers from time to time, so that new workers get shards, too.

        Raises:
            TimeoutError: there has been no worker for a minute.
        """
        now = time.monotonic()
        if now - self._read_at < _INTERVAL:
            return
        self._read_at = now
        threads = dict(self._client.nthreads())
        if threads.keys() - self._threads.keys():
            self._recipe = None  # so that the shards are sent again: the scheduler would not move them
        self._threads = threads
        if threads:
            self._alone_since = None
        elif self._alone_since is None:
            self._alone_since = now
        elif now - self._alone_since > _MAX_WAIT:
            raise TimeoutError(
                f"the cluster has had no worker for {_MAX_WAIT:g} s. The model has the state after the last whole "
                "update: start workers and continue with another fit."
            )
