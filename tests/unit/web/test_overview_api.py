"""One call draws the first page: its shape is a contract with the pages, and it must answer whatever was sent."""

import json

import pytest

from sonde.query.stats import TableStats
from sonde.web.api.overview_models import OverviewAnswer
from sonde.web.ingest_health import ingest_health
from stored import T0, trace_id

START_S = T0 // 10**9
RANGE = f"start={START_S}&end={START_S + 60}"


@pytest.fixture(scope="module", autouse=True)
def telemetry(desk):
    for version, first, status in (("1", 0, 0), ("2", 30, 2)):
        desk.spans(
            *({"trace": first + n + 1, "id": 1, "at_ms": (first + n) * 1000, "kind": 2, "ms": 20, "status": status,
               "events": [(0, "exception", {"exception.type": "KeyError", "exception.message": "'platinum'"})] if status else []}
              for n in range(30)),
            service="checkout",
            resource={"service.version": version},
        )  # fmt: skip
    desk.spans(
        {"trace": 900, "id": 1, "name": "<b>\x00\u202e", "status": 2, "message": "'\""}, service="'; DROP TABLE\u202e"
    )
    desk.metric("process.memory.usage", "gauge", [{"at_s": n, "as_double": 100.0 + 10 * n} for n in range(50)], service="leaky", unit="By")  # fmt: skip


def test_the_answer_is_as_described(ask):
    answer = ask(f"/sonde/overview?{RANGE}").json
    again = OverviewAnswer.model_validate_json(json.dumps(answer), strict=True)
    assert json.loads(again.model_dump_json()) == answer


def test_everything_that_broke_is_in_one_answer(ask):
    answer = ask(f"/sonde/overview?{RANGE}").json
    first = answer["services"][0]
    assert (first["name"], first["now"]["error_ratio"]) == ("checkout", 0.5)
    assert first["trouble"] > 50
    assert len(first["course"]["rate_per_s"]) == (answer["end_s"] - answer["start_s"]) / answer["step_s"] == 60
    (group,) = [one for one in answer["errors"]["groups"] if one["type"] == "KeyError"]
    assert (group["count"], group["message"], group["trace_id"]) == (30, "'platinum'", trace_id(60))
    (deployed,) = answer["deployments"]["items"]
    assert (deployed["from_version"], deployed["to_version"], deployed["t"]) == ("1", "2", START_S + 30)
    assert deployed["is_worse"]
    (leak,) = answer["growing"]
    assert (leak["service"], leak["unit"]) == ("leaky", "By")
    assert leak["factor"] > 3


def test_without_data_it_answers_too(ask):
    answer = ask("/sonde/overview?start=2001-01-01&end=2001-01-02").json
    assert (answer["services"], answer["errors"]["groups"], answer["begun_s"]) == ([], [], None)
    assert ask("/sonde/overview").json["services"] == []
    nobody = ask("/sonde/overview", headers={"x-scope-orgid": "fresh"}, status=404).json
    assert nobody["error"]["category"] == "not_found"


@pytest.mark.parametrize(
    "asked", ["start=0&end=9223372036854775807", "start=1970-01-01", f"start={START_S}&end={START_S}.000000001"]
)
def test_absurd_ranges_are_answered(ask, asked):
    OverviewAnswer.model_validate_json(json.dumps(ask(f"/sonde/overview?{asked}").json), strict=True)


def test_an_empty_range_is_refused_with_the_mend(ask):
    assert "start" in ask("/sonde/overview?start=now&end=-1h", status=400).json["error"]["message"]


def test_ingest_health_adds_up_doors_and_tells_trouble():
    parts = {
        "door-0": {"ready": True, "trouble": "", "accepted": {"traces": 5}, "refused": {"malformed": 1}},
        "door-1": {"ready": False, "trouble": "has not reported for 12 s", "accepted": {"traces": 2, "logs": 1}},
        "store": {
            "ready": True,
            "note": "35s behind",
            "ingest": {"lag_s": 35.0, "waiting": 3, "poisoned": 1, "damaged": 2},
        },
    }
    tables = [
        TableStats("otel_traces", 10, 100, 500, 1, "", "2026-01-01T00:00:00Z"),
        TableStats("otel_traces_trace_id_ts", 10, 100, 500, 1),
        TableStats("otel_metrics_gauge", 3, 10, 50, 1, "", "2026-01-01T00:00:05Z"),
        TableStats("otel_metrics_sum_local", 4, 10, 50, 1, "", "2026-01-01T00:00:01Z"),
    ]
    health = ingest_health(parts, tables)
    assert not health["ready"]
    assert health["troubles"] == ["door-1: has not reported for 12 s", "store: 35s behind"]
    assert health["accepted"] == {"traces": 7, "logs": 1}
    assert health["refused"] == [{"reason": "malformed", "requests": 1}]
    assert (health["set_aside"], health["waiting_segments"], health["lag_s"]) == (3, 3, 35.0)
    assert [(one["signal"], one["rows"], one["newest"]) for one in health["stored"]] == [
        ("traces", 10, "2026-01-01T00:00:00Z"), ("logs", 0, ""), ("metrics", 7, "2026-01-01T00:00:05Z"),
    ]  # fmt: skip
