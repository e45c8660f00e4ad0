"""Payloads are cut and joined by their bytes: nothing but what was asked may be lost, no group left empty."""

from __future__ import annotations

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from unit.otlp.wire_bytes import field, metric, trace

TRACES, METRICS, LOGS = 0, 1, 2


def test_concat_joins_any_bytes_like(impl):
    parts = [trace(b""), bytearray(trace(b"")), memoryview(trace(b"", b""))]
    assert impl.validate(TRACES, impl.concat(parts)) == 4
    assert impl.concat([]) == b""


def test_what_cannot_be_asked(impl):
    columns = impl.scan(TRACES, trace(b""))
    with pytest.raises(ValueError, match="no level is called 'span'"):
        impl.attribute(columns, "span", "k")
    with pytest.raises(ValueError, match="only log records"):
        impl.body(columns)
    with pytest.raises(ValueError, match="no trace id"):
        impl.group_by_trace(impl.scan(METRICS, b""))
    with pytest.raises(ValueError, match="2 bytes for 1 records"):
        impl.select(columns, b"\1\1")
    with pytest.raises(ValueError, match="a limit is 0"):
        impl.split(TRACES, b"", max_items=-1)


def test_select_drops_groups_that_keep_nothing(impl):
    second = field(3, b"schema")
    payload = trace(b"\x30\x01", b"\x30\x02", resource=second) + trace(b"\x30\x03", scope=second) + trace()
    columns = impl.scan(TRACES, payload)
    assert impl.select(columns, b"\0\1\0") == trace(b"\x30\x02", resource=second)
    assert impl.select(columns, b"\0\0\2") == trace(b"\x30\x03", scope=second)
    assert impl.select(columns, bytearray(b"\1\1\1")) == payload
    assert impl.select(columns, b"\0\0\0") == b""


def test_select_points_keeps_what_their_metric_says(impl):
    points = [field(1, b"\x40" + bytes([n])) for n in (1, 2, 3)]
    name, temporality = field(1, b"m"), b"\x10\x02"
    payload = metric(
        field(5, points[0]), field(7, points[0] + temporality), name, field(7, points[1] + points[2] + b"\x18\x01")
    )
    columns = impl.scan(METRICS, payload)
    kept = (
        ExportMetricsServiceRequest.FromString(impl.select(columns, b"\0\1\0"))
        .resource_metrics[0]
        .scope_metrics[0]
        .metrics[0]
    )
    assert (kept.name, kept.sum.aggregation_temporality, kept.sum.is_monotonic) == ("m", 2, True)
    assert [point.flags for point in kept.sum.data_points] == [2]


def test_split(impl):
    payload = trace(b"\x30\x01", b"\x30\x02", resource=field(3, b"schema")) + trace(b"\x30\x03")
    parts = [
        trace(b"\x30\x01", resource=field(3, b"schema")),
        trace(b"\x30\x02", resource=field(3, b"schema")),
        trace(b"\x30\x03"),
    ]
    assert impl.split(TRACES, payload, max_items=1) == parts
    assert impl.split(TRACES, payload, max_bytes=1) == parts
    assert impl.split(TRACES, payload, max_items=3) == [payload]
    assert impl.split(TRACES, payload) == [payload]
    assert impl.split(TRACES, trace()) == []
    whole = len(parts[0]) + 4
    assert [impl.validate(TRACES, part) for part in impl.split(TRACES, payload, max_bytes=whole)] == [2, 1]
    assert [impl.validate(TRACES, part) for part in impl.split(TRACES, payload, max_bytes=whole - 1)] == [1, 1, 1]


def test_group_by_trace(impl):
    spans = [field(1, bytes([n]) * 16) for n in (7, 3, 7, 9, 3)] + [b"", field(1, bytes(16))]
    groups = impl.group_by_trace(impl.scan(TRACES, trace(*spans)))
    assert groups.count == 4
    assert groups.group.tolist() == [0, 1, 0, 2, 1, 3, 3]
    assert groups.order.tolist() == [0, 2, 1, 4, 3, 5, 6]
    assert groups.first.tolist() == [0, 2, 4, 5, 7]
    assert impl.group_by_trace(impl.scan(TRACES, b"")).count == 0
