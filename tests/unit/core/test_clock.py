"""The clock in hand must behave like the real ones: monotonic time never goes back, wall time may."""

import pytest

from sonde.core.clock import SYSTEM_CLOCK, ManualClock


def test_a_jump_moves_the_wall_clock_alone():
    clock = ManualClock(now_ns=10_000_000_000)
    clock.advance(1.5)
    clock.jump(-5)
    assert clock.monotonic() == 1.5
    assert clock.now_ns() == 6_500_000_000
    with pytest.raises(ValueError, match="cannot go back"):
        clock.advance(-1)


def test_the_system_clock_moves_forward():
    first = SYSTEM_CLOCK.monotonic()
    assert SYSTEM_CLOCK.monotonic() >= first
    assert SYSTEM_CLOCK.now_ns() > 1_700_000_000_000_000_000
