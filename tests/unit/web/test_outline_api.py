"""A trace's page draws from these answers alone: positions must fit, nothing hostile may break them."""

import json

import pytest

from sonde.web.api import outline
from sonde.web.api.models import SpanDetailModel
from stored import T0, trace_id

HOSTILE = "<img src=x onerror=alert(1)>\u202e\x00'\"\\"


@pytest.fixture(scope="module", autouse=True)
def telemetry(desk):
    desk.spans(
        {"trace": 1, "id": 1, "ms": 100, "name": "GET /", "kind": 2, "attributes": {"user.id": "ada", HOSTILE: HOSTILE}},
        {"trace": 1, "id": 2, "parent": 1, "at_ms": 10, "ms": 20, "kind": 3, "name": "fetch", "status": 2, "message": "refused",
         "attributes": {"url.full": "http://x/1"}, "events": [(20, "exception", {"exception.type": "OSError"})]},
        {"trace": 1, "id": 3, "parent": 1, "at_ms": 40, "ms": 20, "kind": 3, "name": "fetch", "attributes": {"url.full": "http://x/1"},
         "links": [(2, 9, {})]},
        {"trace": 1, "id": 4, "parent": 77, "at_ms": 50, "ms": 1, "name": "n" * 600},
    )  # fmt: skip
    desk.spans({"trace": 1, "id": 5, "parent": 3, "at_ms": 45, "ms": 5, "kind": 2, "name": HOSTILE}, service="stock")
    desk.spans({"trace": 1, "id": 5, "parent": 3, "at_ms": 45, "ms": 5, "kind": 2, "name": HOSTILE}, service="stock")
    desk.logs(
        {"trace": 1, "span": 2, "at_ms": 15, "body": "connecting", "severity": 13},
        {"trace": 1, "span": 88, "body": "x" * 600},
    )


@pytest.fixture
def drawn(ask):
    return ask("/sonde/traces/1/outline").json


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("/sonde/traces/1/outline", outline.OutlineAnswer),
        ("/sonde/traces/1/spans/2", SpanDetailModel),
        ("/sonde/traces/1/find?text=fetch", outline.FindAnswer),
    ],
)
def test_answers_are_as_described(ask, path, model):
    answer = ask(path).json
    again = model.model_validate_json(json.dumps(answer), strict=True)
    assert json.loads(again.model_dump_json()) == answer


def test_the_tree_as_positions(drawn):
    spans = drawn["spans"]
    assert [int(one, 16) for one in spans["id"]] == [1, 2, 3, 5, 4]
    assert spans["parent"] == [-1, 0, 0, 2, -1]
    assert spans["depth"] == [0, 1, 1, 2, 0]
    assert spans["children"] == [3, 0, 1, 0, 0]
    assert spans["start"][:3] == [0, 10_000_000, 40_000_000]
    assert (drawn["start_ns"], drawn["duration_ns"], drawn["depth"], drawn["errors"]) == (str(T0), 100_000_000, 3, 1)
    assert (drawn["total"], drawn["truncated"]) == (5, False)
    assert drawn["services"] == [{"name": "shop", "spans": 4, "errors": 1}, {"name": "stock", "spans": 1, "errors": 0}]
    names = [drawn["names"][position] for position in spans["name"]]
    assert names[:4] == ["GET /", "fetch", "fetch", HOSTILE]
    assert names[4] == "n" * 500 + "…"


def test_what_is_seen_at_a_glance(drawn):
    flags = drawn["spans"]["flags"]
    assert flags[1] & (8 | 16 | 64 | 256) == 8 | 16 | 64 | 256
    assert (flags[2] & 4, flags[2] & 32, flags[4] & 1) == (4, 32, 1)
    assert flags[0] & 2
    assert sum(end - start for _, start, end in drawn["critical"]) == drawn["duration_ns"]
    assert {one["kind"] for one in drawn["findings"]} >= {"error", "retries"}


def test_logs_hang_on_their_span_and_are_cut(drawn):
    other, told = drawn["logs"]
    assert (told["span"], told["offset_ns"], told["severity"], told["body"], told["cut"]) == (1, 15_000_000, "WARN", "connecting", False)  # fmt: skip
    assert (other["span"], len(other["body"]), other["cut"]) == (-1, 500, True)


def test_a_span_whole(ask):
    detail = ask("/sonde/traces/1/spans/1").json
    assert detail["spans"][0]["attributes"] == {"user.id": "ada", HOSTILE: HOSTILE}
    detail = ask("/sonde/traces/1/spans/0000000000000002").json
    (event,) = detail["spans"][0]["events"]
    assert (event["offset_ms"], event["attributes"]) == (10.0, {"exception.type": "OSError"})
    assert [log["body"] for log in detail["logs"]] == ["connecting"]


@pytest.mark.parametrize(
    ("text", "positions"),
    [
        ("fetch", [1, 2]), ("ADA", [0]), ("user.id", [0]), ("oserror", [1]), ("refused", [1]), ("connecting", [1]),
        ("fetch -refused", [2]), ("stock", [3]), ('"<img src=x"', [0, 3]), ("nowhere", []), ("0000000000000003", [2]),
    ],
)  # fmt: skip
def test_text_is_found_wherever_it_stands(ask, text, positions):
    assert ask("/sonde/traces/1/find", params={"text": text}).json == {"spans": positions, "truncated": False}


def test_a_download_is_otlp(ask):
    answer = ask("/sonde/traces/1/otlp")
    assert answer.headers["content-disposition"] == f'attachment; filename="trace-{trace_id(1)}.json"'
    spans = [span for group in answer.json["resourceSpans"] for scope in group["scopeSpans"] for span in scope["spans"]]
    assert len(spans) == 5


@pytest.mark.parametrize(
    ("path", "status", "name"),
    [
        ("/sonde/traces/abc/outline", 404, "trace_id"),
        ("/sonde/traces/xyz/outline", 400, "trace_id"),
        ("/sonde/traces/1/spans/99", 404, "span_id"),
        ("/sonde/traces/1/spans/xyz", 400, "span_id"),
        ("/sonde/traces/1/find", 400, "text"),
        ("/sonde/traces/abc/find?text=a", 404, "trace_id"),
        ("/sonde/traces/abc/otlp", 404, "trace_id"),
    ],
)
def test_refusals_name_the_parameter(ask, path, status, name):
    assert ask(path, status=status).json["error"]["message"].startswith(f"{name}: ")
