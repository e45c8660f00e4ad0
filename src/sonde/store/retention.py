"""What is dropped when: days that are too old, then the oldest days of a signal that takes too much room.

Tables are partitioned by day, and a whole day is dropped at a time: that removes files and reads nothing, where deleting
rows by their exact age would rewrite parts for ever. So records live for their signal's age and up to one day more (the
day in the engine's time zone). Rollups and edges go with the spans' days. What has no days, the index of traces and the
attribute catalogue, follows with a deletion of rows that are older than what is left, at most when days were dropped.

Rules, in this order, for each tenant and signal by itself
    1. Age: a day goes when all of it is older than the limit.
    2. Bytes: while the signal's tables together are larger than the limit, their oldest day goes; never today's, and none
       after it.
    3. Records with a wrong clock lie together in a partition of their own, dated 1970-01-01. By age it goes when nothing
       has come into it for as long; by bytes it is the first to go.

`decide` is pure; `Retention` asks the engine, decides, and drops. A run that is cut short is finished by the next, except
that rows without days then wait for the next dropped day.

Not promised: exactness below a day; on a cluster, sizes are those of the node that is asked.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from sonde.core.clock import SYSTEM_CLOCK
from sonde.core.signal import Signal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sonde.core.clock import Clock
    from sonde.store.store import Store

__all__ = ["OFF_CLOCK_DAY", "Drop", "Limit", "Partition", "Retention", "decide", "limits"]

OFF_CLOCK_DAY = date(1970, 1, 1)
"""The day of the partition for records with a wrong clock."""

_METRIC_KINDS = ("gauge", "sum", "histogram", "exponential_histogram", "summary")
_TABLES = {
    Signal.TRACES: ("otel_traces", "sonde_red", "sonde_edges_minutes"),
    Signal.LOGS: ("otel_logs",),
    Signal.METRICS: tuple(f"otel_metrics_{kind}" for kind in _METRIC_KINDS),
}
_DAYLESS = {
    Signal.TRACES: (("otel_traces_trace_id_ts", "End"), ("sonde_attributes", "Signal = 'traces' AND Hour")),
    Signal.LOGS: (("sonde_attributes", "Signal = 'logs' AND Hour"),),
    Signal.METRICS: (("sonde_attributes", "Signal = 'metrics' AND Hour"),),
}


@dataclass(frozen=True, slots=True)
class Limit:
    """How long and how much of a signal is kept; 0 is no limit.

    Attributes:
        age_s: age at which it is dropped, seconds.
        size_bytes: bytes on disk, of one tenant, beyond which its oldest days are dropped.
    """

    age_s: float = 0.0
    size_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Partition:
    """One day of one table.

    Attributes:
        signal: whose table it is.
        table: the table's name.
        day: the day; `OFF_CLOCK_DAY` for records with a wrong clock.
        size_bytes: bytes on disk.
        rows: rows in it.
        written: the day when it was last written or merged.
    """

    signal: Signal
    table: str
    day: date
    size_bytes: int
    rows: int
    written: date


@dataclass(frozen=True, slots=True)
class Drop:
    """A partition to drop, and why: `age` or `bytes`."""

    partition: Partition
    reason: str


def limits(settings: Mapping[str, float]) -> dict[Signal, Limit]:
    """Limits by signal, from the settings `traces_s`, `traces_max_bytes` and so on."""
    return {
        signal: Limit(settings[f"{signal.value}_s"], int(settings[f"{signal.value}_max_bytes"])) for signal in Signal
    }


def decide(
    partitions: Iterable[Partition], limits: Mapping[Signal, Limit], horizons: Mapping[Signal, date], today: date
) -> list[Drop]:
    """What to drop, by signal, oldest first.

    Args:
        partitions: every day of every table of one tenant.
        limits: limits by signal; a signal without any is kept.
        horizons: by signal the first day that is not too old, for signals with a limit of age.
        today: the current day; it and later ones are never dropped.
    """
    drops: list[Drop] = []
    by_signal: dict[Signal, list[Partition]] = defaultdict(list)
    for partition in partitions:
        by_signal[partition.signal].append(partition)
    for signal, found in sorted(by_signal.items(), key=lambda item: item[0].index):
        found.sort(key=lambda partition: (partition.day, partition.table))
        aged = [one for one in found if signal in horizons and _last_use(one) < min(horizons[signal], today)]
        kept = [one for one in found if one not in aged]
        drops += [Drop(one, "age") for one in aged]
        drops += [Drop(one, "bytes") for one in _beyond(kept, limits.get(signal, Limit()).size_bytes, today)]
    return drops


def _last_use(partition: Partition) -> date:
    return partition.written if partition.day == OFF_CLOCK_DAY else partition.day


def _beyond(partitions: list[Partition], size_bytes: int, today: date) -> list[Partition]:
    """The oldest days, whole, that must go for the rest to fit."""
    total = sum(one.size_bytes for one in partitions)
    gone: list[Partition] = []
    for day in sorted({one.day for one in partitions}):
        if not size_bytes or total <= size_bytes or day >= today:
            break
        of_day = [one for one in partitions if one.day == day]
        total -= sum(one.size_bytes for one in of_day)
        gone += of_day
    return gone


@dataclass(frozen=True, slots=True)
class Retention:
    """Drops what is beyond the limits. Not thread-safe.

    Attributes:
        store: the open store.
        limits: by signal; the same for every tenant.
        clock: what day it is.
    """

    store: Store
    limits: Mapping[Signal, Limit]
    clock: Clock = SYSTEM_CLOCK

    def plan(self, tenant: str) -> list[Drop]:
        """What would be dropped now.

        Raises:
            EngineError: the engine would not.
            NetworkError: the server cannot be reached.
        """
        aged = {signal: limit.age_s for signal, limit in self.limits.items() if limit.age_s}
        today, *days = self._days([0.0, *aged.values()])
        return decide(self._partitions(tenant), self.limits, dict(zip(aged, days, strict=True)), today)

    def apply(self, tenant: str, drops: Iterable[Drop]) -> None:
        """Drop partitions, and what is older in tables without days. Errors as in `plan`."""
        touched = set()
        for drop in drops:
            one = drop.partition
            touched.add(one.signal)
            self._alter(tenant, one.table, f"DROP PARTITION ID '{one.day:%Y%m%d}'")
        if touched:
            self._follow(tenant, touched)

    def _days(self, ages_s: list[float]) -> list[date]:
        """The days, in the engine's time zone, that were so many seconds ago."""
        now_s = self.clock.now_ns() // 10**9
        moments = [max(0, int(now_s - age)) for age in ages_s]
        rows = self.store.engine.query(
            "SELECT toString(toDate(toDateTime(moment))) AS day FROM (SELECT arrayJoin({moments:Array(UInt32)}) AS moment)",
            {"moments": moments},
        )
        return [date.fromisoformat(row["day"]) for row in rows]

    def _partitions(self, tenant: str) -> list[Partition]:
        signals = {table: signal for signal, tables in _TABLES.items() for table in tables}
        suffix = "_local" if self.store.url.cluster else ""
        rows = self.store.engine.query(
            """SELECT table, partition_id, sum(bytes_on_disk) AS size, sum(rows) AS n,
                toString(toDate(max(modification_time))) AS written
            FROM system.parts WHERE active AND database = {database:String} AND table IN {tables:Array(String)}
            GROUP BY table, partition_id""",
            {"database": self.store.database(tenant), "tables": [f"{table}{suffix}" for table in signals]},
        )
        return [
            Partition(
                signals[table],
                table,
                datetime.strptime(row["partition_id"], "%Y%m%d").replace(tzinfo=UTC).date(),
                int(row["size"]),
                int(row["n"]),
                date.fromisoformat(row["written"]),
            )
            for row in rows
            for table in [row["table"].removesuffix(suffix)]
        ]

    def _follow(self, tenant: str, signals: Iterable[Signal]) -> None:
        """Delete what is older than the oldest day that is left from tables that have no days."""
        left: dict[Signal, date] = {}
        for one in self._partitions(tenant):
            if one.day != OFF_CLOCK_DAY:
                left[one.signal] = min(one.day, left.get(one.signal, one.day))
        for signal in signals:
            oldest = left.get(signal) or self._days([0.0])[0]
            for table, condition in _DAYLESS[signal]:
                self._alter(tenant, table, f"DELETE WHERE {condition} < toDateTime('{oldest} 00:00:00')")

    def _alter(self, tenant: str, table: str, change: str) -> None:
        is_embedded = self.store.url.kind == "chdb"  # where no connection can time out while rows are deleted
        self.store.engine.command(
            f"ALTER TABLE {self.store.stored(tenant, table)}{self.store.place(tenant).on_cluster} {change}",
            settings={"max_partition_size_to_drop": 0, "mutations_sync": 1 if is_embedded else 0},
        )
