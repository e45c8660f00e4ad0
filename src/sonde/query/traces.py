"""Searching traces: which have a span that meets every condition, and what a list shows of each.

Two steps. The first finds the page's trace ids and reads only what the conditions and the order need: by time, stretch by
stretch from the asked end (`sonde.query.slices`); by length, spans or errors, over the newest 100,000 matching traces of
the range. Where the length of whole traces is asked for, every order is found in this second way, over the newest (for
`oldest`: the oldest) 500,000. The second step sums up the page's traces, whole, within the time bounds that
`otel_traces_trace_id_ts` keeps.

Order: `recent` is by each trace's newest matching span, `oldest` by its oldest, ties by id. Cursors of these two name the
last trace of a page, so traces that arrive between pages shift nothing. Cursors of the other orders count traces within
the range of the first page; what arrives late may shift them.

Not promised: a trace whose spans reach more than an hour outside the asked range is summed up whole, but ordered by what
lies within that hour.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sonde.core.errors import ValidationError
from sonde.query.cursor import fingerprint, pack, unpack
from sonde.query.filters import Filter
from sonde.query.matching import TRACE_NS, asks_trace_length, choice, matching, trace_length
from sonde.query.slices import by_time, kept_range, stretches
from sonde.query.times import MAX_NS
from sonde.query.trace import bounds

if TYPE_CHECKING:
    from collections.abc import Callable

    from sonde.query.source import Source

__all__ = ["SORTS", "TracePage", "TraceSearch", "TraceSummary", "choice", "search"]

_HOUR_NS = 3_600 * 10**9
_MOST_CANDIDATES = 100_000
_MOST_MEASURED = 500_000
_RANKS = {
    "longest": f"{TRACE_NS} DESC",
    "shortest": f"{TRACE_NS} ASC",
    "most_spans": "uniqExact(SpanId, SpanKind) DESC",
    "errors": "uniqExactIf((SpanId, SpanKind), StatusCode = 'Error') DESC",
}
_BY_TIME = {"recent": "max(Timestamp) DESC", "oldest": "min(Timestamp) ASC"}
SORTS = ("recent", "oldest", *_RANKS)


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceSearch:
    """What to look for: a trace is found when one of its spans meets every condition at once.

    Attributes:
        service: the span's `service.name`; empty for any.
        operation: the span's name; empty for any.
        kind: one of `sonde.query.spans.KINDS`, in any case; empty for any.
        status: one of `sonde.query.spans.STATUSES`, in any case; empty for any.
        min_duration_ns: shortest duration of the span; None for any.
        max_duration_ns: longest duration of the span; None for any.
        start_ns: earliest start of the span, inclusive; None for the beginning of what is kept.
        end_ns: latest start of the span, exclusive; None for no end.
        min_trace_duration_ns: shortest length of the span's whole trace; None for any.
        max_trace_duration_ns: longest length of the span's whole trace; None for any.
        where: conditions on attributes in the grammar of `sonde.query.where`.
        text: words, quoted phrases and -excluded words, in the grammar of `sonde.query.text`.
        sort: one of SORTS.
        limit: how many traces a page has, 1 to 1,000.
        cursor: where the page before said to go on; empty for the first page.
    """

    service: str = ""
    operation: str = ""
    kind: str = ""
    status: str = ""
    min_duration_ns: int | None = None
    max_duration_ns: int | None = None
    start_ns: int | None = None
    end_ns: int | None = None
    min_trace_duration_ns: int | None = None
    max_trace_duration_ns: int | None = None
    where: tuple[str, ...] = ()
    text: str = ""
    sort: str = "recent"
    limit: int = 20
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class TraceSummary:
    """One found trace.

    Attributes:
        root_service: service of the root span, or of the earliest span where the root is missing.
        root_name: name of that span.
        start_ns: earliest start of its spans.
        duration_ns: from there to the latest end.
        spans: how many spans it has.
        errors: how many of them failed.
        services: how many spans each service has, most first.
        matched: how many spans met the search's conditions.
    """

    trace_id: str
    root_service: str
    root_name: str
    start_ns: int
    duration_ns: int
    spans: int
    errors: int
    services: tuple[tuple[str, int], ...]
    matched: int


@dataclass(frozen=True, slots=True)
class TracePage:
    """Found traces in the asked order, and where to go on; `next` is None on the last page."""

    traces: tuple[TraceSummary, ...]
    next: str | None


def search(source: Source, asked: TraceSearch) -> TracePage:
    """A page of traces; see `Query.find_traces`."""
    choice("sort", asked.sort, SORTS)
    if not 1 <= asked.limit <= 1000:
        raise ValidationError(f"limit: {asked.limit} is not between 1 and 1000; write limit=20")
    kept = kept_range(source, "otel_traces")
    if kept is None:
        return TracePage((), None)
    conditions = matching(source, asked)
    walk = _Ranked if asked.sort in _RANKS or asks_trace_length(asked) else _Timed
    found = walk(source, asked, kept, conditions).page()
    return TracePage(_summaries(source, found, asked, conditions), found.next)


def _mark(asked: TraceSearch) -> str:
    """What a cursor belongs to. The range is in the cursor itself, because `-15m` means another one on every page."""
    return fingerprint(replace(asked, cursor="", limit=1, start_ns=None, end_ns=None))


@dataclass(frozen=True, slots=True)
class _Found:
    """What the first step found.

    Attributes:
        ids: the page's traces, in order.
        next: the cursor of the next page.
        matches: matching spans by trace that were seen on the way; None where they were not counted.
        uncounted: the range, in nanoseconds, in which matching spans were not seen.
    """

    ids: list[str]
    next: str | None
    matches: Counter[str] | None = None
    uncounted: tuple[int, int] = (0, 0)


class _Timed:
    """A page by time: stretches from one end until the page is full.

    A stretch gives the traces whose newest (for `oldest`: oldest) match lies within it. They are first read off its
    outermost matching spans, which the engine finds without reading on; only where few traces own all of those does a
    grouping decide.
    """

    def __init__(
        self, source: Source, asked: TraceSearch, kept: tuple[int, int], conditions: Callable[[], Filter]
    ) -> None:
        self.source, self.asked, self.conditions = source, asked, conditions
        self.newest_first = asked.sort == "recent"
        self.start_ns = max(kept[0], asked.start_ns or 0)
        self.end_ns = min(kept[1] + 1, asked.end_ns if asked.end_ns is not None else MAX_NS)
        self.mark = _mark(asked)
        self.matches: Counter[str] | None = Counter()
        self.edge = self.end_ns if self.newest_first else self.start_ns
        self.after: tuple[int, str] | None = None
        if asked.cursor:
            at, trace_id, self.start_ns, self.end_ns = unpack(asked.cursor, self.mark, (int, str, int, int))
            self.after = (at, trace_id)

    def page(self) -> _Found:
        """The page's traces, and the cursor of the next page."""
        found: dict[str, int] = {}
        wanted = self.asked.limit + 1
        for stretch in stretches(*self._left(), newest_first=self.newest_first):
            found.update(self._within(stretch, wanted - len(found), found))
            if len(found) >= wanted:
                break
        ids = list(found)[: self.asked.limit]
        following = None
        if len(found) >= wanted:
            following = pack(self.mark, [found[ids[-1]], ids[-1], self.start_ns, self.end_ns])
        uncounted = (self.start_ns, self.edge) if self.newest_first else (self.edge, self.end_ns)
        return _Found(ids, following, self.matches, uncounted)

    def _left(self) -> tuple[int, int]:
        """The range that the pages before this one have not used up."""
        if self.after is None:
            return self.start_ns, self.end_ns
        at = self.after[0]
        return (self.start_ns, min(self.end_ns, at + 1)) if self.newest_first else (max(self.start_ns, at), self.end_ns)

    def _within(self, stretch: tuple[int, int], missing: int, found: dict[str, int]) -> list[tuple[str, int]]:
        """The first traces of a stretch, at most as many as are missing."""
        for most in (2 * missing, 20 * missing):
            rows = self._outermost(stretch, most)
            complete = len(rows) < most
            self.edge = stretch[0] if self.newest_first else stretch[1]
            if not complete:
                # Spans at the moment where the statement stopped may be missing, and with them a trace that comes first.
                last = rows[-1][1]
                self.edge = last + 1 if self.newest_first else last
                rows = [(name, at) for name, at in rows if at != last]
            heads = self._unseen(rows, found)
            if complete or len(heads) >= missing:
                if self.matches is not None:
                    self.matches.update(name for name, _ in rows)
                return heads[:missing]
        self.matches = None
        return self._grouped(stretch, missing)

    def _outermost(self, stretch: tuple[int, int], most: int) -> list[tuple[str, int]]:
        """Trace id and time of matching spans from the asked end, ties by id."""
        given = self.conditions()
        given.between(*stretch)
        rows = self.source.rows(
            f"SELECT TraceId AS id, toUnixTimestamp64Nano(Timestamp) AS at FROM @otel_traces WHERE {given.sql}"
            f" ORDER BY {by_time(newest_first=self.newest_first)} LIMIT {given.bind(most, 'UInt64')}",
            given.parameters,
        )
        pairs = [(str(row["id"]), int(row["at"])) for row in rows]
        return sorted(pairs, key=lambda pair: (pair[1], pair[0]), reverse=self.newest_first)

    def _unseen(self, rows: list[tuple[str, int]], found: dict[str, int]) -> list[tuple[str, int]]:
        """Each trace's first row, without the traces of this page and of those before."""
        heads: dict[str, int] = {}
        for name, at in rows:
            if name not in found and (self.after is None or self._follows((at, name))):
                heads.setdefault(name, at)
        earlier = self._before_cursor(list(heads)) if self.after else set()
        return [(name, at) for name, at in heads.items() if name not in earlier]

    def _follows(self, pair: tuple[int, str]) -> bool:
        assert self.after is not None
        return pair < self.after if self.newest_first else pair > self.after

    def _before_cursor(self, names: list[str]) -> set[str]:
        """Which of the traces have a match on the pages before."""
        assert self.after is not None
        at = self.after[0]
        given = self.conditions()
        given.between(*((at, self.end_ns) if self.newest_first else (self.start_ns, at + 1)))
        given.add(f"TraceId IN {given.bind(names, 'Array(String)')}")
        # A match at the cursor's own moment was on an earlier page only if its id comes first.
        rows = self.source.rows(
            f"SELECT DISTINCT TraceId AS id, toUnixTimestamp64Nano(Timestamp) AS at FROM @otel_traces WHERE {given.sql}",
            given.parameters,
        )
        return {row["id"] for row in rows if not self._follows((int(row["at"]), row["id"]))}

    def _grouped(self, stretch: tuple[int, int], missing: int) -> list[tuple[str, int]]:
        """As `_within`, by grouping every match up to the asked end."""
        given = self.conditions()
        given.between(*((stretch[0], self.end_ns) if self.newest_first else (self.start_ns, stretch[1])))
        order, edge = ("DESC", "max") if self.newest_first else ("ASC", "min")
        inside = f"at >= {given.bind(stretch[0], 'Int64')} AND at < {given.bind(stretch[1], 'Int64')}"
        if self.after is not None:
            sign = "<" if self.newest_first else ">"
            inside += f" AND (at, id) {sign} ({given.bind(self.after[0], 'Int64')}, {given.bind(self.after[1])})"
        rows = self.source.rows(
            f"SELECT TraceId AS id, toUnixTimestamp64Nano({edge}(Timestamp)) AS at FROM @otel_traces WHERE {given.sql}"
            f" GROUP BY id HAVING {inside} ORDER BY at {order}, id {order} LIMIT {given.bind(missing, 'UInt64')}",
            given.parameters,
        )
        return [(str(row["id"]), int(row["at"])) for row in rows]


class _Ranked:
    """A page by a figure of the whole trace."""

    def __init__(
        self, source: Source, asked: TraceSearch, kept: tuple[int, int], conditions: Callable[[], Filter]
    ) -> None:
        self.source, self.asked, self.conditions = source, asked, conditions
        self.start_ns = max(kept[0], asked.start_ns or 0)
        self.end_ns = min(kept[1] + 1, asked.end_ns if asked.end_ns is not None else MAX_NS)
        self.mark = _mark(asked)
        self.offset = 0
        if asked.cursor:
            self.offset, self.start_ns, self.end_ns = unpack(asked.cursor, self.mark, (int, int, int))

    def page(self) -> _Found:
        """The page's traces, and the cursor of the next page."""
        meeting, around = self.conditions(), Filter()
        meeting.between(self.start_ns, self.end_ns)
        around.parameters = meeting.parameters
        around.between(max(0, self.start_ns - _HOUR_NS), min(MAX_NS, self.end_ns + _HOUR_NS))
        limit = self.asked.limit
        most = _MOST_MEASURED if asks_trace_length(self.asked) else _MOST_CANDIDATES
        rank = _RANKS.get(self.asked.sort) or _BY_TIME[self.asked.sort]
        rows = self.source.rows(
            f"SELECT TraceId AS id FROM @otel_traces WHERE {around.sql} AND TraceId IN ("
            f"SELECT TraceId FROM @otel_traces WHERE {meeting.sql} GROUP BY TraceId"
            f" ORDER BY {_BY_TIME.get(self.asked.sort, _BY_TIME['recent'])} LIMIT {most})"
            f" GROUP BY id HAVING {trace_length(around, self.asked)} ORDER BY {rank}, id"
            f" LIMIT {around.bind(limit + 1, 'UInt64')} OFFSET {around.bind(self.offset, 'UInt64')}",
            around.parameters,
        )
        ids = [str(row["id"]) for row in rows]
        following = pack(self.mark, [self.offset + limit, self.start_ns, self.end_ns]) if len(ids) > limit else None
        return _Found(ids[:limit], following)


def _summaries(
    source: Source, found: _Found, asked: TraceSearch, conditions: Callable[[], Filter]
) -> tuple[TraceSummary, ...]:
    """What a list shows of each trace, in the order of the page."""
    if not found.ids:
        return ()
    within = bounds(source, found.ids)
    # Conditions on attributes and text read the largest columns: matches that the first step saw are not counted again.
    matches = _matches(source, found, conditions, within) if asked.where or asked.text else None
    meeting, given = conditions(), Filter()
    meeting.between(asked.start_ns, asked.end_ns)
    if matches is None:
        given.parameters = meeting.parameters
    given.add(f"TraceId IN {given.bind(found.ids, 'Array(String)')}")
    given.between(*(within or (None, None)))
    rows = source.rows(
        f"""SELECT TraceId AS id, ServiceName AS service, toUnixTimestamp64Nano(min(Timestamp)) AS first,
            max(toUnixTimestamp64Nano(Timestamp) + Duration) AS last, uniqExact(SpanId, SpanKind) AS spans,
            uniqExactIf((SpanId, SpanKind), StatusCode = 'Error') AS errors,
            {f"countIf({meeting.sql})" if matches is None else "0"} AS matched,
            min((ParentSpanId != '', toUnixTimestamp64Nano(Timestamp), SpanName)) AS root
        FROM @otel_traces WHERE {given.sql} GROUP BY id, service""",
        given.parameters,
    )
    by_id: dict[str, list[dict[str, Any]]] = {name: [] for name in found.ids}
    for row in rows:
        by_id[row["id"]].append(row)
    return tuple(
        _summary(name, parts, matches[name] if matches is not None else sum(int(part["matched"]) for part in parts))
        for name, parts in by_id.items()
        if parts
    )


def _matches(
    source: Source, found: _Found, conditions: Callable[[], Filter], within: tuple[int, int] | None
) -> Counter[str] | None:
    """How many spans of each trace match: those seen in the first step, and those where it did not look."""
    if found.matches is None:
        return None
    start_ns, end_ns = found.uncounted
    if within is not None:
        start_ns, end_ns = max(start_ns, within[0]), min(end_ns, within[1])
    counts = Counter({name: found.matches[name] for name in found.ids})
    if start_ns < end_ns:
        given = conditions()
        given.add(f"TraceId IN {given.bind(found.ids, 'Array(String)')}")
        given.between(start_ns, end_ns)
        rows = source.rows(
            f"SELECT TraceId AS id, count() AS n FROM @otel_traces WHERE {given.sql} GROUP BY id", given.parameters
        )
        counts.update({row["id"]: int(row["n"]) for row in rows})
    return counts


def _summary(trace_id: str, parts: list[dict[str, Any]], matched: int) -> TraceSummary:
    """One trace from its rows by service."""
    root = min(parts, key=lambda part: tuple(part["root"]))
    first = min(int(part["first"]) for part in parts)
    services = sorted(
        ((str(part["service"]), int(part["spans"])) for part in parts), key=lambda pair: (-pair[1], pair[0])
    )
    return TraceSummary(
        trace_id=trace_id,
        root_service=root["service"],
        root_name=tuple(root["root"])[2],
        start_ns=first,
        duration_ns=max(int(part["last"]) for part in parts) - first,
        spans=sum(int(part["spans"]) for part in parts),
        errors=sum(int(part["errors"]) for part in parts),
        services=tuple(services),
        matched=matched,
    )
