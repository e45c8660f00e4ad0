"""Metrics for the encoder in plain Python: gauge, sum, histogram and exponential histogram, with their exemplars.

A data point that fails is left out; a metric whose points all failed, too.

Source: `Metric` and the data points of OTLP 1.x.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from struct import pack
from typing import Any, Final

from sonde.otlp.encoder_lenient import Refused, reason_of, shown, whole_number
from sonde.otlp.encoder_twin_items import resource_message, scope_message
from sonde.otlp.encoder_twin_value import (
    attributes,
    double,
    enum_number,
    fixed64,
    identifier,
    message,
    number,
    sfixed64,
    text,
    unsigned32,
    varints,
)

__all__ = ["encode_metrics"]


def encode_metrics(
    data: Any, resource_of: Callable[[Any], Any] | None = None, refused: list[Any] | None = None
) -> bytes:
    """See `sonde.otlp.encode.encode_metrics`."""
    return b"".join([_resource_metrics(group, resource_of, refused) for group in data.resource_metrics])


def _resource_metrics(group: Any, resource_of: Callable[[Any], Any] | None, refused: list[Any] | None) -> bytes:
    resource = shown(group.resource, resource_of)
    pieces = [message(b"\x0a", resource_message(resource))]
    pieces += [_scope_metrics(one, refused) for one in group.scope_metrics]
    pieces.append(text(b"\x1a", getattr(resource, "schema_url", None)))
    return message(b"\x0a", b"".join(pieces))


def _scope_metrics(group: Any, refused: list[Any] | None) -> bytes:
    pieces = [message(b"\x0a", scope_message(group.scope))]
    for metric in group.metrics:
        try:
            pieces.append(_metric(metric, refused))
        except Exception as error:  # one bad metric is left out, not the batch
            _refuse(refused, metric, error)
    pieces.append(text(b"\x1a", getattr(group.scope, "schema_url", None)))
    return message(b"\x12", b"".join(pieces))


def _refuse(refused: list[Any] | None, item: Any, error: Exception) -> None:
    if refused is not None:
        refused.append(Refused(item, reason_of(error)))


def _metric(metric: Any, refused: list[Any] | None) -> bytes:
    named = text(b"\x0a", metric.name) + text(b"\x12", metric.description) + text(b"\x1a", metric.unit)
    data = metric.data
    points = data.data_points
    if not points:
        return message(b"\x12", named)
    tag, point_bytes = _kind(type(data))
    pieces: list[bytes] = []
    for point in points:
        try:
            pieces.append(message(b"\x0a", b"".join(point_bytes(point))))
        except Exception as error:  # one bad point is left out, not the metric
            _refuse(refused, point, error)
    if not pieces:
        return b""
    if tag != _GAUGE:
        pieces.append(number(b"\x10", enum_number(data.aggregation_temporality)))
    if tag == _SUM:
        pieces.append(number(b"\x18", bool(data.is_monotonic)))
    return message(b"\x12", named + message(tag, b"".join(pieces)))


def _kind(kind: type) -> tuple[bytes, Callable[[Any], Iterable[bytes]]]:
    """By the name of the class or of one that it inherits from: the tag of `Metric`'s field, and what encodes a point."""
    for one in kind.__mro__:
        if one.__name__ in _KINDS:
            return _KINDS[one.__name__]
    raise TypeError(f"no metric data: {kind.__name__}; there are {', '.join(_KINDS)}")


def _gauge_point(point: Any) -> list[bytes]:
    """OpenTelemetry's encoder gives no start to the points of a gauge."""
    as_double, as_int = _one_value(b"\x21", point.value)
    return [
        fixed64(b"\x19", point.time_unix_nano),
        as_double,
        *_exemplars(b"\x2a", point),
        as_int,
        *attributes(b"\x3a", point.attributes),
    ]


def _sum_point(point: Any) -> list[bytes]:
    return [fixed64(b"\x11", point.start_time_unix_nano), *_gauge_point(point)]


def _one_value(tag: bytes, value: Any) -> tuple[bytes, bytes]:
    """The value of a point or exemplar as a double or as an integer, field 6; an integer too large for it is a double."""
    if value is None:
        raise TypeError("a data point without a value")
    if isinstance(value, int) and -(1 << 63) <= value < 1 << 63:
        return b"", sfixed64(b"\x31", value)
    return double(tag, value), b""


def _histogram_point(point: Any) -> list[bytes]:
    return [
        fixed64(b"\x11", point.start_time_unix_nano),
        fixed64(b"\x19", point.time_unix_nano),
        fixed64(b"\x21", point.count),
        double(b"\x29", point.sum),
        _packed(b"\x32", "Q", point.bucket_counts),
        _packed(b"\x3a", "d", point.explicit_bounds),
        *_exemplars(b"\x42", point),
        *attributes(b"\x4a", point.attributes),
        double(b"\x59", point.min),
        double(b"\x61", point.max),
    ]


def _exponential_point(point: Any) -> list[bytes]:
    return [
        *attributes(b"\x0a", point.attributes),
        fixed64(b"\x11", point.start_time_unix_nano),
        fixed64(b"\x19", point.time_unix_nano),
        fixed64(b"\x21", point.count),
        double(b"\x29", point.sum),
        number(b"\x30", _zigzag(point.scale)),
        fixed64(b"\x39", point.zero_count),
        _buckets(b"\x42", point.positive),
        _buckets(b"\x4a", point.negative),
        number(b"\x50", unsigned32(point.flags)),
        *_exemplars(b"\x5a", point),
        double(b"\x61", point.min),
        double(b"\x69", point.max),
    ]


def _zigzag(value: Any) -> int:
    """Of a sint32."""
    signed = whole_number(value, -0x80000000, 0x7FFFFFFF)
    return (signed << 1 ^ signed >> 31) & 0xFFFFFFFF


def _buckets(tag: bytes, buckets: Any) -> bytes:
    """Left out without counts, as OpenTelemetry's encoder does."""
    if buckets is None or not buckets.bucket_counts:
        return b""
    return message(tag, number(b"\x08", _zigzag(buckets.offset)) + message(b"\x12", varints(buckets.bucket_counts)))


def _packed(tag: bytes, form: str, numbers: Any) -> bytes:
    values = () if numbers is None else tuple(numbers)
    return message(tag, pack(f"<{len(values)}{form}", *values)) if values else b""


def _exemplars(tag: bytes, point: Any) -> list[bytes]:
    return [message(tag, _exemplar(one)) for one in point.exemplars or ()]


def _exemplar(exemplar: Any) -> bytes:
    """Ids are written when both are there, as OpenTelemetry's encoder does."""
    as_double, as_int = _one_value(b"\x19", exemplar.value)
    ids = b""
    if exemplar.span_id is not None and exemplar.trace_id is not None:
        ids = identifier(b"\x22\x08", exemplar.span_id, 8) + identifier(b"\x2a\x10", exemplar.trace_id, 16)
    head = fixed64(b"\x11", exemplar.time_unix_nano) + as_double + ids + as_int
    return head + b"".join(attributes(b"\x3a", exemplar.filtered_attributes))


_GAUGE: Final = b"\x2a"
_SUM: Final = b"\x3a"
_KINDS: Final[dict[str, tuple[bytes, Callable[[Any], Iterable[bytes]]]]] = {
    "Gauge": (_GAUGE, _gauge_point),
    "Sum": (_SUM, _sum_point),
    "Histogram": (b"\x4a", _histogram_point),
    "ExponentialHistogram": (b"\x52", _exponential_point),
}
