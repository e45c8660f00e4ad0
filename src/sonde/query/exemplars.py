"""Exemplars of a metric: single measurements that name the trace in which they were made.

They are the way from a figure to a cause, so the greatest of each hundredth of the range are given: spread over time, and
among them the ones that somebody wants to see. Cumulative senders repeat an exemplar with every point until another one
replaces it; each is given once. Exemplars without a trace lead nowhere and are left out.

Limit: five in each hundredth of the range, at most 500.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sonde.core.errors import ValidationError
from sonde.query.filters import Filter
from sonde.query.growth import LOOK_BACK_NS
from sonde.query.located import METRIC_COLUMNS, located
from sonde.query.metrics import KINDS, described

if TYPE_CHECKING:
    from sonde.query.metrics import Metric
    from sonde.query.series import MetricQuestion
    from sonde.query.source import Source

__all__ = ["MOST", "Exemplar", "Exemplars", "exemplars"]

MOST = 500
_SLOTS = 100
_LONGEST = 200
_HOUR_NS = 3600 * 10**9
_NOWHERE = "0" * 32


@dataclass(frozen=True, slots=True)
class Exemplar:
    """One measurement.

    Attributes:
        attributes: those that the metric's points leave out, with values cut at 200 characters.
        labels: those of the point, cut likewise.
    """

    time_ns: int
    value: float
    trace_id: str
    span_id: str
    service: str
    attributes: dict[str, str]
    labels: dict[str, str]


@dataclass(frozen=True, slots=True)
class Exemplars:
    """Exemplars in order of time.

    Attributes:
        truncated: there were more in some hundredth of the range.
    """

    metric: Metric
    exemplars: list[Exemplar]
    truncated: bool


def exemplars(source: Source, asked: MetricQuestion, limit: int, now_ns: int) -> Exemplars:
    """Exemplars of a metric in a range, which is the last hour where it is open; see `Query.metric_exemplars`."""
    if not 1 <= limit <= MOST:
        raise ValidationError(f"limit: {limit} is not between 1 and {MOST}; write limit=100")
    end_ns = now_ns if asked.end_ns is None else asked.end_ns
    start_ns = max(0, end_ns - _HOUR_NS) if asked.start_ns is None else asked.start_ns
    metric = described(source, asked.name, asked.kind)
    if metric.kind == "summary":
        return Exemplars(metric, [], truncated=False)
    slots = min(_SLOTS, limit)
    each = limit // slots
    rows = source.rows(*_statement(source, asked, metric, (start_ns, end_ns), (slots, each + 1)))
    kept, truncated = _first(rows, each)
    return Exemplars(metric, sorted(kept, key=lambda one: one.time_ns), truncated)


def _statement(
    source: Source, asked: MetricQuestion, metric: Metric, range_ns: tuple[int, int], shape: tuple[int, int]
) -> tuple[str, dict[str, Any]]:
    start_ns, end_ns = range_ns
    slots, each = shape
    given = Filter()
    given.equal("MetricName", metric.name)
    given.equal("ServiceName", asked.service)
    given.attributes(located(source, asked.where, METRIC_COLUMNS))
    given.between(start_ns, end_ns + LOOK_BACK_NS, "TimeUnix")  # a point is later than what it was made of
    given.add("notEmpty(`Exemplars.TraceId`)")
    inner = Filter()
    inner.parameters = given.parameters
    inner.between(start_ns, end_ns, "at")
    inner.add(f"trace NOT IN ('', {inner.bind(_NOWHERE)}) AND isFinite(value)")
    slot_ns = given.bind(max(1, -(-(end_ns - start_ns) // slots)), "Int64")
    begin = given.bind(start_ns, "Int64")
    sql = f"""
    SELECT t, value, trace, span, service, attributes, labels, intDiv(t - {begin}, {slot_ns}) AS slot
    FROM (
        SELECT DISTINCT toUnixTimestamp64Nano(at) AS t, value, trace, span, toString(ServiceName) AS service,
            CAST(extra, 'Map(String, String)') AS attributes, CAST(Attributes, 'Map(String, String)') AS labels
        FROM @{KINDS[metric.kind]}
        ARRAY JOIN `Exemplars.TimeUnix` AS at, `Exemplars.Value` AS value, `Exemplars.TraceId` AS trace,
            `Exemplars.SpanId` AS span, `Exemplars.FilteredAttributes` AS extra
        WHERE {given.sql} AND {inner.sql}
    ) ORDER BY slot, value DESC, t, trace LIMIT {given.bind(each, "UInt64")} BY slot"""
    return sql, given.parameters


def _first(rows: list[dict[str, Any]], each: int) -> tuple[list[Exemplar], bool]:
    kept: list[Exemplar] = []
    taken: Counter[int] = Counter()
    for row in rows:
        taken[row["slot"]] += 1
        if taken[row["slot"]] <= each:
            kept.append(_exemplar(row))
    return kept, len(kept) < len(rows)


def _exemplar(row: dict[str, Any]) -> Exemplar:
    return Exemplar(
        time_ns=int(row["t"]),
        value=float(row["value"]),
        trace_id=row["trace"],
        span_id=row["span"],
        service=row["service"],
        attributes=_short(row["attributes"]),
        labels=_short(row["labels"]),
    )


def _short(values: dict[str, str]) -> dict[str, str]:
    return {key[:_LONGEST]: value[:_LONGEST] for key, value in values.items()}
