"""Hostile clients of the gRPC door: mutated byte streams by the hundred thousand, and attacks on a real door process.

    python -m tests.fault.hostile_grpc --count 500000

*Mutations* go straight into a connection without a socket: a valid session (several calls, compressed and not, padding,
CONTINUATION, control frames) is cut, flipped, spliced, repeated or fed in odd pieces. Whatever arrives, the connection must not
meet a defect, what it writes must be whole frames that an honest client accepts, an unfinished frame must stay bounded,
and every byte taken from the budget must come back.

*Attacks* go over sockets to a door in a process of its own, some at a time, while an honest client sends real
requests: none of its calls may fail, and the door's memory may not grow beyond its budget.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import logging
import random
import resource
import socket
import struct
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import grpc  # noqa: E402  the path above makes the next line work when run as a module
from hpack import Encoder  # noqa: E402
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest  # noqa: E402

from http2_bytes import (  # noqa: E402
    EXPORT_TRACES,
    HELLO,
    Peer,
    answers,
    data,
    frame,
    headers,
    message,
    request,
    request_block,
)
from sonde.receivers import http2_frames as h2  # noqa: E402
from sonde.receivers.http2_server import Limits  # noqa: E402
from sonde.receivers.intake import Budget, DoorStats, Intake, Tenants  # noqa: E402
from sonde.receivers.otlp_grpc import Config, Exports, Receiver  # noqa: E402
from sonde.receivers.transport import Deadlines  # noqa: E402

BUDGET_BYTES = 64 * 1024 * 1024
# The interpreter with its modules, and two threads that may each hold an inflated 64 MiB twice, in pieces and joined.
ROOM_BYTES = (64 + 2 * 2 * 64) * 1024 * 1024
PATIENCE_S = 0.7  # longer than any of the door's deadlines below
OK_TRAILERS = h2.field(b"grpc-status", b"0")
GZIPPED = {"grpc-encoding": "gzip"}


class Discard:
    def append(self, signal, tenant, payload, items, done) -> None:
        done(None)


def trace_request(spans: int) -> bytes:
    found = ExportTraceServiceRequest()
    scope = found.resource_spans.add().scope_spans.add()
    for index in range(spans):
        scope.spans.add(trace_id=b"t" * 16, span_id=index.to_bytes(8, "big"), name=f"span {index}")
    return found.SerializeToString()


# -- mutations


class Counter(logging.Handler):
    """Defects are logged; here they are counted."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records = []

    def emit(self, record) -> None:
        self.records.append(self.format(record))


def session(rng: random.Random) -> list[bytes]:
    """A valid session as a list of frames."""
    encoder = Encoder()
    small, large = trace_request(3), trace_request(500)
    fields = [
        (":method", "POST"),
        (":scheme", "http"),
        (":path", EXPORT_TRACES),
        ("content-type", "application/grpc"),
        ("te", "trailers"),
    ]
    block = request_block()
    parts = [HELLO]
    for stream in range(1, 14, 2):
        kind = rng.randrange(7)
        if kind == 0:
            parts += [headers(stream), data(stream, message(small))]
        elif kind == 1:
            parts += [
                headers(stream, request_block(extra=GZIPPED)),
                data(stream, message(gzip.compress(small, 1), compressed=True)),
            ]
        elif kind == 2:
            octets = message(large)
            parts += [headers(stream), data(stream, octets[:16_384], end=False), data(stream, octets[16_384:])]
        elif kind == 3:
            padded = frame(h2.DATA, h2.PADDED | h2.END_STREAM, stream, b"\x05" + message(small) + b"\0" * 5)
            parts += [
                frame(h2.HEADERS, h2.PADDED | h2.PRIORITY_FLAG | 4, stream, b"\x02\0\0\0\0\0" + block + b"\0\0"),
                padded,
            ]
        elif kind == 4:
            parts += [
                headers(stream, block[:20], 0),
                frame(h2.CONTINUATION, 4, stream, block[20:]),
                data(stream, message(small)),
            ]
        elif kind == 5:
            parts += [
                headers(stream, encoder.encode([*fields, ("grpc-timeout", f"{rng.randrange(99)}S")])),
                data(stream, message(small)),
            ]
        else:
            parts += [headers(stream), frame(h2.RST_STREAM, 0, stream, b"\0\0\0\x08")]
        parts.append(
            rng.choice(
                (
                    h2.window_update(0, 5),
                    frame(h2.PING, 0, 0, b"12345678"),
                    h2.settings({4: rng.randrange(1 << 20)}),
                    frame(h2.PRIORITY, 0, stream, b"\0" * 5),
                    b"",
                )
            )
        )
    return parts


def mutate(rng: random.Random, parts: list[bytes]) -> bytes:
    """A session that is no longer quite one."""
    parts = list(parts)
    for _ in range(rng.randrange(1, 4)):
        kind, at = rng.randrange(7), rng.randrange(1, len(parts))
        if kind == 0:
            del parts[at]
        elif kind == 1:
            parts.insert(at, parts[rng.randrange(len(parts))])
        elif kind == 2:
            parts[at] = parts[at][: rng.randrange(len(parts[at]) + 1)]
        elif kind == 3 and parts[at]:
            # Frame heads are a small part of the bytes and the larger part of the meaning.
            octets = bytearray(parts[at])
            octets[rng.randrange(min(len(octets), rng.choice((9, 9, 60, 10_000))))] = rng.randrange(256)
            parts[at] = bytes(octets)
        elif kind == 4:
            parts[at] = frame(
                rng.randrange(12), rng.randrange(256), rng.randrange(20), rng.randbytes(rng.randrange(40))
            )
        elif kind == 5:
            other = rng.randrange(1, len(parts))
            parts[at], parts[other] = parts[other], parts[at]
        else:
            parts[at] = parts[at] + rng.randbytes(rng.randrange(20))
        if len(parts) < 2:
            break
    return b"".join(parts)


class Mutations:
    """Feeds mutated sessions to fresh connections of one server."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.defects = Counter()
        logging.getLogger("sonde.receivers").addHandler(self.defects)
        stats, budget = DoorStats(), Budget(BUDGET_BYTES)
        intake = Intake(Discard(), stats=stats, budget=budget, tenants=Tenants())
        self.exports = Exports(intake, stats, 1 << 20, 1 << 30)
        self.peer = Peer(self.exports, stats=stats, budget=budget, hello=False, max_message_bytes=1 << 20)

    def run(self, count: int) -> dict[str, int]:
        found = {"sessions": count, "answered": 0, "goaway": 0, "hung up": 0}
        parts: list[bytes] = []
        for index in range(count):
            if index % 50 == 0:
                parts = session(self.rng)
            self.one(mutate(self.rng, parts), found)
        return found

    def one(self, octets: bytes, found: dict[str, int]) -> None:
        peer, rng = self.peer, self.rng
        peer.connection.connection_lost(None)
        assert peer.budget.held == 0, "bytes of a lost connection are given back"
        peer.transport = type(peer.transport)()
        peer.connection = peer.server.connection()
        peer.connection.connection_made(peer.transport)
        peer.feed(octets, piece=rng.choice((1 << 30, 1 << 30, 5000, 300)))
        assert len(peer.connection._reader.rest) <= peer.server.limits.max_block_bytes + 9
        if rng.random() < 0.2:
            peer.wait(rng.choice((0.1, 20, 100)))
        if rng.random() < 0.2:
            peer.connection.eof_received()
        if peer.transport.written.startswith(b"HTTP/1.1"):
            return
        frames = peer.take()
        found["answered"] += sum(OK_TRAILERS in each.payload for each in frames if each.kind == h2.HEADERS)
        if rng.random() < 0.1:
            answers(frames)  # an honest client's decoder accepts every header block
        found["goaway"] += any(each.kind == h2.GOAWAY for each in frames)
        found["hung up"] += peer.transport.is_closed
        assert not self.defects.records, self.defects.records

    def close(self) -> None:
        self.exports.close()
        self.peer.close()
        assert self.peer.budget.held == 0


# -- attacks


def many(*parts: bytes, times: int) -> bytes:
    return b"".join(parts) * times


@cache
def attacks() -> dict[str, bytes]:
    """What is sent after the preface and settings; the connection then stays open until the door ends it, or for a while."""
    streams = range(1, 20_001, 2)
    bomb = message(gzip.compress(bytes(100 << 20), 1), compressed=True)
    announced = b"\0" + struct.pack(">L", 64 << 20)
    table = b"\x40\x01x\x7f\xa1\x1e" + b"y" * 4000
    return {
        "pings": many(frame(h2.PING, 0, 0, b"12345678"), times=50_000),
        "settings": many(h2.settings({4: 100}), times=50_000),
        "empty settings": many(h2.settings({}), times=100_000),
        "window updates": many(h2.window_update(0, 1), times=100_000),
        "rapid reset": b"".join(headers(n) + frame(h2.RST_STREAM, 0, n, b"\0\0\0\x08") for n in streams),
        "rapid reset after the message": b"".join(
            request(n, b"") + frame(h2.RST_STREAM, 0, n, b"\0\0\0\x08") for n in streams
        ),
        "continuations": headers(1, b"", 0) + many(frame(h2.CONTINUATION, 0, 1, b""), times=100_000),
        "large continuations": headers(1, b"", 0) + many(frame(h2.CONTINUATION, 0, 1, b"a" * 16_000), times=200),
        "empty data": headers(1) + many(data(1, b"", end=False), times=100_000),
        "one octet of data a frame": headers(1)
        + data(1, announced, end=False)
        + many(data(1, b"\0", end=False), times=50_000),
        "padding only": headers(1) + many(frame(h2.DATA, h2.PADDED, 1, b"\xff" + bytes(255)), times=5000),
        "header list bomb": headers(1, table) + b"".join(headers(n, b"\xbe" * 16_000) for n in range(3, 400, 2)),
        "huffman": b"".join(
            headers(n, b"\x00\x01a\xff\x81\x7c" + b"\x18\xc6\x31\x8c\x63" * 3200) for n in range(1, 200, 2)
        ),
        "gzip bomb": b"".join(headers(n, request_block(extra=GZIPPED)) + data(n, bomb) for n in (1, 3, 5)),
        "announced and never sent": b"".join(headers(n) + data(n, announced, end=False) for n in range(1, 256, 2)),
        "sent to the budget and never ended": b"".join(
            headers(n) + data(n, announced + bytes(900_000), end=False) for n in range(1, 128, 2)
        ),
        "beyond the windows": headers(1) + many(data(1, bytes(1_000_000), end=False), times=40),
        "unknown frames": many(frame(0x77, 0xFF, 0, bytes(60_000)), times=200),
        "unknown methods": b"".join(headers(n, request_block("/x")) for n in streams),
        "malformed messages": b"".join(request(n, b"\xff\xff\xff") for n in streams),
        "no window for answers": h2.settings({4: 0})
        + b"".join(request(n, trace_request(1)) for n in range(1, 1000, 2)),
        "priorities": many(frame(h2.PRIORITY, 0, 1, b"\0" * 5), times=50_000),
        "goaway and on": frame(h2.GOAWAY, 0, 0, bytes(8)) + many(frame(h2.PING, 0, 0, bytes(8)), times=10_000),
        "half a header": headers(1)[:20],
        "half a message": headers(1) + data(1, message(b"x" * 1000))[:200],
        "nothing more": b"",
    }


def attack(port: int, octets: bytes, *, reads: bool) -> str:
    """Send all that the door takes, and see how it ends."""
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.settimeout(PATIENCE_S)
        try:
            sender = threading.Thread(target=_send, args=(sock, octets))
            sender.start()
            while reads and sock.recv(65536):
                pass
            sender.join()
        except TimeoutError:
            return "left open"
        except OSError:
            return "reset"
        return "closed"


def _send(sock: socket.socket, octets: bytes) -> None:
    try:
        sock.sendall(HELLO + octets)
    except OSError:
        return


class HonestClient:
    """An ordinary grpcio client that sends without pause and minds every failure."""

    def __init__(self, port: int) -> None:
        self.sent, self.failures = 0, []
        self._stop = threading.Event()
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        export = self._channel.unary_unary(EXPORT_TRACES)
        payload = trace_request(100)
        while not self._stop.is_set():
            try:
                export(payload, timeout=20, wait_for_ready=True)
                self.sent += 1
            except grpc.RpcError as error:
                # The budget is one for all; while an attack fills it, an honest client is told to come again.
                if error.code() != grpc.StatusCode.RESOURCE_EXHAUSTED:
                    self.failures.append(f"{error.code()}: {error.details()}")

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        self._channel.close()


async def serve_door() -> None:
    """The door that is attacked, in its own process: prints its port, and figures when its standard input ends."""
    stats, budget = DoorStats(), Budget(BUDGET_BYTES)
    intake = Intake(Discard(), stats=stats, budget=budget, tenants=Tenants())
    deadlines = Deadlines(header_s=0.3, body_s=0.3, idle_s=30, write_s=0.3, linger_s=0.2)
    config = Config(limits=Limits(), deadlines=deadlines, sweep_s=0.05)
    receiver = Receiver(config, intake, stats)
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    await receiver.start([listener])
    print(listener.getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await receiver.stop(5)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"held": budget.held, "peak": peak, "stats": stats.snapshot()}), flush=True)


def run_attacks(rounds: int) -> dict[str, object]:
    """Every attack, `rounds` times, a few at once, beside an honest client."""
    command = [
        sys.executable,
        "-c",
        "import asyncio, uvloop; from tests.fault.hostile_grpc import serve_door; uvloop.run(serve_door())",
    ]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    ) as door:
        port = int(door.stdout.readline())
        client = HonestClient(port)
        endings: dict[str, int] = {}
        with ThreadPoolExecutor(6) as pool:
            jobs = [
                pool.submit(attack, port, octets, reads=turn % 4 != 3)
                for turn in range(rounds)
                for octets in attacks().values()
            ]
            for job in jobs:
                ending = job.result()
                endings[ending] = endings.get(ending, 0) + 1
        client.close()
        report, errors = door.communicate(timeout=30)
    found = json.loads(report)
    assert "defect" not in errors, errors
    assert not client.failures, client.failures[:5]
    assert client.sent > 0
    assert found["held"] == 0
    assert found["peak"] < BUDGET_BYTES + ROOM_BYTES, f"the door grew to {found['peak'] >> 20} MiB"
    return {
        "endings": endings,
        "honest calls": client.sent,
        "peak MiB": found["peak"] >> 20,
        "refused": found["stats"]["refused"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--count", type=int, default=500_000, help="mutated sessions; one round of attacks for every 50,000"
    )
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    mutations = Mutations(options.seed)
    started = time.perf_counter()
    print(mutations.run(options.count), f"{options.count / (time.perf_counter() - started):.0f} a second", flush=True)
    mutations.close()
    print(run_attacks(max(1, options.count // 50_000)), flush=True)


if __name__ == "__main__":
    main()
