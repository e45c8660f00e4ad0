"""A picture of traces must not lie: no slow or failed trace may vanish in a sample, and counts must say what they are."""

import pytest

from sonde.core.errors import ValidationError
from sonde.query import TraceSearch, scatter
from stored import T0, trace_id

COUNT = 600
SLOW, FAILED = {17, 311, 598}, {5, 200, 444}
MINUTE_NS = 60 * 10**9


@pytest.fixture(scope="module", autouse=True)
def traces(desk):
    # Trace n begins at n seconds; its child fails or lasts in the few that do.
    roots = [
        {
            "trace": n,
            "id": 2 * n,
            "at_ms": n * 1000,
            "ms": 10 + n % 7,
            "name": "GET /" + "x" * 300 * (n == 1),
            "kind": 2,
        }
        for n in range(1, COUNT + 1)
    ]
    children = [
        {"trace": n, "id": 2 * n + 1, "parent": 2 * n, "at_ms": n * 1000 + 1, "ms": 5000 + n if n in SLOW else 2,
         "status": 2 if n in FAILED else 0, "kind": 3, "attributes": {"n": n, "odd": n % 2 == 1}}
        for n in range(1, COUNT + 1)
    ]  # fmt: skip
    desk.spans(*roots, service="front")
    desk.spans(*children, service="back")


def numbers(found):
    return {int(point.trace_id, 16) for point in found.points}


def test_everything_where_it_fits(query):
    found = query.scatter(TraceSearch())
    assert numbers(found) == set(range(1, COUNT + 1))
    assert (found.traces, found.traces_exact, found.spans, found.failed_spans) == (COUNT, True, 2 * COUNT, 3)
    assert (found.sampled, found.cut) == (False, False)
    assert [point.start_ns for point in found.points] == sorted(point.start_ns for point in found.points)


def test_a_point_is_its_whole_trace(query):
    (point,) = query.scatter(TraceSearch(where=("n=17",))).points
    assert (point.trace_id, point.service, point.name) == (trace_id(17), "front", "GET /")
    assert (point.start_ns, point.duration_ns, point.errors) == (T0 + 17 * 10**9, 5_018_000_000, 0)
    assert len(query.scatter(TraceSearch(where=("n=1",))).points[0].name) == 200


def test_no_slow_and_no_failed_trace_is_lost_in_a_sample(query):
    found = query.scatter(TraceSearch(), 40)
    assert len(found.points) == 40
    assert found.sampled
    assert numbers(found) >= SLOW | FAILED
    assert (found.traces, found.traces_exact) == (COUNT, True)
    assert found == query.scatter(TraceSearch(), 40), "the same question has the same picture"


def test_an_estimate_says_so(query, monkeypatch):
    monkeypatch.setattr(scatter, "_SAMPLED_SPANS", 300)
    found = query.scatter(TraceSearch(), 40)
    assert not found.traces_exact
    assert found.traces == pytest.approx(COUNT, rel=0.35)
    assert (found.spans, found.failed_spans) == (2 * COUNT, 3)
    assert numbers(found) >= SLOW | FAILED


def test_a_sample_of_few_traces_is_drawn_again(query, monkeypatch):
    monkeypatch.setattr(scatter, "_SAMPLED_SPANS", 4)
    assert len(query.scatter(TraceSearch(), 50).points) == 50


def test_too_much_to_read_is_cut_at_a_minute_and_said(query, monkeypatch):
    monkeypatch.setattr(scatter, "_MOST_READ_ATTRIBUTES", 250)
    found = query.scatter(TraceSearch(where=("odd=false",)))
    assert found.cut
    assert found.start_ns == T0 + 8 * MINUTE_NS
    assert min(numbers(found)) == 480
    monkeypatch.setattr(scatter, "_MOST_READ_ATTRIBUTES", 1)
    assert query.scatter(TraceSearch(where=("odd=false",))).points, "the last minute is read whatever it holds"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"status": "error"}, FAILED),
        ({"service": "back", "min_duration_ns": 10**9}, SLOW),
        ({"min_trace_duration_ns": 10**9}, SLOW),
        ({"min_trace_duration_ns": 10**9, "max_trace_duration_ns": 5_100_000_000}, {17}),
        ({"min_trace_duration_ns": 10**9, "start_ns": T0 + 300 * 10**9, "end_ns": T0 + 400 * 10**9}, {311}),
        ({"start_ns": T0 + 10 * 10**9, "end_ns": T0 + 12 * 10**9}, {10, 11}),
        ({"where": ("n=5", "odd=true")}, {5}),
        ({"service": "nobody"}, set()),
        ({"start_ns": T0 + 10**13}, set()),
        ({"end_ns": T0 - 10**9}, set()),
        ({"text": "x' OR 1=1"}, set()),
    ],
)
def test_the_conditions_are_those_of_the_search(query, asked, expected):
    assert numbers(query.scatter(TraceSearch(**asked))) == expected
    listed = query.find_traces(TraceSearch(limit=1000, **asked)).traces
    assert {int(one.trace_id, 16) for one in listed} == expected


def test_lists_by_the_whole_traces_length_have_orders_and_pages(query):
    asked = {"max_trace_duration_ns": 13_000_000, "limit": 50}
    wanted = [n for n in range(COUNT, 0, -1) if n % 7 <= 3 and n not in SLOW]
    found, cursor = [], ""
    while cursor is not None:
        page = query.find_traces(TraceSearch(cursor=cursor, **asked))
        found += [int(one.trace_id, 16) for one in page.traces]
        cursor = page.next
    assert found == wanted
    oldest = query.find_traces(TraceSearch(sort="oldest", **asked)).traces
    assert [int(one.trace_id, 16) for one in oldest] == wanted[::-1][:50]


@pytest.mark.parametrize("points", [0, 5001, -1])
def test_a_senseless_number_of_points_is_refused(query, points):
    with pytest.raises(ValidationError, match="write points=2000"):
        query.scatter(TraceSearch(), points)
