"""What SQL from outside can name: tables, their columns, and the functions that a statement may call.

The engine knows names and types; what a column means is said here, where an editor's completion can show it. What Sonde
keeps for itself (landing tables, views, its list of migrations) is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sonde.query.sql import dialect_of

if TYPE_CHECKING:
    from sonde.query.source import Source

__all__ = ["Schema", "SchemaColumn", "SchemaTable", "described"]

_TABLES = {
    "otel_traces": "One row a span.",
    "otel_logs": "One row a log record.",
    "otel_metrics_gauge": "Points of gauges: values as measured.",
    "otel_metrics_sum": "Points of sums: counters, and sums that go up and down.",
    "otel_metrics_histogram": "Points of histograms with explicit bounds.",
    "otel_metrics_exponential_histogram": "Points of exponential histograms.",
    "otel_metrics_summary": "Points of summaries: quantiles as reported.",
    "otel_traces_trace_id_ts": "When each trace was: the first and last second of its spans.",
    "sonde_red": "Rates, errors and durations by minute, service, operation, kind and status.",
    "sonde_edges": "Who called whom, by minute.",
    "sonde_attributes": "Which attributes there are, by signal and level, with a few values of each.",
}
_COLUMNS = {
    "Timestamp": "When it began or happened.",
    "TimestampTime": "The same to the second.",
    "ObservedTimestamp": "When the record was collected.",
    "TimeUnix": "When the point was measured.",
    "StartTimeUnix": "Since when the point counts.",
    "TraceId": "32 hexadecimal digits.",
    "SpanId": "16 hexadecimal digits.",
    "ParentSpanId": "The span that caused this one; empty for a root.",
    "SpanName": "The operation.",
    "SpanKind": "Internal, Server, Client, Producer, Consumer or Unspecified.",
    "ServiceName": "The attribute service.name of the resource.",
    "ResourceAttributes": "What sent it: ResourceAttributes['host.name'].",
    "SpanAttributes": "What it did: SpanAttributes['http.route'].",
    "LogAttributes": "What the record carries: LogAttributes['code.function'].",
    "Attributes": "What sets this series apart: Attributes['http.route'].",
    "ScopeAttributes": "Attributes of the instrumentation.",
    "ScopeName": "The instrumentation that made it.",
    "Duration": "Nanoseconds.",
    "StatusCode": "Unset, Ok or Error.",
    "StatusMessage": "What the sender said of an error.",
    "Body": "The message.",
    "SeverityNumber": "1 to 24: 5 debug, 9 info, 13 warn, 17 error, 21 fatal.",
    "SeverityText": "The severity as the sender calls it.",
    "MetricName": "The metric.",
    "MetricUnit": "Its unit (UCUM).",
    "Value": "The number as a double.",
    "AggregationTemporality": "1 delta, 2 cumulative.",
    "IsMonotonic": "It only grows: a counter.",
    "BucketCounts": "Observations a bucket; one more than there are bounds.",
    "ExplicitBounds": "Upper bounds of the buckets.",
    "Minute": "Begin of the minute.",
    "Spans": "How many; read with sum(Spans).",
    "Errors": "How many failed; read with sum(Errors).",
    "DurationSum": "Nanoseconds in all; read with sum(DurationSum).",
    "DurationSketch": "Read with quantilesDDMerge(0.01, 0.5, 0.95, 0.99)(DurationSketch); nanoseconds.",
    "OffClock": "The sender's clock was far off.",
    "Client": "Who called.",
    "Server": "Who was called.",
    "ServerType": "service, database, messaging or external.",
    "Calls": "How many.",
    "Signal": "traces, metrics or logs.",
    "Level": "resource, scope or record.",
    "Key": "The attribute's key.",
}


@dataclass(frozen=True, slots=True)
class SchemaColumn:
    """A column.

    Attributes:
        type: ClickHouse's name of the type.
        comment: what it means; empty where nobody wrote it down.
        is_computed: an alias that `SELECT *` leaves out.
    """

    name: str
    type: str
    comment: str
    is_computed: bool


@dataclass(frozen=True, slots=True)
class SchemaTable:
    """A table and its columns, in the table's order."""

    name: str
    comment: str
    columns: tuple[SchemaColumn, ...]


@dataclass(frozen=True, slots=True)
class Schema:
    """Tables, the ones with a description first; and names of functions, sorted."""

    tables: list[SchemaTable]
    functions: list[str]


def described(source: Source) -> Schema:
    """What SQL can name; see `Query.schema`."""
    rows = source.rows(
        "SELECT c.table AS table, c.name AS name, c.type AS type, c.comment AS comment, c.default_kind = 'ALIAS' AS alias,"
        " t.comment AS about FROM system.columns AS c JOIN system.tables AS t ON t.name = c.table AND t.database = c.database"
        " WHERE c.database = {database:String} AND t.engine NOT IN ('MaterializedView', 'Null')"
        " ORDER BY c.table, c.position",
        {"database": source.database},
    )
    columns: dict[str, list[SchemaColumn]] = {}
    about: dict[str, str] = {}
    for row in rows:
        table, name = str(row["table"]), str(row["name"])
        about[table] = _TABLES.get(table, "") or str(row["about"])
        comment = str(row["comment"]) or _COLUMNS.get(name, "")
        columns.setdefault(table, []).append(SchemaColumn(name, str(row["type"]), comment, bool(row["alias"])))
    ranks = {name: rank for rank, name in enumerate(_TABLES)}
    shown = [name for name in columns if name in _TABLES or not name.startswith("sonde_")]
    names = sorted(shown, key=lambda name: (ranks.get(name, len(ranks)), name))
    tables = [SchemaTable(name, about[name], tuple(columns[name])) for name in names]
    return Schema(tables, _functions(source))


def _functions(source: Source) -> list[str]:
    """Names that statements may call; of two that differ only in case, the engine's own spelling."""
    known = dialect_of(source)
    rows = source.rows("SELECT name FROM system.functions WHERE alias_to = '' ORDER BY name")
    return [name for row in rows if known.may_call(name := str(row["name"])) and not name.startswith("_")]
