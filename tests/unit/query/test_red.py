"""Charts of rate, errors and duration must agree with the figures beside them, from rollups and from spans alike."""

import pytest

from sonde.core.clock import ManualClock
from sonde.core.errors import ValidationError
from sonde.query import Query
from sonde.query.red import MEASURES, RedQuestion
from stored import T0

MINUTE = 60 * 10**9
END = T0 + 20 * MINUTE


@pytest.fixture(scope="module", autouse=True)
def telemetry(desk):
    def minute(n, service, kind, name, **more):
        base = n * 60_000
        return [
            {"id": base + i + 1, "trace": base + i + 1, "at_ms": base + i * 1000, "name": name, "kind": kind, **more}
            for i in range(6)
        ]

    for n in (0, 1, 4):
        desk.spans(*minute(n, "shop", 2, "GET /", ms=100), service="shop")
        desk.spans(*minute(n, "shop", 3, "call", ms=900), service="shop")
    desk.spans(*minute(1, "shop", 2, "POST /", ms=200, status=2, attributes={"http.route": "/b"}), service="shop")
    desk.spans(*minute(2, "job", 1, "step", ms=50), service="job")


@pytest.fixture(scope="module")
def query(desk):
    return Query(desk.store, desk.tenant, clock=ManualClock(END))


def lines(query, **asked):
    asked = {"start_ns": T0, "end_ns": END, "step_ns": MINUTE, **asked}
    found = query.red_series(RedQuestion(**asked))
    return {tuple(one.labels.values()): [(round((t * 1e9 - T0) / MINUTE), v) for t, v in one.points] for one in found.series}  # fmt: skip


def test_services_are_judged_by_entry_spans(query):
    found = lines(query)
    assert list(found) == [("shop",), ("job",)]
    assert found[("shop",)][:6] == [(0, 0.1), (1, 0.2), (2, 0.0), (3, 0.0), (4, 0.1), (5, 0.0)]
    assert dict(found[("job",)])[2] == 0.1
    assert len(found[("shop",)]) == 20


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("error_ratio", [(0, 0.0), (1, 0.5), (4, 0.0)]),
        ("avg", [(0, 100.0), (1, 150.0), (4, 100.0)]),
        ("p99", [(0, 100.0), (1, 200.0), (4, 100.0)]),
    ],
)
def test_where_nothing_happened_there_is_no_ratio_and_no_duration(query, measure, expected):
    found = lines(query, measure=measure, service="shop")[("shop",)]
    assert [at for at, _ in found] == [at for at, _ in expected]
    assert [value for _, value in found] == pytest.approx([value for _, value in expected], rel=0.02)


def test_errors_are_a_rate(query):
    assert dict(lines(query, measure="errors")[("shop",)])[1] == 0.1


def test_spans_and_rollups_agree(query):
    for measure in MEASURES:
        rolled = lines(query, measure=measure)
        raw = lines(query, measure=measure, where=("!nosuch",))
        assert rolled.keys() == raw.keys()
        for group, points in rolled.items():
            assert [at for at, _ in raw[group]] == [at for at, _ in points]
            assert [v for _, v in raw[group]] == pytest.approx([v for _, v in points], rel=0.02)


def test_operations_kinds_conditions_and_everything(query):
    assert set(lines(query, group_by=("operation", "kind"), service="shop")) == {("GET /", "Server"), ("POST /", "Server"), ("call", "Client")}  # fmt: skip
    assert set(lines(query, group_by=("service", "operation"), where=("http.route=/b",))) == {("shop", "POST /")}
    assert set(lines(query, group_by=("service", "operation"))) == {
        ("shop", "GET /"),
        ("shop", "POST /"),
        ("job", "step"),
    }
    assert set(lines(query, group_by=("operation",), kind="client")) == {("call",)}
    assert set(lines(query, group_by=())) == {()}


def test_groups_are_bounded_and_it_says_so(query):
    found = query.red_series(RedQuestion(start_ns=T0, end_ns=END, limit=1))
    assert [one.labels for one in found.series] == [{"service": "shop"}]
    assert found.truncated
    assert not query.red_series(RedQuestion(start_ns=T0, end_ns=END, limit=2)).truncated


def test_a_step_that_is_still_running_is_not_drawn_as_a_fall(desk):
    now = T0 + MINUTE + 30 * 10**9
    query = Query(desk.store, desk.tenant, clock=ManualClock(now))
    found = lines(query, start_ns=T0 - 20 * MINUTE, end_ns=T0 + 20 * MINUTE)[("shop",)]
    assert found[-1] == (1, pytest.approx(12 / 30))


def test_a_short_range_has_fine_steps(query):
    found = query.red_series(RedQuestion(start_ns=T0, end_ns=T0 + 5 * MINUTE))
    assert found.step_s < 60
    assert query.red_series(RedQuestion(start_ns=T0, end_ns=END)).step_s == 60


def test_nothing_stored_is_no_line(query):
    assert lines(query, service="nosuch") == {}
    assert lines(query, start_ns=0, end_ns=10**18, step_ns=None, service="nosuch") == {}


@pytest.mark.parametrize(
    "asked", [{"measure": "x"}, {"group_by": ("x",)}, {"group_by": ("kind", "kind")}, {"limit": 0}, {"kind": "x"}]
)
def test_what_there_is_not_is_refused(query, asked):
    with pytest.raises(ValidationError):
        query.red_series(RedQuestion(**asked))
