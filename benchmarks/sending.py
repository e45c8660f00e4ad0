"""What sending one ready request costs a client, in microseconds of its CPU, beside what the official exporters send with.

    python -m benchmarks sending

One process sends the same bytes again and again to a door that discards (`benchmarks.discard`), one request at a time: 512
spans of some 340 bytes, and an empty request, whose cost is that of the call alone. `requests` is the official HTTP
exporter's session, `grpcio` the official gRPC exporter's stub. Rounds alternate; medians.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import grpc
import requests

from benchmarks.discard import discarding_door
from benchmarks.payloads import trace_requests
from sonde.client.endpoint import Endpoint
from sonde.client.net import open_sender
from sonde.core.signal import Signal

ROUNDS = 7
REQUESTS = 150


def senders(grpc_port: int, http_port: int) -> dict[str, Callable[[bytes], None]]:
    http = open_sender(Endpoint.parse(f"http://127.0.0.1:{http_port}"))
    rpc = open_sender(Endpoint.parse(f"http://127.0.0.1:{grpc_port}", protocol="grpc"))
    session = requests.Session()
    stub = grpc.insecure_channel(f"127.0.0.1:{grpc_port}").unary_unary(Signal.TRACES.grpc_method)
    url, headers = f"http://127.0.0.1:{http_port}/v1/traces", {"content-type": "application/x-protobuf"}

    def ours(sender) -> Callable[[bytes], None]:
        def send(payload: bytes) -> None:
            assert sender.send(Signal.TRACES, payload, timeout_s=10).accepted

        return send

    return {
        "Sonde, http/protobuf": ours(http),
        "requests": lambda payload: session.post(url, data=payload, headers=headers, timeout=10).raise_for_status(),
        "Sonde, gRPC": ours(rpc),
        "grpcio": lambda payload: stub(payload, timeout=10),
    }


def cost_us(send: Callable[[bytes], None], payload: bytes) -> float:
    began = time.process_time()
    for _ in range(REQUESTS):
        send(payload)
    return (time.process_time() - began) / REQUESTS * 1e6


def main() -> None:
    payloads = {"512 spans": trace_requests(1, 512)[0], "empty": b""}
    with discarding_door() as (_pid, grpc_port, http_port):
        found: dict[tuple[str, str], list[float]] = {}
        ways = senders(grpc_port, http_port)
        for way in ways.values():
            way(payloads["512 spans"])
        for _ in range(ROUNDS):
            for shape, payload in payloads.items():
                for name, send in ways.items():
                    found.setdefault((name, shape), []).append(cost_us(send, payload))
    print(f"| client | {' | '.join(f'{shape}, {len(payload):,} bytes' for shape, payload in payloads.items())} |")
    print("| --- | ---: | ---: |")
    for name in ways:
        print(f"| {name} | {' | '.join(f'{statistics.median(found[name, shape]):.0f}' for shape in payloads)} |")
    print(f"\nMicroseconds of CPU a request, medians of {ROUNDS} rounds of {REQUESTS}.")


if __name__ == "__main__":
    main()
