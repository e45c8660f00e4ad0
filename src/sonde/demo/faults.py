"""What goes wrong in the sample shop, and when: a pure schedule from elapsed seconds to active faults.

A `Schedule` is a list of windows, each with one fault, a begin and an end; a repeating one starts again after its period.
It holds no state and no clock: `active(elapsed_s)` answers for any instant, and `changes(before, after)` says what to
announce between two answers. `compressed(seconds)` fits one round into a run of known length, so that every fault shows
and the run begins and ends healthy; `repeating()` is for a run without end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "BAD_DEPLOYMENT",
    "FAULTS",
    "MEMORY_LEAK",
    "PAYMENT_OUTAGE",
    "SLOW_DATABASE",
    "Change",
    "Fault",
    "Schedule",
    "Window",
    "changes",
    "compressed",
    "repeating",
]


@dataclass(frozen=True, slots=True)
class Fault:
    """One way for the shop to break.

    Attributes:
        name: short name, for the status line.
        service: the service whose fault it is (others may suffer).
        begins: one sentence for the moment it begins.
        ends: one sentence for the moment it ends.
        look: a command that shows it.
    """

    name: str
    service: str
    begins: str
    ends: str
    look: str


SLOW_DATABASE = Fault(
    "slow database",
    "catalogue",
    "an index was dropped: the catalogue's queries take 20 times as long",
    "the index is back: the catalogue is fast again",
    "sonde traces --service catalogue --min-duration 50ms",
)
PAYMENT_OUTAGE = Fault(
    "payment outage",
    "payment",
    "the payment provider northbank fails: its customers cannot pay",
    "northbank answers again: payments go through",
    "sonde traces --service payment --status error",
)
MEMORY_LEAK = Fault(
    "memory leak",
    "recommendation",
    "recommendation keeps every answer in memory: garbage collection pauses grow",
    "recommendation was killed for using too much memory, and starts again",
    "sonde metrics process.memory.usage --where service.name=recommendation",
)
BAD_DEPLOYMENT = Fault(
    "bad deployment",
    "checkout",
    "checkout 2.5.0 is deployed: orders of platinum customers fail",
    "checkout is rolled back to 2.4.1",
    "sonde logs --service checkout --severity error",
)

FAULTS = (SLOW_DATABASE, PAYMENT_OUTAGE, MEMORY_LEAK, BAD_DEPLOYMENT)
"""All faults, in the order in which a schedule lets them loose."""


@dataclass(frozen=True, slots=True)
class Window:
    """A fault is active from `start_s` (inclusive) to `end_s` (exclusive), seconds since the run or its round began."""

    fault: Fault
    start_s: float
    end_s: float

    def progress(self, at_s: float) -> float | None:
        """How far through the window `at_s` is, 0 to 1; None outside it."""
        if not self.start_s <= at_s < self.end_s:
            return None
        return (at_s - self.start_s) / (self.end_s - self.start_s)


@dataclass(frozen=True, slots=True)
class Schedule:
    """When each fault is active.

    Attributes:
        windows: the windows of one round.
        period_s: length of a round in seconds; None when there is only one.
    """

    windows: tuple[Window, ...]
    period_s: float | None = None

    def active(self, elapsed_s: float) -> dict[Fault, float]:
        """The faults active `elapsed_s` seconds into the run, each with its progress from 0 to 1."""
        at_s = elapsed_s % self.period_s if self.period_s else elapsed_s
        found = ((window.fault, window.progress(at_s)) for window in self.windows)
        return {fault: progress for fault, progress in found if progress is not None}


@dataclass(frozen=True, slots=True)
class Change:
    """A fault that begins or ends."""

    fault: Fault
    begins: bool


def changes(before: Mapping[Fault, float], after: Mapping[Fault, float]) -> list[Change]:
    """What to announce between two answers of `Schedule.active`: ends first, then beginnings, each in schedule order."""
    ended = [Change(fault, begins=False) for fault in before if fault not in after]
    return ended + [Change(fault, begins=True) for fault in after if fault not in before]


_SHARES = (
    (SLOW_DATABASE, 0.10, 0.28),
    (PAYMENT_OUTAGE, 0.33, 0.50),
    (MEMORY_LEAK, 0.54, 0.74),
    (BAD_DEPLOYMENT, 0.79, 0.95),
)


def compressed(seconds: float) -> Schedule:
    """One round that fits a run of `seconds`, healthy at both ends.

    Raises:
        ValueError: `seconds` is not positive.
    """
    if seconds <= 0:
        raise ValueError(f"a run lasts more than {seconds:g} seconds")
    return Schedule(tuple(Window(fault, begin * seconds, end * seconds) for fault, begin, end in _SHARES))


def repeating(*, healthy_s: float = 20.0, fault_s: float = 40.0) -> Schedule:
    """Rounds without end: `healthy_s` seconds of peace before each fault, which lasts `fault_s` seconds."""
    step_s = healthy_s + fault_s
    windows = tuple(
        Window(fault, index * step_s + healthy_s, (index + 1) * step_s) for index, fault in enumerate(FAULTS)
    )
    return Schedule(windows, period_s=len(FAULTS) * step_s)
