"""Two traces of the same work are rarely equal: what is matched, what is left over, and what the figures add up to."""

from sonde.query.spans import Span
from sonde.query.trace import assembled
from sonde.query.tracediff import trace_diff

MS = 10**6


def span(id_, start, end, parent="", *, name="", kind="Internal", service="a", **more):
    return Span("t", id_, parent, name or id_, kind, service, start * MS, (end - start) * MS, **more)


def diff(a, b, **more):
    return trace_diff(assembled("t", a), assembled("t", b), **more)


def shown(found):
    return [(node.depth, node.a.name or node.b.name, node.a.count, node.b.count) for node in found.nodes]


def test_the_same_work_in_another_order_is_the_same():
    a = [span("r", 0, 10), span("x", 1, 2, "r"), span("y", 3, 4, "r")]
    b = [span("r", 0, 10), span("y", 1, 2, "r"), span("x", 3, 4, "r")]
    assert shown(diff(a, b)) == [(0, "r", 1, 1), (1, "x", 1, 1), (1, "y", 1, 1)]


def test_alike_siblings_are_one_node_with_a_count():
    a = [span("r", 0, 10), span("1", 1, 2, "r", name="get 1"), span("2", 3, 5, "r", name="get 22")]
    b = [span("r", 0, 20), *(span(str(n), n, n + 1, "r", name=f"get {n}", status="Error") for n in range(1, 6))]
    (root, get) = diff(a, b).nodes
    assert (get.a.count, get.b.count, get.a.total_ns, get.b.total_ns) == (2, 5, 3 * MS, 5 * MS)
    assert (get.a.errors, get.b.errors, get.a.name, get.b.first_ns) == (0, 5, "get 1", MS)
    assert (root.a.self_ns, root.b.self_ns) == (7 * MS, 15 * MS)


def test_what_only_one_has_stands_with_its_subtree():
    a = [span("r", 0, 10), span("old", 1, 4, "r"), span("below", 2, 3, "old")]
    b = [span("r", 0, 10), span("new", 1, 4, "r", kind="Client")]
    assert shown(diff(a, b)) == [(0, "r", 1, 1), (1, "old", 1, 0), (2, "below", 1, 0), (1, "new", 0, 1)]


def test_a_renamed_operation_keeps_its_subtree():
    a = [span("r", 0, 10), span("list", 1, 4, "r"), span("q", 2, 3, "list")]
    b = [span("r", 0, 10), span("list_v", 1, 4, "r"), span("q", 2, 3, "list_v")]
    found = diff(a, b)
    assert shown(found) == [(0, "r", 1, 1), (1, "list", 1, 1), (2, "q", 1, 1)]
    assert (found.nodes[1].a.name, found.nodes[1].b.name) == ("list", "list_v")


def test_a_renamed_service_is_matched_by_name_and_only_once():
    a = [span("r", 0, 10), span("x", 1, 4, "r", service="old", name="op")]
    b = [
        span("r", 0, 10),
        span("x", 1, 4, "r", service="new", name="op"),
        span("y", 5, 6, "r", service="newer", name="op"),
    ]
    (_, node, other) = diff(a, b).nodes
    assert (node.service, node.service_b, node.a.count, node.b.count) == ("old", "new", 1, 1)
    assert (other.service, other.a.count) == ("newer", 0)


def test_differences_of_critical_time_explain_the_difference_in_duration():
    a = [span("r", 0, 10), span("x", 1, 4, "r"), span("beside", 1, 3, "r")]
    b = [span("r", 0, 40), span("x", 1, 34, "r"), span("beside", 1, 30, "r")]
    nodes = diff(a, b).nodes
    assert sum(node.b.critical_ns - node.a.critical_ns for node in nodes) == 30 * MS
    assert {node.a.name: node.b.critical_ns - node.a.critical_ns for node in nodes} == {
        "r": 0,
        "x": 30 * MS,
        "beside": 0,
    }


def test_traces_with_nothing_in_common():
    assert shown(diff([span("x", 0, 1)], [span("y", 0, 1, service="b")])) == [(0, "x", 1, 0), (0, "y", 0, 1)]


def test_of_too_many_nodes_the_largest_differences_stay_with_what_is_above_them():
    a = [span("r", 0, 1000), *(span(f"op{chr(97 + n)}", n, n + 1, "r") for n in range(26)), span("deep", 5, 6, "opf")]
    b = [*a[:-1], span("deep", 5, 500, "opf")]
    found = diff(a, b, most=3)
    assert found.truncated
    assert [(node.parent, node.a.name) for node in found.nodes] == [(-1, "r"), (0, "opf"), (1, "deep")]


def test_the_longest_spans_of_a_node_are_samples():
    a = [span("r", 0, 1000), *(span(f"{n:02}", n, n + 1 + n % 7, "r", name="op") for n in range(40))]
    node = diff(a, a).nodes[1]
    assert len(node.a.spans) == 20
    assert {assembled("t", a).spans[index].duration_ns for index in node.a.spans[:5]} == {7 * MS}
