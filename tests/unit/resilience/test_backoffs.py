"""Waits grow as the formulas say, stay within their bounds, and survive absurd numbers of attempts."""

import pytest

from sonde.resilience import DecorrelatedJitter, Exponential, Fixed, FullJitter, RetryPolicy


def half() -> float:
    return 0.5


def test_fixed_never_changes():
    assert [Fixed(2.0).delay_s(n, 0.0, half) for n in (1, 2, 50)] == [2.0, 2.0, 2.0]


def test_exponential_doubles_up_to_its_cap():
    assert [Exponential(1.0, 2.0, 10.0).delay_s(n, 0.0, half) for n in range(1, 7)] == [1, 2, 4, 8, 10, 10]


def test_full_jitter_draws_from_the_whole_interval():
    backoff = FullJitter(1.0, 2.0, 10.0)
    assert backoff.delay_s(3, 0.0, half) == 2.0
    assert backoff.delay_s(3, 0.0, lambda: 0.0) == 0.0


def test_decorrelated_jitter_grows_from_the_last_draw():
    backoff = DecorrelatedJitter(1.0, 10.0)
    assert backoff.delay_s(1, 0.0, half) == 1.0
    assert backoff.delay_s(2, 1.0, half) == 2.0
    assert backoff.delay_s(3, 2.0, half) == 3.5
    assert backoff.delay_s(9, 10.0, lambda: 0.999) == 10.0


def test_thousands_of_attempts_do_not_overflow():
    assert Exponential(1.0, 10.0, 30.0).delay_s(100_000, 0.0, half) == 30.0


@pytest.mark.parametrize(
    "backoff",
    [
        Fixed(-1.0),
        Exponential(1.0, 2.0, float("inf")),
        FullJitter(-1.0),
        DecorrelatedJitter(1.0, -1.0),
        Fixed(float("nan")),
    ],
    ids=["negative", "endless", "negative-base", "negative-cap", "nan"],
)
def test_a_policy_refuses_waits_that_make_no_sense(backoff):
    with pytest.raises(ValueError, match="finite and not negative"):
        RetryPolicy(backoff=backoff)
