"""A sample must keep to its bound and to the range, and everything must be read where there is little."""

import pytest

from sonde.query.filters import Filter
from sonde.query.timeslices import time_slices

MINUTE = 60 * 10**9
START = 1_760_000_040 * 10**9


def test_little_is_read_whole():
    whole = time_slices(START, START + MINUTE, 1000, 1000, 10)
    given = Filter()
    whole.restrict(given)
    assert (whole.share, given.sql, given.parameters) == (1.0, "true", {})


@pytest.mark.parametrize(
    ("length_ns", "spans", "steps"),
    [(MINUTE, 10**7, 60), (10**9, 10**8, 120), (86_400 * 30 * 10**9, 10**9, 30), (5_000_000, 10**9, 3), (1, 10**9, 1)],
)
def test_slices_lie_in_the_range_and_read_about_as_much_as_wanted(length_ns, spans, steps):
    part = time_slices(START, START + length_ns, spans, 10**6, steps)
    assert 0 < part.share <= 1
    assert 1 <= len(part.numbers) <= steps
    wanted = 10**6 / spans
    assert part.share <= max(1.5 * wanted, 2 * steps * 1_000_000 / length_ns), "a slice is a millisecond at least"
    for number in part.numbers:
        assert START - part.width_ms * 10**6 < number * part.width_ms * 10**6 < START + length_ns
