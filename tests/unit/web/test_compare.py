"""What the comparison of two traces answers is a contract with its page."""

import json

import pytest

from sonde.web.api.compare import CompareAnswer
from stored import trace_id


@pytest.fixture(scope="module", autouse=True)
def telemetry(desk):
    desk.spans(
        {"trace": 1, "id": 1, "ms": 20, "name": "GET /", "kind": 2, "attributes": {"v": 1}},
        {"trace": 1, "id": 2, "parent": 1, "at_ms": 2, "ms": 5, "status": 2},
    )
    desk.spans(
        {"trace": 2, "id": 1, "ms": 50, "name": "GET /", "kind": 2, "attributes": {"v": float("nan")}},
        {"trace": 2, "id": 3, "parent": 1, "at_ms": 2, "ms": 40, "name": "\x00<b>'\"", "kind": 3},
    )


def test_it_is_as_described(ask):
    answer = ask(f"/sonde/compare?a=1&b={trace_id(2)}").json
    again = CompareAnswer.model_validate_json(json.dumps(answer), strict=True)
    assert json.loads(again.model_dump_json()) == answer
    assert (answer["a"]["duration_ms"], answer["b"]["duration_ms"], answer["a"]["errors"]) == (20.0, 50.0, 1)
    nodes = answer["nodes"]
    assert (nodes["parent"], nodes["depth"], nodes["kind"]) == ([-1, 0, 0], [0, 1, 1], [2, 1, 3])
    assert (nodes["a"]["count"], nodes["b"]["count"]) == ([1, 1, 0], [1, 0, 1])
    assert (sum(nodes["a"]["critical_ms"]), sum(nodes["b"]["critical_ms"])) == (20.0, 50.0)
    assert [answer["names"][index] for index in nodes["b"]["name"]] == ["GET /", "", "\x00<b>'\""]
    assert nodes["b"]["span_id"] == [f"{1:016x}", "", f"{3:016x}"]
    assert answer["attributes"] == [{"node": 0, "service": "shop", "key": "v", "a": ["1"], "b": ['"NaN"']}]
    assert not answer["truncated"]


@pytest.mark.parametrize(("query", "status"), [("a=1&b=9", 404), ("a=1&b=zz", 400), ("a=1", 400)])
def test_refusals(ask, query, status):
    assert ask(f"/sonde/compare?{query}", status=status).json["error"]["message"]
