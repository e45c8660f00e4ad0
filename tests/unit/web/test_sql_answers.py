"""A statement's answer as a file, with values from outside, and for readers whose numbers are doubles."""

import csv
import io

import pytest

from stored import T0


@pytest.fixture(scope="module", autouse=True)
def telemetry(desk):
    desk.spans(*({"id": n, "at_ms": n * 1000, "name": f'op "{n}", \u00e9\n'} for n in range(1, 4)))


NAMES = "SELECT SpanName, Duration FROM otel_traces ORDER BY Timestamp"


@pytest.mark.parametrize("how", [{"params": {"query": NAMES, "format": "csv"}}, {"params": {"query": NAMES}, "headers": {"Accept": "text/csv"}}, {"method": "POST", "json": {"query": NAMES, "format": "csv"}}])  # fmt: skip
def test_csv_is_a_file(ask, how):
    answer = ask("/sonde/sql", **how)
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="sonde.csv"'
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert rows == [["SpanName", "Duration"], *([f'op "{n}", \u00e9\n', "1000000"] for n in range(1, 4))]


def test_csv_of_what_the_engine_does_not_stream(ask):
    text = ask("/sonde/sql", params={"query": "DESCRIBE otel_traces", "format": "csv"}).text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert rows[0]["name"] == "Timestamp"
    error = ask("/sonde/sql", params={"query": "SHOW TABLES", "format": "parquet"}, status=415).json["error"]
    assert "parquet is for SELECT" in error["message"]


def test_parquet_is_a_file(app):
    import asyncio

    import httpx

    async def request():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
            return await client.get("/sonde/sql", params={"query": NAMES, "format": "parquet"})

    answer = asyncio.run(request())
    assert answer.headers["content-disposition"] == 'attachment; filename="sonde.parquet"'
    assert answer.content[:4] == answer.content[-4:] == b"PAR1"


@pytest.mark.parametrize("form", ["csv", "parquet", "ndjson"])
@pytest.mark.parametrize(("query", "status"), [("SELECT file('/etc/passwd')", 403), ("SELECT nosuch FROM otel_logs", 400), ("SELECT throwIf(1)", 400), ("INSERT INTO otel_logs VALUES (1)", 400), ("SELECT 1 INTO OUTFILE '/tmp/x'", 400)])  # fmt: skip
def test_a_refusal_is_a_status_in_every_format(ask, form, query, status):
    error = ask("/sonde/sql", params={"query": query, "format": form}, status=status)
    assert error.json["error"]["message"].startswith("query: ")
    assert "content-disposition" not in error.headers


def test_values_and_range(ask):
    statement = (
        "SELECT SpanName FROM otel_traces WHERE Timestamp >= {start:DateTime64(9)} AND Timestamp < {end:DateTime64(9)}"
        " AND SpanName IN {names:Array(String)} AND Duration > {least:UInt64}"
    )
    names = ['op "1", \u00e9\n', 'op "2", \u00e9\n']
    asked = {"query": statement, "start": str(T0), "end": str(T0 + 1_500_000_000)}
    given = {"names": names, "least": 5}
    assert [row["SpanName"] for row in ask("/sonde/sql", method="POST", json={**asked, "parameters": given}).json["rows"]] == names[:1]  # fmt: skip
    pairs = [f"names={name}" for name in names] + ["least=5"]
    assert [row["SpanName"] for row in ask("/sonde/sql", params={**asked, "parameter": pairs}).json["rows"]] == names[:1]  # fmt: skip


@pytest.mark.parametrize("parameter", ["novalue", "x=notanumber", "y=1"])
def test_a_value_that_is_none_is_refused(ask, parameter):
    error = ask("/sonde/sql", params={"query": "SELECT {x:Int64}", "parameter": parameter}, status=400).json["error"]
    assert error["message"].startswith("parameter: ")


def test_exact_numbers(ask):
    query = "SELECT 18446744073709551615 AS big, 1 AS small, 1.5 AS part, toInt32(7) AS i"
    assert ask("/sonde/sql", params={"query": query, "exact": True}).json["rows"] == [
        {"big": "18446744073709551615", "small": 1, "part": 1.5, "i": 7}
    ]


def test_the_schema(ask):
    found = ask("/sonde/sql/schema").json
    assert found["tables"][0]["name"] == "otel_traces"
    assert found["tables"][0]["columns"][0] == {
        "name": "Timestamp", "type": "DateTime64(9)", "comment": "When it began or happened.", "is_computed": False,
    }  # fmt: skip
    assert "count" in found["functions"]


def test_rate_errors_and_duration(ask):
    asked = {"start": str(T0), "end": str(T0 + 1200 * 10**9), "measure": "p95", "group_by": "service,operation"}
    found = ask("/sonde/red/series", params=asked).json
    assert (found["unit"], found["step_s"], found["truncated"]) == ("ms", 60.0, False)
    assert found["series"][0]["labels"]["service"] == "shop"
    assert ask("/sonde/red/series", params={**asked, "group_by": "none"}).json["series"][0]["labels"] == {}
    assert (
        ask("/sonde/red/series", params={"measure": "x"}, status=400).json["error"]["message"].startswith("measure: ")
    )
