"""Whatever bytes a server or caller sends where a time is expected, nothing raises, and what we write is read back."""

from math import isfinite

from hypothesis import given, settings
from hypothesis import strategies as st

from sonde.core.errors import ExhaustedError
from sonde.otlp.status import status_bytes
from sonde.resilience import (
    grpc_timeout,
    http_timeout,
    parse_grpc_timeout,
    parse_http_timeout,
    retry_after_s,
    retry_info_s,
)

CLOCKS = st.integers(0, 4_000_000_000_000_000_000)
ALMOST = st.from_regex(r"[A-Z][a-z]{2,8},? [0-9]{2}[ -][A-Z][a-z]{2}[ -][0-9]{2,4} [0-9:]{8} ?[A-Z]{0,4}")


@settings(max_examples=100)
@given(value=st.text() | ALMOST | st.from_regex(r"[0-9]{1,30}[HMSmun]?"), now_ns=CLOCKS)
def test_hostile_text_is_none_or_a_time(value, now_ns):
    for seconds in (retry_after_s(value, now_ns), parse_grpc_timeout(value), parse_http_timeout(value)):
        assert seconds is None or (isfinite(seconds) and seconds >= 0)


@settings(max_examples=100)
@given(
    delay_s=st.floats(0, 1e9),
    damage=st.lists(st.tuples(st.integers(0, 300), st.integers(0, 255)), max_size=4),
    cut=st.integers(0, 300),
)
def test_hostile_bytes_are_none_or_a_time(delay_s, damage, cut):
    status = bytearray(status_bytes(ExhaustedError("full", retry_after_s=delay_s)))
    assert abs(retry_info_s(bytes(status)) - delay_s) <= 1e-6
    for at, byte in damage:
        status[at % len(status)] = byte
    seconds = retry_info_s(bytes(status[:cut]))
    assert seconds is None or (isfinite(seconds) and seconds >= 0)


@settings(max_examples=100)
@given(remaining_s=st.floats(1e-9, 1e11))
def test_what_is_written_is_read_back_a_little_earlier_and_never_later(remaining_s):
    over_grpc = grpc_timeout(remaining_s)
    assert len(over_grpc) <= 9
    assert parse_grpc_timeout(over_grpc) <= remaining_s * (1 + 1e-9)
    assert parse_grpc_timeout(over_grpc) >= min(remaining_s, 99_999_999 * 3600.0) * 0.99 - 1e-9
    over_http = parse_http_timeout(http_timeout(remaining_s))
    assert over_http <= max(remaining_s, 1e-3)
    assert over_http > min(remaining_s, 9_999_999) - 1.001e-3
