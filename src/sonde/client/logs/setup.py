"""`setup_logs`: every record of the application to several outputs, sampled once, whatever else configures `logging`.

The records are taken where all of them pass, in `logging.Logger.callHandlers`, and not by a handler on the root logger:
`basicConfig(force=True)`, `dictConfig`, uvicorn's `propagate: false` and Celery's clearing of the root logger's handlers
would all silence such a handler. The application's own handlers go on as they are.

Invariants:

- One decision per record, before all outputs, so that they agree. What is dropped is counted by reason.
- Nothing raises into the caller, and no record is handled within itself more than one level deep: what is logged while a
  record is handled goes to the local outputs only, what is logged during that is dropped (`reentrant`).
- Records of `sonde.*` and `opentelemetry.*` are not sampled and never go to OTLP.
- Nothing is written twice to one stream: where a handler of the application writes a record to the standard stream that
  an output has, the output leaves that record to it.
- Calling it again replaces what was set up before; `undo` restores what was there before the first call.

The root logger's level is lowered to the lowest level of the outputs where the application has no handlers of its own
there; otherwise it is the application's, and `level=` changes it.

Not promised: a `Logger` subclass that overrides `callHandlers` without calling it is not seen. A count of repetitions
goes out with the next record that comes after the window, or at the end. Streams and files are written on the thread
that logs, as everywhere in `logging`: a pipe that nobody reads holds it up.
"""

from __future__ import annotations

import atexit
import copy
import logging
import os
import sys
import threading
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from opentelemetry._logs import LoggerProvider
from opentelemetry.metrics import MeterProvider

from sonde.client.logs.emitter import is_own
from sonde.client.logs.outputs import Opened, Output, open_output
from sonde.client.logs.record import REPEATED, Line, message_of
from sonde.client.logs.sampling import PASSED, Gate, Repeated, Sampling, Verdict
from sonde.client.logs.severity import level_number, severity_text
from sonde.client.logs.tally import Tally
from sonde.core.clock import SYSTEM_CLOCK, Clock

__all__ = ["LogsSetup", "current_setup", "is_passing", "setup_logs"]

_LOGGER = logging.getLogger(__name__)
_COMPLAIN_EVERY_S = 60.0
_TALLY = Tally()
_STREAMS = ("stdout", "stderr")


class LogsSetup:
    """What `setup_logs` has set up. Thread-safe.

    Args:
        outputs: where records go.
        sampling: what is dropped; None for nothing.
        clock: time.
        tally: where records are counted.
    """

    def __init__(self, outputs: Sequence[Opened], sampling: Sampling | None, clock: Clock, tally: Tally) -> None:
        self._outputs = tuple(outputs)
        self._streams = frozenset(opened.output.kind for opened in outputs if opened.output.kind in _STREAMS)
        self._gate = Gate(sampling) if sampling else None
        self._lock = threading.Lock()
        self._clock = clock
        self._tally = tally
        self._here = threading.local()
        self._complain_from = float("-inf")
        self._undo: list[Callable[[], None]] = []

    @property
    def writes_to_streams(self) -> bool:
        """True when an output is the standard output or error stream."""
        return bool(self._streams)

    @property
    def level(self) -> int:
        """The lowest level that any output takes from any logger."""
        levels = [opened.output.level for opened in self._outputs]
        levels += [level for opened in self._outputs for level in opened.output.loggers.values()]
        return min(map(level_number, levels), default=logging.WARNING)

    def take(
        self, record: logging.LogRecord, logger: logging.Logger | None = None, *, remote_only: bool = False
    ) -> None:
        """Decide about a record and hand it to the outputs. Never raises.

        Args:
            record: the record; it is not changed.
            logger: the logger whose handlers get it as well; None when no others do.
            remote_only: for OTLP outputs only, as another library writes the line itself.
        """
        depth = getattr(self._here, "depth", 0)
        if depth > 1:
            self._tally.drop("reentrant")
            return
        self._here.depth = depth + 1
        try:
            self._take(record, logger, "remote" if remote_only else "local" if depth else "all")
        except Exception:  # the host's call to log must not fail for telemetry's sake
            self._tally.drop("failed")
        finally:
            self._here.depth = depth

    def _take(self, record: logging.LogRecord, logger: logging.Logger | None, where: str) -> None:
        own = is_own(record.name)
        error = record.exc_info[0] if isinstance(record.exc_info, tuple) else None
        self._tally.record(severity_text(record.levelname), record.name, error)
        verdict, overdue = (PASSED, ()) if own or where == "local" else self._judge(record)
        if verdict.reason:
            self._tally.drop(verdict.reason)
        else:
            self._put(_told(record, verdict) if verdict.repeated else record, logger, where)
        for line in overdue:
            self._put(_summary(line), None, where)

    def _judge(self, record: logging.LogRecord) -> tuple[Verdict, Sequence[Repeated]]:
        if self._gate is None:
            return PASSED, ()
        message, now = message_of(record), self._clock.monotonic()
        with self._lock:
            return self._gate.judge(record.name, record.levelno, message, now), self._gate.overdue(now)

    def _put(self, record: logging.LogRecord, logger: logging.Logger | None, where: str) -> None:
        written = _streams_of(logger, record.levelno) if logger and self._streams else ()
        for opened in self._outputs:
            remote = opened.output.kind == "otlp"
            if where != "all" and remote == (where == "local"):
                continue
            if opened.output.kind in written:
                continue
            before = opened.failed
            try:
                if opened.wants(record):
                    opened.handler.handle(record)
                failed = opened.failed != before
            except Exception:  # one output's trouble is not the others'
                failed = True
            if failed:
                self._tally.drop("failed")
                self._complain(opened)

    def _complain(self, opened: Opened) -> None:
        """Tell the other local outputs, at most once a minute."""
        now = self._clock.monotonic()
        if now >= self._complain_from:
            self._complain_from = now + _COMPLAIN_EVERY_S
            _LOGGER.warning("an output of kind %s fails; see stats()", opened.output.kind)

    def stats(self) -> dict[str, Any]:
        """`records` by level, `dropped` by reason, and `failed`: how many records each output could not write."""
        failed = {f"{place}.{opened.output.kind}": opened.failed for place, opened in enumerate(self._outputs)}
        return self._tally.stats() | {"failed": failed}

    def flush(self) -> None:
        """Tell the repetitions that were not told yet, and flush the local outputs. Never raises."""
        if self._gate is not None:
            with self._lock:
                lines = self._gate.close()
            for line in lines:
                self._put(_summary(line), None, "all")
        for opened in self._outputs:
            try:
                opened.handler.flush()
            except (OSError, ValueError):  # a stream that the application has closed
                self._tally.drop("failed")

    def undo(self) -> None:
        """Take away what was set up, and close the files. A second call does nothing."""
        with _CURRENT.lock:
            if _CURRENT.setup is self:
                self.flush()
                _CURRENT.setup = None
                _untap()
            while self._undo:
                self._undo.pop()()
        for opened in self._outputs:
            opened.handler.close()

    def on_undo(self, action: Callable[[], None]) -> None:
        """Have something done at `undo`; the last one first."""
        self._undo.append(action)

    def after_fork(self) -> None:
        """In a forked child: new locks, counts from nothing, files of its own."""
        self._lock = threading.Lock()
        self._tally.start_over()
        for opened in self._outputs:
            opened.renew()


class _Current:
    """The one setup of the process, and what it has replaced in `logging`."""

    setup: LogsSetup | None = None
    call_handlers: Callable[..., None] | None = None
    observed: list[MeterProvider | None]

    def __init__(self) -> None:
        self.observed = []
        self.lock = threading.RLock()
        self.passing = threading.local()


_CURRENT = _Current()


def current_setup() -> LogsSetup | None:
    """What `setup_logs` has set up last and nobody has undone; None for nothing."""
    return _CURRENT.setup


def is_passing() -> bool:
    """True while this thread is inside the handlers of a record of `logging` that was taken already."""
    return getattr(_CURRENT.passing, "record", None) is not None


def setup_logs(
    outputs: Sequence[Output] = (Output("otlp"),),
    *,
    provider: LoggerProvider | None = None,
    sampling: Sampling | None = None,
    level: str | int | None = None,
    meter_provider: MeterProvider | None = None,
    clock: Clock = SYSTEM_CLOCK,
) -> LogsSetup:
    """Send all records of `logging` to these outputs. Replaces what an earlier call has set up.

    Args:
        outputs: where to.
        provider: the logger provider of OTLP outputs; None means the global one, also if it is set later.
        sampling: what is dropped; None for nothing, `Sampling()` for the documented defaults.
        level: the root logger's level; None leaves it to the application where that has handlers of its own on the
            root logger, and else lowers it to what the outputs take.
        meter_provider: where `log.records`, `log.errors` and `log.dropped` are counted; None means the global one.
        clock: time, for rates and windows.

    Returns:
        What was set up; its `undo` takes it away again.

    Raises:
        ValueError: an output or a rule is not possible; the message says why. What was set up before stays.
    """
    setup = LogsSetup([open_output(output, provider) for output in outputs], sampling, clock, _TALLY)
    wanted = None if level is None else level_number(level)
    with _CURRENT.lock:
        if _CURRENT.setup is not None:
            _CURRENT.setup.undo()
        _set_root_level(setup, wanted)
        if setup.writes_to_streams:
            _replace_last_resort(setup)
        if all(provider is not meter_provider for provider in _CURRENT.observed):
            _CURRENT.observed.append(meter_provider)
            _TALLY.observe(meter_provider)
        _CURRENT.setup = setup
        _tap()
    return setup


def _tap() -> None:
    """Put our step in front of `Logger.callHandlers`, once."""
    if getattr(logging.Logger.callHandlers, "of_sonde", False):
        return
    original = _CURRENT.call_handlers = logging.Logger.callHandlers

    @wraps(original)
    def call_handlers(logger: logging.Logger, record: logging.LogRecord) -> None:
        setup = _CURRENT.setup
        passing = _CURRENT.passing
        before = getattr(passing, "record", None)
        # The same record comes again where an earlier step of ours is still in place below somebody else's.
        if setup is None or record is before:
            return original(logger, record)
        setup.take(record, logger)
        passing.record = record
        try:
            return original(logger, record)
        finally:
            passing.record = before

    call_handlers.of_sonde = True  # type: ignore[attr-defined]  # how a second call knows it
    logging.Logger.callHandlers = call_handlers  # type: ignore[method-assign,assignment]  # where all records pass


def _untap() -> None:
    """Take the step away, unless somebody has put another in front of it; then it stays, and does nothing."""
    if getattr(logging.Logger.callHandlers, "of_sonde", False) and _CURRENT.call_handlers is not None:
        logging.Logger.callHandlers = _CURRENT.call_handlers  # type: ignore[method-assign]  # what was there before


def _set_root_level(setup: LogsSetup, wanted: int | None) -> None:
    root = logging.getLogger()
    before = root.level
    if wanted is None:
        if root.handlers or before <= setup.level:
            return
        wanted = setup.level
    root.setLevel(wanted)

    def restore() -> None:
        if root.level == wanted:
            root.setLevel(before)

    setup.on_undo(restore)


def _replace_last_resort(setup: LogsSetup) -> None:
    """Without handlers, `logging` prints warnings by itself; an output on a stream has done so already."""
    before, silent = logging.lastResort, logging.NullHandler()
    logging.lastResort = silent

    def restore() -> None:
        if logging.lastResort is silent:
            logging.lastResort = before

    setup.on_undo(restore)


def _streams_of(logger: logging.Logger, level: int) -> Sequence[str]:
    """The standard streams that handlers of the application write this logger's records of a level to."""
    found: list[str] = []
    at: logging.Logger | None = logger
    while at is not None:
        for handler in at.handlers:
            stream = getattr(handler, "stream", None)
            if stream is not None and level >= handler.level and not isinstance(handler, logging.FileHandler):
                found += [name for name in _STREAMS if stream is getattr(sys, name)]
        at = at.parent if at.propagate else None
    return found


def _told(record: logging.LogRecord, verdict: Verdict) -> logging.LogRecord:
    """A copy of the record that tells of repetitions; the application's handlers get the original."""
    told = copy.copy(record)
    told.msg = _with_count(message_of(record), verdict.repeated, verdict.over_s)
    told.args = None
    told.__dict__[REPEATED] = verdict.repeated
    return told


def _summary(line: Repeated) -> logging.LogRecord:
    message = _with_count(line.message, line.repeated, line.over_s)
    return Line(line.logger, line.level, message, {REPEATED: line.repeated})


def _with_count(message: str, repeated: int, over_s: float) -> str:
    return f"{message} … repeated {repeated:,} time{'s'[: repeated > 1]} in {max(1, round(over_s))} s"


def _after_fork() -> None:
    _CURRENT.lock = threading.RLock()
    if _CURRENT.setup is not None:
        _CURRENT.setup.after_fork()


def _at_exit() -> None:
    if _CURRENT.setup is not None:
        _CURRENT.setup.flush()


atexit.register(_at_exit)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
