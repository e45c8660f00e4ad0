"""Both encoders write what OpenTelemetry's own encoder and the protobuf library write, byte for byte, and what Sonde accepts."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.attributes import BoundedAttributes
from opentelemetry.exporter.otlp.proto.common._log_encoder import encode_logs as official_logs
from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics as official_metrics
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans as official_spans
from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk.metrics import Exemplar
from opentelemetry.sdk.metrics import export as sdk
from opentelemetry.sdk.metrics._internal.point import Buckets
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util import BoundedList
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags, TraceState

from sonde.core.signal import Signal
from sonde.otlp import encode, encoder_twin, wire
from sonde.otlp.json import from_protobuf

ENCODERS = [encoder_twin]
if encode.NATIVE:
    from sonde.otlp import encoder

    ENCODERS.append(encoder)

STEADY = settings(
    max_examples=35, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)

text = st.text(st.characters(exclude_categories=("Cs",)), max_size=9)
long_text = st.sampled_from(("x" * 117, "y" * 118, "ä" * 64, "z" * 300, "\U0001f600" * 5000))
keys = st.sampled_from(("service.name", "http.route", "k" * 130)) | text.filter(bool)
int64 = st.integers(-(2**63), 2**63 - 1)
uint64 = st.integers(0, 2**64 - 1)
counts = st.integers(0, 300) | uint64
scalars = st.none() | st.booleans() | int64 | st.floats() | text | long_text | st.binary(max_size=5)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(keys | st.integers(), inner, max_size=3)
    ),
    max_leaves=6,
)
plain = st.dictionaries(keys, values, max_size=4)
attributes = (
    st.none() | plain | st.builds(BoundedAttributes, st.integers(0, 4) | st.none(), plain, max_value_len=st.just(120))
)

trace_ids = st.integers(0, 2**128 - 1)
span_ids = st.integers(0, 2**64 - 1)
states = st.none() | st.builds(
    TraceState, st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(("1", "x y"))), max_size=3)
)
contexts = st.builds(SpanContext, trace_ids, span_ids, st.booleans(), st.integers(0, 3).map(TraceFlags), states)
resources = st.builds(
    Resource,
    st.dictionaries(keys, text | st.booleans() | int64, max_size=2),
    st.sampled_from((None, "", "https://s/1")),
)
scopes = st.none() | st.builds(
    InstrumentationScope, text, st.none() | text, st.sampled_from((None, "https://s/2")), st.none() | plain
)


def bounded(items: Any, most: int) -> Any:
    return items | items.map(lambda some: BoundedList.from_seq(most, some))


spans = st.builds(
    ReadableSpan,
    name=text,
    context=contexts,
    parent=st.none() | contexts,
    resource=resources,
    attributes=attributes,
    events=bounded(st.lists(st.builds(Event, text, attributes, uint64), max_size=3), 2),
    links=bounded(st.lists(st.builds(Link, contexts, attributes), max_size=3), 2),
    kind=st.sampled_from(SpanKind),
    status=st.builds(Status, st.sampled_from(StatusCode)) | st.builds(Status, st.just(StatusCode.ERROR), text),
    start_time=st.none() | uint64,
    end_time=st.none() | uint64,
    instrumentation_scope=scopes,
)


class OwnSpan(ReadableSpan):
    """An application's subclass: its properties must be heard, its private attributes not looked at."""

    @property
    def attributes(self) -> Any:
        return {"card": "redacted"}


def own_span(span: ReadableSpan) -> OwnSpan:
    own = OwnSpan.__new__(OwnSpan)
    own.__dict__.update(span.__dict__)
    return own


@st.composite
def records(draw: Any) -> ReadableLogRecord:
    record = LogRecord(
        timestamp=draw(st.none() | uint64),
        observed_timestamp=draw(uint64),
        severity_text=draw(st.none() | text),
        severity_number=draw(st.none() | st.sampled_from(SeverityNumber)),
        body=draw(values),
        attributes=draw(attributes),
        event_name=draw(st.none() | text),
    )
    record.trace_id, record.span_id = draw(trace_ids), draw(span_ids)
    record.trace_flags = TraceFlags(draw(st.integers(0, 3)))
    return ReadableLogRecord(record, draw(resources), draw(scopes))


doubles = st.floats()
numbers = int64 | doubles
exemplars = st.lists(
    st.builds(Exemplar, plain, numbers, uint64, st.none() | span_ids, st.none() | trace_ids), max_size=2
)
common = {"attributes": plain, "start_time_unix_nano": uint64, "time_unix_nano": uint64, "exemplars": exemplars}
number_points = st.lists(st.builds(sdk.NumberDataPoint, value=numbers, **common), max_size=2)
limits = {"sum": numbers, "min": doubles | st.none(), "max": doubles | st.none(), "count": uint64}
histogram_points = st.lists(
    st.builds(
        sdk.HistogramDataPoint,
        bucket_counts=st.lists(uint64, max_size=4),
        explicit_bounds=st.lists(doubles, max_size=4).map(tuple),
        **limits,
        **common,
    ),
    max_size=2,
)
int32 = st.integers(-(2**31), 2**31 - 1)
buckets = st.builds(Buckets, int32, st.lists(counts, max_size=5))
exponential_points = st.lists(
    st.builds(
        sdk.ExponentialHistogramDataPoint,
        scale=int32,
        zero_count=uint64,
        positive=buckets,
        negative=buckets,
        flags=st.integers(0, 2**32 - 1),
        **limits,
        **common,
    ),
    max_size=2,
)
temporalities = st.sampled_from(sdk.AggregationTemporality)
data = (
    st.builds(sdk.Gauge, number_points)
    | st.builds(sdk.Sum, number_points, temporalities, st.booleans())
    | st.builds(sdk.Histogram, histogram_points, temporalities)
    | st.builds(sdk.ExponentialHistogram, exponential_points, temporalities)
)
metrics = st.lists(st.builds(sdk.Metric, text, st.none() | text, st.none() | text, data), max_size=3)
own_scopes = scopes.filter(lambda scope: scope is not None)
metric_groups = st.builds(
    sdk.ResourceMetrics,
    resources,
    st.lists(
        st.builds(sdk.ScopeMetrics, own_scopes, metrics, st.just("")), max_size=2, unique_by=lambda one: one.scope
    ),
    st.just(""),
)


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    """The SDK warns of what limits cut."""
    caplog.set_level("CRITICAL")


def check(signal: Signal, function: str, items: Any, official: Any) -> None:
    expected = official.SerializeToString()
    for implementation in ENCODERS:
        refused: list[Any] = []
        assert getattr(implementation, function)(items, None, refused) == expected, implementation.__name__
        assert not refused
    wire.validate(signal.index, expected)
    assert json.loads(from_protobuf(signal, expected)) == otlp_json(
        MessageToDict(official, use_integers_for_enums=True)
    )


def otlp_json(node: Any, name: str = "") -> Any:
    """ProtoJSON as OTLP has it: ids are hexadecimal."""
    if isinstance(node, dict):
        return {key: otlp_json(one, key) for key, one in node.items()}
    if isinstance(node, list):
        return [otlp_json(one) for one in node]
    return base64.b64decode(node).hex() if name in {"traceId", "spanId", "parentSpanId"} else node


@STEADY
@given(st.lists(spans, max_size=3))
def test_spans(batch):
    check(Signal.TRACES, "encode_spans", batch, official_spans(batch))


@STEADY
@given(st.lists(spans, min_size=1, max_size=3), st.lists(st.integers(0, 2), max_size=12), st.randoms())
def test_groups_of_spans_that_share_resources_and_scopes(some, places, rng):
    """Mixed as threads mix them; also equal resources that are not the same object."""
    batch = [some[place % len(some)] for place in places]
    for span in batch[::3]:
        twin = own_span(span)
        twin._resource = Resource(span.resource.attributes, span.resource.schema_url)
        batch.insert(rng.randrange(len(batch)), twin)
    check(Signal.TRACES, "encode_spans", batch, official_spans(batch))


@STEADY
@given(st.lists(records(), max_size=3))
def test_log_records(batch):
    check(Signal.LOGS, "encode_logs", batch, official_logs(batch))


@STEADY
@given(st.lists(metric_groups, max_size=2, unique_by=lambda group: group.resource))
def test_metrics(groups):
    collected = sdk.MetricsData(groups)
    check(Signal.METRICS, "encode_metrics", collected, official_metrics(collected))


anything = st.recursive(
    scalars | st.integers() | st.text(st.characters(categories=("Cs", "Lu"))) | st.complex_numbers() | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(keys | st.binary(max_size=2) | st.none(), inner, max_size=3)
    ),
    max_leaves=6,
)


@STEADY
@given(
    st.dictionaries(st.text(st.characters(), max_size=3) | st.integers() | st.binary(max_size=2), anything), anything
)
def test_native_and_twin_agree_on_what_otlp_cannot_carry(members, body):
    record = LogRecord(observed_timestamp=1, body=body, attributes=members)
    written = [one.encode_logs([ReadableLogRecord(record, Resource({}))]) for one in ENCODERS]
    assert len(set(written)) == 1
    assert wire.validate(Signal.LOGS.index, written[0]) == 1
