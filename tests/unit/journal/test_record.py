"""The framing is a promise to other programs: byte for byte as documented, and valid OTLP in any run of records."""

import struct

import google_crc32c
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from sonde.core.errors import ValidationError
from sonde.core.signal import Signal
from sonde.journal.record import FIELD_NUMBER, TAG, Framer, overhead, payload_is_whole, read_header

REQUESTS = {
    Signal.TRACES: ExportTraceServiceRequest,
    Signal.METRICS: ExportMetricsServiceRequest,
    Signal.LOGS: ExportLogsServiceRequest,
}


def test_the_bytes_are_those_of_the_documentation():
    payload = b"\x0a\x00"
    header = Framer(Signal.LOGS, "acme", 0xAABBCCDD).header(payload, 1_700_000_000_000_000_000, 3, 9)
    assert header[:4] == TAG == bytes.fromhex("aa88f74d")
    assert header[4] == 43 + 4
    assert len(header) == 5 + header[4] == overhead("acme")
    crc, payload_crc, length, received, nonce, sequence, items, version, signal, tenant_size, zero = struct.unpack_from(
        "<IIIQQIIBBBI", header, 5
    )
    assert crc == google_crc32c.value(header[9:])
    assert payload_crc == google_crc32c.value(payload)
    assert (length, received, nonce) == (2, 1_700_000_000_000_000_000, 0xAABBCCDD)
    assert (sequence, items, version, signal, tenant_size, zero) == (9, 3, 1, 2, 4, 0)
    assert header[48:] == b"acme"


def test_the_field_number_is_free():
    """No OTLP message uses it, protobuf does not reserve it, and its tag has the wire type of bytes."""
    for request in REQUESTS.values():
        assert FIELD_NUMBER not in request.DESCRIPTOR.fields_by_number
    assert not 19_000 <= FIELD_NUMBER <= 19_999
    value = sum((byte & 0x7F) << 7 * place for place, byte in enumerate(TAG))
    assert value == FIELD_NUMBER << 3 | 2


@given(
    st.sampled_from(Signal),
    st.from_regex(r"[a-z0-9_]{1,63}", fullmatch=True),
    st.binary(min_size=1, max_size=300),
    st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1), st.integers(0, 2**32 - 1), st.integers(0, 2**33)),
    st.binary(max_size=20),
)
def test_what_is_framed_is_read_back(signal, tenant, payload, numbers, before):
    received, nonce, sequence, items = numbers
    header = Framer(signal, tenant, nonce).header(payload, received, items, sequence)
    data = before + header + payload
    found = read_header(data, len(before))
    assert (found.signal, found.tenant, found.received_ns, found.nonce) == (signal, tenant, received, nonce)
    assert (found.sequence, found.items) == (sequence, min(items, 2**32 - 1))
    assert data[found.payload_offset : found.end] == payload
    assert payload_is_whole(data, found)
    assert not payload_is_whole(data[:-1], found)


@pytest.mark.parametrize("signal", Signal)
def test_any_run_of_records_is_one_request(signal):
    request = REQUESTS[signal]
    parts = []
    for number in range(3):
        message = request()
        group = next(iter(message.DESCRIPTOR.fields))
        getattr(message, group.name).add().schema_url = f"schema-{number}"
        parts.append(message.SerializeToString())
    framer = Framer(signal, "default", 7)
    body = b"".join(framer.header(part, 5, 1, number) + part for number, part in enumerate(parts))
    parsed = request.FromString(body)
    groups = getattr(parsed, group.name)
    assert [entry.schema_url for entry in groups] == ["schema-0", "schema-1", "schema-2"]


@pytest.mark.parametrize("tenant", ["", "x" * 64, "ä"])
def test_a_tenant_that_does_not_fit_is_refused(tenant):
    with pytest.raises(ValidationError):
        Framer(Signal.LOGS, tenant, 1)


def test_other_versions_and_other_signals_are_not_headers():
    """A later format must not be misread; its checksums hold, its version does not."""
    header = bytearray(Framer(Signal.LOGS, "a", 1).header(b"x", 5, 1, 0))
    for place, value in ((41, 2), (42, 3), (43, 2)):
        changed = bytearray(header)
        changed[place] = value
        changed[5:9] = google_crc32c.value(bytes(changed[9:])).to_bytes(4, "little")
        assert read_header(bytes(changed) + b"x", 0) is None
