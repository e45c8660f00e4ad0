"""One connection of the blocking sender: a protocol machine and the channel that carries its bytes."""

from __future__ import annotations

from sonde.client.net.channel import Channel
from sonde.client.net.exchange import AttemptError, Reply, Request
from sonde.client.net.failure import named
from sonde.client.net.route import Route
from sonde.core.clock import Clock

__all__ = ["Connection"]


class Connection:
    """Carries one request after the other; for one thread at a time, but for `interrupt`.

    Args:
        route: where it leads.
        clock: of deadlines and ages.

    Attributes:
        born: when it was made, monotonic seconds.
        idle_since: when its last request ended.
        was_used: it has carried a request.
    """

    def __init__(self, route: Route, clock: Clock) -> None:
        self._doing = f"asking {route.endpoint.authority}"
        self._machine = route.machine()
        self._channel = Channel(route, clock)
        self._out = memoryview(b"")
        self._is_broken = False
        self.born = self.idle_since = clock.monotonic()
        self.was_used = False

    def open(self, deadline: float) -> None:
        """Connect.

        Raises:
            AttemptError: that did not work; always `undelivered`.
        """
        try:
            self._channel.open(deadline)
        except AttemptError as error:
            error.undelivered = True
            raise

    def exchange(self, request: Request, deadline: float) -> Reply:
        """Send a request and wait for its answer until `deadline`, monotonic seconds.

        Raises:
            AttemptError: there is none.
        """
        machine = self._machine
        try:
            self._out = memoryview(machine.begin(request))
            while machine.reply is None:
                self._step(deadline)
        except AttemptError as error:
            error.undelivered = error.undelivered or not machine.is_sent or bool(self._out)
            return self._as_far_as_it_came(error)
        self.was_used = True
        self._write()
        return machine.reply

    @property
    def has_heard(self) -> bool:
        """Something came back for the request sent last."""
        return self._machine.has_heard

    @property
    def is_reusable(self) -> bool:
        """Both sides are done with a request, and neither wants to end the connection."""
        return not self._is_broken and not self._out and self._machine.is_reusable

    def is_alive(self) -> bool:
        """Whether an idle connection still works, as far as this side can know; takes in what has arrived."""
        try:
            while (data := self._channel.read()) is not None:
                self._out = memoryview(bytes(self._out) + self._machine.feed(data))
                if not self.is_reusable and not self._out:
                    return False
                self._write()
        except (AttemptError, OSError):
            return False
        return self.is_reusable

    def _step(self, deadline: float) -> None:
        """Write what can be written, read what can be read, else wait."""
        self._write()
        try:
            data = self._channel.read()
        except OSError as error:
            raise named(error, self._doing) from error
        if data is None:
            is_writing = bool(self._out) and not self._is_broken
            stage = "send" if is_writing or not self._machine.is_sent else "reply"
            self._channel.wait_to_go_on(deadline, stage, self._doing, is_writing=is_writing)
            return
        more = self._machine.feed(data)
        if more:
            self._out = memoryview(bytes(self._out) + more)

    def _write(self) -> None:
        """Write what can be written now. A break is noticed, and told by the next read: an answer may have come first."""
        try:
            while self._out and not self._is_broken and (count := self._channel.write(self._out)):
                self._out = self._out[count:]
        except OSError:
            self._is_broken = True

    def _as_far_as_it_came(self, error: AttemptError) -> Reply:
        self._is_broken = True
        reply = self._machine.partial
        if reply is None:
            raise error
        return reply

    def interrupt(self) -> None:
        """From another thread: the exchange under way ends soon."""
        self._channel.interrupt()

    def close(self) -> None:
        """Close the socket."""
        self._channel.close()

    forget = close
