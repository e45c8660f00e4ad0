"""Servers that are away, slow, overloaded or mad, and the whole way from a span to a socket.

For each: nothing is raised into the application, every item is counted, nothing is sent again that a server has answered for,
and the log says what is wrong.
"""

import base64
import contextlib
import logging
import time
from types import SimpleNamespace

import pytest

import hostile_servers as hostile
from fault.exporting import Application, arrived, is_conserved, most
from servers import wait_until
from simulated_disk import SimulatedDisk
from sonde.client.engine import Engine
from sonde.client.settings import SpoolSettings
from sonde.core.clock import ManualClock
from sonde.core.errors import UnavailableError
from sonde.core.outcome import Outcome
from sonde.core.signal import Signal
from sonde.otlp.status import response_bytes, status_bytes

ITEMS = range(25)
SOON_S = 0.25


@pytest.fixture
def clock(monkeypatch):
    """Time for an engine that gets no threads: whoever flushes does its work, and time passes only while a flush waits."""

    def refuse(_engine):
        raise RuntimeError("can't start new thread")

    clock = ManualClock()
    monkeypatch.setattr(Engine, "_spark", refuse)
    monkeypatch.setattr("sonde.client.engine.engine.time", SimpleNamespace(sleep=lambda _: clock.advance(0.25)))
    return clock


def http_503(**headers):
    return hostile.answer(503, {name.replace("_", "-"): value for name, value in headers.items()})


def trailing_garbage(connection):
    connection.read_request()
    connection.write(b"\x00\xff" * 4096)
    connection.reset()


def no_grpc(connection):
    connection.read()
    connection.write(hostile.http(400))
    connection.wait_until_left()


def grpc_reset(peer):
    while True:
        peer.read_call()
        peer.reset(2)


FAULTS = {
    # name: (script, protocol, code of the last error, whether the server may have every item more than once)
    "never-answers": (hostile.half_open(), "http/protobuf", "timeout.reply"),
    "never-answers-grpc": (hostile.grpc(lambda peer: peer.read_call()), "grpc", "timeout.reply"),
    "never-reads-grpc": (hostile.hang(), "grpc", "timeout.reply"),
    "drips": (hostile.drip(hostile.http(200), 0.5), "http/protobuf", "timeout.reply"),
    "resets-in-the-request": (hostile.reset_after(300), "http/protobuf", "errno.ECONNRESET"),
    "resets-instead-of-an-answer": (hostile.reset_unanswered(), "http/protobuf", "errno.ECONNRESET"),
    "breaks-off-in-the-answer": (hostile.half_open(b"HTTP/1.1 20"), "http/protobuf", "timeout.reply"),
    "resets-the-call": (hostile.grpc(grpc_reset), "grpc", "grpc.INTERNAL"),
    "speaks-garbage": (trailing_garbage, "http/protobuf", "protocol.http1"),
    "speaks-garbage-grpc": (hostile.reset_after(24, say=b"\x00\xff" * 4096), "grpc", "protocol.http2"),
    "busy": (hostile.answer(429, {"retry-after": "3600"}), "http/protobuf", "http.429"),
    "busy-in-a-negative-time": (http_503(retry_after="-17"), "http/protobuf", "http.503"),
    "busy-for-ten-years": (http_503(retry_after="315360000"), "http/protobuf", "http.503"),
    "busy-for-words": (http_503(retry_after="soon, I hope"), "http/protobuf", "http.503"),
    "busy-until-a-year-that-is-none": (http_503(retry_after="Fri, 31 Dec 99999 23:59:59 GMT"), "http/protobuf", "http.503"),
    "exhausted": (hostile.grpc_answer(None, grpc_status="8", grpc_message="quota"), "grpc", "grpc.RESOURCE_EXHAUSTED"),
    "exhausted-with-garbage": (
        hostile.grpc_answer(None, grpc_status="8", grpc_status_details_bin="%%%"), "grpc", "grpc.RESOURCE_EXHAUSTED"
    ),
    "forbids": (hostile.answer(403, {"content-type": "text/plain"}, b"no tenant"), "http/protobuf", "http.403"),
    "unauthenticated": (hostile.grpc_answer(None, grpc_status="16"), "grpc", "grpc.UNAUTHENTICATED"),
    "redirects-elsewhere": (hostile.answer(308, {"location": "http://127.0.0.9:1/v1/traces"}), "http/protobuf", "http.308"),
    "redirects-for-ever": (hostile.answer(307, {"location": "?again"}), "http/protobuf", "http.307"),
    "is-a-web-page-in-trouble": (
        hostile.answer(502, {"content-type": "text/html"}, b"<h1>" + b"x" * 6_000_000), "http/protobuf", "http.502"
    ),
    "is-no-grpc-server": (no_grpc, "grpc", "protocol.http2"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_a_server_does_is_counted_told_and_soon_over(fault, caplog):
    """One attempt of each request is made; at the end of the process nothing waits for another."""
    script, protocol, code = FAULTS[fault]
    with hostile.serving(script) as server, caplog.at_level(logging.WARNING, "sonde"):
        app = Application(server.url, protocol, exit_s=SOON_S)
        app.emit(ITEMS)
        assert app.end() is False
        assert app.last_error["code"] == code
        assert app.last_error["endpoint"] == f"127.0.0.1:{server.port}"
        for signal in Signal:
            row = app.row(signal)
            assert row["received"] == sum(row["dropped"].values()) == len(ITEMS)
            assert most(arrived(server, signal)) <= 1
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 1, lines
    assert code in lines[0]
    assert "25 spans" in lines[0]
    assert "Traceback" not in caplog.text


GRPC_WAIT = base64.b64encode(status_bytes(UnavailableError("full", retry_after_s=0.05))).decode()
FOR_NOW = {
    "refuses-connections": (None, "http/protobuf"),
    "refuses-connections-json": (None, "http/json"),
    "resets": (hostile.reset_unanswered(), "http/protobuf"),
    "is-busy": (http_503(retry_after="0"), "http/protobuf"),
    "is-exhausted-and-says-for-how-long": (
        hostile.grpc_answer(None, grpc_status="8", grpc_status_details_bin=GRPC_WAIT), "grpc"
    ),
    "drains": (hostile.grpc(lambda peer: (peer.read_headers(), peer.go_away(0))), "grpc"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FOR_NOW)
def test_what_was_emitted_in_an_outage_arrives_once_after_it(fault, clock, caplog):
    """The server is away at the application's start, comes, goes in the middle, and comes back. Nothing is lost or doubled,
    but where a request was received and its answer lost."""
    script, protocol = FOR_NOW[fault]
    good = hostile.grpc_answer() if protocol == "grpc" else hostile.answer()
    sent: list[int] = []
    with hostile.port_kept() as port, caplog.at_level(logging.WARNING, "sonde"):
        app = Application(f"http://127.0.0.1:{port}", protocol, clock=clock)

        def run(script, names, *, delivered):
            context = hostile.serving(script, port=port) if script else contextlib.nullcontext(hostile.Server(0))
            with context as server:
                app.emit(names)
                app.engine.flush(120 if delivered else 3)
            sent.extend(arrived(server) if delivered else ())
            return server

        run(script, range(25), delivered=False)
        run(good, range(25, 50), delivered=True)
        run(script, range(50, 75), delivered=False)
        last = run(good, range(75, 100), delivered=True)
        assert sorted(sent) == list(range(100))
        assert sorted(arrived(last, Signal.LOGS)) == list(range(50, 100))
        assert app.row()["exported"] == app.row(Signal.LOGS)["exported"] == 100
        assert app.end() is True
    assert len(caplog.records) <= 2, caplog.text


def test_an_hour_away_with_a_spool_costs_nothing_and_comes_in_order(tmp_path, clock, caplog):
    """And the log says now and then, less and less, that the server is away; memory holds nothing but the newest."""
    minutes, each = 60, 30
    with hostile.port_kept() as port, caplog.at_level(logging.WARNING, "sonde"):
        url = f"http://127.0.0.1:{port}"
        app = Application(url, clock=clock, spool=SpoolSettings(tmp_path), backlog_bytes=100_000)
        for minute in range(minutes):
            app.trace(range(minute * each, (minute + 1) * each))
            assert app.engine.flush(0.5) is (minute > 0), (
                "on disk counts as settled once the server is known to be away"
            )
            clock.advance(60)
            assert app.engine.stats()["engine"]["backlog_bytes"] < 20_000
        assert app.row()["spooled"] + app.row()["held"] == minutes * each
        told = [record.getMessage() for record in caplog.records]
        assert 10 <= len(told) <= 25
        assert all("errno.ECONNREFUSED" in line and "waits" in line for line in told)
        with hostile.serving(hostile.answer(), port=port) as server:
            while app.row()["exported"] < minutes * each:
                app.engine.flush(5)
                clock.advance(1)
        assert arrived(server) == list(range(minutes * each))
        assert app.end() is True
        assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_in_an_hour_without_a_spool_memory_stays_bounded_and_what_is_lost_is_counted(clock, caplog):
    bound = 20_000
    with hostile.refusing() as port, caplog.at_level(logging.WARNING, "sonde"):
        app = Application(f"http://127.0.0.1:{port}", clock=clock, backlog_bytes=bound)
        for minute in range(60):
            app.emit(range(minute * 100, (minute + 1) * 100))
            app.engine.flush(0.1)
            assert app.engine.stats()["engine"]["backlog_bytes"] <= bound
            clock.advance(60)
        dropped = app.row()["dropped"]
        assert dropped.keys() <= {"backlog_full", "retry_exhausted", "sampled"}
        assert app.row()["received"] == 6000
        assert app.end() is False
    warnings = [line for line in caplog.messages if "dropped" in line]
    assert 10 <= len(warnings) <= 25
    assert all("errno.ECONNREFUSED" in line for line in warnings)
    assert len(app.engine._dispatch.deliveries.routes) == 3


def test_a_disk_that_fills_up_in_an_outage_is_told_and_costs_only_what_is_counted(tmp_path, clock, caplog):
    """The spool takes what fits, memory holds what it may, the rest is counted; then the disk has room and the server is back."""
    disk = SimulatedDisk()
    disk.capacity = 6_000
    with hostile.port_kept() as port, caplog.at_level(logging.WARNING, "sonde"):
        spool = SpoolSettings(tmp_path)
        url = f"http://127.0.0.1:{port}"
        app = Application(url, clock=clock, spool=spool, disk=disk, backlog_bytes=3_000, retry_s=3600.0)
        for minute in range(30):
            app.trace(range(minute * 20, (minute + 1) * 20))
            app.engine.flush(0.5)
            clock.advance(60)
        row = app.row()
        assert is_conserved(app.engine.stats())
        assert row["dropped"].keys() == {"backlog_full", "sampled"}
        assert row["spooled"] > 0
        assert row["held"] > 0
        disk.capacity = 1 << 30
        with hostile.serving(hostile.answer(), port=port) as server:
            while app.row()["held"] + app.row()["spooled"]:
                app.engine.flush(5)
                clock.advance(5)
        sent = arrived(server)
        assert most(sent) == 1
        assert len(sent) == app.row()["exported"] == 600 - sum(app.row()["dropped"].values())
        assert app.end() is True
    assert "disk is full" in caplog.text
    assert len(caplog.records) <= 3 * 31


@pytest.mark.parametrize("hint", [{}, {"retry-after": "1"}, {"retry-after": "-1"}, {"retry-after": "NaN"}], ids=str)
def test_a_storm_of_503_is_not_answered_with_a_storm(hint, clock):
    """Ten minutes of nothing but 503: the server sees a handful of requests a minute, and afterwards gets everything."""
    with hostile.port_kept() as port:
        app = Application(f"http://127.0.0.1:{port}", clock=clock, retry_s=3600.0)
        app.trace(range(50))
        with hostile.serving(hostile.answer(503, hint), port=port) as server:
            for _ in range(60):
                app.engine.flush(1)
                clock.advance(9)
        assert 10 <= len(server.requests) <= 10 * 60 / 2
        with hostile.serving(hostile.answer(), port=port) as server:
            assert app.engine.flush(300)
        assert sorted(arrived(server)) == list(range(50))
        assert app.end()


def test_a_server_that_asks_for_a_minute_is_left_alone_and_nothing_is_lost(clock):
    with hostile.serving(hostile.answer(429, {"retry-after": "60"}, times=1), hostile.answer()) as server:
        app = Application(server.url, clock=clock, in_flight=1)
        app.trace(range(50))
        app.engine.flush(30)
        assert len(server.requests) == 1
        assert app.engine.flush(90)
        assert len(server.requests) == 6
        assert app.row()["dropped"] == {}
        assert app.end()


def test_items_that_a_server_rejects_are_counted_told_and_not_repeated(caplog):
    partial = response_bytes(Outcome(accepted=22, rejected=3, message="too old: <x>"))
    with hostile.serving(hostile.answer(200, {"content-type": "application/x-protobuf"}, partial)) as server:
        app = Application(server.url, batch={"batch_items": 100})
        app.trace(range(25))
        assert app.engine.flush()
        row = app.row()
        assert (row["exported"], row["rejected"]) == (22, 3)
        app.end()
        assert len(server.requests) == 1
    assert "3 spans (rejected)" in caplog.text
    assert "too old" in caplog.text


def test_one_signals_server_that_hangs_does_not_hold_up_the_others():
    """All signals share four places for requests under way; a server that hangs may take all of them but not for ever."""
    with hostile.serving(hostile.half_open()) as hanging, hostile.serving(hostile.answer()) as server:
        app = Application(server.url, timeout_s=0.2, by_signal={Signal.LOGS: hanging.url})
        app.emit(range(100))
        wait_until(lambda: app.row()["exported"] == 100, within_s=20, what="all spans", every_s=0.01)
        app.end(0)
        assert sorted(arrived(server)) == list(range(100))


def test_providers_that_are_shut_down_one_after_the_other_wait_once_in_all(monkeypatch):
    """With a server that hangs, each would wait for its whole bound, and the application's end would take three times as long."""
    limits = []

    def flush(_engine, timeout_s=30.0, *, hopeful=True):
        limits.append(timeout_s)
        time.sleep(0.05)
        return False

    with hostile.refusing() as port:
        app = Application(f"http://127.0.0.1:{port}", exit_s=2.0)
        monkeypatch.setattr(Engine, "flush", flush)
        app.tracers.shutdown()
        app.loggers.shutdown()
        assert limits[0] == 2.0
        assert limits[1] <= limits[0] - 0.05
        app.end(0)


@pytest.mark.parametrize(("answer", "says"), [(None, "cannot be delivered"), (403, "25 log_records (refused)")])
def test_trouble_with_one_signals_server_is_told_though_the_others_work(answer, says, clock, caplog):
    """What works must not hide what doesn't."""
    with hostile.port_kept() as port, hostile.serving(hostile.answer()) as server:
        broken = hostile.serving(hostile.answer(answer), port=port) if answer else contextlib.nullcontext()
        with broken, caplog.at_level(logging.WARNING, "sonde"):
            app = Application(server.url, clock=clock, by_signal={Signal.LOGS: f"http://127.0.0.1:{port}"})
            app.emit(range(25))
            for _ in range(10):
                app.trace([100])
                app.engine.flush(1)
                clock.advance(1)
            assert app.row()["exported"] == 35
            assert len(caplog.messages) == 1
            assert says in caplog.text
            assert f"127.0.0.1:{port}" in caplog.text
            app.end(0)


def test_a_request_that_is_still_unanswered_at_the_end_is_the_cause_that_is_told(caplog):
    """It may have been begun long before the end, with more time than the end leaves it."""
    with hostile.serving(hostile.half_open()) as server:
        app = Application(server.url, timeout_s=60.0, exit_s=0.05)
        app.trace(range(25))
        wait_until(lambda: server.requests, within_s=20, what="a request", every_s=0.005)
        assert app.end() is False
    assert f"at 127.0.0.1:{server.port}" in caplog.text
    assert "timeout.reply" in caplog.text
