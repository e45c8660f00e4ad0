"""Whatever a trace looks like, its critical path lies within it and nothing on it is counted twice."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from sonde.query.critical import critical_path
from sonde.query.lineage import lineage, self_times
from sonde.query.spans import KINDS, Span
from sonde.query.trace import assembled


@st.composite
def traces(draw, most=25):
    """Forests of any shape, with times that may contradict it."""
    count = draw(st.integers(1, most))
    spans = []
    for number in range(count):
        parent = draw(st.integers(-1, number - 1))
        spans.append(
            Span(
                "t",
                f"{number:016x}",
                f"{parent:016x}" if parent >= 0 else "",
                draw(st.sampled_from("pqr")),
                draw(st.sampled_from(KINDS)),
                draw(st.sampled_from("ab")),
                draw(st.integers(0, 50)) * 1000,
                draw(st.integers(0, 50)) * 1000,
                draw(st.sampled_from(["Unset", "Error"])),
                attributes=draw(st.dictionaries(st.sampled_from(["db.query.text", "n"]), st.sampled_from(["x", "y"]))),
            )
        )
    return assembled("t", spans)


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
