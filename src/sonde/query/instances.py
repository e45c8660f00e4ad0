"""Which instances and versions of a service there are, how each does, and which does worse than the others.

An instance is named by `service.instance.id`, else by its pod, container or host. Attributes of resources are wide:
where the range holds more than some hundred thousand spans of all services, slices of time are read
(`sonde.query.timeslices`) and the instances' counts are scaled up from them; then an instance that was there for a moment may
be missing, and first and last are those of the slices. Versions are then counted by the minute rollup, which knows them
exactly and to the minute; how long they took and how many instances had them is of the slices.

One does worse than the others when its share of failures is above theirs beyond chance (Wilson's lower bound against
theirs) and at least twice theirs, or when its 95th percentile is at least twice the others' median one. It is held against
what the others did at the same time, where it ran beside others most of its time; a version that ran alone is held against
the failures of the others at other times, but not against their durations, which an outage of then would explain as well.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sonde.core.units import format_duration
from sonde.query.filters import Filter
from sonde.query.services import ENTRY
from sonde.query.trouble import least_share
from sonde.query.volume import add_minutes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sonde.query.servicepage import Frame
    from sonde.query.source import Source

__all__ = ["MOST_PARTS", "Instances", "Part", "instances", "judged", "versions_by_minute"]

MOST_PARTS = 200
_MOST_READ = 200_000
_STEPS = 30
_FEW, _ENOUGH = 5, 20
_WORSE = 2.0


@dataclass(frozen=True, slots=True)
class Part:
    """One instance or one version; where slices were read, the counts of instances are estimates.

    Attributes:
        name: of the instance or version; empty where resources don't say.
        version: of an instance: its newest one; of a version its own.
        host: of an instance: where it runs; likewise `pod`.
        instances: of a version: how many instances had it.
        p50_ms: None where no span of it was read; p95_ms likewise.
        first_ns: its first span that was read or its first minute; last_ns its last.
        spans_by_step: counts over the range in equal steps, to see it come and go.
        worse: how it does worse than the others, in words; empty where it does not.
    """

    name: str
    version: str
    host: str
    pod: str
    instances: int
    spans: int
    errors: int
    p50_ms: float | None
    p95_ms: float | None
    first_ns: int
    last_ns: int
    spans_by_step: list[int]
    errors_by_step: list[int]
    worse: str = ""

    @property
    def error_ratio(self) -> float:
        """Share of `spans` that failed, 0 to 1."""
        return self.errors / self.spans if self.spans else 0.0


@dataclass(frozen=True, slots=True)
class Instances:
    """Instances, those that do worse and then the busiest first, and versions, the newest first; at most 200 each.

    Attributes:
        share: of the range that was read, 0 to 1.
        instances_found: how many there are; versions_found likewise.
    """

    instances: list[Part]
    versions: list[Part]
    share: float
    instances_found: int
    versions_found: int


def instances(source: Source, service: str, frame: Frame) -> Instances:
    """Instances and versions; see `Query.service_instances`."""
    part = frame.slices(_MOST_READ, _STEPS)
    rows = _rows(source, service, frame, part.restrict)
    rows = [row for row in rows if row["is_entry"]] or rows
    own = _scaled(judged([_part(row) for row in rows if not row["of_version"]]), part.share)
    read = [_part(row) for row in rows if row["of_version"]]
    versions = judged(read if part.share == 1.0 else versions_by_minute(source, service, frame, read))
    own.sort(key=lambda one: (not one.worse, -one.spans, one.name))
    versions.sort(key=lambda one: (-one.first_ns, one.name))
    return Instances(own[:MOST_PARTS], versions[:MOST_PARTS], part.share, len(own), len(versions))


def judged(parts: list[Part]) -> list[Part]:
    """Parts as they were read, each with how it does worse than the others."""
    everyone = _Everyone(
        [sum(counts) for counts in zip(*(one.spans_by_step for one in parts), strict=True)],
        [sum(counts) for counts in zip(*(one.errors_by_step for one in parts), strict=True)],
        sorted(one.p95_ms or 0.0 for one in parts),
    )
    return [replace(one, worse=everyone.worse(one)) for one in parts]


@dataclass(frozen=True, slots=True)
class _Everyone:
    """All parts together, step by step; `ordered` are their 95th percentiles, ascending."""

    spans: list[int]
    errors: list[int]
    ordered: list[float]

    def worse(self, one: Part) -> str:
        """How a part is worse than all others."""
        own = sum(one.spans_by_step)
        beside = [at for at, n in enumerate(one.spans_by_step) if n and self.spans[at] > n]
        together = sum(one.spans_by_step[at] for at in beside) >= own / 2
        steps = beside if together else range(len(self.spans))
        spans = sum(self.spans[at] - one.spans_by_step[at] for at in steps)
        errors = sum(self.errors[at] - one.errors_by_step[at] for at in steps)
        if not spans or own < _FEW:
            return ""
        failing = _failing(one, errors / spans)
        slower = _slower(one, _usual(self.ordered, one.p95_ms or 0.0)) if together and own >= _ENOUGH else ""
        return "; ".join(text for text in (failing, slower) if text)


def _failing(one: Part, theirs: float) -> str:
    if least_share(one.errors, one.spans) <= theirs or one.error_ratio < _WORSE * theirs:
        return ""
    return f"{_percent(one.error_ratio)} fail, of the others {_percent(theirs)}"


def _slower(one: Part, usual_ms: float) -> str:
    if not (usual_ms > 0 and one.p95_ms and one.p95_ms >= _WORSE * usual_ms):
        return ""
    return f"p95 {format_duration(one.p95_ms / 1e3, ' ')}, of the others {format_duration(usual_ms / 1e3, ' ')}"


def _usual(ordered: list[float], own: float) -> float:
    """The median of ordered values without one of them; the lower of two in the middle."""
    middle = (len(ordered) - 2) // 2
    if middle < 0:
        return 0.0
    return ordered[middle + 1] if bisect_left(ordered, own) <= middle else ordered[middle]


def _scaled(parts: list[Part], share: float) -> list[Part]:
    return [replace(one, spans=round(one.spans / share), errors=round(one.errors / share)) for one in parts]


def _percent(share: float) -> str:
    return f"{100 * share:.3g}%"


def _rows(source: Source, service: str, frame: Frame, restrict: Callable[[Filter], None]) -> list[dict[str, Any]]:
    """A row an instance and a row a version, of entry spans and of others."""
    given = Filter()
    given.add(f"ServiceName = {given.bind(service)}")
    given.between(frame.grid.start_ns, frame.grid.end_ns)
    restrict(given)
    at = "toUnixTimestamp64Nano(Timestamp)"
    return source.rows(
        f"""SELECT grouping(instance) = 1 AS of_version, is_entry, substring(instance, 1, 200) AS name,
            substring(argMax(version, ended), 1, 200) AS versioned,
            substring(argMax(host, ended), 1, 200) AS host, substring(argMax(pod, ended), 1, 200) AS pod,
            uniqExact(instance) AS instances, sum(n) AS spans, sum(e) AS errors,
            quantilesDDMerge(0.01, 0.5, 0.95, 0.99)(sketch) AS took, min(begun) AS first, max(ended) AS last,
            groupArray((bucket, n, e)) AS steps
        FROM (
            SELECT {_FIRST_KNOWN} AS instance, ResourceAttributes['service.version'] AS version,
                ResourceAttributes['host.name'] AS host, ResourceAttributes['k8s.pod.name'] AS pod, {ENTRY} AS is_entry,
                {_bucket(given, frame, at)} AS bucket,
                count() AS n, countIf(StatusCode = 'Error') AS e,
                quantilesDDState(0.01, 0.5, 0.95, 0.99)(Duration) AS sketch,
                min({at}) AS begun, max({at}) AS ended
            FROM @otel_traces PREWHERE {given.sql} GROUP BY instance, version, host, pod, is_entry, bucket
            ORDER BY n DESC LIMIT 50000)
        GROUP BY GROUPING SETS ((instance, is_entry), (version, is_entry))
        ORDER BY spans DESC LIMIT 2000""",
        given.parameters,
    )


_NAMES = ("service.instance.id", "k8s.pod.name", "container.id", "host.name")
_FIRST_KNOWN = (
    "multiIf("
    + ", ".join(f"ResourceAttributes['{name}'] != '', ResourceAttributes['{name}']" for name in _NAMES)
    + ", '')"
)


def versions_by_minute(source: Source, service: str, frame: Frame, read: list[Part]) -> list[Part]:
    """Versions as the rollup counts them, with what only spans tell from those that were read."""
    given = Filter()
    given.add(f"ServiceName = {given.bind(service)}")
    add_minutes(given, frame.grid.start_ns, frame.grid.end_ns)
    at = "toInt64(toUnixTimestamp(Minute)) * 1000000000"
    rows = source.rows(
        f"""SELECT version, is_entry, sum(n) AS spans, sum(e) AS errors, min(begun) AS first, max(ended) AS last,
            groupArray((bucket, n, e)) AS steps
        FROM (SELECT toString(ServiceVersion) AS version, {ENTRY} AS is_entry, {_bucket(given, frame, at)} AS bucket,
                sum(Spans) AS n, sum(Errors) AS e, min({at}) AS begun, max({at}) AS ended
            FROM @sonde_red WHERE {given.sql} GROUP BY version, is_entry, bucket)
        GROUP BY version, is_entry ORDER BY spans DESC LIMIT 2000""",
        given.parameters,
    )
    rows = [row for row in rows if row["is_entry"]] or rows
    known = {one.name: one for one in read}
    return [_version(row, known.get(str(row["version"])[:200])) for row in rows]


def _version(row: Mapping[str, Any], read: Part | None) -> Part:
    counts, errors = _by_step(row["steps"])
    name = str(row["version"])[:200]
    return Part(
        name=name,
        version=name,
        host="",
        pod="",
        instances=read.instances if read else 0,
        spans=int(row["spans"]),
        errors=int(row["errors"]),
        p50_ms=read.p50_ms if read else None,
        p95_ms=read.p95_ms if read else None,
        first_ns=int(row["first"]),
        last_ns=int(row["last"]),
        spans_by_step=counts,
        errors_by_step=errors,
    )


def _bucket(given: Filter, frame: Frame, at: str) -> str:
    """The number of the step, of those of the answer, in which a moment lies."""
    step = given.bind(-(-(frame.grid.end_ns - frame.grid.start_ns) // _STEPS), "Int64")
    return f"intDiv({at} - {given.bind(frame.grid.start_ns, 'Int64')}, {step})"


def _by_step(steps: list[tuple[int, int, int]]) -> tuple[list[int], list[int]]:
    counts, errors = [0] * _STEPS, [0] * _STEPS
    for bucket, n, e in steps:
        at = min(max(int(bucket), 0), _STEPS - 1)
        counts[at] += int(n)
        errors[at] += int(e)
    return counts, errors


def _part(row: Mapping[str, Any]) -> Part:
    counts, errors = _by_step(row["steps"])
    p50, p95, _ = (value if math.isfinite(value) else 0.0 for value in (float(x or 0) / 1e6 for x in row["took"]))
    of_version = bool(row["of_version"])
    return Part(
        name=row["versioned"] if of_version else row["name"],
        version=row["versioned"],
        host="" if of_version else row["host"],
        pod="" if of_version else row["pod"],
        instances=int(row["instances"]) if of_version else 1,
        spans=int(row["spans"]),
        errors=int(row["errors"]),
        p50_ms=p50,
        p95_ms=p95,
        first_ns=int(row["first"]),
        last_ns=int(row["last"]),
        spans_by_step=counts,
        errors_by_step=errors,
    )
