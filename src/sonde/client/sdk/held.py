"""One component's hold on an export engine: which one it uses, and what its own shutdown may do to it.

Processors and exporters of all signals share the process-wide engine (`sonde.client.running`), so none of them may end
it: their shutdown only sees to it that what they handed over is delivered. An exporter that was given an address of its
own has an engine of its own, and ends it.

A process that ends is held up once, by the engine (`Settings.exit_s`), not once for every provider: while the
interpreter shuts down, nothing here waits for a shared engine, which says its farewell itself; and where an application
shuts its providers down one after the other, they wait for `exit_s` in all. At exit the engine may well
end before the providers do, so it first has the global ones hand over what their batch processors and readers hold.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakKeyDictionary

from opentelemetry import _logs, metrics, trace

from sonde.client import running
from sonde.client.address import Connection, endpoint_of
from sonde.client.endpoint import Endpoint
from sonde.client.engine import Engine
from sonde.client.environment import read_settings
from sonde.core.signal import Signal

__all__ = ["Held", "hold"]

_log = logging.getLogger(__name__)
_PROVIDERS: dict[Signal, Callable[[], Any]] = {
    Signal.TRACES: trace.get_tracer_provider,
    Signal.METRICS: metrics.get_meter_provider,
    Signal.LOGS: _logs.get_logger_provider,
}
_TOGETHER = 2.0  # endings that begin within so many times the limit are one
_ending_since: WeakKeyDictionary[Engine, float] = WeakKeyDictionary()


@dataclass(slots=True)
class Held:
    """An engine and whether it belongs to one component alone. Thread-safe; its methods never raise.

    Attributes:
        engine: the engine.
        is_own: whether it ends with the component.
        is_ending: True from when the engine begins to end; nothing waits for a delivery then.
    """

    engine: Engine
    is_own: bool
    is_ending: bool = False

    def flush(self, timeout_ms: float) -> bool:
        """Deliver what was handed over; False when that took longer than `timeout_ms` or failed."""
        try:
            return self.is_ending or self.engine.flush(timeout_ms / 1000)
        except Exception:
            _log.debug("flush failed", exc_info=True)
            return False

    def close(self, timeout_ms: float | None = None) -> None:
        """The component ends: end its own engine, or see a shared one through what it holds."""
        try:
            exit_s = self.engine.settings.exit_s
            limit_s = exit_s if timeout_ms is None else min(exit_s, timeout_ms / 1000)
            if self.is_own:
                self.engine.shutdown(limit_s)
            elif not self.is_ending and threading.main_thread().is_alive():
                self.engine.flush(_left_s(self.engine, limit_s), hopeful=False)
        except Exception:
            _log.debug("shutdown failed", exc_info=True)


def _left_s(engine: Engine, limit_s: float) -> float:
    """What is left of `limit_s` since the first of the components that end together began to wait for their engine."""
    now = time.monotonic()
    began = _ending_since.get(engine)
    if began is None or now - began > _TOGETHER * limit_s:
        began = _ending_since[engine] = now
    return max(0.0, began + limit_s - now)


def hold(signal: Signal, engine: Engine | None, endpoint: str | Endpoint | None, connection: Connection) -> Held:
    """The engine that a component shall use: the one it was given, one of its own, or the process's.

    Raises:
        ConfigError: an argument cannot be used; the message says which and why.
    """
    if engine is not None:
        return Held(engine, is_own=False)
    if endpoint is None and all(value is None for value in connection.values()):
        return _farewelled(signal, Held(running.engine(), is_own=False))
    settings = read_settings(warn=_log.warning)
    own = endpoint_of(signal, settings.endpoints[signal], endpoint, connection)
    engine = running.make_engine(replace(settings, endpoints=dict.fromkeys(Signal, own)))
    return _farewelled(signal, Held(engine, is_own=True))


def _farewelled(signal: Signal, held: Held) -> Held:
    """Before the engine ends, the signal's global provider hands over what it holds."""

    def hand_over(left_s: float) -> None:
        held.is_ending = True
        flush = getattr(_PROVIDERS[signal](), "force_flush", None)
        if flush is not None:
            flush(int(left_s * 1000))

    held.engine.before_shutdown(hand_over)
    return held
