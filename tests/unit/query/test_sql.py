"""SQL from outside meets an engine without grants: what may be read is decided here, so every way out is tried."""

import json

import pytest

from sonde.core.errors import AuthorizationError, DeadlineError, SondeError, ValidationError
from sonde.query import SqlLimits
from stored import Desk

LIMITS = SqlLimits()


@pytest.fixture(scope="module", autouse=True)
def telemetry(desk):
    desk.spans(*({"id": n, "at_ms": n, "name": f"op{n}"} for n in range(1, 6)))
    desk.logs({"body": "mine"})
    Desk(desk.store, "neighbour").logs({"body": "secret"})


@pytest.fixture(scope="module")
def neighbour(desk):
    return desk.store.database("neighbour")


def rows(query, statement, **limits):
    return [list(row.values()) for row in query.sql(statement, SqlLimits(**limits)).rows]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("SELECT count() FROM otel_traces", [[5]]),
        ("select SpanName from otel_traces order by Timestamp limit 2;", [["op1"], ["op2"]]),
        ("SELECT t.SpanName FROM otel_traces AS t WHERE t.SpanName = 'op3' -- a remark", [["op3"]]),
        ("SELECT otel_traces.SpanName /* : */ FROM otel_traces ORDER BY 1 DESC LIMIT 1", [["op5"]]),
        ("SELECT Body FROM `otel_logs`", [["mine"]]),
        ('SELECT Body FROM "otel_logs"', [["mine"]]),
        ("SELECT count() FROM otel_traces AS a, otel_logs AS b", [[5]]),
        (
            "SELECT count() FROM (SELECT * FROM otel_logs) AS a JOIN otel_traces AS t ON t.ServiceName = a.ServiceName",
            [[5]],
        ),
        ("SELECT count() FROM otel_traces WHERE ServiceName IN (SELECT ServiceName FROM otel_logs)", [[5]]),
        ("WITH x AS (SELECT SpanName AS n FROM otel_traces) SELECT count() FROM x", [[5]]),
        ("WITH 2 AS two SELECT two + 1", [[3]]),
        ("(SELECT 1 AS a) UNION ALL (SELECT 1)", [[1], [1]]),
        ("SELECT 18446744073709551615, -9223372036854775808", [[2**64 - 1, -(2**63)]]),
        (
            "SELECT CAST('1' AS UInt8), toDecimal32(1.5, 2)::String, interval 1 day IS NULL, 'it''s', 'a\\'b'",
            [[1, "1.5", 0, "it's", "a'b"]],
        ),
        ("SELECT quantiles(0.5)(Duration)[1] FROM otel_traces", [[1000000.0]]),
        ("SELECT sumIf(1, SpanName = 'op1') FROM otel_traces", [[1]]),
        ("SELECT sum(number) FROM numbers(10)", [[45]]),
        ("SELECT row_number() OVER (PARTITION BY ServiceName ORDER BY Timestamp) FROM otel_traces LIMIT 1", [[1]]),
        ("SELECT SpanAttributes['a'] FROM otel_traces LIMIT 1", [[""]]),
        ("SELECT arrayMap(x -> x + 1, [1, 2])", [[[2, 3]]]),
        ("SELECT count() FROM otel_traces HAVING count() > 9", []),
        ("EXISTS TABLE otel_traces", [[1]]),
        ("EXISTS TABLE nosuch", [[0]]),
        ("SHOW TABLES LIKE 'otel_logs'", [["otel_logs"]]),
        ("SELECT 'FORMAT INTO OUTFILE; DROP file(' AS x", [["FORMAT INTO OUTFILE; DROP file("]]),
    ],
)
def test_what_reads_is_answered(query, statement, expected):
    assert rows(query, statement) == expected


@pytest.mark.parametrize("statement", ["DESCRIBE otel_traces", "DESC TABLE otel_logs", "SHOW CREATE TABLE otel_logs", "SHOW COLUMNS FROM otel_logs", "EXPLAIN SELECT * FROM otel_traces", "EXPLAIN indexes = 1 SELECT count() FROM otel_logs WHERE ServiceName = 'a'", "SELECT name FROM system.functions LIMIT 1"])  # fmt: skip
def test_what_explains_is_answered(query, statement):
    assert rows(query, statement)


WAYS_OUT = [
    # files and networks
    "SELECT file('/etc/passwd')", "SELECT FILE('/etc/passwd')", "SELECT `file`('/etc/passwd')", 'SELECT "file"(\'/etc/passwd\')',
    "SELECT file /* x */ ('/etc/passwd')", "SELECT * FROM file('/etc/passwd', 'LineAsString')", "SELECT * FROM url('http://127.0.0.1:1/')",
    "SELECT * FROM s3('http://127.0.0.1:1/x')", "SELECT * FROM remote('127.0.0.1', 'a.b')", "SELECT * FROM remoteSecure('127.0.0.1', 'a.b')",
    "SELECT * FROM executable('id', 'TSV', 'a String')", "SELECT * FROM input('a String')", "SELECT * FROM mysql('h:1', 'd', 't', 'u', 'p')",
    "SELECT * FROM sqlite('/tmp/x', 't')", "SELECT * FROM python('x')", "SELECT * FROM cluster('default', system.one)",
    "SELECT * FROM loop(otel_logs)", "SELECT * FROM eval('SELECT 1')", "SELECT * FROM filesystem('/etc')", "SELECT * FROM dictionary('x')",
    "SELECT aiGenerate('x', 'y')", "SELECT evalMLMethod(1, 2)", "SELECT showCertificate()", "SELECT getServerSetting('x')",
    "SELECT * APPLY(file) FROM (SELECT '/etc/passwd' AS x)", "SELECT * APPLY file FROM (SELECT '/etc/passwd' AS x)",
    "SELECT arrayMap(file, ['/etc/passwd'])", "WITH x -> file(x) AS f SELECT f('/etc/passwd')", "SELECT columns('x') APPLY(file) FROM (SELECT '/etc/passwd' AS x)",
    "SELECT dictGet('a.b', 'c', 1)", "SELECT joinGet('a.b', 'c', 1)", "SELECT hasColumnInTable('system', 'query_log', 'x')",
    # outputs, settings, other statements
    "SELECT 1 INTO OUTFILE '/tmp/never'", "SELECT 1 into\noutfile '/tmp/never'", "SELECT 1 FORMAT JSON", "SELECT 1 SETTINGS readonly = 0",
    "SET readonly = 0", "INSERT INTO otel_logs (Body) VALUES ('x')", "INSERT INTO FUNCTION file('/tmp/never') SELECT 1", "DROP TABLE otel_logs",
    "SELECT 1; DROP TABLE otel_logs", "SELECT 1 PARALLEL WITH DROP TABLE otel_logs", "WITH x AS (SELECT 1) INSERT INTO otel_logs SELECT 1",
    "ALTER TABLE otel_logs DELETE WHERE 1", "TRUNCATE TABLE otel_logs", "CREATE TABLE x (a Int8) ENGINE = Memory", "SYSTEM FLUSH LOGS",
    "ATTACH DATABASE x", "BACKUP TABLE otel_logs TO File('/tmp/x')", "KILL QUERY WHERE 1", "USE system", "EXPLAIN INSERT INTO otel_logs SELECT 1",
    "EXECUTE AS someone SELECT 1", "SHOW PROCESSLIST", "SHOW DATABASES", "SHOW SETTINGS LIKE 'x'", "SHOW GRANTS", "GRANT ALL ON *.* TO x",
    # other databases, and the engine's insides
    "SELECT * FROM {other}.otel_logs", "SELECT * FROM `{other}`.otel_logs", "SELECT * FROM \"{other}\".`otel_logs`", "SELECT * FROM '{other}'.'otel_logs'",
    "SELECT * FROM {other} . otel_logs", "SELECT * FROM {other}/**/.otel_logs", "SELECT * FROM `{other}.otel_logs`", "SELECT 1 IN {other}.otel_logs",
    "SELECT * FROM merge('{other}', '.*')", "SELECT * FROM merge(REGEXP('.*'), 'otel_logs')", "SHOW TABLES FROM {other}", "SHOW TABLES IN {other}",
    "SHOW CREATE TABLE {other}.otel_logs", "SHOW COLUMNS FROM otel_logs FROM {other}", "DESCRIBE {other}.otel_logs", "EXISTS TABLE {other}.otel_logs",
    "SELECT * FROM system.query_log", "SELECT * FROM system.processes", "SELECT * FROM system.tables", "SELECT * FROM SYSTEM.tables",
    "SELECT * FROM `system`.`columns`", "SELECT * FROM 'system'.'tables'", "SELECT * FROM information_schema.tables", "SHOW TABLES FROM system",
    "SELECT * FROM INFORMATION_SCHEMA.TABLES", "DESCRIBE system.query_log", "SELECT (SELECT Body FROM {other}.otel_logs)",
    "WITH otel_logs AS (SELECT 1) SELECT * FROM otel_logs", "WITH x AS (SELECT * FROM {other}.otel_logs) SELECT * FROM x",
    "SELECT * FROM view(SELECT * FROM {other}.otel_logs)", "EXPLAIN SELECT * FROM {other}.otel_logs",
    # what the guard cannot read with certainty
    "SELECT $x$a$x$", "SELECT 1 # remark", "SELECT \u2018a\u2019", "SELECT 'open", "SELECT /* open", "SELECT \\x", "SELECT {{x:Identifier}}", "SELECT 1 FROM otel_logs\x00",
    "", ";", "   ", "()", "SELECT nosuchfunction(1)", "SELECT * FROM nosuch", "SELECT 'x' FROM otel_traces" + " " * 100_000,
]  # fmt: skip


@pytest.mark.parametrize("statement", WAYS_OUT, ids=range(len(WAYS_OUT)))
def test_no_way_out(query, neighbour, statement):
    with pytest.raises((ValidationError, AuthorizationError)):
        query.sql(statement.format(other=neighbour) if "{" in statement else statement, LIMITS)


def test_an_unlisted_function_is_refused_whatever_its_suffix(query):
    for name in ("fileIf", "fileOrNull", "sleepEachRow"):
        with pytest.raises(AuthorizationError):
            query.sql(f"SELECT {name}('/etc/passwd')", LIMITS)


def test_columns_and_truncation(query):
    answer = query.sql("SELECT number AS n, toString(number) AS s FROM numbers(10)", SqlLimits(rows=3))
    assert [(column.name, column.type) for column in answer.columns] == [("n", "UInt64"), ("s", "String")]
    assert answer.rows == [{"n": 0, "s": "0"}, {"n": 1, "s": "1"}, {"n": 2, "s": "2"}]
    assert answer.truncated
    assert not query.sql("SELECT number FROM numbers(3)", SqlLimits(rows=3)).truncated
    assert query.sql("SHOW TABLES", SqlLimits(rows=2)).truncated


def test_lines_are_streamed(query):
    pieces = list(query.sql_stream("SELECT number AS n FROM numbers(200000)", SqlLimits(rows=150_000)))
    lines = b"".join(pieces).splitlines()
    assert (len(lines), lines[0], lines[-1]) == (150_000, b'{"n":0}', b'{"n":149999}')
    assert len(pieces) > 1


@pytest.mark.parametrize("statement", ["SHOW TABLES", "DESCRIBE otel_traces", "EXISTS TABLE otel_logs", "EXPLAIN SELECT SpanName FROM otel_traces", "SHOW CREATE TABLE otel_logs"])  # fmt: skip
def test_what_the_engine_does_not_stream_is_answered_in_lines_all_the_same(query, statement):
    lines = b"".join(query.sql_stream(statement, LIMITS)).splitlines()
    assert [json.loads(line) for line in lines] == query.sql(statement, LIMITS).rows
    assert len(list(query.sql_stream(statement, SqlLimits(rows=1)))) == 1


def test_limits_hold(query):
    with pytest.raises(DeadlineError):
        query.sql("SELECT sum(number) FROM numbers(1000000000000)", SqlLimits(timeout_s=0.2))
    with pytest.raises(SondeError, match="memory"):
        query.sql("SELECT length(groupArray(number)) FROM numbers(1000000000)", LIMITS)
    for limits in ({"rows": 0}, {"rows": 10**7}, {"timeout_s": 0}, {"timeout_s": 1000}):
        with pytest.raises(ValidationError):
            SqlLimits(**limits)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT nosuch FROM otel_logs",
        "SELECT 1 +",
        "SELECT toUInt8('x')",
        "SELECT throwIf(1, 'no')",
        "SELECT FROM WHERE",
    ],
)
def test_what_the_engine_refuses_is_the_askers_to_mend(query, statement):
    with pytest.raises(ValidationError, match=r"^(query|the engine does not understand)"):
        query.sql(statement, LIMITS)


def test_a_failed_statement_leaves_nothing_for_the_next(query):
    everything = SqlLimits(rows=1_000_000)
    for _ in range(3):
        with pytest.raises(ValidationError):
            query.sql("SELECT throwIf(number = 900000), toString(number) FROM numbers(1000000)", everything)
        with pytest.raises(ValidationError):
            list(query.sql_stream("SELECT throwIf(number = 900000) FROM numbers(1000000)", everything))
        assert rows(query, "SELECT count() FROM otel_traces") == [[5]]


def test_nothing_was_changed(desk, query):
    assert rows(query, "SELECT Body FROM otel_logs") == [["mine"]]
    desk.logs({"body": "still writable"})
    assert rows(query, "SELECT count() FROM otel_logs") == [[2]]
