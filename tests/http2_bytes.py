"""HTTP/2 as bytes, for tests that speak it by hand: build frames, cut what came back into frames, read gRPC answers.

Also `Peer`, the other end of one connection of the gRPC door without a socket: what it feeds goes straight into the
connection, on a clock that the test moves.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from hpack import Decoder

from sonde.core.clock import ManualClock
from sonde.receivers import http2_frames as h2
from sonde.receivers.http2_server import Limits, Server
from sonde.receivers.intake import Budget, DoorStats
from sonde.receivers.transport import ConnectionSlots, Deadlines

__all__ = [
    "EXPORT_TRACES",
    "HELLO",
    "Answer",
    "Echo",
    "Frame",
    "Peer",
    "answers",
    "cut",
    "data",
    "frame",
    "headers",
    "message",
    "request",
    "request_block",
]

EXPORT_TRACES = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
HELLO = h2.PREFACE + h2.settings({})


@dataclass(frozen=True)
class Frame:
    kind: int
    flags: int
    stream: int
    payload: bytes


@dataclass
class Answer:
    """What a stream was told: header fields of all blocks, message bytes, whether it was ended or reset."""

    fields: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    ended: bool = False
    reset: int | None = None

    @property
    def status(self) -> str:
        return self.fields.get("grpc-status", "")


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return len(payload).to_bytes(3, "big") + bytes((kind, flags)) + stream.to_bytes(4, "big") + payload


def cut(octets: bytes) -> list[Frame]:
    """The frames in `octets`, which must be whole."""
    found, at = [], 0
    while at < len(octets):
        size = int.from_bytes(octets[at : at + 3], "big")
        assert at + 9 + size <= len(octets), "the server wrote a frame that is cut short"
        stream = int.from_bytes(octets[at + 5 : at + 9], "big")
        found.append(Frame(octets[at + 3], octets[at + 4], stream, octets[at + 9 : at + 9 + size]))
        at += 9 + size
    return found


def answers(frames: list[Frame]) -> dict[int, Answer]:
    """What each stream was told."""
    decoder, found = Decoder(), {}
    for each in frames:
        if not each.stream or each.kind == h2.WINDOW_UPDATE:
            continue
        answer = found.setdefault(each.stream, Answer())
        if each.kind == h2.HEADERS:
            answer.fields |= dict(decoder.decode(each.payload))
        elif each.kind == h2.DATA:
            answer.body += each.payload
        elif each.kind == h2.RST_STREAM:
            answer.reset = int.from_bytes(each.payload, "big")
        answer.ended |= each.kind in (h2.HEADERS, h2.DATA) and bool(each.flags & h2.END_STREAM)
    return found


def request_block(path: str = EXPORT_TRACES, extra: dict[str, str] | None = None, **changed: str) -> bytes:
    """A request's header block as literals; `changed` replaces pseudo-headers, an empty value leaves one out."""
    fields = {":method": "POST", ":scheme": "http", ":path": path, ":authority": "test"}
    fields |= {f":{name}": value for name, value in changed.items()}
    fields |= {"content-type": "application/grpc", "te": "trailers"} | (extra or {})
    return b"".join(h2.field(name.encode(), value.encode("latin-1")) for name, value in fields.items() if value)


def headers(stream: int, block: bytes | None = None, flags: int = h2.END_HEADERS) -> bytes:
    return frame(h2.HEADERS, flags, stream, request_block() if block is None else block)


def data(stream: int, payload: bytes, *, end: bool = True) -> bytes:
    return frame(h2.DATA, h2.END_STREAM if end else 0, stream, payload)


def message(payload: bytes, *, compressed: bool = False) -> bytes:
    return bytes((compressed,)) + len(payload).to_bytes(4, "big") + payload


def request(stream: int, payload: bytes = b"hello", block: bytes | None = None) -> bytes:
    """A whole call as most clients send it."""
    return headers(stream, block) + data(stream, message(payload))


class Transport:
    """What a connection writes, and what it asked of its transport."""

    def __init__(self) -> None:
        self.written = b""
        self.is_closed = self.is_reading_paused = self.has_written_eof = False

    def write(self, octets: bytes) -> None:
        assert not self.is_closed
        self.written += octets

    def is_closing(self) -> bool:
        return self.is_closed

    def abort(self) -> None:
        self.is_closed = True

    close = abort

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.has_written_eof = True

    def get_extra_info(self, name: str) -> None:
        return None

    def pause_reading(self) -> None:
        self.is_reading_paused = True

    def resume_reading(self) -> None:
        self.is_reading_paused = False


class EchoCall:
    def __init__(self, fields: dict[bytes, bytes]) -> None:
        self.fields = fields
        self.refusal = b"\x88" + h2.field(b"grpc-status", b"12") if fields.get(b":path") == b"/unknown" else None
        self.timeout_s = float(fields.get(b"x-timeout", b"inf"))


class Echo:
    """A service that answers with the message it got: at once, or when the test says so."""

    def __init__(self) -> None:
        self.is_prompt = True
        self.asked: list[tuple] = []
        self.got: list[bytes] = []
        self.begun = 0
        self.oversized = EchoCall({b":path": b"/unknown"})

    def begin(self, fields: dict[bytes, bytes]) -> EchoCall:
        self.begun += 1
        return EchoCall(fields)

    def complete(self, calls, stream, message, *, compressed) -> None:
        self.got.append(bytes(message))
        self.asked.append((calls, stream, bytes(message)))
        if self.is_prompt:
            self.answer_all()

    def answer_all(self) -> None:
        asked, self.asked = self.asked, []
        for calls, stream, octets in asked:
            calls.settle(stream, octets[:100])

    def refusal(self, call, error=None) -> bytes:
        if error is None:
            return call.refusal
        return (
            b"\x88"
            + h2.field(b"grpc-status", str(error.traits.grpc_code).encode())
            + h2.field(b"grpc-message", error.message.encode())
        )


class Peer:
    """A client's end of one connection, without a socket; close it when done.

    Args:
        service: behind the server; an `Echo` by default.
        budget_bytes: what messages may take.
        deadlines: of the server.
        hello: whether the preface and settings are exchanged at once.
        limits: fields of `Limits` that differ from the defaults.
    """

    def __init__(
        self, service=None, *, budget_bytes=1 << 30, deadlines=None, hello=True, stats=None, budget=None, **limits
    ):
        self.clock = ManualClock()
        self.clock.advance(1000)
        self.service = service or Echo()
        self.stats = stats or DoorStats()
        self.budget = budget or Budget(budget_bytes)
        self.transport = Transport()
        self._runner = asyncio.Runner()
        self._runner.run(self._start(deadlines or Deadlines(), Limits(**limits)))
        self.decoded = 0
        if hello:
            self.feed(HELLO)
            self.take()

    async def _start(self, deadlines: Deadlines, limits: Limits) -> None:
        self.server = Server(
            self.service, limits=limits, deadlines=deadlines, slots=ConnectionSlots(1), budget=self.budget,
            stats=self.stats, sweep_s=1.0,
        )  # fmt: skip
        self.server.time = self.clock.monotonic
        self.connection = self.server.connection()
        self.connection.connection_made(self.transport)

    def feed(self, octets: bytes, *, piece: int = 1 << 30) -> None:
        """Let the connection read `octets`, at most `piece` at a time and never more than its buffer takes."""
        while octets and not self.transport.is_closed:
            buffer = self.connection.get_buffer(-1)
            count = min(len(octets), len(buffer), piece)
            buffer[:count] = octets[:count]
            octets = octets[count:]
            self.connection.buffer_updated(count)

    def turn(self) -> None:
        """Let the loop run what is due now."""
        self._runner.run(asyncio.sleep(0))

    def wait(self, seconds: float) -> None:
        """Let time pass, and the server notice."""
        self.clock.advance(seconds)
        self.connection.sweep(self.clock.monotonic())

    def take(self) -> list[Frame]:
        """The frames that the server has written since the last time."""
        written, self.transport.written = self.transport.written, b""
        return cut(written)

    def answers(self) -> dict[int, Answer]:
        return answers(self.take())

    def goaway(self) -> tuple[int, str]:
        """Code and text of the GOAWAY that the server must just have sent."""
        last = self.take()[-1]
        assert last.kind == h2.GOAWAY, last
        return int.from_bytes(last.payload[4:8], "big"), last.payload[8:].decode()

    def close(self) -> None:
        self.connection.connection_lost(None)
        self._runner.close()
