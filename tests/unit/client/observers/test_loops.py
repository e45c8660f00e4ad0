"""A loop that was held up must show it, and one that is gone must not be kept."""

import asyncio

import pytest

from sonde.client.observers.loops import LoopWatch, loop_rows, observe_loop, watched_loops


class FakeLoop:
    """A loop whose timers are called when the test says so."""

    def __init__(self):
        self.now, self.timers = 0.0, []

    def time(self):
        return self.now

    def is_closed(self):
        return False

    def call_at(self, due, callback):
        self.timers.append((due, callback))


def test_lateness_is_lag_and_much_of_it_is_blocked():
    loop = FakeLoop()
    watch = LoopWatch(loop, "main", lambda of: 3)
    watch.start()
    for late_s in (0.01, 0.5, 0.02):
        due, tick = loop.timers.pop()
        loop.now = due + late_s
        tick()
    assert watch.lag_s == pytest.approx(0.02)
    assert watch.take_longest_s() == pytest.approx(0.5)
    assert watch.take_longest_s() == 0.0
    assert (watch.blocked, watch.tasks) == (1, 3)
    watch.stop()
    loop.timers.pop()[1]()
    assert loop.timers == []


def test_a_running_loop_is_observed_once():
    async def main():
        undo = observe_loop(name="test")
        observe_loop(name="again")
        names = [watch.name for watch in watched_loops()]
        values = {row.name: list(row.read()) for row in loop_rows()}
        undo()
        return names, values, watched_loops()

    names, values, after = asyncio.run(main())
    assert names == ["test"]
    assert values["asyncio.loop.tasks"][0][1] == {"asyncio.loop.name": "test"}
    assert after == []


def test_without_a_loop_it_says_so():
    with pytest.raises(RuntimeError):
        observe_loop()
