"""What the points of a metric can be told apart by: attributes with their values, for filters and groups.

Counted over the points of a range, of which at most a million are read; the answer says where that was not all. A
resource's attributes stand beside those of the points. `service` comes first: it is the one that every metric has.

Limits: 100 attributes, 50 values each, values cut at 200 characters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sonde.query.filters import Filter
from sonde.query.located import METRIC_COLUMNS, located
from sonde.query.metrics import KINDS, described

if TYPE_CHECKING:
    from sonde.query.metrics import Metric
    from sonde.query.series import MetricQuestion
    from sonde.query.source import Source

__all__ = ["Label", "LabelValue", "Labels", "labels"]

_MOST_POINTS = 1_000_000
_MOST_LABELS = 100
_MOST_VALUES = 50
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class LabelValue:
    """One value and how many points carry it."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Label:
    """One attribute.

    Attributes:
        name: as `group_by` names it: `service`, a key, or `resource.` and a key.
        key: as conditions name it.
        count: points that carry it.
        distinct: how many values it has.
        values: the most frequent.
    """

    name: str
    key: str
    count: int
    distinct: int
    values: list[LabelValue]


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of a metric, the service first, then by how many points carry them.

    Attributes:
        points: how many were counted.
        sampled: there were more points than were counted.
        truncated: there were more labels than these.
    """

    metric: Metric
    labels: list[Label]
    points: int
    sampled: bool
    truncated: bool


def labels(source: Source, asked: MetricQuestion) -> Labels:
    """The labels of a metric in a range; see `Query.metric_labels`."""
    metric = described(source, asked.name, asked.kind)
    given = Filter()
    given.equal("MetricName", metric.name)
    given.equal("ServiceName", asked.service)
    given.attributes(located(source, asked.where, METRIC_COLUMNS))
    given.between(asked.start_ns, asked.end_ns, "TimeUnix")
    rows = source.rows(_statement(metric, given), given.parameters)
    found = [_label(row) for row in rows]
    points = next((one.count for one in found if one.name == "service"), 0)
    return Labels(metric, found[:_MOST_LABELS], points, points >= _MOST_POINTS, len(found) > _MOST_LABELS)


def _statement(metric: Metric, given: Filter) -> str:
    most, values = given.bind(_MOST_POINTS, "UInt64"), given.bind(_MOST_VALUES, "UInt64")
    return f"""
    SELECT level, key, sum(n) AS points, count() AS distinct,
        arraySlice(arraySort(x -> (-x.2, x.1), groupArray((value, n))), 1, {values}) AS found
    FROM (
        SELECT pair.1 AS level, pair.2 AS key, leftUTF8(pair.3, {_LONGEST}) AS value, count() AS n
        FROM (
            SELECT arrayJoin(arrayConcat(
                [('service', 'service', toString(ServiceName))],
                arrayMap((k, v) -> ('point', toString(k), v), mapKeys(Attributes), mapValues(Attributes)),
                arrayMap((k, v) -> ('resource', toString(k), v), mapKeys(ResourceAttributes), mapValues(ResourceAttributes))
            )) AS pair
            FROM (SELECT ServiceName, Attributes, ResourceAttributes FROM @{KINDS[metric.kind]} WHERE {given.sql} LIMIT {most})
        ) WHERE NOT (level = 'resource' AND key = 'service.name') GROUP BY level, key, value
    ) GROUP BY level, key ORDER BY level = 'service' DESC, level = 'point' DESC, points DESC, key
    LIMIT {given.bind(_MOST_LABELS + 1, "UInt64")}"""


def _label(row: dict[str, Any]) -> Label:
    level, key = row["level"], row["key"]
    name, condition = {
        "service": ("service", "resource.service.name"),
        "resource": (f"resource.{key}", f"resource.{key}"),
    }.get(level, (_told_apart(key), _told_apart(key)))
    values = [LabelValue(value, int(count)) for value, count in row["found"]]
    return Label(name, condition, int(row["points"]), int(row["distinct"]), values)


def _told_apart(key: str) -> str:
    """A point's key as conditions and groups name it: with its level where it would be taken for something else."""
    taken = key == "service" or key.startswith(tuple(f"{level}." for level in METRIC_COLUMNS.maps))
    return f"point.{key}" if taken else key
