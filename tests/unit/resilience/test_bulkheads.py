"""Bulkheads and pools: bounded, first come first served for threads and tasks in one queue, nothing leaked when interrupted."""

import asyncio
from contextvars import ContextVar
from threading import Event, Thread, current_thread

import pytest

from sonde.core.errors import ConfigError, DeadlineError, ExhaustedError
from sonde.resilience import Deadline, Pool, bulkhead, deadline, pool, within


def start(target, *args):
    thread = Thread(target=target, args=args, daemon=True)
    thread.start()
    return thread


def until(condition):
    """Spin until another thread has got so far."""
    pause = Event()
    for _ in range(30_000):
        if condition():
            return
        pause.wait(0.001)
    pytest.fail("the other thread never got there")


class Held:
    """A bulkhead's place, held by a thread until released."""

    def __init__(self, policy):
        self.release, entered = Event(), Event()

        def hold():
            entered.set()
            self.release.wait()

        self.thread = start(policy.call, hold)
        entered.wait()

    def end(self):
        self.release.set()
        self.thread.join()


def test_more_than_the_limit_is_refused_at_once():
    policy = bulkhead(2, name="db")
    first, second = Held(policy), Held(policy)
    with pytest.raises(ExhaustedError, match="'db' is full: 2 in use and 0 waiting"):
        policy.call(pytest.fail)
    first.end()
    assert policy.call(lambda: "in") == "in"
    second.end()
    assert policy.statistics().refused == 1
    assert policy.statistics().in_use == 0


def test_those_who_wait_are_served_in_order_threads_and_tasks_alike():
    policy = bulkhead(1, queue=10)
    held, served = Held(policy), []

    async def note(name):
        served.append(name)

    threads = []
    for position, kind in enumerate(("thread", "task", "task", "thread"), 1):
        name = f"{kind}-{position}"
        if kind == "thread":
            threads.append(start(policy.call, served.append, name))
        else:
            threads.append(start(lambda name=name: asyncio.run(policy.acall(note, name))))
        until(lambda position=position: policy.statistics().waiting == position)
    held.end()
    for thread in threads:
        thread.join()
    assert served == ["thread-1", "task-2", "task-3", "thread-4"]


def test_the_queue_is_bounded():
    policy = bulkhead(1, queue=1)
    held = Held(policy)
    waiting = start(policy.call, int)
    until(lambda: policy.statistics().waiting == 1)
    with pytest.raises(ExhaustedError, match="1 waiting"):
        policy.call(int)
    held.end()
    waiting.join()


def test_waiting_ends_by_its_own_bound_or_the_deadline():
    held = Held(policy := bulkhead(1, queue=1, wait_s=0.005))
    with pytest.raises(ExhaustedError, match="stayed full"):
        policy.call(int)
    with pytest.raises(ExhaustedError, match="stayed full"):
        asyncio.run(policy.acall(asyncio.sleep, 0))
    held.end()
    held = Held(policy := bulkhead(1, queue=1))
    with within(Deadline.after(0.005)), pytest.raises(DeadlineError, match="waiting for a place"):
        policy.call(int)
    held.end()
    assert policy.call(int) == 0


def test_a_cancelled_task_leaves_nothing_behind():
    policy = bulkhead(1, queue=2)

    async def scene():
        release = asyncio.Event()
        holder = asyncio.create_task(policy.acall(release.wait))
        await asyncio.sleep(0)
        waiter = asyncio.create_task(policy.acall(asyncio.sleep, 0))
        await asyncio.sleep(0)
        assert policy.statistics().waiting == 1
        waiter.cancel()
        await asyncio.gather(waiter, return_exceptions=True)
        assert policy.statistics().waiting == 0
        granted = asyncio.create_task(policy.acall(asyncio.sleep, 0))
        await asyncio.sleep(0)
        release.set()
        await holder
        granted.cancel()  # it has been given the place, and does not know it yet
        await asyncio.gather(granted, return_exceptions=True)

    asyncio.run(scene())
    assert policy.statistics().in_use == 0


def test_a_place_given_to_a_closed_loop_goes_to_the_next():
    policy = bulkhead(1, queue=2)
    held = Held(policy)
    loop = asyncio.new_event_loop()
    task = loop.create_task(policy.acall(asyncio.sleep, 0))
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    assert policy.statistics().waiting == 1
    held.end()
    assert policy.call(lambda: "free") == "free"
    task._log_destroy_pending = False


def test_a_pool_runs_on_its_own_threads_and_hands_the_context_down():
    variable = ContextVar("variable", default="")
    variable.set("here")
    policy = pool(2, name="legacy")
    assert policy.call(lambda: (variable.get(), current_thread().daemon)) == ("here", True)
    assert policy.call(lambda: current_thread().name).startswith("sonde-pool-legacy-")


def test_a_pool_is_bounded_and_lets_the_caller_go():
    policy = pool(1, queue=1)
    release = Event()
    with pytest.raises(DeadlineError, match="left to itself"):
        (deadline(0.01) | policy).call(release.wait)
    with pytest.raises(DeadlineError):
        (deadline(0.01) | policy).call(pytest.fail)  # queued, and dropped before it began
    with pytest.raises(ExhaustedError, match="full"):
        policy.call(pytest.fail)
    release.set()
    until(lambda: not policy._gate.places.in_use)
    assert policy.call(lambda: "next") == "next"


def test_a_pool_serves_coroutines_that_call_plain_functions():
    policy = deadline(60) | pool(1)
    assert asyncio.run(policy.acall(lambda: current_thread().name)).startswith("sonde-pool-")
    with pytest.raises(ConfigError, match="plain functions"):
        asyncio.run(policy.acall(asyncio.sleep, 0))


def test_what_a_pooled_function_raises_reaches_the_caller():
    with pytest.raises(ZeroDivisionError):
        pool(1).call(lambda: 1 / 0)


def test_a_pools_threads_end_with_it():
    policy = Pool(2)
    worker = policy.call(current_thread)
    del policy
    worker.join()
    assert not worker.is_alive()


@pytest.mark.parametrize(
    "make", [lambda: bulkhead(0), lambda: bulkhead(1, queue=-1), lambda: pool(0)], ids=["limit", "queue", "pool"]
)
def test_settings_that_make_no_sense_are_refused(make):
    with pytest.raises(ValueError, match="make no sense"):
        make()
