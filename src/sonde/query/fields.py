"""What the log records of a selection carry: which attributes, on how many of them, with which values most often.

Counted in the records themselves, for the asked range and conditions: the attribute catalogue knows everything that was
ever seen, a selection only some of it. Beyond MOST_RECORDS records a sample is read; counts are then of the sample, and shares
stand for all. Values are told apart by their first 200 characters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sonde.core.errors import ValidationError
from sonde.query.located import LOG_COLUMNS, located
from sonde.query.logs import conditions
from sonde.query.sampled import sample_of
from sonde.query.severity import severity_name

if TYPE_CHECKING:
    from sonde.query.filters import Filter
    from sonde.query.logs import LogSearch
    from sonde.query.source import Source

__all__ = ["MOST_RECORDS", "FieldValue", "LogField", "LogFields", "fields"]

MOST_RECORDS = 30_000
_OWN = ("service", "severity", "event")
_VALUE_CHARACTERS = 200
_KEY_CHARACTERS = 1024


@dataclass(frozen=True, slots=True)
class FieldValue:
    """One value of a field.

    Attributes:
        value: the value, or its beginning.
        count: records that were looked at and have it.
        cut: whether it goes on.
    """

    value: str
    count: int
    cut: bool


@dataclass(frozen=True, slots=True)
class LogField:
    """One field of records.

    Attributes:
        name: `service`, `severity`, `event`, or an attribute's key.
        level: `field` for those three, else `record` or `resource`.
        count: records that were looked at and have it.
        distinct: how many values it has there.
        values: the most frequent first.
    """

    name: str
    level: str
    count: int
    distinct: int
    values: list[FieldValue]


@dataclass(frozen=True, slots=True)
class LogFields:
    """The fields of a selection.

    Attributes:
        total: records of the selection.
        looked_at: records that were read, fewer where there was a sample.
        fields: `service`, `severity` and `event` first, then attributes, the most frequent first.
        truncated: whether there are more than were asked for.
    """

    total: int
    looked_at: int
    fields: list[LogField]
    truncated: bool


def fields(source: Source, asked: LogSearch, *, limit: int, values: int, most_records: int = MOST_RECORDS) -> LogFields:
    """The fields of a selection; see `Query.log_fields`."""
    for name, number, most in (("limit", limit, 1000), ("values", values, 100)):
        if not 1 <= number <= most:
            raise ValidationError(f"{name}: {number} is not between 1 and {most}; write {name}=10")
    given = conditions(asked, located(source, asked.where, LOG_COLUMNS))()
    given.between(asked.start_ns, asked.end_ns)
    sample = sample_of(source, "otel_logs", given, most_records)
    if not sample.total:
        return LogFields(0, 0, [], truncated=False)
    rows = _rows(source, given, sample.clause(given), limit, values)
    own = sorted((row for row in rows if row["level"] == "field"), key=lambda row: _OWN.index(row["name"]))
    others = sorted((row for row in rows if row["level"] != "field"), key=lambda row: (-int(row["count"]), row["name"]))
    looked_at = max((int(row["count"]) for row in own if row["name"] == "severity"), default=0)
    found = [_field(row) for row in (*own, *others[:limit])]
    return LogFields(sample.total, looked_at, [one for one in found if one.values], truncated=len(others) > limit)


def _rows(source: Source, given: Filter, sample: str, limit: int, values: int) -> list[dict[str, Any]]:
    """One row a field: its level, key, records, number of values and most frequent values."""
    key, value = f"substringUTF8(pair.1, 1, {_KEY_CHARACTERS})", f"substringUTF8(pair.2, 1, {_VALUE_CHARACTERS + 1})"
    return source.rows(
        f"""WITH
            records AS (
                SELECT ServiceName, SeverityNumber, EventName, LogAttributes, ResourceAttributes
                FROM @otel_logs {sample} WHERE {given.sql}),
            pairs AS (
                SELECT 'record' AS level, {key} AS name, {value} AS value, count() AS m
                FROM (SELECT arrayJoin(LogAttributes) AS pair FROM records) GROUP BY name, value
                UNION ALL
                SELECT 'resource' AS level, {key} AS name, {value} AS value, sum(n) AS m
                FROM (SELECT arrayJoin(ResourceAttributes) AS pair, n
                    FROM (SELECT ResourceAttributes, count() AS n FROM records GROUP BY ResourceAttributes))
                GROUP BY name, value
                UNION ALL
                SELECT 'field' AS level, pair.1 AS name, pair.2 AS value, sum(n) AS m
                FROM (SELECT arrayJoin([('service', toString(ServiceName)), ('severity', toString(SeverityNumber)),
                        ('event', toString(EventName))]) AS pair, n
                    FROM (SELECT ServiceName, SeverityNumber, EventName, count() AS n FROM records GROUP BY ALL))
                GROUP BY name, value)
        SELECT level, name, sum(m) AS count, count() AS distinct, groupArraySorted({values})((-toInt64(m), value)) AS top
        FROM pairs GROUP BY level, name ORDER BY level = 'field' DESC, count DESC, name LIMIT {limit + 4}""",
        given.parameters,
    )


def _field(row: dict[str, Any]) -> LogField:
    top = [(str(value), -int(negative)) for negative, value in row["top"]]
    if row["level"] != "field":
        return LogField(
            row["name"], row["level"], int(row["count"]), int(row["distinct"]), [_value(*one) for one in top]
        )
    empty = sum(count for value, count in top if not value)
    shown = [(_severity(value) if row["name"] == "severity" else value, count) for value, count in top if value]
    distinct = int(row["distinct"]) - bool(empty)
    return LogField(row["name"], "field", int(row["count"]) - empty, distinct, [_value(*one) for one in _summed(shown)])


def _severity(number: str) -> str:
    return severity_name(int(number)) or "UNSPECIFIED"


def _summed(values: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Counts of equal values added: INFO and INFO2 are shown as one."""
    counts: dict[str, int] = {}
    for value, count in values:
        counts[value] = counts.get(value, 0) + count
    return sorted(counts.items(), key=lambda pair: -pair[1])


def _value(value: str, count: int) -> FieldValue:
    return FieldValue(value[:_VALUE_CHARACTERS], count, cut=len(value) > _VALUE_CHARACTERS)
