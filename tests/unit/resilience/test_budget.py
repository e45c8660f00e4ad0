"""The budget lets a burst of retries through, then a share of the calls, also when many threads ask."""

from threading import Thread

import pytest

from sonde.resilience import RetryBudget


def test_a_reserve_then_a_share():
    budget = RetryBudget(ratio=0.25, reserve=3)
    assert [budget.withdraw() for _ in range(4)] == [True, True, True, False]
    granted = 0
    for _ in range(100):
        budget.deposit()
        granted += budget.withdraw()
    assert granted == 25


def test_quiet_times_save_up_no_more_than_the_reserve():
    budget = RetryBudget(ratio=1.0, reserve=2)
    for _ in range(100):
        budget.deposit()
    assert [budget.withdraw() for _ in range(3)] == [True, True, False]


def test_threads_share_one_balance():
    budget = RetryBudget(ratio=0.0, reserve=100)
    granted = []
    threads = [Thread(target=lambda: granted.extend(budget.withdraw() for _ in range(50))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(granted) == 100
    assert budget.balance == 0


@pytest.mark.parametrize(("ratio", "reserve"), [(-0.1, 10), (0.2, 0), (float("nan"), 10)])
def test_settings_that_make_no_sense_are_refused(ratio, reserve):
    with pytest.raises(ValueError, match="makes no sense"):
        RetryBudget(ratio, reserve)
