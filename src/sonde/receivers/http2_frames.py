"""The bytes of HTTP/2: frame layout, the frames this server writes, error codes, and header fields as literals.

Everything here is a pure function of its arguments. Response headers are written as HPACK *literals without indexing*
(RFC 7541, section 6.2.2), or as entries of the static table, so that the encoder has no state: a response is a
concatenation of constants with the stream's number between them, on any connection, in any order.

Source: RFC 9113 sections 4 (frames), 6 (frame definitions), 7 (error codes); RFC 7541 sections 5 and 6.
"""

from __future__ import annotations

import struct

__all__ = [
    "ACK",
    "CONTINUATION",
    "DATA",
    "END_HEADERS",
    "END_STREAM",
    "FRAME_HEAD",
    "GOAWAY",
    "HEADERS",
    "HEADERS_OK",
    "HEAD_BYTES",
    "MAX_WINDOW",
    "PADDED",
    "PING",
    "PREFACE",
    "PRIORITY",
    "PRIORITY_FLAG",
    "PUSH_PROMISE",
    "RST_STREAM",
    "SETTINGS",
    "SETTINGS_ACK",
    "U32",
    "WINDOW_UPDATE",
    "ErrorCode",
    "H2ConnectionError",
    "H2StreamError",
    "Setting",
    "field",
    "frame",
    "goaway",
    "ping_ack",
    "rst_stream",
    "settings",
    "window_update",
]

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
HEAD_BYTES = 9
MAX_WINDOW = 2**31 - 1

# Unpacks to: length / 256, length % 256, type, flags, stream (whose highest bit is reserved).
FRAME_HEAD = struct.Struct(">HBBBL")
U32 = struct.Struct(">L")

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
# How every gRPC answer begins. Static table entry 8 is `:status: 200`; 31 is the name `content-type`.
HEADERS_OK = b"\x88\x0f\x10\x10application/grpc"

END_STREAM = ACK = 0x1
END_HEADERS = 0x4
PADDED = 0x8
PRIORITY_FLAG = 0x20


class ErrorCode:
    """The error codes of RST_STREAM and GOAWAY (RFC 9113, section 7)."""

    NO_ERROR = 0x0
    PROTOCOL_ERROR = 0x1
    INTERNAL_ERROR = 0x2
    FLOW_CONTROL_ERROR = 0x3
    SETTINGS_TIMEOUT = 0x4
    STREAM_CLOSED = 0x5
    FRAME_SIZE_ERROR = 0x6
    REFUSED_STREAM = 0x7
    CANCEL = 0x8
    COMPRESSION_ERROR = 0x9
    ENHANCE_YOUR_CALM = 0xB


class Setting:
    """The settings this server reads or writes (RFC 9113, section 6.5.2)."""

    HEADER_TABLE_SIZE = 0x1
    ENABLE_PUSH = 0x2
    MAX_CONCURRENT_STREAMS = 0x3
    INITIAL_WINDOW_SIZE = 0x4
    MAX_FRAME_SIZE = 0x5
    MAX_HEADER_LIST_SIZE = 0x6


class H2ConnectionError(Exception):
    """The peer broke the protocol in a way that ends the connection (RFC 9113, section 5.4.1).

    Never leaves the receiver: it becomes a GOAWAY frame and a counter.

    Args:
        code: a value of `ErrorCode`.
        reason: what the peer did; sent as the GOAWAY's debug data.
    """

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class H2StreamError(Exception):
    """The peer broke the protocol in a way that ends one stream (RFC 9113, section 5.4.2): a RST_STREAM frame.

    Args:
        code: a value of `ErrorCode`.
        reason: what the peer did; for the log.
    """

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """One whole frame; `payload` must be below 16,384 bytes, which every peer accepts."""
    size = len(payload)
    return FRAME_HEAD.pack(size >> 8, size & 0xFF, kind, flags, stream) + payload


def settings(values: dict[int, int]) -> bytes:
    """A SETTINGS frame."""
    return frame(SETTINGS, 0, 0, b"".join(struct.pack(">HL", key, value) for key, value in values.items()))


SETTINGS_ACK = frame(SETTINGS, ACK, 0)


def ping_ack(opaque: bytes) -> bytes:
    """The answer to a PING: the same eight bytes."""
    return frame(PING, ACK, 0, opaque)


def window_update(stream: int, increment: int) -> bytes:
    """A WINDOW_UPDATE frame; stream 0 is the connection."""
    return frame(WINDOW_UPDATE, 0, stream, U32.pack(increment))


def rst_stream(stream: int, code: int) -> bytes:
    """A RST_STREAM frame."""
    return frame(RST_STREAM, 0, stream, U32.pack(code))


def goaway(last_stream: int, code: int, reason: str = "") -> bytes:
    """A GOAWAY frame: streams above `last_stream` were not looked at and may be sent again elsewhere."""
    return frame(GOAWAY, 0, 0, U32.pack(last_stream) + U32.pack(code) + reason.encode()[:256])


def field(name: bytes, value: bytes) -> bytes:
    """A header field as an HPACK literal without indexing, names and values as plain octets."""
    return b"\x00" + _length(len(name)) + name + _length(len(value)) + value


def _length(number: int) -> bytes:
    """An HPACK integer with a seven-bit prefix and no Huffman flag (RFC 7541, section 5.1)."""
    if number < 127:
        return bytes((number,))
    rest = number - 127
    out = bytearray((127,))
    while rest >= 128:
        out.append(rest & 0x7F | 0x80)
        rest >>= 7
    out.append(rest)
    return bytes(out)
