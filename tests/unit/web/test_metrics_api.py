"""Metrics over the API beside the lines themselves: every answer is as described, every refusal names its parameter."""

import json

import pytest

from sonde.web.api import exemplars, heatmap, labels, metrics
from stored import T0

RANGE = "start=2025-10-09T08:54:00Z&end=2025-10-09T08:55:00Z"


@pytest.fixture(scope="module", autouse=True)
def metric(desk):
    desk.metric(
        "took",
        "histogram",
        [
            {
                "at_s": s, "start_s": 0, "explicit_bounds": [1.0, 2.0], "bucket_counts": [s, s, 0], "count": 2 * s, "sum": 2.5 * s,
                "attributes": {"route": f"/{s}"},
            }
            for s in (10, 20)
        ],
        unit="s",
        aggregation_temporality=2,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("path", "model"),
    [
        (f"/sonde/metrics/exemplars?name=took&{RANGE}", exemplars.ExemplarsAnswer),
        ("/sonde/metrics/labels?name=took&where=route", labels.LabelsAnswer),
        (f"/sonde/metrics/heatmap?name=took&{RANGE}", heatmap.HeatmapAnswer),
        ("/sonde/metrics/series?name=took&group_by=route&limit=1", metrics.SeriesAnswer),
    ],
)
def test_answers_are_as_described(ask, path, model):
    answer = ask(path).json
    again = model.model_validate_json(json.dumps(answer), strict=True)
    assert json.loads(again.model_dump_json()) == answer


def test_labels_and_groups(ask):
    found = ask("/sonde/metrics/labels?name=took").json
    assert [one["name"] for one in found["labels"]] == ["service", "route"]
    one = ask("/sonde/metrics/series?name=took&group_by=route&aggregation=count&limit=1").json
    assert (one["groups"], one["truncated"], [line["labels"] for line in one["series"]]) == (
        2,
        True,
        [{"route": "/20"}],
    )


def test_a_heatmap_holds_what_was_observed(ask):
    found = ask(f"/sonde/metrics/heatmap?name=took&{RANGE}").json
    assert found["bounds"] == [0.0, 1.0, 2.0]
    assert found["times"][0] == T0 / 1e9
    assert sum(map(sum, found["counts"])) == 60


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/sonde/metrics/exemplars", "name"),
        ("/sonde/metrics/exemplars?name=took&limit=0", "limit"),
        ("/sonde/metrics/exemplars?name=took&start=never", "start"),
        ("/sonde/metrics/labels?name=took&where=a=~(", "where"),
        ("/sonde/metrics/heatmap?name=took&step=1", "step"),
        ("/sonde/metrics/series?name=took&limit=1001", "limit"),
    ],
)
def test_what_is_not_understood_names_the_parameter(ask, path, name):
    assert ask(path, status=400).json["error"]["message"].startswith(f"{name}: ")


@pytest.mark.parametrize("resource", ["exemplars", "labels", "heatmap"])
def test_hostile_names_are_just_not_there(ask, resource):
    for name in ("'; DROP TABLE x --", "a\x00b", "%F0%9F%92%A9", "x" * 5000):
        ask(f"/sonde/metrics/{resource}", params={"name": name}, status=404)
