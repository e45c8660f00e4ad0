"""The outline reads a fraction of a trace; its tree must be the tree of the whole."""

import random

import pytest

import sonde.query.outlinerows
from stored import trace_id


@pytest.fixture(scope="module", autouse=True)
def telemetry(desk):
    rng = random.Random(4)
    spans = [
        {"trace": 7, "id": n, "parent": rng.randrange(n) if n > 1 else 0, "at_ms": rng.random() * 50, "ms": rng.random() * 20,
         "name": f"work {n % 7}", "kind": rng.randrange(6), "status": rng.choice([0, 0, 1, 2]), "attributes": {"n": n}}
        for n in range(1, 120)
    ]  # fmt: skip
    for host in range(3):
        desk.spans(*spans[host::3], service=f"s{host}", resource={"host.name": f"h{host}"})
    desk.spans(*spans[:30:3], service="s0", resource={"host.name": "h0"})
    desk.spans({**spans[0], "attributes": {"n": "another"}}, service="s0", resource={"host.name": "h0"})


def place(span):
    return (
        span.span_id,
        span.depth,
        span.shown_start_ns,
        span.duration_ns,
        span.service,
        span.copies,
        span.missing_parent,
    )


def test_its_tree_is_that_of_the_whole_trace(query):
    whole, outline = query.trace("7", logs=False), query.outline("7")
    assert [place(span) for span in outline.trace.spans] == [place(span) for span in whole.spans]
    assert any(span.skew_ns for span in whole.spans)
    assert any(span.copies for span in whole.spans)
    assert (outline.total, outline.truncated) == (len(whole.spans), False)
    for index, span in enumerate(whole.spans):
        below = whole.spans[index + 1 : index + 1 + outline.descendants[index]]
        after = whole.spans[index + 1 + outline.descendants[index] :][:1]
        assert all(one.depth > span.depth for one in below)
        assert all(one.depth <= span.depth for one in after)


def test_more_spans_than_it_takes_are_cut_at_the_end_and_said(query, monkeypatch):
    monkeypatch.setattr(sonde.query.outlinerows, "MAX_SPANS", 20)
    outline = query.outline(trace_id(7))
    assert outline.truncated
    assert (len(outline.trace.spans) <= 20, outline.total) == (True, 130)
    latest = max(span.start_ns for span in outline.trace.spans)
    assert sum(span.start_ns <= latest for span in query.trace("7", logs=False).spans) <= 22
