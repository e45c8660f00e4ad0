"""The hand-written messages must be those of the libraries that clients decode them with."""

import pytest
from google.protobuf import json_format
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from sonde.core.errors import ExhaustedError, MalformedError, QuotaError, TooLargeError, UnavailableError
from sonde.core.outcome import Outcome
from sonde.core.signal import Signal
from sonde.otlp import status

RESPONSES = {
    Signal.TRACES: (ExportTraceServiceResponse, "rejected_spans"),
    Signal.METRICS: (ExportMetricsServiceResponse, "rejected_data_points"),
    Signal.LOGS: (ExportLogsServiceResponse, "rejected_log_records"),
}


@given(st.sampled_from(Signal), st.integers(0, 2**63 - 1), st.text())
def test_a_response_reads_back_in_both_forms(signal, rejected, message):
    outcome = Outcome(5, rejected, message)
    message_class, count = RESPONSES[signal]
    binary = message_class.FromString(status.response_bytes(outcome))
    assert getattr(binary.partial_success, count) == rejected
    assert binary.partial_success.error_message == message
    assert json_format.Parse(status.response_json(outcome, signal), message_class()) == binary


@pytest.mark.parametrize("signal", Signal)
def test_full_success_says_nothing(signal):
    assert status.response_bytes(Outcome(7)) == b""
    assert status.response_json(Outcome(7), signal) == b"{}"


@given(st.text(), st.floats(0, 1e6))
def test_a_retryable_error_carries_its_delay_in_both_forms(message, delay_s):
    error = QuotaError(message, retry_after_s=delay_s)
    binary = Status.FromString(status.status_bytes(error))
    info = RetryInfo()
    assert binary.details[0].Unpack(info)
    assert info.retry_delay.seconds + info.retry_delay.nanos / 1e9 == pytest.approx(delay_s, abs=2e-9)
    assert (binary.code, binary.message) == (8, message)
    assert json_format.Parse(status.status_json(error), Status()) == binary


@pytest.mark.parametrize("error", [ExhaustedError("disk full"), UnavailableError("starting")])
def test_a_retryable_error_without_a_delay_gets_the_default(error):
    info = RetryInfo()
    assert Status.FromString(status.status_bytes(error)).details[0].Unpack(info)
    assert info.retry_delay.seconds == status.DEFAULT_RETRY_S


@pytest.mark.parametrize("error", [MalformedError("cut", 3, "resource_spans[0]"), TooLargeError("big")])
def test_a_permanent_error_carries_no_delay(error):
    binary = Status.FromString(status.status_bytes(error))
    assert (binary.code, binary.message, len(binary.details)) == (error.traits.grpc_code, str(error), 0)
    assert status.retry_delay_s(error) is None
    assert json_format.Parse(status.status_json(error), Status()) == binary


def test_what_cannot_be_utf8_does_not_stop_an_answer():
    assert Status.FromString(status.status_bytes(MalformedError("\ud800"))).message == "?"
    assert b"?" in status.status_json(MalformedError("\ud800"))


def test_a_negative_delay_is_none_at_all():
    assert status.retry_delay_s(QuotaError("later", retry_after_s=-1)) == 0
