"""The logs view stands on these answers: their shapes, and that what they offer can be asked for again."""

import pytest

from sonde.web.api.fields import FieldsAnswer
from sonde.web.api.logs import HistogramAnswer
from sonde.web.api.patterns import PatternsAnswer
from stored import T0

RANGE = {"start": str(T0), "end": str(T0 + 60 * 10**9), "service": "narrow"}


@pytest.fixture(scope="module", autouse=True)
def lines(desk):
    desk.logs(
        *({"body": f"Order {n} paid", "at_ms": n * 100, "attributes": {"order": n}} for n in range(20)),
        {"body": "disk full", "at_ms": 3, "severity": 17, "event": "disk.full"},
        service="narrow",
    )


def test_patterns(ask):
    answer = ask("/sonde/logs/patterns", params=RANGE).json
    PatternsAnswer.model_validate(answer)
    assert [(one["template"], one["count"]) for one in answer["patterns"]] == [
        ("Order <num> paid", 20),
        ("disk full", 1),
    ]
    assert answer["patterns"][0]["share"] == 20 / 21
    assert answer["patterns"][1]["severities"] == {"ERROR": 1}
    assert answer["sampled"] is False
    found = ask("/sonde/logs", params=RANGE | {"pattern": answer["patterns"][0]["pattern"]}).json["logs"]
    assert len(found) == 20
    left = ask("/sonde/logs", params=RANGE | {"not_pattern": [one["pattern"] for one in answer["patterns"]]}).json[
        "logs"
    ]
    assert left == []


def test_fields(ask):
    answer = ask("/sonde/logs/fields", params=RANGE | {"values": 5}).json
    FieldsAnswer.model_validate(answer)
    order = next(one for one in answer["fields"] if one["name"] == "order")
    assert (order["coverage"], order["distinct"], len(order["values"])) == (20 / 21, 20, 5)
    assert ask("/sonde/logs", params=RANGE | {"event": "disk.full"}).json["logs"][0]["body"] == "disk full"


def test_a_histogram_has_numbers_for_an_axis(ask):
    answer = ask("/sonde/logs/histogram", params=RANGE | {"buckets": 10, "pattern": "disk full"}).json
    HistogramAnswer.model_validate(answer)
    assert answer["buckets"][0]["t"] == T0 / 1e9
    assert sum(sum(one["counts"].values()) for one in answer["buckets"]) == 1


@pytest.mark.parametrize(
    ("path", "params", "names"),
    [
        ("patterns", {"limit": 0}, "limit: "),
        ("fields", {"values": 1000}, "values: "),
        ("", {"pattern": "x" * 9999}, "pattern: "),
    ],
)
def test_refusals_name_the_parameter(ask, path, params, names):
    answer = ask(f"/sonde/logs/{path}".rstrip("/"), params=RANGE | params, status=400)
    assert names in answer.text


def test_a_list_has_the_beginnings_of_long_bodies(desk, ask):
    desk.logs({"body": "x" * 100_000}, {"body": "short"}, service="long")
    found = ask("/sonde/logs", params={"service": "long", "cut": 50}).json["logs"]
    cut, whole = sorted(found, key=lambda one: len(one["body"]), reverse=True)
    assert (cut["body"], cut["body_characters"]) == ("x" * 50, 100_000)
    assert whole["body_characters"] is None
    line = ask("/sonde/logs/context", params={"id": cut["id"], "before": 0, "after": 0}).json["line"]
    assert line["body"] == "x" * 100_000
