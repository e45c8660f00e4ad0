"""A thousand errors of one kind are one thing to look at, and two kinds must not hide in one."""

import pytest

from sonde.query import Query
from stored import T0, trace_id

S = 10**9


def exception(at_ms, kind, message):
    return (at_ms, "exception", {"exception.type": kind, "exception.message": message, "exception.stacktrace": "…"})


@pytest.fixture(scope="module", autouse=True)
def failures(desk):
    desk.spans(
        *(
            {"trace": n + 1, "id": 1, "at_ms": n * 100, "kind": 2, "name": "POST /orders", "status": 2,
             "events": [(0, "retry", {}), exception(n * 100, "KeyError", f"'user-{n}' has no order {n * 7}")]}
            for n in range(30)
        ),
        {"trace": 100, "id": 1, "at_ms": 5, "kind": 2, "name": "GET /", "status": 2, "message": "a service behind answered 502"},
        {"trace": 101, "id": 1, "at_ms": 6, "kind": 3, "name": "GET", "status": 2},
        {"trace": 102, "id": 1, "at_ms": 7, "kind": 2, "name": "GET /", "events": [exception(7, "Handled", "fine")]},
        service="checkout",
    )  # fmt: skip
    desk.logs(
        {"body": "killed: out of memory, 512 MiB", "at_ms": 9, "severity": 21},
        {"body": "killed: out of memory, 480 MiB", "severity": 21},
        service="ranks",
    )
    desk.logs(
        {"body": "in a trace", "severity": 17, "trace": 5}, {"body": "a warning", "severity": 13}, service="ranks"
    )


@pytest.fixture(scope="module")
def found(query):
    return query.error_groups(T0 - S, T0 + 60 * S)


def test_groups_and_their_order(found):
    assert [(one.source, one.service, one.type, one.operation, one.count) for one in found.groups] == [
        ("exception", "checkout", "KeyError", "POST /orders", 30),
        ("log", "ranks", "", "", 2),
        ("status", "checkout", "", "GET /", 1),
    ]
    assert not found.is_cut


def test_a_group_has_the_newest_example_and_its_course(found):
    first = found.groups[0]
    assert "user-" not in first.template
    assert first.message == "'user-29' has no order 203"
    assert (first.trace_id, first.span_id) == (trace_id(30), f"{1:016x}")
    assert (first.first_ns, first.last_ns) == (T0, T0 + 2_900_000_000)
    assert sum(first.counts) == 30
    assert len(first.counts) == found.grid.last - found.grid.first + 1


def test_very_many_are_cut_at_a_minute_and_that_is_said(desk, monkeypatch):
    monkeypatch.setattr("sonde.query.errorgroups.MOST", 10)
    desk.store.ensure_tenant("many")
    many = type(desk)(desk.store, "many")
    for minute in range(4):
        many.spans(*({"trace": 1, "id": n + 1, "at_ms": minute * 60_000, "kind": 2, "status": 2} for n in range(6)))
    found = Query(desk.store, "many").error_groups(T0, T0 + 240 * S)
    assert found.from_ns == T0 + 120 * S
    assert [one.count for one in found.groups] == [12]


def test_hostile_messages_are_grouped_and_cut(desk):
    desk.store.ensure_tenant("hostile")
    hostile = type(desk)(desk.store, "hostile")
    hostile.spans(
        {"trace": 1, "id": 1, "kind": 2, "status": 2, "name": "'\"\\\x00\u202e", "events": [exception(0, "T" * 9000, "x" * 1_000_000)]},
        {"trace": 2, "id": 1, "kind": 2, "status": 2, "name": "", "events": [exception(0, "", "")]},
        service="\u202ebad'; DROP",
    )  # fmt: skip
    groups = Query(hostile.store, "hostile").error_groups(T0, T0 + S).groups
    assert sorted(len(one.message) for one in groups) == [0, 300]
    assert all(len(one.type) <= 300 for one in groups)


def test_nothing_failed(query):
    assert query.error_groups(T0 + 600 * S, T0 + 700 * S).groups == []
