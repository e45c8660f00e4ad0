"""The condition grammar is typed by hand on command lines and in URLs; every spelling must mean one thing."""

import pytest

from sonde.core.errors import ValidationError
from sonde.query.where import Condition, parse_condition

LEVELS = ("span", "resource", "scope", "event")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http.route=/cart", Condition("", "http.route", "=", "/cart")),
        ("k = v ", Condition("", "k", "=", "v")),
        ("k=", Condition("", "k", "=", "")),
        ("k=a=b", Condition("", "k", "=", "a=b")),
        ("k!=v", Condition("", "k", "!=", "v")),
        ("k>=5", Condition("", "k", ">=", "5")),
        ("k<=5", Condition("", "k", "<=", "5")),
        ("k>5", Condition("", "k", ">", "5")),
        ("k<5", Condition("", "k", "<", "5")),
        ("k=~^a.b$", Condition("", "k", "=~", "^a.b$")),
        ("k!~x", Condition("", "k", "!~", "x")),
        ("k", Condition("", "k", "present")),
        ("!k", Condition("", "k", "absent")),
        ("! k", Condition("", "k", "absent")),
        ("resource.host.name=a", Condition("resource", "host.name", "=", "a")),
        ("!event.exception.type", Condition("event", "exception.type", "absent")),
        ("resource=a", Condition("", "resource", "=", "a")),
        ('"span.kind"="a = b"', Condition("", "span.kind", "=", "a = b")),
        ('"a=b"', Condition("", "a=b", "present")),
        ('!"a b"', Condition("", "a b", "absent")),
        (r'k="say \"hi\""', Condition("", "k", "=", 'say "hi"')),
        ('k="~x"', Condition("", "k", "=", "~x")),
        ("ключ=значение", Condition("", "ключ", "=", "значение")),
    ],
)
def test_conditions_are_read(text, expected):
    assert parse_condition(text, LEVELS) == expected


@pytest.mark.parametrize(
    "text", ["", " ", "=v", "!", "!k=v", "span.", '"open', '"k" v', r'k="\q"', "k" * 2000, "k=" + "v" * 20000]
)
def test_what_is_no_condition_is_refused(text):
    with pytest.raises(ValidationError, match=r"^where: "):
        parse_condition(text, LEVELS)
