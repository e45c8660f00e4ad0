"""A span, a metric's point or a log line in one call, for those who have data rather than an SDK.

    checkout = span("checkout", service="shop", attributes={"cart.items": 3})
    client.send_batch([
        checkout,
        span("charge", parent=checkout, kind="client", status="error"),
        counter("orders", 1, service="shop", attributes={"country": "DE"}),
        log("card declined", "WARN", span=checkout),
    ])

Everything has a default: times are now, ids are random, a child is in its parent's trace and belongs to its service. A
time is nanoseconds since the epoch as an `int`, seconds as a `float`, or a `datetime` with a zone. An attribute is a
`str`, `bool`, `int` (64 bits), `float`, `bytes`, None, or a list or mapping of these. What does not fit raises
`ValidationError` with what, where and how to mend it. Nothing is sent here.

Sources: OpenTelemetry specification, "Trace API", "Logs Data Model", "Metrics Data Model"; semantic conventions for
`service.name` and `exception.*`; W3C Trace Context for `traceparent`.
"""

from __future__ import annotations

import random
import time
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from math import fsum
from typing import Any, Literal, TypeAlias, get_args

from sonde.client.direct.record_checks import (
    attributes_of,
    context_of,
    exception_attributes,
    moment,
    nanoseconds,
    number,
    one_of,
    refuse,
    resource_of,
    scope_of,
    status_of,
    text,
    value_of,
)
from sonde.client.direct.records import (
    Event,
    Gauge,
    Histogram,
    HistogramPoint,
    Link,
    LogRecord,
    Metric,
    MetricData,
    NumberPoint,
    Scope,
    Span,
    SpanContext,
    Status,
    Sum,
)

__all__ = ["DEFAULT_BOUNDS", "counter", "event", "gauge", "histogram", "log", "span"]

Kind = Literal["internal", "server", "client", "producer", "consumer"]
Temporality = Literal["delta", "cumulative"]
When: TypeAlias = datetime | float
"""Nanoseconds as an int, seconds as a float, or a datetime with a zone."""
Attributes: TypeAlias = Mapping[str, Any]
Parent: TypeAlias = Any
"""A span made here, its context, a `traceparent`, or anything with integer `trace_id` and `span_id`."""

DEFAULT_BOUNDS = (0.0, 5.0, 10.0, 25.0, 50.0, 75.0, 100.0, 250.0, 500.0, 750.0, 1000.0, 2500.0, 5000.0, 7500.0, 10000.0)
"""Bucket bounds of a histogram unless others are given: those of the specification ("Explicit Bucket Histogram")."""

_KINDS = {name: number for number, name in enumerate(get_args(Kind), 1)}
_TEMPORALITIES = {"delta": 1, "cumulative": 2}
_SEVERITIES = {"TRACE": 1, "DEBUG": 5, "INFO": 9, "WARN": 13, "WARNING": 13, "ERROR": 17, "FATAL": 21, "CRITICAL": 21}
# The operating system's randomness: a forked child must not repeat its parent's ids.
_random = random.SystemRandom()


def span(
    name: str,
    *,
    service: str | None = None,
    start: When | None = None,
    end: When | None = None,
    attributes: Attributes | None = None,
    parent: Parent = None,
    status: str | BaseException | Status = "unset",
    kind: Kind = "internal",
    events: Iterable[str | Event] = (),
    links: Iterable[Parent] = (),
    resource: Attributes | None = None,
    scope: str | Scope | None = None,
) -> Span:
    """One finished span.

    Args:
        name: what was done.
        service: whose span it is; None: the parent's, else `OTEL_SERVICE_NAME`, else `unknown_service`.
        start: when it began; None: at its end.
        end: when it ended; None: now.
        attributes: what is known of it.
        parent: the span it is part of; None begins a trace.
        status: `unset`, `ok` or `error`; or an exception, which becomes an error with an `exception` event.
        kind: `internal`, `server`, `client`, `producer` or `consumer`.
        events: names (which happened at the end), or what `event` makes.
        links: other spans, as `parent` takes them.
        resource: more attributes of the service.
        scope: the code that made it; None: the parent's.

    Raises:
        ValidationError: an argument does not fit.
    """
    where = f"span {name!r}"
    end_ns = nanoseconds(end, f"{where}: end") if end is not None else time.time_ns()
    start_ns = nanoseconds(start, f"{where}: start") if start is not None else end_ns
    if start_ns > end_ns:
        raise refuse(f"{where} starts {(start_ns - end_ns) / 1e9:g} s after it ends", "swap start and end")
    above = None if parent is None else context_of(parent, f"{where}: parent")
    happened = [_event(one, end_ns, where) for one in events]
    if isinstance(status, BaseException):
        happened.append(_exception_event(status, end_ns))
    return Span(
        name=text(name, f"{where}: name"),
        context=SpanContext(above.trace_id if above else _random_id(128), _random_id(64)),
        parent=above,
        kind=one_of(_KINDS, kind, f"{where}: kind"),
        start_time=start_ns,
        end_time=end_ns,
        attributes=attributes_of(attributes, where),
        events=tuple(happened),
        links=tuple(Link(context_of(one, f"{where}: links")) for one in links),
        status=status_of(status, where),
        resource=resource_of(parent, service, resource, where),
        instrumentation_scope=scope_of(parent, scope, where),
    )


def event(name: str, attributes: Attributes | None = None, *, time: When | None = None) -> Event:
    """Something that happened during a span; `time` is now unless it is given."""
    where = f"event {name!r}"
    return Event(text(name, where), moment(time, where), attributes_of(attributes, where))


def counter(
    name: str,
    value: float,
    *,
    service: str | None = None,
    attributes: Attributes | None = None,
    unit: str = "",
    description: str = "",
    time: When | None = None,
    start: When | None = None,
    temporality: Temporality = "delta",
    monotonic: bool = True,
    resource: Attributes | None = None,
    scope: str | Scope | None = None,
) -> Metric:
    """One point of a counter.

    Args:
        name: the metric's name.
        value: how much was added since the last point (delta), or since `start` (cumulative); an int stays an int.
        service: whose metric it is; None: `OTEL_SERVICE_NAME`, else `unknown_service`.
        attributes: what tells this series from others.
        unit: UCUM, `By` or `{order}`.
        description: for people.
        time: when it was measured; None: now.
        start: since when it counts; None: not known.
        temporality: `delta` or `cumulative`.
        monotonic: False for what may also go down.
        resource: more attributes of the service.
        scope: the code that made it.

    Raises:
        ValidationError: an argument does not fit; a monotonic counter's value is below 0.
    """
    where = f"counter {name!r}"
    if monotonic and number(value, where) < 0:
        raise refuse(f"{where} has the value {value}", "a counter only rises; say monotonic=False if it may fall")
    data = Sum(
        [_point(value, attributes, time, start, where)],
        one_of(_TEMPORALITIES, temporality, f"{where}: temporality"),
        monotonic,
    )
    return _metric(name, unit, description, data, where, owner=(service, resource, scope))


def gauge(
    name: str,
    value: float,
    *,
    service: str | None = None,
    attributes: Attributes | None = None,
    unit: str = "",
    description: str = "",
    time: When | None = None,
    resource: Attributes | None = None,
    scope: str | Scope | None = None,
) -> Metric:
    """One point of a gauge: a value as it is now; arguments as for `counter`."""
    where = f"gauge {name!r}"
    data = Gauge([_point(value, attributes, time, None, where)])
    return _metric(name, unit, description, data, where, owner=(service, resource, scope))


def histogram(
    name: str,
    values: Iterable[float] | None = None,
    *,
    counts: Sequence[int] | None = None,
    bounds: Sequence[float] = DEFAULT_BOUNDS,
    total: float | None = None,
    service: str | None = None,
    attributes: Attributes | None = None,
    unit: str = "",
    description: str = "",
    time: When | None = None,
    start: When | None = None,
    temporality: Temporality = "delta",
    resource: Attributes | None = None,
    scope: str | Scope | None = None,
) -> Metric:
    """One point of a histogram, from the values themselves or from counts made elsewhere.

    Args:
        name: the metric's name.
        values: what was measured; sum, least and greatest follow from it.
        counts: instead of values: how many fell into each bucket, one more than there are bounds.
        bounds: upper bounds of the buckets, rising; each belongs to the bucket below it.
        total: with counts: the sum of the values, if it is known.
        service: as for `counter`, like what follows.
        attributes: what tells this series from others.
        unit: UCUM.
        description: for people.
        time: when the last was measured; None: now.
        start: since when it counts; None: not known.
        temporality: `delta` or `cumulative`.
        resource: more attributes of the service.
        scope: the code that made it.

    Raises:
        ValidationError: an argument does not fit; both or neither of values and counts are given.
    """
    where = f"histogram {name!r}"
    if (values is None) == (counts is None):
        raise refuse(f"{where} needs values or counts, and not both", "histogram(name, [0.2, 0.7]) or counts=, bounds=")
    for what, given in (("values", values), ("counts", counts), ("bounds", bounds)):
        if given is not None and not isinstance(given, Iterable):
            raise refuse(f"{where}: {what} is no list but of type {type(given).__name__}", "give a list of numbers")
    edges = tuple(float(number(bound, f"{where}: bounds")) for bound in bounds)
    if any(below >= above for below, above in pairwise(edges)):
        raise refuse(f"{where}: bounds do not rise", "give each bound once, in order")
    least = greatest = None
    if values is not None:
        measured = [float(number(value, f"{where}: values")) for value in values]
        counts, total = _bucketed(measured, edges), fsum(measured)
        least, greatest = min(measured, default=None), max(measured, default=None)
    buckets = _checked_counts(counts or (), edges, where)
    point = HistogramPoint(
        attributes_of(attributes, where),
        nanoseconds(start, f"{where}: start") if start is not None else 0,
        moment(time, f"{where}: time"),
        sum(buckets),
        None if total is None else float(number(total, f"{where}: total")),
        buckets,
        edges,
        least,
        greatest,
    )
    data = Histogram([point], one_of(_TEMPORALITIES, temporality, f"{where}: temporality"))
    return _metric(name, unit, description, data, where, owner=(service, resource, scope))


def log(
    body: Any,
    severity: str | int = "INFO",
    *,
    service: str | None = None,
    attributes: Attributes | None = None,
    time: When | None = None,
    span: Parent = None,
    event_name: str = "",
    exception: BaseException | None = None,
    resource: Attributes | None = None,
    scope: str | Scope | None = None,
) -> LogRecord:
    """One log record.

    Args:
        body: the message, or any value that an attribute may have.
        severity: `TRACE`, `DEBUG`, `INFO`, `WARN`, `ERROR` or `FATAL` (`WARNING` and `CRITICAL` are understood), or a
            severity number from 1 to 24.
        service: whose record it is; None: the span's, else `OTEL_SERVICE_NAME`, else `unknown_service`.
        attributes: what is known of it.
        time: when it happened; None: now.
        span: the span during which it happened, as `parent` of a span.
        event_name: makes it an event of this name.
        exception: becomes the attributes `exception.type`, `.message` and `.stacktrace`.
        resource: more attributes of the service.
        scope: the code that made it.

    Raises:
        ValidationError: an argument does not fit.
    """
    where = f"log {str(body)[:40]!r}"
    context = None if span is None else context_of(span, f"{where}: span")
    rank = severity if isinstance(severity, int) else one_of(_SEVERITIES, severity.upper(), f"{where}: severity")
    if not 1 <= rank <= 24:
        raise refuse(f"{where}: severity {rank} is not one of OTLP's", "give 1 (TRACE) to 24 (FATAL4), or a name")
    known = exception_attributes(exception) if exception is not None else {}
    return LogRecord(
        body=value_of(body, f"{where}: body"),
        severity_number=rank,
        severity_text=severity.upper() if isinstance(severity, str) else "",
        timestamp=moment(time, f"{where}: time"),
        observed_timestamp=moment(None, where),
        attributes=known | attributes_of(attributes, where),
        trace_id=context.trace_id if context else 0,
        span_id=context.span_id if context else 0,
        trace_flags=context.trace_flags if context else 0,
        event_name=text(event_name, f"{where}: event_name"),
        resource=resource_of(span, service, resource, where),
        instrumentation_scope=scope_of(span, scope, where),
    )


def _random_id(bits: int) -> int:
    return _random.getrandbits(bits) or 1


def _event(one: str | Event, at_ns: int, where: str) -> Event:
    return one if isinstance(one, Event) else Event(text(one, f"{where}: events"), at_ns)


def _exception_event(error: BaseException, at_ns: int) -> Event:
    return Event("exception", at_ns, exception_attributes(error))


def _point(value: float, attributes: Attributes | None, at: When | None, start: When | None, where: str) -> NumberPoint:
    measured = value_of(number(value, f"{where}: value"), f"{where}: value")
    return NumberPoint(
        attributes_of(attributes, where),
        nanoseconds(start, f"{where}: start") if start is not None else 0,
        moment(at, f"{where}: time"),
        measured,
    )


def _metric(
    name: str,
    unit: str,
    description: str,
    data: MetricData,
    where: str,
    *,
    owner: tuple[str | None, Attributes | None, str | Scope | None],
) -> Metric:
    service, resource, scope = owner
    return Metric(
        text(name, f"{where}: name"),
        text(description, f"{where}: description"),
        text(unit, f"{where}: unit"),
        data,
        resource_of(None, service, resource, where),
        scope_of(None, scope, where),
    )


def _bucketed(values: Sequence[float], bounds: Sequence[float]) -> list[int]:
    counts = [0] * (len(bounds) + 1)
    for value in values:
        counts[bisect_left(bounds, value)] += 1
    return counts


def _checked_counts(counts: Sequence[int], bounds: Sequence[float], where: str) -> tuple[int, ...]:
    if len(counts) != len(bounds) + 1:
        raise refuse(f"{where} has {len(counts)} counts for {len(bounds)} bounds", "give one count more than bounds")
    if any(isinstance(count, bool) or not isinstance(count, int) or count < 0 for count in counts):
        raise refuse(f"{where} has a count that is no whole number from 0", "count occurrences")
    return tuple(counts)
