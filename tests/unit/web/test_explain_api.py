"""The question "why are these different?" against an engine: the planted cause must come first, also of whole traces and of logs."""

import pytest

from stored import T0

RANGE = {"start": str(T0 - 10**9), "end": str(T0 + 600 * 10**9)}


@pytest.fixture(scope="module", autouse=True)
def told(desk):
    """200 requests; those with provider `north` fail, and those of tier `gold` are slow because of a store two calls below."""
    front, pay, base = [], [], []
    for number in range(1, 201):
        north, gold = number % 3 == 0, number % 4 == 0
        attributes = {"provider": "north" if north else "east", "user.id": f"u{number}", "amount": number}
        ms = 400 if gold else 20
        front.append({"trace": number, "id": 1, "name": "GET /", "kind": 2, "at_ms": number * 100, "ms": ms})
        pay.append(
            {"trace": number, "id": 2, "parent": 1, "name": "pay", "kind": 2, "at_ms": number * 100, "ms": 10}
            | {"status": 2 if north else 0, "attributes": attributes}
        )
        base.append(
            {"trace": number, "id": 3, "parent": 2, "name": "query", "kind": 3, "at_ms": number * 100, "ms": ms - 5}
            | {"attributes": {"tier": "gold" if gold else "basic"}}
        )
    desk.spans(*front, service="front", resource={"service.version": "1.0"})
    desk.spans(*pay, service="pay")
    desk.spans(*base, service="base")
    desk.logs(
        *(
            {"at_ms": n * 100, "severity": 17 if n % 5 == 0 else 9, "attributes": {"shard": n % 5}}
            for n in range(1, 101)
        )
    )


def explained(ask, selection, base=None, **more):
    question = {"base": RANGE | (base or {}), "selection": RANGE | selection} | more
    return ask("/sonde/explain", method="POST", json=question).json


def test_failed_spans_are_told_by_their_provider(ask):
    answer = explained(ask, {"status": "error"}, {"service": "pay"})
    assert (answer["selected"], answer["rest"], answer["sample"]) == (66, 134, 1)
    first = answer["keys"][0]
    assert first["key"] == "span.provider"
    assert first["values"][0]["selected_share"] in {0, 1}
    assert "span.user.id" in answer["left_out"]


def test_slow_traces_are_told_by_what_a_span_below_carries(ask):
    answer = explained(ask, {"min_trace_duration": "300ms"}, unit="traces")
    assert (answer["selected"], answer["rest"]) == (50, 150)
    assert answer["keys"][0]["key"] == "span.tier"


def test_a_part_of_the_time_is_a_selection_too(ask):
    part = {"start": str(T0 + 15_000 * 10**6), "end": str(T0 + 30_000 * 10**6)}
    answer = explained(ask, part, {"service": "pay"})
    assert answer["selected"] == 51
    (amount,) = [one for one in answer["keys"] if one["key"] == "span.amount"]
    assert amount["is_number"]
    assert amount["values"][-1]["selected"] > amount["values"][0]["selected"]


def test_logs_are_told_by_their_attributes(ask):
    answer = explained(ask, {"severity": "error"}, signal="logs")
    assert (answer["selected"], answer["rest"]) == (20, 80)
    assert answer["keys"][0]["key"] == "log.shard"


def test_nothing_selected_is_an_answer_and_nonsense_is_not(ask):
    assert explained(ask, {"service": "nobody"})["selected"] == 0
    refused = ask(
        "/sonde/explain",
        method="POST",
        status=400,
        json={"signal": "logs", "unit": "traces", "base": RANGE, "selection": RANGE},
    )
    assert "unit" in refused.json["error"]["message"]
    refused = ask("/sonde/explain", method="POST", status=400, json={"base": {"colour": "red"}, "selection": {}})
    assert "colour" in refused.json["error"]["message"]
