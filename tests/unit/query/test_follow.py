"""Following must give each line once, whatever its own time, while inserts and merges go on underneath."""

import pytest

from sonde.core.clock import ManualClock
from sonde.query import LogSearch
from sonde.query.follow import Follower, fresh, joined


def bodies(records):
    return [record.body for record in records]


def merge(desk):
    desk.store.engine.command(f"OPTIMIZE TABLE {desk.store.table(desk.tenant, 'otel_logs')} FINAL")


def test_only_what_arrives_from_now_on(desk, query):
    desk.logs({"body": "before"}, service="now")
    follower = query.follow_logs(LogSearch(service="now"))
    assert follower.poll() == []
    desk.logs({"body": "first"}, {"body": "second", "at_ms": 1}, service="now")
    assert bodies(follower.poll()) == ["first", "second"]
    assert follower.poll() == []


def test_merges_neither_double_nor_hide_and_late_lines_are_seen(desk, query):
    follower = query.follow_logs(LogSearch(service="merged"))
    seen = []
    for number in range(12):
        # every third line is a day older than the one before
        desk.logs({"body": str(number), "at_ms": -86_400_000 if number % 3 == 0 else number}, service="merged")
        if number % 4 == 1:
            merge(desk)
        if number % 2:
            seen += bodies(follower.poll())
    merge(desk)
    seen += bodies(follower.poll())
    assert sorted(seen, key=int) == [str(number) for number in range(12)]


def test_equal_lines_are_as_many_as_were_sent(desk, query):
    follower = query.follow_logs(LogSearch(service="equal"))
    desk.logs({"body": "again"}, {"body": "again"}, service="equal")
    desk.logs({"body": "again"}, service="equal")
    assert bodies(follower.poll()) == ["again"] * 3


def test_conditions_hold(desk, query):
    follower = query.follow_logs(LogSearch(service="some", severity="ERROR", text="db", where=("shard=2",)))
    desk.logs(
        {"body": "db down", "severity": 17, "attributes": {"shard": 2}},
        {"body": "db down", "severity": 17, "attributes": {"shard": 1}},
        {"body": "db slow", "severity": 9, "attributes": {"shard": 2}},
        service="some",
    )
    assert len(follower.poll()) == 1


@pytest.fixture
def unnumbered(query, monkeypatch):
    monkeypatch.setattr(Follower, "_has_numbers", lambda self: False)
    clock = ManualClock(1_760_000_040_000_000_000)
    query.clock = clock
    return query


def test_without_insert_numbers_recent_lines_are_told_by_id(desk, unnumbered):
    desk.logs({"body": "before", "at_ms": -1000}, service="recent")
    follower = unnumbered.follow_logs(LogSearch(service="recent"))
    desk.logs({"body": "a"}, {"body": "a"}, service="recent")
    assert bodies(follower.poll()) == ["a", "a"]
    assert follower.poll() == []
    desk.logs({"body": "a"}, {"body": "late", "at_ms": -60_000}, service="recent")
    assert bodies(follower.poll()) == ["late", "a"]


def test_ranges_are_joined_and_subtracted():
    assert joined([(5, 6), (1, 2), (3, 3), (8, 9), (6, 7)]) == [(1, 3), (5, 9)]
    assert joined([(1, 1), (3, 4)]) == [(1, 1), (3, 4)]
    assert fresh({"p": [(1, 9)]}, {"p": [(2, 3), (5, 5)]}) == {"p": [(1, 1), (4, 4), (6, 9)]}
    assert fresh({"p": [(1, 9)], "q": [(1, 1)]}, {"p": [(0, 20)]}) == {"q": [(1, 1)]}
    assert fresh({}, {"p": [(1, 1)]}) == {}
