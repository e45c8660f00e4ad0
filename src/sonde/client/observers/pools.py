"""Pools: `ThreadPoolExecutor`s and SQLAlchemy's connections, each observed when it is named here.

| metric | unit | attributes |
| --- | --- | --- |
| `thread_pool.queue` | `{task}` | `thread_pool.name` |
| `thread_pool.threads` | `{thread}` | `thread_pool.name`, `thread_pool.state` (active, idle) |
| `thread_pool.max` | `{thread}` | `thread_pool.name` |
| `db.client.connection.count` | `{connection}` | `db.client.connection.pool.name`, `db.client.connection.state` (used, idle) |
| `db.client.connection.max` | `{connection}` | `db.client.connection.pool.name` |

Those of thread pools are Sonde's names. An executor tells nothing of itself, so its private parts are read, which have been the
same from Python 3.9 to 3.14; where they are missing, so is the metric. Neither executor nor pool is kept alive.

Source: OpenTelemetry semantic conventions 1.4x, "Semantic conventions for database client metrics", connection pools.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary, ref

from sonde.client.observers.rows import Row, Sample

__all__ = ["Connections", "Workers", "database_pools", "executors", "observe_executor", "observe_pool", "pool_rows"]


class Workers(NamedTuple):
    """An executor's figures now: tasks that wait, threads that work and rest, threads at most."""

    queued: int
    active: int
    idle: int
    most: int


class Connections(NamedTuple):
    """A connection pool's figures now; `most` is None where it has no bound."""

    used: int
    idle: int
    most: int | None


_EXECUTORS: WeakKeyDictionary[Any, str] = WeakKeyDictionary()
_POOLS: WeakKeyDictionary[Any, str] = WeakKeyDictionary()


def observe_executor(executor: Any, *, name: str) -> Callable[[], None]:
    """Observe a `ThreadPoolExecutor` as long as it lives.

    Args:
        executor: the executor.
        name: what the metrics call it.

    Returns:
        A function that ends it.
    """
    return _named(_EXECUTORS, executor, name)


def observe_pool(engine: Any, *, name: str) -> Callable[[], None]:
    """Observe the connections of SQLAlchemy as long as the engine's pool lives.

    Args:
        engine: an `Engine`, an `AsyncEngine`, or a pool.
        name: what the metrics call it; OpenTelemetry wants one that is unique in the application.

    Returns:
        A function that ends it.
    """
    pool = getattr(engine, "pool", engine)  # an engine replaces its pool in dispose(), which ends the observing
    return _named(_POOLS, pool, name)


def _named(watched: WeakKeyDictionary[Any, str], thing: Any, name: str) -> Callable[[], None]:
    watched[thing] = name
    thing_of = ref(thing)

    def undo() -> None:
        alive = thing_of()
        if alive is not None:
            watched.pop(alive, None)

    return undo


def executors() -> list[tuple[str, Workers]]:
    """The observed executors' names and figures."""
    return [(name, _workers(executor)) for executor, name in list(_EXECUTORS.items())]


def _workers(executor: Any) -> Workers:
    threads = len(executor._threads)  # noqa: SLF001 - the only place where it is known
    semaphore = getattr(executor, "_idle_semaphore", None)
    idle = min(threads, getattr(semaphore, "_value", 0))
    return Workers(executor._work_queue.qsize(), threads - idle, idle, executor._max_workers)  # noqa: SLF001 - as above


def database_pools() -> list[tuple[str, Connections]]:
    """The observed connection pools' names and figures."""
    return [(name, _connections(pool)) for pool, name in list(_POOLS.items())]


def _connections(pool: Any) -> Connections:
    most = None
    overflow = getattr(pool, "_max_overflow", 0)
    if overflow >= 0 and pool.size():  # -1 is SQLAlchemy's word for no bound, and so is a size of 0
        most = pool.size() + overflow
    return Connections(pool.checkedout(), pool.checkedin(), most)


def pool_rows() -> list[Row]:
    """The rows of the group `pools`."""
    name, state = "thread_pool.name", "thread_pool.state"
    pool_name, pool_state = "db.client.connection.pool.name", "db.client.connection.state"

    def threads() -> Iterable[Sample]:
        for of, workers in executors():
            yield workers.active, {name: of, state: "active"}
            yield workers.idle, {name: of, state: "idle"}

    def connections() -> Iterable[Sample]:
        for of, found in database_pools():
            yield found.used, {pool_name: of, pool_state: "used"}
            yield found.idle, {pool_name: of, pool_state: "idle"}

    return [
        Row("updown", "thread_pool.queue", "{task}", "Tasks that wait for a thread.",
            lambda: [(workers.queued, {name: of}) for of, workers in executors()]),
        Row("updown", "thread_pool.threads", "{thread}", "Threads by what they do.", threads),
        Row("updown", "thread_pool.max", "{thread}", "Threads at most.",
            lambda: [(workers.most, {name: of}) for of, workers in executors()]),
        Row("updown", "db.client.connection.count", "{connection}", "Connections by state.", connections),
        Row("updown", "db.client.connection.max", "{connection}", "Connections at most.",
            lambda: [(found.most, {pool_name: of}) for of, found in database_pools() if found.most is not None]),
    ]  # fmt: skip
