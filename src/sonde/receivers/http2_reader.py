"""Frames in: cuts what was read into frames and acts on each.

A DATA frame is used as it arrives; any other frame waits until it is whole, in `rest`, which is never longer than a frame
that an honest client sends. In steady state a call costs one dictionary lookup for its header block and one
slice for its message.

Frames that bring no call forward are counted as strikes, which calls and time forgive; above `max_strikes` the
connection ends (ENHANCE_YOUR_CALM): floods of PING, SETTINGS, RST_STREAM ("rapid reset"), empty DATA and their like end there.

Invariants: between two calls of `frames`, either `rest` is empty or no DATA frame is half read; `last_stream` never
decreases; both of this side's windows count every octet of DATA, thrown away or not.

Source: RFC 9113; section numbers stand beside the code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from sonde.core.errors import ExhaustedError, MalformedError, SondeError
from sonde.receivers import http2_frames as h2
from sonde.receivers.http2_blocks import Blocks
from sonde.receivers.http2_frames import ErrorCode, H2ConnectionError, H2StreamError
from sonde.receivers.http2_greeting import read_settings
from sonde.receivers.http2_stream import PREFIX_BYTES, Message, Stream

if TYPE_CHECKING:
    from collections.abc import Callable

    from sonde.receivers.http2_calls import Calls
    from sonde.receivers.http2_server import Server

__all__ = ["FULL", "Reader"]

FULL = "this receiver holds as many bytes of requests as it may; try again"

_READ_HEAD = h2.FRAME_HEAD.unpack_from
_READ_U32 = h2.U32.unpack_from
_FORGIVEN_BY_A_CALL = 8
_SMALL_DATA = 64
_REFUSED_BY_HEADER = 10


class Reader:
    """The receiving half of a connection.

    Args:
        server: what all connections of a receiver share.
        calls: the connection's calls.

    Attributes:
        now: `loop.time()` of the last read.
        rest: the beginning of a frame that has not arrived whole.
        direct: memory to read into next, in the middle of a large message; None to read into the shared buffer.
        last_stream: the highest stream that the client has opened.
        settings_due: the client's first SETTINGS frame has not come yet.
        strikes: frames that brought no call forward.
    """

    def __init__(self, server: Server, calls: Calls) -> None:
        limits = server.limits
        self._limits = limits
        self._service = server.service
        self._budget = server.budget
        self._calls = calls
        self._sender = calls.sender
        self._blocks = Blocks(server.service, limits.max_header_list_bytes, limits.max_block_bytes)
        self._window = limits.connection_window_bytes
        self._left = 0  # octets of the current DATA frame's content that are still to come
        self._skip = 0  # octets after those which mean nothing: padding, frames of unknown types
        self._is_last_piece = False  # the current DATA frame ends its stream
        self._current: Stream | None = None
        self._is_plain = False  # the settings have come and no header block is open
        self.now = 0.0
        self.rest = b""
        self.direct: memoryview | None = None
        self.last_stream = 0
        self.settings_due = True
        self.strikes = 0

    @property
    def is_partial(self) -> bool:
        """True when a frame or a header block has begun and not ended."""
        return bool(self.rest) or self._blocks.is_open

    def frames(self, data: memoryview, position: int, end: int) -> None:
        """Take every whole frame in `data[position:end]`, and DATA as far as it is there; keep the rest.

        Raises:
            H2ConnectionError: the client broke a rule that ends the connection.
        """
        streams, service, budget = self._calls.streams, self._service, self._budget
        limit = self._limits.max_message_bytes
        while True:
            if self._left or self._skip:
                position = self._content(data, position, end)
            if end - position < h2.HEAD_BYTES:
                break
            high, low, kind, flags, stream_id = _READ_HEAD(data, position)
            size = high << 8 | low
            start = position + h2.HEAD_BYTES
            stop = start + size
            if kind == h2.DATA and self._is_plain:
                stream = streams.get(stream_id)
                if (
                    flags == h2.END_STREAM
                    and stop <= end
                    and stream is not None
                    and stream.message is None
                    and not stream.ended
                    and PREFIX_BYTES <= size <= stream.receive_left
                    and size - PREFIX_BYTES <= limit
                    and _READ_U32(data, start + 1)[0] == size - PREFIX_BYTES
                    and data[start] < 2
                    and budget.take(size)
                ):
                    # The common case: one frame holds the whole message, ends the stream, and is all here.
                    self._window -= size
                    stream.held = size
                    stream.ended = stream.offered = True
                    if self.strikes:
                        self.strikes = max(0, self.strikes - _FORGIVEN_BY_A_CALL)
                    service.complete(
                        self._calls, stream, data[start + PREFIX_BYTES : stop], compressed=data[start] == 1
                    )
                    position = stop
                    continue
                after = self._open_data((stream_id & h2.MAX_WINDOW, size, flags), data, start, end)
                if after < 0:
                    break
                position = after
            elif stop <= end:
                if kind == h2.HEADERS and flags == h2.END_HEADERS and self._is_plain and stream_id & 1:
                    self._header_block(stream_id & h2.MAX_WINDOW, bytes(data[start:stop]), ends=False)
                else:
                    self._control(kind, flags, stream_id & h2.MAX_WINDOW, data[start:stop])
                position = stop
            elif self._is_worth_waiting(kind, size):
                break
            else:
                position, self._skip = start, size
        self.rest = bytes(data[position:end]) if position < end else b""

    def _control(self, kind: int, flags: int, stream_id: int, payload: memoryview) -> None:
        """Any frame but DATA, whole."""
        if not self._is_plain:
            self._check_turn(kind, flags)
        if len(payload) > self._limits.max_frame_bytes:
            raise H2ConnectionError(ErrorCode.FRAME_SIZE_ERROR, "frame above SETTINGS_MAX_FRAME_SIZE")
        self.strikes += 1
        taker = self._takers.get(kind)
        if taker is not None:
            taker(self, flags, stream_id, payload)

    def _check_turn(self, kind: int, flags: int) -> None:
        """Two things must not wait: the client's settings, and the end of a header block."""
        if self.settings_due and (kind != h2.SETTINGS or flags & h2.ACK):
            raise _broken("the first frame must be SETTINGS")
        if self._blocks.is_open and kind != h2.CONTINUATION:
            raise _broken("a header block must not be interrupted")

    def _is_worth_waiting(self, kind: int, size: int) -> bool:
        """Whether an incomplete frame is kept until it is whole; False for a large one that is ignored anyway."""
        if size > self._limits.max_frame_bytes:
            raise H2ConnectionError(ErrorCode.FRAME_SIZE_ERROR, "frame above SETTINGS_MAX_FRAME_SIZE")
        if size <= self._limits.max_block_bytes:
            return True
        if not self._is_plain or kind <= h2.CONTINUATION:
            raise H2ConnectionError(ErrorCode.ENHANCE_YOUR_CALM, "frame larger than any honest one")
        self.strikes += 1
        return False

    # -- DATA (section 6.1) --------------------------------------------------------------------------------------------

    def _open_data(self, head: tuple[int, int, int], data: memoryview, start: int, end: int) -> int:
        """The head of a DATA frame: where its content begins, or -1 when its padding's length is not there yet."""
        stream_id, size, flags = head
        if size > self._limits.max_frame_bytes:
            raise H2ConnectionError(ErrorCode.FRAME_SIZE_ERROR, "DATA above SETTINGS_MAX_FRAME_SIZE")
        if not stream_id or stream_id > self.last_stream:
            raise _broken("DATA on a stream that was not opened")
        content, padding = size, 0
        if flags & h2.PADDED:
            if size and start == end:
                return -1
            if not size or (padding := data[start]) >= size:
                raise _broken("padding longer than its frame")
            content, start = size - 1 - padding, start + 1
        self._window -= size
        if content < _SMALL_DATA:
            self.strikes += 1
        self._left, self._skip = content, padding
        self._current = self._receiver(stream_id, size)
        self._is_last_piece = bool(flags & h2.END_STREAM)
        if not content:
            self._piece_done()
        return start

    def _receiver(self, stream_id: int, size: int) -> Stream | None:
        """The stream that takes a DATA frame of `size` octets; None when they are thrown away."""
        stream = self._calls.streams.get(stream_id)
        if stream is None:
            return None
        stream.receive_left -= size
        if stream.ended or stream.receive_left < 0:
            self._calls.reset(stream, ErrorCode.STREAM_CLOSED if stream.ended else ErrorCode.FLOW_CONTROL_ERROR)
            return None
        if stream.message is None:
            stream.message = Message(self._limits.max_message_bytes, self._budget, stream)
        return stream

    def _content(self, data: memoryview, position: int, end: int) -> int:
        """Use what is there of the current DATA frame, or skip it; where that ends."""
        if self._left:
            stop = min(end, position + self._left)
            self._left -= stop - position
            if self._current is not None:
                self._feed(self._current, data[position:stop])
            if not self._left:
                self._piece_done()
            position = stop
        if not self._left:
            stop = min(end, position + self._skip)
            self._skip -= stop - position
            position = stop
        return position

    def _feed(self, stream: Stream, piece: memoryview) -> None:
        if stream.message is None:  # ended by the sweep in the middle of a frame
            return
        try:
            if stream.message.feed(piece):
                return
            error: SondeError = ExhaustedError(FULL)
        except SondeError as refused:
            error = refused
        self._current = None
        self._calls.refuse(stream, error)

    def _piece_done(self) -> None:
        """The current DATA frame's content is complete."""
        stream, self._current = self._current, None
        if stream is None or stream.id not in self._calls.streams:
            return
        if self._is_last_piece:
            self._end(stream)
            return
        window = self._limits.stream_window_bytes
        if stream.receive_left < window // 2:
            self._sender.out.append(h2.window_update(stream.id, window - stream.receive_left))
            stream.receive_left = window

    def _end(self, stream: Stream) -> None:
        """The client has sent all it will on a stream."""
        stream.ended = True
        message, stream.message = stream.message, None
        if message is None or not message.is_whole:
            self._calls.refuse(stream, MalformedError("the call ended before its message did"))
            return
        stream.offered = True
        self.strikes = max(0, self.strikes - _FORGIVEN_BY_A_CALL)
        self._service.complete(self._calls, stream, message.payload(), compressed=message.compressed)

    def take_direct(self, count: int) -> None:
        """`count` octets were read into `direct`."""
        self.direct = None
        self._left -= count
        stream = self._current
        if stream is not None and stream.message is not None:
            stream.message.advance(count)
        if not self._left:
            self._piece_done()

    def after_batch(self) -> None:
        """What is looked at once for everything that was read together.

        Raises:
            H2ConnectionError: the client sent more than it may.
        """
        target = self._limits.connection_window_bytes
        if self._window < target // 2:
            if self._window < 0:
                raise H2ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, "DATA above the connection's window")
            self._sender.out.append(h2.window_update(0, target - self._window))
            self._window = target
        if self.strikes > self._limits.max_strikes:
            raise H2ConnectionError(ErrorCode.ENHANCE_YOUR_CALM, "too many frames that bring no call forward")
        stream = self._current
        if self._left and stream is not None and stream.message is not None:
            self.direct = stream.message.room(self._left)

    # -- HEADERS and CONTINUATION (sections 6.2, 6.10, 8.1) ------------------------------------------------------------

    def _headers(self, flags: int, stream_id: int, payload: memoryview) -> None:
        block = self._blocks.begin(flags, stream_id, payload)
        if block is None:
            self._is_plain = False
        else:
            self._header_block(stream_id, block, ends=bool(flags & h2.END_STREAM))

    def _continuation(self, flags: int, stream_id: int, payload: memoryview) -> None:
        complete = self._blocks.go_on(flags, stream_id, payload)
        if complete is not None:
            self._is_plain = True
            self._header_block(stream_id, complete[0], ends=complete[1])

    def _header_block(self, stream_id: int, block: bytes, *, ends: bool) -> None:
        """A complete header block: a new call, or the end of one (trailers)."""
        if stream_id <= self.last_stream:
            self._trailers(stream_id, block, ends=ends)
            return
        self.last_stream = stream_id
        calls = self._calls
        try:
            call = self._blocks.call(block)
        except H2StreamError as fault:
            self._not_opened(stream_id, fault.code, ends=ends)
            return
        if self._calls.is_leaving:
            calls.forgive(stream_id)  # section 6.8: above the GOAWAY's number, so the client knows it was not looked at
            return
        if len(calls.streams) + calls.orphans >= self._limits.max_streams:
            self._not_opened(stream_id, ErrorCode.REFUSED_STREAM, ends=ends)
            return
        stream = calls.streams[stream_id] = Stream(stream_id, call, self.now, self._limits.stream_window_bytes)
        self.strikes += 1
        if call.refusal is not None:
            self.strikes += _REFUSED_BY_HEADER
            stream.ended = ends
            calls.turn_away(stream, self._service.refusal(call))
        elif ends:
            self._end(stream)

    def _not_opened(self, stream_id: int, code: int, *, ends: bool) -> None:
        self.strikes += 1
        if not ends:
            self._calls.forgive(stream_id)
        self._sender.out.append(h2.rst_stream(stream_id, code))

    def _trailers(self, stream_id: int, block: bytes, *, ends: bool) -> None:
        self._blocks.pass_over(block)
        self.strikes += 1
        stream = self._calls.streams.get(stream_id)
        if stream is None:
            if not self._calls.was_early(stream_id):
                raise H2ConnectionError(ErrorCode.STREAM_CLOSED, "HEADERS on a closed stream")
        elif stream.ended:
            self._calls.reset(stream, ErrorCode.STREAM_CLOSED)
        elif not ends:
            self._calls.reset(stream, ErrorCode.PROTOCOL_ERROR)
        else:
            self._end(stream)

    # -- the other frames ----------------------------------------------------------------------------------------------

    def _settings(self, flags: int, stream_id: int, payload: memoryview) -> None:
        """Section 6.5; what is set is in force when the acknowledgement leaves."""
        if stream_id:
            raise _broken("SETTINGS on a stream")
        if flags & h2.ACK:
            if payload:
                raise H2ConnectionError(ErrorCode.FRAME_SIZE_ERROR, "SETTINGS acknowledgement with a payload")
            return
        self.settings_due = False
        self._is_plain = True
        for window in read_settings(payload):
            self._calls.answered(self._sender.set_initial_window(window, self._calls.streams.values()))
        self._sender.out.append(h2.SETTINGS_ACK)

    def _ping(self, flags: int, stream_id: int, payload: memoryview) -> None:
        """Section 6.7; also how gRPC's clients keep a connection alive and estimate its bandwidth."""
        if stream_id:
            raise _broken("PING on a stream")
        if len(payload) != 8:
            raise H2ConnectionError(ErrorCode.FRAME_SIZE_ERROR, "PING of a length other than 8")
        if not flags & h2.ACK:
            self._sender.out.append(h2.ping_ack(bytes(payload)))

    def _window_update(self, flags: int, stream_id: int, payload: memoryview) -> None:  # noqa: ARG002 -- a taker
        """Section 6.9."""
        if len(payload) != 4:
            raise H2ConnectionError(ErrorCode.FRAME_SIZE_ERROR, "WINDOW_UPDATE of a length other than 4")
        increment = _READ_U32(payload)[0] & h2.MAX_WINDOW
        if not stream_id:
            if answered := self._sender.widen(increment):
                self._calls.answered(answered)
            return
        if stream_id > self.last_stream:
            raise _broken("WINDOW_UPDATE on a stream that was not opened")
        stream = self._calls.streams.get(stream_id)
        if stream is None:
            return
        try:
            if answered := self._sender.widen_stream(stream, increment):
                self._calls.answered(answered)
        except H2StreamError as fault:
            self._calls.reset(stream, fault.code)

    def _rst_stream(self, flags: int, stream_id: int, payload: memoryview) -> None:  # noqa: ARG002 -- a taker
        """Section 6.4: the client gives a call up."""
        if len(payload) != 4:
            raise H2ConnectionError(ErrorCode.FRAME_SIZE_ERROR, "RST_STREAM of a length other than 4")
        if not stream_id or stream_id > self.last_stream:
            raise _broken("RST_STREAM on a stream that was not opened")
        self._calls.cancel(stream_id)

    def _priority(self, flags: int, stream_id: int, payload: memoryview) -> None:  # noqa: ARG002 -- a taker
        """Section 6.3: deprecated, and of no use for answers of a few bytes."""
        if not stream_id:
            raise _broken("PRIORITY on stream 0")
        if len(payload) != 5:
            raise H2ConnectionError(ErrorCode.FRAME_SIZE_ERROR, "PRIORITY of a length other than 5")

    def _goaway(self, flags: int, stream_id: int, payload: memoryview) -> None:  # noqa: ARG002 -- a taker
        """Section 6.8: the client will open no more streams; nothing changes for those that are open."""
        if stream_id or len(payload) < 8:
            raise _broken("GOAWAY on a stream or cut short")

    def _push_promise(self, flags: int, stream_id: int, payload: memoryview) -> None:  # noqa: ARG002 -- a taker
        """Section 8.4: a client cannot push."""
        raise _broken("PUSH_PROMISE from a client")

    _takers: ClassVar[dict[int, Callable[[Reader, int, int, memoryview], None]]] = {
        h2.HEADERS: _headers,
        h2.PRIORITY: _priority,
        h2.RST_STREAM: _rst_stream,
        h2.SETTINGS: _settings,
        h2.PUSH_PROMISE: _push_promise,
        h2.PING: _ping,
        h2.GOAWAY: _goaway,
        h2.WINDOW_UPDATE: _window_update,
        h2.CONTINUATION: _continuation,
    }


def _broken(reason: str) -> H2ConnectionError:
    return H2ConnectionError(ErrorCode.PROTOCOL_ERROR, reason)
