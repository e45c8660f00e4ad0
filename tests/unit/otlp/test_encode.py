"""What the encoders do beyond OpenTelemetry's own: odd values, bad items, records without the SDK, the choice of encoder.

That they write the same bytes for everything ordinary is a property test, beside that encoder.
"""

from __future__ import annotations

import enum
import subprocess
import sys
from collections import OrderedDict, UserDict, deque
from types import MappingProxyType, SimpleNamespace
from typing import Any

import pytest
from opentelemetry._logs import LogRecord
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk.metrics import export as sdk
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind

from sonde.otlp import encode, encoder_twin, wire

ENCODERS = [pytest.param(encoder_twin, id="twin")]
if encode.NATIVE:
    from sonde.otlp import encoder

    ENCODERS.append(pytest.param(encoder, id="native"))


@pytest.fixture(params=ENCODERS)
def impl(request: pytest.FixtureRequest) -> Any:
    return request.param


def span(name: Any = "s", resource: Resource | None = None, **fields: Any) -> ReadableSpan:
    fields = {"context": SpanContext(1, 2, is_remote=False), "start_time": 1, "end_time": 2, **fields}
    return ReadableSpan(name, resource=resource or Resource({}), **fields)


def body_of(impl: Any, body: Any) -> Any:
    record = ReadableLogRecord(LogRecord(observed_timestamp=1, body=body), Resource({}))
    payload = impl.encode_logs([record])
    assert wire.validate(2, payload) == 1
    return ExportLogsServiceRequest.FromString(payload).resource_logs[0].scope_logs[0].log_records[0].body


def read_spans(payload: bytes) -> list[Any]:
    wire.validate(0, payload)
    request = ExportTraceServiceRequest.FromString(payload)
    return [one for group in request.resource_spans for scope in group.scope_spans for one in scope.spans]


class Mute:
    def __str__(self) -> str:
        raise RuntimeError("no words")


class Level(enum.IntEnum):
    HIGH = 9


class Word(str, enum.Enum):  # noqa: UP042 - a StrEnum is its value, this one is not
    """As applications on 3.10 wrote them, whose str() is not their value."""

    YES = "yes"


def test_values_that_otlp_cannot_carry_become_text(impl):
    """Source: the specification's "Mapping Arbitrary Data to OTLP AnyValue"."""
    assert body_of(impl, 2**63).string_value == str(2**63)
    assert body_of(impl, -(2**63) - 1).string_value == str(-(2**63) - 1)
    assert body_of(impl, 2**63 - 1).int_value == 2**63 - 1
    assert body_of(impl, {1}).string_value == "{1}"
    assert body_of(impl, [object]).array_value.values[0].string_value == "<class 'object'>"
    assert body_of(impl, Mute()).WhichOneof("value") is None
    assert body_of(impl, 10**5000).WhichOneof("value") is None


def test_text_that_is_no_unicode_keeps_what_it_can(impl):
    assert body_of(impl, "a\udcffb").string_value == "a�b"
    assert body_of(impl, "\ud83d\ude00").string_value == "\U0001f600"
    named = read_spans(impl.encode_spans([span("\ud800!", attributes={"k\udc80": "v\udc80", b"raw": 1, 7: 2})]))[0]
    assert named.name == "�!"
    assert [one.key for one in named.attributes] == ["k�", "raw", "7"]
    assert named.attributes[0].value.string_value == "v�"


def test_subclasses_are_what_they_inherit_from(impl):
    assert body_of(impl, Level.HIGH).int_value == 9
    assert body_of(impl, Word.YES).string_value == "yes"
    nested = body_of(impl, {Word.YES: True}).kvlist_value.values[0]
    assert nested.key == "Word.YES"
    assert nested.value.WhichOneof("value") == "bool_value"


@pytest.mark.parametrize(
    "mapping", [OrderedDict(a=1), MappingProxyType({"a": 1}), UserDict({"a": 1})], ids=["ordered", "proxy", "user"]
)
def test_any_mapping_and_any_sequence(impl, mapping):
    assert body_of(impl, mapping).kvlist_value.values[0].value.int_value == 1
    assert [one.int_value for one in body_of(impl, deque([1, 2])).array_value.values] == [1, 2]
    assert [one.int_value for one in body_of(impl, bytearray(b"\1\2")).array_value.values] == [1, 2]
    assert read_spans(impl.encode_spans([span(attributes=mapping)]))[0].attributes[0].key == "a"


def test_a_sequence_that_cannot_be_walked_is_text(impl):
    class Broken(deque):
        def __iter__(self):
            raise RuntimeError("no end of trouble")

        def __str__(self):
            return "broken"

    assert body_of(impl, Broken()).string_value == "broken"


def test_nesting_goes_as_deep_as_a_parser_follows_and_then_becomes_text(impl):
    deep: Any = "x"
    for _ in range(46):
        deep = [deep]
    assert body_of(impl, deep).WhichOneof("value") == "array_value"
    assert body_of(impl, [deep]).string_value == str([deep])
    endless: list[Any] = []
    endless += [endless, endless]
    assert body_of(impl, endless).string_value == "[[...], [...]]"
    assert len(read_spans(impl.encode_spans([span(attributes={"deep": [deep], "after": 1})]))[0].attributes) == 2


@pytest.mark.parametrize(
    "fields",
    [{"start_time": -1}, {"end_time": 2**64}, {"start_time": 1.5}, {"context": None}, {"kind": "server"}],
    ids=["negative", "large", "fraction", "no-context", "kind"],
)
def test_a_bad_span_is_left_out_and_named(impl, fields):
    bad, refused = span("bad", **fields), []
    payload = impl.encode_spans([span("a"), bad, span("b")], None, refused)
    assert [one.name for one in read_spans(payload)] == ["a", "b"]
    assert [one.item for one in refused] == [bad]
    assert refused[0].reason
    assert impl.encode_spans([bad]) == b""


def test_a_span_whose_properties_raise_is_left_out(impl):
    class Raising(ReadableSpan):
        @property
        def attributes(self):
            raise Mute.__str__(Mute())

    refused: list[Any] = []
    bad = Raising("bad", context=SpanContext(1, 2, is_remote=False), resource=Resource({}))
    assert impl.encode_spans([bad], None, refused) == b""
    assert "no words" in refused[0].reason


def test_resource_of_replaces_each_resource_once(impl):
    first, second, calls = Resource({"pid": 1}), Resource({"pid": 2}), []

    def child(resource: Resource) -> Resource:
        calls.append(resource)
        return Resource({"pid": resource.attributes["pid"] + 10})

    payload = impl.encode_spans([span(resource=one) for one in (first, second, first, second)], child)
    groups = ExportTraceServiceRequest.FromString(payload).resource_spans
    assert [group.resource.attributes[0].value.int_value for group in groups] == [11, 12]
    assert calls == [first, second]
    failing = impl.encode_spans([span(resource=first)], lambda _: 1 / 0)
    assert ExportTraceServiceRequest.FromString(failing).resource_spans[0].resource.attributes[0].value.int_value == 1


def test_more_scopes_than_any_cache_keeps(impl):
    resource = Resource({"service.name": "s"})
    scopes = [InstrumentationScope(f"scope-{i % 20}") for i in range(40)]
    batch = [span(str(i), resource, instrumentation_scope=scopes[i % 40]) for i in range(120)]
    request = ExportTraceServiceRequest.FromString(impl.encode_spans(batch))
    assert [one.scope.name for one in request.resource_spans[0].scope_spans] == [f"scope-{i}" for i in range(20)]
    assert [one.name for one in request.resource_spans[0].scope_spans[3].spans] == [str(i) for i in range(3, 120, 20)]


def test_records_without_the_sdk_need_only_the_names(impl):
    light = SimpleNamespace(
        context=SimpleNamespace(trace_id=1, span_id=2), name="light", kind=2, start_time=3, end_time=4,
        attributes={"a": 1}, resource=SimpleNamespace(attributes={"service.name": "s"}),
        status=SimpleNamespace(status_code=2), parent=SimpleNamespace(span_id=9), dropped_attributes=5,
    )  # fmt: skip
    written = read_spans(impl.encode_spans([light, SimpleNamespace(**{**vars(light), "kind": SpanKind.SERVER})]))
    assert [one.kind for one in written] == [2, 2]
    assert (written[0].dropped_attributes_count, written[0].status.code, written[0].flags) == (5, 2, 0x100)
    line = SimpleNamespace(
        timestamp=1, observed_timestamp=2, trace_id=None, span_id=None, trace_flags=None, severity_text="INFO",
        severity_number=9, body="hello", attributes=None, resource=None, instrumentation_scope=None,
    )  # fmt: skip
    payload = impl.encode_logs([line])
    assert wire.validate(2, payload) == 1
    record = ExportLogsServiceRequest.FromString(payload).resource_logs[0].scope_logs[0].log_records[0]
    assert (record.severity_number, record.body.string_value, record.trace_id) == (9, "hello", b"")


def test_log_data_of_older_sdks_carries_its_resource_inside(impl):
    inner = LogRecord(observed_timestamp=1, body="old")
    inner.resource = Resource({"service.name": "old"})
    payload = impl.encode_logs([SimpleNamespace(log_record=inner, instrumentation_scope=InstrumentationScope("x"))])
    group = ExportLogsServiceRequest.FromString(payload).resource_logs[0]
    assert group.resource.attributes[0].value.string_value == "old"


def metrics_of(*data: Any) -> sdk.MetricsData:
    metrics = [sdk.Metric(f"m{i}", None, None, one) for i, one in enumerate(data)]
    scope = sdk.ScopeMetrics(InstrumentationScope("x"), metrics, "")
    return sdk.MetricsData([sdk.ResourceMetrics(Resource({}), [scope], "")])


def test_a_bad_point_or_metric_is_left_out_and_named(impl):
    good, bad = sdk.NumberDataPoint({}, 0, 1, 2**64), sdk.NumberDataPoint({}, 0, -1, 1)
    nothing = sdk.NumberDataPoint({}, 0, 1, None)
    unknown, refused = SimpleNamespace(data_points=[good]), []
    payload = impl.encode_metrics(metrics_of(sdk.Gauge([bad, good, nothing]), unknown, sdk.Gauge([bad])), None, refused)
    assert wire.validate(1, payload) == 1
    metrics = ExportMetricsServiceRequest.FromString(payload).resource_metrics[0].scope_metrics[0].metrics
    assert [one.name for one in metrics] == ["m0"]
    assert metrics[0].gauge.data_points[0].as_double == 2.0**64
    assert [getattr(one.item, "name", one.item) for one in refused] == [bad, nothing, "m1", bad]


def test_groups_of_metrics_with_one_resource_are_both_written(impl):
    one = metrics_of(sdk.Gauge([sdk.NumberDataPoint({}, 0, 1, 1)])).resource_metrics[0]
    assert wire.validate(1, impl.encode_metrics(sdk.MetricsData([one, one]))) == 2


PROBE = """
import sys
from sonde.otlp import encode
print(encode.NATIVE, *sorted({name.split(".")[0] for name in sys.modules} & {"opentelemetry", "google", "numpy", "orjson"}))
"""


@pytest.mark.parametrize("pure", ["", "1"], ids=["as-built", "pure"])
def test_the_picker_is_light_and_can_be_told_to_take_the_twin(pure, monkeypatch):
    monkeypatch.setenv("SONDE_PURE", pure)
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(encode.NATIVE and not pure)]
