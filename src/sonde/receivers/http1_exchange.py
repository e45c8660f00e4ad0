"""What an HTTP/1.1 connection and the receiver that owns it hand each other: one request with its answer, and a door."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from sonde.core.errors import SondeError
    from sonde.receivers.http1_heads import Heads
    from sonde.receivers.intake import Budget, DoorStats
    from sonde.receivers.transport import ConnectionSlots, Deadlines, Sweeper

__all__ = ["Door", "Exchange", "Peer"]

# Parts of a body are joined once at its end; beyond this many, small ones are gathered, so that they cost no object each.
_MAX_PARTS: Final = 64


class Peer(Protocol):
    """Where an exchange came from: a connection, as far as its exchanges know it."""

    def answered(self, exchange: Exchange) -> None:
        """An exchange has its answer now; sends what can be sent in order."""


class Exchange:
    """One request and its answer.

    Attributes:
        connection: where it came from; answers to a connection that is gone go nowhere.
        response: the answer's bytes once there is one; a refused request has it before its body is read.
        closes: whether the connection ends with the answer.
        size: bytes of body received, and taken from the budget, so far.
        can_repeat: whether another request with the same header would be begun in the same way.
    """

    __slots__ = ("can_repeat", "closes", "connection", "parts", "response", "size", "wants_continue")

    def __init__(self, connection: Peer, response: bytes | None = None) -> None:
        self.connection = connection
        self.response = response
        self.closes = False
        self.parts: list[bytes | bytearray] = []
        self.size = 0
        self.wants_continue = False
        self.can_repeat = False

    def again(self, connection: Peer) -> Exchange | None:  # noqa: ARG002 -- for those that can be repeated
        """A fresh exchange for the same header; None when each has to be begun by the door."""
        return None

    def answer(self, response: bytes) -> None:
        """Send the answer, as soon as those before it have been sent; a second answer is ignored."""
        if self.response is None:
            self.response = response
            self.connection.answered(self)

    def hold(self, data: bytes) -> None:
        """Keep a part of the body."""
        parts = self.parts
        if len(parts) < _MAX_PARTS:
            parts.append(data)
            return
        last = parts[-1]
        if isinstance(last, bytes):
            last = parts[-1] = bytearray(last)
        last += data

    def body(self) -> bytes:
        """The whole body; the parts are let go."""
        parts, self.parts = self.parts, []
        if len(parts) == 1 and isinstance(parts[0], bytes):
            return parts[0]
        return b"".join(parts)


class Door(Protocol):
    """What connections need of the receiver that owns them: limits, shared counters, and what to do with a request."""

    deadlines: Deadlines
    max_header_bytes: int
    max_body_bytes: int
    budget: Budget
    stats: DoorStats
    slots: ConnectionSlots
    sweeper: Sweeper
    heads: Heads
    is_draining: bool

    def begin(self, connection: Peer, method: bytes, target: bytes, headers: dict[bytes, bytes]) -> Exchange:
        """An exchange for a header; already answered when the request is refused."""

    def finish(self, exchange: Exchange, body: bytes) -> None:
        """Take the whole body, with its `exchange.size` bytes of budget, and answer now or later."""

    def refusal(self, exchange: Exchange | None, status: int, error: SondeError) -> bytes:
        """The answer for a request that the connection itself refuses; None when there is no header to go by."""

    def closed(self) -> None:
        """A connection is gone."""
