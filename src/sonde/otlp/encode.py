"""The OpenTelemetry SDK's spans, log records and metrics to OTLP bytes, without a protobuf message between.

The functions here hand on to the Cython encoder where it was built, to its pure-Python twin where not; `NATIVE` says
which. The bytes are the same, and those that OpenTelemetry's own encoder and the protobuf library make of the same
objects: field by field, in the order of field numbers. Importing this module imports neither opentelemetry nor protobuf.

Objects are read by attribute names (duck typing): of the SDK's own classes by their private ones, which show the same as
their properties and cost far less; of any other class, a subclass with properties of its own too, by the public names.
So a record that comes without the SDK only needs those names: for a span `context` (or `get_span_context()`), `parent`,
`name`, `kind`, `start_time`, `end_time`, `attributes`, `events`, `links`, `status`, `resource`, `instrumentation_scope`,
`dropped_attributes`, `dropped_events`, `dropped_links`; all but `context`, `name`, `kind`, the times, `attributes` and
`resource` may be missing. Kind, severity and status code may be plain numbers, then OTLP's. A resource or scope may be
None. The SDK is supported from 1.30 on.

Nothing fails a batch. An attribute value that OTLP cannot carry becomes text (`sonde.otlp.encoder_lenient` has the rules,
which are the specification's): there, OpenTelemetry's encoder drops the attribute, or the batch. An item that cannot be
written at all (a time below zero, an id that is no integer) is left out and named in `refused`.

Differences from OpenTelemetry's encoder, all where it loses something: the above; two groups of metrics with one resource
are both written (it writes the last); an integer point beyond 64 bits is a double (it raises); a metric of an unknown
kind is refused (it writes an empty one); a missing trace id or resource of a log record is left out (it raises).

Thread-safe: no state but small caches. The interpreter's lock is held during a call.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from sonde.otlp.encoder_lenient import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sonde.otlp import encoder_twin as _encoder
elif os.environ.get("SONDE_PURE"):
    from sonde.otlp import encoder_twin as _encoder
else:
    try:
        from sonde.otlp import encoder as _encoder
    except ImportError:
        from sonde.otlp import encoder_twin as _encoder

__all__ = ["NATIVE", "Refused", "encode_logs", "encode_metrics", "encode_spans"]

NATIVE: bool = _encoder.__name__.endswith(".encoder")
"""True when the Cython encoder serves, False for the pure-Python twin."""


def encode_spans(
    spans: Iterable[Any],
    resource_of: Callable[[Any], Any] | None = None,
    refused: list[Refused] | None = None,
) -> bytes:
    """One trace export request of these spans, grouped by resource and scope in the order of their first span.

    Args:
        spans: `ReadableSpan`s, or what has their names.
        resource_of: gives the resource to write in place of a span's, called once for each of a batch (after a fork, say);
            where it raises, the span's own is written.
        refused: takes what was left out, with the reason.

    Returns:
        The bytes of an `ExportTraceServiceRequest`; empty when there is no span to write.

    Raises:
        MemoryError: there is no room for the request.
    """
    return _encoder.encode_spans(spans, resource_of, refused)


def encode_logs(
    records: Iterable[Any],
    resource_of: Callable[[Any], Any] | None = None,
    refused: list[Refused] | None = None,
) -> bytes:
    """One logs export request of these records, grouped by resource and scope in the order of their first record.

    Args:
        records: `ReadableLogRecord`s (up to SDK 1.38 `LogData`), or records with an inner record's names and `resource` and
            `instrumentation_scope`: `timestamp`, `observed_timestamp`, `trace_id`, `span_id`, `trace_flags`,
            `severity_text`, `severity_number`, `body`, `attributes`, `event_name`.
        resource_of: as for `encode_spans`.
        refused: takes what was left out, with the reason.

    Returns:
        The bytes of an `ExportLogsServiceRequest`; empty when there is no record to write.

    Raises:
        MemoryError: there is no room for the request.
    """
    return _encoder.encode_logs(records, resource_of, refused)


def encode_metrics(
    data: Any, resource_of: Callable[[Any], Any] | None = None, refused: list[Refused] | None = None
) -> bytes:
    """One metrics export request of a reader's collection.

    Args:
        data: the SDK's `MetricsData`, or what has its names; the class of a metric's `data` is named `Gauge`, `Sum`,
            `Histogram` or `ExponentialHistogram`, or inherits from one that is.
        resource_of: as for `encode_spans`.
        refused: takes the data points and metrics that were left out, with the reason.

    Returns:
        The bytes of an `ExportMetricsServiceRequest`; its groups are those of `data`, also where they are empty.

    Raises:
        MemoryError: there is no room for the request.
    """
    return _encoder.encode_metrics(data, resource_of, refused)
