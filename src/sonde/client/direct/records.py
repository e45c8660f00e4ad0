"""Telemetry as small frozen values: what `builders` makes and `OtlpClient` sends.

They carry the attribute names of OpenTelemetry's SDK objects, which `sonde.otlp.encode` reads, so one encoder serves
both; the SDK is not needed. Numbers of kinds, statuses and severities are OTLP's own. Times are nanoseconds since the
epoch, ids are integers. `builders` checks what it puts in; whoever fills a record by hand answers for its content.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

__all__ = [
    "Event",
    "Gauge",
    "Histogram",
    "HistogramPoint",
    "Link",
    "LogRecord",
    "Metric",
    "MetricData",
    "NumberPoint",
    "Record",
    "Resource",
    "Scope",
    "Span",
    "SpanContext",
    "Status",
    "Sum",
]

Attributes: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Resource:
    """What sends: a service with its attributes. Equal when it is spelled equally."""

    attributes: Attributes = field(compare=False)
    schema_url: str = ""
    # A dict has no hash, and finds 1, 1.0 and True equal, which telemetry must not.
    identity: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "identity", repr(sorted(self.attributes.items(), key=lambda item: item[0])))


@dataclass(frozen=True, slots=True)
class Scope:
    """The code that made the telemetry."""

    name: str = ""
    version: str = ""
    schema_url: str = ""


@dataclass(frozen=True, slots=True)
class SpanContext:
    """A span's ids, as others refer to it."""

    trace_id: int
    span_id: int
    is_remote: bool = False
    trace_flags: int = 1
    trace_state: str | None = None

    @property
    def traceparent(self) -> str:
        """The header of W3C Trace Context, to hand the trace on."""
        return f"00-{self.trace_id:032x}-{self.span_id:016x}-{self.trace_flags:02x}"


@dataclass(frozen=True, slots=True)
class Status:
    """How a span ended: 0 unset, 1 ok, 2 error."""

    status_code: int = 0
    description: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened during a span."""

    name: str
    timestamp: int
    attributes: Attributes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Link:
    """A span that this one has to do with, perhaps of another trace."""

    context: SpanContext
    attributes: Attributes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Span:
    """One span. `kind`: 1 internal, 2 server, 3 client, 4 producer, 5 consumer."""

    name: str
    context: SpanContext
    parent: SpanContext | None
    kind: int
    start_time: int
    end_time: int
    attributes: Attributes
    events: tuple[Event, ...]
    links: tuple[Link, ...]
    status: Status
    resource: Resource
    instrumentation_scope: Scope

    @property
    def trace_id(self) -> str:
        """32 hexadecimal digits, as queries take it."""
        return f"{self.context.trace_id:032x}"

    @property
    def span_id(self) -> str:
        """16 hexadecimal digits."""
        return f"{self.context.span_id:016x}"


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One log record; the ids are 0 where it belongs to no span."""

    body: Any
    severity_number: int
    severity_text: str
    timestamp: int
    observed_timestamp: int
    attributes: Attributes
    trace_id: int
    span_id: int
    trace_flags: int
    event_name: str
    resource: Resource
    instrumentation_scope: Scope


@dataclass(frozen=True, slots=True)
class NumberPoint:
    """One value at one time."""

    attributes: Attributes
    start_time_unix_nano: int
    time_unix_nano: int
    value: float
    exemplars: tuple[()] = ()


@dataclass(frozen=True, slots=True)
class HistogramPoint:
    """A distribution: `bucket_counts` has one more than `explicit_bounds`."""

    attributes: Attributes
    start_time_unix_nano: int
    time_unix_nano: int
    count: int
    sum: float | None
    bucket_counts: Sequence[int]
    explicit_bounds: Sequence[float]
    min: float | None
    max: float | None
    exemplars: tuple[()] = ()


@dataclass(frozen=True, slots=True)
class Gauge:
    """Values that stand for themselves."""

    data_points: Sequence[NumberPoint]


@dataclass(frozen=True, slots=True)
class Sum:
    """Values that add up. `aggregation_temporality`: 1 delta, 2 cumulative."""

    data_points: Sequence[NumberPoint]
    aggregation_temporality: int
    is_monotonic: bool


@dataclass(frozen=True, slots=True)
class Histogram:
    """Distributions that add up."""

    data_points: Sequence[HistogramPoint]
    aggregation_temporality: int


MetricData: TypeAlias = Gauge | Sum | Histogram


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric with its points, and who sends it."""

    name: str
    description: str
    unit: str
    data: MetricData
    resource: Resource
    instrumentation_scope: Scope


Record: TypeAlias = Span | Metric | LogRecord
