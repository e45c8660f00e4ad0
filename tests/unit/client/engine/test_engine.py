"""The shell: threads that start and end when they should, and a host that is never held up, whatever the server does."""

import logging
import os
import subprocess
import sys
import threading
from pathlib import Path
from random import Random

import pytest

from sonde.client.delivery import ACCEPTED, Delivery
from sonde.client.engine import Engine
from sonde.client.settings import SpoolSettings
from sonde.core.signal import Signal
from unit.client.engine.simulation import AWAY, Server, item, join, settings_for

TESTS = Path(__file__).resolve().parents[3]


class Hanging(Server):
    """Answers nothing until it is let go."""

    def __init__(self):
        super().__init__()
        self.reached = threading.Event()
        self.let_go = threading.Event()

    def send(self, signal, payload, *, timeout_s):
        self.reached.set()
        self.let_go.wait(20)
        return super().send(signal, payload, timeout_s=timeout_s)


@pytest.fixture
def engines():
    made = []

    def make(server, spool=None, **changes):
        engine = Engine(
            settings_for(spool, **changes),
            lambda: dict.fromkeys(Signal, server),
            dict.fromkeys(Signal, join),
            random=Random(1).random,
        )
        made.append(engine)
        return engine

    yield make
    for engine in made:
        engine.shutdown(0)


def emit(engine, *names):
    put = engine.put(Signal.TRACES)
    for number in names:
        put(item(number))


def test_there_is_no_thread_before_the_first_item(engines):
    before = threading.active_count()
    engine = engines(Server())
    assert engine.flush(0.1)
    assert engine.shutdown() is True
    engine.stats()
    assert threading.active_count() <= before + 2


def test_flush_delivers_and_says_so(engines):
    server = Server()
    engine = engines(server)
    emit(engine, *range(25))
    assert engine.flush(20)
    assert sorted(server.taken) == list(range(25))
    assert engine.stats()["traces"]["exported"] == 25


def test_flush_gives_up_in_time_and_sending_goes_on(engines):
    server = Hanging()
    engine = engines(server)
    emit(engine, 1)
    assert engine.flush(0.05) is False
    server.let_go.set()
    assert engine.flush(20)
    assert server.taken == [1]


def test_a_batch_goes_without_being_asked_for(engines):
    server = Hanging()
    engine = engines(server, delay_s=3600.0)
    emit(engine, *range(10))
    assert server.reached.wait(20)
    server.let_go.set()
    assert engine.flush(20)


def test_several_requests_are_under_way_at_once(engines):
    together = threading.Barrier(3)
    server = Server(lambda _: [ACCEPTED, together.wait(20)][0])
    engine = engines(server, in_flight=3)
    emit(engine, *range(30))
    assert engine.flush(20)
    assert len(server.taken) == 30


def test_the_end_is_bounded_and_what_is_under_way_counts_as_lost(engines, caplog):
    server = Hanging()
    engine = engines(server)
    emit(engine, *range(10))
    assert server.reached.wait(20)
    with caplog.at_level(logging.WARNING, "sonde"):
        assert engine.shutdown(0.05) is False
    assert engine.stats()["traces"]["dropped"] == {"shutdown": 10}
    assert "10 spans (shutdown)" in caplog.text
    server.let_go.set()
    assert engine.shutdown() is False, "the second call says what the first did"
    assert server.closed == 1


def test_the_end_does_not_wait_for_a_server_that_is_away(engines, tmp_path):
    engine = engines(Server(lambda _: AWAY), SpoolSettings(directory=tmp_path))
    emit(engine, *range(10))
    assert engine.shutdown(3600) is False  # this test would take an hour
    assert engine.stats()["traces"]["spooled"] == 10


def test_the_end_waits_for_a_server_that_names_a_time(engines):
    answers = iter([Delivery(accepted=False, code="http.503", retryable=True, retry_after_s=0.01)])
    server = Server(lambda _: next(answers, ACCEPTED))
    engine = engines(server)
    emit(engine, *range(10))
    assert engine.shutdown(30)
    assert len(server.taken) == 10


def test_what_comes_after_the_end_is_counted(engines):
    engine = engines(Server())
    engine.shutdown()
    emit(engine, 1, 2)
    assert engine.submit(Signal.TRACES, item(3), 1) is False
    assert engine.stats()["traces"]["dropped"] == {"shutdown": 3}


def test_a_signal_handler_may_emit_and_flush_inside_the_engine(engines):
    """Reentrant in one thread: what a handler does when it interrupts `flush` or `stats`."""
    server = Server()
    engine = engines(server)
    emit(engine, 1)
    with engine._dispatch.deliveries.changed:
        emit(engine, 2)
        assert engine.flush(20)
    assert sorted(server.taken) == [1, 2]


def test_an_exporting_thread_is_not_instrumented(engines):
    from opentelemetry.context import _SUPPRESS_INSTRUMENTATION_KEY, get_value

    seen = []
    engine = engines(Server(lambda _: seen.append(get_value(_SUPPRESS_INSTRUMENTATION_KEY)) or ACCEPTED))
    emit(engine, 1)
    assert engine.flush(20)
    assert seen == [True]
    assert get_value(_SUPPRESS_INSTRUMENTATION_KEY) is None


def test_without_threads_to_be_had_the_caller_delivers(engines, monkeypatch):
    def refuse(*_):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("_thread.start_new_thread", refuse)
    monkeypatch.setattr(threading.Thread, "start", refuse)
    server = Server()
    engine = engines(server)
    emit(engine, 1, 2)
    assert engine.shutdown(20)
    assert server.taken == [1, 2]


def test_without_sending_threads_the_engines_own_delivers(engines, monkeypatch):
    started = threading.Thread.start

    def start(thread):
        if thread.name == "sonde-send":
            raise RuntimeError("can't start new thread")
        started(thread)

    monkeypatch.setattr(threading.Thread, "start", start)
    server = Server()
    engine = engines(server)
    emit(engine, *range(25))
    assert engine.flush(20)
    assert sorted(server.taken) == list(range(25))


def test_an_idle_engine_sleeps_until_it_is_nudged(engines):
    engine = engines(Server())
    emit(engine, 1)
    assert engine.flush(20)
    assert engine._dispatch.turn() is None


def test_a_farewell_that_waits_in_vain_leaves_time_to_deliver(engines):
    engine, given = engines(Server()), []
    engine.before_shutdown(given.append)
    assert engine.shutdown(8.0)
    assert 0 < given[0] <= 4.0


GEVENT = """
from gevent import monkey; monkey.patch_all()
import gevent
from sonde.client.engine import Engine
from sonde.core.signal import Signal
from unit.client.engine.simulation import Server, item, join, settings_for
server = Server(lambda _: gevent.sleep(0.01) or __import__("sonde.client.delivery").client.delivery.ACCEPTED)
engine = Engine(settings_for(delay_s=0.05), lambda: dict.fromkeys(Signal, server), dict.fromkeys(Signal, join))
put = engine.put(Signal.TRACES)
gevent.joinall([gevent.spawn(put, item(n)) for n in range(95)])
gevent.sleep(0.5)
assert len(server.taken) == 95, server.taken
put(item(95)); put(item(96))
assert engine.flush(10) and len(server.taken) == 97
assert engine.shutdown()
print("fine")
"""


PATCH = "from gevent import monkey; monkey.patch_all()\n"
MADE = "put = engine.put(Signal.TRACES)\n"
PATCHED = {
    "before": GEVENT,
    "after": GEVENT.replace(PATCH, "").replace(MADE, MADE + PATCH),
    "after-a-fork": GEVENT.replace(PATCH, "").replace(
        MADE, MADE + "import os; os.fork() and os._exit(os.wait()[1] >> 8)\n" + PATCH
    ),
}


@pytest.mark.parametrize("when", PATCHED)
def test_it_works_in_greenlets(when):
    environment = os.environ | {"PYTHONPATH": str(TESTS)}
    ran = subprocess.run(
        [sys.executable, "-c", PATCHED[when]], capture_output=True, text=True, check=False, env=environment, timeout=60
    )
    assert (ran.stdout.strip(), ran.returncode) == ("fine", 0), ran.stderr
