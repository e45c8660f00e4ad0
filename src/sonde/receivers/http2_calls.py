r"""The calls of one connection: opened, answered, refused, reset, cancelled or expired.

    open --END_STREAM--> offered --settle--> answered
      |                     |  \---RST_STREAM or deadline---> orphan --settle--> gone
      \---refuse, reset, cancel---> gone

Invariants: `streams` holds every call without an answer on its way (one that waits for the client's window included);
what a call took from the budget is given back once, when its service has settled it or, before that was asked, when it
leaves; `settle` is called once for every offered call, and finds nobody when the call is an orphan.

An answer that goes out while frames are read leaves with the batch. One that comes later (the journal has committed) is left to
the server, which flushes all connections that a commit has answered together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sonde.core.errors import DeadlineError, SondeError
from sonde.receivers import http2_frames as h2

if TYPE_CHECKING:
    from sonde.receivers.http2_send import Sender
    from sonde.receivers.http2_server import Server
    from sonde.receivers.http2_stream import Stream

__all__ = ["Calls"]

_MOST_EARLY = 512


class Calls:
    """What a connection's client has asked and not been told yet.

    Args:
        server: what all connections of a receiver share.
        sender: the connection's sending half.

    Attributes:
        streams: calls by stream number.
        orphans: calls that the client gave up while their service works on them.
        is_leaving: new calls are ignored; the client was told so.
        in_batch: frames are being read; what is said now is flushed at the end of it.
    """

    __slots__ = ("_early", "in_batch", "is_leaving", "orphans", "sender", "server", "streams")

    def __init__(self, server: Server, sender: Sender) -> None:
        self.server = server
        self.sender = sender
        self.streams: dict[int, Stream] = {}
        self.orphans = 0
        self.in_batch = False
        self.is_leaving = False
        # Streams that ended on this side first: what the client still sends on them crosses the news and is no fault.
        self._early: dict[int, None] = {}

    def settle(self, stream: Stream, message: bytes | None, refusal: bytes = b"") -> None:
        """The service is done with a call.

        Args:
            stream: a call that was offered to the service.
            message: the answer's message; None to refuse.
            refusal: the header block of the refusal.
        """
        self.server.budget.give(stream.held)
        stream.held = 0
        if stream.id not in self.streams:
            self.orphans -= 1
            return
        if message is None:
            del self.streams[stream.id]
            self.sender.refuse(stream, refusal)
        elif self.sender.answer(stream, message):
            del self.streams[stream.id]
        if not self.in_batch:
            self.server.flush_soon(self.sender)

    def refuse(self, stream: Stream, error: SondeError) -> None:
        """Answer a call that the service has not seen with an error."""
        self.turn_away(stream, self.server.service.refusal(stream.call, error))

    def turn_away(self, stream: Stream, block: bytes) -> None:
        """Answer a call with a header block of the service's making."""
        self._remove(stream)
        self.sender.refuse(stream, block)

    def reset(self, stream: Stream, code: int) -> None:
        """End a call because its client broke a rule."""
        self._remove(stream)
        self.sender.out.append(h2.rst_stream(stream.id, code))

    def cancel(self, number: int) -> None:
        """The client has reset a stream."""
        stream = self.streams.get(number)
        if stream is not None:
            stream.ended = True
            self._remove(stream)

    def drop_all(self) -> None:
        """The connection is gone."""
        for stream in list(self.streams.values()):
            self._remove(stream)

    def drop_unfinished(self) -> None:
        """The client will send no more: calls whose message has not arrived never will be."""
        for stream in [stream for stream in self.streams.values() if not stream.offered]:
            self._remove(stream)

    def answered(self, streams: list[Stream]) -> None:
        """Answers that waited for the client's window have left."""
        for stream in streams:
            self.streams.pop(stream.id, None)

    def forgive(self, number: int) -> None:
        """Remember that a stream ended on this side before the client ended it."""
        self._early[number] = None
        if len(self._early) > _MOST_EARLY:
            del self._early[next(iter(self._early))]

    def was_early(self, number: int) -> bool:
        """Whether frames on a closed stream are to be expected."""
        return number in self._early

    def expire(self, now: float, body_s: float) -> None:
        """End what has lasted longer than its client asked for, or than a body may take."""
        for stream in list(self.streams.values()):
            age = now - stream.opened
            if age > stream.call.timeout_s:
                self._expired(stream, DeadlineError("the call's deadline has passed"), "call")
            elif age > body_s and not stream.ended:
                self._expired(stream, DeadlineError(f"the message did not arrive within {body_s:g} s"), "body")

    def _expired(self, stream: Stream, error: DeadlineError, which: str) -> None:
        self.server.stats.expired["grpc", which] += 1
        self.refuse(stream, error)

    def _remove(self, stream: Stream) -> None:
        if self.streams.pop(stream.id, None) is None:
            return
        waiting = self.sender.forget(stream.id)
        if stream.offered and not waiting:
            self.orphans += 1
        else:
            self.server.budget.give(stream.held)
            stream.held = 0
        stream.message = None
        if not stream.ended:
            self.forgive(stream.id)
