"""What one OTLP/HTTP request costs the process that receives it, in microseconds of CPU.

Each server runs in a process of its own and throws away what it receives; a client in another process keeps eight
connections busy, and the server's CPU time (user and system, of the process and its children) is read before and after.

    door     Sonde's OTLP/HTTP receiver with a sink that discards: parse, validate, count, answer
    uvicorn  a bare ASGI application that reads the body and answers, httptools and uvloop: no validation at all
    rotel    the Rust collector of PyPI's `rotel`, decoding into its blackhole exporter; where it is installed

    python benchmarks/door_http.py [--seconds 3] [--only door,uvicorn] [--connections 8]
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib.util
import multiprocessing
import os
import socket
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import psutil
import uvloop

SHAPES = (("20 spans", 20, ""), ("1000 spans", 1000, ""), ("1000 spans, gzip", 1000, "gzip"))


class Discard:
    """A sink that keeps nothing and says so at once."""

    def append(self, _signal, _tenant, _payload, _items, done):
        done(None)


def serve_door():
    from sonde.receivers.intake import Budget, DoorStats, Intake, Tenants  # noqa: PLC0415 -- only this server's memory
    from sonde.receivers.otlp_http import Config, Receiver  # noqa: PLC0415

    async def main():
        stats = DoorStats()
        intake = Intake(Discard(), stats=stats, budget=Budget(), tenants=Tenants())
        await Receiver(Config(), intake, stats).start([listening()])
        await asyncio.Event().wait()

    uvloop.run(main())


def serve_uvicorn():
    import uvicorn  # noqa: PLC0415 -- only this server's memory

    async def app(scope, receive, send):
        if scope["type"] != "http":
            return
        more = True
        while more:
            more = (await receive()).get("more_body", False)
        headers = [(b"content-type", b"application/x-protobuf"), (b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    config = uvicorn.Config(
        app, loop="uvloop", http="httptools", lifespan="off", log_level="critical", access_log=False
    )
    uvicorn.Server(config).run(sockets=[listening()])


def listening():
    sock = socket.create_server(("127.0.0.1", 0), backlog=1024)
    print(sock.getsockname()[1], flush=True)
    return sock


def start_python(name):
    process = subprocess.Popen([sys.executable, __file__, "--serve", name], stdout=subprocess.PIPE)
    return process.pid, int(process.stdout.readline()), process.kill


def start_rotel():
    ports = []
    for _ in range(2):
        with socket.create_server(("127.0.0.1", 0)) as sock:
            ports.append(sock.getsockname()[1])
    binary = Path(importlib.util.find_spec("rotel").origin).with_name("rotel-agent")
    command = [
        str(binary), "start", "--exporter", "blackhole",
        "--otlp-grpc-endpoint", f"127.0.0.1:{ports[0]}", "--otlp-http-endpoint", f"127.0.0.1:{ports[1]}",
    ]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return process.pid, ports[1], process.kill


def cpu_s(pid):
    process = psutil.Process(pid)
    total = 0.0
    for each in (process, *process.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = each.cpu_times()
            total += times.user + times.system
    return total


class Client(asyncio.Protocol):
    """Sends one prepared request after another on one connection and counts the answers."""

    def __init__(self, requests, counter):
        self.requests = requests
        self.counter = counter
        self.sent = 0
        self.buffer = b""

    def connection_made(self, transport):
        self.transport = transport
        self.send()

    def send(self):
        self.transport.write(self.requests[self.sent % len(self.requests)])
        self.sent += 1

    def data_received(self, data):
        self.buffer += data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self.buffer[:end].lower()
        mark = head.find(b"content-length:")
        length = int(head[mark + 15 :].split(b"\r\n", 1)[0]) if mark >= 0 else 0
        if len(self.buffer) < end + 4 + length:
            return
        self.buffer = b""
        self.counter["ok" if b" 200 " in head[:16] else "failed"] += 1
        if not self.counter["stop"]:
            self.send()


def load(port, requests, connections, seconds, pipe):
    async def main():
        loop = asyncio.get_running_loop()
        counter = {"ok": 0, "failed": 0, "stop": False}
        for number in range(connections):
            rotated = requests[number:] + requests[:number]
            await loop.create_connection(lambda rotated=rotated: Client(rotated, counter), "127.0.0.1", port)
        await asyncio.sleep(seconds)
        counter["stop"] = True
        pipe.send(counter)

    uvloop.run(main())


def measure(pid, port, requests, connections, seconds):
    ours, theirs = multiprocessing.Pipe()
    arguments = (port, requests, connections, seconds, theirs)
    client = multiprocessing.get_context("fork").Process(target=load, args=arguments)
    before = cpu_s(pid)
    started = time.perf_counter()
    client.start()
    counter = ours.recv()
    elapsed = time.perf_counter() - started
    client.join()
    used = cpu_s(pid) - before
    if counter["failed"] or not counter["ok"]:
        raise SystemExit(f"the server refused requests: {counter}")
    return used / counter["ok"] * 1e6, counter["ok"] / elapsed


def prepared(spans, encoding):
    from benchmarks.payloads import trace_requests  # noqa: PLC0415 -- the servers do without protobuf
    from sonde.otlp.compression import compress  # noqa: PLC0415

    made = []
    for payload in trace_requests(16, spans):
        body = compress(encoding, payload) if encoding else payload
        coding = f"Content-Encoding: {encoding}\r\n" if encoding else ""
        head = (
            "POST /v1/traces HTTP/1.1\r\nHost: 127.0.0.1:4318\r\nUser-Agent: OTel-OTLP-Exporter-Python/1.45.1\r\n"
            f"Accept-Encoding: gzip, deflate\r\nAccept: */*\r\nConnection: keep-alive\r\n{coding}"
            f"Content-Type: application/x-protobuf\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        made.append(head.encode() + body)
    return made


def wait_for(port):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise SystemExit(f"nothing listens on port {port}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--only", default="door,uvicorn,rotel")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--serve", choices=("door", "uvicorn"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        {"door": serve_door, "uvicorn": serve_uvicorn}[options.serve]()
    servers = {
        "door": partial(start_python, "door"),
        "uvicorn": partial(start_python, "uvicorn"),
        "rotel": start_rotel,
    }
    if importlib.util.find_spec("rotel") is None:
        servers.pop("rotel")
        print("rotel is not installed: not measured")
    chosen = [name for name in options.only.split(",") if name in servers]
    print(f"{os.cpu_count()} cores, {options.connections} connections, {options.seconds:g} s each")
    print(f"{'server':10}{'request':20}{'CPU us/request':>16}{'requests/s':>14}{'RSS MiB':>10}")
    for shape, spans, encoding in SHAPES:
        requests = prepared(spans, encoding)
        for name in chosen:
            pid, port, stop = servers[name]()
            try:
                wait_for(port)
                measure(pid, port, requests, options.connections, 0.3)
                each, rate = measure(pid, port, requests, options.connections, options.seconds)
                rss = psutil.Process(pid).memory_info().rss / 2**20
            finally:
                stop()
            print(f"{name:10}{shape:20}{each:16.1f}{rate:14.0f}{rss:10.1f}", flush=True)


if __name__ == "__main__":
    main()
