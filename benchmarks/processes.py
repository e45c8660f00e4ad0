"""Starting Sonde and its peers for a measurement, and reading what they used.

CPU is user plus system time of a process and all its descendants, ended ones included; memory is the sum of proportional
set sizes, so that pages shared between parent and children count once.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def tree(pid: int) -> list[psutil.Process]:
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]


def cpu_seconds(pid: int) -> float:
    """User and system seconds of a process tree so far, reaped children included."""
    total = 0.0
    for process in tree(pid):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def memory_bytes(pid: int) -> int:
    """Proportional set size of a process tree now."""
    total = 0
    for process in tree(pid):
        try:
            total += process.memory_full_info().pss
        except psutil.NoSuchProcess:
            continue
    return total


def wait_for_port(port: int, process: subprocess.Popen, within_s: float = 60) -> None:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the process ended with {process.returncode} before it listened on {port}")
        with socket.socket() as sock:
            if sock.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(f"nothing listens on {port} after {within_s} s")


def wait_ready(url: str, within_s: float = 60) -> float:
    """Seconds until `url` answers 200."""
    started = time.monotonic()
    while time.monotonic() - started < within_s:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return time.monotonic() - started
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.02)
    raise RuntimeError(f"{url} is not ready after {within_s} s")


def end(process: subprocess.Popen) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Sonde:
    """A running `sonde serve` with its addresses."""

    def __init__(self, data: Path, *flags: str, environment: dict[str, str] | None = None) -> None:
        self.data = data
        self.ports = {name: free_port() for name in ("grpc", "http", "web", "metrics", "health")}
        addresses = [part for name, port in self.ports.items() for part in (f"--{name}", f"127.0.0.1:{port}")]
        self.log = (data.parent / f"{data.name}.log").open("ab")
        started = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sonde", "serve", "--data", str(data), *addresses, *flags],
            stdout=self.log,
            stderr=self.log,
            env={**os.environ, **(environment or {})},
        )
        wait_for_port(self.ports["grpc"], self.process)
        wait_ready(self.url("health", "/"))
        self.ready_after_s = time.monotonic() - started

    def url(self, name: str, path: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}{path}"

    def rows(self, table: str) -> int:
        query = urllib.request.Request(
            self.url("web", "/sonde/sql"),
            data=json.dumps({"query": f"SELECT count() AS n FROM {table}"}).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(query, timeout=30) as answer:
            return int(json.load(answer)["rows"][0]["n"])

    def wait_sum(self, total, count: int, within_s: float = 120) -> float:
        """Seconds until `total()` reaches `count`."""
        started = time.monotonic()
        found = 0
        while time.monotonic() - started < within_s:
            found = total()
            if found >= count:
                return time.monotonic() - started
            time.sleep(1.0)  # a question costs the server CPU too
        raise RuntimeError(f"{found} of {count} rows after {within_s} s")


@contextmanager
def running_sonde(*flags: str, environment: dict[str, str] | None = None):
    """A `Sonde` in a temporary directory, ended and removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="sonde-bench-") as directory:
        server = Sonde(Path(directory) / "data", *flags, environment=environment)
        try:
            yield server
        finally:
            end(server.process)


@contextmanager
def running(command: list[str], port: int, environment: dict[str, str] | None = None):
    """Any server, as a process that listens on `port`; its pid."""
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **(environment or {})},
        cwd=ROOT,
    )
    try:
        wait_for_port(port, process)
        yield process.pid
    finally:
        end(process)


def load(*arguments: object) -> dict:
    """Run the load generator and return its report."""
    command = [sys.executable, "-m", "benchmarks.load", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    return json.loads(done.stdout)
