"""The gate decides what an application's operators get to see: errors always, and every repetition counted."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonde.client.logs.sampling import PASSED, Gate, Repeated, Rule, Sampling, Verdict

DEBUG, INFO, WARNING, ERROR = 10, 20, 30, 40
FREE = Rule(level=0, per_s=None)


def reasons(gate, count, level=INFO, now=0.0, logger="app"):
    return [gate.judge(logger, level, f"line {number}", now).reason for number in range(count)]


def test_defaults_drop_debug_and_floods_of_info():
    gate = Gate(Sampling())
    assert gate.judge("app", DEBUG, "x", 0).reason == "level"
    assert reasons(gate, 201) == [""] * 200 + ["rate"]
    assert reasons(gate, 1, WARNING) == [""], "a flood of one level takes nothing from another"
    assert reasons(gate, 1, logger="other") == [""], "nor from another logger"
    assert reasons(gate, 101, now=1.0)[99:] == ["repeat", "repeat"]


def test_buckets_refill_with_time():
    gate = Gate(Sampling(Rule(per_s=2, burst=1), repeat_window_s=0))
    assert reasons(gate, 2) == ["", "rate"]
    assert reasons(gate, 2, now=0.5) == ["", "rate"]
    assert reasons(gate, 2, now=100.0) == ["", "rate"]


def test_errors_always_pass():
    gate = Gate(Sampling(Rule(level="FATAL", per_s=0), total_per_s=0.001))
    assert {gate.judge("app", ERROR, "same", 0.0) for _ in range(100)} == {PASSED}


def test_the_longest_prefix_decides():
    gate = Gate(Sampling(loggers={"db": Rule(level="WARNING"), "db.slow": FREE}))
    found = [gate.judge(name, INFO, "x", 0).reason for name in ("db", "db.pool", "db.slow.query", "dbx")]
    assert found == ["level", "level", "", ""]


def test_the_total_has_the_last_word():
    gate = Gate(Sampling(FREE, total_per_s=1))
    assert [gate.judge(f"logger{number}", INFO, "x", 0).reason for number in range(3)] == ["", "", "limit"]


def test_repetitions_are_told_with_the_next_line_or_when_overdue():
    gate = Gate(Sampling(FREE, repeat_window_s=10))
    assert gate.judge("app", INFO, "x", 0) == PASSED
    assert {gate.judge("app", INFO, "x", number / 10).reason for number in range(1, 100)} == {"repeat"}
    assert gate.judge("app", INFO, "x", 10) == Verdict("", 99, pytest.approx(9.9))
    assert gate.judge("app", INFO, "x", 11).reason == "repeat"
    assert gate.overdue(19.9) == []
    assert gate.overdue(20) == [Repeated("app", INFO, "x", 1, 1.0)]
    assert gate.overdue(30) == []


def test_displaced_windows_keep_their_count():
    gate = Gate(Sampling(FREE))
    gate.judge("app", INFO, "first", 0)
    gate.judge("app", INFO, "first", 0)
    assert reasons(gate, 1024) == [""] * 1024
    assert gate.overdue(0) == [Repeated("app", INFO, "first", 1, 0.0)]


events = st.tuples(
    st.sampled_from(["a", "a.b"]),
    st.sampled_from([DEBUG, INFO, WARNING, ERROR]),
    st.sampled_from("xyz"),
    st.floats(0, 5),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(events, max_size=60), st.floats(0.1, 10), st.floats(0, 6))
def test_every_record_passes_or_is_counted(steps, per_s, window_s):
    gate = Gate(Sampling(Rule("INFO", per_s), repeat_window_s=window_s, total_per_s=per_s * 2))
    now, dropped, told, passed = 0.0, 0, 0, {}
    for logger, level, message, after in steps:
        now += after
        verdict = gate.judge(logger, level, message, now)
        dropped += verdict.reason == "repeat"
        told += verdict.repeated
        assert not (level == ERROR and verdict.reason)
        if not verdict.reason and level < ERROR:
            passed[logger, level] = passed.get((logger, level), 0) + 1
        told += sum(line.repeated for line in gate.overdue(now))
    told += sum(line.repeated for line in gate.close())
    assert told == dropped
    for count in passed.values():
        assert count <= max(1.0, 2 * per_s) + now * per_s + 1e-6


def test_levels_are_checked_at_once():
    with pytest.raises(ValueError, match="LOUDEST"):
        Gate(Sampling(always="LOUDEST"))
