"""What is given up first is a promise of the documentation: this order, whole traces, and never an error."""

from types import SimpleNamespace

from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry._logs import SeverityNumber
from opentelemetry.trace import StatusCode

from sonde.client.engine.pressure import COMPRESS, SAMPLE_LOGS, SAMPLE_TRACES, level, sieve
from sonde.core.signal import Signal


def span(trace_id, status=StatusCode.UNSET):
    return SimpleNamespace(context=SimpleNamespace(trace_id=trace_id), status=SimpleNamespace(status_code=status))


def record(severity):
    return SimpleNamespace(log_record=SimpleNamespace(severity_number=severity))


def test_levels_rise_in_order_and_fall_later_than_they_rose():
    assert [level(0, occupancy) for occupancy in (0.2, 0.25, 0.5, 0.75, 2.0)] == [0, 1, 2, 3, 3]
    assert [level(3, occupancy) for occupancy in (0.6, 0.55, 0.5, 0.4, 0.2, 0.1)] == [3, 3, 2, 2, 1, 0]


@settings(max_examples=50)
@given(st.integers(0, 3), st.floats(0, 2))
def test_a_level_is_stable_at_the_same_occupancy(before, occupancy):
    once = level(before, occupancy)
    assert level(once, occupancy) == once


def test_before_logs_nothing_is_sampled():
    assert all(sieve(signal, COMPRESS) is None for signal in Signal)
    assert sieve(Signal.TRACES, SAMPLE_LOGS) is None


def test_metrics_are_never_sampled():
    assert sieve(Signal.METRICS, SAMPLE_TRACES) is None


def test_a_tenth_of_the_logs_below_warn_stays_and_every_other():
    stays = sieve(Signal.LOGS, SAMPLE_LOGS)
    assert sum(stays(record(SeverityNumber.INFO)) for _ in range(100)) == 10
    assert all(
        stays(record(severity)) for severity in (SeverityNumber.WARN, SeverityNumber.ERROR, 17) for _ in range(9)
    )


def test_traces_stay_whole_and_errors_always():
    stays = sieve(Signal.TRACES, SAMPLE_TRACES)
    kept = [trace for trace in range(1000) if stays(span(trace))]
    assert 80 <= len(kept) <= 120
    assert all(stays(span(trace)) for trace in kept for _ in range(3))
    assert all(stays(span(trace, StatusCode.ERROR)) for trace in range(100))
    assert all(stays(span(trace, 2)) for trace in range(100))


def test_what_cannot_be_read_stays():
    assert sieve(Signal.TRACES, SAMPLE_TRACES)(object())
    assert sieve(Signal.LOGS, SAMPLE_LOGS)(object())
