"""OTLP's rules of failure: what an answer means must be the specification's table, and no answer may raise.

What `sonde.otlp.status` writes is what the door sends; it is read back here, so both sides agree.
"""

from __future__ import annotations

import json
from base64 import b64encode
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonde.client.net.answer import GRPC_CODES, meaning
from sonde.client.net.answer_body import partial_success, read_status, read_text_status
from sonde.client.net.exchange import Reply
from sonde.core.errors import MalformedError, QuotaError
from sonde.core.outcome import Outcome
from sonde.core.signal import Signal
from sonde.otlp.status import response_bytes, response_json, status_bytes, status_json

NOW_NS = 784_111_777 * 10**9  # Sun, 06 Nov 1994 08:49:37 GMT
PROTOBUF, JSON = "application/x-protobuf", "application/json"


def http(status, body=b"", **headers):
    reply = Reply(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)
    return meaning(reply, is_grpc=False, now_ns=NOW_NS, sent_bytes=1, endpoint="here:1")


def grpc(status="200", body=b"", *, headers=None, is_cut=False, **trailers):
    fields = {name.replace("_", "-"): value for name, value in trailers.items()}
    reply = Reply(int(status), headers or {"content-type": "application/grpc"}, body, fields, is_cut)
    return meaning(reply, is_grpc=True, now_ns=NOW_NS, sent_bytes=1, endpoint="here:1")


def test_every_http_status_is_read_by_the_table():
    for status in range(200, 600):
        delivery = http(status)
        assert delivery.accepted == (status < 300)
        assert delivery.retryable == (status in {429, 502, 503, 504})
        assert delivery.code == ("ok" if status < 300 else f"http.{status}")
        assert not delivery.undelivered


def test_every_grpc_status_is_read_by_the_table():
    for number in range(len(GRPC_CODES) + 2):
        delivery = grpc(grpc_status=str(number))
        assert delivery.accepted == (number == 0)
        assert delivery.retryable == (number in {1, 4, 10, 11, 14, 15})
        name = GRPC_CODES[number] if number < len(GRPC_CODES) else "UNKNOWN"
        assert delivery.code == ("ok" if number == 0 else f"grpc.{name}")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("Sun, 06 Nov 1994 08:49:47 GMT", 10.0),
        ("Sunday, 06-Nov-94 08:49:47 GMT", 10.0),
        ("Sun, 06 Nov 1994 08:49:07 GMT", 0.0),
        ("-3", None),
        ("1.5", None),
        ("soon", None),
        ("9" * 400, None),
        ("Sun, 99 Nov 1994 99:49:47 GMT", None),
        ("²", None),
        ("", None),
    ],
)
def test_retry_after_is_a_number_or_a_date_or_nothing(value, seconds):
    assert http(503, retry_after=value).retry_after_s == seconds
    assert http(400, retry_after=value).retry_after_s is None


def test_the_doors_own_refusals_are_read_back():
    refusal = QuotaError("slow down, ü", retry_after_s=1.5)
    details = b64encode(status_bytes(refusal)).decode().rstrip("=")
    for delivery in (
        http(429, status_bytes(refusal), content_type=PROTOBUF),
        http(429, status_json(refusal), content_type=f"{JSON}; charset=utf-8"),
        grpc(grpc_status="8", grpc_message="slow down, %C3%BC", grpc_status_details_bin=details),
        grpc(grpc_status="8", grpc_status_details_bin=details),
    ):
        assert delivery.message == "slow down, ü"
        assert delivery.retryable
        assert delivery.retry_after_s == 1.5


def test_exhaustion_without_a_hint_is_final():
    details = b64encode(status_bytes(MalformedError("no"))).decode()
    assert not grpc(grpc_status="8", grpc_status_details_bin=details).retryable
    assert not grpc(grpc_status="8", grpc_status_details_bin="%%%").retryable


@pytest.mark.parametrize("signal", list(Signal), ids=[signal.value for signal in Signal])
def test_partial_success_is_read_back(signal):
    outcome = Outcome(accepted=7, rejected=3, message="three were late")
    over_grpc = b"\0" + len(response_bytes(outcome)).to_bytes(4, "big") + response_bytes(outcome)
    for delivery in (
        http(200, response_bytes(outcome), content_type=PROTOBUF),
        http(200, response_json(outcome, signal), content_type=JSON),
        grpc(body=over_grpc, grpc_status="0"),
    ):
        assert delivery.accepted
        assert delivery.is_partial
        assert (delivery.rejected, delivery.message) == (3, "three were late")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\xff\xff\xff", PROTOBUF),
        (b"\x0a\x7f", PROTOBUF),
        (b"{", JSON),
        (b"[" * 100_000, JSON),
        (b'{"partialSuccess": {"rejectedSpans": "many"}}', JSON),
        (b'{"partialSuccess": {"rejectedSpans": NaN}}', JSON),
        (b"<html>", "text/html"),
    ],
    ids=["tag", "length", "json", "deep", "words", "nan", "html"],
)
def test_an_accepted_request_stays_accepted_whatever_the_body_is_worth(body, kind):
    delivery = http(200, body, content_type=kind)
    assert delivery.accepted
    assert delivery.rejected == 0
    assert delivery.message


def test_compressed_answers_are_read_and_bombs_are_not():
    import gzip

    body = gzip.compress(response_bytes(Outcome(accepted=0, rejected=3, message="late")))
    assert http(200, body, content_type=PROTOBUF, content_encoding="gzip").rejected == 3
    message = b"\1" + len(body).to_bytes(4, "big") + body
    headers = {"content-type": "application/grpc", "grpc-encoding": "gzip"}
    assert grpc(body=message, headers=headers, grpc_status="0").rejected == 3
    bomb = gzip.compress(bytes(10_000_000))
    assert "larger than" in http(200, bomb, content_type=PROTOBUF, content_encoding="gzip").message
    assert http(200, body, content_type=PROTOBUF, content_encoding="tricky").accepted


@pytest.mark.parametrize(
    ("status", "name", "retryable"),
    [
        ("400", "INTERNAL", False),
        ("401", "UNAUTHENTICATED", False),
        ("403", "PERMISSION_DENIED", False),
        ("404", "UNIMPLEMENTED", False),
        ("429", "UNAVAILABLE", True),
        ("502", "UNAVAILABLE", True),
        ("503", "UNAVAILABLE", True),
        ("504", "UNAVAILABLE", True),
        ("200", "UNKNOWN", False),
        ("500", "UNKNOWN", False),
    ],
)
def test_an_http_status_stands_for_a_missing_grpc_status(status, name, retryable):
    delivery = grpc(status, headers={"content-type": "text/html", "retry-after": "4"})
    assert (delivery.code, delivery.retryable) == (f"grpc.{name}", retryable)
    assert delivery.retry_after_s == (4 if retryable else None)
    assert "text/html" in delivery.message


def test_messages_are_fit_for_a_log_line():
    assert http(400, b"a\r\nb\x1b[31m" + b"x" * 900, content_type="text/plain").message.startswith("a  b [31mxxx")
    assert len(http(400, b"x" * 9000, content_type="text/plain").message) <= 501
    assert http(400, b"<html>long</html>", content_type="text/html").message == ""
    assert grpc(grpc_status="3", grpc_message="100%%25 %zz %").message == "100%% %zz %"


@given(st.integers(200, 599), st.binary(max_size=200), st.sampled_from([PROTOBUF, JSON, "", "x"]), st.text(max_size=20))
def test_no_http_answer_raises(status, body, kind, hint):
    delivery = http(status, body, content_type=kind, retry_after=hint)
    assert delivery.retry_after_s is None or delivery.retry_after_s >= 0


@given(st.text(max_size=4), st.binary(max_size=100), st.text(max_size=50), st.text(max_size=50))
def test_no_grpc_answer_raises(status, body, text, details):
    grpc(body=body, grpc_status=status, grpc_message=text, grpc_status_details_bin=details)


@given(st.binary(max_size=64))
def test_reading_foreign_bytes_ends_with_a_value_or_a_reason(body):
    read_status(body)
    read_text_status(body, JSON)
    with suppress(ValueError):  # what is malformed has this one name
        partial_success(body, PROTOBUF)


@given(st.floats(0, 1e9))
def test_retry_info_is_read_back(delay_s):
    over_protobuf = read_status(status_bytes(QuotaError("later", retry_after_s=delay_s)))
    assert over_protobuf == ("later", pytest.approx(delay_s, abs=1e-6))
    detail = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{delay_s:.9f}s"}
    body = json.dumps({"message": "later", "details": [detail]}).encode()
    assert read_text_status(body, JSON).delay_s == pytest.approx(delay_s, abs=1e-6)


def test_a_senseless_delay_is_none():
    endless = {"@type": "google.rpc.RetryInfo", "retryDelay": "1e300s"}
    assert read_text_status(json.dumps({"details": [endless]}).encode(), JSON).delay_s is None
