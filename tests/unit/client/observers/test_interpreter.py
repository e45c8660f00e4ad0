"""The lateness is a mean and a maximum between two readings."""

from sonde.client.observers.interpreter import GilWatch


def test_mean_and_maximum_start_over():
    watch = GilWatch()
    for late_s in (-0.001, 0.004, 0.002):
        watch.note(late_s)
    assert watch.take_mean_s() == 0.002
    assert watch.take_longest_s() == 0.004
    assert (watch.take_mean_s(), watch.take_longest_s()) == (0.0, 0.0)


def test_starts_once_and_stops():
    watch = GilWatch()
    watch.start()
    ended = watch._ended
    watch.start()
    assert watch._ended is ended
    watch.stop()
    assert ended.is_set()
