"""Jaeger v1's shape, as Jaeger's own translation of OTLP gives it."""

from __future__ import annotations

from sonde.query.spans import Event, Resource, Scope
from sonde.query.trace import Trace
from sonde.web.compat.jaeger_model import NO_SERVICE, short_trace_id, tag, ui_trace
from unit.web.compat.example_spans import SHORT_ID, START_NS, TRACE_ID, full_span, plain_span


def only_span(span):
    return ui_trace(Trace(span.trace_id, [span]))["spans"][0]


def test_the_example_of_jaegers_own_tests():
    """The pair otlp2jaeger-in.json, otlp2jaeger-out.json that Jaeger's query service is tested with."""
    span = plain_span(
        trace_id="83a9efd15c1c98a977e0711cc93ee28b", span_id="e127af99e3b3e074", parent_span_id="909541b92cf05311",
        name="okey-dokey-0", kind="Server", service="telemetrygen", start_ns=1706678909209712000, duration_ns=123000,
        attributes={"net.peer.ip": "1.2.3.4", "peer.service": "telemetrygen-client"},
        resource=Resource({"service.name": "telemetrygen"}), scope=Scope("telemetrygen"),
    )  # fmt: skip
    assert ui_trace(Trace(span.trace_id, [span])) == {
        "traceID": "83a9efd15c1c98a977e0711cc93ee28b",
        "spans": [
            {
                "traceID": "83a9efd15c1c98a977e0711cc93ee28b",
                "spanID": "e127af99e3b3e074",
                "operationName": "okey-dokey-0",
                "references": [
                    {"refType": "CHILD_OF", "traceID": "83a9efd15c1c98a977e0711cc93ee28b", "spanID": "909541b92cf05311"}
                ],
                "startTime": 1706678909209712,
                "duration": 123,
                "tags": [
                    {"key": "otel.scope.name", "type": "string", "value": "telemetrygen"},
                    {"key": "net.peer.ip", "type": "string", "value": "1.2.3.4"},
                    {"key": "peer.service", "type": "string", "value": "telemetrygen-client"},
                    {"key": "span.kind", "type": "string", "value": "server"},
                ],
                "logs": [],
                "processID": "p1",
                "warnings": None,
            }
        ],
        "processes": {"p1": {"serviceName": "telemetrygen", "tags": []}},
        "warnings": None,
    }


def test_otlp_fields_become_tags_around_the_attributes():
    span = only_span(full_span(attributes={"a": 1}))
    assert [(each["key"], each["value"]) for each in span["tags"]] == [
        ("otel.scope.name", "my.library"),
        ("otel.scope.version", "1.0.0"),
        ("a", 1),
        ("span.kind", "server"),
        ("otel.status_code", "ERROR"),
        ("error", True),
        ("otel.status_description", "it broke"),
        ("w3c.tracestate", "a=1,b=2"),
    ]
    assert span["flags"] == 257


def test_every_type_of_value():
    shown = {each["key"]: (each["type"], each["value"]) for each in only_span(full_span())["tags"]}
    assert shown["true"] == ("bool", True)
    assert shown["large"] == ("int64", "9223372036854775807"), "JavaScript cannot hold it"
    assert tag("small", -5) == {"key": "small", "type": "int64", "value": -5}
    assert shown["ratio"] == ("float64", 0.5)
    assert shown["nan"] == ("float64", "nan")
    assert shown["raw"] == ("binary", "AP8=")
    assert shown["list"] == ("string", '[1,"a",[true]]')
    assert shown["map"] == ("string", '{"k":1.5,"n":null}')
    assert shown["nothing"] == ("string", "")


def test_a_span_that_did_not_fail_has_no_error_tag():
    keys = {each["key"] for each in only_span(plain_span(status="Ok"))["tags"]}
    assert keys == {"otel.status_code"}
    assert only_span(plain_span())["tags"] == []


def test_the_parent_comes_first_and_links_follow():
    assert only_span(full_span())["references"] == [
        {"refType": "CHILD_OF", "traceID": TRACE_ID, "spanID": "eee19b7ec3c1b173"},
        {"refType": "FOLLOWS_FROM", "traceID": "b" * 16, "spanID": "b" * 16},
    ]


def test_events_are_logs_with_their_name_as_a_field():
    span = plain_span(events=(Event(START_NS + 1500, "retry", {"n": 1}), Event(START_NS, "x", {"event": "own"})))
    assert only_span(span)["logs"] == [
        {"timestamp": START_NS // 1000 + 1, "fields": [tag("event", "retry"), tag("n", 1)]},
        {"timestamp": START_NS // 1000, "fields": [tag("event", "own")]},
    ]


def test_equal_resources_share_a_process():
    spans = [
        plain_span(service="a", resource=Resource({"service.name": "a", "host": "h"})),
        plain_span(service="a", resource=Resource({"service.name": "a", "host": "h"})),
        plain_span(service="a", resource=Resource({"service.name": "a", "host": "i"})),
        plain_span(),
    ]
    trace = ui_trace(Trace(TRACE_ID, spans))
    assert [span["processID"] for span in trace["spans"]] == ["p1", "p1", "p2", "p3"]
    assert trace["processes"]["p1"] == {"serviceName": "a", "tags": [tag("host", "h")]}
    assert trace["processes"]["p3"] == {"serviceName": NO_SERVICE, "tags": []}


def test_what_assembling_found_is_a_warning():
    span = only_span(
        plain_span(parent_span_id="b" * 16, missing_parent=True, skew_ns=12_500_000, copies=2, shares_id=True)
    )
    said = "\n".join(span["warnings"])
    assert "bbbbbbbbbbbbbbbb is not in this trace" in said
    assert "12.5ms" in said
    assert "received 3 times" in said
    assert "same id" in said
    assert span["startTime"] == START_NS // 1000, "times stay as sent"


def test_ids_of_64_bits_are_short():
    assert short_trace_id(SHORT_ID) == "1234567890abcdef"
    assert short_trace_id(TRACE_ID) == TRACE_ID
