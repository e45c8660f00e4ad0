"""Applications that are killed, forked and ended while they export: nothing doubled, nothing lost unsaid, nobody held up."""

import json
import re
import signal
import subprocess
import sys
import threading
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from servers import free_ports, loopback_environment

APP = Path(__file__).with_name("client_app.py")
NAME = re.compile(rb"item<(\d+)>")
INSTANCE = re.compile(rb"service\.instance\.id\x12.\n.([0-9a-z-]+)", re.DOTALL)
WITHIN_S = 60
BATCH = 20


class Counting(ThreadingHTTPServer):
    """An OTLP server that notes the numbers of the spans it took."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port=0):
        super().__init__(("127.0.0.1", port), Handler)
        self.taken = []
        self.instances = set()
        self.reached = threading.Event()
        self.let_go = threading.Event()
        self.let_go.set()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.reached.set()
        self.server.let_go.wait(WITHIN_S)
        self.server.taken += [int(number) for number in NAME.findall(body)]
        self.server.instances |= set(INSTANCE.findall(body))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@contextmanager
def counting(port=0):
    made = Counting(port)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.let_go.set()
        made.shutdown()
        made.server_close()


@pytest.fixture
def server():
    with counting() as made:
        yield made


def environment(url, **variables):
    return loopback_environment(
        {
            "OTEL_EXPORTER_OTLP_ENDPOINT": url,
            "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": str(BATCH),
            "OTEL_BSP_SCHEDULE_DELAY": "20",
            "SONDE_SPOOL": "off",
            **variables,
        }
    )


@contextmanager
def application(*arguments, env):
    process = subprocess.Popen(
        [sys.executable, str(APP), *map(str, arguments)], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


def finished(*arguments, env, tells=""):
    """What a run printed: its figures, if it told any. It says what it left behind, and else does not bother its host."""
    with application(*arguments, env=env) as process:
        out, error = process.communicate(timeout=WITHIN_S)
        assert process.returncode == 0
        assert tells in error.decode() if tells else not error, error.decode()
    return [json.loads(line) for line in out.splitlines() if line.startswith(b"{")]


def test_killed_with_a_spool_only_what_was_not_yet_encoded_is_lost(server, tmp_path):
    env = environment(server.url, SONDE_SPOOL=str(tmp_path), SONDE_SPOOL_AHEAD="true")
    emitted, kills = [], 2
    for run in range(kills):
        with application("forever", run * 1_000_000, env=env) as process:
            lines = [process.stdout.readline() for _ in range(500 + 300 * run)]
            process.send_signal(signal.SIGKILL)
            lines += process.stdout.readlines()
        emitted.append([int(line) for line in lines if line.endswith(b"\n")])
    finished("drain", env=env)
    seen = Counter(server.taken)
    for numbers in emitted:
        kept = [number for number in numbers if number in seen]
        assert kept == numbers[: len(kept)], "something in the middle was lost"
        assert len(numbers) - len(kept) <= 2048, "more than the lane can hold was lost"
        assert len(kept) > BATCH
    doubled = {number // 1_000_000 for number, times in seen.items() if times > 1}
    assert max(seen.values()) <= 2
    assert len(doubled) <= kills, "only what was under way at a kill may come twice"
    assert [path for path in tmp_path.rglob("*") if path.suffix in {".otlp", ".open"}] == []


def test_an_outage_that_outlives_the_process_costs_nothing_and_doubles_nothing(tmp_path):
    (port,) = free_ports(1)
    env = environment(f"http://127.0.0.1:{port}", SONDE_SPOOL=str(tmp_path))
    for run in range(2):
        finished("script", run * 200, 200, env=env, tells="kept on disk")
    with counting(port) as server:
        figures = finished("drain", env=env)[0]
        assert sorted(server.taken) == list(range(400))
    assert figures["adopted"] == figures["exported"] == 400


def test_a_short_script_delivers_at_its_end(server):
    finished("script", 0, 90, env=environment(server.url, OTEL_BSP_SCHEDULE_DELAY="3600000"))
    assert sorted(server.taken) == list(range(90))


def test_a_child_forked_during_an_export_sends_its_own_and_nothing_of_its_parent(server):
    server.let_go.clear()
    threading.Thread(target=lambda: (server.reached.wait(WITHIN_S), server.let_go.set()), daemon=True).start()
    child, parent = finished("fork", 0, 60, env=environment(server.url))
    assert sorted(server.taken) == list(range(180))
    assert (child["received"], child["exported"], parent["exported"]) == (60, 60, 120)
    assert len(server.instances) == 2
    assert b"parent" in server.instances


def test_children_of_multiprocessing_deliver_though_they_end_without_atexit(server):
    finished("pool", 0, 40, env=environment(server.url, OTEL_BSP_SCHEDULE_DELAY="3600000"))
    assert sorted(server.taken) == list(range(120))


def test_a_server_that_never_answers_does_not_keep_a_process_from_ending(server):
    server.let_go.clear()
    finished_within = environment(server.url, SONDE_EXIT="300ms", OTEL_EXPORTER_OTLP_TIMEOUT="3600000")
    with application("script", 0, 50, env=finished_within) as process:
        _, error = process.communicate(timeout=WITHIN_S)
        assert process.returncode == 0
        assert b"50 spans (shutdown)" in error


def test_two_thousand_threads_lose_nothing(server):
    figures = finished("many", 0, 5, env=environment(server.url, OTEL_BSP_MAX_QUEUE_SIZE="20000"))[0]
    assert sorted(server.taken) == list(range(10_000))
    assert figures["exported"] == figures["received"] == 10_000


def test_the_interpreters_end_is_quiet_whoever_still_emits(server):
    with application("ending", 0, 30, env=environment(server.url)) as process:
        _, error = process.communicate(timeout=WITHIN_S)
    assert process.returncode == 0
    assert all(b"(shutdown)" in line for line in error.splitlines()), error.decode()
    assert set(range(1, 31)) <= set(server.taken)


def test_a_full_disk_at_the_end_is_counted_and_harms_nobody(tmp_path):
    env = environment("http://127.0.0.1:9", SONDE_SPOOL=str(tmp_path), SONDE_EXIT="1s")
    with application("full_disk", 0, 50, env=env) as process:
        out, error = process.communicate(timeout=WITHIN_S)
    assert process.returncode == 0, error
    assert json.loads(out)["dropped"] == {"shutdown": 50}
    assert b"cannot be used now" in error
