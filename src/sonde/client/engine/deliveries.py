"""From requests to answers: what is tried next, and what every answer means. No threads of its own.

    accept ──> backlog (memory) ──take/perform──> accepted: exported, rejected
       │            │  ^                          too large: cut in two, both wait again
       │            │  └── retryable, in time ─── retryable
       │            └───── out of time, or the server is away ──┐   refused: dropped
       └── ahead, or away, or the backlog is full ──────────> spool ──take/perform──> as above; kept until an answer

Whoever calls `take` and then `perform` makes one attempt: the senders' threads, the thread that flushes where there are
none, and tests with a clock of their own. Spooled requests go first, one of each signal at a time, so that they stay
in order and what is on disk does not grow old; the backlog fills the other places.

Locks: `changed` guards all state here and is never held while an attempt is made, a file is touched or a payload is
encoded. The spool's own lock may be held when `changed` is taken, never the other way round. Re-entrant, for a signal
handler may flush while the thread it interrupted is in here.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Condition, RLock
from typing import TYPE_CHECKING

from sonde.client.delivery import Delivery, Sender
from sonde.client.engine.batch import Batch, halves
from sonde.client.engine.gate import importing
from sonde.client.engine.ledger import Account
from sonde.client.engine.outbox import Outbox
from sonde.client.engine.routes import Route, routes_of
from sonde.client.settings import Settings
from sonde.core.clock import Clock
from sonde.core.signal import Signal
from sonde.resilience.circuit import Pass
from sonde.resilience.retries import Again, RetryPolicy, RetryState, StopReason

if TYPE_CHECKING:  # the journal needs fcntl, which Windows lacks
    from sonde.client.engine.shelf import Spooled
    from sonde.client.engine.spool import Spool

__all__ = ["Deliveries", "Job"]

_log = logging.getLogger("sonde.client.engine")
_LONG_WAIT_S = 30.0
_SHORTEST_ATTEMPT_S = 0.05

Senders = Callable[[], Mapping[Signal, Sender]]


@dataclass(slots=True, eq=False)
class Job:
    """One attempt to make: of a request in memory, or with None of the signal's oldest on disk."""

    signal: Signal
    route: Route
    admitted: Pass
    batch: Batch | None


class Deliveries:
    """What waits to be delivered, and how the servers are doing.

    Args:
        settings: bounds.
        senders: makes the senders, at the first attempt.
        squeezed: makes senders that compress; used under pressure, where given.
        spool: what is kept on disk, if anything is.
        clock: time.
        random: chance, for the waits between attempts.
        accounts: where to count.

    Attributes:
        changed: guards everything here; notified when something was settled.
        work: the same lock; notified when something may be taken.
        level: the pressure that attempts heed.
        last_error: the latest attempt that failed, or of whose items the server refused some.
        under_way: attempts that are being made.
    """

    def __init__(
        self,
        settings: Settings,
        senders: Senders,
        squeezed: Senders | None,
        *,
        spool: Spool | None,
        clock: Clock,
        random: Callable[[], float],
        accounts: Mapping[Signal, Account],
    ) -> None:
        self._settings = settings
        self._senders = senders
        self._make_squeezed = squeezed
        self._squeezed: Mapping[Signal, Sender] | None = None
        self._clock = clock
        self._random = random
        self._policy = RetryPolicy(total_s=settings.retry_s)
        self._accounts = accounts
        self._exit_at: float | None = None
        self._stopped = False
        self._reading: set[Signal] = set()
        self._moving: set[Batch] = set()
        self._spool_at = dict.fromkeys(Signal, 0.0)
        self._spool_retry: dict[Signal, RetryState] = {}
        self.spool = spool
        self.outbox = Outbox(settings.backlog_bytes)
        self.routes: dict[Signal, Route] = {}
        lock = RLock()
        self.changed = Condition(lock)
        self.work = Condition(lock)
        self.level = 0
        self.under_way = 0
        self.last_error: Delivery | None = None

    def open(self) -> None:
        """Make the senders, if there are none; on a thread that may wait for files and libraries."""
        if not self.routes:
            self.routes = routes_of(self._senders, self._clock)

    def accept(self, batch: Batch) -> bool:
        """Take a new request over; False when it had to be dropped, which is counted."""
        route = self.routes.get(batch.signal)
        spool = self.spool
        straight = spool is not None and (self._settings.spool.ahead or (route is not None and route.is_away))
        if straight and self._to_spool(batch):
            return True
        with self.changed:
            if not self._stopped and self.outbox.fits(len(batch.payload)):
                self.outbox.add(batch)
                return True
        if not straight and self._to_spool(batch):
            return True
        self._drop(batch.signal, "shutdown" if self._stopped else "backlog_full", batch.items)
        return False

    def take(self) -> Job | None:
        """The next attempt to make, now; None when there is none, or as many as allowed are being made."""
        with self.changed:
            now = self._clock.monotonic()
            if self._is_late(now) or self.under_way >= self._settings.in_flight:
                return None
            ready = [signal for signal, route in self.routes.items() if route.open_at(now) <= now]
            on_disk = next((signal for signal in ready if self._spool_due(signal, now) is not None), None)
            batch = None if on_disk else self.outbox.next(ready, now)
            signal = on_disk or (batch.signal if batch else None)
            admitted = self.routes[signal].breaker.admit() if signal else None
            if signal is None or admitted is None:
                return None
            if batch:
                self.outbox.take(batch)
            else:
                self._reading.add(signal)
            route = self.routes[signal]
            route.under_way += 1
            self.under_way += 1
            return Job(signal, route, admitted, batch)

    def _is_late(self, now: float) -> bool:
        """Whether the end has come so near that an attempt could only be broken off, and the request be sent twice."""
        return self._stopped or (self._exit_at is not None and now >= self._exit_at)

    def _spool_due(self, signal: Signal, now: float) -> float | None:
        """When the signal's oldest request on disk may be tried, if that is now; else None."""
        if self.spool is None or signal in self._reading or not self.spool.has(signal):
            return None
        return self._spool_at[signal] if self._spool_at[signal] <= now else None

    def ready(self) -> int:
        """How many attempts could be made at once, now."""
        with self.changed:
            now = self._clock.monotonic()
            free = 0 if self._is_late(now) else self._settings.in_flight - self.under_way
            count = 0
            for signal, route in self.routes.items():
                if route.open_at(now) <= now:
                    due = self.outbox.due(signal)
                    count += self._spool_due(signal, now) is not None
                    count += self.outbox.waiting(signal) if due is not None and due <= now else 0
            return max(0, min(free, count))

    def due(self) -> float | None:
        """When the next attempt may be made that cannot be made yet; None when there is none to wait for."""
        with self.changed:
            now = self._clock.monotonic()
            times = []
            for signal, route in self.routes.items():
                if self.spool and self.spool.has(signal) and signal not in self._reading:
                    times.append(max(self._spool_at[signal], route.open_at(now)))
                first = self.outbox.due(signal)
                if first is not None:
                    times.append(max(first, route.open_at(now)))
            return min((time for time in times if now < time < float("inf")), default=None)

    def perform(self, job: Job) -> None:
        """Make the attempt, and act on its outcome. Raises nothing."""
        try:
            if job.batch is None:
                self._perform_spooled(job)
            else:
                self._perform_held(job, job.batch)
        except Exception:
            _log.exception("sonde: the export engine failed in a way it should not")
        finally:
            with self.changed:
                job.route.under_way -= 1
                self.under_way -= 1
                self._reading.discard(job.signal) if job.batch is None else None
                self.changed.notify_all()

    def _attempt(self, job: Job, payload: bytes) -> Delivery:
        """One attempt; what a sender should not raise counts as a failure like any other."""
        timeout_s = self._settings.endpoints[job.signal].timeout_s
        if self._exit_at is not None:
            timeout_s = max(_SHORTEST_ATTEMPT_S, min(timeout_s, self._exit_at - self._clock.monotonic()))
        try:
            delivery = self._sender(job).send(job.signal, payload, timeout_s=timeout_s)
        except Exception as error:
            _log.exception("sonde: a sender raised, which it must not")
            delivery = Delivery(accepted=False, code="client.internal", message=repr(error), retryable=True)
        with self.changed:
            job.route.learn(delivery, job.admitted, self._clock.monotonic())
            self._accounts[job.signal].sent_bytes += delivery.sent_bytes
            if not delivery.accepted or delivery.rejected:
                self.last_error = delivery
        return delivery

    def _sender(self, job: Job) -> Sender:
        if not self.level or self._make_squeezed is None:
            return job.route.sender
        if self._squeezed is None:
            with importing():
                self._squeezed = self._make_squeezed()
        return self._squeezed.get(job.signal, job.route.sender)

    def _perform_held(self, job: Job, batch: Batch) -> None:
        began = self._clock.monotonic()
        delivery = self._attempt(job, batch.payload)
        if delivery.accepted:
            with self.changed:
                if self.outbox.done(batch):
                    self._accounts[job.signal].deliver(batch.items, delivery.rejected)
                    job.route.budget.deposit()
        elif delivery.is_too_large and batch.items > 1:
            self._cut(batch)
        elif not delivery.retryable:
            with self.changed:
                if self.outbox.done(batch):
                    self._drop(batch.signal, "refused", batch.items)
        else:
            self._failed(job.route, batch, delivery, began)

    def _cut(self, batch: Batch) -> None:
        cut = halves(batch.signal, batch.payload, batch.items)
        with self.changed:
            if not self.outbox.done(batch):
                return
            if len(cut) < 2:
                self._drop(batch.signal, "refused", batch.items)
                return
            for payload, items in cut:
                self.outbox.add(Batch(batch.signal, payload, items, batch.number))

    def _failed(self, route: Route, batch: Batch, delivery: Delivery, began: float) -> None:
        """Try again later, or give up; when the server is away, everything that waits for it goes to disk."""
        with self.changed:
            now = self._clock.monotonic()
            again_at, reason = self._next_try(route, batch, delivery, began)
            leaving: list[Batch] = []
            if again_at is None:
                leaving = [batch] if self.outbox.done(batch) else []
            elif self.outbox.again(batch, max(now, again_at)):
                self._accounts[batch.signal].retries += 1
            if self.spool is not None and route.is_away:
                leaving += self.outbox.evacuate(signal for signal, way in self.routes.items() if way is route)
            self._moving.update(leaving)
        for each in sorted(leaving, key=lambda one: one.number):
            if not self._to_spool(each):
                self._keep_or_drop(each, given_up=each is batch and again_at is None, reason=reason)

    def _next_try(self, route: Route, batch: Batch, delivery: Delivery, began: float) -> tuple[float | None, str]:
        """When to try again, monotonic seconds; None to give up, and the reason to count then."""
        now = self._clock.monotonic()
        batch.retry, decision = self._policy.after_failure(
            batch.retry or self._policy.start(began),
            now,
            retryable=True,
            hint_s=delivery.retry_after_s,
            random=self._random,
            budget=route.budget,
        )
        if isinstance(decision, Again):
            again_at = now + decision.after_s
        elif decision.reason is StopReason.BUDGET:
            again_at = now + _LONG_WAIT_S  # a storm of retries is what the budget is there to stop; losing data is not
        elif delivery.retry_after_s is not None and now < batch.retry.started_s + self._policy.total_s:
            # The server is there and names a time: that one wait may go beyond `retry_s`, or 60 s would be a refusal.
            again_at = now + min(delivery.retry_after_s, self._policy.max_hint_s)
        else:
            return None, "retry_exhausted"
        if self._exit_at is not None and (delivery.retry_after_s is None or again_at >= self._exit_at):
            return None, "shutdown"  # a server that names no time will hardly be back within the exit's few seconds
        return again_at, ""

    def _keep_or_drop(self, batch: Batch, *, given_up: bool, reason: str) -> None:
        with self.changed:
            self._moving.discard(batch)
            if given_up:
                self._drop(batch.signal, reason, batch.items)
            else:
                self.outbox.add(batch)

    def _perform_spooled(self, job: Job) -> None:
        spooled = self.spool.load(job.signal) if self.spool else None
        if spooled is None or self.spool is None:
            job.route.breaker.abandon(job.admitted)
            with self.changed:
                self._spool_at[job.signal] = self._clock.monotonic() + 1.0
            return
        payload, items = spooled.pieces[0]
        delivery = self._attempt(job, payload)
        cut = halves(job.signal, payload, items) if delivery.is_too_large and items > 1 else []
        if len(cut) > 1:
            spooled.pieces.popleft()
            spooled.pieces.extendleft(reversed(cut))
            spooled.is_cut = True
            self.spool.put_back(spooled)
        elif delivery.accepted or not delivery.retryable:
            self._settle_spooled(self.spool, spooled, items, delivery)
        else:
            self.spool.put_back(spooled)
            self._wait_spooled(job.signal, delivery)

    def _settle_spooled(self, spool: Spool, spooled: Spooled, items: int, delivery: Delivery) -> None:
        """The server has answered for good: the file goes before anything is counted, to keep the edge narrow."""
        spooled.pieces.popleft()
        if spooled.pieces:
            spool.put_back(spooled)
        else:
            spool.finish(spooled)
        signal = spooled.segment.signal
        spool.settled(spooled, items)
        with self.changed:
            self._spool_retry.pop(signal, None)
            self._spool_at[signal] = 0.0
            if spooled.shelf.adopted:
                self._accounts[signal].adopted += items
            if delivery.accepted:
                self._accounts[signal].deliver(items, delivery.rejected)
            else:
                self._drop(signal, "refused", items)

    def _wait_spooled(self, signal: Signal, delivery: Delivery) -> None:
        """What is on disk is never given up for failures; it is tried at the policy's pace, then at its slowest."""
        with self.changed:
            now = self._clock.monotonic()
            state, decision = self._policy.after_failure(
                self._spool_retry.get(signal) or self._policy.start(now),
                now,
                retryable=True,
                hint_s=delivery.retry_after_s,
                random=self._random,
            )
            self._spool_retry[signal] = state
            self._spool_at[signal] = now + (decision.after_s if isinstance(decision, Again) else _LONG_WAIT_S)

    def prepare_exit(self, at: float) -> None:
        """The process ends: no attempt lasts beyond `at`, and none is repeated unless a server named a time before it."""
        with self.changed:
            self._exit_at = at
            self.outbox.hurry()
            self._spool_at = dict.fromkeys(Signal, 0.0)

    def abandon(self) -> None:
        """The end: what is in memory goes to disk or is dropped and counted; what is under way counts for nothing more."""
        with self.changed:
            self._stopped = True
            leaving = self.outbox.abandon()
            self._moving.update(leaving)
        for batch in leaving:
            if not self._to_spool(batch):
                self._keep_or_drop(batch, given_up=True, reason="shutdown")

    def held(self, signal: Signal) -> int:
        """Items of a signal that are in memory as requests."""
        with self.changed:
            moving = sum(batch.items for batch in self._moving if batch.signal is signal)
            return moving + self.outbox.items(signal)

    @property
    def is_over(self) -> bool:
        """Whether `abandon` was called: nothing is taken or tried any more."""
        return self._stopped

    @property
    def is_all_delivered(self) -> bool:
        """Whether nothing is left, in memory or on disk."""
        with self.changed:
            return not self._moving and self.outbox.oldest() is None and (self.spool is None or self.spool.is_empty)

    def is_settled(self, mark: int) -> bool:
        """Whether no request up to this number is in memory, and nothing is on disk that the servers would take."""
        with self.changed:
            oldest = self.outbox.oldest()
            if self._moving or (oldest is not None and oldest <= mark):
                return False
            return self.spool is None or not any(
                self.spool.has(signal) and not route.is_away and self._spool_at[signal] == 0.0
                for signal, route in self.routes.items()
            )

    def is_stuck(self, until: float) -> bool:
        """Whether nothing is under way, and nothing can be tried before `until`."""
        with self.changed:
            if self.under_way or self.ready():
                return False
            due = self.due()
            return due is None or due > until

    def close(self) -> None:
        """Close the senders."""
        for sender in self._all_senders():
            sender.close()

    def forget(self) -> None:
        """In a forked child: drop the parent's connections and locks."""
        if self.spool is not None:
            self.spool.disown()
        for sender in self._all_senders():
            sender.forget()

    def _all_senders(self) -> list[Sender]:
        known: dict[int, Sender] = {id(route.sender): route.sender for route in self.routes.values()}
        known |= {id(sender): sender for sender in (self._squeezed or {}).values()}
        return list(known.values())

    def _to_spool(self, batch: Batch) -> bool:
        """Move a request to disk; False where it stays on the caller's hands."""
        if self.spool is None or not self.spool.write(batch.signal, batch.payload, batch.items):
            return False
        with self.changed:
            self._moving.discard(batch)
        return True

    def _drop(self, signal: Signal, reason: str, items: int) -> None:
        with self.changed:
            self._accounts[signal].drop(reason, items)
