"""One call: its stream's state, and its message as it arrives in pieces.

A stream is open from its HEADERS until it is answered, cancelled or refused. `ended` says that the client has sent all it
will; from then on the message is with the service, which calls `Connection.settle` once. A stream that is cancelled in
that time becomes an *orphan*: nothing is answered, but its work still counts against the connection's limit, so that
opening and resetting streams quickly buys no more than keeping them open.

A message that comes whole in one DATA frame never meets `Message`; it is cut out of the receive buffer. A larger one is
collected in one block of memory that becomes the payload without another copy, and large frames are read from the
socket straight into it. The block is at most four times what has arrived, and what it measures is what is taken from the budget,
so that announcing a large message reserves nothing.

Source: gRPC over HTTP/2, "Length-Prefixed-Message": one byte of flags (0 or 1: compressed), four of length, the message.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Protocol

from sonde.core.errors import MalformedError, SondeError, TooLargeError
from sonde.core.units import format_size
from sonde.receivers.http2_frames import U32

if TYPE_CHECKING:
    from sonde.receivers.http2_calls import Calls
    from sonde.receivers.intake import Budget

__all__ = ["PREFIX_BYTES", "Call", "Message", "Service", "Stream"]

PREFIX_BYTES = 5
_FIRST_BLOCK_BYTES = 64 * 1024
_GROWTH = 4
_WORTH_READING_INTO = 16 * 1024


class Call(Protocol):
    """What a request's header block said, as far as the transport cares; shared by all requests with the same block.

    Attributes:
        refusal: the header block of the answer when the header alone decides it; None to go on.
        timeout_s: seconds that the client gives the call, infinite if it did not say.
    """

    refusal: bytes | None
    timeout_s: float


class Service(Protocol):
    """What the calls are for: the gRPC semantics above the transport."""

    @property
    def oversized(self) -> Call:
        """The call that a header list over the limit makes; it has a refusal."""

    def begin(self, fields: dict[bytes, bytes]) -> Call:
        """What a request's header fields say; never raises."""

    def complete(self, calls: Calls, stream: Stream, message: bytes | memoryview, *, compressed: bool) -> None:
        """Take a whole message; `calls.settle` once, now or later. A memoryview is valid only until this returns."""

    def refusal(self, call: Call, error: SondeError | None = None) -> bytes:
        """The header block of a Trailers-Only answer, for an error or the refusal that the call has; counts it."""


class Stream:
    """One call on one connection; a record without methods, which the connection and the service both work on.

    Attributes:
        id: the stream's number; `number` is the same as four bytes.
        call: what the header block said.
        opened: `loop.time()` when the header block was complete.
        ended: the client has ended its side.
        offered: the message is with the service.
        credit: what WINDOW_UPDATE frames added to the peer's initial window, less what was sent.
        receive_left: bytes of DATA that the peer may still send.
        held: bytes taken from the budget for this call.
        message: the message, while it arrives in more than one piece.
    """

    __slots__ = ("call", "credit", "ended", "held", "id", "message", "number", "offered", "opened", "receive_left")

    def __init__(self, number: int, call: Call, opened: float, receive_left: int) -> None:
        self.id = number
        self.number = U32.pack(number)
        self.call = call
        self.opened = opened
        self.ended = False
        self.offered = False
        self.credit = 0
        self.receive_left = receive_left
        self.held = 0
        self.message: Message | None = None


class Message:
    """A length-prefixed message that arrives in pieces.

    Args:
        limit_bytes: the greatest length accepted.
        budget: where memory is taken from.
        stream: whose `held` is counted up.

    Attributes:
        compressed: the prefix's flag.
        size: the announced length; -1 until the prefix is complete.
        filled: how much of it has arrived.
    """

    __slots__ = ("_block", "_budget", "_limit_bytes", "_prefix", "_stream", "_view", "compressed", "filled", "size")

    def __init__(self, limit_bytes: int, budget: Budget, stream: Stream) -> None:
        self._limit_bytes = limit_bytes
        self._budget = budget
        self._stream = stream
        self._prefix = b""
        self._block = io.BytesIO()
        self._view = memoryview(b"")
        self.compressed = False
        self.size = -1
        self.filled = 0

    @property
    def is_whole(self) -> bool:
        """True when all of it has arrived."""
        return self.filled == self.size

    def feed(self, piece: memoryview) -> bool:
        """Add what arrived; False when the budget has no room for it.

        Raises:
            MalformedError: the prefix is wrong, or there is more than one message.
            TooLargeError: the announced length is over the limit.
        """
        if self.size < 0:
            missing = PREFIX_BYTES - len(self._prefix)
            self._prefix += piece[:missing]
            piece = piece[missing:]
            if len(self._prefix) < PREFIX_BYTES:
                return True
            self._read_prefix()
        count = len(piece)
        if not count:
            return True
        if self.filled + count > self.size:
            raise MalformedError("a unary call carries one message; this one has bytes after its message")
        if not self._grow(self.filled + count):
            return False
        self._view[self.filled : self.filled + count] = piece
        self.filled += count
        return True

    def room(self, most_bytes: int) -> memoryview | None:
        """Memory to read the next `most_bytes` of the message into; None where that is not worth it.

        What was read is then told to `advance`.
        """
        missing = self.size - self.filled
        if missing < most_bytes or most_bytes < _WORTH_READING_INTO:
            return None
        if not self._grow(min(self.size, self.filled + _WORTH_READING_INTO)):
            return None
        return self._view[self.filled : self.filled + most_bytes]

    def advance(self, count: int) -> None:
        """Note that `count` bytes were read into `room`."""
        self.filled += count

    def payload(self) -> bytes:
        """The whole message; the object is not to be used after that."""
        self._view.release()
        return self._block.getvalue()

    def _read_prefix(self) -> None:
        flag = self._prefix[0]
        if flag > 1:
            raise MalformedError(f"a message's prefix begins with 0 or 1, not {flag}")
        self.compressed = flag == 1
        self.size = U32.unpack_from(self._prefix, 1)[0]
        if self.size > self._limit_bytes:
            raise TooLargeError(
                f"the message is {self.size} bytes; the limit is {format_size(self._limit_bytes)} ({self._limit_bytes})"
            )

    def _grow(self, need: int) -> bool:
        """Make the block hold `need` bytes; False when the budget has no room.

        `BytesIO` over a `bytes` of the final size gives a writable view and, at the end, the very same `bytes`.
        """
        have = len(self._view)
        if need <= have:
            return True
        want = min(self.size, max(_GROWTH * need, _FIRST_BLOCK_BYTES))
        if not self._budget.take(want - have):
            return False
        self._stream.held += want - have
        block = io.BytesIO(bytes(want))
        view = block.getbuffer()
        view[: self.filled] = self._view[: self.filled]
        self._block, self._view = block, view
        return True
