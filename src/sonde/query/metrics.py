"""Which metrics there are: name, kind, unit, description, and how many series report them.

A metric is a name and a kind; the same name under two kinds is two metrics. Series are counted over the last hour before
the newest point of the kind, because counting them needs every attribute.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sonde.core.errors import NotFoundError, ValidationError
from sonde.query.filters import Filter

if TYPE_CHECKING:
    from sonde.query.source import Source

__all__ = ["KINDS", "SERIES_HASH", "Metric", "catalogue", "described"]

KINDS = {
    "gauge": "otel_metrics_gauge",
    "sum": "otel_metrics_sum",
    "histogram": "otel_metrics_histogram",
    "exponential_histogram": "otel_metrics_exponential_histogram",
    "summary": "otel_metrics_summary",
}
"""Table by metric kind."""

SERIES_HASH = (
    "cityHash64(ServiceName, ScopeName, mapKeys(Attributes), mapValues(Attributes),"
    " mapKeys(ResourceAttributes), mapValues(ResourceAttributes))"
)
"""Names one series: what OTLP's data model calls a stream's identity, without unit and description."""

_HOUR_S = 3600
_MIXED = -1
_TEMPORALITY = f"if(min(AggregationTemporality) = max(AggregationTemporality), min(AggregationTemporality), {_MIXED})"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric.

    Attributes:
        kind: one of KINDS.
        temporality: `cumulative`, `delta`, `mixed` where senders differ, or empty where the kind has none.
        monotonic: a sum that only grows: a counter.
        series: how many series reported in the last hour of data.
        services: who reports it, by name.
        last_ns: time of the newest point.
    """

    name: str
    kind: str
    unit: str
    description: str
    temporality: str
    monotonic: bool
    series: int
    services: tuple[str, ...]
    last_ns: int


def catalogue(
    source: Source, *, prefix: str, service: str, limit: int, start_ns: int | None, end_ns: int | None
) -> list[Metric]:
    """Metrics by name; see `Query.metrics`."""
    if not 1 <= limit <= 10_000:
        raise ValidationError(f"limit: {limit} is not between 1 and 10000; write limit=1000")
    found = []
    for kind in KINDS:
        given = Filter()
        given.equal("ServiceName", service)
        given.between(start_ns, end_ns, "TimeUnix")
        if prefix:
            given.add(f"startsWith(MetricName, {given.bind(prefix)})")
        found += _of_kind(source, kind, given, limit)
    return sorted(found, key=lambda metric: (metric.name, metric.kind))[:limit]


def described(source: Source, name: str, kind: str) -> Metric:
    """The metric of a name; of several kinds, the one that reported last.

    Raises:
        NotFoundError: no point has that name (and kind).
        ValidationError: not a kind.
    """
    if kind and kind not in KINDS:
        raise ValidationError(f"kind: {kind[:80]!r} is none of {', '.join(KINDS)}; write kind=gauge")
    if not name:
        raise ValidationError("name: a metric's name is needed; write name=http.server.request.duration")
    found = []
    for known in [kind] if kind else list(KINDS):
        given = Filter()
        given.equal("MetricName", name)
        found += _of_kind(source, known, given, 1)
    if not found:
        raise NotFoundError(f"name: no metric is called {name[:200]!r}; `sonde metrics` lists those there are")
    return max(found, key=lambda metric: metric.last_ns)


def _of_kind(source: Source, kind: str, given: Filter, limit: int) -> list[Metric]:
    extra = {
        "gauge": "0 AS temporality, false AS monotonic",
        "sum": f"{_TEMPORALITY} AS temporality, toBool(any(IsMonotonic)) AS monotonic",
        "summary": "2 AS temporality, true AS monotonic",
    }.get(kind, f"{_TEMPORALITY} AS temporality, true AS monotonic")
    rows = source.rows(
        f"""SELECT MetricName AS name, anyLast(MetricUnit) AS unit, anyLast(MetricDescription) AS description, {extra},
            arraySort(groupUniqArray(1000)(ServiceName)) AS services, toUnixTimestamp64Nano(max(TimeUnix)) AS last
        FROM @{KINDS[kind]} WHERE {given.sql} GROUP BY name ORDER BY name LIMIT {given.bind(limit, "UInt64")}""",
        given.parameters,
    )
    if not rows:
        return []
    counted = _series(source, kind, given, max(int(row["last"]) for row in rows))
    return [
        Metric(
            name=row["name"],
            kind=kind,
            unit=row["unit"],
            description=row["description"],
            temporality={1: "delta", 2: "cumulative", _MIXED: "mixed"}.get(int(row["temporality"]), ""),
            monotonic=bool(row["monotonic"]),
            series=counted.get(row["name"], 0),
            services=tuple(row["services"]),
            last_ns=int(row["last"]),
        )
        for row in rows
    ]


def _series(source: Source, kind: str, given: Filter, last_ns: int) -> dict[str, int]:
    start = given.bind(max(0, last_ns - _HOUR_S * 10**9), "Int64")
    rows = source.rows(
        f"SELECT MetricName AS name, uniq({SERIES_HASH}) AS n FROM @{KINDS[kind]}"
        f" WHERE {given.sql} AND TimeUnix >= fromUnixTimestamp64Nano({start}) GROUP BY name",
        given.parameters,
    )
    return {row["name"]: int(row["n"]) for row in rows}
