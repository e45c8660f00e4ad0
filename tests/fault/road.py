"""The whole road under kill -9: every acknowledged record is in the store exactly once afterwards.

    python -m tests.fault.road --target all --count 200
    python -m tests.fault.road --target keeper --count 50

Senders post small requests over HTTP and gRPC-free sockets while processes of a real `sonde serve` are killed at random
instants, also while they start, recover or stop. Each span carries an id that was never used before; a request that got
no answer is not repeated, so an id may be absent (never acknowledged) but never appear twice.

Targets: `all` kills the whole process group and starts the server anew; `door` and `keeper` kill one child, which the
supervisor replaces; `pause` stops a door with SIGSTOP and lets it go on. With `keeper` the doors must not refuse or
break a single request.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from servers import free_ports, start_sonde, wait_until

SPANS = 3  # a request
PAGE = 200_000  # ids a question
HEADERS = {"Content-Type": "application/x-protobuf"}


def request_of(ids: list[int]) -> bytes:
    """A trace request whose spans carry the ids."""
    message = ExportTraceServiceRequest()
    group = message.resource_spans.add()
    group.resource.attributes.add(key="service.name").value.string_value = "kill"
    spans = group.scope_spans.add().spans
    now = time.time_ns()
    for number in ids:
        spans.add(
            trace_id=number.to_bytes(16, "big"), span_id=number.to_bytes(8, "big"), name="op", kind=2,
            start_time_unix_nano=now, end_time_unix_nano=now + 1000,
        )  # fmt: skip
    return message.SerializeToString()


class Sender(threading.Thread):
    """Posts requests as fast as they are answered; remembers what was acknowledged, refused and broken."""

    def __init__(self, port: int, numbers, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.port, self.numbers, self.stopping = port, numbers, stop
        self.acknowledged: list[int] = []
        self.refused: Counter[int] = Counter()
        self.broken = 0

    def run(self) -> None:
        connection = None
        while not self.stopping.is_set():
            ids = [next(self.numbers) for _ in range(SPANS)]
            try:
                connection = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
                connection.request("POST", "/v1/traces", request_of(ids), HEADERS)
                answer = connection.getresponse()
                answer.read()
            except OSError:
                self.lose(connection)
                connection = None
            except http.client.HTTPException:
                self.lose(connection)
                connection = None
            else:
                if answer.status == 200:
                    self.acknowledged += ids
                else:
                    self.refused[answer.status] += 1
                    time.sleep(0.01)

    def lose(self, connection) -> None:
        self.broken += 1
        if connection is not None:
            connection.close()
        time.sleep(0.02)


class Road:
    """One data directory, its server, its senders and the verdict."""

    def __init__(self, directory: Path, seed: int, *flags: str, senders: int = 3) -> None:
        self.random = random.Random(seed)
        self.data, self.flags, self.ports = directory / "data", flags, free_ports(3)
        self.stopping = threading.Event()
        numbers = iter(range(1, 1 << 40))
        self.senders = [Sender(self.ports[1], numbers, self.stopping) for _ in range(senders)]
        self.server = self.start()

    def start(self):
        return start_sonde(self.data, *self.flags, ports=self.ports)

    def children(self, kind: str) -> list[int]:
        """Process ids of the server's children whose command names `kind`."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                command = (entry / "cmdline").read_text()
            except OSError:
                continue
            if parent == self.server.process.pid and f"\0{kind}" in command:
                found.append(int(entry.name))
        return found

    def kill_child(self, kind: str) -> bool:
        pids = self.children(kind)
        if not pids:
            return False
        os.kill(self.random.choice(pids), signal.SIGKILL)
        return True

    def strike(self, target: str) -> None:
        """One fault, after a random time: mostly short, to hit starting and recovering, now and then long enough to ingest."""
        time.sleep(self.random.uniform(0.02, 1.6) if self.random.random() < 0.7 else self.random.uniform(1.6, 8.0))
        if target == "all":
            self.server.kill()
            self.server.get.close()
            self.server = self.start()
        elif target == "pause":
            for pid in self.children("door-"):
                os.kill(pid, signal.SIGSTOP)
            time.sleep(self.random.uniform(0.05, 0.5))
            for pid in self.children("door-"):
                os.kill(pid, signal.SIGCONT)
        else:
            kind = "door-" if target == "door" else "keeper"
            wait_until(lambda: self.kill_child(kind), within_s=30, what=f"a {kind} to kill")

    def run(self, target: str, count: int, say=lambda text: None) -> None:
        self.server.wait_ready()
        for sender in self.senders:
            sender.start()
        for number in range(count):
            self.strike(target)
            if number % 20 == 19:
                say(f"{number + 1} of {count}: {sum(len(s.acknowledged) for s in self.senders)} spans acknowledged")
        self.server.wait_ready()
        self.stopping.set()
        for sender in self.senders:
            sender.join(60)

    def verdict(self) -> dict[str, object]:
        """What was lost or doubled, after a final restart; also how long that restart took (told, not judged: machines differ)."""
        acknowledged = {number for sender in self.senders for number in sender.acknowledged}
        self.server.kill()
        started = time.monotonic()
        self.server = self.start()
        self.server.wait_ready()
        ready_s = time.monotonic() - started
        settled = lambda: self.count() >= len(acknowledged)  # noqa: E731
        with contextlib.suppress(AssertionError):  # the verdict tells what is missing
            wait_until(settled, within_s=60, every_s=0.5, what="the store to hold every acknowledged span")
        stored = self.stored(max(acknowledged))
        self.server.stop()
        return {
            "acknowledged": len(acknowledged),
            "stored": sum(stored.values()),
            "lost": len(acknowledged - stored.keys()),
            "doubled": sum(1 for copies in stored.values() if copies > 1),
            "refused": dict(sum((sender.refused for sender in self.senders), Counter())),
            "broken": sum(sender.broken for sender in self.senders),
            "ready_s": round(ready_s, 2),
        }

    def count(self) -> int:
        return int(self.server.rows("SELECT count() AS n FROM otel_traces")[0]["n"])

    def stored(self, highest: int) -> dict[int, int]:
        """How often each id is in the store; asked for in ranges, because an answer has at most a million rows."""
        found: dict[int, int] = {}
        for start in range(0, highest + 1, PAGE):
            where = f"SpanId >= '{start:016x}' AND SpanId < '{start + PAGE:016x}'"
            query = f"SELECT SpanId AS id, count() AS n FROM otel_traces WHERE {where} GROUP BY SpanId"
            answer = self.server.ask("/sonde/sql", query=query, limit=PAGE)
            found |= {int(row["id"], 16): int(row["n"]) for row in answer["rows"]}
        return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--target", choices=("all", "door", "keeper", "pause"), default="all")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    options = parser.parse_args()
    print(f"kill {options.target} {options.count} times, seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory() as directory:
        road = Road(Path(directory), options.seed)
        try:
            road.run(options.target, options.count, lambda text: print(text, flush=True))
            found = road.verdict()
        except BaseException:
            print(road.server.log())
            raise
        finally:
            road.stopping.set()
            road.server.kill()
        print(found)
        kept = not found["lost"] and not found["doubled"]
        undisturbed = options.target != "keeper" or not (found["refused"] or found["broken"])
        if not (kept and undisturbed):
            print(road.server.log())
    return 0 if kept and undisturbed else 1


if __name__ == "__main__":
    sys.exit(main())
