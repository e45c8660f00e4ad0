"""The small chart: its scale, its gaps, and values written as their unit wants."""

from __future__ import annotations

import math

import pytest

from sonde.cli.chart import draw, format_value

START = 1_772_366_400


def series(values, step=15):
    return [(START + step * index, value) for index, value in enumerate(values)]


def test_a_ramp_goes_from_the_lower_left_to_the_upper_right():
    lines = draw(series(range(101)), width=40, height=4, unit="ms").lines
    assert lines[0].startswith("100ms ┤")
    assert lines[3].startswith("    0 ┤⣀")
    assert lines[0].endswith("⠉")
    assert lines[4].split() == ["12:00:00", "12:25:00"]
    assert {len(line) for line in lines[:1]} == {len(lines[0])}


@pytest.mark.parametrize("width", [30, 80, 140])
def test_it_keeps_to_its_width(width):
    lines = draw(series([math.sin(index / 5) for index in range(300)]), width=width, height=6).lines
    assert max(map(len, lines)) <= width


def test_a_gap_stays_a_gap():
    points = [(START, 1.0), (START + 15, 1.0), (START + 1500, 1.0), (START + 1515, 1.0)]
    top = draw(points, width=60, height=3, step_s=15).lines[0]
    assert "          " in top[top.index("┤") :]


def test_values_close_together_do_not_begin_at_zero():
    assert draw(series([1000, 1010, 1005]), width=40, height=3).lines[2].startswith("1.00k")
    assert draw(series([10, 1010, 1005]), width=40, height=3).lines[2].strip().startswith("0")


@pytest.mark.parametrize("values", [[5.0], [0.0, 0.0], [-3.0, -3.0], [math.nan, 1.0], [1.0, math.inf]])
def test_odd_series_are_drawn(values):
    assert len(draw(series(values), width=40, height=3).lines) == 4


def test_no_points_are_said():
    assert draw([], width=40, height=3).lines == ("(no points)",)


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (0.25, "s", "250ms"),
        (12.5, "ms", "12.5ms"),
        (0, "s", "0"),
        (64 * 2**20, "By", "64.0MiB"),
        (45.25, "%", "45.2%"),
        (1234, "{request}", "1.23k"),
        (0.123456, "1", "0.123"),
        (math.inf, "s", "inf"),
    ],
)
def test_values_are_written_as_their_unit_wants(value, unit, shown):
    assert format_value(value, unit) == shown


def test_rates_say_per_second():
    assert format_value(1500, "By", per_second=True) == "1.46KiB/s"
    assert format_value(0.5, "s", per_second=True) == "0.5/s"
