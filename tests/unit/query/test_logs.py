"""Logs are read by eye: search, pages, counts and context must show each line once, in its place."""

from dataclasses import replace

import pytest

from sonde.core.errors import NotFoundError, ValidationError
from sonde.query import LogSearch
from stored import T0

LINES = [
    {"body": "Order 1 paid", "severity": 9, "attributes": {"order": 1, "path": "a.py"}},
    {"body": "Connection refused by db-1", "severity": 17, "trace": 7, "span": 5},
    {"body": "health check ok", "severity": 5},
    {"body": "Verbindung abgelehnt: ÜBERLAST", "severity": 13, "attributes": {"order": 4}},
    {"body": "refused connection", "severity": 21, "event": "db.refused"},
    {"body": {"kind": "structured", "n": 5}, "severity": 9},
    {"body": "no number", "severity": 0, "text": "ERROR"},
    {"body": "100% _done_", "severity": 0},
]


@pytest.fixture(scope="module", autouse=True)
def lines(desk):
    desk.logs(*({**line, "at_ms": index * 1000} for index, line in enumerate(LINES)), resource={"host.name": "h1"})


def found(query, **asked):
    page = query.logs(LogSearch(service="shop", limit=1000, **asked))
    return [(record.time_ns - T0) // 10**9 for record in page.logs]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, [7, 6, 5, 4, 3, 2, 1, 0]),
        ({"order": "oldest"}, [0, 1, 2, 3, 4, 5, 6, 7]),
        ({"order": "asc", "text": "refused"}, [1, 4]),
        ({"text": "refused connection"}, [4, 1]),
        ({"text": '"connection refused"'}, [1]),
        ({"text": "refused -db"}, [4]),
        ({"text": "überlast"}, [3]),
        ({"text": "structured"}, [5]),
        ({"text": "%"}, [7]),
        ({"text": "_done_"}, [7]),
        ({"severity": "warn"}, [6, 4, 3, 1]),
        ({"severity": "ERROR"}, [6, 4, 1]),
        ({"severity": "21"}, [4]),
        ({"trace_id": "7"}, [1]),
        ({"trace_id": "7", "span_id": "5"}, [1]),
        ({"span_id": "6"}, []),
        ({"where": ("order>=1",)}, [3, 0]),
        ({"where": ("log.order=4",)}, [3]),
        ({"where": ("resource.host.name=h1", "path=~py$")}, [0]),
        ({"where": ("!order",), "severity": "WARN"}, [6, 4, 1]),
        ({"start_ns": T0 + 2 * 10**9, "end_ns": T0 + 4 * 10**9}, [3, 2]),
    ],
)
def test_conditions(query, asked, expected):
    assert found(query, **asked) == expected


def test_a_record_comes_back_typed(query):
    records = query.logs(LogSearch(service="shop", order="oldest")).logs
    assert records[0].attributes == {"order": 1, "path": "a.py"}
    assert records[0].resource.attributes == {"service.name": "shop", "host.name": "h1"}
    assert records[5].body == {"kind": "structured", "n": 5}
    assert records[4].event_name == "db.refused"
    assert [record.severity for record in records] == ["INFO", "ERROR", "DEBUG", "WARN", "FATAL", "INFO", "ERROR", ""]


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_pages_neither_lose_nor_repeat_even_equal_lines_of_one_moment(desk, query, order):
    service = f"pages-{order}"
    desk.logs(*({"body": f"line {n % 3}", "at_ms": n // 10} for n in range(50)), service=service)
    asked, pages = LogSearch(service=service, order=order, limit=7), []
    while True:
        page = query.logs(asked)
        pages += page.logs
        if page.next is None:
            break
        assert len(page.logs) == 7
        asked = replace(asked, cursor=page.next)
    assert len(pages) == 50
    moments = [record.time_ns for record in pages]
    assert moments == sorted(moments, reverse=order == "newest")
    for n in range(3):
        assert sum(record.body == f"line {n}" for record in pages) == sum(m % 3 == n for m in range(50))


def test_a_line_that_arrives_late_between_pages_is_not_missed_and_repeats_none(desk, query):
    desk.logs(*({"body": f"b{n}", "at_ms": n} for n in range(6)), service="late")
    first = query.logs(LogSearch(service="late", limit=3))
    desk.logs({"body": "b9", "at_ms": 9}, {"body": "b1.5", "at_ms": 1.5}, service="late")
    second = query.logs(LogSearch(service="late", limit=10, cursor=first.next))
    assert [record.body for record in first.logs + second.logs] == ["b5", "b4", "b3", "b2", "b1.5", "b1", "b0"]


def test_ids_are_stable_and_lead_to_the_context(desk, query):
    desk.logs(
        *({"body": f"line {n}", "at_ms": 10_000 + n // 2} for n in range(20)), service="ctx", resource={"pod": "one"}
    )
    desk.logs(
        *({"body": f"other {n}", "at_ms": 10_000 + n // 2} for n in range(20)), service="ctx", resource={"pod": "two"}
    )
    lines = query.logs(LogSearch(service="ctx", where=("pod=one",), order="oldest")).logs
    assert lines == query.logs(LogSearch(service="ctx", where=("pod=one",), order="oldest")).logs
    around = query.log_context(lines[9].id, before=3, after=4)
    assert around.line == lines[9]
    assert around.before == lines[6:9]
    assert around.after == lines[10:14]
    edge = query.log_context(lines[0].id, before=5, after=0)
    assert (edge.before, edge.after) == ([], [])


def test_context_of_nothing(query):
    with pytest.raises(NotFoundError, match=r"^id: "):
        query.log_context("186c7a6b3f2d0000-3f0e5d1c2b3a4958")
    for bad in ("", "x", "1-2", "f" * 16 + "-" + "0" * 16):
        with pytest.raises(ValidationError, match=r"^id: "):
            query.log_context(bad)


def test_a_histogram_counts_every_line_once(query):
    counted = query.log_histogram(LogSearch(service="shop", start_ns=T0, end_ns=T0 + 8 * 10**9), 4)
    assert counted.step_s == 2
    assert [start - T0 for start, _ in counted.buckets] == [0, 2 * 10**9, 4 * 10**9, 6 * 10**9]
    assert [counts for _, counts in counted.buckets] == [
        {"INFO": 1, "ERROR": 1}, {"DEBUG": 1, "WARN": 1}, {"FATAL": 1, "INFO": 1}, {"UNSPECIFIED": 2},
    ]  # fmt: skip


def test_a_histogram_of_a_quiet_time_has_its_steps(query):
    counted = query.log_histogram(LogSearch(service="nobody", start_ns=T0, end_ns=T0 + 3600 * 10**9), 60)
    assert counted.step_s == 60
    assert len(counted.buckets) == 60
    assert all(not counts for _, counts in counted.buckets)


@pytest.mark.parametrize(
    ("asked", "name"),
    [({"order": "up"}, "order"), ({"limit": 0}, "limit"), ({"severity": "loud"}, "severity"), ({"trace_id": "x"}, "trace_id"),
     ({"span_id": "1" * 17}, "span_id"), ({"where": ("a=~[",)}, "where"), ({"cursor": "?"}, "cursor")],
)  # fmt: skip
def test_what_is_not_understood_names_the_parameter(query, asked, name):
    with pytest.raises(ValidationError, match=rf"^{name}: "):
        query.logs(LogSearch(**{"service": "shop", **asked}))
