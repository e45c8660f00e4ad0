"""A real `sonde serve` on free ports, for tests that look at it from outside.

with running_sonde(tmp_path / "data") as server:
    httpx.get(f"{server.web_url}/sonde/services")

The server is a child process of its own group, started as a user would start it; it is ended by its pid, never by name.
When the block fails, or the server does, its log is added to the failure.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

__all__ = ["RunningSonde", "free_ports", "loopback_environment", "running_sonde", "start_sonde", "wait_until"]

READY_WITHIN_S = 60.0
STOP_WITHIN_S = 45.0


def free_ports(count: int) -> list[int]:
    """`count` different loopback ports that were free a moment ago (all held at once, then let go)."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def loopback_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment without what would steer a child elsewhere: SONDE_*, OTEL_*, and proxies for loopback."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SONDE_", "OTEL_"))}
    kept |= {"NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost", "PYTHONUNBUFFERED": "1"}
    return kept | dict(extra or {})


def wait_until(check: Callable[[], Any], *, within_s: float, what: str, every_s: float = 0.05) -> Any:
    """Ask `check()` until it answers something true, and return that; AssertionError saying `what` at the deadline."""
    deadline = time.monotonic() + within_s
    while True:
        answer = check()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {within_s:g} s for {what}; the last answer was {answer!r}")
        time.sleep(every_s)


@dataclass
class RunningSonde:
    """One running server: where it listens, its process and its log.

    Attributes:
        grpc: `host:port` of OTLP/gRPC.
        http_url: base URL of OTLP/HTTP (`/v1/traces` …).
        web_url: base URL of the query APIs.
        process: the `sonde serve` process (the supervisor); doors and keeper are its children.
        get: a client of the web port that ignores proxies.
    """

    data_dir: Path
    grpc: str
    http_url: str
    web_url: str
    log_path: Path
    process: subprocess.Popen[bytes]
    get: httpx.Client = field(repr=False)

    def log(self, lines: int = 80) -> str:
        """The end of what the server printed."""
        return "\n".join(self.log_path.read_text(errors="replace").splitlines()[-lines:])

    def ask(self, path: str, **parameters: Any) -> Any:
        """GET `path` of the web port and return its JSON; AssertionError with the body when the status is not 200."""
        answer = self.get.get(path, params=parameters)
        assert answer.status_code == 200, f"GET {answer.url} answered {answer.status_code}: {answer.text[:2000]}"
        return answer.json()

    def rows(self, query: str) -> list[dict[str, Any]]:
        """The rows of an SQL query."""
        answer = self.ask("/sonde/sql", query=query)
        return list(answer["rows"])

    def is_ready(self) -> bool:
        """Whether /readyz answers 200; AssertionError when the process has ended."""
        code = self.process.poll()
        assert code is None, f"`sonde serve` ended with code {code} before it was ready:\n{self.log()}"
        try:
            return self.get.get("/readyz").status_code == 200
        except httpx.TransportError:
            return False

    def wait_ready(self, within_s: float = READY_WITHIN_S) -> None:
        """Block until the server is ready."""
        try:
            wait_until(self.is_ready, within_s=within_s, what=f"{self.web_url}/readyz")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.log()}") from None

    def stop(self) -> int:
        """End the server as a user would (SIGTERM), and return its exit code; killed when it does not end in time."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"`sonde serve` did not end within {STOP_WITHIN_S:g} s:\n{self.log()}") from None

    def kill(self) -> None:
        """Kill -9 the server and its children at this instant."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        self.process.wait(STOP_WITHIN_S)


def start_sonde(
    data_dir: Path, *flags: str, env: Mapping[str, str] | None = None, ports: list[int] | None = None
) -> RunningSonde:
    """Start `sonde serve` and return at once, ready or not; `ports` (grpc, http, web) restarts one where it was."""
    grpc, http, web = ports or free_ports(3)
    data_dir.mkdir(parents=True, exist_ok=True)
    log_path = data_dir.parent / f"{data_dir.name}.serve.log"
    addresses = ["--grpc", f"127.0.0.1:{grpc}", "--http", f"127.0.0.1:{http}", "--web", f"127.0.0.1:{web}"]
    with log_path.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "sonde", "serve", "--data", str(data_dir), *addresses, *flags],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=loopback_environment(env),
            process_group=0,
        )
    web_url = f"http://127.0.0.1:{web}"
    client = httpx.Client(base_url=web_url, timeout=10.0, trust_env=False)
    return RunningSonde(data_dir, f"127.0.0.1:{grpc}", f"http://127.0.0.1:{http}", web_url, log_path, process, client)


@contextmanager
def running_sonde(
    data_dir: Path, *flags: str, env: Mapping[str, str] | None = None, ports: list[int] | None = None
) -> Iterator[RunningSonde]:
    """A ready server over `data_dir`, ended with the block.

    Args:
        data_dir: its `--data`; made when missing, kept afterwards; the log lies beside it.
        flags: more arguments of `sonde serve`.
        env: more environment variables.
        ports: gRPC, HTTP and web port; three free ones when not given.
    """
    server = start_sonde(data_dir, *flags, env=env, ports=ports)
    try:
        server.wait_ready()
        yield server
        server.stop()
    except BaseException as error:
        error.add_note(f"the server's log ({server.log_path}):\n{server.log()}")
        raise
    finally:
        server.kill()
        server.get.close()
