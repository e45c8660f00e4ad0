"""The critical path is what people optimise by: each rule of it is held by a small trace drawn by hand."""

import pytest

from sonde.query.critical import critical_path, critical_times
from sonde.query.spans import Span
from sonde.query.trace import assembled

MS = 10**6


def span(name, start, end, parent="", kind="Internal", *, service="a"):
    return Span("t", name, parent, name, kind, service, start * MS, (end - start) * MS)


def path(*spans):
    trace = assembled("t", spans)
    found = critical_path(trace)
    return [(trace.spans[one.span].span_id, one.start_ns / MS, one.end_ns / MS) for one in found]


def test_a_lone_span_is_its_own_path():
    assert path(span("r", 0, 10)) == [("r", 0, 10)]


def test_calls_one_after_another_are_all_on_it():
    assert path(span("r", 0, 10), span("x", 1, 4, "r"), span("y", 5, 9, "r")) == [
        ("r", 0, 1), ("x", 1, 4), ("r", 4, 5), ("y", 5, 9), ("r", 9, 10),
    ]  # fmt: skip


def test_of_calls_side_by_side_only_the_last_to_end_is():
    assert path(span("r", 0, 10), span("fast", 1, 5, "r"), span("slow", 1, 9, "r")) == [
        ("r", 0, 1), ("slow", 1, 9), ("r", 9, 10),
    ]  # fmt: skip


def test_before_a_call_comes_the_last_that_had_ended_by_its_start():
    """The example of CRISP's section 4: what overlaps the chosen child ran beside it."""
    spans = [span("r", 0, 100), span("a", 5, 30, "r"), span("b", 20, 60, "r"), span("c", 40, 90, "r")]
    assert path(*spans) == [("r", 0, 5), ("a", 5, 30), ("r", 30, 40), ("c", 40, 90), ("r", 90, 100)]


def test_it_goes_down_as_deep_as_the_calls_do():
    spans = [span("r", 0, 10), span("x", 1, 9, "r"), span("y", 2, 8, "x"), span("z", 3, 7, "y")]
    assert path(*spans) == [
        ("r", 0, 1), ("x", 1, 2), ("y", 2, 3), ("z", 3, 7), ("y", 7, 8), ("x", 8, 9), ("r", 9, 10),
    ]  # fmt: skip


def test_a_child_that_overlaps_the_next_by_clock_noise_is_before_it():
    assert path(span("r", 0, 300), span("x", 0, 151, "r"), span("y", 150, 300, "r")) == [("x", 0, 150), ("y", 150, 300)]


def test_work_that_outlives_its_parent_was_not_waited_for():
    spans = [span("r", 0, 100), span("x", 10, 40, "r"), span("task", 20, 80, "x"), span("y", 50, 90, "r")]
    assert path(*spans) == [("r", 0, 10), ("x", 10, 40), ("r", 40, 50), ("y", 50, 90), ("r", 90, 100)]


def test_a_client_waits_for_its_server_until_it_gives_up():
    spans = [
        span("r", 0, 20), span("call", 1, 10, "r", "Client"), span("handle", 2, 18, "call"), span("query", 5, 17, "handle"),
        span("next", 11, 19, "r"),
    ]  # fmt: skip
    assert path(*spans)[:4] == [("r", 0, 1), ("call", 1, 2), ("handle", 2, 5), ("query", 5, 10)]


def test_after_the_root_it_is_the_path_of_what_ended_last():
    spans = [span("r", 0, 10), span("x", 1, 9, "r"), span("task", 5, 100, "r"), span("step", 60, 90, "task")]
    assert path(*spans) == [
        ("r", 0, 1), ("x", 1, 9), ("r", 9, 10), ("task", 10, 60), ("step", 60, 90), ("task", 90, 100),
    ]  # fmt: skip


def test_a_message_in_its_queue_is_nobodys_time():
    spans = [
        span("send", 0, 10, kind="Producer"), span("one", 20, 30, "send", "Consumer"), span("two", 40, 50, "one", "Consumer"),
    ]  # fmt: skip
    assert path(*spans) == [("send", 0, 10), ("one", 20, 30), ("two", 40, 50)]


def test_roots_follow_each_other():
    spans = [span("a", 0, 10), span("b", 12, 20, "gone"), span("beside", 15, 19, "gone")]
    assert path(*spans) == [("a", 0, 10), ("b", 12, 20)]


def test_spans_without_duration_are_not_on_it():
    assert path(span("r", 0, 10), span("x", 5, 5, "r"), span("y", 10, 10, "r")) == [("r", 0, 10)]
    assert path(span("r", 3, 3)) == []


def test_a_child_from_before_its_parent_counts_from_the_parents_start():
    assert path(span("r", 10, 20), span("x", 5, 15, "r", "Consumer", service="b")) == [("x", 10, 15), ("r", 15, 20)]


def test_times_by_span():
    trace = assembled("t", [span("r", 0, 10), span("x", 1, 4, "r"), span("y", 5, 9, "r")])
    assert critical_times(critical_path(trace), 3) == [3 * MS, 3 * MS, 4 * MS]


@pytest.mark.parametrize("deep", [True, False])
def test_large_traces_do_not_exhaust_the_stack(deep):
    spans = [
        span(f"{n:05}", n, 100_000 - n if deep else n + 1, f"{n - 1:05}" if deep else "00000") for n in range(1, 20_000)
    ]
    found = path(span("00000", 0, 100_000), *spans)
    assert sum(end - start for _, start, end in found) == 100_000
