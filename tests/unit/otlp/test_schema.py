"""The kernel checks payloads against a table of its own; it must be the protocol's, field for field."""

from __future__ import annotations

import pytest
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2

from sonde.otlp.schema import MESSAGES, ROOTS

REQUESTS = (
    trace_service_pb2.ExportTraceServiceRequest,
    metrics_service_pb2.ExportMetricsServiceRequest,
    logs_service_pb2.ExportLogsServiceRequest,
)
KINDS = {
    1: "fixed64",
    3: "varint",
    4: "varint",
    5: "varint",
    6: "fixed64",
    7: "fixed32",
    8: "varint",
    9: "string",
    11: "message",
}
KINDS |= {12: "bytes", 13: "varint", 14: "varint", 15: "fixed32", 16: "fixed64", 17: "varint"}
IDS = {"trace_id": "id16", "span_id": "id8", "parent_span_id": "id8"}


def descriptors():
    found = {}
    waiting = [request.DESCRIPTOR for request in REQUESTS]
    while waiting:
        one = waiting.pop()
        name = one.name if one.containing_type is None or one.name not in ("Event", "Link") else f"Span.{one.name}"
        if name not in found:
            found[name] = one
            waiting += [field.message_type for field in one.fields if field.message_type]
    return found


def test_the_table_names_the_messages_of_the_protocol():
    assert set(MESSAGES) == set(descriptors())
    assert [request.DESCRIPTOR.name for request in REQUESTS] == list(ROOTS)


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_every_field_is_the_protocols(name):
    installed = {field.number: field for field in descriptors()[name].fields}
    table = MESSAGES[name]
    assert set(installed) <= set(table), "opentelemetry-proto has a field that the table lacks"
    for number, field in installed.items():
        ours = table[number]
        assert ours.name == field.name
        assert ours.kind == (IDS.get(field.name) or KINDS[field.type])
        assert ours.repeated == field.is_repeated
        oneof = field.containing_oneof
        assert ours.oneof == (oneof.name if oneof and not oneof.name.startswith("_") else "")
        if field.message_type:
            assert ours.message.removeprefix("Span.") == field.message_type.name
