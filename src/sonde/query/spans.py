"""A span as it is answered: every field that OTLP gave, typed again, and what assembling its trace added.

The store keeps attribute values as strings beside the types of those that were not strings (`sonde.query.values` puts
them together again), so a span that went in comes out field for field: attributes with their types, trace state, flags,
schema URLs, scope attributes, dropped counts, link flags. Times are nanoseconds since the Unix epoch.

Not promised: the order of attributes within one map, and bytes nested inside arrays or maps, which come back as the
base64 text that their JSON form holds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

__all__ = ["KINDS", "STATUSES", "Event", "Link", "Resource", "Scope", "Span", "Value"]

Value: TypeAlias = "str | bool | int | float | bytes | list[Value] | dict[str, Value] | None"

KINDS = ("Unspecified", "Internal", "Server", "Client", "Producer", "Consumer")
"""Span kinds as stored; the index is OTLP's number."""
STATUSES = ("Unset", "Ok", "Error")
"""Status codes as stored; the index is OTLP's number."""


@dataclass(frozen=True, slots=True)
class Resource:
    """What produced the telemetry: typed attributes, the schema they follow, how many were dropped by the sender."""

    attributes: dict[str, Value] = field(default_factory=dict)
    schema_url: str = ""
    dropped_attributes: int = 0


@dataclass(frozen=True, slots=True)
class Scope:
    """The instrumentation that made the record."""

    name: str = ""
    version: str = ""
    attributes: dict[str, Value] = field(default_factory=dict)
    schema_url: str = ""
    dropped_attributes: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at one moment of a span."""

    time_ns: int
    name: str
    attributes: dict[str, Value] = field(default_factory=dict)
    dropped_attributes: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """A pointer to another span."""

    trace_id: str
    span_id: str
    trace_state: str = ""
    attributes: dict[str, Value] = field(default_factory=dict)
    flags: int = 0
    dropped_attributes: int = 0


@dataclass(slots=True)
class Span:
    """One span with its resource and scope, and its place in the trace.

    Attributes:
        kind: one of KINDS.
        status: one of STATUSES.
        start_ns: the start as the sender's clock had it.
        parent_span_id: as sent; empty at a root.
        depth: 0 at a root, one more than the parent's otherwise.
        missing_parent: the span names a parent that is not in the trace; it is shown as a root.
        skew_ns: what must be added to the sender's times to place the span within its parent; 0 where clocks agree.
        copies: how many identical retransmissions of this span were folded into it.
        shares_id: another span of the trace has the same id and a different kind (Zipkin's shared spans).
    """

    trace_id: str
    span_id: str
    parent_span_id: str
    name: str
    kind: str
    service: str
    start_ns: int
    duration_ns: int
    status: str = "Unset"
    status_message: str = ""
    trace_state: str = ""
    flags: int = 0
    attributes: dict[str, Value] = field(default_factory=dict)
    resource: Resource = field(default_factory=Resource)
    scope: Scope = field(default_factory=Scope)
    events: tuple[Event, ...] = ()
    links: tuple[Link, ...] = ()
    dropped_attributes: int = 0
    dropped_events: int = 0
    dropped_links: int = 0
    depth: int = 0
    missing_parent: bool = False
    skew_ns: int = 0
    copies: int = 0
    shares_id: bool = False

    @property
    def end_ns(self) -> int:
        """When the span ended, by the sender's clock."""
        return self.start_ns + self.duration_ns

    @property
    def shown_start_ns(self) -> int:
        """The start after clock skew was taken out."""
        return self.start_ns + self.skew_ns

    @property
    def is_error(self) -> bool:
        """Whether the sender marked the span as failed."""
        return self.status == "Error"
