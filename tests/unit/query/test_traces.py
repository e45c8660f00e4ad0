"""Search is how people find anything: each condition alone, all together, every order, and pages that neither lose nor repeat."""

from dataclasses import replace

import pytest

from sonde.core.errors import ValidationError
from sonde.query import TraceSearch
from stored import T0, trace_id

# Trace n begins at n seconds, has n spans of service "shop", and lasts 10 * (11 - n) ms.
COUNT = 10


@pytest.fixture(scope="module", autouse=True)
def traces(desk):
    for number in range(1, COUNT + 1):
        at = number * 1000
        spans = [
            {
                "trace": number, "id": number * 100 + index, "parent": number * 100 if index else 0, "at_ms": at + index,
                "ms": 10 * (11 - number) if not index else 1, "name": "GET /cart" if not index else "query", "kind": 2 if not index else 3,
                "status": 2 if number % 3 == 0 and index == 0 else 0, "message": "Card Declined" if number == 3 and not index else "",
                "attributes": {"user.id": f"u{number}", "http.status": 200 + number, "ratio": number / 4, "ok": number % 2 == 0, "empty": ""},
                "events": [(at, "exception", {"exception.type": f"Error{number}"})] if number == 6 and not index else (),
            }
            for index in range(number)
        ]  # fmt: skip
        desk.spans(
            *spans,
            service="shop" if number < 9 else "bank",
            resource={"host.name": f"host-{number % 2}", "k": "resource"},
        )


def found(query, **asked):
    return [int(one.trace_id, 16) for one in query.find_traces(TraceSearch(limit=1000, **asked)).traces]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]),
        ({"service": "bank"}, [10, 9]),
        ({"service": "nobody"}, []),
        ({"operation": "query"}, [10, 9, 8, 7, 6, 5, 4, 3, 2]),
        ({"kind": "server", "service": "bank"}, [10, 9]),
        ({"kind": "Producer"}, []),
        ({"status": "error"}, [9, 6, 3]),
        ({"min_duration_ns": 90_000_000}, [2, 1]),
        ({"max_duration_ns": 10_000_000, "operation": "GET /cart"}, [10]),
        ({"start_ns": T0 + 8_000_000_000}, [10, 9, 8]),
        ({"end_ns": T0 + 2_000_000_000}, [1]),
        ({"start_ns": T0 + 2_000_000_000, "end_ns": T0 + 2_000_000_001}, [2]),
        ({"where": ("user.id=u7",)}, [7]),
        ({"where": ("span.user.id=u7",)}, [7]),
        ({"where": ("resource.user.id=u7",)}, []),
        ({"where": ("http.status=205",)}, [5]),
        ({"where": ("http.status=205.0",)}, [5]),
        ({"where": ("http.status>207",)}, [10, 9, 8]),
        ({"where": ("http.status>=207", "http.status<209")}, [8, 7]),
        ({"where": ("ratio<=0.5",)}, [2, 1]),
        ({"where": ("user.id>u8",)}, [9]),
        ({"where": ("ok=true",)}, [10, 8, 6, 4, 2]),
        ({"where": ("user.id!=u1", "user.id!=u10", "ok!=true")}, [9, 7, 5, 3]),
        ({"where": ("user.id=~^u1",)}, [10, 1]),
        ({"where": ("user.id!~[2-9]",)}, [10, 1]),
        ({"where": ("host.name=host-1", "service.name=bank")}, [9]),
        ({"where": ("empty=",)}, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]),
        ({"where": ("nosuch=",)}, []),
        ({"where": ("user.id",)}, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]),
        ({"where": ("!user.id",)}, []),
        ({"where": ("event.exception.type=Error6",)}, [6]),
        ({"where": ("event.exception.type",)}, [6]),
        ({"where": ("event.exception.type=~^Err",)}, [6]),
        ({"where": ("k=resource",), "service": "bank"}, [10, 9]),
        ({"text": "declined"}, [3]),
        ({"text": '"card declined"'}, [3]),
        ({"text": "error6"}, [6]),
        ({"text": "EXCEPTION"}, [6]),
        ({"text": "cart u4"}, [4]),
        ({"text": "cart -declined", "status": "error"}, [9, 6]),
        ({"sort": "oldest"}, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
        ({"sort": "longest"}, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
        ({"sort": "shortest"}, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]),
        ({"sort": "most_spans", "status": "error"}, [9, 6, 3]),
        ({"sort": "errors", "where": ("http.status<=204",)}, [3, 1, 2, 4]),
        ({"where": ("user.id=' OR 1=1 --",)}, []),
        ({"where": ("user.id=\\", "user.id='")}, []),
        ({"service": "x' OR '1'='1"}, []),
        ({"text": "%"}, []),
    ],
)
def test_conditions_and_orders(query, asked, expected):
    assert found(query, **asked) == expected


@pytest.mark.parametrize("sort", ["recent", "oldest", "longest", "shortest", "most_spans", "errors"])
def test_pages_neither_lose_nor_repeat(query, sort):
    limit = 4
    whole = found(query, sort=sort)
    asked, pages = TraceSearch(sort=sort, limit=limit), []
    while True:
        page = query.find_traces(asked)
        pages += [int(one.trace_id, 16) for one in page.traces]
        assert len(page.traces) <= limit
        if page.next is None:
            break
        asked = replace(asked, cursor=page.next)
    assert pages == whole


def test_pages_of_a_relative_range_go_on_though_now_moves(query):
    asked = TraceSearch(limit=4, start_ns=T0, end_ns=T0 + 9_500_000_000)
    first = query.find_traces(asked)
    second = query.find_traces(replace(asked, cursor=first.next, start_ns=T0 + 1, end_ns=T0 + 99_000_000_000))
    assert [int(one.trace_id, 16) for one in (*first.traces, *second.traces)] == [9, 8, 7, 6, 5, 4, 3, 2]


def test_what_arrives_between_pages_shifts_nothing(desk, query):
    asked = TraceSearch(limit=3, operation="between")
    desk.spans(*({"trace": 1000 + n, "id": n, "at_ms": n * 1000, "name": "between"} for n in range(1, 7)))
    first = query.find_traces(asked)
    desk.spans(
        {"trace": 1100, "id": 1, "at_ms": 99_000, "name": "between"},
        {"trace": 1006, "id": 2, "at_ms": 100, "name": "between"},
    )
    second = query.find_traces(replace(asked, cursor=first.next))
    assert [int(one.trace_id, 16) for one in first.traces] == [1006, 1005, 1004]
    assert [int(one.trace_id, 16) for one in second.traces] == [1003, 1002, 1001]
    assert second.next is None


def test_many_spans_of_few_traces_fill_a_page_all_the_same(desk, query):
    desk.spans(*({"trace": 2001 + n % 2, "id": n + 1, "at_ms": n, "name": "crowd"} for n in range(400)))
    desk.spans({"trace": 2003, "id": 1, "at_ms": -5, "name": "crowd"})
    page = query.find_traces(TraceSearch(operation="crowd", limit=2))
    assert [one.trace_id for one in page.traces] == [trace_id(2002), trace_id(2001)]
    rest = query.find_traces(TraceSearch(operation="crowd", limit=2, cursor=page.next))
    assert [one.trace_id for one in rest.traces] == [trace_id(2003)]


def test_one_moment_shared_by_many_traces_is_paged_by_id(desk, query):
    desk.spans(*({"trace": 3000 + n, "id": 1, "at_ms": 50, "name": "same"} for n in range(40)))
    asked, seen = TraceSearch(operation="same", limit=7), []
    while True:
        page = query.find_traces(asked)
        seen += [int(one.trace_id, 16) for one in page.traces]
        if page.next is None:
            break
        asked = replace(asked, cursor=page.next)
    assert seen == list(range(3039, 2999, -1))


def test_a_summary_tells_of_the_whole_trace(query):
    (summary,) = query.find_traces(TraceSearch(where=("user.id=u3",), operation="query")).traces
    assert summary.root_service == "shop"
    assert summary.root_name == "GET /cart"
    assert summary.start_ns == T0 + 3_000_000_000
    assert summary.duration_ns == 80_000_000
    assert (summary.spans, summary.errors, summary.matched) == (3, 1, 2)
    assert summary.services == (("shop", 3),)


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 1001}, "limit"),
        ({"sort": "best"}, "sort"),
        ({"kind": "x"}, "kind"),
        ({"status": "bad"}, "status"),
        ({"where": ("=",)}, "where"),
        ({"where": ("user.id=~(",)}, "where"),
        ({"cursor": "x"}, "cursor"),
        ({"text": "a " * 50}, "text"),
    ],
)
def test_what_is_not_understood_names_the_parameter(query, asked, name):
    with pytest.raises(ValidationError, match=rf"^{name}: "):
        query.find_traces(TraceSearch(**asked))


@pytest.mark.parametrize("sort", ["recent", "oldest"])
def test_every_match_is_counted_also_where_the_page_was_full_before_it(desk, query, sort):
    spans = [
        {"trace": 4001 + n % 3, "id": n + 1, "at_ms": n * 40, "name": sort, "attributes": {"interleaved": sort}}
        for n in range(90)
    ]
    desk.spans(*spans)
    asked, counts = TraceSearch(where=(f"interleaved={sort}",), sort=sort, limit=1), {}
    while True:
        page = query.find_traces(asked)
        counts |= {one.trace_id: one.matched for one in page.traces}
        if page.next is None:
            break
        asked = replace(asked, cursor=page.next)
    assert counts == {trace_id(4001 + n): 30 for n in range(3)}
