"""What servers and callers say about time is read as the specifications have it, and retryable codes are OTLP's."""

from datetime import UTC, datetime

import pytest

from sonde.resilience import (
    grpc_timeout,
    http_timeout,
    is_retryable_grpc,
    is_retryable_http,
    parse_grpc_timeout,
    parse_http_timeout,
    retry_after_s,
    retry_info_s,
)

# RFC 9110, section 5.6.7: one moment in its three forms
NOW_NS = int(datetime(1994, 11, 6, 8, 49, 7, tzinfo=UTC).timestamp()) * 10**9
RETRY_INFO = b"type.googleapis.com/google.rpc.RetryInfo"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 0\t", 0),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 30),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 30),
        ("Sun Nov  6 08:49:37 1994", 30),
        ("Sun, 06 Nov 1994 08:49:00 GMT", 0),
        ("Sun, 06 Nov 1994 08:49:60 GMT", 52),
    ],
    ids=["seconds", "blanks", "imf-fixdate", "rfc850", "asctime", "past", "leap-second"],
)
def test_retry_after_is_seconds_or_a_date(value, seconds):
    assert retry_after_s(value, NOW_NS) == seconds


@pytest.mark.parametrize(
    "value",
    ["", "-1", "1.5", "1e3", "\u0663", "9" * 10_000, "soon", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:00:00 GMT",
     "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Nov 0000 08:49:37 GMT"],
    ids=["empty", "negative", "fraction", "exponent", "arabic", "huge", "word", "february", "hour", "zone", "year-0"],
)  # fmt: skip
def test_what_is_no_retry_after_is_none(value):
    assert retry_after_s(value, NOW_NS) is None


def test_a_two_digit_year_is_within_fifty_years():
    now_ns = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) * 10**9
    assert retry_after_s("Thursday, 01-Jan-26 00:00:10 GMT", now_ns) == pytest.approx(10)
    assert retry_after_s("Sunday, 06-Nov-94 08:49:37 GMT", now_ns) == 0


def field(number, content):
    return bytes([number << 3 | 2, len(content)]) + content


def status_with(delay):
    return b"\x08\x08" + field(2, b"slow down") + field(3, field(1, RETRY_INFO) + field(2, field(1, delay)))


@pytest.mark.parametrize(
    ("delay", "seconds"),
    [
        (b"\x08\x05", 5),
        (b"\x10\x80\xca\xb5\xee\x01", 0.5),
        (b"", 0),
        (b"\x08" + b"\xff" * 9 + b"\x01", 0),
        (b"\x08\x05\x1a\x01x", 5),
    ],
    ids=["seconds", "nanos", "default", "negative", "unknown-field"],
)
def test_retry_info_is_found_among_the_details(delay, seconds):
    other = field(3, field(1, b"type.googleapis.com/google.rpc.DebugInfo") + field(2, b"junk"))
    assert retry_info_s(other + status_with(delay)) == seconds


@pytest.mark.parametrize(
    "status",
    [b"", b"\x08\x08", b"\xff" * 20, status_with(b"\x08\x05")[:-1], field(3, b"\x0a\xff"), b"\x0b\x08\x01\x0c"],
    ids=["empty", "bare", "endless-varint", "cut", "long-field", "group"],
)
def test_a_status_without_retry_info_has_no_hint(status):
    assert retry_info_s(status) is None


@pytest.mark.parametrize(
    ("seconds", "value"),
    [
        (10, "10000000u"),
        (0.05, "50000000n"),
        (0, "1n"),
        (-5, "1n"),
        (1e-12, "1n"),
        (99.999999, "99999999u"),
        (100, "100000m"),
        (1e6, "1000000S"),
        (1e9, "16666666M"),
        (1e12, "99999999H"),
        (float("inf"), None),
    ],
    ids=[
        "micro",
        "nano",
        "passed",
        "negative",
        "tiny",
        "eight-digits",
        "milli",
        "seconds",
        "minutes",
        "absurd",
        "none",
    ],
)
def test_grpc_timeout_has_eight_digits_and_a_unit(seconds, value):
    assert grpc_timeout(seconds) == value


def test_timeouts_are_read_back():
    assert [parse_grpc_timeout(f"2{unit}") for unit in "HMSmun"] == [7200, 120, 2, 2e-3, 2e-6, 2e-9]
    assert parse_http_timeout(http_timeout(1.2345)) == 1.234
    assert http_timeout(float("inf")) is None
    assert http_timeout(0) == "1"
    assert http_timeout(1e30) == "9999999999"


@pytest.mark.parametrize("value", ["", "5", "S", "123456789S", "-5S", "5s", "5 S", "\u0665S", "5S\n", "0x5S"], ids=repr)
def test_what_is_no_timeout_is_none(value):
    assert parse_grpc_timeout(value) is None
    assert parse_http_timeout(value + "x") is None


def test_retryable_codes_are_those_of_otlp():
    always = {code for code in range(17) if is_retryable_grpc(code)}
    assert always == {1, 4, 10, 11, 14, 15}
    assert {code for code in range(17) if is_retryable_grpc(code, has_retry_info=True)} == always | {8}
    assert {status for status in range(100, 600) if is_retryable_http(status)} == {429, 502, 503, 504}
