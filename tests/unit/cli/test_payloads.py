"""Files of OTLP: every format is told apart, every signal found out, and nothing is lost or invented."""

from __future__ import annotations

import contextlib
import gzip
import io
import json

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from sonde.cli.payloads import payloads_of, signal_of
from sonde.core.errors import MalformedError, ValidationError
from sonde.core.signal import Signal
from sonde.journal import JournalWriter, sealed_segments
from sonde.otlp import wire
from sonde.otlp.json import from_protobuf


def traces():
    request = ExportTraceServiceRequest()
    span = request.resource_spans.add().scope_spans.add().spans.add(name="a", trace_id=b"t" * 16, span_id=b"s" * 8)
    span.start_time_unix_nano, span.end_time_unix_nano = 1, 2
    return request.SerializeToString()


def logs(**fields):
    request = ExportLogsServiceRequest()
    record = request.resource_logs.add().scope_logs.add().log_records.add(**(fields or {"time_unix_nano": 5}))
    record.body.string_value = "hello"
    return request.SerializeToString()


def metrics(kind="gauge"):
    request = ExportMetricsServiceRequest()
    metric = request.resource_metrics.add().scope_metrics.add().metrics.add(name="m")
    getattr(metric, kind).data_points.add(time_unix_nano=7)
    return request.SerializeToString()


EXAMPLES = {Signal.TRACES: traces(), Signal.LOGS: logs(), Signal.METRICS: metrics()}


def read(data, **options):
    return [(payload.signal, payload.body) for payload in payloads_of(io.BytesIO(data), **options)]


def as_json(signal):
    return from_protobuf(signal, EXAMPLES[signal])


@pytest.mark.parametrize("signal", Signal)
def test_protobuf_tells_its_signal(signal):
    assert read(EXAMPLES[signal]) == [(signal, EXAMPLES[signal])]


@pytest.mark.parametrize("kind", ["gauge", "sum", "histogram", "exponential_histogram", "summary"])
def test_every_kind_of_metric_is_a_metric(kind):
    assert signal_of(metrics(kind)) is Signal.METRICS


@pytest.mark.parametrize("fields", [{"observed_time_unix_nano": 1}, {"severity_number": 9}])
def test_log_records_without_a_time_are_still_logs(fields):
    assert signal_of(logs(**fields)) is Signal.LOGS


def test_bytes_that_do_not_tell_ask_for_the_signal():
    request = ExportTraceServiceRequest()
    request.resource_spans.add().scope_spans.add().spans.add(name="a")
    with pytest.raises(ValidationError, match="--signal"):
        read(request.SerializeToString())
    assert read(request.SerializeToString(), signal=Signal.TRACES)[0][0] is Signal.TRACES


@pytest.mark.parametrize("cut", range(0, len(EXAMPLES[Signal.TRACES]), 3))
def test_cut_and_foreign_bytes_never_crash_the_guess(cut):
    for data in (EXAMPLES[Signal.TRACES][:cut], bytes(reversed(EXAMPLES[Signal.TRACES]))[cut:]):
        with contextlib.suppress(ValidationError):
            signal_of(data)


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("signal", Signal)
def test_one_json_document_in_one_or_many_lines(signal, indent):
    text = json.dumps(json.loads(as_json(signal)), indent=indent).encode()
    assert [found for found, _ in read(text)] == [signal]
    assert [found for found, _ in read(b"\xef\xbb\xbf\n  " + text)] == [signal]


def test_json_lines_of_mixed_signals():
    data = b"\n".join(as_json(signal) for signal in Signal) + b"\n\n"
    assert [found for found, _ in read(data)] == list(Signal)


def test_a_document_with_several_signals_is_several_requests():
    document = json.loads(as_json(Signal.TRACES)) | json.loads(as_json(Signal.LOGS))
    assert [found for found, _ in read(json.dumps(document).encode())] == [Signal.TRACES, Signal.LOGS]


def test_length_prefixed_protobuf_of_the_file_exporter():
    data = b"".join(len(body).to_bytes(4, "big") + body for body in EXAMPLES.values())
    assert read(data) == list(EXAMPLES.items())
    with pytest.raises(MalformedError, match="ends in the middle"):
        read(data[:-3])


def test_compressed_files_are_inflated():
    data = gzip.compress(as_json(Signal.LOGS))
    assert [found for found, _ in read(data)] == [Signal.LOGS]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{"spans": []}', "not an OTLP request"),
        (b'{"resourceSpans": [', "not JSON"),
        (b'{"resourceSpans": 3}', "resourceSpans"),
    ],
)
def test_json_that_is_not_otlp_says_what_is_wrong(data, said):
    with pytest.raises(MalformedError, match=said):
        read(data)


def test_an_empty_file_has_no_requests():
    assert read(b"") == []


def test_a_journal_segment_is_one_request(tmp_path):
    writer = JournalWriter(tmp_path, writer="0")
    for _ in range(3):
        writer.append(Signal.LOGS, "default", EXAMPLES[Signal.LOGS], 1, lambda error: None)
    writer.close()
    (segment,) = sealed_segments(tmp_path)
    ((signal, body),) = read(segment.path.read_bytes())
    assert (signal, wire.validate(signal.index, body)) == (Signal.LOGS, 3)
