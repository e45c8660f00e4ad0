"""The first page anyone looks at: figures must be those of the spans, from rollups and from spans alike."""

import pytest

from sonde.core.clock import ManualClock
from sonde.query import Query
from stored import T0


@pytest.fixture(scope="module", autouse=True)
def spans(desk):
    for minute in range(20):
        desk.spans(
            *(
                {"trace": minute * 100 + n + 1, "id": 1, "at_ms": minute * 60_000 + n * 100, "ms": 10 * (n + 1), "kind": 2, "name": f"op{n % 2}", "status": 2 if n == 9 else 0}
                for n in range(10)
            ),
            service="web",
        )  # fmt: skip
    desk.spans({"trace": 9999, "id": 1, "at_ms": 0, "ms": 0, "name": "zero"}, service="idle")


MINUTE = 60 * 10**9


def by_name(found):
    return {one.name: one for one in found}


def test_whole_range_from_the_rollup(query):
    web = by_name(query.services())["web"]
    assert (web.spans, web.errors, web.error_ratio) == (200, 20, 0.1)
    assert web.rate_per_s == pytest.approx(200 / 1200)
    assert web.p50_ms == pytest.approx(50, rel=0.11)
    assert web.p99_ms == pytest.approx(100, rel=0.02)
    assert web.last_seen_ns == T0 + 19 * 60 * 10**9


def test_long_ranges_are_whole_minutes(query):
    start = T0 + 5 * 60 * 10**9
    assert by_name(query.services(start, start + 12 * 60 * 10**9))["web"].spans == 120
    assert by_name(query.services(start, start + 12 * 60 * 10**9))["web"].rate_per_s == pytest.approx(120 / 720)


def test_short_ranges_are_exact(query):
    start = T0 + 300_000_000
    web = by_name(query.services(start, start + 500_000_000))["web"]
    assert web.spans == 5
    assert web.last_seen_ns == T0 + 700_000_000
    assert query.services(T0 - 10**9, T0) == []


def test_a_service_is_judged_by_its_entry_spans(desk, query):
    start = T0 - 60 * MINUTE
    desk.spans(
        *({"trace": 8000 + n, "id": n, "at_ms": -3_600_000 + n, "ms": ms, "kind": kind, "status": status} for n, (kind, ms, status) in enumerate([(1, 900, 2), (3, 900, 2), (2, 10, 0), (5, 10, 2)])),
        service="mixed",
    )  # fmt: skip
    for end in (start + MINUTE, start + 15 * MINUTE):  # from the spans, from the rollup
        mixed = by_name(query.services(start, end))["mixed"]
        assert (mixed.spans, mixed.errors) == (2, 1)
        assert mixed.p99_ms == pytest.approx(10, rel=0.02)
    assert by_name(query.services(T0, T0 + 10**9))["idle"].spans == 1, "without entry spans all of them count"


def test_a_range_without_an_end_lasts_until_now(desk):
    now = Query(desk.store, "default", clock=ManualClock(T0 + 25 * MINUTE))
    assert by_name(now.services(T0 + 5 * MINUTE))["web"].rate_per_s == pytest.approx(150 / 1200)
    assert by_name(now.services(T0 + 18 * MINUTE))["web"].rate_per_s == pytest.approx(20 / 420)
    assert by_name(now.services(T0 + 18 * MINUTE + 500_000_000))["web"].spans == 15, "short: exact, not whole minutes"


def test_time_before_the_first_data_does_not_thin_a_rate(desk):
    now = Query(desk.store, "other", clock=ManualClock(T0 + 4 * MINUTE))
    desk.store.ensure_tenant("other")
    type(desk)(desk.store, "other").spans(
        {"trace": 1, "id": 1, "kind": 2}, {"trace": 2, "id": 1, "at_ms": 1, "kind": 2}
    )
    (only,) = now.services(T0 - 60 * MINUTE)
    assert only.rate_per_s == pytest.approx(2 / 240)
    (only,) = now.services(T0 - 60 * MINUTE, T0 + 60 * MINUTE)
    assert only.rate_per_s == pytest.approx(2 / 240), "time that has not come does not thin it either"


def test_durations_of_zero_are_zero(query):
    assert by_name(query.services())["idle"].p99_ms == 0.0


def test_operations(query):
    found = query.operations("web")
    assert [(one.service, one.name, one.kind, one.spans, one.errors) for one in found] == [
        ("web", "op0", "Server", 100, 0), ("web", "op1", "Server", 100, 20),
    ]  # fmt: skip
    assert query.operations("web", "client") == []
    assert [one.name for one in query.operations(start_ns=T0, end_ns=T0 + 1000)] == ["zero", "op0"]


def test_edges_come_from_their_table(desk, query):
    assert query.edges() == []
    desk.store.engine.command(
        f"INSERT INTO {desk.store.table(desk.tenant, 'sonde_edges_minutes')} (Minute, Client, Server, ServerType, Calls, Errors, DurationSum, DurationSketch, Version)"
        f" SELECT toDateTime({T0 // 10**9}), 'web', 'db', 'database', 7, 2, 70, quantilesDDState(0.01, 0.5, 0.95, 0.99)(toUInt64(5000000)), 1"
    )
    (edge,) = query.edges(T0, T0 + 60 * 10**9)
    assert (edge.client, edge.server, edge.server_type, edge.calls, edge.errors) == ("web", "db", "database", 7, 2)
    assert edge.p95_ms == pytest.approx(5, rel=0.02)
    assert query.edges(T0 + 60 * 10**9) == []
