"""Services, their operations and who calls whom, with rates, errors and latencies.

Figures come from the minute rollups `sonde_red` and `sonde_edges`. A range that is shorter than ten minutes is read from
the spans themselves, because whole minutes would blur its edges; longer ranges are widened to whole minutes.

A service is judged by its entry spans (kind Server or Consumer), as Jaeger's service performance monitoring does: what it
does inside a request, and the calls it makes, would count one failure several times and mix other services' durations
into its own. A service that has no entry spans in the range is judged by all its spans.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sonde.query.filters import Filter
from sonde.query.spans import KINDS
from sonde.query.traces import choice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sonde.query.source import Source

__all__ = [
    "ENTRY",
    "MERGED",
    "RAW_BELOW_NS",
    "Edge",
    "Operation",
    "Service",
    "edges",
    "operations",
    "services",
    "sketch_ms",
]

_MINUTE_NS = 60 * 10**9
RAW_BELOW_NS = 10 * _MINUTE_NS
"""Ranges shorter than this are read from the spans themselves."""
ENTRY = "SpanKind IN ('Server', 'Consumer')"
"""The clause that a span is one by which its service is judged."""
_SHARES = "0.5, 0.95, 0.99"
MERGED = f"quantilesDDMerge(0.01, {_SHARES})(DurationSketch)"


@dataclass(frozen=True, slots=True)
class Service:
    """How one service did.

    Attributes:
        spans: how many entry spans it sent; where it has none, how many spans of any kind.
        errors: how many of them failed.
        rate_per_s: of them a second, over the asked range as far as there were data of any service and time has come;
            over the time between its first and last span where the range is open on both sides.
        p50_ms: median of their durations in milliseconds; p95_ms and p99_ms likewise.
        last_seen_ns: start of its newest span of any kind, to the minute where rollups answered.
    """

    name: str
    spans: int
    errors: int
    rate_per_s: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    last_seen_ns: int

    @property
    def error_ratio(self) -> float:
        """Share of `spans` that failed, 0 to 1."""
        return self.errors / self.spans if self.spans else 0.0


@dataclass(frozen=True, slots=True)
class Operation:
    """How one operation of a service did; durations in milliseconds."""

    service: str
    name: str
    kind: str
    spans: int
    errors: int
    p50_ms: float
    p95_ms: float
    p99_ms: float


@dataclass(frozen=True, slots=True)
class Edge:
    """How calls from one service to another did; durations in milliseconds, the client's.

    Attributes:
        server_type: `service`, or what kind of peer it is that sends no spans: `database`, `messaging`, `external`.
    """

    client: str
    server: str
    server_type: str
    calls: int
    errors: int
    p50_ms: float
    p95_ms: float


def services(
    source: Source, start_ns: int | None, end_ns: int | None, now_ns: int, *, by_minute: bool = False
) -> list[Service]:
    """Services by name; see `Query.services`. With `by_minute` short ranges too are read from the rollup."""
    given, table, figures = _figures(start_ns, end_ns, now_ns, by_minute=by_minute)
    rows = source.rows(
        f"SELECT ServiceName AS name, {ENTRY} AS is_entry, {figures} FROM @{table} WHERE {given.sql}"
        " GROUP BY name, is_entry ORDER BY name, is_entry",
        given.parameters,
    )
    judged = {row["name"]: row for row in rows}  # of two rows the later one, that of the entry spans
    last: dict[str, int] = {}
    for row in rows:
        last[row["name"]] = max(last.get(row["name"], 0), int(row["last"]))
    begun_ns = min((int(row["first"]) for row in rows), default=0)
    return [
        Service(
            name,
            int(row["spans"]),
            int(row["errors"]),
            int(row["spans"]) / _length_s(row, start_ns, end_ns, begun_ns, now_ns),
            *sketch_ms(row),
            last[name],
        )
        for name, row in judged.items()
    ]


def operations(
    source: Source, service: str, kind: str, start_ns: int | None, end_ns: int | None, *, now_ns: int
) -> list[Operation]:
    """Operations by name; see `Query.operations`."""
    given, table, figures = _figures(start_ns, end_ns, now_ns)
    given.equal("ServiceName", service)
    given.equal("SpanKind", choice("kind", kind, KINDS))
    rows = source.rows(
        f"SELECT ServiceName AS service, SpanName AS name, SpanKind AS kind, {figures} FROM @{table} WHERE {given.sql}"
        " GROUP BY service, name, kind ORDER BY service, name, kind LIMIT 10000",
        given.parameters,
    )
    return [
        Operation(row["service"], row["name"], row["kind"], int(row["spans"]), int(row["errors"]), *sketch_ms(row))
        for row in rows
    ]


def edges(source: Source, start_ns: int | None, end_ns: int | None) -> list[Edge]:
    """Who calls whom; see `Query.edges`."""
    given = Filter()
    _minutes(given, start_ns, end_ns)
    rows = source.rows(
        f"SELECT Client, Server, ServerType, sum(Calls) AS calls, sum(Errors) AS errors, {MERGED} AS sketch"
        f" FROM @sonde_edges WHERE {given.sql} GROUP BY Client, Server, ServerType ORDER BY Client, Server, ServerType",
        given.parameters,
    )
    return [
        Edge(
            row["Client"], row["Server"], row["ServerType"], int(row["calls"]), int(row["errors"]), *sketch_ms(row)[:2]
        )
        for row in rows
    ]


def _figures(
    start_ns: int | None, end_ns: int | None, now_ns: int, *, by_minute: bool = False
) -> tuple[Filter, str, str]:
    """The filter for a range, the table that answers it, and the columns that say how many, how bad and how long."""
    given = Filter()
    is_short = start_ns is not None and (now_ns if end_ns is None else end_ns) - start_ns < RAW_BELOW_NS
    if is_short and not by_minute:
        given.between(start_ns, end_ns)
        columns = (
            "count() AS spans, countIf(StatusCode = 'Error') AS errors,"
            f" quantilesDD(0.01, {_SHARES})(Duration) AS sketch,"
            " toUnixTimestamp64Nano(min(Timestamp)) AS first, toUnixTimestamp64Nano(max(Timestamp)) AS last"
        )
        return given, "otel_traces", columns
    _minutes(given, start_ns, end_ns)
    columns = (
        f"sum(Spans) AS spans, sum(Errors) AS errors, {MERGED} AS sketch,"
        " toInt64(toUnixTimestamp(min(Minute))) * 1000000000 AS first,"
        " toInt64(toUnixTimestamp(max(Minute))) * 1000000000 AS last"
    )
    return given, "sonde_red", columns


def _minutes(given: Filter, start_ns: int | None, end_ns: int | None) -> None:
    if start_ns is not None:
        given.add(f"Minute >= toDateTime({given.bind(min(start_ns // _MINUTE_NS * 60, 2**32 - 1), 'Int64')})")
    if end_ns is not None:
        given.add(f"Minute < toDateTime({given.bind(min(-(-end_ns // _MINUTE_NS) * 60, 2**32 - 1), 'Int64')})")


def _length_s(row: Mapping[str, Any], start_ns: int | None, end_ns: int | None, begun_ns: int, now_ns: int) -> float:
    """Seconds that a count is spread over, at least one; see `Service.rate_per_s`."""
    if start_ns is None and end_ns is None:
        first, last = int(row["first"]), int(row["last"]) + _MINUTE_NS
    else:
        first = begun_ns if start_ns is None else max(start_ns, begun_ns)
        last = now_ns if end_ns is None else min(end_ns, now_ns)
    return max((last - first) / 1e9, 1.0)


def sketch_ms(row: Mapping[str, Any]) -> tuple[float, float, float]:
    """Quantiles in milliseconds; a sketch of zeros alone has none and means zero."""
    values = [float(value or 0) / 1e6 for value in row["sketch"]]
    p50, p95, p99 = (value if math.isfinite(value) else 0.0 for value in values)
    return p50, p95, p99
