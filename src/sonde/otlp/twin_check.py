"""Validate and count in plain Python: the protobuf library judges, a walk over the table finds where and why.

A payload is fine when the library parses it, writes it back unchanged (so nothing unknown, repeated or oddly encoded was
in it) and its ids have the right lengths. Every other payload is walked: the walk refuses what the library refuses and
besides it groups and ids of wrong lengths, and it knows the offset and the path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from sonde.core.errors import MalformedError
from sonde.otlp.schema import DEPTH_LIMIT, MESSAGES, REASONS, ROOTS, SIZE_LIMIT, Field
from sonde.otlp.twin_wire import LEN, Piece, RefusedError, fields, varint

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["is_canonical", "points_of", "request_of", "signal_of", "validate", "walk"]

_REQUESTS = (ExportTraceServiceRequest, ExportMetricsServiceRequest, ExportLogsServiceRequest)


def validate(signal: int, payload: bytes | bytearray | memoryview) -> int:
    """See `sonde.otlp.wire.validate`."""
    return _count(signal_of(signal), request_of(signal, bytes(payload)))


def signal_of(signal: int) -> int:
    """The index itself, when it is one."""
    if not 0 <= signal <= 2:
        raise ValueError(f"no signal has the index {signal}: traces 0, metrics 1, logs 2")
    return signal


def request_of(signal: int, data: bytes) -> Any:
    """The library's message of a payload that holds.

    Raises:
        MalformedError: it does not hold.
    """
    if len(data) > SIZE_LIMIT:
        raise MalformedError(REASONS.size, 0, "")
    message = _REQUESTS[signal_of(signal)]()
    try:
        message.ParseFromString(data)
    except DecodeError as error:
        walk(signal, data)
        raise MalformedError(f"the protobuf library refuses it: {error}", 0, "") from error
    message.DiscardUnknownFields()
    if not is_canonical(message, data) or not all(_lengths_hold(signal, message)):
        walk(signal, data)
    return message


def is_canonical(message: Any, data: bytes) -> bool:
    """Whether the library would write a message just so: nothing in `data` is unknown, repeated or oddly encoded."""
    return bool(message.SerializeToString() == data)


def _count(signal: int, message: Any) -> int:
    if signal == 0:
        return sum(len(scope.spans) for group in message.resource_spans for scope in group.scope_spans)
    if signal == 2:
        return sum(len(scope.log_records) for group in message.resource_logs for scope in group.scope_logs)
    return sum(
        len(points_of(metric))
        for group in message.resource_metrics
        for scope in group.scope_metrics
        for metric in scope.metrics
    )


def points_of(metric: Any) -> Any:
    """The data points of a metric of any kind."""
    kind = metric.WhichOneof("data")
    return getattr(metric, kind).data_points if kind else ()


def _lengths_hold(signal: int, message: Any) -> Iterator[bool]:
    """For every holder of ids, whether each has its length or is empty."""
    if signal == 0:
        for group in message.resource_spans:
            for scope in group.scope_spans:
                for span in scope.spans:
                    yield (
                        len(span.trace_id) in (0, 16)
                        and len(span.span_id) in (0, 8)
                        and len(span.parent_span_id) in (0, 8)
                    )
                    yield from (len(link.trace_id) in (0, 16) and len(link.span_id) in (0, 8) for link in span.links)
    elif signal == 2:
        for group in message.resource_logs:
            for scope in group.scope_logs:
                yield from (len(log.trace_id) in (0, 16) and len(log.span_id) in (0, 8) for log in scope.log_records)
    else:
        for group in message.resource_metrics:
            for scope in group.scope_metrics:
                for metric in scope.metrics:
                    for point in points_of(metric):
                        exemplars = getattr(point, "exemplars", ())
                        yield from (len(one.trace_id) in (0, 16) and len(one.span_id) in (0, 8) for one in exemplars)


def walk(signal: int, data: bytes) -> None:
    """Check every field of a payload, depth first in wire order.

    Raises:
        MalformedError: the first that does not hold, with its offset and path.
    """
    try:
        _check(data, 0, len(data), ROOTS[signal], 0)
    except RefusedError as refused:
        raise MalformedError(refused.reason, refused.offset, ".".join(reversed(refused.path))) from None


def _check(data: bytes, start: int, end: int, message: str, depth: int) -> None:
    known = MESSAGES[message]
    try:
        for piece in fields(data, start, end):
            field = known.get(piece.tag >> 3)
            if field is not None and piece.tag & 7 == LEN:
                _check_content(data, piece, field, depth)
    except RefusedError as refused:
        tag, at = (piece.tag, piece.at) if refused.is_placed else (refused.tag, refused.at)
        refused.is_placed = True
        if tag:
            refused.path.append(_step(data, start, at, tag, known))
        raise


def _step(data: bytes, pos: int, at: int, tag: int, known: dict[int, Field]) -> str:
    field = known.get(tag >> 3)
    if field is None:
        return f"#{tag >> 3}"
    if field.repeated and field.kind in ("message", "string"):
        return f"{field.name}[{sum(piece.tag == tag for piece in fields(data, pos, at))}]"
    return field.name


def _check_content(data: bytes, piece: Piece, field: Field, depth: int) -> None:
    """What must hold inside a known field with a length; one of another wire type than its own counts as unknown."""
    size = piece.stop - piece.body
    if field.kind == "message":
        if depth >= DEPTH_LIMIT:
            raise RefusedError(REASONS.depth, piece.at, piece.tag)
        _check(data, piece.body, piece.stop, field.message, depth + 1)
    elif field.kind == "string":
        _check_utf8(data, piece)
    elif (field.kind == "id16" and size not in (0, 16)) or (field.kind == "id8" and size not in (0, 8)):
        raise RefusedError(REASONS.id16 if field.kind == "id16" else REASONS.id8, piece.at, piece.tag)
    elif field.kind == "fixed64" and field.repeated and size % 8:
        raise RefusedError(REASONS.packed, piece.at, piece.tag)
    elif field.kind == "varint" and field.repeated:
        _check_packed(data, piece)


def _check_utf8(data: bytes, piece: Piece) -> None:
    try:
        data[piece.body : piece.stop].decode()
    except UnicodeDecodeError as error:
        raise RefusedError(REASONS.utf8, piece.at, piece.tag, piece.body + error.start) from None


def _check_packed(data: bytes, piece: Piece) -> None:
    pos = piece.body
    while pos < piece.stop:
        _, pos = varint(data, pos, piece.stop, 10)
        if pos < 0:
            raise RefusedError(REASONS.varint_cut if pos == -1 else REASONS.varint_long, piece.at, piece.tag)
