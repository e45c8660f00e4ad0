"""Spans and log records for the encoder in plain Python: each a list of pieces in the order of field numbers.

Objects of OpenTelemetry's own classes are read by their private attributes, since their properties make proxies and
tuples and take locks; any others by the public names, which is also how records without the SDK are read.

Source: `Span`, `LogRecord` and what they hold, of OTLP 1.x.
"""

# ruff: noqa: SLF001 - the private attributes of the SDK's own classes are what this reads
from __future__ import annotations

from collections.abc import Callable, Iterable
from struct import Struct
from typing import Any, Final

from sonde.otlp.encoder_groups import Groups
from sonde.otlp.encoder_lenient import Refused, reason_of, trace_state_text, whole_number
from sonde.otlp.encoder_twin_value import (
    IS_SDK,
    attributes,
    enum_number,
    fixed64,
    identifier,
    message,
    number,
    text,
    unsigned32,
    value,
    varint,
)

__all__ = ["encode_logs", "encode_spans", "resource_message", "scope_message"]

_FLAGS: Final = b"\x85\x01\x00\x01\x00\x00"
_FLAGS_REMOTE: Final = b"\x85\x01\x00\x03\x00\x00"
_EMPTY_STATUS: Final = b"\x7a\x00"
_FIXED32: Final = Struct("<cI").pack

_Pieces = list[bytes]


def encode_spans(
    spans: Iterable[Any], resource_of: Callable[[Any], Any] | None = None, refused: list[Any] | None = None
) -> bytes:
    """See `sonde.otlp.encode.encode_spans`."""
    return _encode_items(spans, resource_of, refused, _span, _span_owner)


def encode_logs(
    records: Iterable[Any], resource_of: Callable[[Any], Any] | None = None, refused: list[Any] | None = None
) -> bytes:
    """See `sonde.otlp.encode.encode_logs`."""
    return _encode_items(records, resource_of, refused, _log, _log_owner)


def _encode_items(
    items: Iterable[Any],
    resource_of: Callable[[Any], Any] | None,
    refused: list[Any] | None,
    pieces_of: Callable[[Any], _Pieces],
    owner_of: Callable[[Any], tuple[Any, Any]],
) -> bytes:
    groups: Groups[_Pieces] = Groups(list, resource_message, scope_message, resource_of)
    for item in items:
        try:
            group = groups.find(*owner_of(item))
            body = b"".join(pieces_of(item))
        except Exception as error:  # one bad item is left out, not the batch
            if refused is not None:
                refused.append(Refused(item, reason_of(error)))
            continue
        group += (b"\x12", varint(len(body)), body)
    return groups.request(b"".join)


def resource_message(resource: Any) -> bytes:
    """The message `Resource`."""
    return b"" if resource is None else b"".join(attributes(b"\x0a", resource.attributes))


def scope_message(scope: Any) -> bytes:
    """The message `InstrumentationScope`."""
    if scope is None:
        return b""
    named = text(b"\x0a", scope.name) + text(b"\x12", scope.version)
    return named + b"".join(attributes(b"\x1a", getattr(scope, "attributes", None)))


def _span_owner(span: Any) -> tuple[Any, Any]:
    if IS_SDK[type(span)]:
        return span._resource, span._instrumentation_scope
    return span.resource, getattr(span, "instrumentation_scope", None)


def _log_owner(record: Any) -> tuple[Any, Any]:
    """Up to SDK 1.38 the resource is the inner record's."""
    resource = getattr(record, "resource", None)
    if resource is None:
        resource = getattr(getattr(record, "log_record", None), "resource", None)
    return resource, getattr(record, "instrumentation_scope", None)


def _dropped(tag: bytes, owner: Any, members: Any, *, own: bool) -> bytes:
    if own:
        return number(tag, unsigned32(members.dropped)) if IS_SDK[type(members)] else b""
    return number(tag, unsigned32(getattr(owner, "dropped_attributes", 0)))


def _span(span: Any) -> _Pieces:
    own = IS_SDK[type(span)]
    context = span._context if own else _span_context(span)
    parent = span._parent if own else getattr(span, "parent", None)
    members = span._attributes if own else span.attributes
    return [
        identifier(b"\x0a\x10", context.trace_id, 16),
        identifier(b"\x12\x08", context.span_id, 8),
        _trace_state(getattr(context, "trace_state", None)),
        identifier(b"\x22\x08", parent.span_id, 8) if parent else b"",
        text(b"\x2a", span._name if own else span.name),
        number(b"\x30", _kind(span._kind if own else span.kind)),
        fixed64(b"\x39", span._start_time if own else span.start_time),
        fixed64(b"\x41", span._end_time if own else span.end_time),
        *attributes(b"\x4a", members),
        _dropped(b"\x50", span, members, own=own),
        *_events(span, own=own),
        *_links(span, own=own),
        _status(span._status if own else getattr(span, "status", None)),
        _FLAGS_REMOTE if parent and getattr(parent, "is_remote", None) else _FLAGS,
    ]


def _span_context(span: Any) -> Any:
    get = getattr(span, "get_span_context", None)
    return span.context if get is None else get()


def _trace_state(state: Any) -> bytes:
    if state is None or (IS_SDK[type(state)] and not state._dict):
        return b""
    return text(b"\x1a", trace_state_text(state))


def _kind(kind: Any) -> int:
    """The API counts from INTERNAL = 0, OTLP from UNSPECIFIED = 0; a plain number is OTLP's."""
    known = getattr(kind, "_value_", None)
    if type(known) is int and 0 <= known <= 4:
        return known + 1
    return whole_number(kind, 0, 5) if known is None else whole_number(known, 0, 4) + 1


def _status(status: Any) -> bytes:
    if status is None:
        return b""
    content = text(b"\x12", getattr(status, "description", None)) + number(b"\x18", enum_number(status.status_code))
    return message(b"\x7a", content) if content else _EMPTY_STATUS


def _bounded(items: Any) -> tuple[Any, Any]:
    """What the SDK's bounded list holds and dropped; of a plain sequence nothing was dropped."""
    return (items._dq, items.dropped) if IS_SDK[type(items)] else (items, 0)


def _events(span: Any, *, own: bool) -> _Pieces:
    events, dropped = (
        _bounded(span._events) if own else (getattr(span, "events", None), getattr(span, "dropped_events", 0))
    )
    if not events:
        return [number(b"\x60", unsigned32(dropped))]
    return [*[message(b"\x5a", _event(event)) for event in list(events)], number(b"\x60", unsigned32(dropped))]


def _event(event: Any) -> bytes:
    own = IS_SDK[type(event)]
    members = event._attributes if own else event.attributes
    head = fixed64(b"\x09", event.timestamp) + text(b"\x12", event.name)
    return b"".join([head, *attributes(b"\x1a", members), _dropped(b"\x20", event, members, own=own)])


def _links(span: Any, *, own: bool) -> _Pieces:
    links, dropped = _bounded(span._links) if own else (getattr(span, "links", None), getattr(span, "dropped_links", 0))
    if not links:
        return [number(b"\x70", unsigned32(dropped))]
    return [*[message(b"\x6a", _link(link)) for link in list(links)], number(b"\x70", unsigned32(dropped))]


def _link(link: Any) -> bytes:
    own = IS_SDK[type(link)]
    context = link.context
    members = link._attributes if own else link.attributes
    head = identifier(b"\x0a\x10", context.trace_id, 16) + identifier(b"\x12\x08", context.span_id, 8)
    flags = 0x300 if context and getattr(context, "is_remote", None) else 0x100
    pieces = [head, *attributes(b"\x22", members), _dropped(b"\x28", link, members, own=own)]
    return b"".join(pieces) + _FIXED32(b"\x35", flags)


def _log(readable: Any) -> _Pieces:
    """Of the SDK's `ReadableLogRecord` and, up to 1.38, `LogData`; or of a record that has the inner one's names itself."""
    own = IS_SDK[type(readable)]
    record = readable.log_record if own else getattr(readable, "log_record", readable)
    members = record.attributes
    flags = unsigned32(record.trace_flags)
    return [
        fixed64(b"\x09", record.timestamp),
        number(b"\x10", enum_number(record.severity_number)),
        text(b"\x1a", record.severity_text),
        message(b"\x2a", value(record.body)),
        *attributes(b"\x32", members),
        _dropped(b"\x38", readable, members, own=own),
        _FIXED32(b"\x45", flags) if flags else b"",
        identifier(b"\x4a\x10", record.trace_id, 16) if record.trace_id else b"",
        identifier(b"\x52\x08", record.span_id, 8) if record.span_id else b"",
        fixed64(b"\x59", record.observed_timestamp),
        text(b"\x62", getattr(record, "event_name", None)),
    ]
