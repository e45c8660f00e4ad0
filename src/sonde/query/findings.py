"""What is worth a look in a trace: errors at their root, calls tried again, N+1 calls, gaps, the slowest work.

The rules, each a few lines on purpose, so that a finding can be explained:

- `error`: a failed span without a failed span below it; equal ones (service, name, message) are one finding.
- `retries`: a call that failed and was made again, after it ended, by the same parent: same service, name, kind and text
  (`sonde.query.calls`); or one that says itself that it was sent again.
- `n_plus_one`: at least 5 children of one parent that make the same call by template (or work alike, with such a call
  below), at least four fifths of them after the one before had ended, together 1% of the trace or more (or 20 calls).
- `gap`: a tenth of the trace or more, in one stretch, in which a span that has children ran and none of its children did;
  or in which no span ran at all.
- `slowest`: spans of one service and name whose self time is a tenth of the trace or more.

At most 5 findings of a kind, those about the most time. Of a span, what `sonde.query.lineage` needs is read, and service,
name, kind, status, status message and CALL_ATTRIBUTES. Iterative; O(n log n).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, TypeVar

from sonde.core.units import format_duration
from sonde.query.calls import call, call_template, has_failed, is_call, resends
from sonde.query.lineage import Lineage, lineage, self_times, silences, uncovered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sonde.query.calls import Call
    from sonde.query.trace import Trace

__all__ = ["FINDING_KINDS", "MOST_SPANS", "Finding", "findings", "root_causes"]

FINDING_KINDS = ("error", "retries", "n_plus_one", "gap", "slowest")
"""In the order of `findings`."""
MOST_SPANS = 100
_MOST = 5
_FEWEST_ALIKE = 5
_MANY_ALIKE = 20
_SEQUENTIAL_SHARE = 0.8
_ALIKE_SHARE = 0.01
_LONG_SHARE = 0.1
_COARSE_NS = 1_000
_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something worth a look.

    Attributes:
        kind: one of FINDING_KINDS.
        span: index of the span to look at first: the parent of N+1 calls, the first failure, the longest worker,
            what began when a silence ended.
        spans: indexes of the spans it is about, at most MOST_SPANS.
        count: how many spans it is about.
        ns: time that it is about: of calls their sum, of retries what passed before the last try, of a gap its length.
        message: one sentence for people; names in it are cut.
    """

    kind: str
    span: int
    spans: tuple[int, ...]
    count: int
    ns: int
    message: str


def findings(trace: Trace, kin: Lineage | None = None) -> list[Finding]:
    """What is worth a look, by kind in the order of FINDING_KINDS, and of a kind what is about most time first.

    Args:
        trace: spans in preorder.
        kin: the trace's lineage where the caller has it.
    """
    seen = _Seen(trace, kin or lineage(trace.spans))
    gaps = _most([*seen.gaps(), *seen.silences()])
    known = {one.span for one in gaps}
    slowest = [one for one in _most(seen.slowest()) if one.span not in known]
    return [*_most(seen.errors()), *_most(seen.retries()), *_most(seen.alike()), *gaps, *slowest]


def root_causes(trace: Trace, kin: Lineage | None = None) -> list[int]:
    """Indexes of failed spans that have no failed span below them, ascending; O(n)."""
    parents = (kin or lineage(trace.spans)).parents
    below = [False] * len(parents)
    found = []
    for index in range(len(parents) - 1, -1, -1):
        failed = trace.spans[index].is_error
        if failed and not below[index]:
            found.append(index)
        if parents[index] >= 0 and (failed or below[index]):
            below[parents[index]] = True
    return found[::-1]


def _most(found: Iterable[Finding]) -> list[Finding]:
    return sorted(found, key=lambda one: (-one.ns, one.span))[:_MOST]


class _Seen:
    """A trace, and what several rules ask of it."""

    def __init__(self, trace: Trace, kin: Lineage) -> None:
        self._trace, self._spans, self._kin = trace, trace.spans, kin
        self._total_ns = max(kin.ends) - min(kin.starts)
        self._calls = [call(span) for span in trace.spans]
        self._templates: dict[Call, Call] = {}
        self._troubled = {index for index, span in enumerate(trace.spans) if has_failed(span) or resends(span)}

    def errors(self) -> Iterator[Finding]:
        groups = _grouped(
            root_causes(self._trace, self._kin), lambda i: (*self._named(i), self._spans[i].status_message)
        )
        for (service, name, message), members in groups:
            said = f": {_short(message, 200)}" if message else ""
            what = f"{_short(name)} in {_short(service)} failed{_times(len(members))}{said}"
            yield self._finding("error", members[0], members, self._sum(members), what)

    def retries(self) -> Iterator[Finding]:
        for children in self._kin.children:
            for exact, members in _grouped(children, self._calls.__getitem__):
                if not any(map(self._troubled.__contains__, members)):
                    continue
                for run in self._runs(members):
                    ns = self._kin.starts[run[-1]] - self._kin.starts[run[0]]
                    tries = max(len(run), resends(self._spans[run[-1]]) + 1)
                    how = "and failed" if has_failed(self._spans[run[-1]]) else "until it worked"
                    what = f"{_short(exact[1])} was tried {tries} times {how}; {_length(ns)} went by before the last"
                    yield self._finding("retries", run[0], run, ns, what)

    def _runs(self, members: list[int]) -> Iterator[list[int]]:
        """Equal calls, cut where one does not try the one before it again."""
        starts, ends = self._kin.starts, self._kin.ends
        run: list[int] = []
        for index in members:
            again = bool(run) and (
                resends(self._spans[index]) > 0
                or (has_failed(self._spans[run[-1]]) and starts[index] + _COARSE_NS >= ends[run[-1]])
            )
            if not again:
                if self._tried_again(run):
                    yield run
                run = []
            run.append(index)
        if self._tried_again(run):
            yield run

    def _tried_again(self, run: list[int]) -> bool:
        return len(run) > 1 or (len(run) == 1 and resends(self._spans[run[0]]) > 0)

    def alike(self) -> Iterator[Finding]:
        calls_below = self._calls_below()
        for parent, children in enumerate(self._kin.children):
            if len(children) < _FEWEST_ALIKE:
                continue
            for alike, members in _grouped((i for i in children if calls_below[i]), self._template):
                ns = self._sum(members)
                if len(members) < _FEWEST_ALIKE or not self._one_by_one(members):
                    continue
                if ns < self._total_ns * _ALIKE_SHARE and len(members) < _MANY_ALIKE:
                    continue
                saved = ns - max(self._spans[index].duration_ns for index in members)
                what = (
                    f"{_short(self._spans[parent].name)} made {len(members)} calls of {_short(alike[3] or alike[1])} one after"
                    f" another, {_length(ns)} in all; one call for all of them could save up to {_length(saved)}"
                )
                yield self._finding("n_plus_one", parent, members, ns, what)

    def _template(self, index: int) -> Call:
        exact = self._calls[index]
        if exact not in self._templates:
            self._templates[exact] = call_template(exact)
        return self._templates[exact]

    def _calls_below(self) -> list[bool]:
        """Whether each span is a call or has one below it."""
        below = [is_call(span) for span in self._spans]
        for index in range(len(below) - 1, 0, -1):
            if below[index] and self._kin.parents[index] >= 0:
                below[self._kin.parents[index]] = True
        return below

    def _one_by_one(self, members: list[int]) -> bool:
        starts, ends = self._kin.starts, self._kin.ends
        reached, after = ends[members[0]], 0
        for index in members[1:]:
            after += starts[index] + _COARSE_NS >= reached
            reached = max(reached, ends[index])
        return after >= _SEQUENTIAL_SHARE * (len(members) - 1)

    def gaps(self) -> Iterator[Finding]:
        for index, children in enumerate(self._kin.children):
            if not children or self._spans[index].duration_ns < self._total_ns * _LONG_SHARE:
                continue
            ns = max((last - first for first, last in uncovered(self._kin, index)), default=0)
            # Where no child ran while it did, the span is a leaf in all but name.
            if 0 < ns < self._spans[index].duration_ns and ns >= self._total_ns * _LONG_SHARE:
                where = "the network, a queue, or " if self._spans[index].kind in {"Client", "Producer"} else ""
                what = (
                    f"{_short(self._spans[index].name)} ran for {_length(ns)} ({self._share(ns)}) with nothing traced below it:"
                    f" {where}work that has no span"
                )
                yield self._finding("gap", index, [index], ns, what)

    def silences(self) -> Iterator[Finding]:
        for first, last in silences(self._kin):
            ns = last - first
            if ns >= self._total_ns * _LONG_SHARE:
                index = self._kin.starts.index(last)
                service, name = self._named(index)
                what = (
                    f"Nothing ran for {_length(ns)} ({self._share(ns)}) before {_short(name)} in {_short(service)} began:"
                    " it waited in a queue, or what ran has no span"
                )
                yield self._finding("gap", index, [index], ns, what)

    def slowest(self) -> Iterator[Finding]:
        own = self_times(self._kin)
        for (service, name), members in _grouped(range(len(own)), self._named):
            ns = sum(own[index] for index in members)
            if ns > 0 and ns >= self._total_ns * _LONG_SHARE:
                longest = max(members, key=lambda index: (own[index], -index))
                many = f" in {len(members)} spans" if len(members) > 1 else ""
                what = f"{_short(name)} in {_short(service)} worked {_length(ns)} itself{many} ({self._share(ns)})"
                yield self._finding("slowest", longest, members, ns, what)

    def _named(self, index: int) -> tuple[str, str]:
        return self._spans[index].service, self._spans[index].name

    def _sum(self, members: list[int]) -> int:
        return sum(map(attrgetter("duration_ns"), map(self._spans.__getitem__, members)))

    def _share(self, ns: int) -> str:
        return f"{100 * ns / self._total_ns:.0f}% of the trace"

    @staticmethod
    def _finding(kind: str, span: int, members: list[int], ns: int, message: str) -> Finding:
        return Finding(kind, span, tuple(members[:MOST_SPANS]), len(members), ns, message)


def _grouped(indexes: Iterable[int], key: Callable[[int], _Key]) -> Iterable[tuple[_Key, list[int]]]:
    groups: dict[_Key, list[int]] = defaultdict(list)
    for index in indexes:
        groups[key(index)].append(index)
    return groups.items()


def _short(text: str, most: int = 80) -> str:
    """One line of a text."""
    line = " ".join(text[: 2 * most].split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _times(count: int) -> str:
    return f" {count} times" if count > 1 else ""


def _length(ns: int) -> str:
    return format_duration(ns / 1e9, " ")
