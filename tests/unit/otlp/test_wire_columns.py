"""The index says where each record is and what it says, by protobuf's rules of what counts."""

from __future__ import annotations

import pytest

from sonde.otlp.columns import ValueKind
from unit.otlp.wire_bytes import array, attribute, field, log, metric, string, trace

TRACES, METRICS, LOGS = 0, 1, 2


ID, SHORT = bytes(range(16)), bytes(range(8))


def test_scan_of_spans(impl):
    span = field(1, ID) + field(2, SHORT) + field(4, SHORT[::-1]) + field(5, b"no") + field(5, b"name") + b"\x30\x03"
    span += field(7, (10).to_bytes(8, "little"), 1) + field(8, (20).to_bytes(8, "little"), 1)
    span += (
        field(15, b"\x18\x02")
        + field(15, field(2, b"why"))
        + field(16, (257).to_bytes(4, "little"), 5)
        + attribute("k", b"")
    )
    payload = trace(span, b"") + field(1, b"") + field(1, field(2, b"") + field(2, field(2, b"")))
    columns = impl.scan(TRACES, payload)
    assert columns.count == 3
    assert [payload[a:b] for a, b in zip(columns.start, columns.end, strict=True)] == [span, b"", b""]
    assert [payload[a:b] for a, b in zip(columns.at, columns.end, strict=True)] == [
        field(2, span),
        field(2, b""),
        field(2, b""),
    ]
    assert columns.resource.tolist() == [0, 0, 2]
    assert columns.scope.tolist() == [0, 0, 2]
    assert columns.resources.first.tolist() == [0, 1, 1, 3]
    assert columns.scopes.first.tolist() == [0, 2, 2, 3]
    assert bytes(columns.trace_id) == ID + bytes(32)
    assert bytes(columns.span_id) == SHORT + bytes(16)
    assert bytes(columns.parent_span_id) == SHORT[::-1] + bytes(16)
    assert columns.start_ns.tolist() == [10, 0, 0]
    assert columns.end_ns.tolist() == [20, 0, 0]
    assert columns.kind.tolist() == [3, 0, 0]
    assert columns.status.tolist() == [2, 0, 0]
    assert columns.flags.tolist() == [257, 0, 0]
    name = slice(columns.name_offset[0], columns.name_offset[0] + columns.name_length[0])
    assert payload[name] == b"name"
    assert payload[columns.attributes[0] : columns.end[0]] == attribute("k", b"")
    assert columns.attributes[1] == columns.end[1]


def test_scan_of_logs(impl):
    record = field(1, (5).to_bytes(8, "little"), 1) + field(11, (6).to_bytes(8, "little"), 1) + b"\x10\x11"
    record += (
        field(9, ID) + field(9, b"") + field(10, SHORT) + field(8, (1).to_bytes(4, "little"), 5) + field(12, b"event")
    )
    columns = impl.scan(LOGS, log(record))
    assert (columns.time_ns[0], columns.observed_ns[0], columns.severity[0], columns.flags[0]) == (5, 6, 17, 1)
    assert bytes(columns.trace_id) == bytes(16), "an id that is given again as empty is empty"
    assert bytes(columns.span_id) == SHORT
    assert columns.name_length[0] == 5


def test_scan_of_points(impl):
    point = field(2, (1).to_bytes(8, "little"), 1) + field(3, (2).to_bytes(8, "little"), 1)
    payload = metric(
        field(1, b"old"), field(5, field(1, point)), field(7, field(1, point + b"\x40\x01") * 2), field(1, b"new")
    )
    payload += metric() + metric(field(9, field(1, b"\x50\x01")))
    columns = impl.scan(METRICS, payload)
    assert columns.kind.tolist() == [7, 7, 9]
    assert columns.metric_kind.tolist() == [7, 0, 9]
    assert columns.metric.tolist() == [0, 0, 2]
    assert columns.metrics.first.tolist() == [0, 2, 2, 3]
    assert columns.flags.tolist() == [1, 1, 1]
    assert columns.start_ns.tolist() == [1, 1, 0]
    assert columns.time_ns.tolist() == [2, 2, 0]
    names = [payload[a : a + n] for a, n in zip(columns.name_offset, columns.name_length, strict=True)]
    assert names == [b"new", b"new", b""]


VALUES = {
    ValueKind.STRING: (string("text"), 0, 0.0, b"text"),
    ValueKind.BOOL: (field(2, b"\x01", 0), 1, 0.0, b""),
    ValueKind.INT: (field(3, b"\xff" * 9 + b"\x01", 0), -1, 0.0, b""),
    ValueKind.DOUBLE: (field(4, b"\0\0\0\0\0\0\xf8\x3f", 1), 0, 1.5, b""),
    ValueKind.ARRAY: (array(string("a")), 0, 0.0, field(1, string("a"))),
    ValueKind.KVLIST: (field(6, b""), 0, 0.0, b""),
    ValueKind.BYTES: (field(7, b"\xff"), 0, 0.0, b"\xff"),
    ValueKind.EMPTY: (b"", 0, 0.0, b""),
}


@pytest.mark.parametrize("kind", VALUES)
@pytest.mark.parametrize("level", ["record", "scope", "resource"])
def test_attribute(impl, level, kind):
    value, integer, number, content = VALUES[kind]
    numbers = {"record": 9, "scope": 3, "resource": 1}
    found = (
        attribute("other", string("x"), numbers[level])
        + attribute("key", value, numbers[level])
        + attribute("key", b"", numbers[level])
    )
    payload = {
        "record": trace(found, b""),
        "scope": trace(b"", scope=field(1, b"") + field(1, found)) + trace(),
        "resource": trace(b"", resource=field(1, found)) + trace(),
    }[level]
    column = impl.attribute(impl.scan(TRACES, payload), level, "key")
    assert column.kind.tolist() == [kind, ValueKind.ABSENT]
    assert column.ints.tolist() == [integer, 0]
    assert column.floats.tolist() == [number, 0.0]
    assert payload[column.offset[0] : column.offset[0] + column.length[0]] == content


@pytest.mark.parametrize(
    ("item", "kind", "content"),
    [
        (field(2, string("v")) + field(1, b"key"), ValueKind.STRING, b"v"),
        (field(1, b"no") + field(2, string("v")) + field(1, b"key"), ValueKind.STRING, b"v"),
        (field(1, b"key") + field(2, string("v")) + field(1, b"no"), ValueKind.ABSENT, b""),
        (field(1, b"key") + field(2, string("v")) + field(2, b"\x18\x05"), ValueKind.INT, b""),
        (field(1, b"key") + field(2, b"\x18\x05" + string("v")), ValueKind.STRING, b"v"),
        (field(1, b"key") + field(2, string("v" * 200)), ValueKind.STRING, b"v" * 200),
        (field(1, b"key") + field(2, b"\x40\x05"), ValueKind.EMPTY, b""),
        (field(1, b"key"), ValueKind.EMPTY, b""),
        (field(1, b"kex") + field(2, string("v")), ValueKind.ABSENT, b""),
        (b"", ValueKind.ABSENT, b""),
    ],
)
def test_an_attribute_in_unusual_form(impl, item, kind, content):
    payload = trace(field(9, item))
    column = impl.attribute(impl.scan(TRACES, payload), "record", "key")
    assert column.kind.tolist() == [kind]
    assert payload[column.offset[0] : column.offset[0] + column.length[0]] == content


def test_attributes_of_points_are_where_their_kind_has_them(impl):
    numbers = {5: 7, 7: 7, 9: 9, 10: 1, 11: 7}
    payload = b"".join(
        metric(field(kind, field(1, attribute("k", b"\x18\x07", number)))) for kind, number in numbers.items()
    )
    assert impl.attribute(impl.scan(METRICS, payload), "record", "k").ints.tolist() == [7] * 5


def test_body(impl):
    payload = log(field(5, string("said")), b"", field(5, b""), field(5, string("a")) + field(5, b"\x18\x02"))
    column = impl.body(impl.scan(LOGS, payload))
    assert column.kind.tolist() == [ValueKind.STRING, ValueKind.ABSENT, ValueKind.EMPTY, ValueKind.INT]
    assert payload[column.offset[0] : column.offset[0] + column.length[0]] == b"said"
