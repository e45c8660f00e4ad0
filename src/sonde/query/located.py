"""Conditions on attributes, and the columns where each can hold.

A condition without a level could hold at any, and every column that is looked at costs: a map is most of what a search
reads (two million spans: 0.5 CPU-seconds with one map, 1.1 with two), and an OR over columns is answered from skip indexes
only if each has them. So the levels at which the attribute catalogue has seen the key are looked at; where it has not seen
the key at all, records and resources. The catalogue is written a few times a minute, so a key that comes at one more level
is found by that level's name (`resource.key`) at once and without it a little later.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sonde.query.where import parse_condition

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sonde.query.source import Source
    from sonde.query.where import Condition

__all__ = [
    "LEVELS",
    "LOG_COLUMNS",
    "METRIC_COLUMNS",
    "TRACE_COLUMNS",
    "AttributeColumns",
    "Located",
    "everywhere",
    "known_levels",
    "located",
]

LEVELS = ("resource", "scope", "record")
"""Levels of the attribute catalogue; a signal's own name for its records is `record` there."""


@dataclass(frozen=True, slots=True)
class AttributeColumns:
    """Where a signal keeps its attributes.

    Attributes:
        signal: the signal's name in the catalogue.
        record: map column of the record itself.
        own: the level name by which conditions call the record.
        nested: array-of-maps column by level name: levels that a condition looks at only when it names them.
    """

    signal: str
    own: str
    record: str
    nested: tuple[tuple[str, str], ...] = ()

    @property
    def maps(self) -> dict[str, str]:
        """Map column by level name; the record's own first."""
        return {self.own: self.record, "resource": "ResourceAttributes", "scope": "ScopeAttributes"}

    @property
    def levels(self) -> tuple[str, ...]:
        """Level names that may stand before a key."""
        return (*self.maps, *(name for name, _ in self.nested))

    def at(self, level: str) -> str:
        """The map column of a level of the catalogue."""
        return self.record if level == "record" else self.maps[level]


TRACE_COLUMNS = AttributeColumns(
    "traces", "span", "SpanAttributes", (("event", "Events.Attributes"), ("link", "Links.Attributes"))
)
LOG_COLUMNS = AttributeColumns("logs", "log", "LogAttributes")
METRIC_COLUMNS = AttributeColumns("metrics", "point", "Attributes")


@dataclass(frozen=True, slots=True)
class Located:
    """A condition and where to look.

    Attributes:
        maps: map columns.
        nested: array-of-maps column; empty for none. Exactly one of the two is given.
    """

    condition: Condition
    maps: tuple[str, ...] = ()
    nested: str = ""


def located(source: Source, texts: Iterable[str], columns: AttributeColumns) -> tuple[Located, ...]:
    """Conditions as written, with the columns where each can hold.

    Raises:
        ValidationError: a condition that cannot be understood, or a regular expression that the engine cannot compile.
    """
    conditions = [parse_condition(text, columns.levels) for text in texts]
    for condition in conditions:
        # Asked here, because the search itself may never come to the pattern.
        if condition.operator in {"=~", "!~"}:
            source.rows("SELECT match('', {pattern:String})", {"pattern": condition.value})
    open_keys = {condition.key for condition in conditions if not condition.level}
    seen = known_levels(source, columns.signal, open_keys) if open_keys else {}
    return tuple(
        _placed(one, columns, (seen.get(one.key, set()) & set(LEVELS)) or {"record", "resource"}) for one in conditions
    )


def everywhere(texts: Iterable[str], columns: AttributeColumns) -> tuple[Located, ...]:
    """As `located`, without asking: a condition without a level looks at every map."""
    return tuple(_placed(parse_condition(text, columns.levels), columns, set(LEVELS)) for text in texts)


def known_levels(source: Source, signal: str, names: Iterable[str]) -> dict[str, set[str]]:
    """At which of LEVELS each attribute of a signal was seen; attributes that were never seen are not in the answer."""
    rows = source.rows(
        "SELECT DISTINCT Key, Level FROM @sonde_attributes WHERE Signal = {signal:String} AND Key IN {names:Array(String)}",
        {"signal": signal, "names": sorted(set(names))},
    )
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row["Key"], set()).add(row["Level"])
    return found


def _placed(condition: Condition, columns: AttributeColumns, levels: set[str]) -> Located:
    for name, column in columns.nested:
        if condition.level == name:
            return Located(condition, nested=column)
    if condition.level:
        return Located(condition, (columns.maps[condition.level],))
    return Located(condition, tuple(columns.at(level) for level in ("record", "resource", "scope") if level in levels))
