"""From the journal into the store: every sealed segment, oldest first, exactly once.

States of a segment here: waiting -> inserted -> finished (its note in the journal is durable) | set aside.

Invariants
    1. A segment is finished only after the engine has taken the whole of it.
    2. The insert carries the segment's id as deduplication token. A crash anywhere between the start of the insert and the
       note means that the segment is inserted again under the same token: tables that have it already skip it, tables
       that the crash kept from it get it. So every record is in every table exactly once.
    3. While the engine is away or overloaded, nothing is skipped: the same segment is tried again, and everything newer
       waits in the journal.
    4. A segment that the engine can never take (its bytes, not its state, are the reason) goes to the journal's quarantine
       with the engine's words, is counted, and the next one follows. Damage found by checksum is cut out by the journal,
       and the records around it are inserted.

Recovery: there is no state here but the journal's cursor `keeper` and the engine's memory of tokens.

Not promised: exactly once for a segment that is inserted again after more than a thousand others of its signal and
tenant (the engine's memory per table); that happens only when somebody puts an old segment back by hand. Readers of the
tables may see a segment in one table a few milliseconds before another.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

from sonde.core.clock import SYSTEM_CLOCK
from sonde.core.errors import CorruptError, MalformedError, NotFoundError, SondeError
from sonde.journal import Cursor, quarantine, read_body, salvage
from sonde.store.engine import EngineError
from sonde.store.landing import POISON, Landing

if TYPE_CHECKING:
    from pathlib import Path

    from sonde.core.clock import Clock
    from sonde.journal import Segment
    from sonde.store.store import Store

__all__ = ["Ingester"]

READER = "keeper"
_IDLE_S = 0.1
_FIRST_PAUSE_S, _MAX_PAUSE_S = 0.2, 10.0
_BATCH = 64
_CATALOGUE_S = 5.0
_PATIENCE = 20  # times, over some three minutes

# States of the engine that pass: timeouts, overload, memory, disk, network, read-only, Keeper, shutdown. Source: ClickHouse,
# src/Common/ErrorCodes.cpp. 0 is an error without a number.
_PASSING = frozenset(
    {0, 3, 74, 75, 76, 159, 160, 164, 173, 198, 202, 203, 209, 210, 236, 241, 242, 243, 252, 279, 319, 425, 999}
)

log = logging.getLogger("sonde.store")


class Ingester:
    """Takes sealed segments into the store. One per store and journal; `step` and `run` from one thread only.

    Args:
        store: the open store.
        journal_dir: the journal's directory.
        clock: what time it is.
    """

    def __init__(self, store: Store, journal_dir: Path, clock: Clock = SYSTEM_CLOCK) -> None:
        self._store = store
        self._directory = journal_dir
        self._clock = clock
        self._cursor = None if store.is_none else Cursor(journal_dir, READER)
        self._landing = Landing(store)
        self._flushed_at = clock.monotonic()
        self._is_stopping = False
        self._refused: tuple[str, int] = ("", 0)
        self._lock = threading.Lock()
        self._figures: dict[str, Any] = {
            "segments": 0,
            "bytes": 0,
            "poisoned": 0,
            "damaged": 0,
            "waiting": 0,
            "waiting_bytes": 0,
            "lag_s": 0.0,
            "failures": 0,
            "last_error": "",
        }

    def step(self) -> int:
        """Take what waits, up to a batch.

        Returns:
            How many segments left the queue, inserted or set aside.

        Raises:
            SondeError: the engine or the disk would not; what is left waits, call again later.
        """
        if self._cursor is None:
            return 0
        waiting = self._cursor.pending()
        self._measure(waiting)
        batch = waiting[:_BATCH]
        for number, segment in enumerate(batch):
            self._take(segment)
            self._measure(waiting[number + 1 :])
        self._write_catalogue(at_once=self._is_stopping and not waiting)
        self._note(last_error="")
        return len(batch)

    def run(self, stop: threading.Event) -> None:
        """Take segments until told to stop; an engine that is away is asked again and again, ever more slowly."""
        pause = _FIRST_PAUSE_S
        self._is_stopping = False
        while not stop.is_set():
            try:
                taken = self.step()
            except SondeError as error:
                self._failed(error)
                stop.wait(pause)
                pause = min(_MAX_PAUSE_S, pause * 2)
            else:
                pause = _FIRST_PAUSE_S
                if not taken:
                    stop.wait(_IDLE_S)
        self._is_stopping = True  # the last `step` that finds nothing writes the catalogue out

    def status(self) -> dict[str, Any]:
        """Figures since the start, for metrics and readiness.

        Returns:
            `segments` and `bytes` taken, `poisoned` and `damaged` segments, `waiting` and `waiting_bytes`, `lag_s` (the age of
            the oldest that waits), `failures` of the engine or disk, and the `last_error` while it lasts.
        """
        with self._lock:
            return dict(self._figures)

    def _write_catalogue(self, *, at_once: bool) -> None:
        now = self._clock.monotonic()
        if at_once or now - self._flushed_at >= _CATALOGUE_S:
            self._landing.catalogue.flush()
            self._flushed_at = now

    def _take(self, segment: Segment) -> None:
        assert self._cursor is not None
        try:
            body = self._body(segment)
            if body:
                self._store.ensure_tenant(segment.tenant)
                self._landing.land(
                    segment.signal, segment.tenant, body, token=segment.id, created_ns=segment.created_ns
                )
        except NotFoundError:
            return  # somebody finished or removed it since it was listed
        except EngineError as error:
            if not self._is_hopeless(segment, error):
                raise
            self._set_aside(segment, error)
            return
        except (SondeError, MemoryError) as error:
            if not isinstance(error, MalformedError):
                raise
            self._set_aside(segment, error)
            return
        except Exception as error:
            log.exception("a defect in ingest; segment %s is set aside", segment.id)
            self._set_aside(segment, error)
            return
        self._cursor.finish(segment)
        self._count(segments=1, bytes=segment.size_bytes)

    def _is_hopeless(self, segment: Segment, error: EngineError) -> bool:
        """Whether the bytes are to blame: the engine says so, or refuses them often for no state of its own that passes."""
        if error.code in POISON:
            return True
        refused, times = self._refused
        self._refused = (segment.id, times + 1 if refused == segment.id else 1)
        return error.code not in _PASSING and self._refused[1] >= _PATIENCE

    def _body(self, segment: Segment) -> bytes:
        try:
            return read_body(segment)
        except CorruptError as error:
            log.error("%s; the damaged part is set aside", error)  # noqa: TRY400  the message says it all
            self._count(damaged=1)
            return salvage(self._directory, segment)[0]

    def _set_aside(self, segment: Segment, error: Exception) -> None:
        log.error("segment %s cannot be stored and is set aside: %s", segment.id, error)
        quarantine(self._directory, segment, f"the store refused it: {error}")
        self._count(poisoned=1)

    def _failed(self, error: SondeError) -> None:
        log.warning("ingest waits: %s", error)
        self._count(failures=1)
        self._note(last_error=str(error))

    def _measure(self, waiting: list[Segment]) -> None:
        lag_ns = max(0, self._clock.now_ns() - waiting[0].created_ns) if waiting else 0
        self._note(
            waiting=len(waiting), waiting_bytes=sum(segment.size_bytes for segment in waiting), lag_s=lag_ns / 1e9
        )

    def _count(self, **more: int) -> None:
        with self._lock:
            for name, amount in more.items():
                self._figures[name] += amount

    def _note(self, **values: object) -> None:
        with self._lock:
            self._figures.update(values)
