"""Pauses are added up from start to stop, and the longest is told once."""

from sonde.client.observers.garbage import Pauses


def test_pauses_add_up_by_generation():
    times = iter([0.0, 1.0, 5.0, 5.5])
    pauses = Pauses(lambda: next(times))
    for generation in (0, 2):
        pauses._seen("start", {"generation": generation})
        pauses._seen("stop", {"generation": generation})
    assert pauses.total_s == [1.0, 0.0, 0.5]
    assert [pauses.take_longest_s(), pauses.take_longest_s()] == [1.0, 0.0]
