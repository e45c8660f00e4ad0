"""What people type into a search box."""

import pytest

from sonde.core.errors import ValidationError
from sonde.query.text import Terms, parse_text


@pytest.mark.parametrize(
    ("text", "wanted", "unwanted"),
    [
        ("", (), ()),
        ("timeout", ("timeout",), ()),
        ("connection  refused", ("connection", "refused"), ()),
        ('"connection refused" db', ("connection refused", "db"), ()),
        ("error -health", ("error",), ("health",)),
        ('-"GET /"', (), ("GET /",)),
        (r'"say \"hi\""', ('say "hi"',), ()),
        ("-", ("-",), ()),
        ('half"open', ('half"open',), ()),
        ('""', (), ()),
    ],
)
def test_terms(text, wanted, unwanted):
    assert parse_text(text) == Terms(wanted, unwanted)


def test_limits():
    with pytest.raises(ValidationError, match=r"^text: "):
        parse_text(" ".join("x" * 40))
    with pytest.raises(ValidationError, match=r"^text: "):
        parse_text("x" * 1025)
