"""Pretend time: requests end in the past, parallel branches overlap, and the same seed is the same shop."""

from __future__ import annotations

from random import Random

from sonde.core.clock import ManualClock
from sonde.demo.faults import MEMORY_LEAK, SLOW_DATABASE
from sonde.demo.world import World


def world(seed=1):
    return World(Random(seed), clock=ManualClock(2_000_000_000_000_000_000), lag_s=1.5)


def test_a_request_begins_before_now():
    here = world()
    here.begin()
    assert here.now_ns == 2_000_000_000_000_000_000 - 1_500_000_000


def test_spending_moves_the_clock_by_what_it_says():
    here = world()
    before = here.now_ns
    spent_ms = sum(here.spend(10) for _ in range(50))
    assert abs((here.now_ns - before) - spent_ms * 1e6) < 100
    assert 5 < spent_ms / 50 < 20


def test_the_same_seed_spends_the_same():
    assert [world(7).spend(5) for _ in range(3)] == [world(7).spend(5) for _ in range(3)]


def test_together_is_as_long_as_its_slowest_branch():
    here = world()
    starts = []

    def branch(ms):
        starts.append(here.now_ns)
        here.now_ns += ms
        return ms

    before = here.now_ns
    assert here.together(lambda: branch(30), lambda: branch(90), lambda: branch(10)) == [30, 90, 10]
    assert starts == [before] * 3
    assert here.now_ns == before + 90


def test_a_fault_strikes_only_while_active_and_is_noted_for_the_request():
    here = world()
    assert here.suffer(SLOW_DATABASE) is None
    here.faults = {SLOW_DATABASE: 0.4, MEMORY_LEAK: 0.0}
    assert here.suffer(SLOW_DATABASE) == 0.4
    assert here.suffer(MEMORY_LEAK, 0.0) is None
    assert here.touched == {SLOW_DATABASE}
    here.begin()
    assert here.touched == set()
