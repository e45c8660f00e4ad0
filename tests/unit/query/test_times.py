"""People and programs write moments in many ways; a wrong reading shows the wrong hour, or nothing."""

import pytest

from sonde.core.clock import ManualClock
from sonde.core.errors import ValidationError
from sonde.query.times import MAX_NS, format_ns, parse_length, parse_moment, parse_range

NOW = 1_772_366_400_000_000_000  # 2026-03-01T12:00:00Z


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-01T12:00:00Z", NOW),
        ("2026-03-01t12:00:00z", NOW),
        ("2026-03-01 12:00", NOW),
        ("2026-03-01T14:00:00+02:00", NOW),
        ("2026-03-01T14:00:00 02:00", NOW),  # a plus sign that a URL turned into a space
        ("2026-03-01T06:30:00-0530", NOW),
        ("2026-03-01T12:00:00.000000001Z", NOW + 1),
        ("2026-03-01T12:00:00.5Z", NOW + 500_000_000),
        ("2026-03-01", NOW - 12 * 3600 * 10**9),
        ("1772366400", NOW),
        ("1772366400.25", NOW + 250_000_000),
        ("1772366400000", NOW),
        ("1772366400000000", NOW),
        ("1772366400000000007", NOW + 7),
        ("0", 0),
        ("now", NOW),
        ("-15m", NOW - 900 * 10**9),
        ("now-1h30m", NOW - 5400 * 10**9),
        ("+5m", NOW + 300 * 10**9),
    ],
)
def test_moments_are_read(text, expected):
    assert parse_moment(text, now_ns=NOW, name="start") == expected


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2026-13-01", "2026-02-30T00:00:00Z", "12:00", "-", "-5", "-1x", "1e9", "9" * 30, "9" * 5000, "\uff11\uff12", "2300-01-01", "1900-01-01", "-60000d"],
)  # fmt: skip
def test_what_is_no_moment_is_refused_with_an_example(text):
    with pytest.raises(ValidationError, match=r"^start: .*write 2026-03-01T12:00:00Z"):
        parse_moment(text, now_ns=NOW, name="start")


def test_a_range_has_open_sides_and_a_direction():
    clock = ManualClock(NOW)
    assert parse_range(None, None, clock) == (None, None)
    assert parse_range("-1m", "now", clock) == (NOW - 60 * 10**9, NOW)
    with pytest.raises(ValidationError, match=r"^end: "):
        parse_range("now", "-1m", clock)


def test_lengths():
    assert parse_length("250ms", name="min_duration") == 250_000_000
    assert parse_length("", name="min_duration") is None
    for bad in ("5", "fast", "-1s", "100000w"):
        with pytest.raises(ValidationError, match=r"^min_duration: "):
            parse_length(bad, name="min_duration")


@pytest.mark.parametrize("moment", [0, 1, NOW + 123_456_789, MAX_NS])
def test_what_is_written_is_read_back(moment):
    assert parse_moment(format_ns(moment), now_ns=NOW, name="start") == moment


def test_the_written_form_has_nanoseconds_and_utc():
    assert format_ns(NOW + 7) == "2026-03-01T12:00:00.000000007Z"
