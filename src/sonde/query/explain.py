"""What sets a selection apart: which attributes, and which of their values, its records carry more or less often than the rest.

Two sets of records are compared: those that a person selected (slow traces, an error burst, a log spike) and all others that
the base question finds in its range. For every attribute key, and for what records have beside attributes (service, operation,
kind …), the shares of each value in both sets are set side by side, as BubbleUp does (Honeycomb; the idea is Egan's "contrast
sets": Bay and Pazzani, "Detecting Group Differences: Mining Contrast Sets", 2001). A key's score is the greatest difference of
shares over its values less what chance explains: the lower end of the two-proportion interval at 1.96 standard errors, so
that a handful of records cannot outrank a thousand. Numbers with many values are compared by ranges between their deciles.

The unit is the record; of traces it may be the whole trace, which then carries whatever any of its spans carries: what slow
traces have in common is mostly not on the span that was slow to answer.

Costs and limits: two statements. Ranges with more than about 200,000 records are sampled by a hash of the trace id, whole
traces or none; the answer says how many were looked at. Keys with nearly as many values as records (ids) are left out and
named; texts are cut at 200 characters; at most 60 keys with 40 values each.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sonde.core.errors import ValidationError
from sonde.query.contrast import Contrast, contrasts
from sonde.query.explainrows import FIELDS, TABLES, Table
from sonde.query.filters import Filter
from sonde.query.located import LOG_COLUMNS, located
from sonde.query.logs import LogSearch
from sonde.query.logs import conditions as log_conditions
from sonde.query.matching import add_trace_length, matching
from sonde.query.slices import kept_range
from sonde.query.times import MAX_NS

if TYPE_CHECKING:
    from sonde.query.source import Source
    from sonde.query.traces import TraceSearch

__all__ = ["UNITS", "Explanation", "Question", "explain"]

UNITS = ("records", "traces")
_MOST_RECORDS = 200_000
_PROBED = 20_000
_MOST_TEXTS = 64
_DECILES = ",".join(f"{step / 10:g}" for step in range(1, 10))


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What to compare.

    Attributes:
        base: all records that are looked at, with their range.
        selection: what a selected record meets as well; its range lies within the base's, None on a side for the base's own.
        unit: one of UNITS; `traces` only for traces.
    """

    base: TraceSearch | LogSearch
    selection: TraceSearch | LogSearch
    unit: str = "records"


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer.

    Attributes:
        selected: how many units were selected, of those looked at.
        rest: how many others there were.
        sample: one in so many traces was looked at; 1 for all.
        keys: the keys that tell the two apart, best first.
        alike: how many keys do not.
        left_out: keys with too many different values to compare, ids for example.
    """

    selected: int
    rest: int
    sample: int
    keys: list[Contrast] = field(default_factory=list)
    alike: int = 0
    left_out: list[str] = field(default_factory=list)


def explain(source: Source, asked: Question) -> Explanation:
    """What sets the selection apart; see the module."""
    table = TABLES["logs" if isinstance(asked.base, LogSearch) else "traces"]
    if asked.unit not in UNITS or (asked.unit == "traces" and table.name != "otel_traces"):
        raise ValidationError(
            f"unit: {asked.unit[:40]!r} is not possible; write records, or traces where signal is traces"
        )
    kept = kept_range(source, table.name)
    if kept is None:
        return Explanation(0, 0, 1)
    start_ns, end_ns = max(kept[0], asked.base.start_ns or 0), min(kept[1] + 1, asked.base.end_ns or MAX_NS)
    question = _Comparison(source, replace(asked, base=replace(asked.base, start_ns=start_ns, end_ns=end_ns)), table)
    return question.answer()


class _Comparison:
    """One question on its way through the engine."""

    def __init__(self, source: Source, asked: Question, table: Table) -> None:
        self.source, self.asked, self.table = source, asked, table
        self.base = _filter(source, asked.base)
        self.chosen = _renamed(_filter(source, asked.selection))
        self.parameters = {**self.base.parameters, **self.chosen.parameters}
        self.sample = 1

    def answer(self) -> Explanation:
        """Sample, look at the keys, count the values, compare."""
        units = self._count()
        self.sample = max(1, math.ceil(units / _MOST_RECORDS))
        probe = self._probe()
        edges = {key: row for key, row in probe.items() if isinstance(row, list)}
        left_out = sorted(key for key, row in probe.items() if row is None)
        counted, selected, rest = self._values(edges, left_out)
        keys = contrasts(counted, selected, rest, edges, self._given())
        told = [key for key in keys if key.score > 0]
        return Explanation(selected, rest, self.sample, told[:60], len(keys) - len(told), left_out)

    def _count(self) -> int:
        (row,) = self.source.rows(
            f"SELECT count() AS n FROM @{self.table.name} WHERE {self._within()}", self.base.parameters
        )
        return int(row["n"])

    def _within(self) -> str:
        """The base's records; of whole traces every span of a trace that has one."""
        sampled = f"cityHash64({self.table.sampled_by}) % {self.sample} = 0"
        if self.asked.unit == "records":
            return f"{self.base.sql} AND {sampled}"
        around = "Timestamp >= fromUnixTimestamp64Nano({from_ns:Int64}) AND Timestamp < fromUnixTimestamp64Nano({to_ns:Int64})"
        self.base.parameters["from_ns"] = max(0, (self.asked.base.start_ns or 0) - 600 * 10**9)
        self.base.parameters["to_ns"] = min(MAX_NS, (self.asked.base.end_ns or MAX_NS) + 600 * 10**9)
        self.parameters |= self.base.parameters
        return f"{around} AND {sampled} AND TraceId IN (SELECT TraceId FROM @otel_traces WHERE {self.base.sql} AND {sampled})"

    def _is_chosen(self) -> str:
        if self.asked.unit == "records":
            return self.chosen.sql
        both = f"{self.base.sql} AND {self.chosen.sql} AND cityHash64(TraceId) % {self.sample} = 0"
        return f"TraceId IN (SELECT TraceId FROM @otel_traces WHERE {both})"

    def _pairs(self) -> str:
        """The array of (key, value) of a row: its fields, its attributes and its resource's."""
        fields = ", ".join(f"('{name}', {expression})" for name, expression in self.table.fields)
        maps = (
            f"arrayZip(arrayMap(k -> concat('{level}.', k), mapKeys({column})), mapValues({column}))"
            for level, column in self.table.maps
        )
        cut = "arrayMap(p -> (p.1, substringUTF8(p.2, 1, 200)), "
        return f"{cut}arrayFilter(p -> p.2 != '', arrayConcat([{fields}], {', '.join(maps)})))"

    def _probe(self) -> dict[str, list[float] | str | None]:
        """What each key is, by some of the records: a text, a number (its deciles), or an id (None)."""
        rows = self.source.rows(
            f"SELECT p.1 AS key, uniq(p.2) AS texts, count() AS n, countIf(isNotNull(toFloat64OrNull(p.2))) AS numbers,"
            f" arrayFilter(q -> isFinite(q), quantiles({_DECILES})(toFloat64OrNull(p.2))) AS deciles FROM ("
            f"SELECT {self._pairs()} AS pairs FROM @{self.table.name} WHERE {self._within()} LIMIT {_PROBED})"
            " ARRAY JOIN pairs AS p GROUP BY key LIMIT 2000",
            self.parameters,
        )
        return {str(row["key"]): _nature(row) for row in rows}

    def _values(
        self, edges: dict[str, list[float]], left_out: list[str]
    ) -> tuple[dict[str, dict[str, tuple[int, int]]], int, int]:
        """Counts by key and value, selected and rest; and how many units there are of each."""
        parameters = {
            **self.parameters,
            "numbers": list(edges),
            "edges": [list(row) for row in edges.values()],
            "left_out": left_out,
        }
        count = "count()" if self.asked.unit == "records" else "uniqExact(TraceId)"
        binned = (
            "if(has({numbers:Array(String)}, p.1), toString(arrayCount(e -> e <= ifNull(toFloat64OrNull(p.2), -inf),"
            " {edges:Array(Array(Float64))}[indexOf({numbers:Array(String)}, p.1)])), p.2)"
        )
        rows = self.source.rows(
            f"SELECT key, value, countIf_yes AS yes, countIf_no AS no FROM (SELECT p.1 AS key, {binned} AS value,"
            f" {_if(count, 'chosen')} AS countIf_yes, {_if(count, 'NOT chosen')} AS countIf_no FROM ("
            f"SELECT TraceId, {self._is_chosen()} AS chosen, arrayConcat([('', 'all')], arrayFilter("
            f"p -> NOT has({{left_out:Array(String)}}, p.1), {self._pairs()})) AS pairs FROM @{self.table.name}"
            f" WHERE {self._within()}) ARRAY JOIN pairs AS p GROUP BY key, value)"
            f" ORDER BY key, yes + no DESC LIMIT {_MOST_TEXTS} BY key LIMIT 100000",
            parameters,
        )
        counted: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
        for row in rows:
            counted[str(row["key"])][str(row["value"])] = int(row["yes"]), int(row["no"])
        selected, rest = counted.pop("", {}).get("all", (0, 0))
        return counted, selected, rest

    def _given(self) -> set[str]:
        """Keys that the selection itself names: that they differ says nothing. And the service's name, which is a field."""
        one = self.asked.selection
        named = {name for name in FIELDS if getattr(one, name, "")}
        if getattr(one, "min_duration_ns", None) is not None or getattr(one, "max_duration_ns", None) is not None:
            named.add("duration")
        wheres = {re.split(r"[=!<>~]", text.lstrip("!"), maxsplit=1)[0].strip() for text in one.where}
        return (
            {"resource.service.name"}
            | named
            | wheres
            | {f"{level}.{key}" for level, _ in self.table.maps for key in wheres}
        )


def _nature(row: dict[str, Any]) -> list[float] | str | None:
    """What a key is by its figures: decile edges of a number with many values, None of an id, else a text."""
    texts, n = int(row["texts"]), int(row["n"])
    if texts > 20 and int(row["numbers"]) == n:
        return sorted(set(map(float, row["deciles"]))) or None
    return None if texts > max(50, n // 4) else "text"


def _if(count: str, condition: str) -> str:
    name, argument = count.rstrip(")").split("(")
    return f"{name}If({', '.join(filter(None, (argument, condition)))})"


def _filter(source: Source, asked: TraceSearch | LogSearch) -> Filter:
    """Everything that a record must meet, its range among it."""
    if isinstance(asked, LogSearch):
        given = log_conditions(asked, located(source, asked.where, LOG_COLUMNS))()
        given.between(asked.start_ns, asked.end_ns)
        return given
    given = matching(source, asked)()
    given.between(asked.start_ns, asked.end_ns)
    add_trace_length(given, asked, asked.start_ns or 0, asked.end_ns or MAX_NS)
    return given


@dataclass(frozen=True, slots=True)
class _Renamed:
    """A filter whose parameters have other names, so that it stands beside another one."""

    sql: str
    parameters: dict[str, Any]


def _renamed(given: Filter) -> _Renamed:
    sql = re.sub(r"\{p(\d+_)", r"{s\1", given.sql)
    return _Renamed(sql, {f"s{name[1:]}": value for name, value in given.parameters.items()})
