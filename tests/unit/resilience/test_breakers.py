"""The breaker opens, probes and closes as it says; its listeners and late results cannot mislead it."""

import asyncio
import logging
from threading import Barrier, Thread

import pytest

from sonde.core.clock import ManualClock
from sonde.core.errors import DeadlineError, MalformedError, UnavailableError
from sonde.resilience import Breaker, BreakerSettings, LastCalls, LastSeconds, Phase, World, breaker, deadline


@pytest.fixture
def clock():
    return ManualClock()


def fail():
    raise UnavailableError("away")


def opened(clock, **settings):
    made = Breaker(BreakerSettings(consecutive_failures=1, **settings), clock)
    made.allow()
    made.record(False)
    assert made.state is Phase.OPEN
    return made


def test_failures_in_a_row_open_it_and_a_success_starts_the_count_again(clock):
    made = Breaker(BreakerSettings(consecutive_failures=3), clock)
    for success in (False, False, True, False, False):
        assert made.allow()
        made.record(success)
    assert made.state is Phase.CLOSED
    made.record(False)
    assert made.state is Phase.OPEN
    assert not made.allow()


def test_a_rate_needs_enough_calls(clock):
    made = Breaker(BreakerSettings(consecutive_failures=None, failure_rate=0.5, minimum_calls=10), clock)
    for n in range(9):
        made.record(bool(n % 2))
    assert made.state is Phase.CLOSED
    made.record(False)
    assert made.state is Phase.OPEN


def test_a_rate_over_time_forgets(clock):
    settings = BreakerSettings(consecutive_failures=None, failure_rate=0.5, minimum_calls=4, window=LastSeconds(10))
    made = Breaker(settings, clock)
    for _ in range(3):
        made.record(False)
    clock.advance(11)
    for _ in range(3):
        made.record(True)
    made.record(False)
    assert made.state is Phase.CLOSED
    assert made.statistics().recent == (4, 1, 0)


def test_a_few_slow_calls_among_quick_ones_leave_it_closed(clock):
    made = Breaker(BreakerSettings(slow_call_s=2.0, slow_rate=0.5, minimum_calls=4), clock)
    for duration_s in (1.0, 3.0, 1.0, 1.0, 3.0):
        assert made.allow()
        made.record(True, duration_s)
    assert made.state is Phase.CLOSED


def test_slow_calls_open_it_although_they_succeed(clock):
    made = Breaker(BreakerSettings(slow_call_s=2.0, slow_rate=0.5, minimum_calls=4), clock)
    for duration_s in (0.1, 0.1, 2.0, 5.0):
        made.record(True, duration_s)
    assert made.state is Phase.OPEN


def test_after_a_while_one_probe_decides(clock):
    made = opened(clock, open_s=30)
    clock.advance(29.9)
    assert not made.allow()
    clock.advance(0.1)
    assert made.allow()
    assert not made.allow()
    made.record(False)
    assert made.state is Phase.OPEN
    clock.advance(30)
    assert made.allow()
    made.record(True)
    assert made.state is Phase.CLOSED


def test_several_probes_may_be_asked_for(clock):
    made = opened(clock, half_open_calls=2, half_open_successes=3)
    clock.advance(30)
    first, second = made.admit(), made.admit()
    assert made.admit() is None
    made.record(True, admitted=first)
    third = made.admit()
    made.record(True, admitted=second)
    assert made.state is Phase.HALF_OPEN
    made.record(True, admitted=third)
    assert made.state is Phase.CLOSED


def test_a_result_from_before_the_outage_counts_for_nothing(clock):
    made = Breaker(BreakerSettings(consecutive_failures=1), clock)
    early = made.admit()
    made.record(False)
    clock.advance(30)
    probe = made.admit()
    made.record(False, admitted=early)
    assert made.state is Phase.HALF_OPEN
    made.record(True, admitted=probe)
    made.record(False, admitted=early)
    assert made.state is Phase.CLOSED


def test_a_probe_that_never_reports_is_written_off(clock):
    made = opened(clock, probe_s=60)
    clock.advance(30)
    lost = made.admit()
    clock.advance(59)
    assert not made.allow()
    clock.advance(1)
    found = made.admit()
    assert found is not None
    made.record(False, admitted=lost)
    assert made.state is Phase.HALF_OPEN
    assert not made.allow()
    made.record(True, admitted=found)
    assert made.state is Phase.CLOSED


def test_many_threads_get_no_more_probes_than_there_are(clock):
    made = opened(clock, half_open_calls=3)
    clock.advance(30)
    start, admitted = Barrier(16), []

    def ask():
        start.wait()
        admitted.extend(made.allow() for _ in range(20))

    threads = [Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(admitted) == 3


def test_as_a_policy_it_refuses_and_says_until_when(clock):
    policy = breaker(consecutive_failures=2, open_s=30, clock=clock, name="catalogue")
    for _ in range(2):
        with pytest.raises(UnavailableError, match="away"):
            policy.call(fail)
    clock.advance(10)
    with pytest.raises(UnavailableError, match="'catalogue' is open") as raised:
        policy.call(fail)
    assert raised.value.retry_after_s == 20
    clock.advance(20)
    assert policy.call(lambda: "back") == "back"
    assert policy.state is Phase.CLOSED


def test_answers_that_blame_the_request_do_not_count(clock):
    policy = breaker(consecutive_failures=1, clock=clock)

    def malformed():
        raise MalformedError("bad")

    with pytest.raises(MalformedError):
        policy.call(malformed)
    assert policy.state is Phase.CLOSED


def test_a_cancelled_probe_gives_its_place_back(clock):
    made = opened(clock)
    clock.advance(30)

    async def cancelled():
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(made.acall(cancelled))
    assert made.state is Phase.HALF_OPEN
    assert made.allow()


def test_a_call_cancelled_by_its_deadline_is_a_failure(clock):
    policy = breaker(consecutive_failures=1, clock=clock)

    async def hang():
        clock.advance(60)
        await asyncio.Event().wait()

    with pytest.raises(DeadlineError):
        asyncio.run((deadline(0.01, world=World(clock=clock)) | policy).acall(hang))
    assert policy.state is Phase.OPEN


def test_listeners_hear_of_changes_and_cannot_break_anything(clock, caplog):
    changes = []

    def broken(before, after):
        raise RuntimeError("listener")

    made = Breaker(BreakerSettings(consecutive_failures=1), clock, listeners=(broken,))
    made.listen(lambda before, after: changes.append((before.value, after.value)))
    with caplog.at_level(logging.ERROR, "sonde.resilience"):
        made.record(False)
        clock.advance(30)
        made.allow()
        made.reset()
    assert changes == [("closed", "open"), ("open", "half_open"), ("half_open", "closed")]
    assert "listener" in caplog.text


def test_a_listener_may_use_the_breaker(clock):
    made = Breaker(BreakerSettings(consecutive_failures=1), clock)
    made.listen(lambda before, after: made.reset() if after is Phase.OPEN else None)
    made.record(False)
    assert made.state is Phase.CLOSED


def test_figures_add_up(clock):
    made = Breaker(BreakerSettings(consecutive_failures=2, open_s=30), clock)
    for success in (True, False, False):
        assert made.allow()
        made.record(success)
    made.allow()
    figures = made.statistics()
    assert (figures.admitted, figures.refused, figures.succeeded, figures.failed) == (3, 1, 1, 2)
    assert (figures.phase, figures.opened, figures.retry_after_s) == (Phase.OPEN, 1, 30)


@pytest.mark.parametrize(
    "settings",
    [
        {"consecutive_failures": 0},
        {"failure_rate": 1.5},
        {"open_s": 0},
        {"half_open_calls": 0},
        {"slow_rate": 0},
        {"window": LastCalls(0)},
        {"window": LastSeconds(float("inf"))},
    ],
    ids=["failures", "rate", "open", "probes", "slow", "no-calls", "endless"],
)
def test_settings_that_make_no_sense_are_refused(settings):
    with pytest.raises(ValueError, match=r"at least 1|shares|seconds|looks back"):
        BreakerSettings(**settings)
