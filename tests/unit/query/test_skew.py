"""Clocks of two machines differ; a child that ran before its parent confuses people more than a moved one."""

from sonde.query.spans import Resource, Span
from sonde.query.trace import assembled

A, B = Resource({"host.name": "a"}), Resource({"host.name": "b"})


def span(name, parent, at, duration, resource, kind="Internal"):  # noqa: PLR0917
    return Span("t", name, parent, name, kind, str(resource.attributes["host.name"]), at, duration, resource=resource)


def skews(*spans):
    trace = assembled("t", spans)
    return {one.span_id: one.skew_ns for one in trace.spans}


def test_a_child_outside_its_parent_is_centred_and_its_own_children_move_along():
    moved = skews(span("p", "", 1000, 100, A, "Client"), span("c", "p", 5000, 60, B), span("leaf", "c", 5010, 10, B))
    assert moved == {"p": 0, "c": 1000 + 20 - 5000, "leaf": 1000 + 20 - 5000}


def test_a_child_within_its_parent_stays():
    assert skews(span("p", "", 1000, 100, A), span("c", "p", 1000, 100, B))["c"] == 0


def test_a_longer_child_is_moved_only_when_it_began_before_its_parent():
    assert skews(span("p", "", 1000, 100, A), span("c", "p", 900, 500, B))["c"] == 100
    assert skews(span("p", "", 1000, 100, A), span("c", "p", 1050, 500, B))["c"] == 0


def test_one_host_has_one_clock():
    assert skews(span("p", "", 1000, 100, A), span("c", "p", 5000, 60, A))["c"] == 0


def test_consumers_may_run_after_their_producer():
    assert skews(span("p", "", 1000, 100, A, "Producer"), span("c", "p", 5000, 60, B, "Consumer"))["c"] == 0


def test_skew_is_judged_against_the_parent_where_it_is_shown():
    moved = skews(span("p", "", 1000, 1000, A), span("c", "p", 50_000, 500, B), span("back", "c", 1300, 100, A))
    assert moved["c"] == 1250 - 50_000
    assert moved["back"] == 0


def test_original_times_stay_and_siblings_are_ordered_as_shown():
    trace = assembled(
        "t", [span("p", "", 1000, 100, A), span("late", "p", 1090, 5, A), span("skewed", "p", 9000, 10, B)]
    )
    assert [one.span_id for one in trace.spans] == ["p", "skewed", "late"]
    assert trace.spans[1].start_ns == 9000
    assert trace.spans[1].shown_start_ns == 1045
    assert trace.duration_ns == 100
