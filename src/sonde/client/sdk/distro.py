"""Distro and configurator for `opentelemetry-instrument`: telemetry through Sonde without a change of code.

    OTEL_PYTHON_DISTRO=sonde OTEL_PYTHON_CONFIGURATOR=sonde opentelemetry-instrument python app.py

The distro makes `sonde` the exporter of every signal whose `OTEL_*_EXPORTER` is unset. The configurator is the SDK's own,
but for two things: where an exporter is Sonde's, its processor is too, so that items go straight to the engine, while other
exporters keep the SDK's batch processors; and the records of `logging` go to Sonde's exporter also where nothing official
hands them over. The two variables are needed only where another distribution is installed as
well; the official one does the rest (`OTEL_TRACES_EXPORTER=sonde`) with the SDK's processors.
"""

from __future__ import annotations

import inspect
import os
from importlib.util import find_spec
from typing import Any

from opentelemetry.instrumentation.distro import BaseDistro  # type: ignore[attr-defined]  # that module opts out of types
from opentelemetry.sdk import _configuration
from opentelemetry.sdk._logs import LogRecordProcessor
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor, LogRecordExporter
from opentelemetry.sdk.trace import SpanProcessor
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter

from sonde.client import running
from sonde.client.logs import setup_logs
from sonde.client.sdk.exporters import SondeLogRecordExporter, SondeSpanExporter
from sonde.client.sdk.processors import SondeLogRecordProcessor, SondeSpanProcessor
from sonde.client.sigterm import deliver_on_sigterm

__all__ = ["SondeConfigurator", "SondeDistro"]


class SondeDistro(BaseDistro):  # type: ignore[misc]  # the instrumentation package is optional and carries no types
    """Makes Sonde the exporter of every signal that names none."""

    def _configure(self, **_kwargs: Any) -> None:
        for signal in ("TRACES", "METRICS", "LOGS"):
            os.environ.setdefault(f"OTEL_{signal}_EXPORTER", "sonde")


class SondeConfigurator(_configuration._OTelSDKConfigurator):  # noqa: SLF001 - the class that distributions are told to subclass
    """The SDK's configurator with Sonde's processors before Sonde's exporters."""

    def _configure(self, **kwargs: Any) -> None:
        if os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
            return
        engine = (
            running.engine()
        )  # made first: what is registered first at exit comes last, after the providers' own end
        if engine.settings.on_sigterm:
            deliver_on_sigterm(running.shutdown, engine.settings.exit_s)
        factories = {"export_span_processor": span_processor, "export_log_record_processor": log_record_processor}
        known = inspect.signature(_configuration._initialize_components).parameters  # noqa: SLF001 - older SDKs have no such hook
        super()._configure(**{name: value for name, value in factories.items() if name in known}, **kwargs)  # type: ignore[no-untyped-call]  # the SDK's own method has no annotations
        if _should_attach_logs():
            setup_logs()


def _should_attach_logs() -> bool:
    """Whether Sonde exports logs, and neither the SDK nor the official instrumentation of `logging` hands records over."""
    exporters = {name.strip() for name in os.environ.get("OTEL_LOGS_EXPORTER", "").split(",")}
    asked = os.environ.get("OTEL_PYTHON_LOGGING_AUTO_INSTRUMENTATION_ENABLED", "").strip().lower() == "true"
    return "sonde" in exporters and not asked and not _is_there("opentelemetry.instrumentation.logging")


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def span_processor(span_exporter: SpanExporter, *_args: Any, **_kwargs: Any) -> SpanProcessor:
    """The processor that fits an exporter."""
    if isinstance(span_exporter, SondeSpanExporter):
        return SondeSpanProcessor(held=span_exporter.held)
    return BatchSpanProcessor(span_exporter)


def log_record_processor(exporter: LogRecordExporter, *_args: Any, **_kwargs: Any) -> LogRecordProcessor:
    """The processor that fits an exporter."""
    if isinstance(exporter, SondeLogRecordExporter):
        return SondeLogRecordProcessor(held=exporter.held)
    return BatchLogRecordProcessor(exporter)
