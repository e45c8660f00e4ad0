"""Inputs for the wire kernel: valid payloads of every kind, oddly encoded ones, and mutations of both.

Everything comes from a `random.Random`, so that a seed names its inputs.
"""

from __future__ import annotations

import random
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue

from sonde.otlp.schema import MESSAGES, ROOTS, Field

__all__ = ["KEYS", "REQUESTS", "bomb", "mutate", "odd_payload", "plain_payload"]

REQUESTS = (ExportTraceServiceRequest, ExportMetricsServiceRequest, ExportLogsServiceRequest)
KEYS = ("service.name", "http.route", "n", "", "ключ", "k" * 130)
TEXTS = (
    "",
    "a",
    "GET /items/{id}",
    'quote " and \\ and \n\x01\x7f',
    "naïve",
    "日本語のログ",
    "🦀" * 9,
    "x" * 7,
    "y" * 8,
    "z" * 33,
    "w" * 200,
)
NUMBERS = (0, 1, 2, 5, 127, 128, 300, 2**31, 2**32 + 3, 2**63, 2**64 - 1)
DOUBLES = (0.0, -0.0, 1.5, 1e300, 0.1, float("inf"), float("-inf"), float("nan"))


def plain_payload(rng: random.Random, signal: int) -> bytes:
    """A request as the protobuf library writes it."""
    return (_traces, _metrics, _logs)[signal](rng).SerializeToString()


def _any(rng: random.Random, value: Any, depth: int = 0) -> None:
    kind = rng.randrange(8 if depth < 3 else 6)
    if kind == 0:
        value.string_value = rng.choice(TEXTS)
    elif kind == 1:
        value.bool_value = rng.random() < 0.5
    elif kind == 2:
        value.int_value = rng.choice((0, 1, -1, 200, 2**62, -(2**63)))
    elif kind == 3:
        value.double_value = rng.choice(DOUBLES)
    elif kind == 4:
        value.bytes_value = rng.randbytes(rng.randrange(6))
    elif kind == 6:
        value.array_value.SetInParent()
        for _ in range(rng.randrange(3)):
            _any(rng, value.array_value.values.add(), depth + 1)
    elif kind == 7:
        value.kvlist_value.SetInParent()
        _attributes(rng, value.kvlist_value.values, depth + 1)


def _attributes(rng: random.Random, items: Any, depth: int = 1) -> None:
    for _ in range(rng.randrange(4)):
        item = items.add(key=rng.choice(KEYS))
        if rng.random() < 0.7:
            item.value.string_value = rng.choice(TEXTS)
        elif rng.random() < 0.9:
            _any(rng, item.value, depth)


def _groups(rng: random.Random, groups: Any, scopes_name: str) -> list[Any]:
    """Some resources with some scopes; returns the scopes."""
    scopes = []
    for _ in range(rng.choice((1, 1, 2, 3))):
        group = groups.add(schema_url=rng.choice(("", "https://opentelemetry.io/schemas/1.30.0")))
        _attributes(rng, group.resource.attributes)
        if rng.random() < 0.2:
            group.resource.entity_refs.add(type="service", id_keys=["service.name", "a"])
        for _ in range(rng.choice((0, 1, 1, 2))):
            scope = getattr(group, scopes_name).add()
            scope.scope.name = rng.choice(TEXTS)
            _attributes(rng, scope.scope.attributes)
            scopes.append(scope)
    return scopes


def _trace_id(rng: random.Random) -> bytes:
    return rng.choice((b"", b"\0" * 16, b"\x01" * 16, rng.randbytes(16)))


def _span_id(rng: random.Random) -> bytes:
    return rng.choice((b"", rng.randbytes(8)))


def _traces(rng: random.Random) -> Any:
    message = ExportTraceServiceRequest()
    for scope in _groups(rng, message.resource_spans, "scope_spans"):
        for _ in range(rng.randrange(5)):
            span = scope.spans.add(
                trace_id=_trace_id(rng), span_id=_span_id(rng), name=rng.choice(TEXTS), flags=rng.randrange(600)
            )
            span.parent_span_id = _span_id(rng)
            span.kind = rng.randrange(6)
            span.start_time_unix_nano = rng.choice(NUMBERS)
            span.end_time_unix_nano = rng.choice(NUMBERS)
            _attributes(rng, span.attributes)
            if rng.random() < 0.3:
                span.status.code = rng.randrange(3)
                span.status.message = rng.choice(TEXTS)
            for _ in range(rng.choice((0, 0, 2))):
                _attributes(rng, span.events.add(name=rng.choice(TEXTS), time_unix_nano=5).attributes)
                _attributes(rng, span.links.add(trace_id=_trace_id(rng), span_id=_span_id(rng), flags=1).attributes)
    return message


def _logs(rng: random.Random) -> Any:
    message = ExportLogsServiceRequest()
    for scope in _groups(rng, message.resource_logs, "scope_logs"):
        for _ in range(rng.randrange(5)):
            log = scope.log_records.add(trace_id=_trace_id(rng), span_id=_span_id(rng), event_name=rng.choice(TEXTS))
            log.time_unix_nano = rng.choice(NUMBERS)
            log.observed_time_unix_nano = rng.choice(NUMBERS)
            log.severity_number = rng.randrange(25)
            log.severity_text = rng.choice(TEXTS)
            log.flags = rng.randrange(3)
            if rng.random() < 0.9:
                _any(rng, log.body)
            _attributes(rng, log.attributes)
    return message


def _metrics(rng: random.Random) -> Any:
    message = ExportMetricsServiceRequest()
    for scope in _groups(rng, message.resource_metrics, "scope_metrics"):
        for _ in range(rng.randrange(4)):
            metric = scope.metrics.add(name=rng.choice(TEXTS), unit="By", description=rng.choice(TEXTS))
            _attributes(rng, metric.metadata)
            kind = rng.choice(("gauge", "sum", "histogram", "exponential_histogram", "summary", ""))
            if kind:
                data = getattr(metric, kind)
                data.SetInParent()
                if kind not in ("gauge", "summary"):
                    data.aggregation_temporality = rng.randrange(3)
                for _ in range(rng.randrange(4)):
                    _point(rng, kind, data.data_points.add())
    return message


def _point(rng: random.Random, kind: str, point: Any) -> None:
    point.start_time_unix_nano = rng.choice(NUMBERS)
    point.time_unix_nano = rng.choice(NUMBERS)
    point.flags = rng.randrange(2)
    _attributes(rng, point.attributes)
    if kind in ("gauge", "sum"):
        point.as_int = rng.randrange(-5, 5)
    elif kind == "histogram":
        point.bucket_counts.extend(rng.choice(NUMBERS) for _ in range(rng.randrange(4)))
        point.explicit_bounds.extend(rng.choice(DOUBLES) for _ in range(rng.randrange(4)))
    elif kind == "exponential_histogram":
        point.scale = rng.randrange(-4, 4)
        point.positive.bucket_counts.extend(rng.choice(NUMBERS) for _ in range(rng.randrange(4)))
        point.negative.offset = -2
    else:
        point.quantile_values.add(quantile=0.5, value=rng.choice(DOUBLES))
    if kind != "summary" and rng.random() < 0.5:
        exemplar = point.exemplars.add(trace_id=_trace_id(rng), span_id=_span_id(rng), as_double=1.5)
        _attributes(rng, exemplar.filtered_attributes)


def _varint(rng: random.Random, value: int, limit: int) -> bytes:
    """A number in as many bytes as it needs, or in more, which protobuf allows up to a limit."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    if rng.random() < 0.1:
        for _ in range(rng.randrange(limit - len(out) + 1)):
            out[-1] |= 0x80
            out.append(0)
    return bytes(out)


def odd_payload(rng: random.Random, signal: int) -> bytes:
    """A valid request that no library writes: fields in any order and number, unknown ones, over-long varints."""
    return _odd_message(rng, ROOTS[signal], 0)


def _odd_message(rng: random.Random, name: str, depth: int) -> bytes:
    out = []
    known = MESSAGES[name]
    for _ in range(rng.choice((0, 1, 2, 3, 3, 4)) if depth > 3 else rng.choice((1, 2, 3))):
        if rng.random() < 0.08:
            out.append(_unknown(rng, known))
            continue
        number = rng.choice(tuple(known))
        out.append(_odd_field(rng, number, known[number], depth))
    return b"".join(out)


def _unknown(rng: random.Random, known: dict[int, Field]) -> bytes:
    """A field with a number that the message does not have, or has with another wire type."""
    number, kind = rng.choice((17, 99, 1000, 2**29 - 1, *known)), rng.choice((0, 1, 5))
    if number in known and known[number].kind != "message" and known[number].kind != "string":
        number = 500
    body = {0: _varint(rng, rng.choice(NUMBERS), 10), 1: rng.randbytes(8), 5: rng.randbytes(4)}[kind]
    return _varint(rng, number << 3 | kind, 5) + body


def _odd_field(rng: random.Random, number: int, field: Field, depth: int) -> bytes:
    if field.kind == "varint" and not (field.repeated and rng.random() < 0.5):
        return _varint(rng, number << 3, 5) + _varint(rng, rng.choice(NUMBERS), 10)
    if field.kind == "fixed64" and not (field.repeated and rng.random() < 0.5):
        return _varint(rng, number << 3 | 1, 5) + rng.choice((rng.randbytes(8), bytes(8)))
    if field.kind == "fixed32":
        return _varint(rng, number << 3 | 5, 5) + rng.randbytes(4)
    body = _odd_body(rng, field, depth)
    return _varint(rng, number << 3 | 2, 5) + _varint(rng, len(body), 5) + body


def _odd_body(rng: random.Random, field: Field, depth: int) -> bytes:
    if field.kind == "message":
        return _odd_message(rng, field.message, depth + 1) if depth < 14 else b""
    if field.kind == "string":
        return rng.choice((*TEXTS, *KEYS)).encode()
    if field.kind in ("id16", "id8"):
        return rng.randbytes(rng.choice((0, int(field.kind[2:]))))
    if field.kind == "varint":
        return b"".join(_varint(rng, rng.choice(NUMBERS), 10) for _ in range(rng.randrange(4)))
    return rng.randbytes(8 * rng.randrange(3))


def bomb(levels: int, *, lists: bool = False) -> bytes:
    """A trace request whose one attribute nests arrays, or lists, in `levels` levels."""
    value = AnyValue(int_value=1).SerializeToString()
    for _ in range(levels):
        element = b"\x0a\x01k" + _field(0x12, value) if lists else value
        value = _field(0x32 if lists else 0x2A, _field(0x0A, element))
    attribute = b"\x0a\x01n" + _field(0x12, value)
    return _field(0x0A, _field(0x12, _field(0x12, _field(0x4A, attribute))))


def _field(tag: int, body: bytes) -> bytes:
    return bytes([tag]) + _varint(random.Random(0), len(body), len(body).bit_length() // 7 + 1) + body


BYTES = (
    0,
    1,
    2,
    3,
    4,
    5,
    7,
    8,
    0x7F,
    0x80,
    0xFF,
    0x0A,
    0x12,
    0x1A,
    0x2A,
    0x32,
    0x4A,
    0x0B,
    0x0C,
    0xC2,
    0xE2,
    0xED,
    0xF4,
)


def mutate(rng: random.Random, payload: bytes) -> bytes:
    """One to four changes: bytes replaced, cut out, put in, copied elsewhere, or the end cut off."""
    data = bytearray(payload)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        if not data:
            break
        at = rng.randrange(len(data))
        choice = rng.random()
        if choice < 0.35:
            data[at] = rng.randrange(256)
        elif choice < 0.6:
            data[at] = rng.choice(BYTES)
        elif choice < 0.65:
            data[at] ^= 1 << rng.randrange(8)
        elif choice < 0.75:
            del data[at : at + rng.choice((1, 1, 2, 8, 40))]
        elif choice < 0.85:
            data[at:at] = rng.randbytes(rng.choice((1, 2, 9)))
        elif choice < 0.93:
            source = rng.randrange(len(data))
            data[at:at] = data[source : source + rng.randrange(60)]
        else:
            del data[at:]
    return bytes(data)
