"""Units are read by people and written by people: both ways must agree."""

import pytest

from sonde.core.errors import ConfigError
from sonde.core.units import format_count, format_duration, format_size, parse_duration, parse_size


@pytest.mark.parametrize(
    ("text", "seconds"), [("5s", 5), ("250ms", 0.25), ("1h30m", 5400), ("7d", 604800), ("0", 0), ("1.5m", 90)]
)
def test_durations(text, seconds):
    assert parse_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "5", "s", "5 parsecs", "-3s", "5s!"])
def test_what_is_not_a_duration_says_how_to_write_one(text):
    with pytest.raises(ConfigError, match="such as 500ms"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "size"), [("64MiB", 64 << 20), ("1.5GB", 1_500_000_000), ("4096", 4096), ("1 kb", 1000)]
)
def test_sizes(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "MiB", "12 elephants", "-1"])
def test_what_is_not_a_size_says_how_to_write_one(text):
    with pytest.raises(ConfigError, match="such as 64MiB"):
        parse_size(text)


def test_figures_for_people():
    assert [format_duration(s) for s in (0, 3e-7, 8.7e-4, 0.0123, 1.5, 125, 7500)] == [
        "0ns", "300ns", "870µs", "12.3ms", "1.50s", "2m05s", "2h05m",
    ]  # fmt: skip
    assert [format_size(b) for b in (512, 1536, 64 << 20)] == ["512B", "1.50KiB", "64.0MiB"]
    assert [format_count(n) for n in (950, 12345, 4e6)] == ["950", "12.3k", "4.00M"]
