"""A service's page: its figures must be those of the spans, whether counted by the minute or one by one, whole or in slices."""

import pytest

from sonde.core.clock import ManualClock
from sonde.query import Query, instances, servicepage
from stored import T0

MINUTE = 60 * 10**9
MINUTES = 20


@pytest.fixture(scope="module", autouse=True)
def telemetry(desk):
    for minute in range(MINUTES):
        for instance in range(3):
            bad = instance == 2
            desk.spans(
                *(
                    {"trace": 1000 * minute + 10 * instance + n + 1, "id": 1, "at_ms": minute * 60_000 + 6000 * n + instance, "ms": 400 if bad else 10 + n, "kind": 2, "name": "GET /cart" if n % 2 else "GET /", "status": 2 if bad and n < 5 else 0}
                    for n in range(10)
                ),
                *({"trace": 1000 * minute + 10 * instance + n + 1, "id": 2, "parent": 1, "at_ms": minute * 60_000 + 6000 * n + instance, "ms": 5, "kind": 3, "name": "SELECT"} for n in range(2)),
                service="cart",
                resource={"service.instance.id": f"cart-{instance}", "service.version": "2.0" if bad else "1.0", "host.name": f"node-{instance}"},
            )  # fmt: skip
    desk.spans({"trace": 7, "id": 1, "ms": 3, "name": "tick"}, service='cron\'s "job"\n')


@pytest.fixture
def query(desk):
    return Query(desk.store, "default", clock=ManualClock(T0 + 60 * MINUTE))


def test_a_long_range_is_counted_by_the_minute(query):
    page = query.service_page("cart", T0 + 1, T0 + MINUTES * MINUTE - 1)
    assert (page.judged_by, page.spans, page.errors, page.frame.is_exact) == ("entry", 600, 100, False)
    assert page.rate_per_s == pytest.approx(600 / (MINUTES * 60))
    assert page.frame.grid.step_ns == MINUTE
    assert page.course.rate_per_s == pytest.approx([0.5] * MINUTES)
    assert page.course.errors_per_s == pytest.approx([5 / 60] * MINUTES)
    assert page.course.p99_ms == pytest.approx([400] * MINUTES, rel=0.02)
    assert page.durations.whole[0] == pytest.approx(16, rel=0.1)
    assert page.last_seen_ns == T0 + (MINUTES - 1) * MINUTE


def test_a_short_range_is_counted_exactly(query):
    page = query.service_page("cart", T0 + 1_000_000, T0 + 5 * 10**9)
    assert (page.spans, page.frame.is_exact, page.durations_share) == (2, True, 1.0)
    assert page.course.rate_per_s[0] == pytest.approx(2, rel=0.01)


def test_operations_with_entry_spans_first(query):
    page = query.service_page("cart", T0, T0 + MINUTES * MINUTE)
    assert [(one.name, one.kind, one.is_entry, one.spans, one.errors) for one in page.operations] == [
        ("GET /", "Server", True, 300, 60), ("GET /cart", "Server", True, 300, 40), ("SELECT", "Client", False, 120, 0),
    ]  # fmt: skip
    assert page.operations[0].spans_by_step == [15] * MINUTES
    assert page.operations[0].errors_by_step == [3] * MINUTES
    assert page.operations[2].p95_ms == pytest.approx(5, rel=0.02)
    assert page.operations_found == 3


def test_the_heat_holds_every_judged_span(query):
    page = query.service_page("cart", T0, T0 + MINUTES * MINUTE)
    heat = page.durations.heat
    assert len(heat.counts) == MINUTES
    assert all(sum(column) == 30 for column in heat.counts)
    assert heat.bounds_ms == sorted(heat.bounds_ms)
    assert heat.bounds_ms[0] <= 10 < heat.bounds_ms[1]
    assert heat.bounds_ms[-2] <= 400 < heat.bounds_ms[-1]
    assert all(len(column) == len(heat.bounds_ms) - 1 for column in heat.counts)


def test_slices_give_every_step_its_durations(query, monkeypatch):
    monkeypatch.setattr(servicepage, "_MOST_READ", 400)
    page = query.service_page("cart", T0, T0 + MINUTES * MINUTE)
    assert 0 < page.durations_share < 1
    assert 0 < page.durations.read < 600
    assert (page.spans, page.errors) == (600, 100), "counts stay exact"
    assert sum(p95 is not None for p95 in page.course.p95_ms) >= MINUTES - 1


def test_before_the_first_data_and_after_now_there_is_nothing_to_say(desk):
    now = Query(desk.store, "default", clock=ManualClock(T0 + 10 * MINUTE))
    course = now.service_page("cart", T0 - 10 * MINUTE, T0 + 30 * MINUTE).course
    assert course.rate_per_s[:10] == [None] * 10
    assert course.rate_per_s[-5:] == [None] * 5
    assert course.rate_per_s[10:20] == pytest.approx([0.5] * 10)


def test_a_service_that_sent_nothing(query):
    page = query.service_page("nosuch' OR 1=1 --", T0, T0 + MINUTES * MINUTE)
    assert (page.spans, page.operations, page.durations.heat.counts, page.last_seen_ns) == (0, [], [], None)
    found = query.service_instances("nosuch", T0, T0 + MINUTES * MINUTE)
    assert (found.instances, found.versions, found.share) == ([], [], 1.0)


def test_a_service_with_a_hostile_name_and_no_entry_spans(query):
    page = query.service_page('cron\'s "job"\n', T0, T0 + 5 * MINUTE)
    assert (page.judged_by, page.spans, page.operations[0].name) == ("all", 1, "tick")


def test_absurd_ranges_have_few_steps(query):
    page = query.service_page("cart", 0, 2**63 - 1)
    assert page.spans == 600
    assert len(page.course.rate_per_s) <= 121


def test_instances_and_the_one_that_does_worse(query):
    found = query.service_instances("cart", T0, T0 + MINUTES * MINUTE)
    assert [(one.name, one.version, one.host, one.spans, one.errors) for one in found.instances] == [
        ("cart-2", "2.0", "node-2", 200, 100), ("cart-0", "1.0", "node-0", 200, 0), ("cart-1", "1.0", "node-1", 200, 0),
    ]  # fmt: skip
    worst, well, _ = found.instances
    assert worst.worse.startswith("50% fail, of the others 0%; p95 40")
    assert worst.worse.endswith("ms, of the others 18.8 ms")
    assert well.worse == ""
    assert (well.first_ns, well.last_ns) == (T0, T0 + (MINUTES - 1) * MINUTE + 54 * 10**9)
    assert sum(well.spans_by_step) == 200
    assert [(one.name, one.instances, one.spans, bool(one.worse)) for one in found.versions] == [("2.0", 1, 200, True), ("1.0", 2, 400, False)]  # fmt: skip


def test_versions_stay_exact_where_instances_are_estimated(query, monkeypatch):
    monkeypatch.setattr(instances, "_MOST_READ", 400)
    found = query.service_instances("cart", T0, T0 + MINUTES * MINUTE)
    assert found.share < 1
    assert {one.name: (one.spans, one.errors) for one in found.versions} == {"1.0": (400, 0), "2.0": (200, 100)}
    assert found.versions[0].first_ns == T0
    assert {one.name for one in found.instances} <= {"cart-0", "cart-1", "cart-2"}


def part(name, spans_by_step, errors_by_step, p95_ms=10.0):
    return instances.Part(name, "", "", "", 1, sum(spans_by_step), sum(errors_by_step), 1.0, p95_ms, 0, 0, spans_by_step, errors_by_step)  # fmt: skip


def test_a_part_alone_is_never_worse():
    assert instances.judged([]) == []
    assert instances.judged([part("only", [100], [100])])[0].worse == ""


def test_an_outage_that_all_shared_is_nobodys_fault():
    old = part("1.0", [100, 100, 0], [0, 80, 0], p95_ms=900.0)
    new = part("1.1", [0, 0, 100], [0, 0, 1], p95_ms=10.0)
    assert [bool(one.worse) for one in instances.judged([old, new])] == [True, False], (
        "failures of another time still count"
    )
    beside = part("b", [100, 100, 0], [0, 80, 0], p95_ms=900.0)
    assert [one.worse for one in instances.judged([old, beside])] == ["", ""]


def test_a_bad_deployment_stands_out_though_it_ran_alone_and_briefly():
    old = part("2.4", [100, 100, 0, 100], [20, 2, 0, 1])
    new = part("2.5", [0, 0, 19, 0], [0, 0, 6, 0], p95_ms=900.0)
    assert [one.worse for one in instances.judged([old, new])] == ["", "31.6% fail, of the others 7.67%"]


def test_a_slow_instance_beside_others_stands_out():
    well, slow = part("a", [50, 50], [0, 0]), part("b", [50, 50], [0, 0], p95_ms=40.0)
    assert [one.worse for one in instances.judged([well, slow])] == ["", "p95 40.0 ms, of the others 10.0 ms"]
