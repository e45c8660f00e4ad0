"""Jaeger's v3 API over HTTP: what Jaeger's user interface and Grafana read, and 404 where v3 says 404."""

from __future__ import annotations

import pytest

from sonde.core.errors import UnavailableError
from sonde.query.trace import Trace
from sonde.web.otlp_json import resource_spans
from unit.web.compat.example_spans import SHORT_ID, START_NS, TRACE_ID, FakeQuery, client_of, full_span, plain_span

RANGE = "query.startTimeMin=2018-12-13T00:00:00Z&query.startTimeMax=2018-12-14T00:00:00Z"


@pytest.fixture
def query():
    return FakeQuery(
        {TRACE_ID: Trace(TRACE_ID, [full_span()]), SHORT_ID: Trace(SHORT_ID, [plain_span(trace_id=SHORT_ID)])}
    )


@pytest.fixture
def client(query):
    return client_of(query)


def test_services(client):
    assert client.get("/api/v3/services").json() == {"services": ["cart", "my.service"]}


@pytest.mark.parametrize("name", ["spanKind", "span_kind"])
def test_operations(client, name):
    everything = client.get("/api/v3/operations?service=my/service").json()
    assert everything == {
        "operations": [
            {"name": "GET /", "spanKind": "server"},
            {"name": "GET /", "spanKind": "client"},
            {"name": "work", "spanKind": "internal"},
        ]
    }
    assert len(client.get(f"/api/v3/operations?service=my/service&{name}=server").json()["operations"]) == 1


def test_one_trace_is_otlp(client):
    answer = client.get(f"/api/v3/traces/{TRACE_ID}")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {"result": {"resourceSpans": resource_spans([full_span()])}}


def test_search_joins_the_traces_into_one_object(client, query):
    answer = client.get(f"/api/v3/traces?{RANGE}&query.service_name=my.service&query.num_traces=20").json()
    groups = answer["result"]["resourceSpans"]
    assert {span["traceId"] for group in groups for scope in group["scopeSpans"] for span in scope["spans"]} == {
        TRACE_ID,
        SHORT_ID,
    }
    assert (query.searches[0].service, query.searches[0].limit) == ("my.service", 20)


@pytest.mark.parametrize("path", [f"/api/v3/traces?{RANGE}", "/api/v3/traces/ffff"])
def test_nothing_found_is_404_with_v3s_body(client, query, path):
    query.stored.clear()
    answer = client.get(path)
    assert answer.status_code == 404
    error = answer.json()["error"]
    assert (error["httpCode"], error["grpcCode"]) == (404, 5)
    assert error["message"]


@pytest.mark.parametrize(
    "path",
    [
        "/api/v3/traces",
        "/api/v3/traces/xyz",
        "/api/v3/operations",
        "/api/v3/trace-summaries?" + RANGE + "&query.searchDepth=x",
    ],
)
def test_bad_requests(client, path):
    answer = client.get(path)
    assert answer.status_code == 400
    assert answer.json()["error"]["httpCode"] == 400


def test_summaries_as_the_user_interface_lists_them(client):
    answer = client.get(f"/api/v3/trace-summaries?{RANGE}&query.searchDepth=1").json()
    assert answer == {
        "summaries": [
            {
                "traceId": TRACE_ID,
                "rootServiceName": "my.service",
                "rootOperationName": "root",
                "minStartTimeUnixNano": str(START_NS),
                "maxEndTimeUnixNano": str(START_NS + 1500),
                "spanCount": 2,
                "errorSpanCount": 1,
                "services": [{"name": "my.service", "spanCount": 2}],
            }
        ]
    }


def test_no_summaries_are_an_empty_list(client, query):
    query.stored.clear()
    assert client.get(f"/api/v3/trace-summaries?{RANGE}").json() == {"summaries": []}


def test_trouble_behind_keeps_its_status(client, query):
    query.error = UnavailableError("the store is starting")
    answer = client.get("/api/v3/services")
    assert (answer.status_code, answer.json()["error"]["message"]) == (503, "the store is starting")
