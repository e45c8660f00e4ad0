"""A comparison reads few attributes; those it reads must be the ones that explain the difference."""

import pytest

from sonde.core.errors import NotFoundError, ValidationError
from stored import trace_id

SLOW, FAST, OTHER = 0xA, 0xB, 0xC


def spans_of(trace, ms, user, **more):
    """A root with a query below it and, in another service, five calls whose ids differ."""
    return [
        {"trace": trace, "id": 1, "ms": ms, "name": "GET /cart", "kind": 2,
         "attributes": {"user.tier": user, "n": ms, "thread.id": ms, "http.route": "/cart", **more}},
        {"trace": trace, "id": 2, "parent": 1, "at_ms": 1, "ms": ms - 2, "name": "SELECT", "kind": 3, "attributes": {"db.rows": ms}},
    ]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def telemetry(desk):
    desk.spans(*spans_of(FAST, 10, "free"), resource={"service.version": "1", "host.name": "h"})
    desk.spans(*spans_of(SLOW, 90, "gold", extra="x" * 1000), resource={"service.version": "2", "host.name": "h"})
    items = [{"id": 10 + n, "parent": 1, "at_ms": 1, "name": f"item {n}"} for n in range(8)]
    desk.spans(*({"trace": FAST, "attributes": {"item": n}, **one} for n, one in enumerate(items)), service="stock")
    desk.spans(*({"trace": SLOW, "attributes": {"item": -n}, **one} for n, one in enumerate(items)), service="stock")


def test_the_tree_and_the_figures_of_both(query):
    found = query.compare("b", "A")
    assert (found.a.trace_id, found.b.trace_id) == (trace_id(FAST), trace_id(SLOW))
    assert [(n.service, n.a.name, n.a.count, n.b.count) for n in found.diff.nodes] == [
        ("shop", "GET /cart", 1, 1), ("shop", "SELECT", 1, 1), ("stock", "item 0", 8, 8),
    ]  # fmt: skip
    assert not found.diff.truncated
    assert not found.spans_truncated


def test_attributes_that_differ_are_told_and_ids_are_not(query):
    found = [(one.node, one.service, one.key, one.a, one.b) for one in query.compare("b", "a").attributes]
    assert found == [
        (-1, "shop", "service.version", ("1",), ("2",)),
        (0, "shop", "extra", (), ("x" * 299 + "…",)),
        (0, "shop", "n", ("10",), ("90",)),
        (0, "shop", "user.tier", ("free",), ("gold",)),
        (1, "shop", "db.rows", ("10",), ("90",)),
    ]


def test_a_trace_with_itself(query):
    found = query.compare("a", "a")
    assert found.attributes == []
    assert all(node.a == node.b for node in found.diff.nodes)


def test_what_is_not_there_and_what_is_no_id(query):
    with pytest.raises(NotFoundError, match="trace_id"):
        query.compare("a", "999")
    with pytest.raises(ValidationError, match="trace_id"):
        query.compare("a", "'; DROP TABLE")
