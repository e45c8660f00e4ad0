"""Count records by level, logger and error, and dropped ones by reason; told as metrics when they are collected.

| metric | unit | attributes |
| --- | --- | --- |
| `log.records` | `{record}` | `log.level` (DEBUG, INFO, WARN, …), `log.logger` |
| `log.errors` | `{error}` | `log.logger`, `exception.type` (only records with an exception) |
| `log.dropped` | `{record}` | `log.reason` |

`log.records` counts what the application logged, dropped or not. `log.logger` is the first part of the logger's name
(`sqlalchemy`). Cardinality is bounded: the 65th logger and the 33rd exception type are counted as `other`.

Counting costs a lock and a dictionary's entry; the instruments are observable ones, so nothing else happens per record.
After a fork the child counts from nothing, because its resource is another.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable

from opentelemetry.metrics import CallbackOptions, MeterProvider, Observation, get_meter

from sonde.client.logs.exceptions import type_name

__all__ = ["Tally"]

_MAX_LOGGERS = 64
_MAX_ERRORS = 32
_MAX_SHORT = 4096
_OTHER = "other"


class Tally:
    """The counts of one process. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._records: Counter[tuple[str, str]] = Counter()
        self._errors: Counter[tuple[str, str]] = Counter()
        self._dropped: Counter[str] = Counter()
        self._short: dict[str, str] = {}
        self._loggers: set[str] = set()
        self._kinds: set[str] = set()

    def record(self, level: str, logger: str, error: type[BaseException] | None = None) -> None:
        """Count one record of a level (its severity text), and the exception that it tells."""
        with self._lock:
            name = self._short.get(logger) or self._shorten(logger)
            self._records[level, name] += 1
            if error is not None:
                self._errors[name, _admitted(self._kinds, type_name(error), _MAX_ERRORS)] += 1

    def _shorten(self, logger: str) -> str:
        name = _admitted(self._loggers, logger.partition(".")[0] or "root", _MAX_LOGGERS)
        if len(self._short) < _MAX_SHORT:
            self._short[logger] = name
        return name

    def drop(self, reason: str) -> None:
        """Count one record that did not go out."""
        with self._lock:
            self._dropped[reason] += 1

    def stats(self) -> dict[str, dict[str, int]]:
        """`records` by level, and `dropped` by reason."""
        with self._lock:
            by_level: Counter[str] = Counter()
            for (level, _), count in self._records.items():
                by_level[level] += count
            return {"records": dict(by_level), "dropped": dict(self._dropped)}

    def start_over(self) -> None:
        """In a forked child: forget the parent's counts, and its lock, which another thread may have held."""
        self.__init__()  # type: ignore[misc]  # the very state that a new one has

    def observe(self, provider: MeterProvider | None = None) -> None:
        """Make the instruments; to be called once for each provider, for they cannot be removed."""
        meter = get_meter("sonde.client.logs", meter_provider=provider)
        meter.create_observable_counter("log.records", [self._see_records], "{record}", "Records logged.")
        meter.create_observable_counter("log.errors", [self._see_errors], "{error}", "Exceptions logged.")
        meter.create_observable_counter("log.dropped", [self._see_dropped], "{record}", "Records dropped.")

    def _see_records(self, _options: CallbackOptions) -> Iterable[Observation]:
        with self._lock:
            return [
                Observation(count, {"log.level": level, "log.logger": logger})
                for (level, logger), count in self._records.items()
            ]

    def _see_errors(self, _options: CallbackOptions) -> Iterable[Observation]:
        with self._lock:
            return [
                Observation(count, {"log.logger": logger, "exception.type": kind})
                for (logger, kind), count in self._errors.items()
            ]

    def _see_dropped(self, _options: CallbackOptions) -> Iterable[Observation]:
        with self._lock:
            return [Observation(count, {"log.reason": reason}) for reason, count in self._dropped.items()]


def _admitted(known: set[str], name: str, most: int) -> str:
    if name in known:
        return name
    if len(known) >= most:
        return _OTHER
    known.add(name)
    return name
