"""What the wire accepts and refuses, and where it says the fault is: every oddity of protobuf's encoding, by hand."""

from __future__ import annotations

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from fault.wire_inputs import bomb
from sonde.core.errors import MalformedError
from sonde.otlp.schema import DEPTH_LIMIT, REASONS
from unit.otlp.wire_bytes import array, attribute, field, log, metric, string, trace, varint

TRACES, METRICS, LOGS = 0, 1, 2
SPAN = "resource_spans[0].scope_spans[0].spans[0]"
PREFIX = len(trace(b"")) - 1  # bytes before the first span's length, for short spans


ACCEPTED = {
    "nothing": (TRACES, b"", 0),
    "two spans": (TRACES, trace(b"", b""), 2),
    "joined requests": (TRACES, trace(b"") + trace(b"", b""), 3),
    "a tag in 5 bytes": (TRACES, trace(varint(5 << 3 | 2, 5) + b"\x01a"), 1),
    "a length in 5 bytes": (TRACES, trace(b"\x2a" + varint(1, 5) + b"a"), 1),
    "a varint in 10 bytes": (TRACES, trace(b"\x30" + varint(2, 10)), 1),
    "a varint of more than 64 bits": (TRACES, trace(b"\x30" + b"\xff" * 9 + b"\x7f"), 1),
    "the highest field number": (TRACES, trace(field(2**29 - 1, b"\x05", 0)), 1),
    "unknown fields of every type": (
        TRACES,
        trace(field(99, b"\x05", 0) + field(99, bytes(8), 1) + field(99, b"\xff\xfe") + field(99, bytes(4), 5)),
        1,
    ),
    "a known field of another wire type": (
        TRACES,
        trace(field(5, b"\x05", 0) + field(6, b"\xff") + field(1, b"\x01", 0)),
        1,
    ),
    "empty ids": (TRACES, trace(field(1, b"") + field(2, b"") + field(4, b"")), 1),
    "whole ids": (TRACES, trace(field(1, bytes(16)) + field(2, bytes(8)) + field(4, bytes(8))), 1),
    "every kind of UTF-8": (TRACES, trace(field(5, "a é \u202e 日 🦀 \U0010ffff \ud7ff \ue000 \0".encode())), 1),
    "deep, but not too deep": (TRACES, bomb((DEPTH_LIMIT - 5) // 2), 1),
    "packed and unpacked": (
        METRICS,
        metric(field(9, field(1, field(6, bytes(16)) + field(6, bytes(8), 1) + field(7, b"")))),
        1,
    ),
    "packed and unpacked varints": (
        METRICS,
        metric(field(10, field(1, field(8, field(2, b"\x01\x80\x01") + field(2, b"\x05", 0))))),
        1,
    ),
    "points of five metrics": (METRICS, b"".join(metric(field(n, field(1, b""))) for n in (5, 7, 9, 10, 11)), 5),
    "a metric whose data is merged": (METRICS, metric(field(5, field(1, b"")) * 2), 2),
    "a metric of another kind at last": (METRICS, metric(field(5, field(1, b"") * 3), field(7, field(1, b""))), 1),
    "a metric of one kind, another, and the first": (METRICS, metric(*(field(n, field(1, b"")) for n in (5, 7, 5))), 1),
    "records before their scope": (LOGS, field(1, field(2, field(2, b"") + field(1, b"")) + field(1, b"")), 1),
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_accepts(impl, case):
    signal, payload, items = ACCEPTED[case]
    assert impl.validate(signal, payload) == items
    assert impl.scan(signal, payload).count == items


def refused(span: bytes, reason: str, step: str = "", offset: int = 0):
    """A span that does not hold, where in it, and the path below it."""
    return trace(span), reason, PREFIX + 1 + offset, SPAN + (step and f".{step}")


REFUSED = {
    "a tag cut short": refused(b"\x85", REASONS.tag_cut),
    "a tag of 6 bytes": refused(varint(5 << 3 | 2, 6) + b"\x01a", REASONS.tag_long),
    "a tag of 33 bits": refused(b"\xaa\x80\x80\x80\x10\x01a", REASONS.tag_long),
    "field number 0": refused(b"\x30\x01\x00\x01", REASONS.field_zero, offset=2),
    "a group": refused(field(99, b"", 3) + field(99, b"", 4), REASONS.group, "#99"),
    "a group of a known number": refused(b"\x2b\x2c", REASONS.group, "name"),
    "the end of a group": refused(b"\x2c", REASONS.group, "name"),
    "wire type 6": refused(b"\x2e", REASONS.wire_type, "name"),
    "wire type 7": refused(field(99, b"", 7), REASONS.wire_type, "#99"),
    "a varint cut short": refused(b"\x30\x80\x80", REASONS.varint_cut, "kind"),
    "a varint of 11 bytes": refused(b"\x30" + varint(1, 11), REASONS.varint_long, "kind"),
    "an unknown varint of 11 bytes": refused(b"\xf8\x3f" + varint(1, 11), REASONS.varint_long, "#1023"),
    "a fixed number cut short": refused(b"\x39" + bytes(7), REASONS.fixed_cut, "start_time_unix_nano"),
    "an unknown fixed32 cut short": refused(field(99, bytes(3), 5), REASONS.fixed_cut, "#99"),
    "a length cut short": refused(b"\x2a\x80", REASONS.length_cut, "name"),
    "a length of 6 bytes": refused(b"\x2a" + varint(1, 6) + b"a", REASONS.length_long, "name"),
    "a length past the end": refused(b"\x2a\x05abc", REASONS.length_past, "name"),
    "a huge length": refused(b"\x2a\xff\xff\xff\xff\x7fabc", REASONS.length_past, "name"),
    "a long trace id": refused(field(1, bytes(17)), REASONS.id16, "trace_id"),
    "a span id in hex": refused(field(2, b"0123456789abcdef"), REASONS.id8, "span_id"),
    "a short parent": refused(b"\x30\x01" + field(4, bytes(7)), REASONS.id8, "parent_span_id", 2),
    "a wrong id before a right one": refused(field(1, b"x") + field(1, bytes(16)), REASONS.id16, "trace_id"),
    "a lone continuation byte": refused(field(5, b"ab\x80"), REASONS.utf8, "name", 4),
    "an overlong slash": refused(field(5, b"\xc0\xaf"), REASONS.utf8, "name", 2),
    "a surrogate": refused(field(5, b"abc\xed\xa0\x80"), REASONS.utf8, "name", 5),
    "past the last character": refused(field(5, b"\xf4\x90\x80\x80"), REASONS.utf8, "name", 2),
    "a character cut short": refused(field(5, b"abcdefgh\xe2\x82"), REASONS.utf8, "name", 10),
    "a key that is not UTF-8": refused(attribute("k", b"")[:4] + b"\xff" + attribute("k", b"")[5:], REASONS.utf8, "attributes[0].key", 4),
    "a value that is not UTF-8": refused(
        b"\x30\x01" + field(9, b"") + field(9, field(1, b"k") + field(2, field(1, b"\xff"))),
        REASONS.utf8,
        "attributes[1].value.string_value",
        13,
    ),
    "an id in a second link": refused(
        field(13, b"") + field(13, field(2, b"x")), REASONS.id8, "links[1].span_id", 4
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_refuses(impl, case):
    payload, reason, offset, path = REFUSED[case]
    for function in (impl.validate, impl.flatten, impl.scan, impl.split):
        with pytest.raises(MalformedError) as caught:
            function(TRACES, payload)
        assert (caught.value.reason, caught.value.offset, caught.value.path) == (reason, offset, path)


def test_refuses_packed_numbers_that_do_not_fill_their_field(impl):
    point = "resource_metrics[0].scope_metrics[0].metrics[0]"
    with pytest.raises(MalformedError, match="packed") as caught:
        impl.validate(METRICS, metric(field(9, field(1, field(6, bytes(12))))))
    assert caught.value.path == f"{point}.histogram.data_points[0].bucket_counts"
    with pytest.raises(MalformedError, match="varint is cut short") as caught:
        impl.validate(METRICS, metric(field(10, field(1, field(8, field(2, b"\x01\x80"))))))
    assert caught.value.path == f"{point}.exponential_histogram.data_points[0].positive.bucket_counts"


@pytest.mark.parametrize("lists", [False, True])
def test_a_bomb_is_refused_at_the_depth_where_protobuf_refuses_it(impl, lists):
    levels = max(n for n in range(60) if accepts(bomb(n, lists=lists)))
    assert impl.validate(TRACES, bomb(levels, lists=lists)) == 1
    for more in (levels + 1, levels + 2, 5000):
        with pytest.raises(MalformedError, match="nested deeper than 100 levels") as caught:
            impl.validate(TRACES, bomb(more, lists=lists))
        assert caught.value.path.count(".") == DEPTH_LIMIT


def accepts(payload):
    try:
        ExportTraceServiceRequest.FromString(payload)
    except Exception:
        return False
    return True


@pytest.mark.parametrize("name", ["trace", "metric", "log"])
def test_every_prefix_is_judged_as_protobuf_judges_it(impl, name):
    signal, payload, cls = {
        "trace": (
            TRACES,
            trace(field(1, bytes(16)) + attribute("k", array(string("é"))), b"\x30\x02"),
            ExportTraceServiceRequest,
        ),
        "metric": (
            METRICS,
            metric(field(9, field(1, field(6, bytes(16)) + field(11, bytes(8), 1)))),
            ExportMetricsServiceRequest,
        ),
        "log": (LOGS, log(field(5, array(string("body"))) + field(11, bytes(8), 1)), ExportLogsServiceRequest),
    }[name]
    for end in range(len(payload) + 1):
        try:
            cls.FromString(payload[:end])
        except Exception:
            with pytest.raises(MalformedError):
                impl.validate(signal, payload[:end])
        else:
            impl.validate(signal, payload[:end])


def test_no_such_signal(impl):
    for function in (impl.validate, impl.scan, impl.flatten, impl.split):
        with pytest.raises(ValueError, match="no signal has the index 3"):
            function(3, b"")
