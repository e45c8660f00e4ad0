"""What log records say, by template: how often, how bad, who and when.

The engine makes the template of every record (`sonde.query.templates`) and counts; here templates that differ in a few words
are put together (`sonde.query.drain`) and their places get names. Beyond MOST_RECORDS records a sample is read, and counts
are estimates, scaled to all records; beyond MOST_TEMPLATES templates the rarest are counted only.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sonde.core.errors import ValidationError
from sonde.query.drain import merged
from sonde.query.located import LOG_COLUMNS, located
from sonde.query.logrows import LINE_HASH
from sonde.query.logs import conditions, step_s
from sonde.query.sampled import sample_of
from sonde.query.severity import severity_name
from sonde.query.slices import kept_range
from sonde.query.templates import ANYTHING, labelled, template, template_sql

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sonde.query.filters import Filter
    from sonde.query.logs import LogSearch
    from sonde.query.source import Source

__all__ = ["MOST_RECORDS", "MOST_TEMPLATES", "LogPattern", "LogPatterns", "PatternExample", "patterns"]

MOST_RECORDS = 100_000
MOST_TEMPLATES = 2_000
_TREND_STEPS = 30
_EXAMPLE_CHARACTERS = 500
_LABELLED = 20


@dataclass(frozen=True, slots=True)
class PatternExample:
    """One record of a pattern: its id and the beginning of its body."""

    id: str
    body: str


@dataclass(slots=True)
class LogPattern:
    """Records that say the same.

    Attributes:
        pattern: names it: what `LogSearch.pattern` takes.
        shown: the pattern for people: places have the kind of what stands there.
        count: records, or an estimate where there was a sample.
        severities: records by severity name (`UNSPECIFIED` for none).
        services: records by service, most first; a few.
        first_ns: earliest record that was looked at.
        last_ns: latest.
        trend: records by step.
        templates: how many templates were put together.
        example: the latest record; None where it is gone.
    """

    pattern: str
    shown: str
    count: int = 0
    severities: Counter[str] = field(default_factory=Counter)
    services: Counter[str] = field(default_factory=Counter)
    first_ns: int = 0
    last_ns: int = 0
    trend: list[int] = field(default_factory=list)
    templates: int = 1
    example: PatternExample | None = None


@dataclass(frozen=True, slots=True)
class LogPatterns:
    """The patterns of a selection.

    Attributes:
        total: records of the selection.
        looked_at: records that were read, fewer where there was a sample.
        others: records of templates that are not in the list (estimated likewise).
        start_ns: where the first step of trends begins.
        step_s: their length in seconds.
        patterns: the most frequent first.
    """

    total: int
    looked_at: int
    others: int
    start_ns: int
    step_s: int
    patterns: list[LogPattern]


@dataclass(frozen=True, slots=True)
class _Steps:
    """Steps of trends: number of the first, how many there are, length."""

    first: int
    count: int
    step_s: int


def patterns(source: Source, asked: LogSearch, limit: int, *, most_records: int = MOST_RECORDS) -> LogPatterns:
    """The patterns of a selection; see `Query.log_patterns`."""
    if not 1 <= limit <= 1000:
        raise ValidationError(f"limit: {limit} is not between 1 and 1000; write limit=100")
    make = conditions(asked, located(source, asked.where, LOG_COLUMNS))
    kept = kept_range(source, "otel_logs")
    if kept is None:
        return LogPatterns(0, 0, 0, asked.start_ns or 0, 1, [])
    # An open side ends where records end; a trend over decades would have one step with everything.
    start_ns = asked.start_ns if asked.start_ns is not None else kept[0]
    end_ns = asked.end_ns if asked.end_ns is not None else max(start_ns, kept[1]) + 1
    steps = _steps(start_ns, end_ns)
    given = make()
    given.between(start_ns, end_ns)
    sample = sample_of(source, "otel_logs", given, most_records)
    rows = _counted(source, given, sample.clause(given), steps) if sample.total else []
    looked_at = int(rows[0]["looked_at"]) if rows else 0
    scale = sample.total / looked_at if looked_at and sample.one_in > 1 else 1.0
    listed = [_pattern(name, [rows[member] for member in members], steps) for name, members in _groups(rows)]
    listed.sort(key=lambda one: (-one.count, one.pattern))
    _add_examples(source, make, listed[:limit])
    rest = looked_at - sum(one.count for one in listed[:limit])
    scaled = [_scaled(one, scale) for one in listed[:limit]]
    return LogPatterns(
        sample.total, looked_at, round(rest * scale), steps.first * steps.step_s * 10**9, steps.step_s, scaled
    )


def _steps(start_ns: int, end_ns: int) -> _Steps:
    length = step_s((end_ns - start_ns) / 1e9, _TREND_STEPS - 1)
    first = start_ns // (length * 10**9)
    return _Steps(first, min(_TREND_STEPS, (end_ns - 1) // (length * 10**9) - first + 1), length)


def _counted(source: Source, given: Filter, sample: str, steps: _Steps) -> list[dict[str, Any]]:
    """The most frequent templates with what is known of each, and how many records were looked at."""
    step = given.bind(steps.step_s, "Int64")
    return source.rows(
        f"""WITH by_kind AS (
            SELECT {template_sql("Body")} AS template, SeverityNumber AS severity, ServiceName AS service,
                intDiv(toUnixTimestamp(Timestamp), {step}) AS step, count() AS n,
                min(toUnixTimestamp64Nano(Timestamp)) AS first, max(toUnixTimestamp64Nano(Timestamp)) AS last,
                any(substringUTF8(Body, 1, {_EXAMPLE_CHARACTERS})) AS example
            FROM @otel_logs {sample} WHERE {given.sql} GROUP BY template, severity, service, step)
        SELECT template, sum(n) AS count, min(first) AS first_ns, max(last) AS last_ns, groupArray(3)(example) AS examples,
            sumMap([severity], [n]) AS severities, sumMap([toString(service)], [n]) AS services, sumMap([step], [n]) AS trend,
            sum(sum(n)) OVER () AS looked_at
        FROM by_kind GROUP BY template ORDER BY count DESC, template LIMIT {MOST_TEMPLATES}""",
        given.parameters,
    )


def _groups(rows: Sequence[dict[str, Any]]) -> list[tuple[str, list[int]]]:
    return merged([row["template"] for row in rows])


def _pattern(name: str, rows: Sequence[dict[str, Any]], steps: _Steps) -> LogPattern:
    """One pattern from the rows of its templates."""
    made = LogPattern(name, _shown(name, rows), trend=[0] * steps.count, templates=len(rows))
    made.first_ns = min(int(row["first_ns"]) for row in rows)
    made.last_ns = max(int(row["last_ns"]) for row in rows)
    for row in rows:
        made.count += int(row["count"])
        for number, count in zip(*row["severities"], strict=True):
            made.severities[severity_name(int(number)) or "UNSPECIFIED"] += int(count)
        for service, count in zip(*row["services"], strict=True):
            made.services[service] += int(count)
        for step, count in zip(*row["trend"], strict=True):
            if 0 <= int(step) - steps.first < steps.count:
                made.trend[int(step) - steps.first] += int(count)
    return made


def _shown(name: str, rows: Sequence[dict[str, Any]]) -> str:
    """The pattern with what its places are called; in a word that was merged nothing has a name."""
    shown = [labelled(row["template"], row["examples"]).split(" ") for row in rows[:_LABELLED]]
    words = zip(name.split(" "), *shown, strict=True)
    return " ".join(others[0] if ANYTHING not in word and len(set(others)) == 1 else word for word, *others in words)


def _add_examples(source: Source, make: Callable[[], Filter], listed: Sequence[LogPattern]) -> None:
    """Give each pattern its latest record, found again by its time."""
    if not listed:
        return
    times = {one.last_ns for one in listed}
    given = make()
    given.between(min(times), max(times) + 1)
    wanted = given.bind(sorted(times), "Array(Int64)")
    rows = source.rows(
        f"SELECT toUnixTimestamp64Nano(Timestamp) AS at, {LINE_HASH} AS line,"
        f" substringUTF8(Body, 1, {_EXAMPLE_CHARACTERS}) AS body FROM @otel_logs"
        f" WHERE {given.sql} AND Timestamp IN (SELECT fromUnixTimestamp64Nano(arrayJoin({wanted})))"
        f" LIMIT {20 * len(times)}",
        given.parameters,
    )
    found = {(int(row["at"]), template(row["body"])): row for row in rows}
    for one in listed:
        row = found.get((one.last_ns, one.pattern)) or _any_at(rows, one)
        if row is not None:
            one.example = PatternExample(f"{int(row['at']):x}-{int(row['line']):016x}", row["body"])


def _any_at(rows: Sequence[dict[str, Any]], wanted: LogPattern) -> dict[str, Any] | None:
    """A record at the last moment of a pattern that was put together from several."""
    if wanted.templates == 1:
        return None
    return next((row for row in rows if int(row["at"]) == wanted.last_ns), None)


def _scaled(one: LogPattern, scale: float) -> LogPattern:
    """The pattern with its counts as estimates for all records, its most frequent services only."""
    one.count = round(one.count * scale)
    one.trend = [round(count * scale) for count in one.trend]
    one.severities = Counter({name: round(count * scale) for name, count in one.severities.items()})
    one.services = Counter({name: round(count * scale) for name, count in one.services.most_common(10)})
    return one
