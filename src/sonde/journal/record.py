r"""How one request lies in a segment: a header that OTLP parsers skip, then the request's own bytes.

A record is, byte for byte:

    offset  size  what
    0       4     AA 88 F7 4D: the protobuf tag of field 20,428,933, wire type 2 (`TAG`)
    4       1     n = 43 + length of the tenant's name: the field's length, always one byte (< 128)
    5       4     CRC32C of the n - 4 header bytes that follow
    9       4     CRC32C of the payload
    13      4     payload length in bytes, 1 to 2**31 - 1
    17      8     receive time, nanoseconds since the Unix epoch
    25      8     the segment's nonce, 64 random bits
    33      4     sequence number in the segment, from 0
    37      4     items in the payload: spans, data points or log records (capped at 2**32 - 1)
    41      1     format version, 1
    42      1     signal: 0 traces, 1 metrics, 2 logs
    43      1     length of the tenant's name, 1 to 63
    44      4     reserved, zero
    48      ...   the tenant's name, ASCII
    5 + n   ...   the payload: an OTLP export request, as it was received

All integers are little-endian. Protobuf parsers skip fields they do not know and merge messages that follow one
another, and every top-level field of an OTLP request is repeated: any run of whole records *is* one OTLP request. The field number spells
SONDE in five-bit letters; OTLP's requests use field 1, and 19,000 to 19,999 are protobuf's own. Source:
https://protobuf.dev/programming-guides/encoding/ (Length-Delimited Records; Last One Wins; Field Order).

Why two checksums: the header's alone tells whether its length can be trusted, and so a torn tail (trusted header, too
few bytes) from damage, and where the record after a damaged payload begins. Why a nonce: a payload may itself contain
journal bytes; when a reader searches for the next record after damage, only the segment's own are taken.
CRC32C detects accidents, not attackers: who can write to the directory can write records.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from struct import Struct
from typing import TYPE_CHECKING

import google_crc32c

from sonde.core.errors import ValidationError
from sonde.core.protobuf import varint
from sonde.core.signal import Signal

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "FIELD_NUMBER",
    "MAX_PAYLOAD",
    "TAG",
    "Framer",
    "Header",
    "Record",
    "overhead",
    "payload_is_whole",
    "read_header",
]

FIELD_NUMBER = 20_428_933
MAX_PAYLOAD = (1 << 31) - 1


TAG = varint(FIELD_NUMBER << 3 | 2)

_FIELDS = Struct("<IIQQIIBBBI")
_U32 = Struct("<I")
_PREFIX = len(TAG) + 1
_FIXED = _U32.size + _FIELDS.size
_VERSION = 1
_SIGNALS = tuple(sorted(Signal, key=lambda signal: signal.index))
_U32_MAX = 0xFFFFFFFF

_value: Callable[[bytes], int] = google_crc32c.value


@dataclass(frozen=True, slots=True)
class Header:
    """A record's header, read and checked, and where the record lies.

    Attributes:
        offset: where the record begins in its segment.
        payload_offset: where its payload begins.
        end: where the record ends, and the next one begins; may lie beyond the data that was given.
        signal: which of the three OTLP signals.
        tenant: the tenant's name.
        received_ns: receive time, nanoseconds since the Unix epoch.
        items: spans, data points or log records in the payload.
        sequence: the record's number in its segment, from 0.
        nonce: the segment's 64 random bits.
        payload_crc: CRC32C that the payload must have.
    """

    offset: int
    payload_offset: int
    end: int
    signal: Signal
    tenant: str
    received_ns: int
    items: int
    sequence: int
    nonce: int
    payload_crc: int


@dataclass(frozen=True, slots=True)
class Record:
    """One journaled request: its header, and the OTLP bytes as they were received."""

    header: Header
    payload: bytes


@lru_cache(maxsize=1024)
def _tenant_parts(tenant: str) -> tuple[bytes, bytes]:
    """The tag with the field's length, and the name's bytes."""
    try:
        name = tenant.encode("ascii")
    except UnicodeEncodeError:
        raise ValidationError(f"tenant {tenant!r} is not ASCII") from None
    if not 1 <= len(name) <= 63:
        raise ValidationError(f"tenant {tenant!r} has {len(name)} characters; 1 to 63 are allowed")
    return TAG + bytes([_FIXED + len(name)]), name


def overhead(tenant: str) -> int:
    """Bytes that a record of this tenant takes besides its payload."""
    return _PREFIX + _FIXED + len(_tenant_parts(tenant)[1])


class Framer:
    """Makes the headers of one segment's records; what they share is computed once.

    Raises:
        ValidationError: the tenant's name does not fit.
    """

    def __init__(self, signal: Signal, tenant: str, nonce: int) -> None:
        self._prefix, name = _tenant_parts(tenant)
        self._pack = Struct(f"{_FIELDS.format}{len(name)}s").pack
        self._nonce = nonce
        self._tail = (_VERSION, signal.index, len(name), 0, name)

    def header(self, payload: bytes, received_ns: int, items: int, sequence: int) -> bytes:
        """The bytes that stand before `payload`; costs one pass of CRC32C over it (about 50 us a MB)."""
        counted = min(items, _U32_MAX)
        fields = self._pack(_value(payload), len(payload), received_ns, self._nonce, sequence, counted, *self._tail)
        return self._prefix + _value(fields).to_bytes(4, "little") + fields


def read_header(data: bytes, offset: int) -> Header | None:
    """The header at `offset`, or None where no whole and undamaged header stands."""
    start = offset + _PREFIX
    if data[offset : start - 1] != TAG or start > len(data):
        return None
    size = data[start - 1]
    fields = data[start + _U32.size : start + size]
    if len(fields) != size - _U32.size or len(fields) <= _FIELDS.size:
        return None
    if _U32.unpack_from(data, start)[0] != _value(fields):
        return None
    crc, length, received_ns, nonce, sequence, items, version, signal, tenant_size, _ = _FIELDS.unpack_from(fields)
    name = fields[_FIELDS.size :]
    if version != _VERSION or signal >= len(_SIGNALS) or tenant_size != len(name) or not name.isascii():
        return None
    begin = start + size
    return Header(
        offset, begin, begin + length, _SIGNALS[signal], name.decode("ascii"), received_ns, items, sequence, nonce, crc
    )


def payload_is_whole(data: bytes, header: Header) -> bool:
    """Whether the payload is there to its last byte and has the CRC32C that the header says."""
    return header.end <= len(data) and _value(data[header.payload_offset : header.end]) == header.payload_crc
