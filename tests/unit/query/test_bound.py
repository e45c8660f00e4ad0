"""What a person types into a dashboard's variable becomes a value of its type and nothing else."""

import pytest

from sonde.core.errors import AuthorizationError, ValidationError
from sonde.query import SqlLimits
from sonde.query.bound import SqlValues, bound
from sonde.query.tokens import tokenized
from stored import T0, Desk

LIMITS = SqlLimits()
NOW = 1_760_003_600_123_456_789


def given(statement, named=None, **range_ns):
    return bound(tokenized(statement), SqlValues({k: tuple(v) for k, v in (named or {}).items()}, **range_ns), NOW)


@pytest.fixture(scope="module", autouse=True)
def telemetry(desk):
    desk.spans(*({"id": n, "at_ms": n * 1000, "name": f"op{n}"} for n in range(1, 6)))
    Desk(desk.store, "neighbour").logs({"body": "secret"})


def rows(query, statement, named=None, **range_ns):
    values = SqlValues({k: tuple(v) for k, v in (named or {}).items()}, **range_ns)
    return [list(row.values()) for row in query.sql(statement, LIMITS, values).rows]


def test_values_reach_the_engine_whole(query):
    hostile = "'); DROP TABLE otel_traces; --\\ \t\n\u0000{x:String} \U0001f600 $1 %s"
    assert rows(query, "SELECT {x:String}", {"x": [hostile]}) == [[hostile]]
    assert rows(query, "SELECT {x:Array(String)}", {"x": [hostile, "b", ""]}) == [[[hostile, "b", ""]]]
    assert rows(query, "SELECT {x:Array(String)}", {"x": []}) == [[[]]]
    assert rows(query, "SELECT {a:Int64}, {b:Float64}, {c:Bool}, {d:UInt8}", {"a": ["-9223372036854775808"], "b": ["1.5"], "c": ["true"], "d": ["255"]}) == [[-(2**63), 1.5, True, 255]]  # fmt: skip


def test_the_range_is_there_to_the_nanosecond(query):
    found = rows(
        query,
        "SELECT toUnixTimestamp64Nano({start:DateTime64(9)}), toUnixTimestamp64Nano({end:DateTime64(9)}), {step:UInt32}",
        start_ns=T0 + 1,
        end_ns=T0 + 3600 * 10**9 + 7,
    )
    assert found == [[T0 + 1, T0 + 3600 * 10**9 + 7, 60]]
    statement = (
        "SELECT SpanName FROM otel_traces WHERE Timestamp >= {start:DateTime64(9)} AND Timestamp < {end:DateTime64(9)}"
    )
    assert rows(query, statement, start_ns=T0 + 2 * 10**9, end_ns=T0 + 3 * 10**9) == [["op2"]]
    assert rows(query, "SELECT toUnixTimestamp({start:DateTime})", start_ns=5 * 10**9, end_ns=6 * 10**9) == [[5]]


def test_the_last_hour_without_a_range():
    assert given("SELECT {start:DateTime64(9)}, {end:DateTime64(9)}, {step:Int64}") == {
        "start": "1760000000.123456789",
        "end": "1760003600.123456789",
        "step": 30,
    }


def test_only_what_the_statement_names_is_bound():
    assert given("SELECT 1", {"x": ["1"]}) == {}
    assert given("SELECT '{x:String}' -- {y:String}") == {}


@pytest.mark.parametrize(
    ("statement", "named", "says"),
    [
        ("SELECT {x:String}", {}, "no value"),
        ("SELECT {x:String}, {x:Int64}", {"x": ["1"]}, "another type"),
        ("SELECT {x:Int64}", {"x": ["1; 2"]}, "not of type Int64"),
        ("SELECT {x:UInt8}", {"x": ["256"]}, "not of type UInt8"),
        ("SELECT {x:Float64}", {"x": ["nan"]}, "not of type"),
        ("SELECT {x:Bool}", {"x": ["maybe"]}, "not of type"),
        ("SELECT {x:DateTime}", {"x": ["yesterday"]}, "not a moment"),
        ("SELECT {x:String}", {"x": ["a", "b"]}, "2 values"),
        ("SELECT {x:Array(Int64)}", {"x": ["a"]}, "not of type Int64"),
        ("SELECT {x:Array(String)}", {"x": ["a"] * 1001}, "more than 1000"),
        ("SELECT {start:String}", {}, "a moment"),
        ("SELECT {step:String}", {}, "seconds"),
    ],
)
def test_what_is_no_value_is_refused(statement, named, says):
    with pytest.raises(ValidationError, match=says):
        given(statement, named)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM {x:Identifier}",
        "SELECT {x:Nullable(String)}",
        "SELECT {x: String}",
        "SELECT {x:String",
        "SELECT { x:String}",
        "SELECT {{x:String}}",
        "SELECT {x:String}{",
        "SELECT {x:AggregateFunction(sum, UInt64)}",
        "SELECT {1x:String}",
        "SELECT {$x:String}",
        "SELECT * FROM {x:String}",
        "SELECT * FROM {db:String}.otel_logs",
        "SELECT {f:String}('/etc/passwd')",
        "SELECT file({x:String})",
        "SELECT 1 SETTINGS readonly = {x:UInt8}",
        "SELECT * FROM merge({db:String}, 'otel_logs')",
        "SELECT * FROM system.{t:String}",
        "DESCRIBE {x:String}",
        "SHOW TABLES FROM {db:String}",
    ],
)
def test_a_placeholder_stands_for_nothing_but_a_value(query, desk, statement):
    database = desk.store.database("neighbour")
    named = {
        "x": [f"{database}.otel_logs"],
        "db": [database],
        "f": ["file"],
        "t": ["query_log"],
    }
    with pytest.raises((ValidationError, AuthorizationError)):
        rows(query, statement, named)


def test_a_name_of_a_table_as_value_is_text(query, desk):
    name = f"{desk.store.database('neighbour')}.otel_logs"
    assert rows(query, "SELECT 'a' IN {x:String}", {"x": [name]}) == [[0]]
    assert rows(query, "SELECT count() FROM otel_traces WHERE SpanName = {x:String}", {"x": ["op3"]}) == [[1]]
    assert rows(query, "WITH {x:String} AS t SELECT t FROM otel_traces LIMIT 1", {"x": [name]}) == [[name]]
