"""What a policy needs of the world around it, as one value that is handed in: time, chance, and ways to wait.

Policies decide with `clock` and `random` and wait with `sleep` or `sleep_async`; nothing else in this room touches the
world. `World.simulated` is a world in which waiting takes no time, for tests and simulations of code that uses policies.
"""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable
from random import Random
from typing import NamedTuple

from sonde.core.clock import SYSTEM_CLOCK, Clock, ManualClock

__all__ = ["SYSTEM_WORLD", "World"]


async def _sleep_async(seconds: float) -> None:
    import asyncio  # noqa: PLC0415 - a program that never awaits a policy has no use for it

    await asyncio.sleep(seconds)


class World(NamedTuple):
    """Time, chance and waiting.

    Attributes:
        clock: what durations are measured with; the monotonic reading only, so steps of the wall clock change nothing.
        random: the next number in [0, 1). The default is the process's own generator, which Python seeds anew after a
            fork, so that the children of one parent do not retry in step.
        sleep: wait so many seconds, holding up the calling thread.
        sleep_async: wait so many seconds in a coroutine.
    """

    clock: Clock = SYSTEM_CLOCK
    random: Callable[[], float] = random.random
    sleep: Callable[[float], None] = time.sleep
    sleep_async: Callable[[float], Awaitable[None]] = _sleep_async

    def now(self) -> float:
        """The monotonic clock's reading, seconds."""
        return self.clock.monotonic()

    @classmethod
    def simulated(cls, clock: ManualClock, seed: int = 0) -> World:
        """A world where sleeping moves the clock and chance is a seeded generator.

        Args:
            clock: the clock to move.
            seed: the seed of the generator.
        """

        async def advance(seconds: float) -> None:
            clock.advance(seconds)

        return cls(clock, Random(seed).random, clock.advance, advance)  # noqa: S311 - jitter is no secret


SYSTEM_WORLD = World()
"""The real world."""
