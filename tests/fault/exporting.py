"""An application as its author writes it, OpenTelemetry's SDK and all, for the fault tests to take its server away.

    SDK's providers ─> Sonde's processors, exporter ─> engine ─> sockets ─> a server of `hostile_servers`

Everything it emits carries a number as `<7>`: the name of a span, the body of a log record, an attribute of a point. So
what a server was sent can be told from its requests: what, how often, in which order.
"""

from __future__ import annotations

import collections
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from opentelemetry._logs import SeverityNumber
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk.metrics import Counter, MeterProvider
from opentelemetry.sdk.metrics.export import AggregationTemporality, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider

from hostile_servers import Server
from sonde.client.endpoint import Endpoint
from sonde.client.engine import Engine
from sonde.client.net import NetSender, open_sender
from sonde.client.sdk.exporters import SondeMetricExporter
from sonde.client.sdk.processors import SondeLogRecordProcessor, SondeSpanProcessor
from sonde.client.settings import BatchSettings, Settings
from sonde.core.clock import SYSTEM_CLOCK, Clock
from sonde.core.signal import Signal
from sonde.journal.disk import Disk
from sonde.otlp import encode

__all__ = ["Application", "arrived", "is_conserved", "numbers"]

# The word keeps random ids, of which there are thousands, from being taken for a number.
NUMBER = re.compile(rb"item<(\d+)>")
BATCH = 10


class Application:
    """Three signals on one engine. What its methods raise is what the application would have felt.

    Args:
        url: the server's.
        protocol: as for an endpoint.
        clock: the engine's; sockets go by the system's.
        change: changes the endpoint.
        batch: changes the bounds of a batch.
        by_signal: URLs of signals that go elsewhere.
        disk: under the spool.
        settings: changes of the engine's.
    """

    def __init__(
        self,
        url: str,
        protocol: Any = "http/protobuf",
        *,
        clock: Clock = SYSTEM_CLOCK,
        change: Callable[[Endpoint], Endpoint] = lambda endpoint: endpoint,
        batch: dict[str, Any] | None = None,
        by_signal: dict[Signal, str] | None = None,
        disk: Disk | None = None,
        **settings: Any,
    ) -> None:
        timeout_s = settings.pop("timeout_s", 5.0)
        made_of = {
            each: change(replace(Endpoint.parse(each, protocol=protocol), timeout_s=timeout_s))
            for each in {url, *(by_signal or {}).values()}
        }
        endpoints = {signal: made_of[(by_signal or {}).get(signal, url)] for signal in Signal}
        bounds = replace(BatchSettings(batch_items=BATCH, delay_s=0.02), **(batch or {}))
        made = Settings(
            endpoints=endpoints,
            batches=dict.fromkeys(Signal, bounds),
            **({"exit_s": 2.0} | settings),
        )
        self.engine = Engine(
            made,
            lambda: _senders(endpoints),
            {
                Signal.TRACES: lambda items, refused: encode.encode_spans(items, None, refused),
                Signal.LOGS: lambda items, refused: encode.encode_logs(items, None, refused),
                Signal.METRICS: lambda items, refused: encode.encode_metrics(items[0], None, refused),
            },
            clock=clock,
            random=lambda: 0.5,
            disk=disk,
        )
        resource = Resource({"service.name": "app"})
        self.tracers = TracerProvider(resource=resource, shutdown_on_exit=False)
        self.tracers.add_span_processor(SondeSpanProcessor(self.engine))
        self.loggers = LoggerProvider(resource=resource, shutdown_on_exit=False)
        self.loggers.add_log_record_processor(SondeLogRecordProcessor(self.engine))
        delta = SondeMetricExporter(engine=self.engine, preferred_temporality={Counter: AggregationTemporality.DELTA})
        self._reader = PeriodicExportingMetricReader(delta, float("inf"))
        self.meters = MeterProvider([self._reader], resource, shutdown_on_exit=False)
        self._tracer = self.tracers.get_tracer("app")
        self._logger = self.loggers.get_logger("app")
        self._counter = self.meters.get_meter("app").create_counter("orders")

    def trace(self, names: Iterable[int]) -> None:
        for number in names:
            self._tracer.start_span(f"item<{number}>").end()

    def emit(self, names: Iterable[int]) -> None:
        """A span, a log record and a point for each; points go out as one reading."""
        names = list(names)
        self.trace(names)
        for number in names:
            self._logger.emit(body=f"item<{number}>", severity_number=SeverityNumber.INFO)
            self._counter.add(1, {"number": f"item<{number}>"})
        self._reader.collect()

    def row(self, signal: Signal = Signal.TRACES) -> dict[str, Any]:
        row: dict[str, Any] = self.engine.stats()[signal.value]
        return row

    @property
    def last_error(self) -> Any:
        return self.engine.stats()["engine"]["last_error"]

    def end(self, timeout_s: float | None = None) -> bool:
        """The process ends, as far as the engine is asked; and what it counted must add up."""
        is_clean = self.engine.shutdown(timeout_s)
        for provider in (self.tracers, self.loggers, self.meters):
            provider.shutdown()
        assert is_conserved(self.engine.stats()), self.engine.stats()
        return is_clean


def _senders(endpoints: dict[Signal, Endpoint]) -> dict[Signal, NetSender]:
    made = {endpoint: open_sender(endpoint) for endpoint in set(endpoints.values())}
    return {signal: made[endpoint] for signal, endpoint in endpoints.items()}


def is_conserved(stats: dict[str, Any]) -> bool:
    """Whether every item of every signal is somewhere."""
    return all(
        row["received"] + row["adopted"]
        == row["exported"] + row["rejected"] + sum(row["dropped"].values()) + row["held"] + row["spooled"]
        for row in (stats[signal.value] for signal in Signal)
    )


def numbers(body: bytes) -> list[int]:
    return [int(number) for number in NUMBER.findall(body)]


def arrived(server: Server, signal: Signal = Signal.TRACES) -> list[int]:
    """The numbers in whole requests of a signal, in the order in which a server was sent them."""
    targets = {signal.http_path, signal.grpc_method}
    return [number for request in server.requests if request.target in targets for number in numbers(request.body)]


def most(sent: Iterable[int]) -> int:
    """How often the number that came most often came."""
    return max(collections.Counter(sent).values(), default=0)
