"""Log records from the rows of `otel_logs`: which columns are read, and how a row becomes a `LogRecord`.

OTLP gives a log record no id, so Sonde names one by its time and a hash of what it says: the same record has the same
name in every answer, and two records share a name only when they are equal in every hashed field (then they are the same
line twice, and nothing is lost by calling them alike).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sonde.core.errors import ValidationError
from sonde.query.severity import severity_name
from sonde.query.spans import Resource, Scope
from sonde.query.times import MAX_NS
from sonde.query.values import typed, typed_map

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sonde.query.spans import Value

__all__ = ["LINE_HASH", "LOG_COLUMNS_SQL", "LOG_SELECT", "LogRecord", "line_of", "read_logs"]

LINE_HASH = (
    "cityHash64(Body, TraceId, SpanId, ServiceName, SeverityNumber, EventName, ScopeName,"
    " mapKeys(LogAttributes), mapValues(LogAttributes), mapKeys(ResourceAttributes), mapValues(ResourceAttributes))"
)

LOG_COLUMNS_SQL = f"""
    toUnixTimestamp64Nano(Timestamp) AS TimeNs, toUnixTimestamp64Nano(ObservedTimestamp) AS ObservedNs,
    {LINE_HASH} AS LineHash, SeverityText, SeverityNumber, ServiceName, Body, BodyType, TraceId, SpanId,
    TraceFlags, EventName, LogAttributes, LogAttributesKinds, DroppedAttributesCount,
    ResourceAttributes, ResourceAttributesKinds, ResourceSchemaUrl, ResourceDroppedAttributesCount,
    ScopeName, ScopeVersion, ScopeAttributes, ScopeAttributesKinds, ScopeSchemaUrl, ScopeDroppedAttributesCount
"""
LOG_SELECT = f"SELECT {LOG_COLUMNS_SQL} FROM @otel_logs"


_ID = re.compile(r"([0-9a-f]{1,16})-([0-9a-f]{16})")


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One log record, every field that OTLP gave.

    Attributes:
        id: names this record; the same for every asking.
        time_ns: the record's time, or when it was observed where the sender gave none.
        observed_ns: when it was observed, 0 where unknown.
        severity: severity text as sent, or the data model's short name for the number.
        severity_number: 0 (unspecified) to 24.
        body: the body, typed; text for most.
        trace_id: 32 hexadecimal digits, or empty.
        span_id: 16 hexadecimal digits, or empty.
        flags: W3C trace flags.
    """

    id: str
    time_ns: int
    observed_ns: int
    severity: str
    severity_number: int
    service: str
    body: Value
    trace_id: str
    span_id: str
    flags: int
    event_name: str
    attributes: dict[str, Value] = field(default_factory=dict)
    dropped_attributes: int = 0
    resource: Resource = field(default_factory=Resource)
    scope: Scope = field(default_factory=Scope)


def read_logs(rows: Iterable[Mapping[str, Any]]) -> list[LogRecord]:
    """Records from rows of LOG_SELECT, in the rows' order."""
    return [_record(row) for row in rows]


def _record(row: Mapping[str, Any]) -> LogRecord:
    time_ns, number = int(row["TimeNs"]), int(row["SeverityNumber"])
    return LogRecord(
        id=f"{time_ns:x}-{int(row['LineHash']):016x}",
        time_ns=time_ns,
        observed_ns=int(row["ObservedNs"]),
        severity=row["SeverityText"] or severity_name(number),
        severity_number=number,
        service=row["ServiceName"],
        body=typed(row["Body"], row["BodyType"]),
        trace_id=row["TraceId"],
        span_id=row["SpanId"],
        flags=int(row["TraceFlags"]),
        event_name=row["EventName"],
        attributes=typed_map(row["LogAttributes"], row["LogAttributesKinds"]),
        dropped_attributes=int(row["DroppedAttributesCount"]),
        resource=Resource(
            typed_map(row["ResourceAttributes"], row["ResourceAttributesKinds"]),
            row["ResourceSchemaUrl"],
            int(row["ResourceDroppedAttributesCount"]),
        ),
        scope=Scope(
            row["ScopeName"],
            row["ScopeVersion"],
            typed_map(row["ScopeAttributes"], row["ScopeAttributesKinds"]),
            row["ScopeSchemaUrl"],
            int(row["ScopeDroppedAttributesCount"]),
        ),
    )


def line_of(text: str) -> tuple[int, int]:
    """The time in nanoseconds and the hash that a record's id names.

    Raises:
        ValidationError: not an id of a log record.
    """
    match = _ID.fullmatch(text.strip())
    if match is None or int(match[1], 16) > MAX_NS:
        raise ValidationError(
            f"id: {text[:80]!r} is not the id of a log record; take one from an answer, such as 186c7a6b3f2d0000-3f0e5d1c2b3a4958"
        )
    return int(match[1], 16), int(match[2], 16)
