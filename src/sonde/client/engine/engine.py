"""The engine's shell: one thread that turns, a few that send, and what forks and exits do to them.

    emit ─put─> lane ─┐                        ┌─ sonde-send ─┐
    emit ─put─> lane ─┼─ sonde-export: turn ───┼─ sonde-send ─┼─> server
                lane ─┘      (encode, decide)  └─ sonde-send ─┘

Threads: none until the first item; `sonde-export` then sleeps until it is nudged or something is due, and costs nothing while
an application is idle. All are daemons.

Nudging must be possible anywhere, in a signal handler too, so it takes no lock that could be held: a raw lock is
released, as a bell is rung, and where there is no thread yet a raw one is started that makes the real one; `Thread.start`
itself waits and takes locks.

Laziness: an application imports and makes the lanes and this shell alone. The dispatch, with all that it needs to retry,
to spool and to send, is imported and made with the first item on the engine's thread, or by whoever first submits, flushes
or asks.

Fork: a child gets empty lanes, a new dispatch, new senders and no thread until its first item; what waited in the parent
is the parent's to send. Where Python's hooks do not run (a C library forks by itself), the first nudge in the child sees
another process id and does the same; what the child emitted before is lost with the parent's, for nothing tells them apart.

gevent: patched before the engine is made, its threads are greenlets and its locks gevent's; patched while it runs, both
stay the system's. Patched in between, as gunicorn does in a worker that was forked from a parent with an engine,
the threads would be greenlets that wait for the system's locks, and the application's with them; so then it begins anew.

Exit: `shutdown` is called by `atexit`, and in children that end without it as `farewell` says. It waits for `exit_s` at most in all. The default action of SIGTERM ends a process without any of this; an
application that wants its last telemetry out handles SIGTERM by ending normally.
"""

from __future__ import annotations

import _thread
import atexit
import logging
import os
import random as chance
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING, Any

from sonde.client.engine.couriers import Couriers, suppress_instrumentation
from sonde.client.engine.farewell import end_with_child, end_with_forked_child
from sonde.client.engine.gate import importing
from sonde.client.engine.handoff import Handoff
from sonde.client.engine.intake import Encoder
from sonde.client.settings import Settings
from sonde.core.clock import SYSTEM_CLOCK, Clock
from sonde.core.signal import Signal
from sonde.resilience.forks import survives_fork

if TYPE_CHECKING:  # see "Laziness"
    from sonde.client.engine.deliveries import Senders
    from sonde.client.engine.dispatch import Dispatch
    from sonde.journal.disk import Disk

__all__ = ["Engine"]

_log = logging.getLogger("sonde.client.engine")
_CALM_DOWN_S = 1.0
_SPOOL_RESERVE_S = 0.5
_LAST_WORDS_S = 0.1
_NAP_S = 0.02


class Engine:
    """Takes telemetry from an application and delivers it. Every method may be called from any thread; none raises.

    Args:
        settings: bounds, places and times.
        senders: makes a sender for every signal; called on the engine's thread at first use, and again after a fork.
        encoders: makes requests of items, by signal; called on the engine's thread only.
        squeezed: makes senders that compress, for use under pressure; None leaves compression as it is.
        clock: time.
        random: chance, for the waits between attempts.
        disk: the spool's filesystem.
    """

    def __init__(
        self,
        settings: Settings,
        senders: Senders,
        encoders: Mapping[Signal, Encoder],
        *,
        squeezed: Senders | None = None,
        clock: Clock = SYSTEM_CLOCK,
        random: Callable[[], float] = chance.random,
        disk: Disk | None = None,
    ) -> None:
        self._settings = settings
        self._senders = senders
        self._encoders = encoders
        self._squeezed = squeezed
        self._clock = clock
        self._random = random
        self._disk = disk
        self._closed = False
        self._clean = True
        self._farewells: list[Callable[[float], Any]] = []
        self._lanes = {signal: Handoff(settings.batches[signal].queue_items, self._nudge) for signal in Signal}
        self._begin()
        survives_fork(self)
        # Now, not with the first item: what is registered later, such as a reader's last collection, then runs before.
        atexit.register(self.shutdown)
        end_with_child(self.shutdown)

    @property
    def settings(self) -> Settings:
        """What the engine was made with."""
        return self._settings

    def _begin(self) -> None:
        """A state without threads; at first, and in a forked child."""
        self._pid = os.getpid()
        self._running = False
        self._makes_locks = _thread.allocate_lock
        self._starting = _thread.allocate_lock()
        self._bell = _thread.allocate_lock()
        self._bell.acquire()
        self._inside: tuple[Dispatch, Couriers] | None = None

    @property
    def _dispatch(self) -> Dispatch:
        return (self._inside or self._made())[0]

    @property
    def _couriers(self) -> Couriers:
        return (self._inside or self._made())[1]

    def _made(self) -> tuple[Dispatch, Couriers]:
        """What is behind the lanes, made now if nobody has."""
        with importing():
            if self._inside is None:
                dispatch: Dispatch = import_module("sonde.client.engine.dispatch").Dispatch(
                    self._settings,
                    self._lanes,
                    self._encoders,
                    self._senders,
                    self._squeezed,
                    clock=self._clock,
                    random=self._random,
                    disk=self._disk,
                )
                made = dispatch, Couriers(dispatch.deliveries, self._settings.in_flight, self._settled)
                self._inside = self._inside or made  # a signal handler may have come in between
            return self._inside

    def put(self, signal: Signal) -> Callable[[Any], None]:
        """The signal's emit function: hands one item over. Never waits, never raises, safe in signal handlers."""
        return self._lanes[signal].put

    def submit(self, signal: Signal, payload: bytes, items: int) -> bool:
        """Hand over a request that is encoded already.

        Args:
            signal: whose request it is.
            payload: an OTLP export request in protobuf.
            items: spans, log records or data points in it.

        Returns:
            False when it had to be dropped, which is counted.
        """
        self._notice_fork()
        try:
            taken = self._dispatch.submit(signal, payload, items)
        except Exception:
            _log.exception("sonde: a request could not be taken over")
            return False
        self._nudge()
        return taken

    def flush(self, timeout_s: float = 30.0, *, hopeful: bool = True) -> bool:
        """Wait until everything emitted before has left the process's memory: delivered, dropped and counted, or on disk.

        Args:
            timeout_s: the longest to wait.
            hopeful: wait also for a server that is away; else only while something can be tried within the time.

        Returns:
            False when that took longer than `timeout_s`; sending goes on.
        """
        self._notice_fork()
        if self._closed:
            return self._clean
        return self._guarded(lambda: self._drain(self._clock.monotonic() + timeout_s, hopeful=hopeful))

    def shutdown(self, timeout_s: float | None = None) -> bool:
        """Deliver what can be delivered in time, keep the rest on disk or count it as dropped, and end. Idempotent.

        Args:
            timeout_s: the longest to wait, in all; None means the settings' `exit_s`.

        Returns:
            False when something was left on disk, or lost.
        """
        self._notice_fork()
        if self._closed:
            return self._clean
        until = self._clock.monotonic() + (self._settings.exit_s if timeout_s is None else timeout_s)
        while self._farewells:
            farewell = self._farewells.pop(0)
            left_s = (until - self._clock.monotonic()) / 2  # a farewell that waits in vain must leave time to deliver
            self._guarded(lambda farewell=farewell, left_s=left_s: bool(farewell(max(0.0, left_s))))  # type: ignore[misc]  # binds this round's
        self._closed = True
        for lane in self._lanes.values():
            lane.close()
        self._clean = self._guarded(lambda: self._end(until))
        return self._clean

    def _end(self, until: float) -> bool:
        now, dropped = self._clock.monotonic(), self._dispatch.dropped
        reserve = min(_SPOOL_RESERVE_S, max(0.0, until - now) / 5) if self._dispatch.deliveries.spool else 0.0
        margin = min(_LAST_WORDS_S, max(0.0, until - now) / 10)  # to hear how the last attempts failed
        self._dispatch.deliveries.prepare_exit(until - reserve - margin)
        clean = self._drain(until - reserve, hopeful=False)
        clean = clean and self._dispatch.deliveries.is_all_delivered
        self._couriers.dismiss()
        self._dispatch.finish()
        self._ring()
        atexit.unregister(self.shutdown)
        return clean and self._dispatch.dropped == dropped

    def before_shutdown(self, farewell: Callable[[float], Any]) -> None:
        """Have something done once when the end begins and items are still taken: a last collection of metrics, say.

        Args:
            farewell: called with half of the seconds that are left, to be done within; what it raises is logged.
        """
        self._farewells.append(farewell)

    def stats(self) -> dict[str, Any]:
        """Where every item went: a row for every signal by its name, and `engine`; see `sonde.client.engine.ledger`."""
        self._notice_fork()
        return self._dispatch.stats()

    def _drain(self, until: float, *, hopeful: bool) -> bool:
        """Have every lane drained and every request up to now settled; False at `until`.

        Args:
            until: monotonic seconds.
            hopeful: wait for retries that are due later; else stop where nothing can be tried in time.
        """
        dispatch, deliveries = self._dispatch, self._dispatch.deliveries
        ticket = dispatch.request_flush()
        self._nudge(needed=True)
        if not self._running or sys.is_finalizing():
            return self._by_hand(until, ticket)
        with deliveries.changed:
            if not self._wait(lambda: dispatch.flushed >= ticket, until):
                return False
            mark = deliveries.outbox.made
            self._wait(lambda: deliveries.is_settled(mark) or (not hopeful and deliveries.is_stuck(until)), until)
            return deliveries.is_settled(mark)

    def _wait(self, done: Callable[[], bool], until: float) -> bool:
        """Wait for `done`, holding `changed`; looks at the clock now and then, for it may not be the system's."""
        changed = self._dispatch.deliveries.changed
        while not (finished := done()):
            left = until - self._clock.monotonic()
            if left <= 0:
                break
            changed.wait(min(left, 1.0))
        return finished

    def _by_hand(self, until: float, ticket: int) -> bool:
        """Turn and send on the calling thread, where no other can be had: at the interpreter's end."""
        dispatch, deliveries = self._dispatch, self._dispatch.deliveries
        while True:
            dispatch.turn()
            while self._clock.monotonic() < until and (job := deliveries.take()) is not None:
                deliveries.perform(job)
            mark = deliveries.outbox.made
            settled = dispatch.flushed >= ticket and deliveries.is_settled(mark)
            if settled or deliveries.is_stuck(until) or self._clock.monotonic() >= until:
                return settled
            time.sleep(_NAP_S)

    def _nudge(self, *, needed: bool = False) -> None:
        """Wake the engine's thread, or start it; see the module's docstring for what may be done here."""
        try:
            self._notice_fork()
            if not self._running and (needed or not self._closed):
                self._spark()
            self._ring()
        except Exception:  # noqa: S110  the host is in the middle of something; nothing is lost but time
            pass

    def _ring(self) -> None:
        with suppress(RuntimeError):  # it was ringing already
            self._bell.release()

    def _settled(self) -> None:
        self._dispatch.relax()
        self._ring()

    def _spark(self) -> None:
        """Start the thread that starts the engine's thread, unless someone is just doing that."""
        if self._starting.acquire(blocking=False):
            try:
                if not self._running:
                    _thread.start_new_thread(self._kindle, (self._bell,))
                    self._running = True
            finally:
                self._starting.release()

    def _kindle(self, bell: _thread.LockType) -> None:
        try:
            Thread(target=self._run, args=(bell,), name="sonde-export", daemon=True).start()
        except RuntimeError:  # the interpreter is ending; this raw thread will do
            self._run(bell)

    def _run(self, bell: _thread.LockType) -> None:
        """The engine's thread: turn, staff, sleep. Ends at shutdown, or when a fork left it behind (greenlets)."""
        suppress_instrumentation()
        while self._bell is bell:
            try:
                dispatch = self._dispatch
                due = dispatch.turn()
                if not self._couriers.staff():
                    due = self._send_one(dispatch)
            except Exception:
                _log.exception("sonde: the export engine failed in a way it should not, and goes on")
                due = self._clock.monotonic() + _CALM_DOWN_S
            if self._closed and self._inside is not None and self._inside[0].deliveries.is_over:
                return
            wait = -1.0 if due is None else max(0.0, min(due - self._clock.monotonic(), 3600.0))
            bell.acquire(timeout=wait)

    def _send_one(self, dispatch: Dispatch) -> float | None:
        """Without a sending thread, this one sends; turns go on between attempts."""
        job = dispatch.deliveries.take()
        if job is None:
            return self._clock.monotonic() + _CALM_DOWN_S
        dispatch.deliveries.perform(job)
        return self._clock.monotonic()

    def _notice_fork(self) -> None:
        """A fork that Python's hooks did not see; asked before any lock is taken that the parent's threads may have held.

        Also a late `monkey.patch_all()`: see the module's docstring.
        """
        if self._pid != os.getpid():
            self.renew_after_fork()
        elif self._makes_locks is not _thread.allocate_lock and not self._running:
            self._begin()

    def renew_after_fork(self) -> None:
        """In a forked child: begin anew, with nothing of the parent's."""
        parents = self._inside
        for lane in self._lanes.values():
            lane.clear()
        self._begin()
        if parents is not None:
            with suppress(Exception):
                parents[0].deliveries.forget()
        end_with_forked_child(self)

    def _guarded(self, step: Callable[[], bool]) -> bool:
        try:
            return step()
        except Exception:
            _log.exception("sonde: the export engine failed in a way it should not")
            return False
