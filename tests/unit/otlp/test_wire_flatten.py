"""Nested values become JSON text for the store: every kind of value, in every place, in every odd encoding."""

from __future__ import annotations

import pytest

from unit.otlp.wire_bytes import array, attribute, field, log, metric, string, trace, varint

TRACES, METRICS, LOGS = 0, 1, 2


FLAT = {
    "numbers": (array(field(3, b"\x01", 0), field(3, b"\xff" * 9 + b"\x01", 0), field(3, varint(2**63), 0)), "[1,-1,-9223372036854775808]"),
    "doubles": (
        array(*(field(4, bits, 1) for bits in (b"\0\0\0\0\0\0\xf8\x3f", b"\0\0\0\0\0\0\xf8\x7f", b"\0\0\0\0\0\0\xf0\x7f", b"\0\0\0\0\0\0\xf0\xff", bytes(8)))),
        '[1.5,"NaN","Infinity","-Infinity",0.0]',
    ),
    "the rest": (array(b"", field(2, b"\x01", 0), field(2, b"\0", 0), field(7, b"\x00\xff\x10\x83"), field(8, b"\x02", 0)), '[null,true,false,"AP8Qgw==",null]'),
    "text": (array(string('é"\\/\n\r\t\b\f\x01\x7f🦀')), '["é\\"\\\\/\\n\\r\\t\\b\\f\\u0001\x7f🦀"]'),
    "empty": (field(5, b""), "[]"),
    "nested": (array(array(), field(6, b""), array(array(string("x")))), '[[],{},[["x"]]]'),
    "a list": (field(6, field(1, field(1, b"k") + field(2, string("v"))) + field(1, field(1, b"k")) + field(1, field(2, array()))), '{"k":"v","k":null,"":[]}'),
    "pieces": (array(string("a")) + array(string("b")), '["a","b"]'),
    "only the last kind": (array(string("a")) + string("x") + array(string("b")), '["b"]'),
    "a key given twice": (field(6, field(1, field(1, b"no") + field(2, string("v")) + field(1, b"yes"))), '{"yes":"v"}'),
}  # fmt: skip


@pytest.mark.parametrize("case", FLAT)
def test_flatten_writes_json_text(impl, case):
    value, text = FLAT[case]
    number = 6 if text[0] == "{" else 5
    expected = field(number, text.encode())
    assert impl.flatten(TRACES, trace(attribute("k", value))) == trace(attribute("k", expected))
    assert impl.flatten(LOGS, log(field(5, value))) == log(field(5, expected))


def test_flatten_reaches_attributes_wherever_they_are(impl):
    def everywhere(value):
        resource = field(1, attribute("r", value, 1))
        scope = field(1, attribute("s", value, 3))
        event, link = field(11, attribute("e", value, 3)), field(13, attribute("l", value, 4))
        return trace(attribute("a", value) + event + link, scope=scope, resource=resource)

    def in_metrics(value):
        exemplar = attribute("x", value, 7)
        points = [field(1, attribute("a", value, n) + field(m, exemplar)) for n, m in ((7, 5), (7, 5), (9, 8), (1, 11))]
        data = [field(kind, point) for kind, point in zip((5, 7, 9, 10), points, strict=True)]
        return b"".join(
            metric(one, attribute("m", value, 12)) for one in (*data, field(11, field(1, attribute("a", value, 7))))
        )

    long = array(*[string("x" * 50)] * 9)
    text = field(5, b"[" + b",".join([b'"' + b"x" * 50 + b'"'] * 9) + b"]")
    assert impl.flatten(TRACES, everywhere(long)) == everywhere(text)
    assert impl.flatten(METRICS, in_metrics(long)) == in_metrics(text)


def test_flatten_merges_a_value_in_pieces_and_keeps_what_is_plain(impl):
    pieces = field(9, field(2, array(string("a"))) + field(1, b"k") + field(2, array(string("b"))))
    plain = attribute("p", string("v")) + field(99, b"\x01", 0)
    overridden = field(9, field(1, b"o") + field(2, array(string("a"))) + field(2, string("last")))
    assert impl.flatten(TRACES, trace(pieces + plain + overridden)) == trace(
        attribute("k", field(5, b'["a","b"]')) + plain + attribute("o", string("last"))
    )
    body = field(5, array(string("a"))) + b"\x10\x09" + field(5, array(string("b")))
    assert impl.flatten(LOGS, log(body)) == log(field(5, field(5, b'["a","b"]')) + b"\x10\x09")


def test_flatten_hands_back_the_same_object_when_nothing_is_nested(impl):
    for payload in (b"", trace(attribute("k", string("v"))), bytearray(trace(b"")), memoryview(trace(b""))):
        assert impl.flatten(TRACES, payload) is payload
