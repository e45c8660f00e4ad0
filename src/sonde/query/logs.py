"""Log records as they are answered, and searching them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sonde.query.spans import Resource, Scope, Value

__all__ = ["LogRecord"]


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One log record, every field that OTLP gave.

    Attributes:
        id: names this record; the same for every asking.
        time_ns: the record's time, or when it was observed where the sender gave none.
        observed_ns: when it was observed, 0 where unknown.
        severity: severity text as sent, or the standard's short name for the number.
        severity_number: 0 (unspecified) to 24.
        body: the body, typed; text for most.
        trace_id: 32 hexadecimal digits, or empty.
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
    resource: Resource | None = None
    scope: Scope | None = None
