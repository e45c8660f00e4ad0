"""Whatever a trace looks like, its critical path lies within it and nothing on it is counted twice."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from sonde.query.critical import critical_path
from sonde.query.lineage import lineage, self_times
from sonde.query.spans import KINDS, Span
from sonde.query.trace import assembled
from sonde.query.tracediff import trace_diff

SPANS = st.lists(
    st.tuples(
        st.integers(0, 30),
        st.sampled_from("pqr"),
        st.sampled_from(KINDS),
        st.sampled_from("ab"),
        st.integers(0, 50),
        st.integers(0, 50),
    ),
    min_size=1,
    max_size=20,
)


def traces():
    """Forests of any shape, with times that may contradict it."""
    return SPANS.map(lambda drawn: assembled("t", [_span(number, one) for number, one in enumerate(drawn)]))


def _span(number, drawn):
    """A root, or a span below the one that many places before it."""
    up, name, kind, service, start, duration = drawn
    parent = f"{number - up:016x}" if 0 < up <= number else ""
    return Span("t", f"{number:016x}", parent, name, kind, service, start * 1000, duration * 1000)


@given(traces())
def test_segments_are_ordered_disjoint_and_within_the_trace(trace):
    path = critical_path(trace)
    end_ns = trace.start_ns + trace.duration_ns
    assert all(trace.start_ns <= one.start_ns < one.end_ns <= end_ns for one in path)
    assert all(one.end_ns <= after.start_ns for one, after in itertools.pairwise(path))
    assert sum(one.end_ns - one.start_ns for one in path) <= trace.duration_ns


@given(traces())
def test_a_span_is_on_it_only_while_it_runs(trace):
    kin = lineage(trace.spans)
    assert all(
        kin.starts[one.span] <= one.start_ns and one.end_ns <= kin.ends[one.span] for one in critical_path(trace)
    )


@given(traces())
def test_a_root_around_everything_leaves_no_moment_unexplained(trace):
    """With one root around everything, the path is as long as the trace."""
    root = trace.spans[0]
    kin = lineage(trace.spans)
    if kin.parents.count(-1) == 1 and root.duration_ns == trace.duration_ns:
        assert sum(one.end_ns - one.start_ns for one in critical_path(trace)) == trace.duration_ns


@given(traces())
def test_self_time_is_part_of_a_spans_duration(trace):
    times = self_times(lineage(trace.spans))
    assert all(0 <= own <= span.duration_ns for own, span in zip(times, trace.spans, strict=True))


@given(traces())
def test_a_trace_does_not_differ_from_itself(trace):
    found = trace_diff(trace, trace)
    assert all((node.a, node.service) == (node.b, node.service_b) for node in found.nodes)


@given(traces(), traces())
def test_a_difference_counts_every_span_once_and_turns_around(a, b):
    found = trace_diff(a, b)
    assert sum(node.a.count for node in found.nodes) == len(a.spans)
    assert sum(node.b.count for node in found.nodes) == len(b.spans)
    turned = trace_diff(b, a)
    assert sorted((node.a.count, node.b.count, node.a.total_ns) for node in found.nodes) == sorted(
        (node.b.count, node.a.count, node.b.total_ns) for node in turned.nodes
    )
    assert all(node.parent < index for index, node in enumerate(found.nodes))
