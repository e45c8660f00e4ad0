"""Jaeger's v1 API over HTTP: the envelope, the statuses, and every path that Grafana's data source calls."""

from __future__ import annotations

import pytest

from sonde.core.errors import UnavailableError
from sonde.query.trace import Trace
from unit.web.compat.example_spans import SHORT_ID, TRACE_ID, FakeQuery, client_of, full_span, plain_span


@pytest.fixture
def query():
    spans = [plain_span(), full_span(parent_span_id="a" * 16)]
    return FakeQuery({TRACE_ID: Trace(TRACE_ID, spans), SHORT_ID: Trace(SHORT_ID, [plain_span(trace_id=SHORT_ID)])})


@pytest.fixture
def client(query):
    return client_of(query)


def envelope(data, total=0, errors=None):
    return {"data": data, "total": total, "limit": 0, "offset": 0, "errors": errors}


def test_services(client):
    assert client.get("/api/services").json() == envelope(["cart", "my.service"], 2)


@pytest.mark.parametrize("path", ["/api/services/my%2Fservice/operations", "/api/services/my/service/operations"])
def test_operations_of_a_service_once_each(client, path):
    assert client.get(path).json() == envelope(["GET /", "work"], 2)


def test_operations_with_their_kinds(client):
    answer = client.get("/api/operations", params={"service": "my/service"}).json()
    assert [(each["name"], each["spanKind"]) for each in answer["data"]] == [
        ("GET /", "server"),
        ("GET /", "client"),
        ("work", ""),
    ]
    assert client.get("/api/operations?service=my/service&spanKind=client").json()["total"] == 1


def test_operations_want_a_service(client):
    answer = client.get("/api/operations")
    assert answer.status_code == 400
    assert answer.json() == envelope(None, errors=[{"code": 400, "msg": "parameter 'service' is required"}])


def test_search(client, query):
    answer = client.get("/api/traces", params={"service": "my.service", "tags": '{"error":"true"}', "limit": 1}).json()
    assert [trace["traceID"] for trace in answer["data"]] == [TRACE_ID]
    assert len(answer["data"][0]["spans"]) == 2
    assert (query.searches[0].service, query.searches[0].status, query.searches[0].limit) == ("my.service", "error", 1)


def test_search_that_finds_nothing_is_an_empty_list(client, query):
    query.stored.clear()
    assert client.get("/api/traces?service=x").json() == envelope([])


def test_traces_by_their_ids(client):
    answer = client.get(f"/api/traces?traceID={TRACE_ID}&traceID=1234567890ABCDEF&traceID=ffff").json()
    assert [trace["traceID"] for trace in answer["data"]] == [TRACE_ID, "1234567890abcdef"]
    assert answer["errors"] == [{"msg": "trace not found", "traceID": "000000000000ffff"}]


@pytest.mark.parametrize("trace_id", [TRACE_ID, TRACE_ID.upper()])
def test_one_trace(client, trace_id):
    answer = client.get(f"/api/traces/{trace_id}", params={"start": 1, "end": 2}).json()
    assert [span["operationName"] for span in answer["data"][0]["spans"]] == ["root", "I'm a server span"]


def test_a_trace_that_is_not_there(client):
    answer = client.get("/api/traces/ffff")
    assert (answer.status_code, answer.json()) == (
        404,
        envelope(None, errors=[{"code": 404, "msg": "trace not found"}]),
    )
    assert client.get("/api/traces/0").status_code == 404


@pytest.mark.parametrize(
    "path", ["/api/traces/xyz", "/api/traces?start=x", "/api/traces?traceID=!", "/api/dependencies?endTs=x"]
)
def test_bad_requests(client, path):
    answer = client.get(path)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == 400


def test_dependencies(client, query):
    answer = client.get("/api/dependencies", params={"endTs": 1_700_000_000_000, "lookback": 3_600_000})
    assert answer.json()["data"] == [
        {"parent": "a", "child": "b", "callCount": 3},
        {"parent": "c", "child": "d", "callCount": 1},
    ]
    assert query.asked_edges == (1_699_996_400_000 * 10**6, 1_700_000_000_000 * 10**6)
    assert client.get("/api/dependencies?service=a").json()["data"] == [{"parent": "a", "child": "b", "callCount": 3}]
    assert query.asked_edges[1] - query.asked_edges[0] == 86_400 * 10**9


def test_trouble_behind_is_said_in_the_envelope(client, query):
    query.error = UnavailableError("the store is starting")
    answer = client.get("/api/services")
    assert (answer.status_code, answer.json()["errors"]) == (503, [{"code": 503, "msg": "the store is starting"}])
