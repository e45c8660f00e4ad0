"""An OTLP/HTTP receiver on a free port, in a thread of the test's own process, with a sink that the test commands.

with running_door(Config(...)) as door:
    with door.connect() as wire:
        wire.send(request("/v1/traces", payload))
        assert wire.answer().status == 200

`Wire` is a raw socket, because half of what is tested is what no HTTP client would send.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import uvloop

from sonde.receivers.intake import Budget, DoorStats, Intake, TenantConfig, Tenants
from sonde.receivers.otlp_http import Config, Receiver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sonde.core.errors import SondeError

__all__ = ["Answer", "Door", "FakeSink", "Wire", "request", "running_door"]

PATIENCE_S = 20.0


class FakeSink:
    """Keeps requests in a list; confirms them at once, or when `release` is called, or refuses them."""

    def __init__(self) -> None:
        self.kept: list[tuple[Any, str, bytes, int]] = []
        self.refusal: SondeError | None = None
        self.holds = False
        self.held: list[Callable[[SondeError | None], None]] = []
        self.arrived = threading.Semaphore(0)

    def append(self, signal, tenant, payload, items, done) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.kept.append((signal, tenant, bytes(payload), items))
        if self.holds:
            self.held.append(done)
        else:
            done(None)
        self.arrived.release()


@dataclass
class Answer:
    """One HTTP answer; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class Wire:
    """A client's socket."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.sock.settimeout(PATIENCE_S)
        self._buffer = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.sock.close()

    def send(self, *data: bytes) -> None:
        self.sock.sendall(b"".join(data))

    def push(self, data: bytes, patience_s: float = 0.3) -> int:
        """Send until the server reads no more for a while; how many bytes went out."""
        view, sent = memoryview(data), 0
        self.sock.settimeout(patience_s)
        with suppress(TimeoutError):
            while sent < len(view):
                sent += self.sock.send(view[sent:])
        self.sock.settimeout(PATIENCE_S)
        return sent

    def reset(self) -> None:
        """Leave without a word: the server sees a reset connection."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def answer(self, *, has_body: bool = True) -> Answer:
        """The next answer; an EOFError when the server closed instead."""
        head = self._until(b"\r\n\r\n").decode("latin-1")
        line, *lines = head.split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in lines) if name}
        length = int(headers.get("content-length", 0)) if has_body else 0
        while len(self._buffer) < length:
            self._more()
        body, self._buffer = self._buffer[:length], self._buffer[length:]
        return Answer(int(line.split(" ")[1]), headers, body)

    def is_closed(self) -> bool:
        """Wait for the server's end of the stream; False when it sends something instead."""
        try:
            return not self._buffer and not self.sock.recv(1)
        except ConnectionError:
            return True

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._buffer:
            self._more()
        found, _, self._buffer = self._buffer.partition(mark)
        return found

    def _more(self) -> None:
        data = self.sock.recv(1 << 16)
        if not data:
            raise EOFError("the server closed the connection")
        self._buffer += data


class Door:
    """A running receiver, its sink and its counters."""

    def __init__(self, config: Config, sink: FakeSink, budget: Budget, tenants: TenantConfig | None) -> None:
        self.config = config
        self.sink = sink
        self.stats = DoorStats()
        self.budget = budget
        self._tenants = tenants
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = self._listener.getsockname()[1]
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: uvloop.run(self._serve()), daemon=True)

    async def _serve(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._ended = asyncio.Event()
        intake = Intake(self.sink, stats=self.stats, budget=self.budget, tenants=Tenants(self._tenants))
        self.receiver = Receiver(self.config, intake, self.stats)
        await self.receiver.start([self._listener])
        self._ready.set()
        await self._ended.wait()
        await self.receiver.stop(0.5)

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(PATIENCE_S)

    def end(self) -> None:
        self.loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(PATIENCE_S)

    def call(self, action: Callable[[], Any]) -> Any:
        """Run something on the receiver's loop and return its result."""

        async def run() -> Any:
            return action()

        return asyncio.run_coroutine_threadsafe(run(), self.loop).result(PATIENCE_S)

    def stop(self, grace_s: float) -> Any:
        """Begin to stop the receiver; the future is done when it has stopped."""
        return asyncio.run_coroutine_threadsafe(self.receiver.stop(grace_s), self.loop)

    def release(self, error: SondeError | None = None) -> None:
        """Confirm (or refuse) everything that the sink holds back."""

        def confirm() -> None:
            held, self.sink.held = self.sink.held, []
            for done in held:
                done(error)

        self.call(confirm)

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something holds, looking at it on the receiver's loop, between its other work."""

        async def look() -> None:
            while not condition():  # noqa: ASYNC110 -- any condition may be asked for; most have no event
                await asyncio.sleep(0.005)

        asyncio.run_coroutine_threadsafe(asyncio.wait_for(look(), PATIENCE_S), self.loop).result()

    def connect(self, tls: ssl.SSLContext | None = None) -> Wire:
        sock = socket.create_connection(("127.0.0.1", self.port), PATIENCE_S)
        return Wire(tls.wrap_socket(sock, server_hostname="localhost") if tls else sock)

    def ask(self, data: bytes) -> Answer:
        """The answer to one request on a connection of its own."""
        with self.connect() as wire:
            wire.send(data)
            return wire.answer(has_body=not data.startswith(b"HEAD"))


@contextmanager
def running_door(
    config: Config | None = None, *, budget: Budget | None = None, tenants: TenantConfig | None = None
) -> Iterator[Door]:
    """A receiver that runs until the block ends."""
    door = Door(config or Config(), FakeSink(), budget or Budget(), tenants)
    door.start()
    try:
        yield door
    finally:
        door.end()


def request(
    path: str = "/v1/traces",
    body: bytes = b"",
    *lines: str,
    method: str = "POST",
    content_type: str | None = "application/x-protobuf",
) -> bytes:
    """An HTTP/1.1 request with a content length; `lines` are further header lines."""
    head = [f"{method} {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}", *lines]
    if content_type is not None:
        head.append(f"Content-Type: {content_type}")
    return "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body
