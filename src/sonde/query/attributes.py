"""Which attribute keys and values there are, for completion.

Keys come from the catalogue `sonde_attributes`, which counts records by key, level and type and holds a few values of
each. Values that start with a prefix, with counts, are counted in the newest records themselves: the catalogue's samples
cannot be complete.

Limits: values are counted over the newest 200,000 records of the range that carry the key, among the newest two million or
so that are looked at; the order of metric points is theirs by series, so that of metrics any are looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sonde.core.errors import ValidationError
from sonde.query.filters import Filter
from sonde.query.located import LEVELS, LOG_COLUMNS, METRIC_COLUMNS, TRACE_COLUMNS, known_levels
from sonde.query.metrics import KINDS
from sonde.query.traces import choice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sonde.query.located import AttributeColumns
    from sonde.query.source import Source

__all__ = ["SIGNALS", "Among", "AttributeKey", "AttributeValue", "keys", "values"]

SIGNALS = ("traces", "logs", "metrics")
_MOST_COUNTED = 200_000
_MOST_READ = 2_000_000
# By signal: where attributes are, the column of time, the words by which the engine reads from the newest end, the tables.
_NEWEST = "ORDER BY toStartOfMinute(Timestamp) DESC"
_PLACES: dict[str, tuple[AttributeColumns, str, str, Sequence[str]]] = {
    "traces": (TRACE_COLUMNS, "Timestamp", _NEWEST, ("otel_traces",)),
    "logs": (LOG_COLUMNS, "Timestamp", _NEWEST, ("otel_logs",)),
    "metrics": (METRIC_COLUMNS, "TimeUnix", "", tuple(KINDS.values())),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Among:
    """Which records are looked at: those of one service (empty: of any) in a range (nanoseconds, end exclusive)."""

    service: str = ""
    start_ns: int | None = None
    end_ns: int | None = None


_ANY = Among()


@dataclass(frozen=True, slots=True)
class AttributeKey:
    """One attribute as one signal carries it.

    Attributes:
        level: one of LEVELS.
        type: string, bool, int, double, bytes, array, kvlist or empty.
        count: records that carried it.
        values: a few values.
    """

    key: str
    signal: str
    level: str
    type: str
    count: int
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AttributeValue:
    """One value and how many of the looked-at records carry it."""

    value: str
    count: int


def keys(source: Source, *, signal: str, level: str, prefix: str, limit: int) -> list[AttributeKey]:
    """Attribute keys, the most frequent first; see `Query.attribute_keys`."""
    _check(limit)
    given = Filter()
    given.equal("Signal", choice("signal", signal, SIGNALS))
    given.equal("Level", choice("level", level, LEVELS))
    if prefix:
        given.add(f"startsWith(lower(Key), lower({given.bind(prefix)}))")
    rows = source.rows(
        f"""SELECT Key, Signal, Level, Type, sum(Count) AS n, arraySort(groupUniqArrayArray(8)(Values)) AS found
        FROM @sonde_attributes WHERE {given.sql} GROUP BY Key, Signal, Level, Type
        ORDER BY n DESC, Key, Signal, Level, Type LIMIT {given.bind(limit, "UInt64")}""",
        given.parameters,
    )
    return [
        AttributeKey(row["Key"], row["Signal"], row["Level"], row["Type"], int(row["n"]), tuple(row["found"]))
        for row in rows
    ]


def values(
    source: Source, *, key: str, signal: str, prefix: str, limit: int, among: Among = _ANY
) -> list[AttributeValue]:
    """Values of an attribute, the most frequent first; see `Query.attribute_values`."""
    _check(limit)
    if not key:
        raise ValidationError("key: an attribute's key is needed; write key=http.route")
    chosen = choice("signal", signal, SIGNALS) or "traces"
    columns, time, order, tables = _PLACES[chosen]
    level, name = next(
        ((level, key[len(level) + 1 :]) for level in columns.maps if key.startswith(level + ".")), ("", key)
    )
    wanted = [columns.maps[level]] if level else _columns(source, chosen, name, columns)
    counts: dict[str, int] = {}
    for table in tables:
        for column in wanted:
            given, value = _carrying(column, name, prefix)
            given.equal("ServiceName", among.service)
            given.between(among.start_ns, among.end_ns, time)
            for text, count in _counted(source, f"{value} AS value FROM @{table}", given, order, limit):
                counts[text] = counts.get(text, 0) + count
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [AttributeValue(text, count) for text, count in ordered[:limit]]


def _columns(source: Source, signal: str, name: str, columns: AttributeColumns) -> list[str]:
    levels = known_levels(source, signal, [name]).get(name, {"record", "resource"})
    return [columns.at(level) for level in LEVELS if level in levels]


def _carrying(column: str, name: str, prefix: str) -> tuple[Filter, str]:
    """The conditions that a record carries a key with a value that begins so, and the value."""
    given = Filter()
    key = given.bind(name)
    given.add(f"mapContains({column}, {key})")
    if prefix:
        given.add(f"startsWith(lower({column}[{key}]), lower({given.bind(prefix)}))")
    return given, f"{column}[{key}]"


def _counted(source: Source, selected: str, given: Filter, order: str, limit: int) -> list[tuple[str, int]]:
    # Reading stops, and does not fail, at the limit: completion that is nearly right now is better than right too late.
    rows = source.rows(
        f"SELECT value, count() AS n FROM (SELECT {selected} WHERE {given.sql} {order} LIMIT {_MOST_COUNTED})"
        f" GROUP BY value ORDER BY n DESC, value LIMIT {given.bind(limit, 'UInt64')}",
        given.parameters,
        max_rows_to_read=_MOST_READ,
        read_overflow_mode="break",
    )
    return [(row["value"], int(row["n"])) for row in rows]


def _check(limit: int) -> None:
    if not 1 <= limit <= 10_000:
        raise ValidationError(f"limit: {limit} is not between 1 and 10000; write limit=100")
