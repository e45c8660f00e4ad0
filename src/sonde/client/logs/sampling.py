"""Which records go out: errors always, other levels by rate, repetitions once with a count. Pure, with time handed in.

In this order, for a record of some logger and level:

1. At or above `always` (ERROR) it passes. Nothing below applies to it.
2. Below its rule's level it is dropped (reason `level`): DEBUG by default.
3. Where the same logger has said the same at the same level less than `repeat_window_s` ago, it is dropped (`repeat`).
4. A token bucket for its logger and level lets `per_s` records a second through, and `burst` at once (`rate`).
5. A token bucket for all of them together has the last word (`limit`).

The first record that passes after such a window carries the number of its repetitions. Where none comes, `overdue` has
a line for it once the window is over. The number is exact; a record dropped for any other reason opens no window.

Bounded: 1,024 windows, of which the oldest gives way with its count, and 4,096 buckets.

Source of the buckets: token bucket, RFC 2697 section 3 with one colour; the bucket starts full.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sonde.client.logs.by_logger import ByLogger
from sonde.client.logs.severity import level_number

__all__ = ["PASSED", "Gate", "Repeated", "Rule", "Sampling", "Verdict"]

_MAX_WINDOWS = 1024
_MAX_BUCKETS = 4096


@dataclass(frozen=True, slots=True)
class Rule:
    """What loggers may say below the level that always passes.

    Attributes:
        level: the lowest level that passes; a name or a number of `logging`.
        per_s: records a second of one logger and level; None for no limit.
        burst: records at once; None means two seconds' worth, at least 1.
    """

    level: str | int = "INFO"
    per_s: float | None = 100.0
    burst: float | None = None


@dataclass(frozen=True, slots=True)
class Sampling:
    """What is dropped, and what never is.

    Attributes:
        default: the rule of loggers without one of their own.
        loggers: rules by a logger's name or the beginning of one (`{"sqlalchemy": Rule(level="WARNING")}`).
        always: from this level on, everything passes.
        total_per_s: records a second of all loggers below `always` together; None for no limit.
        repeat_window_s: seconds in which the same line is not said twice; 0 to say it as often as it comes.
    """

    default: Rule = Rule()
    loggers: Mapping[str, Rule] = field(default_factory=dict)
    always: str | int = "ERROR"
    total_per_s: float | None = None
    repeat_window_s: float = 10.0


class Verdict(NamedTuple):
    """What becomes of a record.

    Attributes:
        reason: why it is dropped; empty when it passes.
        repeated: how many repetitions the passing record stands for as well.
        over_s: seconds in which they came.
    """

    reason: str
    repeated: int = 0
    over_s: float = 0.0


class Repeated(NamedTuple):
    """A line that was repeated and never said again.

    Attributes:
        logger: the logger's name.
        level: the level's number.
        message: the text.
        repeated: how often.
        over_s: seconds in which they came.
    """

    logger: str
    level: int
    message: str
    repeated: int
    over_s: float


PASSED = Verdict("")
_BY_REASON = {reason: Verdict(reason) for reason in ("level", "repeat", "rate", "limit")}


class _Bucket:
    __slots__ = ("at", "burst", "per_s", "tokens")

    def __init__(self, per_s: float, burst: float | None, now: float) -> None:
        self.per_s = per_s
        self.burst = self.tokens = max(1.0, 2.0 * per_s if burst is None else burst)
        self.at = now

    def take(self, now: float) -> bool:
        self.tokens = min(self.burst, self.tokens + max(0.0, now - self.at) * self.per_s)
        self.at = now
        if self.tokens < 1.0:
            return False
        self.tokens -= 1.0
        return True


class _Window:
    __slots__ = ("last", "opened", "repeated")

    def __init__(self, now: float) -> None:
        self.opened = self.last = now
        self.repeated = 0


_Key = tuple[str, int, str]


class Gate:
    """The state of a `Sampling`: what was said lately. Not thread-safe; `setup_logs` holds a lock around it.

    Args:
        sampling: the rules.

    Raises:
        ValueError: a level has no known name.
    """

    def __init__(self, sampling: Sampling) -> None:
        rules = {name: (level_number(rule.level), rule) for name, rule in sampling.loggers.items()}
        self._rules = ByLogger((level_number(sampling.default.level), sampling.default), rules)
        self._always = level_number(sampling.always)
        self._total_per_s = sampling.total_per_s
        self._window_s = sampling.repeat_window_s
        self._windows: OrderedDict[_Key, _Window] = OrderedDict()
        self._buckets: dict[tuple[str, int], _Bucket] = {}
        self._total: _Bucket | None = None
        self._displaced: list[Repeated] = []

    def judge(self, logger: str, level: int, message: str, now: float) -> Verdict:
        """What becomes of a record.

        Args:
            logger: the logger's name.
            level: the level's number.
            message: the text with its arguments.
            now: seconds of a monotonic clock.
        """
        if level >= self._always:
            return PASSED
        lowest, rule = self._rules[logger]
        if level < lowest:
            return _BY_REASON["level"]
        key = (logger, level, message)
        window = self._windows.get(key)
        if window is not None and now - window.opened < self._window_s:
            window.repeated += 1
            window.last = now
            return _BY_REASON["repeat"]
        reason = self._spend(logger, level, rule, now)
        if reason:
            return _BY_REASON[reason]
        return self._opened(key, window, now)

    def _spend(self, logger: str, level: int, rule: Rule, now: float) -> str:
        if rule.per_s is not None:
            bucket = self._buckets.get((logger, level))
            if bucket is None:
                if len(self._buckets) >= _MAX_BUCKETS:
                    self._buckets.clear()
                bucket = self._buckets[logger, level] = _Bucket(rule.per_s, rule.burst, now)
            if not bucket.take(now):
                return "rate"
        if self._total_per_s is not None:
            if self._total is None:
                self._total = _Bucket(self._total_per_s, None, now)
            if not self._total.take(now):
                return "limit"
        return ""

    def _opened(self, key: _Key, before: _Window | None, now: float) -> Verdict:
        if self._window_s <= 0:
            return PASSED
        self._windows[key] = _Window(now)
        self._windows.move_to_end(key)
        if len(self._windows) > _MAX_WINDOWS:
            oldest, window = self._windows.popitem(last=False)
            self._displaced += _line(oldest, window)
        return Verdict("", before.repeated, before.last - before.opened) if before and before.repeated else PASSED

    def overdue(self, now: float) -> list[Repeated]:
        """Lines for windows that are over and had repetitions, oldest first; each is told once."""
        found, self._displaced = self._displaced, []
        while self._windows:
            key, window = next(iter(self._windows.items()))
            if now - window.opened < self._window_s:
                break
            del self._windows[key]
            found += _line(key, window)
        return found

    def close(self) -> list[Repeated]:
        """Lines for all repetitions that were not told yet; forgets all windows."""
        return self.overdue(float("inf"))


def _line(key: _Key, window: _Window) -> list[Repeated]:
    return [Repeated(*key, window.repeated, window.last - window.opened)] if window.repeated else []
