"""The answers behind the map and a service's page are as described, also where there is nothing and for hostile names."""

import json

import pytest

from sonde.web.api import servicemap, servicepage
from stored import T0

RANGE = f"start={T0 // 10**9}&end={T0 // 10**9 + 1200}"


@pytest.fixture(scope="module", autouse=True)
def telemetry(desk):
    desk.spans(
        {"trace": 1, "id": 1, "ms": 20, "name": "GET /", "kind": 2},
        {"trace": 1, "id": 2, "parent": 1, "at_ms": 2, "ms": 5, "status": 2, "kind": 3},
        service="a/b ?\u202e",
        resource={"service.version": "1", "host.name": "h" * 1000},
    )


@pytest.mark.parametrize(
    ("path", "model"),
    [
        (f"/sonde/map?{RANGE}", servicemap.MapAnswer),
        ("/sonde/map", servicemap.MapAnswer),
        (f"/sonde/service?{RANGE}&service=a/b%20%3F%E2%80%AE", servicepage.ServicePageAnswer),
        (f"/sonde/service?start={T0 // 10**9}&end={T0 // 10**9 + 5}&service=a/b%20%3F%E2%80%AE", servicepage.ServicePageAnswer),
        ("/sonde/service?service=nosuch", servicepage.ServicePageAnswer),
        ("/sonde/service", servicepage.ServicePageAnswer),
        ("/sonde/service?start=0&end=9223372036854775807", servicepage.ServicePageAnswer),
        (f"/sonde/service/trouble?{RANGE}&service=a/b%20%3F%E2%80%AE", servicepage.TroubleAnswer),
        ("/sonde/service/trouble?service=nosuch", servicepage.TroubleAnswer),
    ],
)  # fmt: skip
def test_answers_are_as_described(ask, path, model):
    answer = ask(path).json
    again = model.model_validate_json(json.dumps(answer), strict=True)
    assert json.loads(again.model_dump_json()) == answer


def test_a_service_whole(ask):
    page = ask("/sonde/service", params={"service": "a/b ?\u202e", "start": str(T0), "end": str(T0 + 10**9)}).json
    assert (page["service"], page["spans"], page["errors"], page["judged_by"]) == ("a/b ?\u202e", 1, 0, "entry")
    assert [one["name"] for one in page["operations"]] == ["GET /", "work"]
    assert len(page["times"]) == len(page["course"]["p95_ms"]) == len(page["heat"]["counts"])
    (instance,) = ask("/sonde/service/trouble", params={"service": "a/b ?\u202e", "start": str(T0), "end": str(T0 + 10**9)}).json["instances"]  # fmt: skip
    assert instance["name"] == "h" * 200, "long names are cut"


@pytest.mark.parametrize(
    ("path", "name"),
    [("/sonde/map?limit=0", "limit"), ("/sonde/map?start=x", "start"), ("/sonde/service?start=now&end=-1h", "end"), ("/sonde/service/trouble?end=never", "end")],
)  # fmt: skip
def test_what_is_not_understood_is_400_and_names_the_parameter(ask, path, name):
    assert ask(path, status=400).json["error"]["message"].startswith(f"{name}: ")


def test_errors_are_of_the_service_alone(ask, desk):
    desk.spans({"trace": 50, "id": 1, "kind": 2, "status": 2, "message": "mine"}, service="mine")
    desk.spans({"trace": 51, "id": 1, "kind": 2, "status": 2, "message": "other"}, service="other")
    desk.logs({"severity": 17, "body": "other log"}, service="other")
    errors = ask("/sonde/service/trouble", params={"service": "mine", "start": str(T0), "end": str(T0 + 10**9)}).json["errors"]  # fmt: skip
    assert [(one["service"], one["message"]) for one in errors["groups"]] == [("mine", "mine")]
