"""When a lane is drained: a pure machine, `(state, what waits, now) -> (state, plan)`.

    empty ──item──> gathering ──batch_items reached │ delay_s old │ flush──> drained ──more waits──> gathering
                                                                                  └──nothing──> empty

An item's age is counted from when the engine first saw something waiting; it is nudged by the first item, so the two are
microseconds apart. An empty lane has no deadline: the engine sleeps until it is nudged.
"""

from __future__ import annotations

from dataclasses import dataclass

from sonde.client.engine.handoff import NEVER
from sonde.client.settings import BatchSettings

__all__ = ["EMPTY", "Gathering", "Plan", "plan"]


@dataclass(frozen=True, slots=True)
class Gathering:
    """What a lane's machine remembers.

    Attributes:
        since: monotonic seconds when the oldest item that waits was first seen; None when none waits.
    """

    since: float | None = None


EMPTY = Gathering()
"""Nothing waits."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do with a lane now.

    Attributes:
        drain: items to take at once; 0 for none.
        wake_at: how many waiting items shall nudge the engine.
        due: monotonic seconds at which to look again; None for not before a nudge.
    """

    drain: int
    wake_at: int
    due: float | None


def plan(
    state: Gathering, waiting: int, now: float, *, batch: BatchSettings, flush: bool = False
) -> tuple[Gathering, Plan]:
    """Decide about one lane.

    Args:
        state: what `plan` returned last; `EMPTY` at first.
        waiting: items that wait now.
        now: monotonic seconds.
        batch: the lane's bounds.
        flush: whoever waits wants everything out, however young and few.
    """
    if not waiting:
        return EMPTY, Plan(0, 1, None)
    since = now if state.since is None else state.since
    due = since + batch.delay_s
    if waiting >= batch.batch_items or flush or now >= due:
        taken = min(waiting, batch.batch_items)
        left = Gathering(now) if waiting > taken else EMPTY
        return left, Plan(taken, NEVER, now)
    return Gathering(since), Plan(0, batch.batch_items, due)
