"""What becomes of a request must follow from the answers alone: who is asked next, when, with what, and what is told."""

import random
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from sonde.client.delivery import Delivery
from sonde.client.direct.balancer import FITNESS, Balancer, Member
from sonde.client.direct.builders import counter, log, span
from sonde.client.direct.courses import Courses, Parcel, Try, Wait
from sonde.client.direct.payload import payload_of
from sonde.core.clock import ManualClock
from sonde.core.signal import Signal
from sonde.otlp import wire
from sonde.resilience import Phase, RetryBudget, RetryPolicy

OK = Delivery(accepted=True, sent_bytes=10)
AWAY = Delivery(accepted=False, code="errno.ECONNREFUSED", retryable=True, undelivered=True)
BUSY = Delivery(accepted=False, code="http.503", message="busy", retryable=True)
WRONG = Delivery(accepted=False, code="http.400", message="wrong")
LARGE = Delivery(accepted=False, code="http.413", message="too large")


class World:
    """Servers that answer as told, and a clock that waiting moves."""

    def __init__(self, count, balance, answer, *, budget=None):
        self.clock = ManualClock()
        self.answer = answer
        self.tries: list[Try] = []
        self.waits: list[float] = []
        self.closes_after = 10**9
        rng = random.Random(3).random
        members = [Member(f"s{index}") for index in range(count)]
        self.courses = Courses(lambda: Balancer(members, balance, rng), self.clock, rng, budget)

    def run(self, *parcels, timeout_s=10.0, policy=None):
        course = self.courses.deliver(parcels, timeout_s, policy)
        try:
            step = next(course)
            while True:
                if isinstance(step, Wait):
                    self.waits.append(step.seconds)
                    self.clock.advance(step.seconds)
                    step = course.send(len(self.waits) < self.closes_after)
                else:
                    self.tries.append(step)
                    step = course.send(self.answer(step))
        except StopIteration as end:
            assert self.courses.balancer.in_flight == (0,) * len(self.courses.balancer.members)
            return end.value


def traces(count, *, same_trace=False):
    first = span("span 0", service="shop")
    rest = [span(f"span {i}", parent=first if same_trace else None, service="shop") for i in range(1, count)]
    return Parcel(Signal.TRACES, payload_of(Signal.TRACES, [first, *rest]))


def count(parcel):
    return wire.validate(parcel.signal.index, parcel.payload)


def test_an_accepted_request_is_sent_once_as_it_is():
    world, parcel = World(3, "round_robin", lambda _: OK), traces(2)
    assert world.run(parcel) is OK
    assert [(step.endpoint, step.parcel) for step in world.tries] == [(0, parcel)]


def test_the_next_endpoint_takes_over_without_waiting():
    world = World(3, "failover", lambda step: OK if step.endpoint == 2 else AWAY)
    assert world.run(traces(1)) is OK
    assert [step.endpoint for step in world.tries] == [0, 1, 2]
    assert not world.waits


def test_an_endpoint_that_hangs_leaves_half_of_the_time_to_others():
    world = World(2, "failover", lambda _: OK)

    def hang(step):
        world.clock.advance(step.timeout_s)
        return Delivery(accepted=False, code="timeout.reply", retryable=True) if step.endpoint == 0 else OK

    world.answer = hang
    assert world.run(traces(1), timeout_s=8.0).accepted
    assert [step.timeout_s for step in world.tries] == [4.0, 4.0]


def test_what_the_server_finds_wrong_is_not_shown_to_another():
    world = World(3, "failover", lambda _: WRONG)
    assert world.run(traces(1), policy=RetryPolicy()) is WRONG
    assert len(world.tries) == 1


def test_a_missing_credential_rests_nobody():
    missing = Delivery(accepted=False, code="client.credentials", undelivered=True)
    world = World(2, "failover", lambda _: missing)
    for _ in range(4):
        assert world.run(traces(1)) is missing
    assert {step.endpoint for step in world.tries} == {0}


def test_a_missing_credential_proves_nobody_fit():
    world = World(2, "failover", lambda step: AWAY if step.endpoint == 0 else OK)
    for _ in range(FITNESS.consecutive_failures):
        world.run(traces(1))
    world.clock.advance(FITNESS.open_s)
    world.answer = lambda _: Delivery(accepted=False, code="client.credentials", undelivered=True)
    world.run(traces(1))
    assert world.courses.balancer.phases == (Phase.HALF_OPEN, Phase.CLOSED)


def test_a_dead_endpoint_is_left_alone_and_later_tried_again():
    world = World(2, "failover", lambda step: AWAY if step.endpoint == 0 else OK)
    for _ in range(5):
        world.run(traces(1))
    assert Counter(step.endpoint for step in world.tries) == {0: FITNESS.consecutive_failures, 1: 5}
    world.clock.advance(FITNESS.open_s)
    world.answer = lambda _: OK
    world.run(traces(1))
    world.run(traces(1))
    assert [step.endpoint for step in world.tries[-2:]] == [0, 0]


def test_retries_wait_as_long_as_the_server_asks():
    world = World(1, "round_robin", lambda _: OK)
    answers = iter([Delivery(accepted=False, code="http.429", retryable=True, retry_after_s=20.0), BUSY, OK])
    world.answer = lambda _: next(answers)
    assert world.run(traces(1), policy=RetryPolicy()) is OK
    assert world.waits[0] >= 20.0
    assert world.waits[1] < 20.0


def test_a_hint_counts_only_when_every_endpoint_gave_one():
    asks = Delivery(accepted=False, code="http.429", retryable=True, retry_after_s=30.0)
    world = World(2, "failover", lambda step: asks if step.endpoint == 0 else AWAY)
    final = world.run(traces(1))
    assert final.retry_after_s is None
    assert not final.undelivered, "the first server may have seen it"


@settings(max_examples=50)
@given(st.floats(0.5, 200.0), st.floats(0.0, 5.0))
def test_delivery_ends_within_its_time(total_s, each_takes_s):
    world = World(2, "round_robin", lambda _: BUSY)

    def slow(step):
        world.clock.advance(min(each_takes_s, step.timeout_s))
        return BUSY

    world.answer = slow
    assert world.run(traces(1), policy=RetryPolicy(total_s=total_s)).code == "http.503"
    assert world.clock.monotonic() <= total_s + 1e-6


def test_an_empty_budget_ends_retrying():
    world = World(1, "round_robin", lambda _: BUSY, budget=RetryBudget(ratio=0.0, reserve=2))
    world.run(traces(1), policy=RetryPolicy())
    world.run(traces(1), policy=RetryPolicy())
    assert len(world.tries) == 2 + 2


def test_shutting_down_ends_the_wait_with_the_last_answer():
    world = World(1, "round_robin", lambda _: BUSY)
    world.closes_after = 1
    assert world.run(traces(1), policy=RetryPolicy()) is BUSY
    assert len(world.tries) == 1


def test_too_large_is_cut_until_it_passes_and_nothing_is_lost_or_repeated():
    world = World(2, "round_robin", lambda step: LARGE if count(step.parcel) > 3 else OK)
    parcel = traces(10)
    final = world.run(parcel)
    passed = [step.parcel.payload for step in world.tries if count(step.parcel) <= 3]
    assert (final.accepted, final.code, final.rejected) == (True, "ok", 0)
    ids = bytes(wire.scan(0, wire.concat(passed)).span_id)
    assert ids == bytes(wire.scan(0, parcel.payload).span_id), "in order, each once"
    assert final.sent_bytes >= OK.sent_bytes * len(passed)


def test_a_record_too_large_by_itself_is_told_and_the_others_pass():
    large = payload_of(Signal.LOGS, [log("x" * 1000), log("small"), log("small too")])
    world = World(1, "round_robin", lambda step: LARGE if len(step.parcel.payload) > 900 else OK)
    final = world.run(Parcel(Signal.LOGS, large))
    assert (final.accepted, final.rejected, final.code) == (True, 1, "http.413")
    assert final.message.startswith("1 log_records were not taken")


def test_a_server_that_takes_nothing_is_not_asked_for_ever():
    world = World(1, "round_robin", lambda _: LARGE)
    assert not world.run(traces(500)).accepted
    assert len(world.tries) < 200


def test_only_the_failed_part_is_sent_again():
    first, second = traces(4), Parcel(Signal.METRICS, payload_of(Signal.METRICS, [counter("orders", 1)]))
    world = World(1, "round_robin", lambda _: OK)
    world.answer = lambda step: BUSY if step.parcel is second and len(world.tries) < 3 else OK
    assert world.run(first, second, policy=RetryPolicy()).accepted
    assert [step.parcel for step in world.tries] == [first, second, second]


def test_without_a_policy_a_part_that_may_be_repeated_fails_the_whole():
    world = World(1, "round_robin", lambda step: BUSY if step.parcel.signal is Signal.METRICS else OK)
    metrics = Parcel(Signal.METRICS, payload_of(Signal.METRICS, [counter("orders", 1)]))
    final = world.run(traces(1), metrics)
    assert (final.accepted, final.retryable, final.code) == (False, True, "http.503")


def test_what_was_given_up_while_the_rest_arrived_counts_as_rejected():
    world = World(1, "round_robin", lambda step: BUSY if step.parcel.signal is Signal.METRICS else OK)
    metrics = Parcel(Signal.METRICS, payload_of(Signal.METRICS, [counter("orders", 1), counter("carts", 1)]))
    final = world.run(traces(1), metrics, policy=RetryPolicy(attempts=2))
    assert (final.accepted, final.rejected, final.code) == (True, 2, "http.503")
    assert final.message == "2 data_points were not taken; busy"


def homes(tries):
    found = {}
    for step in tries:
        ids = bytes(wire.scan(step.parcel.signal.index, step.parcel.payload).trace_id)
        for at in range(0, len(ids), 16):
            found.setdefault(ids[at : at + 16], set()).add(step.endpoint)
    return found


def test_a_trace_stays_together_whatever_request_it_comes_in():
    world = World(3, "trace_id", lambda _: OK)
    roots = [span(f"root {i}") for i in range(20)]
    for part in (roots, [span("child", parent=root) for root in roots]):
        world.run(Parcel(Signal.TRACES, payload_of(Signal.TRACES, part)))
    world.run(Parcel(Signal.LOGS, payload_of(Signal.LOGS, [log("during", span=root) for root in roots])))
    assert all(len(places) == 1 for places in homes(world.tries).values())
    assert {step.endpoint for step in world.tries} == {0, 1, 2}
    assert sum(count(step.parcel) for step in world.tries) == 60


def test_traces_of_a_dead_endpoint_go_to_their_own_second_choices():
    world = World(3, "trace_id", lambda step: AWAY if step.endpoint == 0 else OK)
    parcel = traces(60)
    assert world.run(parcel).accepted
    taken = [step for step in world.tries if step.endpoint != 0]
    assert sum(count(step.parcel) for step in taken) == 60
    assert {step.endpoint for step in taken} == {1, 2}
    assert all(len(places) == 1 for places in homes(taken).values())


def test_metrics_of_one_service_stay_together_and_logs_without_trace_go_round():
    world = World(3, "trace_id", lambda _: OK)
    for _ in range(3):
        points = [counter("orders", 1, service=f"service {i}") for i in range(12)]
        world.run(Parcel(Signal.METRICS, payload_of(Signal.METRICS, points)))
    names = {}
    for step in world.tries:
        columns = wire.scan(1, step.parcel.payload)
        column = wire.attribute(columns, "resource", "service.name")
        for offset, length in zip(column.offset, column.length, strict=True):
            names.setdefault(columns.payload[offset : offset + length], set()).add(step.endpoint)
    assert len(names) == 12
    assert all(len(places) == 1 for places in names.values())
    world.tries.clear()
    for _ in range(3):
        world.run(Parcel(Signal.LOGS, payload_of(Signal.LOGS, [log("a"), log("b")])))
    assert sorted(step.endpoint for step in world.tries) == [0, 1, 2]


def test_an_abandoned_course_gives_its_place_back():
    world = World(1, "round_robin", lambda _: OK)
    course = world.courses.deliver([traces(1)], 1.0, None)
    assert isinstance(next(course), Try)
    assert world.courses.balancer.in_flight == (1,)
    course.close()
    assert world.courses.balancer.in_flight == (0,)
