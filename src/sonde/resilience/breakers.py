"""The circuit breaker that threads and tasks share: the machine of `sonde.resilience.circuit` behind a lock.

The lock is held for the machine's step alone, never while a call runs, a listener is told or anything waits, so the same
breaker serves threads and coroutines. Listeners run in the thread whose call changed the phase, after the change; two
changes in quick succession may be told in either order.

After a fork the child keeps the phase and what was counted, and forgets probes that the parent's threads had under way.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from threading import Lock
from typing import Any, NamedTuple, TypeVar

from sonde.core.clock import SYSTEM_CLOCK, Clock
from sonde.core.errors import UnavailableError
from sonde.resilience.circuit import BreakerSettings, CircuitState, Pass, Phase, abandon, admit, reset, settle
from sonde.resilience.deadlines import current_deadline
from sonde.resilience.forks import survives_fork
from sonde.resilience.policy import Policy
from sonde.resilience.verdicts import Which, is_servers_fault, matcher
from sonde.resilience.windows import Tally

__all__ = ["Breaker", "BreakerStatistics", "breaker"]

T = TypeVar("T")
Listener = Callable[[Phase, Phase], None]
log = logging.getLogger("sonde.resilience")


class BreakerStatistics(NamedTuple):
    """A breaker's figures since it was made.

    Attributes:
        phase: closed, open or half-open.
        admitted: calls that passed.
        refused: calls that did not.
        succeeded: calls recorded as good.
        failed: calls recorded as failed.
        opened: how often the circuit opened.
        recent: the counts of the current window.
        retry_after_s: seconds until an open circuit lets a probe pass; 0.0 otherwise.
    """

    phase: Phase
    admitted: int
    refused: int
    succeeded: int
    failed: int
    opened: int
    recent: Tally
    retry_after_s: float


class Breaker(Policy):
    """Stops calling what keeps failing, and probes now and then whether it is back. Thread-safe; survives a fork.

    As a policy it refuses with `UnavailableError`, whose `retry_after_s` is when the next probe may pass. By hand:
    `allow()` before each call and `record(...)` after each one that was allowed; calls that overlap are told apart
    when `admit()` and its pass are used instead.

    Args:
        settings: when to open and how to close.
        clock: what durations are measured with.
        name: names it in messages.
        counts: which exceptions are failures of what is called.
        listeners: told of each change of phase, before and after; what they raise is logged and goes no further.
    """

    def __init__(
        self,
        settings: BreakerSettings | None = None,
        clock: Clock = SYSTEM_CLOCK,
        *,
        name: str = "",
        counts: Which = is_servers_fault,
        listeners: tuple[Listener, ...] = (),
    ) -> None:
        self._settings = settings or BreakerSettings()
        self._clock = clock
        self._name = name
        self._counts = matcher(counts)
        self._listeners = listeners
        self._lock = Lock()
        self._circuit = reset(self._settings, clock.monotonic())
        self._admitted = self._refused = self._succeeded = self._failed = self._opened = 0
        survives_fork(self)

    def __repr__(self) -> str:
        return f"<breaker {self._name} {self.state.value}>"

    @property
    def state(self) -> Phase:
        """What the circuit does with calls now; OPEN until the first probe has passed."""
        return self._circuit.phase

    def allow(self) -> bool:
        """Whether a call may pass; if so, `record` must follow."""
        return self.admit() is not None

    def admit(self) -> Pass | None:
        """A pass for one call, which `record` or `abandon` takes back; None when it must not be made."""
        with self._lock:
            before = self._circuit.phase
            self._circuit, admitted = admit(self._settings, self._circuit, self._clock.monotonic())
            self._admitted += admitted is not None
            self._refused += admitted is None
            after = self._circuit.phase
        self._tell(before, after)
        return admitted

    def record(self, success: bool, duration_s: float = 0.0, admitted: Pass | None = None) -> None:  # noqa: FBT001 - the outcome is the subject
        """The outcome of an allowed call.

        Args:
            success: whether it went well.
            duration_s: how long it took, seconds.
            admitted: its pass; without one it counts for the oldest probe, or the current period.
        """
        with self._lock:
            before = self._circuit
            self._succeeded += success
            self._failed += not success
            own = admitted or self._oldest(before)
            now = self._clock.monotonic()
            self._circuit = after = settle(self._settings, before, now, own, success=success, duration_s=duration_s)
            self._opened += after.phase is Phase.OPEN and before.phase is not Phase.OPEN
        self._tell(before.phase, after.phase)

    def abandon(self, admitted: Pass) -> None:
        """An admitted call was given up without an outcome, such as one that its own caller cancelled."""
        with self._lock:
            self._circuit = abandon(self._circuit, admitted)

    def reset(self) -> None:
        """Close the circuit and forget what was counted; calls under way then count for nothing."""
        with self._lock:
            before = self._circuit
            self._circuit = reset(self._settings, self._clock.monotonic(), before.period + 1)
        self._tell(before.phase, Phase.CLOSED)

    def listen(self, listener: Listener) -> None:
        """Tell `listener(before, after)` of each change of phase from now on."""
        with self._lock:
            self._listeners = (*self._listeners, listener)

    def statistics(self) -> BreakerStatistics:
        """The figures, of one moment."""
        with self._lock:
            now = self._clock.monotonic()
            return BreakerStatistics(
                self._circuit.phase,
                self._admitted,
                self._refused,
                self._succeeded,
                self._failed,
                self._opened,
                self._circuit.window.tally(now),
                self._retry_after_s(self._circuit, now),
            )

    def around(self, attempt: Callable[[], T]) -> T:
        """Run the attempt if the circuit lets it pass."""
        admitted = self._enter()
        try:
            result = attempt()
        except BaseException as error:
            self._leave(admitted, error)
            raise
        self._leave(admitted, None)
        return result

    async def around_async(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Await the attempt if the circuit lets it pass."""
        admitted = self._enter()
        try:
            result = await attempt()
        except BaseException as error:
            self._leave(admitted, error)
            raise
        self._leave(admitted, None)
        return result

    def renew_after_fork(self) -> None:
        """In a forked child: a lock of its own, and no probes that only the parent has under way."""
        self._lock = Lock()
        self._circuit = self._circuit._replace(probes=())

    def _enter(self) -> Pass:
        admitted = self.admit()
        if admitted is None:
            wait_s = self._retry_after_s(self._circuit, self._clock.monotonic())
            named = f"circuit {self._name!r}" if self._name else "the circuit"
            raise UnavailableError(
                f"{named} is {self.state.value} after failures; not called", retry_after_s=wait_s or None
            )
        return admitted

    def _leave(self, admitted: Pass, error: BaseException | None) -> None:
        now = self._clock.monotonic()
        if isinstance(error, Exception):
            self.record(not self._counts(error), now - admitted.since, admitted)
        elif error is None:
            self.record(True, now - admitted.since, admitted)  # noqa: FBT003 - the outcome is the subject
        elif current_deadline().has_passed(now):
            self.record(False, now - admitted.since, admitted)  # noqa: FBT003 - cancelled because the server was too slow
        else:
            self.abandon(admitted)

    def _retry_after_s(self, circuit: CircuitState, now: float) -> float:
        return max(0.0, self._settings.open_s - (now - circuit.since)) if circuit.phase is Phase.OPEN else 0.0

    @staticmethod
    def _oldest(circuit: CircuitState) -> Pass:
        return circuit.probes[0] if circuit.probes else Pass(circuit.period, 0, circuit.since)

    def _tell(self, before: Phase, after: Phase) -> None:
        if before is after:
            return
        for listener in self._listeners:
            try:
                listener(before, after)
            except Exception:
                log.exception("a circuit breaker's listener failed")


def breaker(
    *,
    name: str = "",
    clock: Clock = SYSTEM_CLOCK,
    counts: Which = is_servers_fault,
    listeners: tuple[Listener, ...] = (),
    **settings: Any,
) -> Breaker:
    """A breaker as a policy; `settings` are the fields of `BreakerSettings`."""
    return Breaker(BreakerSettings(**settings), clock, name=name, counts=counts, listeners=listeners)
