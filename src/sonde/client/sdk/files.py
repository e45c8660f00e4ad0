"""Telemetry as files: one OTLP request in JSON a line, in `traces.jsonl`, `metrics.jsonl` and `logs.jsonl`.

The files can be sent on later with `curl` or any tool that reads the format. A file that has reached its size is renamed
to `traces.1.jsonl`, older ones move up, and the oldest is deleted, so that what lies on disk is bounded.

Thread-safe within a process. Several processes must write to directories of their own. A full disk drops the line,
reported once a minute; it never raises. A line is handed to the system at once but not synced.

Source: OpenTelemetry specification, "OpenTelemetry Protocol File Exporter" (JSON lines, UTF-8, one request a line).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk._logs.export import LogRecordExporter, LogRecordExportResult
from opentelemetry.sdk.metrics.export import AggregationTemporality, MetricExporter, MetricExportResult, MetricsData
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from sonde.client.engine.identity import resource_of
from sonde.client.sdk.preference import aggregations, temporalities
from sonde.core.clock import SYSTEM_CLOCK, Clock
from sonde.core.signal import Signal
from sonde.otlp import encode
from sonde.otlp.json import from_protobuf

__all__ = ["FileLogRecordExporter", "FileMetricExporter", "FileSpanExporter", "LineFile"]

_log = logging.getLogger(__name__)
_COMPLAIN_S = 60.0


class LineFile:
    """Appends lines to a file, and starts a new one when it has reached its size.

    Args:
        path: the file that is written; its directory is made.
        size_bytes: a file is ended before a line that would carry it beyond this.
        keep: ended files that stay, 0 or more.
        clock: says when a minute has passed between two complaints.
    """

    def __init__(self, path: Path, size_bytes: int = 64 << 20, keep: int = 4, clock: Clock = SYSTEM_CLOCK) -> None:
        self._path = path
        self._size_bytes = size_bytes
        self._keep = keep
        self._clock = clock
        self._lock = threading.Lock()
        self._file: BinaryIO | None = None
        self._complained: float | None = None

    def append(self, line: bytes) -> bool:
        """Write one line; False when the disk refused it."""
        with self._lock:
            try:
                file = self._opened()
                if file.tell() and file.tell() + len(line) + 1 > self._size_bytes:
                    file = self._rotated()
                file.write(line + b"\n")
            except (OSError, ValueError) as error:
                self._complain(error)
                return False
            return True

    def close(self) -> None:
        """Close the file; a later line opens it again."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None

    def _opened(self) -> BinaryIO:
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # Unbuffered: a line is one write, so that a kill leaves whole lines and nothing waits in memory.
            self._file = self._path.open("ab", buffering=0)
        return self._file

    def _rotated(self) -> BinaryIO:
        if self._file is not None:
            self._file.close()
            self._file = None
        for place in range(self._keep, 0, -1):
            source = self._numbered(place - 1)
            if source.exists():
                source.replace(self._numbered(place))
        if not self._keep:
            self._path.unlink(missing_ok=True)
        return self._opened()

    def _numbered(self, place: int) -> Path:
        return self._path.with_name(f"{self._path.stem}.{place}{self._path.suffix}") if place else self._path

    def _complain(self, error: Exception) -> None:
        now = self._clock.monotonic()
        if self._complained is None or now - self._complained >= _COMPLAIN_S:
            self._complained = now
            _log.warning("telemetry is not written to %s: %s", self._path, error)


class FileSpanExporter(SpanExporter):
    """Writes batches of spans to `traces.jsonl` in a directory; other options as for `LineFile`."""

    def __init__(self, directory: str | Path, *, size_bytes: int = 64 << 20, keep: int = 4) -> None:
        self._file = LineFile(Path(directory) / "traces.jsonl", size_bytes, keep)

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Write one line; FAILURE when the disk refused it."""
        is_written = _write(self._file, Signal.TRACES, encode.encode_spans, spans)
        return SpanExportResult.SUCCESS if is_written else SpanExportResult.FAILURE

    def shutdown(self) -> None:
        """Close the file."""
        self._file.close()

    def force_flush(self, timeout_millis: int = 30000) -> bool:  # noqa: ARG002 - the SDK's signature
        """Nothing waits here."""
        return True


class FileLogRecordExporter(LogRecordExporter):
    """Writes batches of log records to `logs.jsonl` in a directory; other options as for `LineFile`."""

    def __init__(self, directory: str | Path, *, size_bytes: int = 64 << 20, keep: int = 4) -> None:
        self._file = LineFile(Path(directory) / "logs.jsonl", size_bytes, keep)

    def export(self, batch: Sequence[ReadableLogRecord]) -> LogRecordExportResult:
        """Write one line; FAILURE when the disk refused it."""
        is_written = _write(self._file, Signal.LOGS, encode.encode_logs, batch)
        return LogRecordExportResult.SUCCESS if is_written else LogRecordExportResult.FAILURE

    def shutdown(self) -> None:
        """Close the file."""
        self._file.close()

    def force_flush(self, timeout_millis: int = 30000) -> bool:  # noqa: ARG002 - the SDK's signature
        """Nothing waits here."""
        return True


class FileMetricExporter(MetricExporter):
    """Writes what a reader collected to `metrics.jsonl` in a directory.

    Args:
        directory: where the file lies.
        size_bytes: as for `LineFile`.
        keep: as for `LineFile`.
        preferred_temporality: by instrument class; over the environment's.
    """

    def __init__(
        self,
        directory: str | Path,
        *,
        size_bytes: int = 64 << 20,
        keep: int = 4,
        preferred_temporality: dict[type, AggregationTemporality] | None = None,
    ) -> None:
        super().__init__(
            preferred_temporality=temporalities() | (preferred_temporality or {}), preferred_aggregation=aggregations()
        )
        self._file = LineFile(Path(directory) / "metrics.jsonl", size_bytes, keep)

    def export(
        self,
        metrics_data: MetricsData,
        timeout_millis: float = 10_000,  # noqa: ARG002 - the SDK's signature
        **_kwargs: Any,
    ) -> MetricExportResult:
        """Write one line; FAILURE when the disk refused it."""
        is_written = _write(self._file, Signal.METRICS, encode.encode_metrics, metrics_data)
        return MetricExportResult.SUCCESS if is_written else MetricExportResult.FAILURE

    def shutdown(self, timeout_millis: float = 30_000, **_kwargs: Any) -> None:  # noqa: ARG002 - the SDK's signature
        """Close the file."""
        self._file.close()

    def force_flush(self, timeout_millis: float = 10_000) -> bool:  # noqa: ARG002 - the SDK's signature
        """Nothing waits here."""
        return True


def _write(file: LineFile, signal: Signal, encoder: Any, items: Any) -> bool:
    try:
        payload = encoder(items, resource_of())
        return not payload or file.append(from_protobuf(signal, payload))
    except Exception:
        _log.debug("%s were not written", signal.item, exc_info=True)
        return False
