"""Protobuf's wire format by hand, as much as is needed where no message library is loaded: numbers, and fields.

For small messages and single fields. Whole requests are read by the kernel (`sonde.otlp.kernel`) and written by the
encoders, which have their own, faster ways.

Source: "Encoding", protobuf.dev/programming-guides/encoding.
"""

from __future__ import annotations

from collections.abc import Iterator

__all__ = ["fields", "signed", "varint"]

_VARINT, _LEN = 0, 2
_FIXED_SIZES = {1: 8, 5: 4}


def varint(value: int) -> bytes:
    """The shortest varint of a number from 0 up to 2**64 - 1."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def signed(value: int) -> int:
    """The int32 or int64 that a varint, read without sign, stands for."""
    return value - (1 << 64) if value >> 63 else value


def fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a message in wire order: number, and a varint without sign or the bytes of any other field. O(n).

    Raises:
        ValueError: the bytes are not protobuf, or hold groups.
    """
    at = 0
    while at < len(message):
        tag, at = _read_varint(message, at)
        kind = tag & 7
        if kind == _VARINT:
            value, at = _read_varint(message, at)
            yield tag >> 3, value
            continue
        if kind == _LEN:
            size, at = _read_varint(message, at)
        elif kind in _FIXED_SIZES:
            size = _FIXED_SIZES[kind]
        else:
            raise ValueError("these bytes are not protobuf")
        if size > len(message) - at:
            raise ValueError("a field is longer than its message")
        yield tag >> 3, message[at : at + size]
        at += size


def _read_varint(message: bytes, at: int) -> tuple[int, int]:
    """The number at an offset, and the offset after it."""
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(message):
            raise ValueError("a number is cut short")
        octet = message[at]
        at += 1
        value |= (octet & 0x7F) << shift
        if octet < 0x80:
            return value & 0xFFFFFFFFFFFFFFFF, at
    raise ValueError("a number is longer than 10 bytes")
