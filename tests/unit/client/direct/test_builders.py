"""A record built in one call must arrive as OTLP means it, and what does not fit must be refused with where and how."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.trace import SpanContext as SdkContext

from sonde.client.direct.builders import DEFAULT_BOUNDS, counter, event, gauge, histogram, log, span
from sonde.client.direct.payload import payload_of
from sonde.core.errors import ValidationError
from sonde.core.signal import Signal
from sonde.otlp.messages import request_class

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
NOON_NS = 1_767_355_200_000_000_000


def groups(signal, *records):
    request = request_class(signal).FromString(payload_of(signal, records))
    return getattr(
        request, {"traces": "resource_spans", "metrics": "resource_metrics", "logs": "resource_logs"}[signal.value]
    )


def sent_span(*arguments, **options):
    return groups(Signal.TRACES, span(*arguments, **options))[0].scope_spans[0].spans[0]


def sent_metric(record):
    return groups(Signal.METRICS, record)[0].scope_metrics[0].metrics[0]


def sent_log(*arguments, **options):
    return groups(Signal.LOGS, log(*arguments, **options))[0].scope_logs[0].log_records[0]


def plain(value):
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [plain(one) for one in value.array_value.values]
    if kind == "kvlist_value":
        return {one.key: plain(one.value) for one in value.kvlist_value.values}
    return getattr(value, kind) if kind else None


def attributes(owner):
    return {one.key: plain(one.value) for one in owner.attributes}


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text(max_size=9)
    | st.binary(max_size=9)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1, max_size=3), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.text(min_size=1, max_size=5), VALUES, max_size=4))
def test_attributes_arrive_as_they_were_given(given_attributes):
    assert attributes(sent_span("x", attributes=given_attributes)) == given_attributes
    assert plain(sent_log(given_attributes).body) == given_attributes


def test_a_span_needs_nothing_but_a_name():
    one, other = span("x"), span("x")
    assert one.context.trace_id != other.context.trace_id
    assert one.start_time == one.end_time
    assert one.resource.attributes == {"service.name": "unknown_service"}
    sent = sent_span("x")
    assert (sent.name, sent.kind, sent.status.code, len(sent.trace_id), len(sent.span_id)) == ("x", 1, 0, 16, 8)


def test_the_service_may_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("OTEL_SERVICE_NAME", "from outside")
    assert span("x").resource.attributes["service.name"] == "from outside"
    assert span("x", service="said").resource.attributes["service.name"] == "said"
    assert span("x", resource={"service.name": "mapped", "k": 1}).resource.attributes == {
        "service.name": "mapped",
        "k": 1,
    }


def test_a_child_is_in_its_parents_trace_and_service():
    parent = span("parent", service="shop", scope="my.code", resource={"host.name": "h"})
    [group] = groups(Signal.TRACES, parent, span("child", parent=parent), span("other", parent=parent, service="shop"))
    [scope] = group.scope_spans
    assert scope.scope.name == "my.code"
    assert [one.parent_span_id.hex() for one in scope.spans] == ["", parent.span_id, parent.span_id]
    assert {one.trace_id.hex() for one in scope.spans} == {parent.trace_id}
    assert span("elsewhere", parent=parent, service="bank").resource.attributes == {"service.name": "bank"}


@pytest.mark.parametrize("form", ["span", "context", "traceparent", "sdk"])
def test_a_parent_may_come_in_any_form(form):
    parent = span("parent")
    sdk = SdkContext(parent.context.trace_id, parent.context.span_id, is_remote=True)
    forms = {"span": parent, "context": parent.context, "traceparent": parent.context.traceparent, "sdk": sdk}
    child = span("child", parent=forms[form], links=[forms[form]])
    assert (child.trace_id, f"{child.parent.span_id:016x}") == (parent.trace_id, parent.span_id)
    assert child.links[0].context.span_id == parent.context.span_id
    assert child.parent.is_remote == (form in {"traceparent", "sdk"})


@pytest.mark.parametrize(
    "moment",
    [NOON_NS, NOON_NS / 1e9, NOON, NOON.astimezone(timezone(timedelta(hours=5)))],
    ids=["nanoseconds", "seconds", "utc", "other zone"],
)
def test_a_time_may_come_in_any_form(moment):
    sent = sent_span("x", start=moment, end=NOON + timedelta(microseconds=7))
    assert (sent.start_time_unix_nano, sent.end_time_unix_nano) == (NOON_NS, NOON_NS + 7000)


def test_an_exception_as_status_is_an_error_with_its_event():
    try:
        {}["cart"]
    except KeyError as error:
        sent = sent_span("x", status=error, events=["began", event("paid", {"sum": 3}, time=NOON)])
    assert (sent.status.code, sent.status.message) == (2, "KeyError: 'cart'")
    assert [one.name for one in sent.events] == ["began", "paid", "exception"]
    assert sent.events[1].time_unix_nano == NOON_NS
    found = attributes(sent.events[2])
    assert (found["exception.type"], found["exception.message"]) == ("KeyError", "'cart'")
    assert "cart" in found["exception.stacktrace"]


def test_a_counter_is_a_monotonic_delta_unless_said_otherwise():
    metric = sent_metric(counter("orders", 3, unit="{order}", description="d", attributes={"country": "DE"}, time=NOON))
    [point] = metric.sum.data_points
    assert (metric.name, metric.unit, metric.description) == ("orders", "{order}", "d")
    assert (metric.sum.is_monotonic, metric.sum.aggregation_temporality) == (True, 1)
    assert (point.as_int, point.time_unix_nano, attributes(point)) == (3, NOON_NS, {"country": "DE"})
    other = sent_metric(counter("balance", -1.5, monotonic=False, temporality="cumulative", start=NOON)).sum
    assert (other.is_monotonic, other.aggregation_temporality) == (False, 2)
    assert (other.data_points[0].as_double, other.data_points[0].start_time_unix_nano) == (-1.5, NOON_NS)


def test_a_gauge_keeps_ints_and_floats_apart():
    assert sent_metric(gauge("t", 21)).gauge.data_points[0].WhichOneof("value") == "as_int"
    assert sent_metric(gauge("t", 21.5)).gauge.data_points[0].as_double == 21.5


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-100, 20_000), max_size=30))
def test_a_histogram_counts_each_value_in_the_bucket_below_its_bound(values):
    [point] = sent_metric(histogram("h", values)).histogram.data_points
    assert list(point.explicit_bounds) == list(DEFAULT_BOUNDS)
    assert point.count == len(values) == sum(point.bucket_counts)
    assert point.sum == pytest.approx(sum(values))
    below = [sum(value <= bound for value in values) for bound in DEFAULT_BOUNDS]
    assert [sum(point.bucket_counts[: at + 1]) for at in range(len(below))] == below
    if values:
        assert (point.min, point.max) == (min(values), max(values))


def test_a_histogram_of_counts_says_only_what_is_known():
    [point] = sent_metric(histogram("h", counts=[1, 2, 0], bounds=[1, 2])).histogram.data_points
    assert (point.count, list(point.bucket_counts), list(point.explicit_bounds)) == (3, [1, 2, 0], [1.0, 2.0])
    assert not point.HasField("sum")
    assert not point.HasField("min")
    assert sent_metric(histogram("h", counts=[1], bounds=[], total=4)).histogram.data_points[0].sum == 4.0


@pytest.mark.parametrize(
    ("severity", "number", "text"),
    [("info", 9, "INFO"), ("WARNING", 13, "WARNING"), ("critical", 21, "CRITICAL"), (18, 18, "")],
)
def test_a_log_has_otlps_severity(severity, number, text):
    sent = sent_log("m", severity)
    assert (sent.severity_number, sent.severity_text) == (number, text)


def test_a_log_belongs_to_its_span():
    during = span("x", service="shop")
    record = log("m", span=during, exception=ValueError("bad"), attributes={"k": 1}, event_name="e", time=NOON)
    [group] = groups(Signal.LOGS, record)
    sent = group.scope_logs[0].log_records[0]
    assert (sent.trace_id.hex(), sent.span_id.hex(), sent.flags) == (during.trace_id, during.span_id, 1)
    assert (plain(sent.body), sent.event_name, sent.time_unix_nano) == ("m", "e", NOON_NS)
    assert attributes(sent)["exception.type"] == "ValueError"
    assert attributes(sent)["k"] == 1
    assert attributes(group.resource) == {"service.name": "shop"}
    assert sent_log("m").trace_id == b""


def test_equal_services_share_a_resource_and_alike_is_not_equal():
    records = [span("a", resource={"k": 1}), span("b", resource={"k": 1}), span("c", resource={"k": True})]
    assert [len(group.scope_spans[0].spans) for group in groups(Signal.TRACES, *records)] == [2, 1]


def test_a_record_cannot_be_changed_through_what_it_was_made_of():
    source = {"list": [1]}
    made = span("x", attributes=source)
    source["list"].append(2)
    assert made.attributes == {"list": [1]}
    assert isinstance(made.attributes, Mapping)


class Odd:
    pass


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


REFUSED = {
    "foreign value": (lambda: span("x", attributes={"k": {1}}), r"span 'x': attribute 'k' is a set; .*convert it"),
    "foreign value inside": (lambda: log("m", attributes={"k": {"a": [Odd()]}}), r"attribute 'k'\['a'\]\[0\] is an Odd"),
    "foreign body": (lambda: log(Odd()), r"body is an Odd"),
    "key that is no text": (lambda: span("x", attributes={1: 2}), r"attribute name is an int; give a str"),
    "large integer": (lambda: gauge("g", 1, attributes={"k": 2**63}), r"'k' is an int of more than 64 bits; .*str"),
    "large value": (lambda: gauge("g", 2**63), r"gauge 'g': value is an int of more than 64 bits"),
    "half a surrogate": (lambda: log("\ud800"), r"half of a surrogate pair"),
    "too deep": (lambda: log(nested(200)), r"nested deeper than 32"),
    "attributes that are no dict": (lambda: span("x", attributes=[("k", 1)]), r"attributes are a list; give a dict"),
    "seconds as an int": (lambda: span("x", start=1_767_355_200), r"start is 1767355200 ns.*floats seconds"),
    "datetime without zone": (lambda: span("x", end=datetime(2026, 1, 2)), r"without a zone; use datetime.now"),  # noqa: DTZ001 -- that it has none is the point
    "time that is text": (lambda: gauge("g", 1, time="now"), r"time is a str; give nanoseconds"),
    "time that is NaN": (lambda: gauge("g", 1, time=float("nan")), r"time is a float"),
    "end before start": (lambda: span("x", start=NOON + timedelta(seconds=2), end=NOON), r"starts 2 s after it ends; swap"),
    "unknown kind": (lambda: span("x", kind="web"), r"kind 'web' is unknown; use one of internal, server"),
    "unknown status": (lambda: span("x", status="bad"), r"status 'bad' is unknown; use one of unset"),
    "unknown severity": (lambda: log("m", "loud"), r"severity 'LOUD' is unknown; use one of TRACE"),
    "severity out of range": (lambda: log("m", 25), r"severity 25 is not one of OTLP's"),
    "parent that is text": (lambda: span("x", parent="abc"), r"parent 'abc' is no traceparent"),
    "parent of zeros": (lambda: span("x", parent=f"00-{'0' * 32}-{'0' * 16}-01"), r"id of zeros"),
    "parent that is nothing": (lambda: span("x", parent=Odd()), r"parent is an Odd; give a span"),
    "name that is no text": (lambda: counter(7, 1), r"counter 7: name is an int; give a str"),
    "falling counter": (lambda: counter("c", -1), r"counter 'c' has the value -1; .*monotonic=False"),
    "bool as number": (lambda: gauge("g", True), r"has a bool for a number"),
    "values and counts": (lambda: histogram("h", [1], counts=[1]), r"needs values or counts"),
    "one value": (lambda: histogram("h", 5), r"values is no list but of type int"),
    "neither": (lambda: histogram("h"), r"needs values or counts"),
    "bounds that fall": (lambda: histogram("h", [1], bounds=[2, 1]), r"bounds do not rise"),
    "counts that do not fit": (lambda: histogram("h", counts=[1], bounds=[1, 2]), r"1 counts for 2 bounds"),
    "a negative count": (lambda: histogram("h", counts=[1, -1], bounds=[1]), r"no whole number from 0"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_does_not_fit_is_refused_with_where_and_how(case):
    make, message = REFUSED[case]
    with pytest.raises(ValidationError, match=message):
        make()


def test_any_value_has_all_kinds_that_are_read_here():
    assert {one.name for one in AnyValue.DESCRIPTOR.fields} >= {"array_value", "kvlist_value", "bytes_value"}
