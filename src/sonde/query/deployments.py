"""When a service began to run another version, and how it did before and after.

A deployment is the moment at which spans of a `service.version` come that did not come before, while the service was known
by another one. What runs side by side, as in a rolling deployment or a canary, is one deployment: a version has gone when
ten spans of it are missing, by its share while it was there. One that comes back is deployed again, a rollback.

The range before is read too, for what ran then. Where both hold at most 300,000 spans they are read themselves, and
moments are exact; else the minute rollup is, and a deployment is dated by its minute.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sonde.query.filters import Filter
from sonde.query.services import ENTRY
from sonde.query.trouble import least_share
from sonde.query.volume import MINUTE_NS, add_minutes, volume

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sonde.query.source import Source

__all__ = ["Deployment", "Deployments", "Tally", "Versioned", "changes", "deployments"]

_MOST_SPANS = 300_000
_MOST_ROWS = 100_000
_LIMIT = 50
_STEPS = 240
_GONE = 10.0
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Versioned:
    """Spans of one version of a service in one step of time: those it is judged by."""

    version: str
    step: int
    spans: int
    errors: int
    first_ns: int


@dataclass(frozen=True, slots=True)
class Tally:
    """Spans of one version, and those of them that failed."""

    spans: int
    errors: int

    @property
    def error_ratio(self) -> float:
        """Share that failed, 0 to 1."""
        return self.errors / self.spans if self.spans else 0.0


@dataclass(frozen=True, slots=True)
class Deployment:
    """A service began to run another version.

    Attributes:
        service: the service.
        from_version: what most of its spans were of before.
        to_version: what is new.
        at_ns: its first span, to the minute where the rollup answered.
        before: how the old version did, up to then.
        after: how the new one did, until the next deployment.
        is_rollback: whether it ran before.
        is_worse: whether more of its spans fail, beyond chance.
    """

    service: str
    from_version: str
    to_version: str
    at_ns: int
    before: Tally
    after: Tally
    is_rollback: bool
    is_worse: bool


@dataclass(frozen=True, slots=True)
class Deployments:
    """Deployments in a range, newest first.

    Attributes:
        is_exact: whether spans were read; else minutes of the rollup.
        items: at most 50.
        is_cut: whether there are more.
    """

    is_exact: bool
    items: list[Deployment]
    is_cut: bool


def deployments(source: Source, start_ns: int, end_ns: int) -> Deployments:
    """What was deployed in a range; see `Query.deployments`."""
    before_ns = max(0, 2 * start_ns - end_ns)
    held = volume(source, before_ns, end_ns)
    is_exact = held.spans <= _MOST_SPANS
    if not held.spans:
        return Deployments(is_exact, [], is_cut=False)
    given = Filter()
    length_ns = min(held.last_ns, end_ns) - max(held.first_ns, before_ns)
    step = given.bind(max(10**9 if is_exact else MINUTE_NS, length_ns // _STEPS), "Int64")
    if is_exact:
        given.between(before_ns, end_ns)
        at, table = "toUnixTimestamp64Nano(Timestamp)", "otel_traces"
        version, measured = "ResourceAttributes['service.version']", "count() AS n, countIf(StatusCode = 'Error') AS e"
    else:
        add_minutes(given, before_ns, end_ns)
        at, table = f"toInt64(toUnixTimestamp(Minute)) * {10**9}", "sonde_red"
        version, measured = "ServiceVersion", "sum(Spans) AS n, sum(Errors) AS e"
    given.add(f"{version} != ''")
    rows = source.rows(
        f"""SELECT service, version, step, max(entry) AS has_entry,
            if(has_entry, sumIf(n, entry), sum(n)) AS spans, if(has_entry, sumIf(e, entry), sum(e)) AS errors,
            min(begun) AS first
        FROM (
            SELECT ServiceName AS service, substringUTF8({version}, 1, {_LONGEST}) AS version, intDiv({at}, {step}) AS step,
                {ENTRY} AS entry, {measured}, min({at}) AS begun
            FROM @{table} WHERE {given.sql} GROUP BY service, version, step, entry
        ) GROUP BY service, version, step ORDER BY step DESC LIMIT {_MOST_ROWS}""",
        given.parameters,
    )
    by_service: dict[str, list[Versioned]] = defaultdict(list)
    for row in rows:
        by_service[row["service"]].append(
            Versioned(row["version"], int(row["step"]), int(row["spans"]), int(row["errors"]), int(row["first"]))
        )
    found = [one for service, seen in by_service.items() for one in changes(service, seen) if one.at_ns >= start_ns]
    found.sort(key=lambda one: (-one.at_ns, one.service))
    return Deployments(is_exact, found[:_LIMIT], len(found) > _LIMIT)


def changes(service: str, seen: Iterable[Versioned]) -> list[Deployment]:
    """The deployments of one service, oldest first, from what was seen of its versions in any order."""
    steps: dict[int, list[Versioned]] = defaultdict(list)
    for one in seen:
        steps[one.step].append(one)
    moments = _moments([sorted(steps[step], key=lambda one: one.first_ns) for step in sorted(steps)])
    ends = [*(at.step for _, at in moments[1:]), max(steps, default=0) + 1] if moments else []
    every = [one for step in sorted(steps) for one in steps[step]]
    known: set[str] = set()
    found = []
    for (old, new), end in zip(moments, ends, strict=True):
        before = _tally(one for one in every if one.version == old and one.first_ns < new.first_ns)
        after = _tally(
            one for one in every if one.version == new.version and new.step <= one.step < max(end, new.step + 1)
        )
        known.add(old)
        is_worse = least_share(after.errors, after.spans) > before.error_ratio
        is_rollback = new.version in known
        found.append(Deployment(service, old, new.version, new.first_ns, before, after, is_rollback, is_worse))
        known.add(new.version)
    return found


def _moments(steps: Sequence[Sequence[Versioned]]) -> list[tuple[str, Versioned]]:
    """What ran most, and the first of what came, of every change."""
    running: dict[str, float] = {}  # a version's share of the spans when it was last seen
    missed: dict[str, float] = {}  # how many of its spans did not come since
    found = []
    for seen in steps:
        total = sum(one.spans for one in seen)
        for one in seen:
            if running and one.version not in running:
                old = max(running, key=lambda version: running[version])
                found.append((old, one))
        shares = {one.version: one.spans / max(total, 1) for one in seen}
        missed = {
            version: missed.get(version, 0.0) + share * total
            for version, share in running.items()
            if version not in shares
        }
        kept = {version: share for version, share in running.items() if missed.get(version, 0.0) < _GONE}
        running = kept | shares
    return found


def _tally(seen: Iterable[Versioned]) -> Tally:
    counted = [(one.spans, one.errors) for one in seen]
    return Tally(sum(spans for spans, _ in counted), sum(errors for _, errors in counted))
