"""The threads that send: started when there is work, gone when there has been none for a while.

At most `in_flight` of them. Their HTTP and gRPC calls are not traced, for the instrumentation of an HTTP library would
turn every export into a span that is exported. Daemons: they never hold up the end of the process.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING

from sonde.client.engine.gate import importing

if TYPE_CHECKING:  # the engine, which is imported with the application, starts these threads
    from sonde.client.engine.deliveries import Deliveries

__all__ = ["Couriers", "suppress_instrumentation"]

_IDLE_S = 10.0


class Couriers:
    """The sending threads of one engine.

    Args:
        deliveries: where attempts are taken from.
        most: threads at most.
        settled: called after each attempt, on the thread that made it.
    """

    def __init__(self, deliveries: Deliveries, most: int, settled: Callable[[], None]) -> None:
        self._deliveries = deliveries
        self._most = most
        self._settled = settled
        self._count = 0
        self._idle = 0
        self._wanted = True

    def staff(self) -> bool:
        """See to it that what can be sent now is; False when a thread was needed and could not be had."""
        while True:
            with self._deliveries.changed:
                work = self._deliveries.ready()
                self._deliveries.work.notify(work)
                if not self._wanted or work <= self._idle or self._count >= self._most:
                    return True
                self._count += 1
                self._idle += 1  # from now, so that this loop does not count on it twice
            try:
                Thread(target=self._run, name="sonde-send", daemon=True).start()
            except RuntimeError:  # the interpreter is shutting down, or there are no threads left to have
                with self._deliveries.changed:
                    self._count -= 1
                    self._idle -= 1
                return self._count > 0

    def dismiss(self) -> None:
        """Let every thread end when it has nothing to do."""
        with self._deliveries.changed:
            self._wanted = False
            self._deliveries.work.notify_all()

    def _run(self) -> None:
        suppress_instrumentation()
        deliveries = self._deliveries
        while True:
            with deliveries.changed:
                job = deliveries.take()
                if job is None and self._wanted and deliveries.work.wait(_IDLE_S):
                    continue
                if job is None:
                    job = deliveries.take()  # work may have come in the moment in which the wait ended
                if job is None:
                    self._count -= 1
                    self._idle -= 1
                    return
                self._idle -= 1
            try:
                deliveries.perform(job)
                self._settled()
            finally:
                with deliveries.changed:
                    self._idle += 1


def suppress_instrumentation() -> None:
    """Have OpenTelemetry's instrumentations look away from the calling thread for the rest of its life."""
    with suppress(Exception), importing():  # without the SDK there is nothing to suppress
        from opentelemetry import context  # noqa: PLC0415  an application that sends without the SDK need not load it

        for key in ("_SUPPRESS_INSTRUMENTATION_KEY", "_SUPPRESS_HTTP_INSTRUMENTATION_KEY"):
            if hasattr(context, key):
                context.attach(context.set_value(getattr(context, key), True))  # noqa: FBT003  the value of the key
