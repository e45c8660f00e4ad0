"""Pools tell how full they are, and are not kept alive for it."""

import gc
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from sonde.client.observers import observe_executor, observe_pool
from sonde.client.observers.pools import Connections, Workers, database_pools, executors, pool_rows


def test_an_executor_that_is_busy():
    started, go = threading.Event(), threading.Event()
    with ThreadPoolExecutor(1) as executor:
        undo = observe_executor(executor, name="work")
        executor.submit(lambda: (started.set(), go.wait()))
        executor.submit(int)
        started.wait()
        assert executors() == [("work", Workers(queued=1, active=1, idle=0, most=1))]
        read = {
            row.name: {tuple(attributes.values()): value for value, attributes in row.read()} for row in pool_rows()
        }
        assert read["thread_pool.threads"] == {("work", "active"): 1, ("work", "idle"): 0}
        go.set()
        undo()
    assert executors() == []


def test_an_executor_that_is_gone():
    executor = ThreadPoolExecutor(1)
    observe_executor(executor, name="gone")
    del executor
    gc.collect()
    assert executors() == []


def test_connections_of_sqlalchemy():
    sqlalchemy = pytest.importorskip("sqlalchemy")
    engine = sqlalchemy.create_engine(
        "sqlite://", poolclass=sqlalchemy.pool.QueuePool, pool_size=2, max_overflow=1,
        connect_args={"check_same_thread": False},
    )  # fmt: skip
    undo = observe_pool(engine, name="main")
    with engine.connect():
        assert database_pools() == [("main", Connections(used=1, idle=0, most=3))]
    assert database_pools() == [("main", Connections(used=0, idle=1, most=3))]
    undo()
    undo()
    engine.dispose()
    assert database_pools() == []
