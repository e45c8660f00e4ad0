"""A shop that sends nowhere: in-memory exporters, a clock that stands still, and seeded dice."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter
from opentelemetry.sdk.metrics.export import MetricExporter, MetricExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from sonde.core.clock import ManualClock
from sonde.demo.shop import Shop
from sonde.demo.tally import Tally
from sonde.demo.telemetry import Destination, Exporters, Transport
from sonde.demo.world import World

if TYPE_CHECKING:
    from opentelemetry.sdk._logs import ReadableLogRecord
    from opentelemetry.sdk.metrics.export import MetricsData
    from opentelemetry.sdk.trace import ReadableSpan

BODY = {
    "user": "u-0001",
    "tier": "gold",
    "country": "DE",
    "agent": "test",
    "provider": "eastpay",
    "product": "TEA-001",
    "text": "tea",
}


class InMemoryMetrics(MetricExporter):
    def __init__(self) -> None:
        super().__init__()
        self.exported: list[MetricsData] = []

    def export(self, metrics_data: MetricsData, timeout_millis: float = 10_000, **kwargs: Any) -> MetricExportResult:
        self.exported.append(metrics_data)
        return MetricExportResult.SUCCESS

    def shutdown(self, timeout_millis: float = 30_000, **kwargs: Any) -> None:
        pass

    def force_flush(self, timeout_millis: float = 10_000) -> bool:
        return True


@dataclass
class Memory:
    """What a shop sent, once it is closed."""

    shop: Shop
    tally: Tally
    made: list[Exporters]

    @property
    def spans(self) -> list[ReadableSpan]:
        return [span for each in self.made for span in each.spans.get_finished_spans()]

    @property
    def logs(self) -> list[ReadableLogRecord]:
        return [record for each in self.made for record in each.logs.get_finished_logs()]

    @property
    def metrics(self) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for each in self.made:
            for data in each.metrics.exported:
                for resource in data.resource_metrics:
                    for scope in resource.scope_metrics:
                        for metric in scope.metrics:
                            found.setdefault(metric.name, []).append(metric.data)
        return found

    def named(self, name: str) -> list[ReadableSpan]:
        return [span for span in self.spans if span.name == name]


def open_shop(seed: int = 1) -> Memory:
    tally, made = Tally(), []

    def make(_: Transport) -> Exporters:
        made.append(Exporters(InMemorySpanExporter(), InMemoryMetrics(), InMemoryLogRecordExporter()))
        return made[-1]

    world = World(Random(seed), clock=ManualClock())
    shop = Shop(world, Destination("run1", tally, make, metric_interval_s=3600))
    return Memory(shop, tally, made)
