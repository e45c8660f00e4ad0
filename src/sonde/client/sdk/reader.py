"""The periodic metric reader as this client needs it: bounded at exit, alive after a fork; and the Prometheus endpoint."""

from __future__ import annotations

import os
import threading
from typing import Any
from urllib.parse import urlsplit

from opentelemetry.sdk.metrics.export import MetricExporter, MetricReader, PeriodicExportingMetricReader

from sonde.core.errors import ConfigError

__all__ = ["SondeMetricReader", "host_and_port", "prometheus_reader"]


class SondeMetricReader(PeriodicExportingMetricReader):
    """Collects and exports at an interval.

    The SDK's reader joins its thread for up to 30 s at exit, as long as a callback hangs, and keeps the parent's locks
    in a forked child, where nobody will ever release them. This one does neither.

    Args:
        exporter: takes what was collected.
        interval_s: seconds between two collections; None for `OTEL_METRIC_EXPORT_INTERVAL`, else 60.
        exit_s: seconds that `shutdown` waits at most.
    """

    def __init__(self, exporter: MetricExporter, *, interval_s: float | None = None, exit_s: float = 5.0) -> None:
        self._exit_ms = exit_s * 1000
        self._pid = os.getpid()
        super().__init__(exporter, None if interval_s is None else interval_s * 1000)

    def shutdown(self, timeout_millis: float = 30_000, **kwargs: Any) -> None:
        """Collect once more and end, within `exit_s`."""
        if self._pid != os.getpid():  # a fork that Python was not told of (uWSGI's): no thread is here to be joined
            self._export_lock = threading.Lock()
            self._daemon_thread = None
            self.collect(min(timeout_millis, self._exit_ms))
        super().shutdown(min(timeout_millis, self._exit_ms), **kwargs)

    def _at_fork_reinit(self) -> None:
        self._pid = os.getpid()
        self._export_lock = threading.Lock()
        self._shutdown_event = threading.Event()
        super()._at_fork_reinit()  # type: ignore[no-untyped-call]  # the SDK's own method has no annotations


def prometheus_reader(address: str) -> MetricReader:
    """A reader that serves metrics to Prometheus on an address such as `127.0.0.1:9464`.

    Raises:
        ConfigError: the address is wrong, or the official exporter is not installed.
        OSError: the address is taken.
    """
    host, port = host_and_port(address)
    try:
        from opentelemetry.exporter.prometheus import PrometheusMetricReader  # noqa: PLC0415 - an optional package
        from prometheus_client import start_http_server  # noqa: PLC0415 - it comes with the line above
    except ImportError:
        raise ConfigError("prometheus needs a package: pip install opentelemetry-exporter-prometheus") from None
    reader = PrometheusMetricReader()
    try:
        start_http_server(port=port, addr=host)
    except OSError:
        reader.shutdown()
        raise
    return reader


def host_and_port(address: str) -> tuple[str, int]:
    """Host and port of `127.0.0.1:9464`, `[::1]:9464` or `:9464` (loopback).

    Raises:
        ConfigError: it is none of these forms.
    """
    try:
        parts = urlsplit(f"//{address}")
        port = parts.port
    except ValueError:
        port = None
    if port is None:
        raise ConfigError(f"prometheus must be an address such as 127.0.0.1:9464, not {address!r}")
    return parts.hostname or "127.0.0.1", port
