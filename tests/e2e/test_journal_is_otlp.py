"""A segment is one OTLP request: any HTTP client can post it to any OTLP server, and every record arrives.

Posted as the file lies, to Sonde's own receiver, whose kernel must pass over the journal's headers too.
"""

import httpx
import pytest
from benchmarks.payloads import log_requests, metric_requests, trace_requests
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from doors import running_door
from sonde.core.signal import Signal
from sonde.journal import JournalConfig, JournalWriter, read_body, sealed_segments
from sonde.otlp import twin, wire

SENT = {
    Signal.TRACES: (trace_requests, ExportTraceServiceRequest),
    Signal.METRICS: (metric_requests, ExportMetricsServiceRequest),
    Signal.LOGS: (log_requests, ExportLogsServiceRequest),
}


@pytest.mark.parametrize("signal", Signal)
def test_a_segment_posted_as_it_lies_arrives_whole(tmp_path, signal):
    make, message = SENT[signal]
    requests = make(5, 20)
    writer = JournalWriter(tmp_path, JournalConfig(min_free_bytes=0), writer="0")
    for request in requests:
        writer.append(signal, "default", request, 20, lambda _: None)
    writer.close()
    (segment,) = sealed_segments(tmp_path)

    with running_door() as door:
        answer = httpx.post(
            f"http://127.0.0.1:{door.port}{signal.http_path}",
            content=segment.path.read_bytes(),
            headers={"content-type": "application/x-protobuf"},
        )
        ((kept_signal, _, kept, items),) = door.sink.kept
    assert answer.status_code == 200
    assert (kept_signal, items) == (signal, 100)

    expected = message()
    for request in requests:
        expected.MergeFromString(request)
    arrived = message.FromString(kept)
    arrived.DiscardUnknownFields()
    assert arrived == expected
    body = read_body(segment)
    assert wire.validate(signal.index, body) == twin.validate(signal.index, body) == 100
