"""A door: the process that receives OTLP and writes the journal.

One event loop carries both receivers; one committer thread syncs. The process imports nothing heavy (an import rule holds
it), so that a door is small, starts in a moment and restarts as fast. It ends on SIGTERM or when its supervisor is gone:
it stops accepting, answers what is in flight, seals the journal.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from functools import partial
from typing import Any

import uvloop

from sonde.core.errors import SondeError
from sonde.journal import JournalWriter
from sonde.receivers import otlp_grpc, otlp_http
from sonde.receivers.intake import Budget, DoorStats, Intake, Sink, Tenants
from sonde.runtime.board import Board
from sonde.runtime.door_metrics import door_families
from sonde.runtime.inheritance import Inheritance
from sonde.runtime.lifeline import on_stop
from sonde.runtime.settings import DoorSettings

__all__ = ["Door", "main"]

NOTICE_EVERY_S = 1.0
GRACE_S = 10.0  # for requests in flight; under the supervisor's own grace

log = logging.getLogger("sonde.door")


class Door:
    """Both receivers over one intake.

    Args:
        name: on the board, `door-0`.
        settings: this door's share.
        inheritance: sockets `grpc` and `http`, and the supervisor's pipe.
    """

    def __init__(self, name: str, settings: DoorSettings, inheritance: Inheritance) -> None:
        self._name = name
        self._settings = settings
        self._inheritance = inheritance
        self._board = Board(settings.data)
        self._stats = DoorStats()
        self._budget = Budget(settings.receivers.budget_bytes)

    async def run(self) -> None:
        """Receive until told to stop.

        Raises:
            SondeError: the journal cannot be opened, or a certificate cannot be read.
        """
        loop = asyncio.get_running_loop()
        stopping = asyncio.Event()
        on_stop(self._inheritance.parent_fd, partial(_call_in, loop, stopping.set))
        writer = JournalWriter(
            self._settings.data / "journal",
            self._settings.journal,
            writer=str(self._settings.index),
            deliver=loop.call_soon_threadsafe,
        )
        receivers = self._receivers(writer)
        try:
            for receiver, name in receivers:
                await receiver.start([self._inheritance.sockets[name]])
            await self._report(writer, stopping)
        finally:
            await asyncio.gather(*(receiver.stop(GRACE_S) for receiver, _ in receivers))
            await loop.run_in_executor(None, writer.close)
            self._board.withdraw(self._name)

    def _receivers(self, sink: Sink) -> list[tuple[Any, str]]:
        configured = self._settings.receivers
        intake = Intake(sink, stats=self._stats, budget=self._budget, tenants=Tenants(self._settings.tenants))
        return [
            (otlp_grpc.Receiver(configured.otlp_grpc, intake, self._stats), "grpc"),
            (otlp_http.Receiver(configured.otlp_http, intake, self._stats), "http"),
        ]

    async def _report(self, writer: JournalWriter, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            budget = self._budget
            journal = writer.stats()
            metrics = door_families(
                self._stats.snapshot(), journal, held_bytes=budget.held, limit_bytes=budget.limit_bytes
            )
            refusal = str(journal["refusing"])
            self._board.post(self._name, ready=not refusal, figures={"trouble": refusal, "metrics": metrics})
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), NOTICE_EVERY_S)


def _call_in(loop: asyncio.AbstractEventLoop, call: Any) -> None:
    with contextlib.suppress(RuntimeError):  # the loop has already ended
        loop.call_soon_threadsafe(call)


def main() -> None:
    """Run the door that a supervisor started; the process's name on the board is the first argument."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)-7s %(name)s: %(message)s")
    # The committer thread hands over after each sync; with the default of 5 ms a busy loop would make answers wait for it.
    sys.setswitchinterval(0.001)
    inheritance = Inheritance.receive()
    try:
        uvloop.run(Door(sys.argv[1], inheritance.settings, inheritance).run())
    except SondeError as error:
        log.error("%s", error)  # noqa: TRY400  the message says it all; a traceback would hide it
        raise SystemExit(error.traits.exit_code) from None


if __name__ == "__main__":
    main()
