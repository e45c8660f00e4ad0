"""Put providers, processors and readers together as a plan says, beside whatever the application has set already.

A global provider that is there already stays: Sonde's processors are added to it, unless it has them (from
`opentelemetry-instrument` with Sonde's distro, for instance), and its resource remains its own. One that is not the SDK's
cannot be added to; that is reported, and its signal goes where the application sends it.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from opentelemetry import _logs, metrics, trace
from opentelemetry.sdk._logs import LoggerProvider, LogRecordProcessor
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import (
    AlwaysOffExemplarFilter,
    AlwaysOnExemplarFilter,
    ExemplarFilter,
    MeterProvider,
    TraceBasedExemplarFilter,
)
from opentelemetry.sdk.metrics.export import MetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from sonde.client.engine import Engine
from sonde.client.sdk.cardinality import bound
from sonde.client.sdk.console import ConsoleSpanProcessor
from sonde.client.sdk.exporters import SondeMetricExporter
from sonde.client.sdk.plan import Plan
from sonde.client.sdk.preference import temporalities
from sonde.client.sdk.processors import SondeLogRecordProcessor, SondeSpanProcessor
from sonde.client.sdk.reader import SondeMetricReader, prometheus_reader
from sonde.client.sdk.views import Metrics, sdk_view

__all__ = ["Parts", "assembled", "is_exported", "wants_console"]

_log = logging.getLogger(__name__)
_FILTERS: dict[str, Callable[[], ExemplarFilter]] = {
    "trace_based": TraceBasedExemplarFilter,
    "always_on": AlwaysOnExemplarFilter,
    "always_off": AlwaysOffExemplarFilter,
}


@dataclass(slots=True)
class Parts:
    """What was put together.

    Attributes:
        resource: of what the providers made here emit.
        tracers: provider of tracers; made here or found.
        meters: provider of meters; made here or found.
        loggers: provider of loggers; made here or found.
        readers: the metric readers that were made here.
        end_readers: ends them, each collecting once more; called with the milliseconds that it may take.
        endings: ends everything else, when the engine has delivered what it had; called in the same way.
    """

    resource: Resource
    tracers: Any = None
    meters: Any = None
    loggers: Any = None
    readers: list[MetricReader] = field(default_factory=list)
    end_readers: list[Callable[[float], Any]] = field(default_factory=list)
    endings: list[Callable[[float], Any]] = field(default_factory=list)


def assembled(plan: Plan, engine: Engine, resource: Resource, *, is_global: bool = True) -> Parts:
    """Make what the plan asks for.

    Args:
        plan: the plan.
        engine: where everything goes.
        resource: for the providers that are made.
        is_global: False leaves the process's global providers alone, neither used nor set; for tests.
    """
    parts = Parts(resource)
    _add_metrics(parts, plan, engine, is_global=is_global)
    _add_traces(parts, plan, engine, is_global=is_global)
    _add_logs(parts, plan, engine, is_global=is_global)
    return parts


def is_exported(signal: str) -> bool:
    """False where `OTEL_<signal>_EXPORTER` says `none` or names only the console."""
    names = {name.strip().lower() for name in os.environ.get(f"OTEL_{signal}_EXPORTER", "").split(",") if name.strip()}
    return not names or bool(names - {"none", "console"})


def wants_console(plan: Plan, *, is_endpoint_set: bool) -> bool:
    """Whether traces and logs are shown: as the plan says, else on a terminal where no server was named."""
    if plan.console is not None:
        return plan.console
    if os.environ.get("OTEL_TRACES_EXPORTER", "").strip().lower() == "console":
        return True
    try:
        return not is_endpoint_set and sys.stderr.isatty()
    except (AttributeError, ValueError):
        return False


def _add_traces(parts: Parts, plan: Plan, engine: Engine, *, is_global: bool) -> None:
    if not plan.traces:
        return
    processors: list[SpanProcessor] = []
    found = trace.get_tracer_provider() if is_global else None
    if is_exported("TRACES") and not _has(found, "_active_span_processor", "_span_processors", SondeSpanProcessor):
        processors.append(SondeSpanProcessor(engine))
    if plan.console:
        processors.append(ConsoleSpanProcessor())
    if plan.files:
        from sonde.client.sdk.files import FileSpanExporter  # noqa: PLC0415 - JSON needs a library that most do without

        processors.append(BatchSpanProcessor(FileSpanExporter(plan.files)))
    provider: Any = found
    if not isinstance(found, TracerProvider):
        if _is_foreign(found, trace.ProxyTracerProvider):
            return
        provider = TracerProvider(sampler=plan.ratio_sampler(), resource=parts.resource, shutdown_on_exit=False)
        if is_global:
            trace.set_tracer_provider(provider)
    for processor in processors:
        provider.add_span_processor(processor)
        parts.endings.append(_ending(processor.shutdown))
    parts.tracers = provider


def _add_logs(parts: Parts, plan: Plan, engine: Engine, *, is_global: bool) -> None:
    if not plan.logs:
        return
    processors: list[LogRecordProcessor] = []
    found = _logs.get_logger_provider() if is_global else None
    known = _has(found, "_multi_log_record_processor", "_log_record_processors", SondeLogRecordProcessor)
    if is_exported("LOGS") and not known:
        processors.append(SondeLogRecordProcessor(engine))
    if plan.files:
        from sonde.client.sdk.files import FileLogRecordExporter  # noqa: PLC0415 - JSON needs a library that most do without

        processors.append(BatchLogRecordProcessor(FileLogRecordExporter(plan.files)))
    provider: Any = found
    if not isinstance(found, LoggerProvider):
        if _is_foreign(found, _logs.ProxyLoggerProvider if hasattr(_logs, "ProxyLoggerProvider") else None):
            return
        provider = LoggerProvider(resource=parts.resource, shutdown_on_exit=False)
        if is_global:
            _logs.set_logger_provider(provider)
    for processor in processors:
        provider.add_log_record_processor(processor)
        parts.endings.append(_ending(processor.shutdown))
    parts.loggers = provider


def _add_metrics(parts: Parts, plan: Plan, engine: Engine, *, is_global: bool) -> None:
    if plan.metrics is None:
        return
    found = metrics.get_meter_provider() if is_global else None
    readers = parts.readers = _readers(plan, plan.metrics, engine, found)
    if isinstance(found, MeterProvider):
        for reader in readers:
            found.add_metric_reader(reader)
            parts.end_readers.append(reader.shutdown)
        parts.meters = found
        return
    if _is_foreign(found, None):
        return
    provider = MeterProvider(
        metric_readers=readers,
        resource=parts.resource,
        exemplar_filter=_exemplar_filter(plan.metrics),
        views=[sdk_view(stream) for stream in plan.metrics.views],
        shutdown_on_exit=False,
    )
    bound(provider, plan.metrics.cardinality_limit)
    if is_global:
        metrics.set_meter_provider(provider)
    parts.meters = provider
    parts.end_readers.append(provider.shutdown)


def _readers(plan: Plan, wanted: Metrics, engine: Engine, found: Any) -> list[MetricReader]:
    """One reader for each way that metrics go out."""
    exit_s = engine.settings.exit_s
    preferred = temporalities(wanted.temporality) if wanted.temporality else None
    readers: list[MetricReader] = []
    present = getattr(found, "_metric_readers", ())
    if is_exported("METRICS") and not any(
        isinstance(getattr(one, "_exporter", None), SondeMetricExporter) for one in present
    ):
        exporter = SondeMetricExporter(engine=engine, preferred_temporality=preferred)
        readers.append(SondeMetricReader(exporter, interval_s=wanted.interval_s, exit_s=exit_s))
    if plan.files:
        from sonde.client.sdk.files import FileMetricExporter  # noqa: PLC0415 - JSON needs a library that most do without

        to_file = FileMetricExporter(plan.files, preferred_temporality=preferred)
        readers.append(SondeMetricReader(to_file, interval_s=wanted.interval_s, exit_s=exit_s))
    if plan.prometheus:
        try:
            readers.append(prometheus_reader(plan.prometheus))
        except OSError as error:
            _log.warning("metrics are not served on %s: %s", plan.prometheus, error.strerror or error)
    return readers


def _exemplar_filter(wanted: Metrics) -> ExemplarFilter:
    name = wanted.exemplars or os.environ.get("OTEL_METRICS_EXEMPLAR_FILTER", "").strip().lower() or "trace_based"
    if name not in _FILTERS:
        _log.warning("OTEL_METRICS_EXEMPLAR_FILTER is ignored: %r is not one of %s", name, ", ".join(_FILTERS))
        name = "trace_based"
    return _FILTERS[name]()


def _is_foreign(found: Any, proxy: type | None) -> bool:
    """True for a provider that somebody else has set and that is not the SDK's; the API's own stand-ins are not."""
    if found is None or (proxy is not None and isinstance(found, proxy)):
        return False
    name = type(found).__name__
    if type(found).__module__.startswith("opentelemetry.") and (name.startswith(("_Proxy", "Proxy", "NoOp"))):
        return False
    _log.warning("%s is set already and is not the SDK's: its signal is not exported by Sonde", name)
    return True


def _has(provider: Any, outer: str, inner: str, kind: type) -> bool:
    return any(isinstance(one, kind) for one in getattr(getattr(provider, outer, None), inner, ()))


def _ending(shutdown: Callable[[], Any]) -> Callable[[float], Any]:
    return lambda _timeout_ms: shutdown()
