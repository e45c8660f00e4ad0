"""Who calls whom is believed at a glance, so it must be right: late spans, restarts and busy minutes included."""

import pytest

from sonde.query import Query
from sonde.store import edges as edges_module
from sonde.store.edges import EXACT_SPANS, Edges, Minute, Slice, is_due, slice_of
from stored import T0, Desk, opened

START = T0 // 10**9
LATER = START + 3600
INTERNAL, SERVER, CLIENT, PRODUCER, CONSUMER = 1, 2, 3, 4, 5


TABLES = ("otel_traces", "otel_traces_trace_id_ts", "sonde_red", "sonde_edges_minutes")


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("edges")) as store:
        yield Desk(store, "default")


@pytest.fixture
def desk(shared):
    """The module's tenant, emptied."""
    for table in TABLES:
        shared.store.engine.command(f"TRUNCATE TABLE {shared.store.table('default', table)}")
    return shared


def counted(desk, now_s=LATER):
    Edges(desk.store, desk.tenant).step(now_s)
    return {
        (edge.client, edge.server, edge.server_type): (edge.calls, edge.errors)
        for edge in Query(desk.store, desk.tenant).edges()
    }


def call(desk, trace=1, at_ms=0, **server):
    """A call from web to cart: the client's span, and the server's below it."""
    desk.spans({"trace": trace, "id": 1, "kind": CLIENT, "at_ms": at_ms, "ms": 40}, service="web")
    desk.spans(
        {"trace": trace, "id": 2, "parent": 1, "kind": SERVER, "at_ms": at_ms + 5, "ms": 20} | server, service="cart"
    )


def test_a_call_is_a_server_span_under_a_span_of_another_service(desk):
    call(desk, trace=1)
    call(desk, trace=2, status=2)
    desk.spans({"trace": 1, "id": 3, "parent": 2, "kind": SERVER}, service="cart")
    desk.spans({"trace": 1, "id": 4, "parent": 2, "kind": INTERNAL}, service="other")
    desk.spans({"trace": 1, "id": 5, "parent": 99, "kind": SERVER}, service="lost")
    assert counted(desk) == {("web", "cart", "service"): (2, 1)}
    (edge,) = Query(desk.store, desk.tenant).edges()
    assert edge.p50_ms == pytest.approx(40, rel=0.02), "the client's duration"


def test_a_parent_that_is_no_client_gives_the_child_s_duration(desk):
    desk.spans({"trace": 1, "id": 1, "kind": INTERNAL, "ms": 500}, service="web")
    desk.spans({"trace": 1, "id": 2, "parent": 1, "kind": CONSUMER, "ms": 20}, service="worker")
    assert counted(desk) == {("web", "worker", "service"): (1, 0)}
    assert Query(desk.store, desk.tenant).edges()[0].p50_ms == pytest.approx(20, rel=0.02)


def test_peers_without_spans(desk):
    def client(number, kind=CLIENT, **attributes):
        dotted = {name.replace("__", "."): value for name, value in attributes.items()}
        return {"trace": number, "id": 1, "kind": kind, "attributes": dotted}

    desk.spans(
        client(1, db__system__name="postgresql", db__namespace="orders", server__address="db-1"),
        client(2, db__system="redis", status=2) | {"status": 2},
        client(3, kind=PRODUCER, messaging__system="kafka", messaging__destination__name="parcels"),
        client(4, server__address="api.example.com"),
        client(5, peer__service="billing", server__address="10.0.0.7"),
        client(6),
        {"trace": 7, "id": 1, "kind": SERVER, "attributes": {"server.address": "me"}},
        service="web",
    )
    assert counted(desk) == {
        ("web", "postgresql/orders", "database"): (1, 0),
        ("web", "redis", "database"): (1, 1),
        ("web", "kafka/parcels", "messaging"): (1, 0),
        ("web", "api.example.com", "external"): (1, 0),
        ("web", "billing", "external"): (1, 0),
    }


def test_a_client_span_inside_another_is_one_call(desk):
    attributes = {"db.system": "mysql"}
    desk.spans(
        {"trace": 1, "id": 1, "kind": CLIENT, "attributes": attributes},
        {"trace": 1, "id": 2, "parent": 1, "kind": CLIENT, "at_ms": 1, "attributes": attributes},
        service="web",
    )
    assert counted(desk) == {("web", "mysql", "database"): (1, 0)}


def test_a_late_child_replaces_what_was_counted_without_it(desk):
    desk.spans({"trace": 1, "id": 1, "kind": CLIENT, "attributes": {"server.address": "cart.local"}}, service="web")
    assert counted(desk) == {("web", "cart.local", "external"): (1, 0)}
    desk.spans({"trace": 1, "id": 2, "parent": 1, "kind": SERVER, "at_ms": 5}, service="cart")
    assert counted(desk) == {("web", "cart", "service"): (1, 0)}
    assert counted(desk) == {("web", "cart", "service"): (1, 0)}, "a restart changes nothing"


def test_the_parent_may_lie_in_the_minute_before(desk):
    desk.spans({"trace": 1, "id": 1, "kind": PRODUCER, "at_ms": 0}, service="shop")
    desk.spans({"trace": 1, "id": 2, "parent": 1, "kind": CONSUMER, "at_ms": 300_000}, service="mail")
    assert counted(desk) == {("shop", "mail", "service"): (1, 0)}
    assert Query(desk.store, desk.tenant).edges(T0 + 300 * 10**9)[0].calls == 1, "in the minute of the called side"


def test_what_was_counted_is_left_alone(desk):
    call(desk)
    tally = Edges(desk.store, desk.tenant)
    assert (tally.step(LATER), tally.step(LATER), tally.waiting) == (1, 0, 0)
    assert Edges(desk.store, desk.tenant).step(LATER) == 0, "after a restart too"
    call(desk, trace=2, at_ms=120_000)
    assert tally.step(LATER) == 1


def test_the_running_minute_is_counted_as_far_as_it_has_settled(desk):
    call(desk, trace=1, at_ms=1_000)
    call(desk, trace=2, at_ms=40_000)
    assert counted(desk, START + 5) == {}
    assert counted(desk, START + 30) == {("web", "cart", "service"): (1, 0)}
    assert counted(desk, START + 90) == {("web", "cart", "service"): (2, 0)}


def test_a_busy_minute_is_counted_by_a_slice(desk, monkeypatch):
    monkeypatch.setattr(edges_module, "EXACT_SPANS", 60)
    monkeypatch.setattr(edges_module, "SLICE_SPANS", 40)
    seconds = range(60)
    desk.spans(*({"trace": s + 1, "id": 1, "kind": CLIENT, "at_ms": s * 1000} for s in seconds), service="web")
    desk.spans(
        *({"trace": s + 1, "id": 2, "parent": 1, "kind": SERVER, "at_ms": s * 1000, "status": 2} for s in seconds),
        service="cart",
    )
    assert counted(desk) == {("web", "cart", "service"): (60, 60)}


def test_wrong_clocks_are_left_out(desk):
    call(desk, at_ms=-40 * 86_400_000)
    assert counted(desk) == {}
    assert Edges(desk.store, desk.tenant).step(LATER) == 0


def test_spans_that_retention_took_are_not_waited_for(desk):
    call(desk)
    desk.store.engine.command(f"TRUNCATE TABLE {desk.store.table(desk.tenant, 'otel_traces')}")
    tally = Edges(desk.store, desk.tenant)
    an_hour_after_arrival = int(desk.store.engine.query("SELECT toUInt32(now()) AS now")[0]["now"]) + 3600
    assert [tally.step(an_hour_after_arrival) for _ in range(2)] == [1, 0]


def test_a_broken_engine_leaves_the_minute_stale(desk, monkeypatch):
    call(desk)
    tally = Edges(desk.store, desk.tenant)

    def refuse(*_, **__):
        raise OSError("no")

    with monkeypatch.context() as patch:
        patch.setattr(desk.store.engine, "command", refuse)
        with pytest.raises(OSError, match="no"):
            tally.step(LATER)
    assert tally.step(LATER) == 1
    assert counted(desk) == {("web", "cart", "service"): (1, 0)}


def test_a_minute_that_does_not_fit_into_memory_is_left_out(desk, monkeypatch, caplog):
    call(desk)
    tally = Edges(desk.store, desk.tenant)
    with monkeypatch.context() as patch:
        patch.setitem(edges_module._COUNTING, "max_memory_usage", 300_000)
        tally.step(LATER)
    assert "are not counted" in caplog.text
    assert counted(desk) == {("web", "cart", "service"): (1, 0)}, "until there is room"


BIG = 1_000_000


@pytest.mark.parametrize(
    ("minute", "now_s", "due"),
    [
        (Minute(600, 10, 600), 610, False),
        (Minute(600, 10, 600), 611, True),
        (Minute(600, 10, 660, counted=10), 9999, False),
        (Minute(600, 11, 660, counted=10, counted_at=700), 701, True),
        (Minute(600, BIG, 660), 669, False),
        (Minute(600, BIG, 660), 670, True),
        (Minute(600, BIG, 668), 670, False),
        (Minute(600, BIG, 779), 780, True),
        (Minute(600, BIG + 1, 700, counted=BIG, counted_at=700), 799, False),
        (Minute(600, BIG + 1, 700, counted=BIG, counted_at=700), 800, True),
        (Minute(600, BIG + 20_000, 700, counted=BIG, counted_at=700), 701, True),
    ],
    ids=[
        "not settled", "small and running", "complete", "small and late", "large and running", "large and over",
        "still coming in", "patience ends", "few late ones wait", "twice its age", "many late ones do not wait",
    ],
)  # fmt: skip
def test_when_a_minute_is_due(minute, now_s, due):
    assert is_due(minute, now_s) is due


def test_a_slice_is_all_of_a_quiet_minute():
    assert slice_of({605: 3, 600: 2, 659: 1}, 600) == Slice(600, 660, 6)
    assert slice_of({600: EXACT_SPANS}, 600) == Slice(600, 601, EXACT_SPANS)


@pytest.mark.parametrize("start_s", range(0, 6000, 600))
def test_a_slice_of_a_busy_minute_holds_enough_wherever_the_spans_lie(start_s):
    for seconds in (
        {start_s + second: 50_000 for second in range(60)},
        {start_s: 400_000, start_s + 59: 5},
        {start_s: 5, start_s + 59: 400_000},
    ):
        piece = slice_of(seconds, start_s)
        assert start_s <= piece.first_s < piece.last_s <= start_s + 60
        assert piece.spans == sum(n for second, n in seconds.items() if piece.first_s <= second < piece.last_s)
        assert piece.spans >= 50_000
