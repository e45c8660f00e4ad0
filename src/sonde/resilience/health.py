"""Health checks: asks a server now and then whether it is well, and believes it only after several answers alike.

The machine counts answers that disagree with the present belief: `rise` good ones in a row make a server healthy, `fall` bad
ones unhealthy; one agreeing answer starts the count again. The next check is due an interval later, stretched or
shrunk by chance, so that many clients do not ask in the same instant. Source: HAProxy's `rise`, `fall`, `inter` and
`spread-checks`.

Invariants: the belief changes only by `rise` or `fall` answers in a row; one check is under way at a time.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from threading import Lock
from typing import NamedTuple

from sonde.resilience.forks import survives_fork
from sonde.resilience.world import SYSTEM_WORLD, World

__all__ = ["HealthCheck", "HealthSettings", "HealthState"]

log = logging.getLogger("sonde.resilience")


class HealthState(NamedTuple):
    """What is believed of a server.

    Attributes:
        healthy: whether it is believed to be well.
        streak: how many answers in a row have said otherwise.
        due_at: when the next check is due, monotonic seconds.
    """

    healthy: bool
    streak: int
    due_at: float


@dataclass(frozen=True, slots=True)
class HealthSettings:
    """How often to ask and how fast to believe; the machine over it.

    Attributes:
        rise: good answers in a row that make an unhealthy server healthy.
        fall: bad answers in a row that make a healthy server unhealthy.
        interval_s: seconds between checks.
        jitter: how much of the interval is left to chance, in [0, 1): 0.2 means between 80 % and 120 %.
        initially_healthy: what is believed before the first answer.
    """

    rise: int = 2
    fall: int = 3
    interval_s: float = 10.0
    jitter: float = 0.2
    initially_healthy: bool = True

    def __post_init__(self) -> None:
        if self.rise < 1 or self.fall < 1 or not self.interval_s > 0 or not 0 <= self.jitter < 1:
            raise ValueError("give rise >= 1, fall >= 1, interval_s above zero and jitter in [0, 1)")

    def start(self, now: float, random: Callable[[], float]) -> HealthState:
        """The first belief; the first check is due at any moment of the first interval."""
        return HealthState(self.initially_healthy, 0, now + random() * self.interval_s)

    def begin(self, state: HealthState, now: float, random: Callable[[], float]) -> HealthState:
        """A check begins now: when the one after it is due."""
        stretch = 1 + self.jitter * (2 * random() - 1)
        return state._replace(due_at=now + self.interval_s * stretch)

    def after_answer(self, state: HealthState, *, well: bool) -> HealthState:
        """What is believed after one more answer."""
        if well is state.healthy:
            return state._replace(streak=0)
        if state.streak + 1 < (self.rise if well else self.fall):
            return state._replace(streak=state.streak + 1)
        return state._replace(healthy=well, streak=0)


class HealthCheck:
    """Asks when a check is due and somebody polls; it has no thread of its own. Thread-safe; survives a fork.

    Args:
        probe: asks the server: False or an exception means unwell. For `poll_async` a coroutine function.
        settings: how often to ask and how fast to believe.
        listener: told of each change, True for healthy; what it raises is logged and goes no further.
        world: time and chance.
    """

    def __init__(
        self,
        probe: Callable[[], bool | Awaitable[bool]],
        settings: HealthSettings | None = None,
        *,
        listener: Callable[[bool], None] | None = None,
        world: World = SYSTEM_WORLD,
    ) -> None:
        self._probe = probe
        self._settings = settings or HealthSettings()
        self._listener = listener
        self._world = world
        self._state = self._settings.start(world.now(), world.random)
        self._asking = False
        self._lock = Lock()
        survives_fork(self)

    @property
    def healthy(self) -> bool:
        """What is believed now."""
        return self._state.healthy

    @property
    def due_in_s(self) -> float:
        """Seconds until the next check is due; 0.0 when it is."""
        return max(0.0, self._state.due_at - self._world.now())

    def poll(self) -> bool:
        """Ask if a check is due and none is under way; what is believed afterwards. The probe runs in this thread."""
        if self._begin():
            well: bool | None = None
            try:
                well = bool(self._probe())
            except Exception as error:  # a probe that fails is an answer; one that was cancelled is not
                well = False
                log.debug("health probe failed: %r", error)
            finally:
                self._end(well)
        return self.healthy

    async def poll_async(self) -> bool:
        """`poll` for a probe that is a coroutine function."""
        if self._begin():
            well: bool | None = None
            try:
                answer = self._probe()
                well = bool(answer if isinstance(answer, bool) else await answer)
            except Exception as error:  # a probe that fails is an answer; one that was cancelled is not
                well = False
                log.debug("health probe failed: %r", error)
            finally:
                self._end(well)
        return self.healthy

    def renew_after_fork(self) -> None:
        """In a forked child: a lock of its own, and no check under way."""
        self._lock = Lock()
        self._asking = False

    def _begin(self) -> bool:
        with self._lock:
            if self._asking or self.due_in_s:
                return False
            self._asking = True
            self._state = self._settings.begin(self._state, self._world.now(), self._world.random)
            return True

    def _end(self, well: bool | None) -> None:  # noqa: FBT001 - the answer is the subject
        with self._lock:
            before = self._state.healthy
            if well is not None:
                self._state = self._settings.after_answer(self._state, well=well)
            after = self._state.healthy
            self._asking = False
        if before is after or self._listener is None:
            return
        try:
            self._listener(after)
        except Exception:
            log.exception("a health check's listener failed")
