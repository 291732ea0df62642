"""``no_grad`` affects only its own code: in generators, tasks and other threads, and as a decorator of any function."""

import asyncio
import contextlib
import contextvars
import functools
import gc
import threading

import pytest

from autograd import GraphError, Value, grad, no_grad


def recorded():
    return (Value(1.0) * 2).op is not None


def in_a_thread(function):
    """Run ``function`` in a new thread. Return its result, or raise its exception."""
    done = []

    def run():
        try:
            done.append(function())
        except BaseException as error:
            done.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return done[0]


@pytest.fixture(autouse=True)
def records_before_and_after():
    assert recorded()
    yield
    assert recorded()


# --- Generators


def pausing(n=3):
    with no_grad():
        for _ in range(n):
            yield recorded()


@no_grad
def decorated(n=3):
    for _ in range(n):
        yield recorded()


def within_helper(n=3):
    with contextlib.ExitStack() as stack:
        stack.enter_context(no_grad())
        for _ in range(n):
            yield recorded()


GENERATORS = pytest.mark.parametrize("generator", [pausing, decorated, within_helper])


@GENERATORS
def test_a_generator_pauses_itself_and_not_its_caller(generator):
    assert [(paused, recorded()) for paused in generator()] == [(False, True)] * 3


@GENERATORS
def test_two_generators_and_a_block_interleave(generator):
    first, second = generator(), generator()
    assert (next(first), next(second), recorded()) == (False, False, True)
    with no_grad():
        assert (next(first), recorded()) == (False, False)
    assert (next(second), recorded()) == (False, True)
    assert (next(first), list(second), recorded()) == (False, [False], True)


@GENERATORS
def test_a_generator_that_is_dropped_half_way_leaves_its_block(generator):
    steps = generator()
    next(steps)
    del steps
    gc.collect()
    assert recorded()


@GENERATORS
def test_a_generator_can_be_advanced_and_dropped_in_another_thread(generator):
    steps = [generator()]
    assert next(steps[0]) is False
    assert in_a_thread(lambda: (next(steps[0]), recorded())) == (False, True)
    assert in_a_thread(lambda: (steps.clear(), gc.collect(), recorded())[2]) is True
    with no_grad():
        assert in_a_thread(recorded) is True
        assert not recorded()


def test_what_a_generator_calls_is_paused_and_what_calls_it_is_not():
    def outer():
        with no_grad():
            yield from inner()

    def inner():
        yield recorded()

    assert [(paused, recorded()) for paused in outer()] == [(False, True)]


def test_a_paused_generator_receives_what_is_sent_and_thrown():
    @no_grad()
    def echo():
        try:
            got = yield recorded()
            while True:
                got = yield got, recorded()
        except KeyError:
            yield "thrown", recorded()
        return "returned"

    steps = echo()
    assert next(steps) is False
    assert steps.send(7) == (7, False)
    assert steps.throw(KeyError()) == ("thrown", False)
    with pytest.raises(StopIteration, match="returned"):
        next(steps)


def test_a_block_in_a_function_of_contextmanager_is_that_of_its_user():
    @contextlib.contextmanager
    def evaluation():
        with no_grad():
            yield

    with evaluation():
        assert not recorded()
        with evaluation():
            assert not recorded()
        assert not recorded()
    assert recorded()

    def steps():
        with evaluation():
            yield recorded()

    assert [(paused, recorded()) for paused in steps()] == [(False, True)]


# --- Coroutines and tasks


def test_a_task_that_waits_inside_leaves_the_others_recording():
    async def paused(started, end):
        with no_grad():
            started.set()
            await end.wait()
            return recorded()

    async def main():
        started, end = asyncio.Event(), asyncio.Event()
        task = asyncio.create_task(paused(started, end))
        await started.wait()
        meanwhile = recorded()
        end.set()
        return meanwhile, await task, recorded()

    assert asyncio.run(main()) == (True, False, True)


def test_tasks_made_inside_of_a_block_inherit_it_until_it_is_left():
    async def look(seen, again):
        seen.append(recorded())
        await again.wait()
        seen.append(recorded())

    async def main():
        seen, again = [], asyncio.Event()
        with no_grad():
            task = asyncio.create_task(look(seen, again))
            await asyncio.sleep(0)
            seen.append(await asyncio.to_thread(recorded))
        again.set()
        await task
        return seen

    assert asyncio.run(main()) == [False, False, True]


def test_async_functions_and_async_generators_can_be_decorated():
    @no_grad
    async def one():
        await asyncio.sleep(0)
        return recorded()

    @no_grad
    async def several():
        sent = yield recorded()
        try:
            yield sent, recorded()
        except KeyError:
            yield "thrown", recorded()

    async def main():
        assert await one() is False
        assert [x async for x in several()] == [False, (None, False)]
        steps = several()
        assert (await steps.asend(None), recorded()) == (False, True)
        assert (await steps.asend(7), recorded()) == ((7, False), True)
        assert (await steps.athrow(KeyError()), recorded()) == (("thrown", False), True)
        await steps.aclose()
        return recorded()

    assert asyncio.run(main()) is True


class Suspend:
    def __await__(self):
        return (yield recorded())


async def waiting():
    with no_grad():
        first = recorded()
        sent = await Suspend()
        return first, sent, recorded()


@no_grad
async def decorated_waiting():
    first = recorded()
    sent = await Suspend()
    return first, sent, recorded()


async def within():
    async with contextlib.AsyncExitStack() as stack:
        stack.enter_context(no_grad())
        first = recorded()
        return first, await Suspend(), recorded()


async def awaited():
    return await waiting()


COROUTINES = pytest.mark.parametrize("coroutine", [waiting, decorated_waiting, within, awaited])


@COROUTINES
def test_a_coroutine_that_is_driven_by_hand_pauses_itself_and_not_its_driver(coroutine):
    one, other = coroutine(), coroutine()
    assert (one.send(None), recorded()) == (False, True)
    with no_grad():
        assert (other.send(None), recorded()) == (False, False)
    assert recorded()
    assert in_a_thread(recorded)
    with pytest.raises(StopIteration) as ended:
        one.send(7)
    assert ended.value.value == (False, 7, False)
    assert recorded()
    with pytest.raises(StopIteration) as ended:
        other.send(8)
    assert ended.value.value == (False, 8, False)


@COROUTINES
def test_a_coroutine_can_be_driven_on_in_another_thread_or_dropped(coroutine):
    one, other = coroutine(), coroutine()
    assert (one.send(None), other.send(None), recorded()) == (False, False, True)
    assert isinstance(in_a_thread(lambda: one.send(7)), StopIteration)
    assert in_a_thread(lambda: (other.close(), recorded())) == (None, True)
    assert recorded()


def test_a_context_copied_inside_of_a_coroutine_inherits_its_block_until_it_is_left():
    async def copying():
        with no_grad():
            await Suspend()
            context = contextvars.copy_context()
            found = context.run(recorded)
            await Suspend()
            return context, found

    steps = copying()
    steps.send(None)
    steps.send(None)
    with pytest.raises(StopIteration) as ended:
        steps.send(None)
    context, inside = ended.value.value
    assert (inside, context.run(recorded)) == (False, True)


def test_async_context_managers_pause_their_user():
    @contextlib.asynccontextmanager
    async def evaluation():
        with no_grad():
            yield

    async def main():
        async with evaluation():
            await asyncio.sleep(0)
            inside = recorded()
        return inside, recorded()

    assert asyncio.run(main()) == (False, True)


# --- Threads


def test_a_block_left_in_another_thread_is_left():
    block = no_grad()
    block.__enter__()
    assert not recorded()
    assert in_a_thread(lambda: block.__exit__(None, None, None)) is None
    assert recorded()
    block.__exit__(None, None, None)  # a second exit does nothing
    with no_grad():
        assert not recorded()
        assert in_a_thread(recorded)
    assert recorded()


def test_one_block_used_by_many_threads_at_once():
    shared, barrier = no_grad(), threading.Barrier(4)

    def run():
        barrier.wait()
        for _ in range(200):
            with shared:
                assert not recorded()
            assert recorded()
        return "well"

    done = []
    threads = [threading.Thread(target=lambda: done.append(run())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == ["well"] * 4


# --- Decorators


@no_grad
def bare(x, *, scale=1):
    """The docstring to keep."""
    return (x * scale).op


@no_grad()
def called(x, *, scale=1):
    """The docstring to keep."""
    return (x * scale).op


@pytest.mark.parametrize("function", [bare, called])
def test_with_and_without_brackets(function):
    assert function(Value(2.0), scale=3) is None
    assert function.__doc__ == "The docstring to keep."
    assert function.__name__ in ("bare", "called")


def test_methods_partials_and_lambdas():
    class Model:
        @no_grad
        def __call__(self, x):
            return (x * 2).op

        @staticmethod
        @no_grad
        def static(x):
            return (x * 2).op

    x = Value(1.0)
    assert Model()(x) is None
    assert Model.static(x) is None
    assert no_grad(lambda x: (x * 2).op)(x) is None
    assert no_grad(functools.partial(lambda x, y: (x * y).op, x))(2.0) is None


@pytest.mark.parametrize("thing", [3.0, "f", Value, staticmethod(len), classmethod(len), [len]])
def test_what_is_no_function_is_refused(thing):
    with pytest.raises(TypeError, match="no_grad decorates functions"):
        no_grad(thing)


def cleaned_up(seen):
    """A generator function that notes whether nodes are recorded while it is closed or gets an exception."""

    def steps():
        try:
            yield 1
        except BaseException as error:
            seen.append((type(error), recorded()))
            raise
        finally:
            seen.append(("finally", recorded()))

    return no_grad(steps)


@pytest.mark.parametrize("end", [lambda g: g.close(), lambda g: None], ids=["closed", "dropped"])
def test_a_decorated_generator_is_paused_while_it_is_closed(end):
    seen = []
    generator = cleaned_up(seen)()
    next(generator)
    end(generator)
    del generator
    gc.collect()
    assert seen == [(GeneratorExit, False), ("finally", False)]


@pytest.mark.parametrize("error", [KeyError, KeyboardInterrupt])
def test_what_is_thrown_into_a_decorated_generator_arrives(error):
    seen = []
    generator = cleaned_up(seen)()
    next(generator)
    with pytest.raises(error):
        generator.throw(error())
    assert seen == [(error, False), ("finally", False)]


def test_what_a_decorated_generator_is_sent_and_returns():
    @no_grad
    def steps(x):
        y = yield x * 2
        return y * 3

    def user():
        yield (yield from steps(Value(2.0)))

    generator = user()
    assert next(generator).op is None
    assert (last := generator.send(Value(5.0))).op is None
    assert last.data == 15.0


@pytest.mark.parametrize("error", [KeyError, KeyboardInterrupt])
def test_what_is_thrown_into_a_decorated_async_generator_arrives(error):
    seen = []

    @no_grad
    async def steps():
        try:
            yield 1
        except BaseException as found:
            seen.append((type(found), recorded()))
            yield 2

    async def user():
        generator = steps()
        await generator.asend(None)
        assert await generator.athrow(error()) == 2
        await generator.aclose()

    asyncio.run(user())
    assert seen == [(error, False)]


def test_an_exception_in_a_decorated_function_ends_the_block():
    @no_grad
    def wrong():
        raise KeyError

    with pytest.raises(KeyError):
        wrong()
    assert recorded()


def test_a_derivative_inside_of_a_paused_generator_is_refused():
    @no_grad
    def slopes():
        yield grad(lambda x: x * x)(1.0)

    with pytest.raises(GraphError, match="no_grad"):
        next(slopes())
