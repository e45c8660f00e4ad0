"""Searching log records, counting them over time, and what stood around one of them.

Free text is looked for in the body; severity is a minimum, and a record without a number is judged by its text.
Context means lines of the same sender: the same service and the same resource attributes, whatever they say.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sonde.core.errors import NotFoundError, ValidationError
from sonde.query.cursor import fingerprint, pack, unpack
from sonde.query.filters import Filter
from sonde.query.lines import Place, read_lines
from sonde.query.located import LOG_COLUMNS, located
from sonde.query.logrows import LINE_HASH, LOG_SELECT, line_of, read_logs
from sonde.query.severity import SEVERITIES, parse_severity, severity_name
from sonde.query.slices import kept_range
from sonde.query.templates import LONGEST, add_pattern
from sonde.query.text import parse_text
from sonde.query.times import MAX_NS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sonde.query.located import Located
    from sonde.query.logrows import LogRecord
    from sonde.query.source import Source

__all__ = [
    "ORDERS",
    "LogContext",
    "LogHistogram",
    "LogPage",
    "LogSearch",
    "conditions",
    "context",
    "histogram",
    "search",
    "step_s",
]

_MOST_PATTERNS = 20
ORDERS = ("newest", "oldest")
_ALIASES = {"desc": "newest", "asc": "oldest", "": "newest"}
_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSearch:
    """What to look for.

    Attributes:
        text: words, quoted phrases and -excluded words, in the grammar of `sonde.query.text`.
        severity: the least severity, a name or a number; empty for any.
        service: the sender's `service.name`; empty for any.
        trace_id: hexadecimal; empty for any.
        span_id: hexadecimal; empty for any.
        event: the event's name; empty for any.
        pattern: what the body's first line says without what varies, as `sonde.query.patterns` names it; empty for any.
        not_pattern: patterns that are left out.
        where: conditions on attributes in the grammar of `sonde.query.where`.
        start_ns: earliest time, inclusive; None for the beginning of what is kept.
        end_ns: latest time, exclusive; None for no end.
        order: one of ORDERS (also `desc` and `asc`).
        limit: how many records a page has, 1 to 10,000.
        cursor: where the page before said to go on; empty for the first page.
    """

    text: str = ""
    severity: str = ""
    service: str = ""
    trace_id: str = ""
    span_id: str = ""
    event: str = ""
    pattern: str = ""
    not_pattern: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    start_ns: int | None = None
    end_ns: int | None = None
    order: str = "newest"
    limit: int = 100
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class LogPage:
    """Found records in the asked order, and where to go on; `next` is None on the last page."""

    logs: list[LogRecord]
    next: str | None


@dataclass(frozen=True, slots=True)
class LogHistogram:
    """Counts over time.

    Attributes:
        step_s: length of a bucket in seconds.
        buckets: start of each bucket in nanoseconds, and its counts by severity name (`UNSPECIFIED` for none); buckets
            without records are there with no counts.
    """

    step_s: int
    buckets: list[tuple[int, dict[str, int]]]


@dataclass(frozen=True, slots=True)
class LogContext:
    """A line and its neighbours from the same sender, each list oldest first."""

    before: list[LogRecord]
    line: LogRecord
    after: list[LogRecord]


def search(source: Source, asked: LogSearch) -> LogPage:
    """A page of records; see `Query.logs`."""
    order = _ALIASES.get(asked.order.lower(), asked.order.lower())
    if order not in ORDERS:
        raise ValidationError(f"order: {asked.order[:80]!r} is none of {', '.join(ORDERS)}; write order=newest")
    if not 1 <= asked.limit <= 10_000:
        raise ValidationError(f"limit: {asked.limit} is not between 1 and 10000; write limit=100")
    # The range is in the cursor itself, because `-15m` means another one on every page.
    mark = fingerprint(replace(asked, cursor="", limit=1, order=order, start_ns=None, end_ns=None))
    make = conditions(asked, located(source, asked.where, LOG_COLUMNS))
    kept = kept_range(source, "otel_logs")
    if kept is None:
        return LogPage([], None)
    after: Place | None = None
    within = max(kept[0], asked.start_ns or 0), min(kept[1] + 1, asked.end_ns if asked.end_ns is not None else MAX_NS)
    if asked.cursor:
        *position, start_ns, end_ns = unpack(asked.cursor, mark, (int,) * 6)
        after, within = Place(*position), (start_ns, end_ns)
    records, place = read_lines(source, make, within, newest_first=order == "newest", limit=asked.limit, after=after)
    following = pack(mark, [place.time_ns, place.line, place.copies, place.given, *within]) if place else None
    return LogPage(records, following)


def histogram(source: Source, asked: LogSearch, buckets: int) -> LogHistogram:
    """Counts by severity over time; see `Query.log_histogram`."""
    if not 1 <= buckets <= 1000:
        raise ValidationError(f"buckets: {buckets} is not between 1 and 1000; write buckets=60")
    given = conditions(asked, located(source, asked.where, LOG_COLUMNS))()
    kept = kept_range(source, "otel_logs")
    if kept is None:
        return LogHistogram(1, [])
    start_ns = asked.start_ns if asked.start_ns is not None else kept[0]
    end_ns = asked.end_ns if asked.end_ns is not None else max(start_ns, kept[1]) + 1
    length_s = step_s((end_ns - start_ns) / 1e9, buckets)
    given.between(start_ns, end_ns)
    rows = source.rows(
        f"SELECT toUInt64(intDiv(toUnixTimestamp64Nano(Timestamp), {given.bind(length_s * 10**9, 'Int64')})) AS bucket,"
        f" SeverityNumber AS severity, count() AS n FROM @otel_logs WHERE {given.sql} GROUP BY bucket, severity",
        given.parameters,
    )
    step_ns = length_s * 10**9
    counts: dict[int, dict[str, int]] = {
        number: {} for number in range(start_ns // step_ns, (end_ns - 1) // step_ns + 1)
    }
    for row in rows:
        bucket = counts.setdefault(int(row["bucket"]), {})
        name = severity_name(int(row["severity"])) or "UNSPECIFIED"
        bucket[name] = bucket.get(name, 0) + int(row["n"])
    return LogHistogram(length_s, [(number * step_ns, counts[number]) for number in sorted(counts)])


def context(source: Source, line_id: str, *, before: int, after: int) -> LogContext:
    """What stood around a line; see `Query.log_context`."""
    for name, count in (("before", before), ("after", after)):
        if not 0 <= count <= 1000:
            raise ValidationError(f"{name}: {count} is not between 0 and 1000; write {name}=10")
    time_ns, line = line_of(line_id)
    given = Filter()
    given.between(time_ns, time_ns + 1)
    given.add(f"{LINE_HASH} = {given.bind(line, 'UInt64')}")
    found = read_logs(source.rows(f"{LOG_SELECT} WHERE {given.sql} LIMIT 1", given.parameters))
    kept = kept_range(source, "otel_logs")
    if not found or kept is None:
        raise NotFoundError(f"id: no log record is called {line_id}; it may be older than what is kept")

    beside = _sender(time_ns, line)
    beside.between(time_ns, time_ns + 1)
    same_moment = int(source.rows(f"SELECT count() AS n FROM @otel_logs WHERE {beside.sql}", beside.parameters)[0]["n"])

    def neighbours(count: int, within: tuple[int, int], *, newest_first: bool) -> list[LogRecord]:
        if not count:
            return []
        place = Place(time_ns, line, given=same_moment)
        lines, _ = read_lines(
            source, lambda: _sender(time_ns, line), within, newest_first=newest_first, limit=count, after=place
        )
        return lines

    earlier = neighbours(before, (kept[0], time_ns + 1), newest_first=True)
    later = neighbours(after, (time_ns, kept[1] + 1), newest_first=False)
    return LogContext(earlier[::-1], found[0], later)


def conditions(asked: LogSearch, places: Sequence[Located]) -> Callable[[], Filter]:
    """What makes filters of everything that a record must meet but the time range.

    Args:
        asked: the search.
        places: its conditions on attributes.

    Raises:
        ValidationError: a condition that cannot be understood.
    """
    trace_id, span_id = _hexadecimal("trace_id", asked.trace_id, 32), _hexadecimal("span_id", asked.span_id, 16)
    least, terms = parse_severity(asked.severity), parse_text(asked.text)
    _check_patterns(asked)

    def make() -> Filter:
        given = Filter()
        given.equal("ServiceName", asked.service)
        given.equal("TraceId", trace_id)
        given.equal("SpanId", span_id)
        given.equal("EventName", asked.event)
        if least:
            _at_least(given, least)
        given.attributes(places)
        given.text(terms, lambda holds: holds("Body"))
        if asked.pattern:
            add_pattern(given, "Body", asked.pattern)
        for pattern in asked.not_pattern:
            add_pattern(given, "Body", pattern, unwanted=True)
        return given

    return make


def _check_patterns(asked: LogSearch) -> None:
    if len(asked.not_pattern) > _MOST_PATTERNS:
        raise ValidationError(
            f"not_pattern: there may be {_MOST_PATTERNS}; leave out fewer, or look for one with pattern="
        )
    for name, patterns in (("pattern", (asked.pattern,)), ("not_pattern", asked.not_pattern)):
        if any(len(pattern) > 8 * LONGEST for pattern in patterns):
            raise ValidationError(f"{name}: it is longer than any pattern; take one from /sonde/logs/patterns")


def _at_least(given: Filter, severity: int) -> None:
    """A number is compared; a record without one is judged by its text."""
    names = [*SEVERITIES[(severity - 1) // 4 :], *(("WARNING",) if severity <= 13 else ()), "CRITICAL"]
    given.add(
        f"SeverityNumber >= {given.bind(severity, 'Int32')}"
        f" OR SeverityNumber = 0 AND upper(SeverityText) IN {given.bind(names, 'Array(String)')}"
    )


def _sender(time_ns: int, line: int) -> Filter:
    """Lines of the sender of one line."""
    given = Filter()
    given.add(
        "(ServiceName, mapSort(ResourceAttributes)) IN (SELECT ServiceName, mapSort(ResourceAttributes) FROM @otel_logs"
        f" WHERE Timestamp = fromUnixTimestamp64Nano({given.bind(time_ns, 'Int64')})"
        f" AND {LINE_HASH} = {given.bind(line, 'UInt64')})"
    )
    return given


def _hexadecimal(name: str, text: str, digits: int) -> str:
    wanted = text.strip().lower()
    if wanted and (len(wanted) > digits or not set(wanted) <= set("0123456789abcdef")):
        raise ValidationError(
            f"{name}: {text[:80]!r} is not hexadecimal; it has {digits} digits, such as {'5b8efff798038103d269b633813fc60c'[:digits]}"
        )
    return wanted.rjust(digits, "0") if wanted else ""


def step_s(length_s: float, buckets: int) -> int:
    """Length of a step in seconds: the shortest round step that needs no more than the wanted number of buckets."""
    least = length_s / buckets
    days = -(-int(least) // 86400) * 86400
    return next((step for step in _STEPS_S if step >= least), max(days, 86400))
