"""How requests get delivered: failover, retrying, cutting; decided here, without touching network or threads.

`Courses.deliver` is a generator that yields what to do next and is sent what came of it:

    Try(endpoint, …)  make one attempt there   -> its Delivery
    Wait(seconds)     let time pass            -> True to go on, False to end (the client shuts down)

It returns one `Delivery`. `OtlpClient` drives it with blocking calls, `AsyncOtlpClient` with awaits; tests with a list.

Rules, in the order in which they are applied to an answer:

1. Undelivered, or refused for now: the next endpoint that is fit takes over at once. While others could still take
   over, an endpoint gets at most half of the time that is left, so that one that hangs cannot use up all of it.
2. Too large for the server: the request is cut in half by items and both halves are sent, down to single records.
3. Retryable: after the wait that the policy and the server's hint ask for, as long as attempts, time and budget allow.

With `trace_id` a request is first cut by trace (spans, log records) or by service name (metrics, so that a time series
stays in one place), at about 8 us a trace; log records without a trace go round robin. Only the parts that failed are
sent again, so a retry repeats no record that was accepted; a server that took a request and broke off before it answered
may have it twice, as the protocol allows (OTLP specification, "Duplicate Data").

What remains undelivered while other parts arrived counts as `rejected`, with the reason as `message`. Without a policy
nothing waits, and a part that could be sent again makes the whole a failure, so that whoever repeats it loses nothing
and may repeat some of it.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

from sonde.client.delivery import ACCEPTED, Delivery
from sonde.client.direct.balancer import Balancer, Ticket
from sonde.core.clock import Clock
from sonde.core.signal import Signal
from sonde.otlp import wire
from sonde.otlp.columns import LogColumns, TraceColumns
from sonde.resilience import Again, RetryBudget, RetryPolicy

__all__ = ["Course", "Courses", "Parcel", "Try", "Wait"]

_MAX_CUTS = 64
# A missing credential, a closed client: conditions of this side, which no other server mends.
_OURS = "client."
_NO_TRACE = bytes(16)


class Parcel(NamedTuple):
    """A valid export request, and whose it is."""

    signal: Signal
    payload: bytes


@dataclass(frozen=True, slots=True)
class Try:
    """Make one attempt at an endpoint, by its place in the list."""

    endpoint: int
    parcel: Parcel
    timeout_s: float


@dataclass(frozen=True, slots=True)
class Wait:
    """Let this many seconds pass, unless the client is shut down meanwhile."""

    seconds: float


Course: TypeAlias = Generator[Try | Wait, Delivery | bool, Delivery]
_Outcomes: TypeAlias = list[tuple[Parcel, Delivery]]
_Attempts: TypeAlias = Generator[Try | Wait, Delivery | bool, _Outcomes]


class Courses:
    """Delivers requests over a balancer's endpoints. Thread-safe.

    Args:
        balancer: makes the balancer whose members the numbers in `Try` mean; again in a forked child.
        clock: for deadlines and rests.
        random: numbers from 0 up to 1, for the jitter of waits.
        budget: what retries of all requests together may cost; None for no such bound.
    """

    def __init__(
        self,
        balancer: Callable[[], Balancer],
        clock: Clock,
        random: Callable[[], float],
        budget: RetryBudget | None = None,
    ) -> None:
        self._make_balancer = balancer
        self._balancer = balancer()
        self._clock = clock
        self._random = random
        self._budget = budget
        self._lock = threading.Lock()

    @property
    def balancer(self) -> Balancer:
        """The balancer, to look at."""
        return self._balancer

    def forget(self) -> None:
        """In a forked child: the lock's holder and what was on its way stayed with the parent."""
        self._lock = threading.Lock()
        self._balancer = self._make_balancer()

    def deliver(self, parcels: Sequence[Parcel], timeout_s: float, policy: RetryPolicy | None) -> Course:
        """Deliver requests, whatever it takes within the policy.

        Args:
            parcels: at least one.
            timeout_s: seconds for one attempt of each, failover included.
            policy: when to try again; None for never.
        """
        if self._budget is not None and policy is not None:
            self._budget.deposit()
        now = self._clock.monotonic()
        state = policy.start(now) if policy is not None else None
        deadline = now + (policy.total_s if policy is not None else timeout_s * len(parcels))
        settled: _Outcomes = []
        while True:
            outcomes = yield from self._send_all(parcels, timeout_s, deadline)
            failed = [each for each in outcomes if _may_repeat(each[1])]
            settled += [each for each in outcomes if not _may_repeat(each[1])]
            if not failed or policy is None or state is None:
                break
            state, verdict = policy.after_failure(
                state,
                self._clock.monotonic(),
                retryable=True,
                hint_s=_hint(delivery for _, delivery in failed),
                random=self._random,
                budget=self._budget,
            )
            if not isinstance(verdict, Again) or not (yield Wait(verdict.after_s)):
                break
            parcels = [parcel for parcel, _ in failed]
        return _joined(settled, failed, is_final=policy is not None)

    def _send_all(self, parcels: Sequence[Parcel], timeout_s: float, deadline: float) -> _Attempts:
        """Try each once, failover included; what is too large is cut, and its halves are tried."""
        queue, outcomes, cuts = deque(parcels), _Outcomes(), 0
        while queue:
            until = min(deadline, self._clock.monotonic() + timeout_s)
            for parcel, delivery in (yield from self._attempt(queue.popleft(), until, ())):
                halves = _halves(parcel) if cuts < _MAX_CUTS and delivery.is_too_large else []
                cuts += bool(halves)
                queue.extendleft(reversed(halves))
                if not halves:
                    outcomes.append((parcel, delivery))
        return outcomes

    def _attempt(self, parcel: Parcel, until: float, tried: tuple[int, ...]) -> _Attempts:
        """One attempt: at the endpoint whose turn it is, and where that fails at those that can take over."""
        outcomes = _Outcomes()
        for index, part in self._assigned(parcel, tried):
            failed_at = (*tried, index)
            delivery = yield from self._one(index, part, until, failed_at)
            later = _Outcomes()
            if _moves_on(delivery) and self._can_move_on(until, failed_at):
                # Empty when another thread's request has meanwhile taken the only place of a server on probation.
                later = yield from self._attempt(part, until, failed_at)
            outcomes += [(piece, _after(delivery, answer)) for piece, answer in later] or [(part, delivery)]
        return outcomes

    def _one(self, index: int, parcel: Parcel, until: float, failed_at: tuple[int, ...]) -> Course:
        now = self._clock.monotonic()
        with self._lock:
            ticket = self._balancer.started(index, now)
            has_more = self._balancer.has_more(now, failed_at)
        left_s = max(until - now, 0.0)
        delivery: Delivery | None = None
        try:
            answer = yield Try(index, parcel, left_s / 2 if has_more else left_s)
            assert isinstance(answer, Delivery)
            delivery = answer
        finally:
            with self._lock:
                self._record(ticket, now, delivery)
        return delivery

    def _record(self, ticket: Ticket, since: float, delivery: Delivery | None) -> None:
        now = self._clock.monotonic()
        if delivery is None or delivery.code.startswith(_OURS):
            self._balancer.abandoned(ticket)
        elif _moves_on(delivery):
            self._balancer.failed(ticket, now, now - since, delivery.retry_after_s)
        else:
            self._balancer.succeeded(ticket, now, now - since)

    def _can_move_on(self, until: float, failed_at: tuple[int, ...]) -> bool:
        now = self._clock.monotonic()
        with self._lock:
            return now < until and self._balancer.has_more(now, failed_at)

    def _assigned(self, parcel: Parcel, tried: Collection[int]) -> list[tuple[int, Parcel]]:
        """Which endpoint gets which part of a request."""
        now = self._clock.monotonic()
        with self._lock:
            turn = self._balancer.pick(now, tried)
        if turn is None:
            return []
        if self._balancer.balance != "trace_id" or len(self._balancer.members) - len(tried) < 2:
            return [(turn, parcel)]
        columns = wire.scan(parcel.signal.index, parcel.payload, checked=True)
        keys = list(_keys(columns))
        with self._lock:
            owners = self._balancer.owners({key for key in keys if key}, now, tried)
        places = [owners.get(key, turn) for key in keys]
        present = sorted(set(places))
        if len(present) < 2:
            return [(present[0] if present else turn, parcel)]
        return [
            (index, Parcel(parcel.signal, wire.select(columns, bytes(place == index for place in places))))
            for index in present
        ]


def _keys(columns: wire.Columns) -> Iterator[bytes]:
    """For each record what decides where it goes; empty for one that may go anywhere."""
    if isinstance(columns, TraceColumns | LogColumns):
        ids = bytes(columns.trace_id)
        for at in range(0, len(ids), 16):
            key = ids[at : at + 16]
            yield b"" if key == _NO_TRACE else key
    else:
        names = wire.attribute(columns, "resource", "service.name")
        for row in columns.resource:
            start = names.offset[row]
            yield bytes(columns.payload[start : start + names.length[row]])


def _halves(parcel: Parcel) -> list[Parcel]:
    index = parcel.signal.index
    count = wire.validate(index, parcel.payload)
    if count < 2:
        return []
    pieces = wire.split(index, parcel.payload, max_items=(count + 1) // 2, checked=True)
    return [Parcel(parcel.signal, piece) for piece in pieces]


def _may_repeat(delivery: Delivery) -> bool:
    return delivery.retryable and not delivery.accepted


def _moves_on(delivery: Delivery) -> bool:
    """Whether another endpoint may do better, which is also whether this one is unwell."""
    if delivery.accepted or delivery.code.startswith(_OURS):
        return False
    return delivery.retryable or delivery.undelivered


def _after(earlier: Delivery, later: Delivery) -> Delivery:
    """The answer of the endpoint that took over, with what the earlier failure still means."""
    if later.accepted or not _moves_on(later):
        return later
    return replace(
        later if later.retryable or not earlier.retryable else earlier,
        undelivered=earlier.undelivered and later.undelivered,
        retry_after_s=_hint((earlier, later)),
    )


def _hint(failures: Iterable[Delivery]) -> float | None:
    """Seconds to wait: the longest that was asked for, unless some server asked for nothing."""
    hints = [failure.retry_after_s for failure in failures]
    known = [hint for hint in hints if hint is not None]
    return max(known) if known and len(known) == len(hints) else None


def _joined(settled: _Outcomes, failed: _Outcomes, *, is_final: bool) -> Delivery:
    """One answer for all parts."""
    outcomes = settled + failed
    answers = [delivery for _, delivery in outcomes]
    if len(answers) == 1:
        return answers[0]
    sent_bytes = sum(answer.sent_bytes for answer in answers)
    refused = [(parcel, answer) for parcel, answer in outcomes if not answer.accepted]
    if refused and (len(refused) == len(answers) or (failed and not is_final)):
        worst = failed[0][1] if failed else refused[0][1]
        undelivered = all(answer.undelivered for answer in answers)
        return replace(worst, sent_bytes=sent_bytes, undelivered=undelivered)
    lost: Counter[str] = Counter()
    for parcel, _ in refused:
        lost[parcel.signal.item] += wire.validate(parcel.signal.index, parcel.payload)
    told = [f"{count} {item} were not taken" for item, count in lost.items()]
    told += [answer.message for answer in answers if answer.message]
    return replace(
        ACCEPTED,
        code=refused[0][1].code if refused else "ok",
        rejected=lost.total() + sum(answer.rejected for answer in answers),
        message="; ".join(dict.fromkeys(told)),
        sent_bytes=sent_bytes,
        endpoint=answers[0].endpoint,
    )
