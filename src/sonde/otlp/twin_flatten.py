"""Nested values as JSON text, in plain Python: the protobuf library merges and reads values, a walk rewrites the rest."""

from __future__ import annotations

import base64
import json
import math
from typing import TYPE_CHECKING, Any

from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

from sonde.core.protobuf import varint
from sonde.otlp.schema import MESSAGES, ROOTS
from sonde.otlp.twin_check import is_canonical, points_of, request_of
from sonde.otlp.twin_wire import LEN, Piece, fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sonde.otlp.columns import BytesLike

__all__ = ["VALUE_TAGS", "flatten", "merged_value", "value_pieces"]


_KEY, _VALUE, _ARRAY, _KVLIST = 0x0A, 0x12, 0x2A, 0x32
_NESTED = frozenset({"array_value", "kvlist_value"})
_GROUPS = (("resource_spans", "scope_spans"), ("resource_metrics", "scope_metrics"), ("resource_logs", "scope_logs"))
VALUE_TAGS = frozenset({0x0A, 0x10, 0x18, 0x21, 0x2A, 0x32, 0x3A, 0x40})


def flatten(signal: int, payload: BytesLike) -> BytesLike:
    """See `sonde.otlp.wire.flatten`."""
    data = bytes(payload)
    message = request_of(signal, data)
    if is_canonical(message, data) and not any(map(_is_nested_value, _values(signal, message))):
        return payload
    flat, changed = _message(data, 0, len(data), ROOTS[signal])
    return flat if changed else payload


def _is_nested_value(value: Any) -> bool:
    return value.WhichOneof("value") in _NESTED


def _values(signal: int, message: Any) -> Iterator[Any]:
    """The values of a request's attributes, and the bodies of its logs."""
    for holder in _holders(signal, message):
        if signal == 2 and isinstance(holder, LogRecord):
            yield holder.body
        for item in getattr(holder, "attributes", ()):
            yield item.value
    if signal == 1:
        for metric in (
            one for group in message.resource_metrics for scope in group.scope_metrics for one in scope.metrics
        ):
            yield from (item.value for item in metric.metadata)
            for point in points_of(metric):
                for exemplar in getattr(point, "exemplars", ()):
                    yield from (item.value for item in exemplar.filtered_attributes)


def _holders(signal: int, message: Any) -> Iterator[Any]:
    """The messages of a request that have attributes."""
    groups, scopes = _GROUPS[signal]
    for group in getattr(message, groups):
        yield group.resource
        for scope in getattr(group, scopes):
            yield scope.scope
            if signal == 0:
                for span in scope.spans:
                    yield span
                    yield from span.events
                    yield from span.links
            elif signal == 2:
                yield from scope.log_records
            else:
                for metric in scope.metrics:
                    yield from points_of(metric)


def value_pieces(data: bytes, start: int, end: int, tag: int) -> list[Piece]:
    """The fields `tag` of the message `data[start:end]`, which protobuf merges into one."""
    return [piece for piece in fields(data, start, end) if piece.tag == tag]


def merged_value(data: bytes, pieces: list[Piece]) -> AnyValue:
    """The one AnyValue that its pieces amount to: protobuf merges messages that are concatenated."""
    return AnyValue.FromString(b"".join(data[piece.body : piece.stop] for piece in pieces))


def _message(data: bytes, start: int, end: int, message: str) -> tuple[bytes, bool]:
    """The message with its nested values rewritten, and whether there was one."""
    out: list[bytes] = []
    changed = False
    bodies: list[Piece] = []
    for piece in fields(data, start, end):
        field = MESSAGES[message].get(piece.tag >> 3)
        new: bytes | None = None
        if field is not None and field.kind == "message" and piece.tag & 7 == LEN:
            if field.message == "AnyValue":
                bodies = bodies or value_pieces(data, start, end, piece.tag)
                new = _body(data, piece, bodies)
            elif field.message == "KeyValue":
                new = _attribute(data, piece)
            else:
                content, inside = _message(data, piece.body, piece.stop, field.message)
                out.append(_field(piece.tag, content))
                changed = changed or inside
                continue
        changed = changed or new is not None
        out.append(data[piece.at : piece.stop] if new is None else new)
    return b"".join(out), changed


def _field(tag: int, content: bytes) -> bytes:
    return varint(tag) + varint(len(content)) + content


def _is_nested(data: bytes, pieces: list[Piece]) -> bool:
    return any(part.tag in (_ARRAY, _KVLIST) for piece in pieces for part in fields(data, piece.body, piece.stop))


def _attribute(data: bytes, item: Piece) -> bytes | None:
    values = value_pieces(data, item.body, item.stop, _VALUE)
    if not _is_nested(data, values):
        return None
    keys = value_pieces(data, item.body, item.stop, _KEY)
    key = data[keys[-1].at : keys[-1].stop] if keys else b""
    return _field(item.tag, key + _value(data, _VALUE, values))


def _body(data: bytes, piece: Piece, pieces: list[Piece]) -> bytes | None:
    """A log record's body; where it is nested, its pieces become one, in the place of the first."""
    if not _is_nested(data, pieces):
        return None
    return _value(data, piece.tag, pieces) if piece == pieces[0] else b""


def _value(data: bytes, tag: int, pieces: list[Piece]) -> bytes:
    """The merged value as one AnyValue field: nested ones as text, others as their own last bytes."""
    value = merged_value(data, pieces)
    kind = value.WhichOneof("value")
    if kind in ("array_value", "kvlist_value"):
        return _field(tag, _field(_ARRAY if kind == "array_value" else _KVLIST, _json(value).encode()))
    members = [part for piece in pieces for part in fields(data, piece.body, piece.stop) if part.tag in VALUE_TAGS]
    return _field(tag, data[members[-1].at : members[-1].stop])


def _json(value: Any) -> str:
    kind = value.WhichOneof("value")
    if kind == "string_value":
        return json.dumps(value.string_value, ensure_ascii=False)
    if kind == "bool_value":
        return "true" if value.bool_value else "false"
    if kind == "int_value":
        return str(value.int_value)
    if kind == "double_value":
        return _json_double(value.double_value)
    if kind == "bytes_value":
        return f'"{base64.b64encode(value.bytes_value).decode()}"'
    if kind == "array_value":
        return f"[{','.join(_json(one) for one in value.array_value.values)}]"
    if kind == "kvlist_value":
        return f"{{{','.join(_json_member(item) for item in value.kvlist_value.values)}}}"
    return "null"


def _json_member(item: Any) -> str:
    return f"{json.dumps(item.key, ensure_ascii=False)}:{_json(item.value)}"


def _json_double(value: float) -> str:
    if math.isnan(value):
        return '"NaN"'
    if math.isinf(value):
        return '"Infinity"' if value > 0 else '"-Infinity"'
    return repr(value)
