"""The messages of OTLP as one table: what the kernel and its twin check a payload against.

The table repeats the field numbers and kinds of `opentelemetry-proto`, so that the kernel needs no protobuf library at
run time; a test compares it with the descriptors that are installed. A field that is not in the table is unknown: it
is skipped, as protobuf skips it. Kinds say how a field looks on the wire and what else must hold:

- `varint`, `fixed32`, `fixed64`: numbers; a repeated number may be packed or not.
- `string`: valid UTF-8. `bytes`: anything. `id16`, `id8`: bytes of exactly that length, or none.
- `message`: a sub-message of the type named beside it.

Source: opentelemetry-proto 1.x, `opentelemetry/proto/**.proto`; lengths of ids from the comments of `trace.proto`.
"""

from __future__ import annotations

from typing import Final, NamedTuple

__all__ = ["DEPTH_LIMIT", "MESSAGES", "REASONS", "ROOTS", "SIZE_LIMIT", "Field", "Reason"]

DEPTH_LIMIT: Final = 100
"""Levels of sub-messages below the request that are accepted: protobuf's own recursion limit in C++, Java and Python."""

SIZE_LIMIT: Final = 0x7FFFFFFF
"""Bytes of the largest payload: protobuf's own limit of 2 GiB - 1; offsets fit in 32 bits."""


class Field(NamedTuple):
    """One field of a message.

    Attributes:
        name: the field's name in the `.proto` file.
        kind: how it looks on the wire, one of the kinds in the module's docstring.
        message: the sub-message's name in `MESSAGES`, for the kind `message`.
        repeated: whether it may hold more than one value.
        oneof: the name of the oneof it belongs to, if any; the last one on the wire wins.
    """

    name: str
    kind: str
    message: str = ""
    repeated: bool = False
    oneof: str = ""


class Reason(NamedTuple):
    """Why a payload was refused: the words of the `MalformedError`; kernel and twin use the same."""

    tag_cut: str = "the tag of a field is cut short"
    tag_long: str = "the tag of a field does not fit in 32 bits"
    field_zero: str = "field number 0 does not exist"
    group: str = "groups (wire types 3 and 4) are not part of OTLP"
    wire_type: str = "wire types 6 and 7 do not exist"
    varint_cut: str = "a varint is cut short"
    varint_long: str = "a varint is longer than 10 bytes"
    fixed_cut: str = "a number of fixed width is cut short"
    length_cut: str = "the length of a field is cut short"
    length_long: str = "the length of a field is longer than 5 bytes"
    length_past: str = "the length of a field runs past the end of its message"
    packed: str = "packed numbers do not fill their field"
    utf8: str = "a string is not valid UTF-8"
    id16: str = "a trace id has neither 16 bytes nor none"
    id8: str = "a span id has neither 8 bytes nor none"
    depth: str = f"messages are nested deeper than {DEPTH_LIMIT} levels"
    size: str = f"a payload is larger than protobuf's limit of {SIZE_LIMIT} bytes"


REASONS: Final = Reason()


def _message(name: str, message: str, *, oneof: str = "") -> Field:
    return Field(name, "message", message, oneof=oneof)


def _many(name: str, message: str) -> Field:
    return Field(name, "message", message, repeated=True)


def _attributes(name: str = "attributes") -> Field:
    return _many(name, "KeyValue")


def _string(name: str) -> Field:
    return Field(name, "string")


def _varint(name: str) -> Field:
    return Field(name, "varint")


def _fixed64(name: str) -> Field:
    return Field(name, "fixed64")


def _numbers(name: str, kind: str) -> Field:
    return Field(name, kind, repeated=True)


_COMMON: dict[str, dict[int, Field]] = {
    "KeyValue": {1: _string("key"), 2: _message("value", "AnyValue"), 3: _varint("key_strindex")},
    "AnyValue": {
        1: Field("string_value", "string", oneof="value"),
        2: Field("bool_value", "varint", oneof="value"),
        3: Field("int_value", "varint", oneof="value"),
        4: Field("double_value", "fixed64", oneof="value"),
        5: _message("array_value", "ArrayValue", oneof="value"),
        6: _message("kvlist_value", "KeyValueList", oneof="value"),
        7: Field("bytes_value", "bytes", oneof="value"),
        8: Field("string_value_strindex", "varint", oneof="value"),
    },
    "ArrayValue": {1: _many("values", "AnyValue")},
    "KeyValueList": {1: _many("values", "KeyValue")},
    "Resource": {
        1: _attributes(),
        2: _varint("dropped_attributes_count"),
        3: _many("entity_refs", "EntityRef"),
    },
    "EntityRef": {
        1: _string("schema_url"),
        2: _string("type"),
        3: Field("id_keys", "string", repeated=True),
        4: Field("description_keys", "string", repeated=True),
    },
    "InstrumentationScope": {
        1: _string("name"),
        2: _string("version"),
        3: _attributes(),
        4: _varint("dropped_attributes_count"),
    },
}

_TRACES: dict[str, dict[int, Field]] = {
    "ExportTraceServiceRequest": {1: _many("resource_spans", "ResourceSpans")},
    "ResourceSpans": {
        1: _message("resource", "Resource"),
        2: _many("scope_spans", "ScopeSpans"),
        3: _string("schema_url"),
    },
    "ScopeSpans": {1: _message("scope", "InstrumentationScope"), 2: _many("spans", "Span"), 3: _string("schema_url")},
    "Span": {
        1: Field("trace_id", "id16"),
        2: Field("span_id", "id8"),
        3: _string("trace_state"),
        4: Field("parent_span_id", "id8"),
        5: _string("name"),
        6: _varint("kind"),
        7: _fixed64("start_time_unix_nano"),
        8: _fixed64("end_time_unix_nano"),
        9: _attributes(),
        10: _varint("dropped_attributes_count"),
        11: _many("events", "Span.Event"),
        12: _varint("dropped_events_count"),
        13: _many("links", "Span.Link"),
        14: _varint("dropped_links_count"),
        15: _message("status", "Status"),
        16: Field("flags", "fixed32"),
    },
    "Span.Event": {
        1: _fixed64("time_unix_nano"),
        2: _string("name"),
        3: _attributes(),
        4: _varint("dropped_attributes_count"),
    },
    "Span.Link": {
        1: Field("trace_id", "id16"),
        2: Field("span_id", "id8"),
        3: _string("trace_state"),
        4: _attributes(),
        5: _varint("dropped_attributes_count"),
        6: Field("flags", "fixed32"),
    },
    "Status": {2: _string("message"), 3: _varint("code")},
}

_LOGS: dict[str, dict[int, Field]] = {
    "ExportLogsServiceRequest": {1: _many("resource_logs", "ResourceLogs")},
    "ResourceLogs": {
        1: _message("resource", "Resource"),
        2: _many("scope_logs", "ScopeLogs"),
        3: _string("schema_url"),
    },
    "ScopeLogs": {
        1: _message("scope", "InstrumentationScope"),
        2: _many("log_records", "LogRecord"),
        3: _string("schema_url"),
    },
    "LogRecord": {
        1: _fixed64("time_unix_nano"),
        2: _varint("severity_number"),
        3: _string("severity_text"),
        5: _message("body", "AnyValue"),
        6: _attributes(),
        7: _varint("dropped_attributes_count"),
        8: Field("flags", "fixed32"),
        9: Field("trace_id", "id16"),
        10: Field("span_id", "id8"),
        11: _fixed64("observed_time_unix_nano"),
        12: _string("event_name"),
    },
}

_METRICS: dict[str, dict[int, Field]] = {
    "ExportMetricsServiceRequest": {1: _many("resource_metrics", "ResourceMetrics")},
    "ResourceMetrics": {
        1: _message("resource", "Resource"),
        2: _many("scope_metrics", "ScopeMetrics"),
        3: _string("schema_url"),
    },
    "ScopeMetrics": {
        1: _message("scope", "InstrumentationScope"),
        2: _many("metrics", "Metric"),
        3: _string("schema_url"),
    },
    "Metric": {
        1: _string("name"),
        2: _string("description"),
        3: _string("unit"),
        5: _message("gauge", "Gauge", oneof="data"),
        7: _message("sum", "Sum", oneof="data"),
        9: _message("histogram", "Histogram", oneof="data"),
        10: _message("exponential_histogram", "ExponentialHistogram", oneof="data"),
        11: _message("summary", "Summary", oneof="data"),
        12: _attributes("metadata"),
    },
    "Gauge": {1: _many("data_points", "NumberDataPoint")},
    "Sum": {
        1: _many("data_points", "NumberDataPoint"),
        2: _varint("aggregation_temporality"),
        3: _varint("is_monotonic"),
    },
    "Histogram": {1: _many("data_points", "HistogramDataPoint"), 2: _varint("aggregation_temporality")},
    "ExponentialHistogram": {
        1: _many("data_points", "ExponentialHistogramDataPoint"),
        2: _varint("aggregation_temporality"),
    },
    "Summary": {1: _many("data_points", "SummaryDataPoint")},
    "NumberDataPoint": {
        2: _fixed64("start_time_unix_nano"),
        3: _fixed64("time_unix_nano"),
        4: Field("as_double", "fixed64", oneof="value"),
        5: _many("exemplars", "Exemplar"),
        6: Field("as_int", "fixed64", oneof="value"),
        7: _attributes(),
        8: _varint("flags"),
    },
    "HistogramDataPoint": {
        2: _fixed64("start_time_unix_nano"),
        3: _fixed64("time_unix_nano"),
        4: _fixed64("count"),
        5: _fixed64("sum"),
        6: _numbers("bucket_counts", "fixed64"),
        7: _numbers("explicit_bounds", "fixed64"),
        8: _many("exemplars", "Exemplar"),
        9: _attributes(),
        10: _varint("flags"),
        11: _fixed64("min"),
        12: _fixed64("max"),
    },
    "ExponentialHistogramDataPoint": {
        1: _attributes(),
        2: _fixed64("start_time_unix_nano"),
        3: _fixed64("time_unix_nano"),
        4: _fixed64("count"),
        5: _fixed64("sum"),
        6: _varint("scale"),
        7: _fixed64("zero_count"),
        8: _message("positive", "Buckets"),
        9: _message("negative", "Buckets"),
        10: _varint("flags"),
        11: _many("exemplars", "Exemplar"),
        12: _fixed64("min"),
        13: _fixed64("max"),
        14: _fixed64("zero_threshold"),
    },
    "Buckets": {1: _varint("offset"), 2: _numbers("bucket_counts", "varint")},
    "SummaryDataPoint": {
        2: _fixed64("start_time_unix_nano"),
        3: _fixed64("time_unix_nano"),
        4: _fixed64("count"),
        5: _fixed64("sum"),
        6: _many("quantile_values", "ValueAtQuantile"),
        7: _attributes(),
        8: _varint("flags"),
    },
    "ValueAtQuantile": {1: _fixed64("quantile"), 2: _fixed64("value")},
    "Exemplar": {
        2: _fixed64("time_unix_nano"),
        3: Field("as_double", "fixed64", oneof="value"),
        4: Field("span_id", "id8"),
        5: Field("trace_id", "id16"),
        6: Field("as_int", "fixed64", oneof="value"),
        7: _attributes("filtered_attributes"),
    },
}

MESSAGES: Final[dict[str, dict[int, Field]]] = {**_COMMON, **_TRACES, **_LOGS, **_METRICS}
"""Message name -> field number -> field. Nested messages carry their parent's name where it alone would be unclear."""

ROOTS: Final = ("ExportTraceServiceRequest", "ExportMetricsServiceRequest", "ExportLogsServiceRequest")
"""The request message of each signal, by `Signal.index`."""
