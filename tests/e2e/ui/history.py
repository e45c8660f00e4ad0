"""Half an hour of the sample shop, told in seconds: the demo's own services and faults on a simulated clock.

`python -m tests.e2e.ui.history --grpc 127.0.0.1:4317 --http http://127.0.0.1:4318` sends to a server that runs. The clock of the
OpenTelemetry SDK is set before the SDK is imported, so spans, log lines and metric points all have the simulated times; the
last one is the present. Seeded, so that every run tells the same story but for ids.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass

REAL_NS = time.time_ns
STEP_S = 0.5
METRICS_EVERY_S = 15.0


@dataclass
class SimulatedClock:
    """A wall clock that stands until it is told to move."""

    at_ns: int

    def now_ns(self) -> int:
        return self.at_ns

    def monotonic_ns(self) -> int:
        return self.at_ns


def tell(grpc: str, http: str, *, minutes: float, rate: float, seed: int) -> dict[str, int]:
    """Send the story; how many of each signal were acknowledged."""
    seconds = minutes * 60
    clock = SimulatedClock(REAL_NS() - int(seconds * 1e9))
    time.time_ns = clock.now_ns

    from random import Random

    from sonde.core.signal import Signal
    from sonde.demo.faults import compressed
    from sonde.demo.shop import Shop
    from sonde.demo.tally import Tally
    from sonde.demo.telemetry import Destination, otlp_exporters
    from sonde.demo.traffic import Traffic
    from sonde.demo.world import World

    tally = Tally()
    world = World(Random(seed), clock=clock, lag_s=0.0)
    shop = Shop(world, Destination("history", tally, otlp_exporters(grpc, http), 1e6))
    traffic = Traffic(shop.serve, Random(seed + 1), rate_per_s=rate)
    schedule = compressed(seconds)
    begun_ns, elapsed_s, collected_s = clock.at_ns, 0.0, 0.0
    while elapsed_s < seconds:
        shop.apply(elapsed_s, schedule.active(elapsed_s))
        traffic.step(elapsed_s)
        elapsed_s += STEP_S
        clock.at_ns = begun_ns + int(elapsed_s * 1e9)
        if elapsed_s - collected_s >= METRICS_EVERY_S:
            collected_s = elapsed_s
            for service in shop.services:
                flush(service.telemetry)
    shop.close(within_s=60)
    return {signal.value: tally.of(signal).acknowledged for signal in (Signal.TRACES, Signal.LOGS, Signal.METRICS)}


def flush(telemetry) -> None:
    """Send what one service holds, and its metrics as they are at this simulated moment."""
    telemetry._tracers.force_flush()
    telemetry._loggers.force_flush()
    telemetry._meters.force_flush()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--grpc", default="127.0.0.1:4317")
    parser.add_argument("--http", default="http://127.0.0.1:4318")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--rate", type=float, default=2, help="requests of customers per simulated second")
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    print(json.dumps(tell(given.grpc, given.http, minutes=given.minutes, rate=given.rate, seed=given.seed)))
