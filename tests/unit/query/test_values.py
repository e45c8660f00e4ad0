"""Values are stored as text; what went in must come out with its type, and whatever is stored must come out somehow."""

import json
import math

import pytest

from sonde.query.values import plain, plain_map, typed, typed_map


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("x", "", "x"),
        ("true", "bool", True),
        ("false", "bool", False),
        ("-9223372036854775808", "int", -(2**63)),
        ("1", "double", 1.0),
        ("1e-7", "double", 1e-7),
        ("inf", "double", math.inf),
        ("AAH/", "bytes", b"\x00\x01\xff"),
        ('[1,"a",{"k":null}]', "array", [1, "a", {"k": None}]),
        ('{"a":{"b":[]}}', "kvlist", {"a": {"b": []}}),
        ("", "empty", None),
        ("later", "a type of the future", "later"),
        ("not a number", "int", "not a number"),
        ("[broken", "array", "[broken"),
        ("?", "bytes", "?"),
        ("[" * 100_000, "array", "[" * 100_000),
    ],
)
def test_typed(text, kind, expected):
    value = typed(text, kind)
    assert value == expected
    assert type(value) is type(expected)


def test_a_map_is_typed_by_key():
    assert typed_map({"a": "1", "b": "1", "c": "1"}, "isd") == {"a": 1, "b": "1", "c": 1.0}
    assert typed_map({"a": "1", "b": ""}, "") == {"a": "1", "b": ""}


def test_letters_that_do_not_fit_the_entries_leave_text():
    assert typed_map({"a": "1", "b": "true"}, "i") == {"a": "1", "b": "true"}


def test_every_letter_is_known():
    stored = {"b": "true", "i": "1", "d": "1.5", "x": "AA==", "a": "[1]", "k": '{"q":1}', "e": "", "s": "1"}
    assert [typed(text, letter) for letter, text in stored.items()] == [True, 1, 1.5, b"\x00", [1], {"q": 1}, None, "1"]


def test_json_can_hold_the_plain_form():
    values = {"nan": math.nan, "inf": -math.inf, "bytes": b"\xff", "n": None, "list": [1, {"a": True}], "x": 1.5}
    shown = plain_map(values)
    assert shown == {"nan": "NaN", "inf": "-Infinity", "bytes": "/w==", "n": None, "list": [1, {"a": True}], "x": 1.5}
    json.dumps(shown, allow_nan=False)
    assert plain(math.inf) == "Infinity"
