"""OTLP/JSON out of stored spans: the protobuf library must read every field back, with its type."""

from __future__ import annotations

import base64
import json
import math

from google.protobuf.json_format import ParseDict
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from sonde.query.spans import Resource, Scope
from sonde.web.otlp_json import any_value, resource_spans
from unit.web.compat.example_spans import RESOURCE, SCOPE, START_NS, TRACE_ID, full_span, plain_span


def parsed(groups):
    """As protobuf; its JSON mapping wants base64 where OTLP's writes ids in hexadecimal."""

    def rewrite(value):
        if isinstance(value, dict):
            return {
                key: base64.b64encode(bytes.fromhex(item)).decode()
                if key in {"traceId", "spanId", "parentSpanId"}
                else rewrite(item)
                for key, item in value.items()
            }
        return [rewrite(item) for item in value] if isinstance(value, list) else value

    return ParseDict(rewrite(json.loads(json.dumps({"resourceSpans": groups}))), TracesData())


def test_every_field_comes_back():
    (group,) = parsed(resource_spans([full_span()])).resource_spans
    assert (group.schema_url, group.resource.dropped_attributes_count) == (RESOURCE.schema_url, 1)
    (scope,) = group.scope_spans
    assert (scope.scope.name, scope.scope.version, scope.scope.dropped_attributes_count, scope.schema_url) == (
        "my.library", "1.0.0", 2, SCOPE.schema_url,
    )  # fmt: skip
    assert scope.scope.attributes[0].key == "my.scope.attribute"
    (span,) = scope.spans
    assert span.trace_id.hex() == TRACE_ID
    assert (span.span_id.hex(), span.parent_span_id.hex()) == ("eee19b7ec3c1b174", "eee19b7ec3c1b173")
    assert (span.name, span.kind, span.trace_state, span.flags) == ("I'm a server span", 2, "a=1,b=2", 257)
    assert (span.start_time_unix_nano, span.end_time_unix_nano) == (START_NS + 1, START_NS + 1_000_000_001)
    assert (span.status.code, span.status.message) == (2, "it broke")
    assert (span.dropped_attributes_count, span.dropped_events_count, span.dropped_links_count) == (5, 6, 7)
    (event,) = span.events
    assert (event.time_unix_nano, event.name, event.dropped_attributes_count) == (START_NS + 5000, "exception", 3)
    link = span.links[0]
    assert (link.trace_id.hex(), link.span_id.hex()) == ("0" * 16 + "b" * 16, "b" * 16)
    assert (link.trace_state, link.flags, link.dropped_attributes_count) == ("x=1", 256, 4)


def test_every_type_of_value_comes_back():
    (group,) = parsed(resource_spans([full_span()])).resource_spans
    values = {pair.key: pair.value for pair in group.scope_spans[0].spans[0].attributes}
    assert values["text"].string_value == "some value"
    assert values["true"].WhichOneof("value") == "bool_value"
    assert values["large"].int_value == 2**63 - 1
    assert values["ratio"].double_value == 0.5
    assert math.isnan(values["nan"].double_value)
    assert values["raw"].bytes_value == b"\x00\xff"
    assert [item.WhichOneof("value") for item in values["list"].array_value.values] == [
        "int_value",
        "string_value",
        "array_value",
    ]
    assert values["map"].kvlist_value.values[0].value.double_value == 1.5
    assert values["nothing"].WhichOneof("value") is None


def test_ids_are_hexadecimal_and_long_integers_text():
    span = resource_spans([full_span()])[0]["scopeSpans"][0]["spans"][0]
    assert (span["traceId"], span["startTimeUnixNano"]) == (TRACE_ID, str(START_NS + 1))
    assert any_value(7) == {"intValue": "7"}
    assert any_value(float("-inf")) == {"doubleValue": "-Infinity"}


def test_what_has_its_default_is_left_out():
    (group,) = resource_spans([plain_span()])
    assert group == {
        "resource": {},
        "scopeSpans": [
            {
                "scope": {},
                "spans": [
                    {
                        "traceId": TRACE_ID,
                        "spanId": "a" * 16,
                        "name": "root",
                        "startTimeUnixNano": str(START_NS),
                        "endTimeUnixNano": str(START_NS + 2000),
                        "status": {},
                    }
                ],
            }
        ],
    }


def test_spans_stand_under_the_resource_and_scope_they_came_with():
    same = Resource({"service.name": "a"})
    spans = [
        plain_span(name="1", resource=same),
        plain_span(name="2", resource=Resource({"service.name": "b"})),
        plain_span(name="3", resource=Resource({"service.name": "a"}), scope=Scope("s")),
        plain_span(name="4", resource=same),
        plain_span(name="5", resource=Resource({"service.name": "a"}, "https://schemas.example/1")),
    ]
    shape = [
        [[span["name"] for span in scope["spans"]] for scope in group["scopeSpans"]] for group in resource_spans(spans)
    ]
    assert shape == [[["1", "4"], ["3"]], [["2"]], [["5"]]]


def test_values_that_differ_only_in_type_are_different_resources():
    groups = resource_spans([plain_span(resource=Resource({"n": value})) for value in (1, "1", 1.0, True)])
    assert len(groups) == 4
