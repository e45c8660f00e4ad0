"""The supervisor: starts the children, starts them again when they end, and stops them in order.

Children share nothing but the journal's directory, so each is restarted alone. Stopping goes group by group: the doors
first (they answer what is in flight and seal the journal), then the keeper (it takes in what was sealed). A child that
does not end within its grace is killed; the journal makes that safe. The supervisor itself holds no data: killed with
-9, its children see their pipe close and stop by themselves.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sonde.core.clock import SYSTEM_CLOCK, Clock
from sonde.runtime.inheritance import Inheritance
from sonde.runtime.restart import RestartState, on_exit, on_start

__all__ = ["Child", "Supervisor"]

# glibc gives every thread an arena of its own and keeps what was freed there; two bound what inflating large bodies leaves.
_CHILD_DEFAULTS = {"MALLOC_ARENA_MAX": "2"}

log = logging.getLogger("sonde.supervisor")


@dataclass
class Child:
    """One process to keep running.

    Attributes:
        name: its name on the board and in messages, `door-0`.
        module: the module that `python -m` runs.
        inheritance: what it is given.
        grace_s: how long it may take to stop before it is killed.
    """

    name: str
    module: str
    inheritance: Inheritance
    grace_s: float = 15.0
    state: RestartState = field(default_factory=RestartState)
    process: asyncio.subprocess.Process | None = None


class Supervisor:
    """Keeps children running until told to stop.

    Args:
        groups: children in the order in which they are stopped; those of one group stop together.
        clock: for restart pauses.
        on_change: called after a child started or ended, for the banner and the metrics.
    """

    def __init__(
        self, groups: list[list[Child]], clock: Clock = SYSTEM_CLOCK, on_change: Callable[[], None] | None = None
    ) -> None:
        self.groups = groups
        self._clock = clock
        self._on_change = on_change or (lambda: None)
        self._stopping = asyncio.Event()

    @property
    def children(self) -> list[Child]:
        """Every child, in stopping order."""
        return [child for group in self.groups for child in group]

    def stop(self) -> None:
        """Ask for an orderly stop; a second call while stopping kills what is left."""
        if self._stopping.is_set():
            for child in self.children:
                _signal(child, signal.SIGKILL)
        self._stopping.set()

    async def run(self) -> None:
        """Run until `stop`; returns when every child has ended."""
        keepers = {child.name: asyncio.create_task(self._keep(child)) for child in self.children}
        await self._stopping.wait()
        for group in self.groups:
            await asyncio.gather(*(self._end(child, keepers[child.name]) for child in group))

    async def _keep(self, child: Child) -> None:
        while not self._stopping.is_set():
            await self._start(child)
            assert child.process is not None
            code = await child.process.wait()
            child.state, pause = on_exit(child.state, self._clock.monotonic())
            self._on_change()
            if not self._stopping.is_set():
                log.warning(
                    "%s ended with %s; starting it again%s",
                    child.name,
                    _ending(code),
                    f" in {pause:g} s" if pause else "",
                )
                await self._pause(pause)

    async def _start(self, child: Child) -> None:
        environment: dict[str, Any] = {**_CHILD_DEFAULTS, **os.environ, **child.inheritance.environment()}
        child.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", child.module, child.name, env=environment, pass_fds=child.inheritance.descriptors()
        )
        child.state = on_start(child.state, self._clock.monotonic())
        self._on_change()

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return

    async def _end(self, child: Child, keeper: asyncio.Task[None]) -> None:
        _signal(child, signal.SIGTERM)
        done, _ = await asyncio.wait([keeper], timeout=child.grace_s)
        if not done:
            log.error(
                "%s did not stop within %g s and is killed; nothing acknowledged is lost", child.name, child.grace_s
            )
            _signal(child, signal.SIGKILL)
            await keeper


def _signal(child: Child, number: signal.Signals) -> None:
    if child.process is not None and child.process.returncode is None:
        child.process.send_signal(number)


def _ending(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
