"""The engine reads a completed statement; people must be shown the place in what they wrote."""

import pytest

from sonde.core.errors import ValidationError
from sonde.query import SqlLimits
from sonde.query.placed import Placed, placed
from sonde.query.tokens import tokenized

TABLES = frozenset({"otel_traces", "otel_logs"})


def put(statement):
    return placed(tokenized(statement), statement, TABLES, "otel_x")


def test_positions_lead_back():
    statement = "SELECT a FROM otel_traces AS t, otel_logs WHERE b"
    done = put(statement)
    assert done.text == "SELECT a FROM `otel_x`.`otel_traces` AS t, `otel_x`.`otel_logs` WHERE b"
    for word in ("SELECT", "AS", "WHERE", "b"):
        assert done.original(done.text.index(word)) == statement.index(word)
    inside = done.original(done.text.index("`otel_x`.`otel_logs`"))
    assert statement.index("otel_logs") <= inside < statement.index("WHERE")
    assert Placed("abc").original(2) == 2


def test_every_position_leads_into_the_statement():
    statement = "SELECT 1 FROM otel_logs, otel_traces"
    done = put(statement)
    found = [done.original(at) for at in range(len(done.text))]
    assert found == sorted(found)
    assert all(0 <= at < len(statement) for at in found)


@pytest.mark.parametrize(
    ("statement", "at"),
    [
        ("SELECT SpanName FORM otel_traces", "otel_traces"),
        ("SELECT count( FROM otel_traces WHERE 1", "otel_traces"),
        ("  SELECT 'h\u00e4\u20ac' FROM otel_traces WHERE AND 1", "1"),
        ("SELECT a FROM otel_traces AS t JOIN otel_logs ON ,", ","),
    ],
)
def test_what_is_not_understood_has_a_place(query, statement, at):
    with pytest.raises(ValidationError, match=r"at character \d+") as refused:
        query.sql(statement, SqlLimits())
    place = int(refused.value.message.split("at character ")[1].split(",")[0].split(";")[0]) - 1
    assert statement.index(at) <= place <= statement.index(at) + len(at), refused.value.message
    assert "SETTINGS readonly" not in refused.value.message


def test_an_unfinished_statement_says_so(query):
    with pytest.raises(ValidationError, match="at character"):
        query.sql("SELECT count() FROM otel_traces WHERE", SqlLimits())
