"""Applications that fork, exit, are killed, and emit where nobody should, with their telemetry set up in one line.

Each runs as a process of its own against a real socket: only so the interpreter's end, the kernel's signals and other people's
monkey-patches are the real ones.
"""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

import hostile_servers as hostile
from fault.exporting import arrived
from servers import loopback_environment
from sonde.core.signal import Signal

APP = Path(__file__).with_name("exporting_app.py")
WITHIN_S = 30


@contextmanager
def application(url, *arguments, **variables):
    environment = loopback_environment(
        {
            "OTEL_EXPORTER_OTLP_ENDPOINT": url,
            "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "20",
            "OTEL_BSP_MAX_QUEUE_SIZE": "50000",
            "OTEL_BSP_SCHEDULE_DELAY": "20",
            "SONDE_SPOOL": "off",
            **variables,
        }
    )
    process = subprocess.Popen(
        [sys.executable, str(APP), *map(str, arguments)],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # with its children, which would keep the streams open
        process.communicate()


def finished(url, *arguments, code=0, **variables):
    """What a run said on both streams; it must end by itself, with its own exit code."""
    with application(url, *arguments, **variables) as process:
        out, errors = process.communicate(timeout=WITHIN_S)
    assert process.returncode == code, errors
    assert "Traceback" not in errors, errors
    return [json.loads(line) for line in out.splitlines() if line[0] in "{["], errors


def test_the_interpreters_end_delivers_what_was_emitted_before_it():
    """Also from a thread that outlives the main one, and by `atexit`; the exit code stays the application's."""
    with hostile.serving(hostile.answer()) as server:
        _, errors = finished(server.url, "late", code=3)
    seen = Counter(arrived(server))
    assert {100, 400, *range(200, 300), *range(300, 310)} <= seen.keys()
    assert all(times == 1 for number, times in seen.items() if number != 999)
    assert 401 in arrived(server, Signal.LOGS)
    assert all("(shutdown)" in line for line in errors.splitlines() if "sonde:" in line), errors


def test_signal_handlers_finalizers_and_a_thousand_threads_lose_nothing():
    with hostile.serving(hostile.answer()) as server:
        (figures,), _ = finished(server.url, "everywhere")
    seen = Counter(arrived(server))
    handled = figures.pop("handled")
    expected = {*range(10_000, 10_000 + handled), *range(20_000, 23_000), *range(30_000, 31_000)}
    assert handled > 0
    assert set(seen) == expected
    assert max(seen.values()) == 1
    assert figures["exported"] == figures["received"] == len(expected)


def test_an_event_loop_is_never_made_to_wait_whatever_the_server_does():
    """Nothing that the loop's thread does while it emits touches a socket, a file or another process."""
    with hostile.serving(hostile.half_open()) as server:
        (seen,), errors = finished(server.url, "loop", SONDE_EXIT="300ms")
    assert seen == []
    assert "timeout.reply" in errors


def test_greenlets_deliver():
    pytest.importorskip("gevent")
    with hostile.serving(hostile.answer()) as server:
        (figures,), _ = finished(server.url, "greenlets")
    assert figures["exported"] == 200
    assert sorted(arrived(server)) == list(range(210))


def test_a_fork_that_python_is_not_told_of_doubles_nothing_and_ends():
    """The child's first items may be lost with its parent's, for nothing tells them apart; then it is a process of its own."""
    with hostile.serving(hostile.answer()) as server:
        finished(server.url, "foreign_fork", OTEL_BSP_SCHEDULE_DELAY="3600000")
    seen = Counter(arrived(server))
    assert set(range(10)) <= seen.keys()
    assert set(range(1100, 1120)) <= seen.keys()
    assert max(seen.values()) == 1


def test_workers_of_every_kind_deliver_their_own():
    with hostile.serving(hostile.answer()) as server:
        finished(server.url, "prefork", OTEL_BSP_SCHEDULE_DELAY="3600000")
    expected = [*range(10), *(first + n for first in (100, 200, 300, 400) for n in range(5))]
    assert sorted(arrived(server)) == expected


def test_the_sdks_own_processors_deliver_at_the_end_though_the_spool_cannot_be_written():
    never = {"OTEL_BSP_SCHEDULE_DELAY": "3600000", "OTEL_BLRP_SCHEDULE_DELAY": "3600000"}
    with hostile.serving(hostile.answer()) as server:
        _, errors = finished(
            server.url, "official", SONDE_SPOOL="/proc/version/spool", SONDE_SPOOL_AHEAD="true", **never
        )
    for each in (Signal.TRACES, Signal.LOGS):
        assert sorted(arrived(server, each)) == list(range(25)), each
    assert set(arrived(server, Signal.METRICS)) == set(range(25))  # sums, which may be read more than once
    assert "cannot be used now" in errors


def test_what_was_on_disk_outlives_every_kind_of_sudden_death(tmp_path):
    """SIGTERM's default, SIGKILL and `os._exit` end a process at once; the next one delivers what they left, once."""
    variables = {"SONDE_SPOOL": str(tmp_path), "SONDE_SPOOL_AHEAD": "true"}
    with hostile.port_kept() as port:  # the same, for what was meant for one server is not sent to another
        url = f"http://127.0.0.1:{port}"
        with (
            application(url, "killed", 0, **variables) as terminated,
            application(url, "killed", 100, **variables) as killed,
            application(url, "killed", 200, "now", **variables) as gone,
        ):
            for process, number in ((terminated, signal.SIGTERM), (killed, signal.SIGKILL)):
                assert process.stdout.readline() == "ready\n"
                os.kill(process.pid, number)
            codes = [process.wait(WITHIN_S) for process in (terminated, killed, gone)]
        assert codes == [-signal.SIGTERM, -signal.SIGKILL, 9]
        with hostile.serving(hostile.answer(), port=port) as server:
            (figures,), _ = finished(url, "drain", 150, **variables)
    assert figures["adopted"] == figures["exported"] == 150
    assert sorted(arrived(server)) == [*range(50), *range(100, 150), *range(200, 250)]
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
