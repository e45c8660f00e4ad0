"""A deadline only tightens on the way down, stops coroutines, and keeps plain functions from starting late."""

import asyncio

import pytest

from sonde.core.clock import ManualClock
from sonde.core.errors import DeadlineError
from sonde.resilience import NO_DEADLINE, Deadline, World, current_deadline, deadline, within


@pytest.fixture
def clock():
    return ManualClock()


def test_remaining_time_is_never_negative(clock):
    limit = Deadline.after(5, clock)
    assert limit.remaining_s(clock.monotonic()) == 5
    clock.advance(9)
    assert limit.remaining_s(clock.monotonic()) == 0
    assert limit.has_passed(clock.monotonic())


def test_a_step_of_the_wall_clock_changes_nothing(clock):
    limit = Deadline.after(5, clock)
    clock.jump(-86_400)
    assert limit.remaining_s(clock.monotonic()) == 5


def test_tightening_never_loosens():
    assert Deadline(10).tighten(3, now=5) == Deadline(8)
    assert Deadline(10).tighten(30, now=5) == Deadline(10)
    assert NO_DEADLINE.tighten(1, now=5) == Deadline(6)


def test_nested_deadlines_only_tighten(clock):
    world = World.simulated(clock)
    seen = []

    def look():
        seen.append(current_deadline().remaining_s(clock.monotonic()))

    (deadline(10, world=world) | deadline(3, world=world)).call(look)
    (deadline(3, world=world) | deadline(10, world=world)).call(look)
    assert seen == [3, 3]
    assert current_deadline() is NO_DEADLINE


def test_a_request_from_outside_sets_the_deadline(clock):
    world = World.simulated(clock)
    with within(Deadline.after(2, clock)), within(Deadline.after(9, clock)) as limit:
        assert limit.remaining_s(clock.monotonic()) == 2
        clock.advance(3)
        with pytest.raises(DeadlineError):
            deadline(5, world=world).call(pytest.fail)


def test_a_late_result_is_better_than_none(clock):
    def slow():
        clock.advance(60)
        return "late"

    assert deadline(1, world=World.simulated(clock)).call(slow) == "late"


def test_a_coroutine_is_cancelled_when_its_time_is_up():
    ended = []

    async def hang():
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    with pytest.raises(DeadlineError, match=r"0\.01 s"):
        asyncio.run(deadline(0.01).acall(hang))
    assert ended == ["cancelled"]


def test_a_timeout_error_of_the_call_itself_passes_through():
    async def own():
        raise TimeoutError("mine")

    with pytest.raises(TimeoutError, match="mine"):
        asyncio.run(deadline(60).acall(own))


def test_tasks_do_not_see_each_others_deadline():
    async def look():
        await asyncio.sleep(0)
        return current_deadline() is NO_DEADLINE

    async def both():
        return await asyncio.gather(deadline(60).acall(look), look())

    assert asyncio.run(both()) == [False, True]


@pytest.mark.parametrize("seconds", [0, -1, float("inf"), float("nan")])
def test_deadlines_that_make_no_sense_are_refused(seconds):
    with pytest.raises(ValueError, match="makes no sense"):
        deadline(seconds)
