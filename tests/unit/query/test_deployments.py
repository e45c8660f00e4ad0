"""What changed is the first question after what broke: deployments must be found once, also canaries and rollbacks."""

import pytest

from sonde.query import Query
from sonde.query.deployments import Versioned, changes
from stored import T0

S = 10**9


def seen(*steps):
    """Versions by step, each `version: (spans, errors)`; moments follow the steps."""
    return [
        Versioned(version, step, spans, errors, step * S + place)
        for step, versions in enumerate(steps)
        for place, (version, (spans, errors)) in enumerate(versions.items())
    ]


def told(*steps):
    return [(one.from_version, one.to_version, one.at_ns // S, one.is_rollback) for one in changes("web", seen(*steps))]


def test_a_service_that_stays_has_none():
    assert told({"1": (50, 0)}, {"1": (50, 0)}) == []
    assert changes("web", []) == []


def test_a_new_version_is_one_deployment():
    (one,) = changes("web", seen({"1": (50, 1)}, {"1": (20, 0), "2": (30, 15)}, {"2": (50, 25)}))
    assert (one.from_version, one.to_version, one.at_ns) == ("1", "2", S + 1)
    assert (one.before.spans, one.before.errors, one.after.spans, one.after.errors) == (70, 1, 80, 40)
    assert one.is_worse
    assert not one.is_rollback


def test_a_rollback_is_a_deployment_too():
    assert told({"1": (50, 0)}, {"2": (50, 9)}, {"1": (50, 0)}) == [("1", "2", 1, False), ("2", "1", 2, True)]


def test_what_runs_side_by_side_is_told_once():
    steps = [{"1": (95, 0)}] + [{"1": (95, 0), "2": (5, 0)} if n % 2 else {"1": (100, 0)} for n in range(1, 9)]
    assert told(*steps) == [("1", "2", 1, False)]
    assert told(*[{"1": (50, 0), "2": (50, 0)}] * 4) == []


def test_few_failures_of_few_are_not_called_worse():
    (one,) = changes("web", seen({"1": (50, 5)}, {"2": (3, 1)}))
    assert not one.is_worse


@pytest.fixture(scope="module")
def deployed(desk):
    def spans(first, last, version, status, kind=2):
        desk.spans(
            *(
                {"trace": 1 + n, "id": 1 + n, "at_ms": n * 100, "kind": kind, "status": status}
                for n in range(first, last)
            ),
            service="checkout",
            resource={"service.version": version} if version else {},
        )

    spans(0, 100, "2.4.1", 0)
    spans(100, 150, "2.5.0", 2)
    spans(100, 150, "2.5.0", 0, kind=3)
    spans(150, 200, "2.4.1", 0)
    spans(200, 220, "", 0)
    return desk


def test_deployments_are_found_in_spans(deployed, query):
    back, bad = query.deployments(T0 + 5 * S, T0 + 30 * S).items
    assert (bad.service, bad.from_version, bad.to_version, bad.at_ns) == ("checkout", "2.4.1", "2.5.0", T0 + 10 * S)
    assert (bad.before.error_ratio, bad.after.spans, bad.after.error_ratio, bad.is_worse) == (0.0, 50, 1.0, True)
    assert (back.to_version, back.is_rollback, back.is_worse) == ("2.4.1", True, False)
    assert query.deployments(T0 - 100 * S, T0 + 9 * S).items == []


def test_and_in_the_rollup_where_there_are_many(deployed, monkeypatch):
    monkeypatch.setattr("sonde.query.deployments._MOST_SPANS", 0)
    desk = type(deployed)(deployed.store, "minutes")
    for minute, version in ((0, "1"), (1, "1"), (2, "2"), (3, "2")):
        desk.spans(
            *({"trace": 1 + n, "id": 1, "at_ms": minute * 60_000 + n, "kind": 2} for n in range(20)),
            service="web",
            resource={"service.version": version},
        )
    found = Query(desk.store, "minutes").deployments(T0, T0 + 240 * S)
    (one,) = found.items
    assert not found.is_exact
    assert (one.from_version, one.to_version, one.at_ns, one.after.spans) == ("1", "2", T0 + 120 * S, 40)
