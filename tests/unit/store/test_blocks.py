"""The encoder and the engine's own decoder are two readers of OTLP; every row and column must be the same from both.

Random requests carry every field that the store keeps. What is put together on the wire (repeated singular fields, other
orders, several pieces of one message) is tested by hand, because protobuf's own encoder never writes it.
"""

from __future__ import annotations

import math
import struct

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from sonde.core.signal import Signal
from sonde.otlp import wire
from sonde.store import ENCODES, Landing
from stored import opened

if not ENCODES:
    pytest.skip("the encoder was not compiled here, or SONDE_PURE is set", allow_module_level=True)

from sonde.store import blocks
from unit.store.requests import NOW, Maker

TABLES = {
    Signal.TRACES: ["otel_traces", "otel_traces_trace_id_ts", "sonde_red"],
    Signal.LOGS: ["otel_logs"],
    Signal.METRICS: [name for name, _, _ in blocks.METRIC_TABLES],
}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("blocks")) as store:
        for tenant in ("encoded", "decoded"):
            store.ensure_tenant(tenant)
        yield store


def columns(store, table):
    rows = store.engine.query(
        "SELECT name FROM system.columns WHERE database = 'otel_encoded' AND table = {table:String}"
        " AND name NOT IN ('DurationSketch', 'Arrived')",
        {"table": table},
    )
    return [row["name"] for row in rows]


def rows(store, tenant, table):
    names = ", ".join(f"`{name}`" for name in columns(store, table))
    final = "FINAL" if table in {"otel_traces_trace_id_ts", "sonde_red"} else ""
    return b"".join(
        store.engine.stream(f"SELECT {names} FROM otel_{tenant}.{table} {final} ORDER BY ALL", "JSONEachRow")
    )


def check(store, signal, payloads):
    ways = {"encoded": Landing(store), "decoded": Landing(store, encode=False)}
    for tenant, way in ways.items():
        for table in TABLES[signal]:
            store.engine.command(f"TRUNCATE TABLE otel_{tenant}.{table}")
        body = b"".join(payloads)
        way.land(signal, tenant, body, token=f"{hash(body)}", created_ns=NOW)
        way.catalogue.flush()
    for table in TABLES[signal]:
        encoded, decoded = (rows(store, tenant, table).splitlines() for tenant in ways)
        assert encoded == decoded, table
    return sum(len(rows(store, "encoded", table).splitlines()) for table in TABLES[signal])


@pytest.mark.parametrize("signal", list(Signal), ids=lambda signal: signal.value)
def test_both_ways_give_the_same_rows(store, signal):
    maker = Maker(seed=signal.index)
    assert check(store, signal, [getattr(maker, signal.value)() for _ in range(60)]) > 100


def test_what_only_hand_made_bytes_say(store):
    one, two = (
        Span(name="first", trace_id=b"1" * 16, kind=2),
        Span(span_id=b"2" * 8, name="last", start_time_unix_nano=NOW),
    )
    one.status.message = "kept"
    two.status.code = 2
    one.attributes.add(key="a").value.int_value = 1
    two.attributes.add(key="a").value.string_value = "again"
    pieces = one.SerializeToString() + two.SerializeToString()
    # a key after its value, a value in two pieces of which the last member counts, an unknown field, an over-long varint
    pieces += field(9, field(2, b"\x18\x05") + field(1, b"k") + field(2, field(1, b"x")) + b"\xf8\x01\x01")
    pieces += b"\x30\x82\x80\x00"
    pieces += field(11, b"") + field(13, b"")
    body = field(1, field(2, field(2, pieces) + field(1, field(1, b"scope"))) + field(1, b""))
    wire.validate(0, body)
    assert check(store, Signal.TRACES, [body]) == 3


def field(number: int, content: bytes) -> bytes:
    assert len(content) < 1 << 14
    size = bytes([len(content)]) if len(content) < 128 else bytes([len(content) & 127 | 128, len(content) >> 7])
    return bytes([number << 3 | 2]) + size + content


def test_the_catalogue_is_the_same(store):
    maker = Maker(seed=9)
    for signal in Signal:
        check(store, signal, [getattr(maker, signal.value)() for _ in range(40)])

    def seen(tenant):
        return store.engine.query(
            "SELECT Signal, Level, Key, Type, toUInt64(sum(Count)) AS n, length(groupUniqArrayArray(Values)) > 0 AS some"
            f" FROM otel_{tenant}.sonde_attributes GROUP BY ALL ORDER BY ALL"
        )

    assert seen("encoded") == seen("decoded")
    assert len(seen("encoded")) > 50


@pytest.mark.parametrize(
    ("table", "fields"),
    [
        ("otel_traces", blocks.TRACE_FIELDS),
        ("otel_logs", blocks.LOG_FIELDS),
        *((name, fields) for name, fields, _ in blocks.METRIC_TABLES),
    ],
)
def test_the_encoder_knows_the_tables_columns(store, table, fields):
    known = store.engine.query(
        "SELECT name, type FROM system.columns WHERE database = 'otel' AND table = {table:String} AND default_kind != 'ALIAS'",
        {"table": table},
    )
    assert {(row["name"], row["type"]) for row in known} == set(fields)


def test_doubles_read_back(store):
    maker = Maker(seed=3)
    doubles = [struct.unpack("<d", maker.rng.randbytes(8))[0] for _ in range(3000)]
    doubles = [number for number in doubles if math.isfinite(number)] + [
        5e-324,
        1.7976931348623157e308,
        2.2250738585072014e-308,
    ]
    doubles += [maker.rng.random() * 10 ** maker.rng.randrange(-25, 25) for _ in range(3000)]
    span = Span(span_id=b"8" * 8, start_time_unix_nano=NOW)
    for number, value in enumerate(doubles):
        span.attributes.add(key=f"{number}").value.double_value = value
    content = span.SerializeToString()
    head = bytearray()
    for _ in range(3):
        size, length = len(content), bytearray()
        while size > 127:
            length.append(size & 127 | 128)
            size >>= 7
        content = bytes([0x12 if len(head) < 2 else 0x0A]) + bytes(length) + bytes([size]) + content
        head.append(0)
    store.ensure_tenant("doubles")
    Landing(store).land(Signal.TRACES, "doubles", content, token="doubles", created_ns=NOW)
    kept = store.engine.query("SELECT SpanAttributes FROM otel_doubles.otel_traces")[0]["SpanAttributes"]
    assert [float(kept[f"{number}"]) for number in range(len(doubles))] == doubles
    longer = sum(
        len(kept[f"{number}"].lstrip("-").replace(".", "").split("e")[0].strip("0")) > 17
        for number in range(len(doubles))
    )
    assert longer == 0
