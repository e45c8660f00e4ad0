"""Retry stops for the right reason, believes servers within bounds, and leaves the caller with the true exception."""

import asyncio
import logging
from contextlib import suppress
from math import inf, nan

import pytest

from sonde.core.clock import ManualClock
from sonde.core.errors import MalformedError, UnavailableError
from sonde.resilience import Again, Fixed, RetryBudget, RetryPolicy, Stop, StopReason, World, deadline, retry


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def world(clock):
    return World.simulated(clock)


class Flaky:
    """Fails so many times, then answers."""

    def __init__(self, failures, error=None):
        self.left = failures
        self.calls = 0
        self.error = error or (lambda: UnavailableError("away"))

    def __call__(self):
        self.calls += 1
        if self.left:
            self.left -= 1
            raise self.error()
        return "answer"

    async def later(self):
        return self()


def decide(policy, *, retryable=True, now=0.0, **rest):
    return policy.after_failure(policy.start(0.0), now, retryable=retryable, random=lambda: 0.5, **rest)[1]


def test_a_failure_that_cannot_mend_itself_ends_it():
    assert decide(RetryPolicy(), retryable=False) == Stop(StopReason.NOT_RETRYABLE)


def test_attempts_count_the_first_one():
    assert decide(RetryPolicy(attempts=1)) == Stop(StopReason.ATTEMPTS)
    assert isinstance(decide(RetryPolicy(attempts=2)), Again)


def test_a_wait_that_ends_too_late_is_not_begun():
    policy = RetryPolicy(total_s=10, backoff=Fixed(4))
    assert decide(policy, now=5.9) == Again(4)
    assert decide(policy, now=6.0) == Stop(StopReason.TIME)
    assert decide(policy, now=0.0, remaining_s=4.0) == Stop(StopReason.TIME)


def test_it_may_go_on_for_ever():
    policy = RetryPolicy(total_s=inf, backoff=Fixed(1))
    assert decide(policy, now=1e9) == Again(1)


@pytest.mark.parametrize(
    ("hint_s", "after_s"),
    [(None, 2), (5.0, 7), (0.0, 2), (-3.0, 2), (nan, 2), (1e30, 32), (inf, 32)],
    ids=["none", "plain", "zero", "negative", "nan", "absurd", "infinite"],
)
def test_a_hint_comes_on_top_of_the_backoff_and_is_bounded(hint_s, after_s):
    policy = RetryPolicy(total_s=inf, backoff=Fixed(2), max_hint_s=30)
    assert decide(policy, hint_s=hint_s) == Again(after_s)


def test_the_budget_is_charged_for_retries_alone():
    budget = RetryBudget(ratio=0, reserve=1)
    assert decide(RetryPolicy(attempts=1), budget=budget) == Stop(StopReason.ATTEMPTS)
    assert isinstance(decide(RetryPolicy(), budget=budget), Again)
    assert decide(RetryPolicy(), budget=budget) == Stop(StopReason.BUDGET)


def test_plain_and_awaited_calls_are_retried(world, clock):
    policy = retry(backoff=Fixed(3), world=world)
    assert policy.call(Flaky(2)) == "answer"
    assert clock.monotonic() == 6
    assert asyncio.run(policy.acall(Flaky(2).later)) == "answer"
    assert clock.monotonic() == 12


def test_the_last_exception_is_raised_itself_and_says_how_often_was_tried(world):
    flaky = Flaky(9)
    with pytest.raises(UnavailableError, match="away") as raised:
        retry(attempts=3, world=world).call(flaky)
    assert flaky.calls == 3
    assert "3 attempts" in raised.value.__notes__[0]


def test_a_failure_of_the_first_attempt_is_left_as_it_is(world):
    with pytest.raises(MalformedError) as raised:
        retry(world=world).call(Flaky(1, lambda: MalformedError("bad")))
    assert not hasattr(raised.value, "__notes__")


@pytest.mark.parametrize(
    ("on", "error", "calls"),
    [
        (KeyError, KeyError, 2),
        ((KeyError, IndexError), IndexError, 2),
        (lambda error: "x" in str(error), lambda: ValueError("x"), 2),
        (KeyError, TypeError, 1),
    ],
    ids=["class", "classes", "predicate", "other"],
)
def test_what_is_retried_can_be_said(world, on, error, calls):
    flaky = Flaky(1, error)
    with suppress(TypeError):
        retry(on=on, world=world).call(flaky)
    assert flaky.calls == calls


@pytest.mark.parametrize("error", [ConnectionResetError, TimeoutError])
def test_connection_and_timeout_errors_are_retried_by_default(world, error):
    assert retry(world=world).call(Flaky(1, error)) == "answer"


def test_defects_are_not_retried(world):
    flaky = Flaky(1, TypeError)
    with pytest.raises(TypeError):
        retry(world=world).call(flaky)
    assert flaky.calls == 1


def test_the_hint_of_an_exception_is_obeyed(world, clock):
    flaky = Flaky(1, lambda: UnavailableError("later", retry_after_s=7))
    retry(backoff=Fixed(1), world=world).call(flaky)
    assert clock.monotonic() == 8


def test_the_deadline_around_it_ends_it_early(world, clock):
    flaky = Flaky(99)
    with pytest.raises(UnavailableError):
        (deadline(10, world=world) | retry(attempts=None, backoff=Fixed(4), world=world)).call(flaky)
    assert flaky.calls == 3
    assert clock.monotonic() == 8


def test_a_listener_is_told_and_cannot_break_anything(world, caplog):
    told = []

    def listener(error, state, after_s):
        told.append((str(error), state.failures, after_s))
        raise RuntimeError("listener")

    with caplog.at_level(logging.ERROR, "sonde.resilience"):
        assert retry(backoff=Fixed(1), on_retry=listener, world=world).call(Flaky(2)) == "answer"
    assert told == [("away", 1, 1), ("away", 2, 1)]
    assert "listener" in caplog.text


def test_cancellation_is_not_a_failure(world):
    async def cancelled():
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(retry(on=Exception, world=world).acall(cancelled))


def test_a_decorated_function_keeps_its_name_and_kind(world):
    @retry(world=world)
    async def fetch(name: str) -> str:
        """Fetches."""
        return name

    assert asyncio.iscoroutinefunction(fetch)
    assert (fetch.__name__, fetch.__doc__) == ("fetch", "Fetches.")
    assert asyncio.run(fetch("a")) == "a"


@pytest.mark.parametrize("settings", [{"attempts": 0}, {"total_s": 0}, {"total_s": nan}, {"max_hint_s": -1}])
def test_settings_that_make_no_sense_are_refused(settings):
    with pytest.raises(ValueError, match=r"make no sense|must be"):
        RetryPolicy(**settings)
