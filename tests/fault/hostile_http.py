"""`python -m tests.fault.hostile_http --count N [--seed S]`: N hostile requests against the HTTP door, in a process of its own.

Attackers send what no honest client sends: mutated and truncated payloads, wrong headers and encodings, bombs, bodies
that are too large or never end, bytes that are no HTTP, requests that stop half-way and hang or leave. Meanwhile honest
clients send valid requests. It passes when

- every attack is answered with a 4xx (or 200, where a mutation happened to stay valid) or the connection is closed;
- every honest request is answered with 200;
- the door's memory stays bounded, and afterwards it holds no bytes and no connections.

A short form runs with the tests.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gzip
import json
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import uvloop

from sonde.core.signal import Signal
from sonde.otlp.compression import ENCODINGS, compress
from sonde.otlp.json import from_protobuf
from sonde.receivers.intake import Budget, DoorStats, Intake, Tenants
from sonde.receivers.otlp_http import Config, Receiver
from sonde.receivers.transport import Deadlines

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))

from payloads import log_requests, metric_requests, trace_requests  # noqa: E402 -- benchmarks are no package of the tests

ATTACKERS = 48
HONEST = 4
PATIENCE_S = 30.0
GROWTH_BYTES = 192 * 2**20  # every attacker's largest body held twice, the codecs' windows, and the allocator's slack
CONFIG = Config(
    max_body_bytes=1 << 20,
    max_json_bytes=1 << 20,
    max_header_bytes=8192,
    deadlines=Deadlines(header_s=1.0, body_s=1.0, idle_s=5.0, write_s=1.0, linger_s=0.3),
)


# ---- the door's process ---------------------------------------------------------------------------------------------


class _Discard:
    def append(self, _signal, _tenant, _payload, _items, done) -> None:
        done(None)


async def _serve() -> None:
    stats, budget, ended = DoorStats(), Budget(), asyncio.Event()
    receiver = Receiver(CONFIG, Intake(_Discard(), stats=stats, budget=budget, tenants=Tenants()), stats)
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    await receiver.start([listener])
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    print(listener.getsockname()[1], flush=True)
    await ended.wait()
    await receiver.stop(5)
    print(json.dumps({"held": budget.held, "open": receiver.slots.open} | stats.snapshot()), flush=True)


# ---- the attacks ----------------------------------------------------------------------------------------------------


class Attacks:
    """Makes attacks; each is the bytes to send and what the attacker does then: read, hang or leave."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        payloads = [trace_requests(4, 8), log_requests(4, 8), metric_requests(4, 8)]
        self.valid = [
            (s, p) for s, several in zip(("traces", "logs", "metrics"), payloads, strict=True) for p in several
        ]
        self.texts = {(s, p): from_protobuf(Signal(s), p) for s, p in self.valid}
        zeros = bytes(CONFIG.max_body_bytes * 8)
        self.bombs = [(name, compress(name, zeros)) for name in ENCODINGS if name != "identity"]
        self.kinds: list[Callable[[], tuple[bytes, str]]] = [
            self.payload, self.payload, self.text, self.coded, self.bomb, self.head, self.whole, self.noise,
            self.chunks, self.too_large, self.endless, self.cut, self.pipelined, self.huge_header, self.members,
        ]  # fmt: skip

    def next(self) -> tuple[str, bytes, str]:
        kind = self.rng.choice(self.kinds)
        return (kind.__name__, *kind())

    def mutate(self, data: bytes) -> bytes:
        rng, made = self.rng, bytearray(data)
        for _ in range(rng.randrange(1, 6)):
            place = rng.randrange(len(made) + 1)
            action = rng.randrange(4)
            if action == 0 and made:
                made[place % len(made)] ^= 1 << rng.randrange(8)
            elif action == 1:
                made[place:place] = rng.randbytes(rng.randrange(1, 9))
            elif action == 2:
                del made[place : place + rng.randrange(1, 40)]
            else:
                del made[place:]
        return bytes(made)

    def post(self, path: str, body: bytes, *lines: str, content_type: str = "application/x-protobuf") -> bytes:
        head = [
            f"POST {path} HTTP/1.1",
            "Host: x",
            f"Content-Type: {content_type}",
            f"Content-Length: {len(body)}",
            *lines,
        ]
        return "\r\n".join(head).encode() + b"\r\n\r\n" + body

    def payload(self) -> tuple[bytes, str]:
        name, data = self.rng.choice(self.valid)
        return self.post(f"/v1/{name}", self.mutate(data)), "read"

    def text(self) -> tuple[bytes, str]:
        chosen = self.rng.choice(self.valid)
        return self.post(f"/v1/{chosen[0]}", self.mutate(self.texts[chosen]), content_type="application/json"), "read"

    def coded(self) -> tuple[bytes, str]:
        name, data = self.rng.choice(self.valid)
        encoding = self.rng.choice(ENCODINGS)
        claimed = self.rng.choice([encoding, encoding, *ENCODINGS, "gzip, gzip", "none", ""])
        return self.post(f"/v1/{name}", self.mutate(compress(encoding, data)), f"Content-Encoding: {claimed}"), "read"

    def bomb(self) -> tuple[bytes, str]:
        encoding, data = self.rng.choice(self.bombs)
        kind = self.rng.choice(["application/json", "application/x-protobuf"])
        return self.post("/v1/traces", data, f"Content-Encoding: {encoding}", content_type=kind), "read"

    def members(self) -> tuple[bytes, str]:
        return self.post(
            "/v1/traces", gzip.compress(b"") * self.rng.randrange(1, 9000), "Content-Encoding: gzip"
        ), "read"

    def head(self) -> tuple[bytes, str]:
        rng = self.rng
        lines = [
            rng.choice(["POST", "GET", "PUT", "BREW", "post", "CONNECT"])
            + rng.choice([" ", "  ", "\t"])
            + rng.choice(["/v1/traces", "/v1/nothing", "/" * 200, "http://x/v1/logs", "*", "/v1/traces?a=b"])
            + rng.choice([" HTTP/1.1", " HTTP/1.0", " HTTP/2.0", " HTTP/9", ""])
        ]
        lines += rng.sample(
            [
                "Host: x", "Content-Length: 5", "Content-Length: 6", "Content-Length: -5", "Content-Length: 5, 5",
                "Transfer-Encoding: chunked", "Transfer-Encoding: gzip, chunked", "Transfer-Encoding : chunked",
                "Content-Type: application/json", "Content-Type: application/x-protobuf", "Content-Type: ;;;=\"",
                "Expect: 100-continue", "Expect: 42", "Connection: close", "Connection: Upgrade", "Upgrade: h2c",
                "Content-Encoding: \x80", "Origin: null", "X\0: y", ": empty", " folded: line", "X-Scope-OrgID: ../..",
            ],
            rng.randrange(8),
        )  # fmt: skip
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + rng.randbytes(rng.randrange(20)), "hang"

    def whole(self) -> tuple[bytes, str]:
        name, data = self.rng.choice(self.valid)
        return self.mutate(self.post(f"/v1/{name}", data[:400])), "hang"

    def noise(self) -> tuple[bytes, str]:
        return self.rng.randbytes(self.rng.randrange(1, 4000)), "hang"

    def chunks(self) -> tuple[bytes, str]:
        head = b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\nTransfer-Encoding: chunked\r\n\r\n"
        sizes = [b"5", b"0", b"FFFFFFFFFFFFFFFFF", b"-1", b"5;" + b"x" * self.rng.choice((5, 30_000)), b"zz", b"1"]
        return head + b"".join(
            self.rng.choice(sizes) + b"\r\nhello\r\n" for _ in range(self.rng.randrange(1, 30))
        ), "hang"

    def too_large(self) -> tuple[bytes, str]:
        size = CONFIG.max_body_bytes + self.rng.randrange(1, 10**9)
        return self.post("/v1/traces", b"").replace(b"Length: 0", b"Length: %d" % size) + bytes(5000), "read"

    def endless(self) -> tuple[bytes, str]:
        head = b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\nTransfer-Encoding: chunked\r\n\r\n"
        return head + (b"10000\r\n" + bytes(65536) + b"\r\n") * 20, "read"

    def cut(self) -> tuple[bytes, str]:
        name, data = self.rng.choice(self.valid)
        whole = self.post(f"/v1/{name}", data)
        return whole[: self.rng.randrange(len(whole))], "leave" if self.rng.random() < 0.95 else "hang"

    def huge_header(self) -> tuple[bytes, str]:
        many = self.rng.random() < 0.5
        lines = [f"X-{n}: {n}" for n in range(3000)] if many else ["X: " + "y" * self.rng.choice((9000, 600_000))]
        return self.post("/v1/traces", b"", *lines), "read"

    def pipelined(self) -> tuple[bytes, str]:
        return b"".join(self.payload()[0] for _ in range(self.rng.randrange(2, 40))), "hang"


# ---- attackers and honest clients -----------------------------------------------------------------------------------


class Run:
    """One run: sends `count` attacks and remembers what came of them."""

    def __init__(self, port: int, count: int, seed: int) -> None:
        self.port = port
        self.left = count
        self.attacks = Attacks(seed)
        self.found: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.latencies: list[float] = []

    async def attack(self) -> None:
        while self.left > 0 and len(self.wrong) < 10:
            self.left -= 1
            kind, data, then = self.attacks.next()
            try:
                async with asyncio.timeout(PATIENCE_S):
                    outcome = await self.once(data, then)
            except TimeoutError:
                outcome = "nothing at all"
            self.found[outcome] += 1
            if not outcome.startswith(("4", "200", "204", "100", "close", "reset", "left")):
                self.wrong.append(f"{kind}: {outcome}: {data[:200]!r}")

    async def once(self, data: bytes, then: str) -> str:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(data)
            if then == "leave":
                return "left"
            # Whoever hangs never ends its request; now and then it waits for the door to lose patience.
            if then == "hang" and self.attacks.rng.random() < 0.98:
                writer.write_eof()
            head = await reader.read(65536)
            if not head:
                return "close"
            return head.split(b" ", 2)[1].decode() if head.startswith(b"HTTP/1.1 ") else f"odd: {head[:60]!r}"
        except (ConnectionError, RuntimeError):
            return "reset"
        finally:
            writer.transport.abort()

    async def honest(self, stop: asyncio.Event) -> None:
        name, payload = self.attacks.valid[0]
        data = self.attacks.post(f"/v1/{name}", payload)
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        while not stop.is_set():
            started = time.perf_counter()
            writer.write(data)
            try:
                async with asyncio.timeout(PATIENCE_S):
                    head = await reader.readuntil(b"\r\n\r\n")
            except (TimeoutError, EOFError, ConnectionError) as error:
                self.wrong.append(f"an honest client got {error!r}")
                break
            self.latencies.append(time.perf_counter() - started)
            if not head.startswith(b"HTTP/1.1 200 "):
                self.wrong.append(f"an honest client got {head[:80]!r}")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), 0.01)
        writer.close()

    async def all(self) -> None:
        stop = asyncio.Event()
        honest = [asyncio.create_task(self.honest(stop)) for _ in range(HONEST)]
        await asyncio.gather(*(self.attack() for _ in range(ATTACKERS)))
        stop.set()
        await asyncio.gather(*honest)


def run(count: int, seed: int) -> dict[str, object]:
    """Attack a fresh door `count` times; what was found, with what was wrong in `wrong`."""
    command = [sys.executable, str(Path(__file__).resolve()), "--serve"]
    door = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert door.stdout is not None
        port = int(door.stdout.readline())
        process = psutil.Process(door.pid)
        warm = Run(port, 300, seed + 1)
        uvloop.run(warm.all())
        before = process.memory_info().rss
        attempt = Run(port, count, seed)
        started = time.perf_counter()
        uvloop.run(attempt.all())
        elapsed = time.perf_counter() - started
        after = process.memory_info().rss
        door.send_signal(signal.SIGTERM)
        rest = json.loads(door.stdout.readline())
        door.wait(PATIENCE_S)
    finally:
        door.kill()
    wrong = warm.wrong + attempt.wrong
    if rest["held"] or rest["open"]:
        wrong.append(f"the door still holds {rest['held']} bytes and {rest['open']} connections")
    if after - before > GROWTH_BYTES:
        wrong.append(f"the door grew from {before >> 20} to {after >> 20} MiB")
    latencies = sorted(attempt.latencies) or [0.0]
    return {
        "attacks": count,
        "seconds": round(elapsed, 1),
        "outcomes": dict(sorted(attempt.found.items())),
        "honest": len(latencies),
        "honest_p99_ms": round(latencies[int(len(latencies) * 0.99)] * 1e3, 1),
        "rss_mib": [before >> 20, after >> 20],
        "wrong": wrong,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        uvloop.run(_serve())
        return 0
    found = run(options.count, options.seed)
    print(json.dumps(found, indent=1))
    return bool(found["wrong"])


if __name__ == "__main__":
    sys.exit(main())
