"""One turn of the engine: lanes to requests, upkeep of the spool, notices, and when the next turn is due.

Holds everything of the engine but its threads, so that a forked child simply makes another, and so that tests turn it by
hand with a clock of their own. One thread turns at a time; anyone may deliver, ask for figures, or submit.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from importlib import import_module
from threading import Lock
from typing import TYPE_CHECKING, Any

from sonde.client.delivery import Delivery
from sonde.client.engine.batch import Batch, pieces
from sonde.client.engine.deliveries import Deliveries, Senders
from sonde.client.engine.gate import importing
from sonde.client.engine.handoff import Handoff
from sonde.client.engine.intake import Encoder, make_batches
from sonde.client.engine.ledger import Account
from sonde.client.engine.notices import Notices
from sonde.client.engine.pressure import level
from sonde.client.engine.routes import describe
from sonde.client.engine.schedule import EMPTY, Gathering, plan
from sonde.client.settings import Settings, SpoolSettings
from sonde.core.clock import Clock
from sonde.core.signal import Signal

if TYPE_CHECKING:
    from sonde.client.engine.spool import Spool
    from sonde.journal.disk import Disk

__all__ = ["Dispatch"]

_log = logging.getLogger("sonde.client.engine")
_TURN_WITHIN_S = 1.0


class Dispatch:
    """The engine without its threads.

    Args:
        settings: bounds and places.
        lanes: where each signal's items wait.
        encoders: how each signal's items become requests.
        senders: makes the senders.
        squeezed: makes senders that compress, for use under pressure.
        clock: time.
        random: chance.
        disk: the spool's filesystem.

    Attributes:
        deliveries: requests on their way.
        flushed: the number of the latest flush that a turn has done.
    """

    def __init__(
        self,
        settings: Settings,
        lanes: Mapping[Signal, Handoff],
        encoders: Mapping[Signal, Encoder],
        senders: Senders,
        squeezed: Senders | None,
        *,
        clock: Clock,
        random: Callable[[], float],
        disk: Disk | None = None,
    ) -> None:
        self._settings = settings
        self._lanes = lanes
        self._encoders = encoders
        self._clock = clock
        self._gathering: dict[Signal, Gathering] = dict.fromkeys(Signal, EMPTY)
        self._accounts = {signal: Account() for signal in Signal}
        self._notices = Notices()
        self._turning = Lock()
        self._wanted = 0
        self.flushed = 0
        spool = _open_spool(settings.spool, clock, self._lost, disk) if settings.spool.directory else None
        self.deliveries = Deliveries(
            settings, senders, squeezed, spool=spool, clock=clock, random=random, accounts=self._accounts
        )

    def request_flush(self) -> int:
        """Have the next turn drain every lane; the number that `flushed` reaches then."""
        with self.deliveries.changed:
            self._wanted += 1
            return self._wanted

    def turn(self) -> float | None:
        """Do what is due; monotonic seconds of the next turn, None for not before a nudge.

        Returns at once where another thread has been turning for a while, for example one that a signal interrupted.
        """
        if not self._turning.acquire(timeout=_TURN_WITHIN_S):
            return None
        try:
            return self._turn()
        finally:
            self._turning.release()

    def _turn(self) -> float | None:
        wanted = self._wanted
        flush = wanted > self.flushed
        with importing():
            self.deliveries.open()
        dues = [self._drain(signal, flush=flush) for signal in self._lanes]
        now = self._clock.monotonic()
        if self.deliveries.spool is not None:
            dues.append(self.deliveries.spool.upkeep(now))
        dues.append(self._notices.look(self._losses(), self._failing(), self.deliveries.last_error, now))
        dues.append(self.deliveries.due())
        with self.deliveries.changed:
            self.flushed = wanted
            self.deliveries.changed.notify_all()
        return min((due for due in dues if due is not None), default=None)

    def _drain(self, signal: Signal, *, flush: bool) -> float | None:
        """Turn what is due of a lane into requests; when to look again."""
        lane, bounds = self._lanes[signal], self._settings.batches[signal]
        left = len(
            lane
        )  # what came before; a lane that fills as fast as it is drained must not keep the others waiting
        while True:
            now = self._clock.monotonic()
            state, todo = plan(self._gathering[signal], len(lane), now, batch=bounds, flush=flush and left > 0)
            if not todo.drain:
                lane.wake_at = todo.wake_at
                if len(lane) < todo.wake_at:
                    self._gathering[signal] = state
                    return todo.due
                continue  # something came between the look and the alarm
            self._gathering[signal] = state
            self._make(signal, lane.take(todo.drain))
            left -= todo.drain
            if left <= 0 and len(lane) >= bounds.batch_items:
                return now

    def _make(self, signal: Signal, items: list[Any]) -> None:
        made = make_batches(
            signal,
            items,
            self._encoders[signal],
            level=self.deliveries.level,
            max_bytes=self._settings.batches[signal].batch_bytes,
        )
        account = self._accounts[signal]
        with self.deliveries.changed:
            account.received += made.received
            for reason, count in made.dropped.items():
                account.drop(reason, count)
        for batch in made.batches:
            self._accept(batch)

    def submit(self, signal: Signal, payload: bytes, items: int) -> bool:
        """Take a request that is encoded already; False when it had to be dropped, which is counted."""
        if not payload:
            return True
        with self.deliveries.changed:
            self._accounts[signal].received += items
        cut = pieces(signal, payload, items, self._settings.batches[signal].batch_bytes)
        taken = [self._accept(Batch(signal, piece, count)) for piece, count in cut]
        return all(taken)

    def _accept(self, batch: Batch) -> bool:
        taken = self.deliveries.accept(batch)
        self._feel()
        return taken

    def _feel(self) -> None:
        """Adjust the pressure to how full the backlog is."""
        deliveries = self.deliveries
        occupancy = deliveries.outbox.occupancy
        deliveries.level = level(deliveries.level, occupancy)
        self._notices.pressure(deliveries.level, occupancy)

    def relax(self) -> None:
        """Something was delivered: look at the pressure anew."""
        if self.deliveries.level:
            self._feel()

    def finish(self) -> None:
        """The end: keep or count everything that is left, say once what was lost, and let go of disk and network."""
        cause = self.deliveries.last_error or self._unanswered()
        self.deliveries.abandon()
        with self.deliveries.changed:
            for signal, lane in self._lanes.items():
                stranded = len(lane.take(len(lane)))
                self._accounts[signal].received += stranded
                self._accounts[signal].drop("shutdown", stranded)
        kept: Mapping[Signal, int] = {}
        if self.deliveries.spool is not None:
            self.deliveries.spool.close()
            kept = self.deliveries.spool.items
        self._notices.tell_last(self._losses(), kept, cause)
        self.deliveries.close()

    @property
    def dropped(self) -> int:
        """Items that were given up so far, for whatever reason."""
        return sum(sum(row["dropped"].values()) for row in self._rows().values())

    def _failing(self) -> Delivery | None:
        """The latest attempt at a server whose latest attempt failed; None when all of them work."""
        return next((route.failing for route in self.deliveries.routes.values() if route.failing), None)

    def _unanswered(self) -> Delivery | None:
        """A request under way that has no answer yet, as the failure that it is at the end."""
        for signal, route in self.deliveries.routes.items():
            if route.under_way:
                where = self._settings.endpoints[signal].authority
                return Delivery(accepted=False, code="timeout.reply", message="no answer until the end", endpoint=where)
        return None

    def _losses(self) -> dict[Signal, dict[str, int]]:
        return {signal: {**row["dropped"], "rejected": row["rejected"]} for signal, row in self._rows().items()}

    def _rows(self) -> dict[Signal, dict[str, Any]]:
        rows = {}
        spool = self.deliveries.spool
        with self.deliveries.changed:
            for signal, lane in self._lanes.items():
                waiting = len(lane)
                held = waiting + self.deliveries.held(signal)
                spooled = spool.items[signal] if spool is not None else 0
                row = self._accounts[signal].row(lane.refused(), held, spooled)
                row["received"] += waiting
                rows[signal] = row
        return rows

    def stats(self) -> dict[str, Any]:
        """A row for every signal, and the engine's own figures."""
        deliveries, spool = self.deliveries, self.deliveries.spool
        error = deliveries.last_error
        engine = {
            "pressure": deliveries.level,
            "backlog_bytes": deliveries.outbox.size_bytes,
            "in_flight": deliveries.under_way,
            "spool_bytes": spool.used_bytes if spool is not None else 0,
            "spool_trouble": spool.trouble if spool is not None else "",
            "routes": {signal.value: describe(route) for signal, route in deliveries.routes.items()},
            "last_error": None
            if error is None
            else {"code": error.code, "message": error.message, "endpoint": error.endpoint},
        }
        return {signal.value: row for signal, row in self._rows().items()} | {"engine": engine}

    def _lost(self, signal: Signal, reason: str, items: int, adopted: bool) -> None:  # noqa: FBT001  the spool's shape
        with self.deliveries.changed:
            self._accounts[signal].drop(reason, items)
            if adopted:
                self._accounts[signal].adopted += items


def _open_spool(settings: SpoolSettings, clock: Clock, lost: Callable[..., None], disk: Disk | None) -> Spool | None:
    """The spool; None where there cannot be one. Loaded here because its journal needs what not every system has."""
    try:
        made: Spool = import_module("sonde.client.engine.spool").Spool(settings, clock, lost, disk=disk)
    except ImportError as error:
        _log.warning("sonde: no spool on this system, telemetry waits in memory only: %s", error)
        return None
    return made
