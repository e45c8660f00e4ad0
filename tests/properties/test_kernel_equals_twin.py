"""Kernel and twin give the same results on any request, and what they cut reads back by the protobuf library as it should."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from fault.wire_inputs import odd_payload
from fault.wire_mutations import agree, compare
from sonde.otlp import wire

pytestmark = pytest.mark.skipif(not wire.NATIVE, reason="the kernel was not built here: there is nothing to compare")
if wire.NATIVE:
    from sonde.otlp import kernel

REQUESTS = (ExportTraceServiceRequest, ExportMetricsServiceRequest, ExportLogsServiceRequest)
STEADY = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)

text = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
keys = st.sampled_from(("service.name", "http.route", "n", "")) | text
int64 = st.integers(-(2**63), 2**63 - 1)
uint64 = st.integers(0, 2**64 - 1)
trace_ids = st.just(b"") | st.sampled_from((b"\1" * 16, b"\2" * 16)) | st.binary(min_size=16, max_size=16)
span_ids = st.just(b"") | st.binary(min_size=8, max_size=8)


def lists(elements: Any, most: int = 3) -> Any:
    return st.lists(elements, max_size=most)


scalars = (
    st.builds(AnyValue)
    | st.builds(AnyValue, string_value=text)
    | st.builds(AnyValue, bool_value=st.booleans())
    | st.builds(AnyValue, int_value=int64)
    | st.builds(AnyValue, double_value=st.floats())
    | st.builds(AnyValue, bytes_value=st.binary(max_size=7))
)


def nested(values: Any) -> Any:
    arrays = lists(values).map(lambda items: AnyValue(array_value={"values": items}))
    pairs = lists(st.builds(KeyValue, key=keys, value=values))
    return arrays | pairs.map(lambda items: AnyValue(kvlist_value={"values": items}))


any_values = st.recursive(scalars, nested, max_leaves=5)
attributes = lists(st.builds(KeyValue, key=keys, value=any_values))


def fields(**strategies: Any) -> Any:
    return st.fixed_dictionaries({}, optional=strategies)


spans = fields(
    trace_id=trace_ids, span_id=span_ids, parent_span_id=span_ids, name=text, trace_state=text, attributes=attributes,
    kind=st.integers(-5, 9), start_time_unix_nano=uint64, end_time_unix_nano=uint64, flags=st.integers(0, 2**32 - 1),
    status=fields(code=st.integers(0, 3), message=text),
    events=lists(fields(name=text, attributes=attributes, time_unix_nano=uint64), 2),
    links=lists(fields(trace_id=trace_ids, span_id=span_ids, attributes=attributes), 2),
)  # fmt: skip
logs = fields(
    trace_id=trace_ids, span_id=span_ids, event_name=text, body=any_values, attributes=attributes, severity_text=text,
    severity_number=st.integers(0, 24), time_unix_nano=uint64, observed_time_unix_nano=uint64, flags=st.integers(0, 2**32 - 1),
)  # fmt: skip
times = {
    "start_time_unix_nano": uint64,
    "time_unix_nano": uint64,
    "attributes": attributes,
    "flags": st.integers(0, 2**32 - 1),
}
exemplars = lists(fields(trace_id=trace_ids, span_id=span_ids, filtered_attributes=attributes, as_int=int64), 1)
points = {
    "gauge": fields(**times, as_double=st.floats(), exemplars=exemplars),
    "sum": fields(**times, as_int=int64, exemplars=exemplars),
    "histogram": fields(**times, bucket_counts=lists(uint64), explicit_bounds=lists(st.floats()), exemplars=exemplars),
    "exponential_histogram": fields(
        **times, scale=st.integers(-9, 9), positive=fields(offset=st.integers(-9, 9), bucket_counts=lists(uint64))
    ),
    "summary": fields(**times, quantile_values=lists(fields(quantile=st.floats(), value=st.floats()))),
}
metrics = st.sampled_from(tuple(points)).flatmap(
    lambda kind: fields(name=text, unit=text, metadata=attributes, **{kind: fields(data_points=lists(points[kind]))})
)


def requests(groups: str, scopes: str, records: str, record: Any) -> Any:
    scope = fields(scope=fields(name=text, attributes=attributes), schema_url=text, **{records: lists(record)})
    group = fields(resource=fields(attributes=attributes), schema_url=text, **{scopes: lists(scope, 2)})
    return fields(**{groups: lists(group, 2)})


payloads = st.one_of(
    requests("resource_spans", "scope_spans", "spans", spans).map(
        lambda one: (0, ExportTraceServiceRequest(**one).SerializeToString())
    ),
    requests("resource_metrics", "scope_metrics", "metrics", metrics).map(
        lambda one: (1, ExportMetricsServiceRequest(**one).SerializeToString())
    ),
    requests("resource_logs", "scope_logs", "log_records", logs).map(
        lambda one: (2, ExportLogsServiceRequest(**one).SerializeToString())
    ),
)


@STEADY
@given(payloads)
def test_every_function_agrees_and_select_and_split_mean_what_they_say(signed):
    signal, payload = signed
    assert compare(signal, payload, whole=True)


@settings(STEADY, max_examples=150)
@given(st.integers(0, 2), st.integers(0, 2**32))
def test_requests_that_no_library_writes(signal, seed):
    assert compare(signal, odd_payload(random.Random(seed), signal), whole=True)


@STEADY
@given(payloads, st.randoms(use_true_random=False))
def test_any_mask(signed, rng):
    signal, payload = signed
    columns = kernel.scan(signal, payload)
    mask = bytes(rng.randrange(2) for _ in range(columns.count))
    chosen = agree("select", signal, payload, columns, mask)
    assert kernel.validate(signal, chosen) == sum(mask)
    rest = kernel.select(columns, bytes(1 - one for one in mask))
    assert kernel.validate(signal, kernel.concat([chosen, rest])) == columns.count


@STEADY
@given(payloads, st.integers(0, 5), st.integers(0, 400))
def test_any_split_joined_again_holds_the_same_records(signed, max_items, max_bytes):
    signal, payload = signed
    agree("split", signal, payload, signal, payload, max_items=max_items, max_bytes=max_bytes)
    pieces = kernel.split(signal, payload, max_items=max_items, max_bytes=max_bytes)
    assert records(signal, kernel.concat(pieces)) == records(signal, payload)


def records(signal: int, payload: bytes) -> list[bytes]:
    columns = kernel.scan(signal, payload)
    return [payload[start:end] for start, end in zip(columns.start, columns.end, strict=True)]


@STEADY
@given(payloads, payloads)
def test_joined_payloads_are_the_merged_message(first, second):
    signal = first[0]
    joined = kernel.concat([first[1], second[1]]) if second[0] == signal else kernel.concat([first[1]] * 2)
    expected = REQUESTS[signal].FromString(first[1])
    expected.MergeFromString(second[1] if second[0] == signal else first[1])
    assert REQUESTS[signal].FromString(joined).SerializeToString(deterministic=True) == expected.SerializeToString(
        deterministic=True
    )
    assert compare(signal, joined, whole=False)
