"""The map: every service and peer once, with figures that agree with the calls."""

import pytest

from sonde.core.clock import ManualClock
from sonde.core.errors import ValidationError
from sonde.query import Query
from stored import T0

MINUTE = 60 * 10**9
CALLS = [
    ("web", "cart", "service", 100, 1),
    ("web", "cart", "external", 7, 7),
    ("web", "db", "database", 20, 0),
    ("cart", "db", "database", 30, 3),
    ("cart", "kafka/orders", "messaging", 5, 0),
    ("gone", "web", "service", 2, 0),
    ("cart", "api.example", "external", 1, 1),
]


@pytest.fixture(scope="module", autouse=True)
def telemetry(desk):
    for service in ("web", "cart", "idle"):
        desk.spans(*({"trace": n + 1, "id": 1, "at_ms": n, "ms": 10, "kind": 2, "status": 2 if n == 0 else 0} for n in range(4)), service=service)  # fmt: skip
    rows = ", ".join(
        f"(toDateTime({T0 // 10**9}), '{client}', '{server}', '{kind}', {calls}, {errors}, 1,"
        f" arrayReduce('quantilesDDState(0.01, 0.5, 0.95, 0.99)', [toUInt64(5000000)]), 1)"
        for client, server, kind, calls, errors in CALLS
    )
    desk.store.engine.command(
        f"INSERT INTO {desk.store.table(desk.tenant, 'sonde_edges_minutes')} (Minute, Client, Server, ServerType,"
        f" Calls, Errors, DurationSum, DurationSketch, Version) VALUES {rows}"
    )


@pytest.fixture
def query(desk):
    return Query(desk.store, "default", clock=ManualClock(T0 + MINUTE))


def test_services_and_peers(query):
    found = query.service_map(T0, T0 + MINUTE)
    nodes = {(one.kind, one.name): one for one in found.nodes}
    assert set(nodes) == {
        ("service", "web"), ("service", "cart"), ("service", "idle"), ("service", "gone"),
        ("database", "db"), ("messaging", "kafka/orders"), ("external", "api.example"),
    }  # fmt: skip
    assert (nodes["service", "web"].spans, nodes["service", "web"].errors) == (4, 1), "judged by its own spans"
    database = nodes["database", "db"]
    assert (database.spans, database.errors, database.sends_spans) == (50, 3, False), "judged by its callers"
    assert database.p95_ms == pytest.approx(5, rel=0.02)
    assert (nodes["service", "gone"].spans, nodes["service", "gone"].sends_spans) == (0, False)
    assert nodes["service", "idle"].rate_per_s == pytest.approx(4 / 60)


def test_a_call_that_the_service_did_not_see_is_still_a_call_to_it(query):
    edges = {(one.client, one.server, one.server_type): one for one in query.service_map(T0, T0 + MINUTE).edges}
    assert (edges["web", "cart", "service"].calls, edges["web", "cart", "service"].errors) == (107, 8)
    assert ("web", "cart", "external") not in edges
    assert ("cart", "api.example", "external") in edges


def test_a_cut_says_so_and_leaves_no_edge_without_ends(query):
    found = query.service_map(T0, T0 + MINUTE, 2)
    assert [one.name for one in found.nodes] == ["db", "kafka/orders"]
    assert (found.nodes_found, found.edges, found.edges_found) == (7, [], 6)
    with pytest.raises(ValidationError, match="limit"):
        query.service_map(T0, T0 + MINUTE, 501)


def test_nothing_stored(query):
    found = query.service_map(T0 + 60 * MINUTE, T0 + 80 * MINUTE)
    assert (found.nodes, found.edges, found.nodes_found) == ([], [], 0)


def test_the_neighbours_of_one(query):
    found = query.service_page("cart", T0, T0 + MINUTE).neighbours
    assert [(one.client, one.calls) for one in found.callers] == [("web", 107)]
    assert [(one.server, one.calls) for one in found.callees] == [("db", 30), ("kafka/orders", 5), ("api.example", 1)]
    assert found.found == 4
