"""What only the kernel can get wrong: memory. Buffers, offsets that lie, payloads that change, sizes over a buffer's."""

from __future__ import annotations

import dataclasses
import gc
import random
import subprocess
import sys
import threading

import pytest

from fault.wire_inputs import mutate, plain_payload
from fault.wire_mutations import unchecked
from sonde.core.errors import MalformedError
from sonde.otlp import twin, wire
from unit.otlp.wire_bytes import attribute, field, string, trace

pytestmark = pytest.mark.skipif(not wire.NATIVE, reason="the kernel was not built here: no C compiler, or SONDE_PURE")
if wire.NATIVE:
    from sonde.otlp import kernel

TRACES = 0


def test_columns_are_read_only_buffers_that_outlive_their_index():
    payload = trace(attribute("k", string("v")), b"\x30\x05")
    columns = kernel.scan(TRACES, payload)
    kind, start = columns.kind, columns.start
    del columns
    gc.collect()
    assert kind.tolist() == [0, 5]
    assert (kind.format, kind.itemsize, start.format, start.readonly) == ("i", 4, "I", True)
    with pytest.raises(TypeError):
        start[0] = 1


def test_numpy_views_columns_and_gives_masks():
    numpy = pytest.importorskip("numpy")
    payload = trace(*(b"\x30" + bytes([n]) for n in range(6)))
    columns = kernel.scan(TRACES, payload)
    kinds = numpy.frombuffer(columns.kind, numpy.int32)
    assert kinds.tolist() == list(range(6))
    assert not kinds.flags.owndata
    assert kernel.validate(TRACES, kernel.select(columns, kinds > 3)) == 2


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview, lambda data: memoryview(b"xx" + data + b"xx")[2:-2]])
def test_payloads_of_any_kind(kind):
    payload = trace(attribute("k", string("v")))
    assert kernel.validate(TRACES, kind(payload)) == 1
    columns = kernel.scan(TRACES, kind(payload))
    assert kernel.attribute(columns, "record", "k").length.tolist() == [1]
    assert kernel.split(TRACES, kind(payload * 2), max_items=1) == [payload, payload]


def test_what_is_no_buffer():
    with pytest.raises(TypeError):
        kernel.validate(TRACES, "text")
    with pytest.raises((TypeError, BufferError, ValueError)):
        kernel.validate(TRACES, memoryview(b"abcdef")[::2])


LIES = {
    "start": ("body",),
    "end": ("attribute", "record", "k"),
    "attributes": ("attribute", "record", "k"),
    "at": ("select", b"\0\1"),
}


@pytest.mark.parametrize("name", LIES)
def test_columns_of_another_payload_are_refused(name):
    columns = kernel.scan(2, trace(b"\x10\x01", b"\x10\x02"))
    lying = dataclasses.replace(columns, **{name: memoryview(bytes([0xFF] * 7 + [0x7F])).cast("I")})
    function, *arguments = LIES[name]
    with pytest.raises(ValueError, match="another payload"):
        getattr(kernel, function)(lying, *arguments)


def test_groups_that_lie_are_refused():
    columns = kernel.scan(TRACES, trace(b"\x30\x01", b"\x30\x02"))
    for first in ([0, 3], [1, 2], [3, 2], [0, 1]):
        groups = columns.scopes._replace(
            first=memoryview(b"".join(n.to_bytes(4, sys.byteorder) for n in first)).cast("I")
        )
        with pytest.raises(ValueError, match="columns"):
            kernel.select(dataclasses.replace(columns, scopes=groups), b"\0\1")
    with pytest.raises(ValueError, match="different lengths"):
        kernel.select(dataclasses.replace(columns, start=columns.start, at=columns.at[:1]), b"\0\1")
    with pytest.raises(ValueError, match="another payload"):
        kernel.attribute(dataclasses.replace(columns, payload=b""), "record", "k")


def test_a_payload_that_changes_after_the_scan_does_no_harm():
    rng = random.Random(1)
    payload = bytearray(b"".join(plain_payload(rng, TRACES) for _ in range(9)))
    columns = kernel.scan(TRACES, payload)
    assert columns.count > 0
    for _ in range(300):
        for at in (rng.randrange(len(payload)) for _ in range(20)):
            payload[at] = rng.randrange(256)
        kernel.attribute(columns, "record", "http.route")
        kernel.attribute(columns, "resource", "service.name")
        kernel.select(columns, bytes(row % 2 for row in range(columns.count)))


def test_a_payload_that_was_wrongly_called_checked_does_no_harm():
    rng = random.Random(2)
    for _ in range(1500):
        signal = rng.randrange(3)
        unchecked(signal, mutate(rng, plain_payload(rng, signal)))


def test_large_payloads_and_threads():
    payload = b"".join(
        trace(attribute("k", string("v" * 300)), resource=field(1, attribute("r", b"\x18\x01", 1))) for _ in range(400)
    )
    results = []

    def work():
        columns = kernel.scan(TRACES, payload)
        results.append(
            (
                kernel.validate(TRACES, payload),
                sum(kernel.attribute(columns, "record", "k").length),
                kernel.flatten(TRACES, payload),
            )
        )

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [(400, 400 * 300, payload)] * 4


def first_fault(content):
    """Where Python finds the first sequence that is not UTF-8; -1 where there is none."""
    try:
        content.decode()
    except UnicodeDecodeError as error:
        return error.start
    return -1


@pytest.mark.parametrize("text", ["a" * 5000, "é" * 3000, "a" * 37 + "日" * 50, "🦀" * 100])
@pytest.mark.parametrize("cut", [0, 1, 2, 3])
def test_utf8_is_python_s(text, cut):
    data = text.encode()
    for content in (data[: len(data) - cut], data[cut:], data[:20] + b"\xff" + data[20:]):
        payload = trace(field(5, content))
        if first_fault(content) < 0:
            assert kernel.validate(TRACES, payload) == 1
            continue
        with pytest.raises(MalformedError) as caught:
            kernel.validate(TRACES, payload)
        assert caught.value.offset == payload.index(content) + first_fault(content)


def test_a_body_in_very_many_pieces_takes_no_longer_than_it_is_long():
    # Quadratic time would take hours here.
    record = field(5, field(5, b"")) * 200_000
    flat = kernel.flatten(2, field(1, field(2, field(2, record))))
    assert flat == field(1, field(2, field(2, field(5, field(5, b"[]")))))
    many = trace(*[b""] * 100_000)
    assert len(kernel.split(TRACES, many, max_items=10)) == 10_000


def test_kernel_and_twin_offer_the_same():
    ours = {name for name in dir(kernel) if name in twin.__all__}
    assert (
        ours
        == set(twin.__all__)
        == set(wire.__all__) - {"NATIVE", "AttributeColumn", "BytesLike", "Columns", "TraceGroups"}
    )


def test_the_kernel_alone_loads_no_protobuf():
    code = "import sys; from sonde.otlp import kernel; print([n for n in sys.modules if n.startswith(('google', 'opentelemetry', 'numpy'))])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
