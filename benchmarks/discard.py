"""A door whose sink discards: what receiving alone costs. Runs as a process of its own.

It is the real door's code (both receivers over the intake) with an exporter that drops everything in the journal's place.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import contextmanager

import uvloop

from benchmarks.processes import free_port, running
from sonde.receivers import otlp_grpc, otlp_http
from sonde.receivers.intake import Budget, DoorStats, Intake, Tenants
from sonde.runtime.listen import bind

__all__ = ["discarding_door"]


class Discard:
    """Accepts and forgets."""

    def append(self, signal, tenant, payload, items, done) -> None:
        done(None)


async def serve(grpc_port: int, http_port: int) -> None:
    stats = DoorStats()
    intake = Intake(Discard(), stats=stats, budget=Budget(), tenants=Tenants())
    for receiver, port in (
        (otlp_grpc.Receiver(otlp_grpc.Config(), intake, stats), grpc_port),
        (otlp_http.Receiver(otlp_http.Config(), intake, stats), http_port),
    ):
        await receiver.start([bind(f"127.0.0.1:{port}", "discard")])
    await asyncio.Event().wait()


@contextmanager
def discarding_door():
    """Yields (pid, grpc port, http port)."""
    grpc_port, http_port = free_port(), free_port()
    with running([sys.executable, "-m", "benchmarks.discard", str(grpc_port), str(http_port)], grpc_port) as pid:
        yield pid, grpc_port, http_port


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), int(sys.argv[2])))
