"""Trees are built from whatever arrived: the rules for what is missing, doubled, shared or circular are promises."""

import random

import pytest

from sonde.query.spans import Span
from sonde.query.trace import assembled


def span(name, parent="", *, at=0, kind="Internal", service="a", duration=10, **more):
    return Span("t", name, parent, name, kind, service, at, duration, **more)


def outline(spans):
    return [(one.span_id, one.depth) for one in assembled("t", spans).spans]


def test_preorder_with_siblings_by_start():
    spans = [span("root"), span("late", "root", at=5), span("early", "root", at=1), span("leaf", "early", at=2)]
    assert outline(spans) == [("root", 0), ("early", 1), ("leaf", 2), ("late", 1)]


def test_the_order_of_arrival_does_not_matter():
    spans = [span(f"{number:02}", f"{number // 3:02}" if number else "", at=number) for number in range(40)]
    expected = outline(spans)
    for seed in range(5):
        assert outline(random.Random(seed).sample(spans, len(spans))) == expected


def test_roots_may_be_many_and_parents_missing():
    trace = assembled(
        "t", [span("b", at=2), span("a", at=1), span("orphan", "gone", at=3), span("child", "orphan", at=4)]
    )
    assert [(one.span_id, one.depth, one.missing_parent) for one in trace.spans] == [
        ("a", 0, False), ("b", 0, False), ("orphan", 0, True), ("child", 1, False),
    ]  # fmt: skip


def test_a_retransmission_is_folded_and_counted():
    trace = assembled("t", [span("a"), span("a"), span("a"), span("b", "a")])
    assert [(one.span_id, one.copies) for one in trace.spans] == [("a", 2), ("b", 0)]


def test_the_same_id_with_other_content_is_kept():
    trace = assembled("t", [span("a", attributes={"n": 1}), span("a", attributes={"n": 2})])
    assert [one.attributes["n"] for one in trace.spans] == [1, 2]
    assert not any(one.shares_id for one in trace.spans)


def test_a_shared_span_is_the_servers_below_the_clients():
    spans = [
        span("root", duration=30),
        span("x", "root", at=1, kind="Client", duration=20),
        span("x", "root", at=2, kind="Server", service="b", duration=10),
        span("work", "x", at=3, service="b", duration=5),
    ]
    trace = assembled("t", spans)
    assert [(one.span_id, one.kind, one.depth) for one in trace.spans] == [
        ("root", "Internal", 0), ("x", "Client", 1), ("x", "Server", 2), ("work", "Internal", 3),
    ]  # fmt: skip
    assert [one.shares_id for one in trace.spans] == [False, True, True, False]


@pytest.mark.parametrize("length", [1, 2, 5])
def test_circles_hang_from_their_earliest_span(length):
    spans = [span(str(number), str((number + 1) % length), at=number) for number in range(length)]
    trace = assembled("t", [*spans, span("outside", "0", at=9)])
    assert len(trace.spans) == length + 1
    assert trace.spans[0].span_id == "0"
    assert trace.spans[0].missing_parent
    assert trace.depth == max(length, 2)


def test_a_chain_of_fifty_thousand_is_no_deeper_than_memory():
    spans = [span(str(number), str(number - 1) if number else "", at=number) for number in range(50_000)]
    trace = assembled("t", spans)
    assert trace.depth == 50_000
    assert [one.depth for one in trace.spans] == list(range(50_000))


def test_figures():
    trace = assembled("t", [span("a", duration=100), span("b", "a", at=20, service="b", status="Error")])
    assert (trace.start_ns, trace.duration_ns, trace.errors, trace.depth) == (0, 100, 1, 2)
    assert trace.services == {"a": 1, "b": 1}
