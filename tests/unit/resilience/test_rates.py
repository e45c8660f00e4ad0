"""The limiter lets a burst and then a rate through, tells how long to wait, and gives turns in order."""

import asyncio

import pytest

from sonde.core.clock import ManualClock
from sonde.core.errors import DeadlineError, QuotaError
from sonde.resilience import RateLimiter, World, deadline, rate_limit


@pytest.fixture
def clock():
    return ManualClock()


def test_a_burst_then_a_rate(clock):
    limiter = RateLimiter(10, 3, world=World.simulated(clock))
    assert [limiter.allow() for _ in range(4)] == [True, True, True, False]
    clock.advance(0.1)
    assert [limiter.allow() for _ in range(2)] == [True, False]


def test_a_long_silence_saves_up_no_more_than_the_burst(clock):
    limiter = RateLimiter(10, 3, world=World.simulated(clock))
    clock.advance(86_400)
    assert [limiter.allow() for _ in range(4)] == [True, True, True, False]


def test_steps_of_the_wall_clock_change_nothing(clock):
    limiter = RateLimiter(1, world=World.simulated(clock))
    assert limiter.allow()
    clock.jump(-3600)
    clock.advance(1)
    assert limiter.allow()
    clock.jump(7200)
    assert not limiter.allow()


def test_a_refusal_says_when_to_come_back(clock):
    policy = rate_limit(4, name="mail", world=World.simulated(clock))
    policy.call(int)
    with pytest.raises(QuotaError, match="'mail' of 4 calls/s") as raised:
        policy.call(pytest.fail)
    assert raised.value.retry_after_s == 0.25
    clock.advance(0.25)
    assert policy.call(int) == 0


def test_waiting_callers_get_the_next_turns(clock):
    policy = rate_limit(2, wait_s=5, world=World.simulated(clock))
    times = []
    for _ in range(3):
        policy.call(lambda: times.append(clock.monotonic()))
    asyncio.run(policy.acall(asyncio.sleep, 0))
    assert times == [0.0, 0.5, 1.0]
    assert clock.monotonic() == 1.5


def test_nobody_waits_past_the_deadline_or_its_own_bound(clock):
    world = World.simulated(clock)
    policy = rate_limit(0.1, wait_s=60, world=world)
    policy.call(int)
    with pytest.raises(DeadlineError, match="no turn before the deadline"):
        (deadline(5, world=world) | policy).call(pytest.fail)
    assert clock.monotonic() == 0
    policy.call(int)
    assert clock.monotonic() == 10


@pytest.mark.parametrize(("per_s", "burst"), [(0, 1), (-1, 1), (2e9, 1), (1, 0), (float("nan"), 1)])
def test_settings_that_make_no_sense_are_refused(per_s, burst):
    with pytest.raises(ValueError, match="make no sense"):
        RateLimiter(per_s, burst)
