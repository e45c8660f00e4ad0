"""The child process: `sonde serve`, started as a person would start it, in a process group of its own.

Ctrl-C in the terminal therefore reaches the demo alone, which first sends what it holds and then ends the server. What the
server prints goes to a log file; when the server dies its last lines are part of the error.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

from sonde.core.errors import ConfigError, DeadlineError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

__all__ = ["SERVE", "STANDARD", "Addresses", "Server", "choose_addresses", "is_free"]

SERVE = (sys.executable, "-m", "sonde", "serve")
"""The command that starts the server, before its flags."""

_LOG_LINES = 15


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the server listens: `host:port` of OTLP/gRPC, OTLP/HTTP and the web APIs."""

    grpc: str
    http: str
    web: str

    @property
    def web_url(self) -> str:
        """Base URL of the web APIs."""
        return f"http://{self.web}"

    @property
    def flags(self) -> list[str]:
        """The flags of `sonde serve`."""
        return ["--grpc", self.grpc, "--http", self.http, "--web", self.web]


STANDARD = Addresses("127.0.0.1:4317", "127.0.0.1:4318", "127.0.0.1:4321")


def _split(address: str) -> tuple[str, int]:
    host, colon, port = address.rpartition(":")
    if not colon or not port.isdigit() or int(port) > 65535:
        raise ConfigError(f"{address!r} is not HOST:PORT; write 127.0.0.1:4317 for example")
    return host.strip("[]") or "127.0.0.1", int(port)


def _bound(host: str, port: int) -> int:
    """The port a socket gets there; OSError when it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
        return int(probe.getsockname()[1])


def is_free(address: str) -> bool:
    """Whether one can listen at `host:port` right now."""
    host, port = _split(address)
    try:
        _bound(host, port)
    except OSError:
        return False
    return True


def _free_instead(address: str) -> str:
    host, _ = _split(address)
    return f"{host}:{_bound(host, 0)}"


def choose_addresses(
    grpc: str | None, http: str | None, web: str | None, free: Callable[[str], bool] = is_free
) -> tuple[Addresses, list[str]]:
    """What to listen on: what was asked for, else the standard port if it is free, else a free one.

    Returns:
        The addresses, and a sentence for each standard port that was taken.

    Raises:
        ConfigError: an address that was asked for is malformed or taken.
    """
    chosen, remarks = [], []
    for asked, standard in ((grpc, STANDARD.grpc), (http, STANDARD.http), (web, STANDARD.web)):
        if asked is not None:
            if not free(asked):
                raise ConfigError(
                    f"{asked} is taken by another process; give another address, or none to have one chosen"
                )
            chosen.append(_free_instead(asked) if asked.endswith(":0") else asked)
        elif free(standard):
            chosen.append(standard)
        else:
            chosen.append(_free_instead(standard))
            remarks.append(f"{standard} is taken, using {chosen[-1]} instead")
    return Addresses(*chosen), remarks


class Server:
    """One `sonde serve` process.

    Args:
        data_dir: its `--data`.
        log_path: where its output goes.
        addresses: where it listens.
        environment: its environment variables.
        command: the command to start; `python -m sonde serve` unless a test plays the server.
    """

    def __init__(
        self,
        data_dir: Path,
        log_path: Path,
        addresses: Addresses,
        environment: Mapping[str, str],
        command: tuple[str, ...] = SERVE,
    ) -> None:
        self.log_path = log_path
        self.addresses = addresses
        with log_path.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  the command is ours
                [*command, "--data", str(data_dir), *addresses.flags],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(environment),
                process_group=0,
            )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def check(self) -> None:
        """Raise UnavailableError with the log's last lines when the process has ended."""
        code = self._process.poll()
        if code is not None:
            raise UnavailableError(f"the server ended with code {code}; its last words:\n{self.last_words()}")

    def last_words(self) -> str:
        """The last lines of its log, indented."""
        lines = self.log_path.read_text(errors="replace").splitlines()[-_LOG_LINES:]
        return "\n".join(f"    {line}" for line in lines) or "    (it printed nothing)"

    def wait_ready(self, within_s: float, wait: Callable[[float], object] = time.sleep) -> None:
        """Block until /readyz answers 200.

        Args:
            within_s: how long to wait, seconds.
            wait: sleeps for that many seconds; a true answer gives up the wait early.

        Raises:
            UnavailableError: the process ended.
            DeadlineError: it was not ready in time.
        """
        deadline = time.monotonic() + within_s
        with httpx.Client(base_url=self.addresses.web_url, timeout=2.0, trust_env=False) as client:
            while not _is_ready(client):
                self.check()
                if time.monotonic() > deadline:
                    raise DeadlineError(f"the server was not ready within {within_s:g} s:\n{self.last_words()}")
                if wait(0.05):
                    return

    def stop(self, within_s: float = 15.0) -> int:
        """End it with SIGTERM, with SIGKILL when it does not go in time; returns its exit code."""
        if self._process.poll() is None:
            self._process.terminate()
        try:
            return self._process.wait(within_s)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            return self._process.wait()


def _is_ready(client: httpx.Client) -> bool:
    try:
        return client.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False
