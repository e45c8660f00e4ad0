"""A pytest plugin: the fixture `sonde_telemetry` catches in memory what the code under test emits.

    def test_checkout(sonde_telemetry):
        checkout(cart)
        assert sonde_telemetry.span("checkout").attributes["cart.items"] == 3
        assert sonde_telemetry.value("orders") == 1
        assert "charged" in [record.body for record in sonde_telemetry.logs]

The SDK's providers can be set once in a process, so they live as long as the session, and each test gets what was
emitted while it ran: spans and log records by its own in-memory exporters, metrics by a reader of its own, whose sums
therefore start at zero. Records of `logging` are caught from the root logger's level on (WARNING, unless it was set).
Where the application set providers of its own, the fixture listens to those.

While a test runs that uses the fixture, a first `sonde.configure()` exports nothing (`OTEL_*_EXPORTER=none`), unless the
session was started with other values. Tests that do not use it notice nothing, but that providers are set once one has.

Loading this plugin costs an import of pytest and of nothing else; the SDK comes with the first test that uses the
fixture. Metrics need a `MeterProvider` that takes readers later (`add_metric_reader`, SDK 1.40 and newer).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from opentelemetry.sdk._logs import ReadableLogRecord
    from opentelemetry.sdk.metrics.export import Metric
    from opentelemetry.sdk.trace import ReadableSpan

__all__ = ["Telemetry", "sonde_telemetry"]


class Telemetry:
    """What one test emitted.

    Args:
        spans: returns the finished spans.
        logs: returns the emitted log records.
        metrics: collects the metrics, by name.
    """

    def __init__(self, spans: Any, logs: Any, metrics: Any) -> None:
        self._spans, self._logs, self._metrics = spans, logs, metrics

    @property
    def spans(self) -> Sequence[ReadableSpan]:
        """The finished spans, in the order of their ends."""
        return list(self._spans())

    def span(self, name: str) -> ReadableSpan:
        """The one finished span of that name.

        Raises:
            AssertionError: there is none, or several; the message lists what there is.
        """
        found = [span for span in self.spans if span.name == name]
        assert len(found) == 1, (
            f"{len(found)} spans are called {name!r}; finished: {[span.name for span in self.spans]}"
        )
        return found[0]

    @property
    def logs(self) -> Sequence[Any]:
        """The emitted log records (`body`, `severity_text`, `attributes`, `trace_id`, …), in order."""
        return [record.log_record for record in self.log_records]

    @property
    def log_records(self) -> Sequence[ReadableLogRecord]:
        """The same with their resource and scope."""
        return list(self._logs())

    @property
    def metrics(self) -> Mapping[str, Metric]:
        """Every metric that was recorded, by name; observable instruments are asked now."""
        metrics: Mapping[str, Metric] = self._metrics()
        return metrics

    def points(self, name: str, **attributes: Any) -> Sequence[Any]:
        """The data points of a metric that carry these attributes (a `_` in a name also stands for a `.`)."""
        metric = self.metrics.get(name)
        points = metric.data.data_points if metric else ()
        return [point for point in points if _carries(point.attributes or {}, attributes)]

    def value(self, name: str, **attributes: Any) -> float:
        """The value of the one point that carries these attributes; of a histogram, how often it was recorded.

        Raises:
            AssertionError: there is none, or several; the message lists what there is.
        """
        points = self.points(name, **attributes)
        assert len(points) == 1, f"{len(points)} points of {name!r} match; metrics: {sorted(self.metrics)}"
        value: float = points[0].value if hasattr(points[0], "value") else points[0].count
        return value


def _carries(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    dotted = {name.replace(".", "_"): value for name, value in found.items()}
    return all(found.get(name, dotted.get(name)) == value for name, value in wanted.items())


@pytest.fixture(scope="session")
def _sonde_providers() -> tuple[Any, Any, Any]:
    from opentelemetry import _logs, metrics, trace  # noqa: PLC0415 - the plugin is loaded in every test session
    from opentelemetry.sdk._logs import LoggerProvider  # noqa: PLC0415 - as above
    from opentelemetry.sdk.metrics import MeterProvider  # noqa: PLC0415 - as above
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - as above

    if not isinstance(trace.get_tracer_provider(), TracerProvider):
        trace.set_tracer_provider(TracerProvider(shutdown_on_exit=False))
    if not isinstance(metrics.get_meter_provider(), MeterProvider):
        metrics.set_meter_provider(MeterProvider(shutdown_on_exit=False))
    if not isinstance(_logs.get_logger_provider(), LoggerProvider):
        _logs.set_logger_provider(LoggerProvider(shutdown_on_exit=False))
    return trace.get_tracer_provider(), metrics.get_meter_provider(), _logs.get_logger_provider()


@pytest.fixture
def sonde_telemetry(_sonde_providers: tuple[Any, Any, Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[Telemetry]:
    """What the code under test emits, in memory: `.spans`, `.span(name)`, `.logs`, `.metrics`, `.value(name)`."""
    from sonde.client.sdk.capture import captured  # noqa: PLC0415 - it brings the SDK, and this plugin is loaded in every test session

    for signal in ("TRACES", "METRICS", "LOGS"):
        monkeypatch.setenv(f"OTEL_{signal}_EXPORTER", os.environ.get(f"OTEL_{signal}_EXPORTER", "none"))
    with captured(*_sonde_providers) as (spans, logs, metrics):
        yield Telemetry(spans, logs, metrics)
