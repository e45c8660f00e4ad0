"""Whatever fails and whatever servers hint, waits end before the deadline, attempts are bounded, budgets hold."""

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from sonde.core.clock import ManualClock
from sonde.core.errors import UnavailableError
from sonde.resilience import (
    DecorrelatedJitter,
    Exponential,
    Fixed,
    FullJitter,
    RetryBudget,
    RetryPolicy,
    World,
    deadline,
    retry,
)

BACKOFFS = st.one_of(
    st.builds(Fixed, st.floats(0, 20)),
    st.builds(Exponential, st.floats(0, 2), st.floats(1, 4), st.floats(2, 60)),
    st.builds(FullJitter, st.floats(0, 2), st.floats(1, 4), st.floats(2, 60)),
    st.builds(DecorrelatedJitter, st.floats(0, 2), st.floats(2, 60)),
)
HINTS = st.none() | st.floats(allow_nan=True, allow_infinity=True)


@settings(max_examples=100)
@given(
    policy=st.builds(RetryPolicy, st.none() | st.integers(1, 8), st.floats(0.1, 100), BACKOFFS),
    outer_s=st.floats(0.1, 100),
    failures=st.lists(st.tuples(st.floats(0, 3), HINTS), max_size=25),
    seed=st.integers(0, 99),
)
def test_waits_end_before_the_deadline_and_attempts_are_bounded(policy, outer_s, failures, seed):
    clock = ManualClock()
    slept, world = [], World.simulated(clock, seed)
    left = list(failures)
    calls = 0

    def sleep(seconds):
        assert seconds >= 0
        slept.append(seconds)
        clock.advance(seconds)
        clock.jump(-seconds * 7)
        assert clock.monotonic() < min(policy.total_s, outer_s) + 1e-9

    def call():
        nonlocal calls
        calls += 1
        if not left:
            return
        duration_s, hint_s = left.pop()
        clock.advance(duration_s)
        raise UnavailableError("away", retry_after_s=hint_s)

    world = World(clock, world.random, sleep)
    with suppress(UnavailableError):
        (deadline(outer_s, world=world) | retry(policy, world=world)).call(call)
    assert len(slept) == calls - 1
    assert policy.attempts is None or calls <= policy.attempts


@settings(max_examples=100)
@given(
    ratio=st.floats(0, 2),
    reserve=st.floats(1, 20),
    events=st.lists(st.booleans(), max_size=200),
)
def test_a_budget_is_never_below_zero_nor_over_its_reserve(ratio, reserve, events):
    budget = RetryBudget(ratio, reserve)
    calls = retries = 0
    for is_call in events:
        if is_call:
            budget.deposit()
            calls += 1
        else:
            retries += budget.withdraw()
        assert 0 <= budget.balance <= reserve
        assert retries <= reserve + ratio * calls + 1e-6


@settings(max_examples=100)
@given(
    backoff=BACKOFFS,
    attempt=st.integers(1, 10_000),
    draws=st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=10),
)
def test_delays_are_within_their_bounds(backoff, attempt, draws):
    longest_s = backoff.seconds if isinstance(backoff, Fixed) else backoff.cap_s
    delay_s = 0.0
    for draw in draws:
        delay_s = backoff.delay_s(attempt, delay_s, lambda draw=draw: draw)
        assert 0 <= delay_s <= longest_s
