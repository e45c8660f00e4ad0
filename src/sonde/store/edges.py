"""Who calls whom: spans of one service under spans of another, counted per minute into `sonde_edges_minutes`.

What counts: a Server or Consumer span whose parent, found by trace and span id, is of another service: one call, with the
parent's duration where the parent is a Client or Producer span, else the child's own; failed when either span failed. And a
Client or Producer span that names its peer (`peer.service`, `db.system.name`, `messaging.system`, `server.address`, or
their older names) and has no remote child: one call to that peer, which is a database, messaging, or external. A call
belongs to the minute in which the called side began. Spans with a wrong clock (`OffClock`) are left out.

States of a minute: stale (`sonde_red` knows more spans in it than it was counted from) -> counted -> stale again when spans
come late. Nothing else is remembered: what was counted, from how many spans and when, is a row of the table itself,
written in the same insert as the minute's edges. So a process that is killed anywhere leaves a minute counted or stale,
never half or twice; an outage is made up for, whatever its length, newest minutes first; and a recount replaces, because
readers take the highest `Version` (the number of spans) of each minute.

What it costs is bounded. A minute of up to `EXACT_SPANS` is counted exactly. Of a busier one neighbouring
seconds with `SLICE_SPANS` are counted and the numbers of calls scaled up: an edge with one call in a hundred of them is then
known within some 6 percent, a rare one worse. The running minute is counted while it is small, up to ten seconds ago; a large one when it
is over. Late spans make a large minute stale again, and it is recounted when they are more than 2 percent, or else ever
more rarely: after twice its age, four times its age. A round ends after `ROUND_S` of work; what is left waits for the next.

Not found: parents that began longer before the child than the search looks back (15 minutes where there are few spans, a
minute or three seconds where there are many: queued messages), or more than a second after it. Not counted: a minute with so
many spans in one second that they don't fit into 256 MiB; it is logged and left out.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sonde.core.clock import SYSTEM_CLOCK
from sonde.store.engine import EngineError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sonde.core.clock import Clock
    from sonde.store.store import Store

__all__ = ["EXACT_SPANS", "Edges", "Minute", "Slice", "is_due", "slice_of"]

EXACT_SPANS = 150_000
SLICE_SPANS = 100_000
SMALL_SPANS = 50_000
SETTLE_S = 10
ROUND_S = 3.0
_MINUTE_S = 60
_QUIET_S, _PATIENCE_S = 5, 180
_LATE_SHARE = 1.02
_LOOK_BACK_S = ((900, 100_000), (60, 100_000))  # so far back while so few spans lie there
_LEAST_BACK_S = 3
_IN_FLIGHT_S = 120  # the longest that an insert may take between its time stamp and its being seen
_MOST_STALE = 5000
_MOST_EDGES = 1000
_MEMORY_LIMIT_EXCEEDED = 241  # source: ClickHouse, src/Common/ErrorCodes.cpp
_SETTINGS: dict[str, Any] = {"max_threads": 1, "max_insert_threads": 1}
_COUNTING: dict[str, Any] = _SETTINGS | {"max_memory_usage": 256 << 20}

log = logging.getLogger("sonde.store")


@dataclass(frozen=True, slots=True)
class Minute:
    """A minute with spans.

    Attributes:
        start: seconds since the Unix epoch.
        spans: how many it has now.
        arrived: when the last came in, seconds.
        counted: how many it was counted from; 0 for never.
        counted_at: when, seconds.
    """

    start: int
    spans: int
    arrived: int
    counted: int = 0
    counted_at: int = 0


@dataclass(frozen=True, slots=True)
class Slice:
    """The part of a minute that is counted.

    Attributes:
        first_s: its first second since the Unix epoch.
        last_s: the second after its last.
        spans: how many it holds.
    """

    first_s: int
    last_s: int
    spans: int


def is_due(minute: Minute, now_s: int) -> bool:
    """Whether a minute should be counted now."""
    if minute.spans <= minute.counted or now_s - SETTLE_S <= minute.start:
        return False
    if minute.spans <= SMALL_SPANS:
        return True
    if now_s < minute.start + _MINUTE_S + SETTLE_S:
        return False
    if not minute.counted:
        return now_s - minute.arrived >= _QUIET_S or now_s >= minute.start + _PATIENCE_S
    age_then = minute.counted_at - minute.start
    return minute.spans >= minute.counted * _LATE_SHARE or now_s - minute.counted_at >= age_then


def slice_of(seconds: Mapping[int, int], start_s: int) -> Slice:
    """The part of a minute to count: all of it, or of a busy one neighbouring seconds with `SLICE_SPANS` or more.

    Args:
        seconds: number of spans by second since the Unix epoch; not empty.
        start_s: the minute; another piece of each is taken, so that what happens at a certain second of every minute is
            neither always seen nor never, and always the same piece of one minute.
    """
    total = sum(seconds.values())
    if total <= EXACT_SPANS:
        return Slice(min(seconds), max(seconds) + 1, total)
    skipped = start_s // _MINUTE_S * 7919 % 1000 * (total - SLICE_SPANS) // 1000
    taken: list[int] = []
    before = held = 0
    for second in sorted(seconds):
        if before + seconds[second] > skipped and held < SLICE_SPANS:
            taken.append(second)
            held += seconds[second]
        before += seconds[second]
    return Slice(taken[0], taken[-1] + 1, held)


class Edges:
    """Counts the edges of one tenant. Not thread-safe.

    Args:
        store: the open store; the tenant's database exists.
        tenant: whose.
        clock: for the length of a round.
    """

    def __init__(self, store: Store, tenant: str, clock: Clock = SYSTEM_CLOCK) -> None:
        self._engine = store.engine
        self._clock = clock
        self._names = {
            name: store.table(tenant, table)
            for name, table in (("red", "sonde_red"), ("edges", "sonde_edges_minutes"), ("traces", "otel_traces"))
        }
        self._since_s = 0
        self._stale: list[int] = []
        self._gone: dict[int, int] = {}

    def step(self, now_s: int | None = None) -> int:
        """Count what is due, newest first.

        Args:
            now_s: what time it is, seconds since the Unix epoch; None asks the engine.

        Returns:
            How many minutes were counted.

        Raises:
            EngineError: the engine would not; what was not counted stays stale.
            NetworkError: the server cannot be reached.
        """
        engine_s = int(self._engine.query("SELECT toUInt32(now()) AS now")[0]["now"])
        now_s = engine_s if now_s is None else now_s
        stale = self._look(engine_s)
        due = [minute for minute in stale if is_due(minute, now_s)]
        deadline = self._clock.monotonic() + ROUND_S
        for number, minute in enumerate(due, start=1):
            self._count_if_possible(minute, now_s)
            if self._clock.monotonic() >= deadline:
                return number
        return len(due)

    @property
    def waiting(self) -> int:
        """Minutes that were stale when `step` last looked, the running one included."""
        return len(self._stale)

    def _look(self, engine_s: int) -> list[Minute]:
        """Stale minutes, newest first: those that were and those into which spans have come since."""
        rows = self._engine.query(
            _STALE.format(**self._names, most=_MOST_STALE),
            {"since": self._since_s, "stale": self._stale},
            settings=_SETTINGS,
        )
        found = [Minute(**{name: int(value) for name, value in row.items()}) for row in rows]
        if len(found) < _MOST_STALE:
            self._since_s = max(0, engine_s - _IN_FLIGHT_S)
        self._stale = [minute.start for minute in found]
        return [minute for minute in found if self._gone.get(minute.start) != minute.spans]

    def _count_if_possible(self, minute: Minute, now_s: int) -> None:
        try:
            self._count(minute, now_s)
        except EngineError as error:
            if error.code != _MEMORY_LIMIT_EXCEEDED:
                raise
            log.warning("edges of the minute at %d are not counted: %s", minute.start, error)
            self._note_gone(minute)

    def _count(self, minute: Minute, now_s: int) -> None:
        end_s = min(minute.start + _MINUTE_S, now_s - SETTLE_S)
        # Looked up before the edges are counted: spans that come in between are counted again later, never left out.
        rows = self._engine.query(
            _SECONDS.format(**self._names), {"start": minute.start, "end": end_s}, settings=_SETTINGS
        )
        seconds = {int(row["second"]): int(row["spans"]) for row in rows}
        spans = sum(seconds.values())
        if spans < minute.spans and end_s == minute.start + _MINUTE_S and now_s - minute.arrived >= _QUIET_S:
            self._note_gone(minute)
        if spans > minute.counted:
            self._replace(minute.start, slice_of(seconds, minute.start), spans, now_s)

    def _replace(self, start_s: int, piece: Slice, spans: int, now_s: int) -> None:
        values = {
            "start": start_s,
            "first": piece.first_s,
            "last": piece.last_s,
            "back": self._look_back_s(start_s),
            "scale": spans / piece.spans,
            "version": spans,
            "now": now_s,
        }
        sql = _COUNT.format(**self._names, peer=_PEER, kind=_KIND, most=_MOST_EDGES)
        self._engine.command(sql, values, settings=_COUNTING)

    def _note_gone(self, minute: Minute) -> None:
        """Remember that a minute cannot be counted to its last span, so that it is left alone until more come."""
        if len(self._gone) >= _MOST_STALE:
            self._gone.clear()
        self._gone[minute.start] = minute.spans

    def _look_back_s(self, start_s: int) -> int:
        for back_s, most in _LOOK_BACK_S:
            row = self._engine.query(_BEFORE.format(**self._names), {"start": start_s, "back": back_s})[0]
            if int(row["spans"]) <= most:
                return back_s
        return _LEAST_BACK_S


_STALE = """
WITH looked AS (
    SELECT Minute FROM {red} WHERE Arrived >= toDateTime({{since:UInt32}}) AND NOT OffClock
    UNION ALL
    SELECT toDateTime(arrayJoin({{stale:Array(UInt32)}})))
SELECT
    toUInt32(Minute) AS start, any(known.spans) AS spans, toUInt32(any(known.arrived)) AS arrived,
    any(done.counted) AS counted, any(done.counted_at) AS counted_at
FROM (
    SELECT Minute, sum(Spans) AS spans, max(Arrived) AS arrived FROM {red}
    WHERE NOT OffClock AND Minute GLOBAL IN (SELECT Minute FROM looked) GROUP BY Minute
) AS known
LEFT JOIN (
    SELECT Minute, max(Version) AS counted, argMax(Calls, Version) AS counted_at FROM {edges}
    WHERE ServerType = 'minute' AND Minute GLOBAL IN (SELECT Minute FROM looked) GROUP BY Minute
) AS done USING (Minute)
WHERE known.spans > done.counted
GROUP BY Minute
ORDER BY Minute DESC
LIMIT {most}
"""

_SECONDS = """
SELECT toUInt32(toUnixTimestamp(Timestamp)) AS second, count() AS spans FROM {traces}
WHERE Timestamp >= fromUnixTimestamp64Nano({{start:Int64}} * 1000000000)
    AND Timestamp < fromUnixTimestamp64Nano({{end:Int64}} * 1000000000) AND NOT OffClock
GROUP BY second
"""

_BEFORE = """
SELECT sum(Spans) AS spans FROM {red}
WHERE Minute >= toDateTime({{start:Int64}} - {{back:Int64}}) AND Minute < toDateTime({{start:Int64}}) AND NOT OffClock
"""


def _first(*keys: str) -> str:
    """The first of some span attributes that is there; else the empty string."""
    *others, last = (f"SpanAttributes['{key}']" for key in keys)
    cases = "".join(f"{one} != '', {one}, " for one in others)
    return f"multiIf({cases}{last})" if others else last


def _joined(system: str, name: str) -> str:
    return f"concat({system}, if({name} = '', '', '/'), {name})"


# Kind and name of a peer. Keys: OpenTelemetry semantic conventions 1.40, and what they were called before.
_NAMED = _first("peer.service", "service.peer.name")
_DATABASE = _first("db.system.name", "db.system")
_QUEUE = _first("messaging.system")
_KIND = f"multiIf({_DATABASE} != '', 'database', {_QUEUE} != '', 'messaging', 'external')"
_PEER = f"""substring(multiIf(
    {_NAMED} != '', {_NAMED},
    {_DATABASE} != '', {_joined(_DATABASE, _first("db.namespace", "db.name"))},
    {_QUEUE} != '', {_joined(_QUEUE, _first("messaging.destination.name", "messaging.destination"))},
    {_first("server.address", "net.peer.name", "network.peer.address", "net.peer.ip")}), 1, 200)"""

# The called side is the smaller one and is kept in memory by hashes of its ids; the other streams past it. Attributes, the
# widest column, are read for Client and Producer spans alone.
_COUNT = """
INSERT INTO {edges} (Minute, Client, Server, ServerType, Calls, Errors, DurationSum, DurationSketch, Version)
WITH
    fromUnixTimestamp64Nano({{first:Int64}} * 1000000000) AS first,
    fromUnixTimestamp64Nano({{last:Int64}} * 1000000000) AS last,
    called AS (
        SELECT
            cityHash64(TraceId, ParentSpanId) AS id, ServiceName AS service, SpanKind AS kind, Timestamp AS began,
            Duration AS took, StatusCode = 'Error' AS failed
        FROM {traces}
        PREWHERE Timestamp >= first AND Timestamp < last + INTERVAL 5 SECOND
            AND SpanKind IN ('Server', 'Consumer', 'Client', 'Producer')
        WHERE ParentSpanId != '' AND NOT OffClock),
    callers AS (
        SELECT
            cityHash64(TraceId, SpanId) AS id, ServiceName AS service, true AS asks, Timestamp AS began, Duration AS took,
            StatusCode = 'Error' AS failed, SpanAttributes
        FROM {traces}
        PREWHERE Timestamp >= first - INTERVAL {{back:UInt32}} SECOND AND Timestamp < last + INTERVAL 1 SECOND
            AND SpanKind IN ('Client', 'Producer')
        WHERE NOT OffClock
        UNION ALL
        SELECT
            cityHash64(TraceId, SpanId), ServiceName, false, Timestamp, Duration, StatusCode = 'Error',
            CAST(map(), 'Map(LowCardinality(String), String)')
        FROM {traces}
        PREWHERE Timestamp >= first - INTERVAL {{back:UInt32}} SECOND AND Timestamp < last + INTERVAL 1 SECOND
            AND SpanKind NOT IN ('Client', 'Producer')
        WHERE NOT OffClock),
    pairs AS (
        SELECT
            callers.service AS client,
            called.id != 0 AS is_known,
            called.service AS service,
            SpanAttributes,
            if(callers.asks, callers.took, called.took) AS took,
            callers.failed OR called.failed AS failed
        FROM callers LEFT JOIN called ON callers.id = called.id
        WHERE if(
            called.id != 0,
            called.kind IN ('Server', 'Consumer') AND called.service != callers.service AND called.began < last,
            callers.asks AND callers.began >= first AND callers.began < last)),
    calls AS (
        SELECT
            client, if(is_known, service, {peer}) AS server, if(is_known, 'service', {kind}) AS type, took, failed
        FROM pairs
        WHERE server != '')
SELECT
    toDateTime({{start:Int64}}), client, server, type, calls, errors, took, sketch, {{version:UInt64}}
FROM (
    SELECT
        client, server, type,
        toUInt64(round(count() * {{scale:Float64}})) AS calls,
        toUInt64(round(countIf(failed) * {{scale:Float64}})) AS errors,
        toUInt64(round(sum(calls.took) * {{scale:Float64}})) AS took,
        quantilesDDState(0.01, 0.5, 0.95, 0.99)(calls.took) AS sketch
    FROM calls GROUP BY client, server, type ORDER BY calls DESC LIMIT {most}
    UNION ALL
    SELECT '', '', 'minute', {{now:UInt64}}, 0, 0, arrayReduce('quantilesDDState(0.01, 0.5, 0.95, 0.99)', emptyArrayUInt64())
)
"""
