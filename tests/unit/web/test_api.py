"""The JSON is a contract with the command line, the user interface and scripts: every shape is held against its description."""

import json

import pytest

from sonde.web.api import (
    attributes,
    completion,
    edges,
    logs,
    metrics,
    operations,
    scatter,
    services,
    sql,
    stats,
    traces,
)
from sonde.web.api.models import TraceModel
from stored import T0, trace_id


@pytest.fixture(scope="module", autouse=True)
def telemetry(desk):
    desk.spans(
        {"trace": 1, "id": 1, "ms": 20, "name": "GET /", "kind": 2, "attributes": {"n": 2**63 - 1, "nan": float("nan"), "b": b"\xff"},
         "events": [(5, "retry", {"count": 3})], "links": [(2, 9, {"why": "batch"})]},
        {"trace": 1, "id": 2, "parent": 1, "at_ms": 2, "ms": 5, "status": 2, "message": "no", "kind": 3},
        resource={"host.name": "h"},
    )  # fmt: skip
    desk.spans({"trace": 2, "id": 9, "at_ms": 1, "ms": 300}, service="batch")
    desk.logs({"trace": 1, "span": 2, "at_ms": 4, "body": "hello", "severity": 17}, {"body": {"n": 1}, "at_ms": 3})
    desk.metric(
        "requests",
        "sum",
        [{"at_s": s, "start_s": 0, "as_int": s} for s in (10, 20)],
        aggregation_temporality=2,
        is_monotonic=True,
    )


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("/sonde/services", services.ServicesAnswer),
        ("/sonde/operations?service=shop", operations.OperationsAnswer),
        ("/sonde/edges", edges.EdgesAnswer),
        ("/sonde/traces?limit=1", traces.TracesAnswer),
        ("/sonde/traces", traces.TracesAnswer),
        ("/sonde/traces/scatter", scatter.ScatterAnswer),
        ("/sonde/traces/scatter?service=nobody", scatter.ScatterAnswer),
        ("/sonde/traces/1", TraceModel),
        ("/sonde/logs", logs.LogsAnswer),
        ("/sonde/logs/histogram", logs.HistogramAnswer),
        ("/sonde/metrics", metrics.MetricsAnswer),
        ("/sonde/metrics/series?name=requests", metrics.SeriesAnswer),
        ("/sonde/attributes", attributes.AttributesAnswer),
        ("/sonde/attributes/values?key=host.name", attributes.ValuesAnswer),
        ("/sonde/completion?text=h", completion.CompletionAnswer),
        ("/sonde/completion?key=host.name&service=shop", completion.CompletionAnswer),
        ("/sonde/sql?query=SHOW TABLES", sql.SqlModel),
        ("/sonde/stats", stats.StatsAnswer),
    ],
)
def test_answers_are_as_described(ask, path, model):
    answer = ask(path).json
    again = model.model_validate_json(json.dumps(answer), strict=True)
    assert json.loads(again.model_dump_json()) == answer


def test_a_trace_whole(ask):
    trace = ask(f"/sonde/traces/{trace_id(1)}").json
    assert (trace["trace_id"], trace["duration_ms"], trace["errors"], trace["depth"]) == (trace_id(1), 20.0, 1, 2)
    assert trace["start_ns"] == str(T0)
    root, child = trace["spans"]
    assert root["attributes"] == {"n": 2**63 - 1, "nan": "NaN", "b": "/w=="}
    assert root["resource"] == {"service.name": "shop", "host.name": "h"}
    assert root["events"][0]["offset_ms"] == 5.0
    assert root["links"][0]["trace_id"] == trace_id(2)
    assert (child["parent_span_id"], child["depth"], child["offset_ms"], child["duration_ms"], child["status"]) == (
        root["span_id"],
        1,
        2.0,
        5.0,
        "Error",
    )
    assert [record["body"] for record in trace["logs"]] == ["hello"]
    assert ask("/sonde/traces/1?logs=false").json["logs"] == []


def test_traces_as_points(ask):
    found = ask("/sonde/traces/scatter", params={"min_trace_duration": "10ms", "end": str(T0 + 10**9)}).json
    assert (found["traces"], found["traces_exact"], found["spans"], found["failed_spans"]) == (2, True, 3, 1)
    points = found["points"]
    assert points["trace_id"] == [trace_id(1), trace_id(2)]
    assert points["t"] == [T0 / 1e9, (T0 + 10**6) / 1e9]
    assert points["duration_ms"] == [20.0, 300.0]
    assert points["errors"] == [1, 0]
    assert [found["services"][index] for index in points["service"]] == ["shop", "batch"]
    assert [found["names"][index] for index in points["name"]] == ["GET /", "work"]
    assert ask("/sonde/traces/scatter?points=1").json["sampled"] is True


def test_a_search_with_everything(ask):
    query = {"service": "shop", "operation": "GET /", "kind": "server", "status": "unset", "min_duration": "10ms", "max_duration": "1s",
             "start": str(T0), "end": str(T0 + 10**9), "where": ["n>5", "resource.host.name=h", "event.count=3"], "text": "get", "sort": "longest", "limit": 5}  # fmt: skip
    (found,) = ask("/sonde/traces", params=query).json["traces"]
    assert (found["trace_id"], found["root_name"], found["spans"], found["errors"], found["matched"]) == (
        trace_id(1),
        "GET /",
        2,
        1,
        1,
    )
    assert found["services"] == [{"name": "shop", "spans": 2}]


def test_pages(ask):
    first = ask("/sonde/traces?limit=1&start=0").json
    second = ask(f"/sonde/traces?limit=1&start=1&cursor={first['next']}").json
    assert [page["traces"][0]["trace_id"] for page in (first, second)] == [trace_id(1), trace_id(2)]
    assert second["next"] is None


def test_logs_and_what_stood_around_one(ask):
    newest, older = ask("/sonde/logs").json["logs"]
    assert (newest["body"], newest["severity"], newest["trace_id"]) == ("hello", "ERROR", trace_id(1))
    assert older["body"] == {"n": 1}
    around = ask(f"/sonde/logs/context?id={newest['id']}&before=1&after=1").json
    assert (around["before"], around["line"], around["after"]) == ([older], newest, [])
    assert sum(bucket["counts"].get("ERROR", 0) for bucket in ask("/sonde/logs/histogram").json["buckets"]) == 1


def test_a_metric_over_time(ask):
    answer = ask("/sonde/metrics/series?name=requests&aggregation=increase&step=10s&group_by=service,kind").json
    assert (answer["kind"], answer["aggregation"], answer["step_s"]) == ("sum", "increase", 10.0)
    (line,) = answer["series"]
    assert line["labels"] == {"service": "shop", "kind": ""}
    assert [value for _, value in line["points"]] == [10.0, 10.0]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_sql_as_object_and_as_lines(ask, method):
    asked = {"query": "SELECT number AS n FROM numbers(3)", "limit": 2, "timeout": "5s"}
    given = {"params": asked} if method == "GET" else {"json": asked}
    answer = ask("/sonde/sql", method=method, **given).json
    assert answer.pop("elapsed_ms") > 0
    assert answer == {
        "columns": [{"name": "n", "type": "UInt64"}], "rows": [{"n": 0}, {"n": 1}], "truncated": True,
    }  # fmt: skip
    lines = ask("/sonde/sql", method=method, headers={"Accept": "application/x-ndjson"}, **given)
    assert lines.headers["content-type"] == "application/x-ndjson"
    assert lines.text == '{"n":0}\n{"n":1}\n'


def test_a_refused_statement_is_a_status_also_where_lines_were_wanted(ask):
    for query, status in (
        ("SELECT file('/etc/passwd')", 403),
        ("SELECT nosuch FROM otel_logs", 400),
        ("SELECT throwIf(1)", 400),
    ):
        answer = ask("/sonde/sql", params={"query": query}, headers={"Accept": "application/x-ndjson"}, status=status)
        assert answer.json["error"]["message"].startswith("query: ")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/sonde/traces?limit=abc", "limit"),
        ("/sonde/traces?limit=0", "limit"),
        ("/sonde/traces?min_duration=fast", "min_duration"),
        ("/sonde/traces?start=yesterday", "start"),
        ("/sonde/traces?start=now&end=-1h", "end"),
        ("/sonde/traces?where=a=~(", "where"),
        ("/sonde/traces/xyz", "trace_id"),
        ("/sonde/services?end=x", "end"),
        ("/sonde/operations?kind=x", "kind"),
        ("/sonde/logs?severity=loud", "severity"),
        ("/sonde/logs/context", "id"),
        ("/sonde/logs/histogram?buckets=0", "buckets"),
        ("/sonde/metrics/series", "name"),
        ("/sonde/metrics/series?name=requests&step=1", "step"),
        ("/sonde/attributes?signal=x", "signal"),
        ("/sonde/attributes/values", "key"),
        ("/sonde/sql", "query"),
        ("/sonde/sql?query=SELECT 1&timeout=1h", "timeout"),
        ("/sonde/sql?query=SELECT 1&limit=0", "limit"),
    ],
)
def test_what_is_not_understood_is_400_and_names_the_parameter(ask, path, name):
    error = ask(path, status=400).json["error"]
    assert error["category"] == "validation"
    assert error["message"].startswith(f"{name}: ")
    assert error["advice"]


def test_what_is_not_there_is_404(ask):
    for path in ("/sonde/traces/abc", "/sonde/metrics/series?name=nosuch", "/sonde/nosuch", "/docs", "/redoc"):
        assert ask(path, status=404).json["error"]["category"] == "not_found"


def test_tenants_see_their_own(ask, desk):
    desk.store.ensure_tenant("other")
    assert ask("/sonde/services", headers={"X-Scope-OrgID": "other"}).json == {"services": []}
    assert (
        ask("/sonde/services", headers={"X-Scope-OrgID": "nobody"}, status=403).json["error"]["category"]
        == "authorization"
    )
    unheard_of = ask("/sonde/services", headers={"X-Scope-OrgID": "unheard_of"}, status=404)
    assert unheard_of.json["error"]["category"] == "not_found"
