"""In a forked child every policy works, although the parent's threads held its locks and places at that moment."""

import os
import sys
from threading import Event, Thread

import pytest

from sonde.resilience import (
    AdaptiveLimit,
    Breaker,
    BreakerSettings,
    HealthCheck,
    RateLimiter,
    RetryBudget,
    bulkhead,
    pool,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no fork on Windows")


def in_child(check):
    """The exit status of `check` in a forked child: 0 when it returned True."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            status = 0 if check() else 2
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_locks_and_places_held_by_the_parents_threads_are_free_in_the_child():
    breaker = Breaker(BreakerSettings(consecutive_failures=1, open_s=1e-9))
    breaker.record(False)
    breaker.allow()  # a probe that the child will never hear of
    budget, limiter, health = RetryBudget(), RateLimiter(1e6, 10), HealthCheck(lambda: True)
    full, adaptive, threads = bulkhead(1), AdaptiveLimit(), pool(1)
    entered, release = Event(), Event()

    def hold():
        with breaker._lock, budget._lock, limiter._lock, health._lock, adaptive._lock, full._gate._lock:
            entered.set()
            release.wait()

    def occupy():
        full.call(hold)

    holder = Thread(target=occupy)
    holder.start()
    entered.wait()

    def works():
        assert breaker.allow()
        assert budget.withdraw()
        assert limiter.allow()
        assert health.poll()
        assert full.call(lambda: full.statistics().in_use) == 1
        assert adaptive.call(lambda: "answer") == "answer"
        return threads.call(lambda: True)

    status = in_child(works)
    release.set()
    holder.join()
    assert status == 0


def test_a_place_held_across_the_fork_does_not_count_in_the_child():
    policy = bulkhead(1)

    def fork_inside():
        return in_child(lambda: policy.statistics().in_use == 0 and policy.call(lambda: True))

    assert policy.call(fork_inside) == 0
    assert policy.statistics().in_use == 0
