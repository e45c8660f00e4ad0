"""The adaptive limit finds what a simulated server takes, backs off when it drops calls, and grows only when used."""

import asyncio

import pytest

from sonde.core.clock import ManualClock
from sonde.core.errors import ExhaustedError, UnavailableError
from sonde.resilience import AdaptiveLimit, Gradient, World, adaptive


def settle(gradient, latency_s, windows, *, dropped=False, in_flight=None):
    """So many windows under a server whose latency depends on the calls at once; every limit on the way."""
    state, now, limits = gradient.start(0.0), 0.0, []
    for _ in range(windows):
        now += gradient.window_s
        at_once = int(state.limit) if in_flight is None else in_flight
        for _ in range(gradient.window_calls):
            state = gradient.after_call(state, now, duration_s=latency_s(at_once), in_flight=at_once, dropped=dropped)
        limits.append(state.limit)
    return limits


def test_it_grows_while_answers_stay_fast():
    assert settle(Gradient(initial=5, highest=50), lambda n: 0.1, 300)[-1] == 50


def test_it_stays_near_what_a_server_takes_without_queueing():
    limits = settle(Gradient(initial=20, highest=500), lambda n: 0.1 * max(1.0, n / 40), 200)
    assert 30 <= limits[-1] <= 120  # unbounded it would be at 180 and growing by 0.8 a window


def test_it_does_not_grow_when_it_is_not_needed():
    assert settle(Gradient(initial=20), lambda n: 0.1, 50, in_flight=3)[-1] == 20


def test_drops_shrink_it_however_fast_they_come():
    limits = settle(Gradient(initial=100, lowest=2), lambda n: 0.001, 100, dropped=True)
    assert limits == sorted(limits, reverse=True)
    assert limits[-1] == 2


def test_as_a_policy_it_refuses_over_its_limit_and_learns():
    clock = ManualClock()
    policy = adaptive(Gradient(initial=2, lowest=1, window_s=0, window_calls=1), world=World.simulated(clock))

    async def scene():
        release = asyncio.Event()
        holders = [asyncio.create_task(policy.acall(release.wait)) for _ in range(2)]
        await asyncio.sleep(0)
        assert policy.in_flight == 2
        with pytest.raises(ExhaustedError):
            await policy.acall(release.wait)
        clock.advance(1)
        release.set()
        await asyncio.gather(*holders)

    asyncio.run(scene())
    assert policy.in_flight == 0
    assert policy.limit >= 2

    def refused():
        raise UnavailableError("away")

    for _ in range(20):
        with pytest.raises(UnavailableError):
            policy.call(refused)
    assert policy.limit == 1


def test_failures_that_are_no_drops_teach_nothing():
    policy = AdaptiveLimit(Gradient(initial=5, window_s=0, window_calls=1), world=World.simulated(ManualClock()))
    for _ in range(10):
        with pytest.raises(ZeroDivisionError):
            policy.call(lambda: 1 / 0)
    assert policy.limit == 5


@pytest.mark.parametrize("settings", [{"lowest": 0}, {"initial": 500}, {"smoothing": 0}, {"window_calls": 0}])
def test_settings_that_make_no_sense_are_refused(settings):
    with pytest.raises(ValueError, match="give"):
        Gradient(**settings)
