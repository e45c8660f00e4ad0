"""HTTP/2 frames as bytes, for a client that makes one unary call at a time: build them, and cut what arrives into them.

Header blocks are written as literals that touch nobody's dynamic table, so a block has no state, and costs a few
microseconds where `h2` spends a hundred on a call's state machines. What arrives is decoded by `hpack`.

Source: RFC 9113, sections 4.1 (frame format), 3.4 (preface), 6 (frames); RFC 7541, section 6.2.2 (literals without
indexing) and 6.2.3 (never indexed: what must not lie in an intermediary's table).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

__all__ = [
    "ACK", "CONTINUATION", "DATA", "END_HEADERS", "END_STREAM", "GOAWAY", "HEADERS", "HEADER_BYTES", "PADDED", "PING", "PREFACE",
    "PRIORITY_GIVEN", "PUSH_PROMISE", "RST_STREAM", "SETTINGS", "WINDOW_UPDATE", "Frame", "cut", "frame", "frame_head",
    "header_block", "settings", "settings_of", "unpadded",
]  # fmt: skip

DATA, HEADERS, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 0, 1, 3, 4, 5, 6, 7, 8, 9
END_STREAM = ACK = 0x1
END_HEADERS, PADDED, PRIORITY_GIVEN = 0x4, 0x8, 0x20
PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
HEADER_BYTES: Final = 9

_SECRET: Final = frozenset({"authorization", "proxy-authorization", "cookie", "x-api-key"})
_METHOD_POST: Final = b"\x83"
_SCHEMES: Final = {"http": b"\x86", "https": b"\x87"}
_AUTHORITY, _PATH = b"\x01", b"\x04"  # literals whose names are in the static table (RFC 7541, Appendix A)


class Frame(NamedTuple):
    """One frame that arrived."""

    kind: int
    flags: int
    stream: int
    payload: bytes


def frame_head(size: int, kind: int, flags: int, stream: int) -> bytes:
    """The nine bytes before a payload of `size` bytes."""
    return b"%b%c%c%b" % (size.to_bytes(3, "big"), kind, flags, stream.to_bytes(4, "big"))


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """A whole frame."""
    return frame_head(len(payload), kind, flags, stream) + payload


def settings(values: dict[int, int]) -> bytes:
    """A SETTINGS frame."""
    pairs = (key.to_bytes(2, "big") + value.to_bytes(4, "big") for key, value in values.items())
    return frame(SETTINGS, 0, 0, b"".join(pairs))


def settings_of(payload: bytes) -> Iterator[tuple[int, int]]:
    """Identifier and value of each setting of a frame, whose size must be a multiple of six."""
    for at in range(0, len(payload), 6):
        yield int.from_bytes(payload[at : at + 2], "big"), int.from_bytes(payload[at + 2 : at + 6], "big")


def header_block(scheme: str, authority: str, path: str, headers: Iterable[tuple[str, str]]) -> bytes:
    """The header block of a POST; names in lower case, all of them and the values fit for HTTP/2."""
    parts = [_METHOD_POST, _SCHEMES[scheme], _PATH, _string(path), _AUTHORITY, _string(authority)]
    for name, value in headers:
        parts += (b"\x10" if name in _SECRET else b"\x00", _string(name), _string(value))
    return b"".join(parts)


def _string(text: str) -> bytes:
    """A string literal without Huffman coding (RFC 7541, section 5.2; its length is an integer of section 5.1)."""
    octets = text.encode("utf-8")
    size = len(octets)
    if size < 127:
        return b"%c%b" % (size, octets)
    length = bytearray(b"\x7f")
    size -= 127
    while size > 127:
        length.append(size & 127 | 128)
        size >>= 7
    length.append(size)
    return bytes(length) + octets


def cut(data: bytes, max_frame_bytes: int) -> tuple[list[Frame], bytes]:
    """The whole frames that data begins with, and what is left after them.

    Raises:
        ValueError: a frame is larger than `max_frame_bytes`.
    """
    found: list[Frame] = []
    at = 0
    while at + HEADER_BYTES <= len(data):
        size = int.from_bytes(data[at : at + 3], "big")
        if size > max_frame_bytes:
            raise ValueError(f"a frame of {size} bytes")
        end = at + HEADER_BYTES + size
        if end > len(data):
            break
        stream = int.from_bytes(data[at + 5 : at + 9], "big") & 0x7FFFFFFF
        found.append(Frame(data[at + 3], data[at + 4], stream, data[at + HEADER_BYTES : end]))
        at = end
    return found, data[at:]


def unpadded(arrived: Frame) -> bytes:
    """The payload of DATA or HEADERS without padding and priority (sections 6.1, 6.2).

    Raises:
        ValueError: there is more padding than payload.
    """
    payload = arrived.payload
    if arrived.flags & PADDED:
        if not payload or payload[0] >= len(payload):
            raise ValueError("a frame with more padding than payload")
        payload = payload[1 : len(payload) - payload[0]]
    if arrived.kind == HEADERS and arrived.flags & PRIORITY_GIVEN:
        payload = payload[5:]
    return payload
