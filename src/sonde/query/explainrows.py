"""What is compared of each signal's records: their own fields by name, and their attribute maps by level."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FIELDS", "TABLES", "Table"]

FIELDS = ("service", "operation", "kind", "status", "severity", "event")
"""Fields that are search conditions of the same name."""


@dataclass(frozen=True, slots=True)
class Table:
    """One signal's table.

    Attributes:
        name: the table.
        fields: name and SQL of what a record has beside attributes; every expression is a text.
        maps: level and map column; a key is shown as `level.key`.
        sampled_by: what decides whether a record is in a sample.
    """

    name: str
    fields: tuple[tuple[str, str], ...]
    maps: tuple[tuple[str, str], ...]
    sampled_by: str


TABLES = {
    "traces": Table(
        "otel_traces",
        (
            ("service", "ServiceName"),
            ("operation", "SpanName"),
            ("kind", "SpanKind"),
            ("status", "StatusCode"),
            ("status message", "StatusMessage"),
            ("scope", "ScopeName"),
            ("duration", "toString(Duration / 1e6)"),
            ("exception", "arrayElement(`Events.Attributes`, indexOf(`Events.Name`, 'exception'))['exception.type']"),
        ),
        (("span", "SpanAttributes"), ("resource", "ResourceAttributes")),
        "TraceId",
    ),
    "logs": Table(
        "otel_logs",
        (
            ("service", "ServiceName"),
            ("severity", "SeverityText"),
            ("event", "EventName"),
            ("scope", "ScopeName"),
        ),
        (("log", "LogAttributes"), ("resource", "ResourceAttributes")),
        "if(TraceId = '', toString(Timestamp), TraceId)",
    ),
}
