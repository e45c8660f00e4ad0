"""Compress and decompress request bodies; what comes out is bounded while it inflates, not after.

Encodings are those that OTLP clients and the Collector use, by their HTTP names:

    gzip              RFC 1952, any number of members
    deflate           RFC 1950 (zlib), or RFC 1951 (raw) as some clients send it
    zstd              RFC 8878, any number of frames; windows up to 8 MiB, the bound that RFC 9659 sets for HTTP
    br                RFC 7932
    snappy            the block format, or the framed one, told apart by the stream identifier
    x-snappy-framed   the framed format
    lz4               the LZ4 frame format
    identity          nothing

Memory: at most `limit_bytes` of output and the library's own window (16 MiB for brotli, 8 MiB for zstd, 4 MiB for lz4,
less for the others) exist at once, whatever the input claims. Time is bounded too: input is fed in windows, and a body
may hold at most 4,096 members or frames, because each of them costs a fixed amount of work. Truncated input and bytes
after the end are errors: half a request is not a smaller request.

Each library is imported when its encoding is first used: a process that only ever sees gzip pays for nothing else, and
an installation without the server's extras still has gzip and deflate (`isal` makes them several times faster where it
is installed; its level 1 is this module's level).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import Any, Final, NamedTuple, NoReturn, Protocol

from sonde.core.errors import MalformedError, TooLargeError, UnsupportedError
from sonde.core.units import format_size

try:
    from isal import isal_zlib
except ImportError:  # the plain installation, which has no compiled accelerator
    _zlib: Any = zlib
else:
    _zlib = isal_zlib

__all__ = ["ENCODINGS", "compress", "decompress"]

ENCODINGS: Final = ("gzip", "deflate", "zstd", "br", "snappy", "x-snappy-framed", "lz4", "identity")
"""The encodings spoken here, in the order in which they are offered to clients."""

_WINDOW_BYTES = 256 * 1024
_MAX_MEMBERS = 4096
_ZSTD_WINDOW_LOG = 23
_GZIP, _ZLIB, _RAW = 31, 15, -15
_SNAPPY_STREAM = b"\xff\x06\x00\x00sNaPpY"
_SNAPPY_CHUNK_BYTES = 65536
# A snappy copy of three bytes yields 64 at most, so no block can hold more than this many times its own size.
_SNAPPY_RATIO = 22

_LIBRARIES: Final = {
    "zstd": ("compression.zstd", "backports.zstd"),  # Python 3.14 has it; the other is the same for older ones
    "br": ("brotli",),
    "lz4": ("lz4.frame",),
    "snappy": ("cramjam",),
    "crc32c": ("google_crc32c",),
}

Buffer = bytes | bytearray | memoryview


class _Decoder(Protocol):
    """A decoder of the standard library's shape: `zlib.decompressobj`, `bz2.BZ2Decompressor` and their likes."""

    eof: bool
    unused_data: Any  # bytes, or None in lz4 until the end

    def decompress(self, data: Buffer, max_length: int, /) -> bytes: ...


def decompress(encoding: str, data: Buffer, limit_bytes: int) -> bytes:
    """The plain bytes of a body.

    Args:
        encoding: one of `ENCODINGS`, lower case; empty means identity.
        data: the whole body as it was sent.
        limit_bytes: the most bytes that may come out.

    Raises:
        TooLargeError: more than `limit_bytes` would come out; noticed while inflating.
        MalformedError: the data is not of this encoding, is cut short, or something follows its end.
        UnsupportedError: the encoding is not spoken here, or its library is not installed.
    """
    decoder = _DECODERS.get(encoding)
    if decoder is None:
        raise _unsupported(encoding)
    return decoder(data, limit_bytes)


def compress(encoding: str, data: Buffer) -> bytes:
    """A body in an encoding, at the level that suits telemetry: fast first, small second.

    Raises:
        UnsupportedError: the encoding is not spoken here, or its library is not installed.
    """
    encoder = _ENCODERS.get(encoding)
    if encoder is None:
        raise _unsupported(encoding)
    return encoder(data)


def _unsupported(encoding: str) -> UnsupportedError:
    return UnsupportedError(f"content encoding {encoding[:80]!r} is not one of {', '.join(ENCODINGS)}")


@cache
def _library(encoding: str) -> Any:
    # Imported at first use so that a door which only ever sees gzip does not carry every codec in its memory.
    for name in _LIBRARIES[encoding]:
        with suppress(ImportError):
            return import_module(name)
    raise UnsupportedError(f"content encoding {encoding!r} needs a library that is missing; install sonde[server]")


def _too_large(limit_bytes: int) -> NoReturn:
    raise TooLargeError(f"the body is larger than {format_size(limit_bytes)} ({limit_bytes} bytes) once decompressed")


def _identity(data: Buffer, limit_bytes: int) -> bytes:
    if len(data) > limit_bytes:
        raise TooLargeError(f"the body is larger than {format_size(limit_bytes)} ({limit_bytes} bytes)")
    return bytes(data)


class _Format(NamedTuple):
    """How to decode one format: its name, what makes a decoder, what that raises, how many members may follow."""

    name: str
    make: Callable[[], _Decoder]
    errors: tuple[type[Exception], ...]
    members: int = _MAX_MEMBERS


def _inflate(form: _Format, data: Buffer, limit: int) -> bytes:
    """Drive a decoder over the data: windows in, bounded pieces out, the next member where one ends."""
    view = memoryview(data)
    parts: list[bytes] = []
    free, position, count = limit + 1, 0, 0
    decoder: _Decoder | None = None
    while position < len(view):
        if decoder is None:
            if count == form.members:
                raise MalformedError(f"{form.name} data goes on after its end (or has too many members)", position)
            decoder, count = form.make(), count + 1
        window = view[position : position + _WINDOW_BYTES]
        try:
            # Output that fills `free` ends the loop, so a decoder never holds input back for a second call.
            part = decoder.decompress(window, free)
        except form.errors as error:
            raise MalformedError(f"not valid {form.name} data: {error}", position) from error
        free -= len(part)
        if free <= 0:
            _too_large(limit)
        parts.append(part)
        position += len(window)
        if decoder.eof:
            position -= len(decoder.unused_data or b"")
            decoder = None
    if decoder is not None or not count:
        raise MalformedError(f"{form.name} data is cut short", len(view))
    return parts[0] if len(parts) == 1 else b"".join(parts)


_GZIP_FORMAT = _Format("gzip", lambda: _zlib.decompressobj(_GZIP), (_zlib.error,))
_ZLIB_FORMAT = _Format("deflate", lambda: _zlib.decompressobj(_ZLIB), (_zlib.error,), members=1)
_RAW_FORMAT = _Format("deflate", lambda: _zlib.decompressobj(_RAW), (_zlib.error,), members=1)


def _gunzip(data: Buffer, limit: int) -> bytes:
    return _inflate(_GZIP_FORMAT, data, limit)


def _undeflate(data: Buffer, limit: int) -> bytes:
    # A zlib header is a multiple of 31 with method 8; no raw stream begins so, unless its padding bits are set.
    is_zlib = len(data) >= 2 and data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0
    return _inflate(_ZLIB_FORMAT if is_zlib else _RAW_FORMAT, data, limit)


@cache
def _zstd_format() -> _Format:
    library = _library("zstd")
    options = {library.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG}
    return _Format("zstd", lambda: library.ZstdDecompressor(options=options), (library.ZstdError, EOFError))


def _unzstd(data: Buffer, limit: int) -> bytes:
    return _inflate(_zstd_format(), data, limit)


def _unlz4(data: Buffer, limit: int) -> bytes:
    return _inflate(_Format("lz4", _library("lz4").LZ4FrameDecompressor, (RuntimeError, EOFError)), data, limit)


def _unbrotli(data: Buffer, limit: int) -> bytes:
    library = _library("br")
    decoder = library.Decompressor()
    view = memoryview(data)
    parts: list[bytes] = []
    position, size = 0, 0
    try:
        while not decoder.is_finished():
            window = view[position : position + _WINDOW_BYTES] if decoder.can_accept_more_data() else b""
            position += len(window)
            part = decoder.process(window, output_buffer_limit=_WINDOW_BYTES)
            size += len(part)
            if size > limit:
                _too_large(limit)
            parts.append(part)
            if position == len(view) and not part and decoder.can_accept_more_data():
                break
    except library.error as error:
        raise MalformedError(f"not valid br data: {error}", position) from error
    if not decoder.is_finished():
        raise MalformedError("br data is cut short", len(view))
    if position < len(view):
        raise MalformedError("br data goes on after its end", position)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _unsnap(data: Buffer, limit: int) -> bytes:
    if bytes(data[: len(_SNAPPY_STREAM)]) == _SNAPPY_STREAM:
        return _unsnap_frames(data, limit)
    return _unsnap_block(memoryview(data), limit)


def _unsnap_block(data: memoryview, limit: int) -> bytes:
    library = _library("snappy")
    try:
        size = library.snappy.decompress_raw_len(data)
        if size > limit:
            _too_large(limit)
        if size > _SNAPPY_RATIO * len(data):
            raise MalformedError(f"snappy data of {len(data)} bytes cannot hold the {size} that it announces", 0)
        return bytes(library.snappy.decompress_raw(data))
    except library.DecompressionError as error:
        raise MalformedError(f"not valid snappy data: {error}") from error


def _unsnap_frames(data: Buffer, limit: int) -> bytes:
    """The framed format: chunks of a type byte, a 24-bit length, and for data a masked CRC32C (framing_format.txt)."""
    view = memoryview(data)
    parts: list[bytes] = []
    position, size = 0, 0
    if bytes(view[: len(_SNAPPY_STREAM)]) != _SNAPPY_STREAM:
        raise MalformedError("framed snappy data does not begin with its stream identifier", 0)
    while position < len(view):
        if position + 4 > len(view):
            raise MalformedError("framed snappy data is cut short", position)
        kind = view[position]
        end = position + 4 + int.from_bytes(view[position + 1 : position + 4], "little")
        if end > len(view):
            raise MalformedError("framed snappy data is cut short", position)
        if kind <= 1:
            part = _unsnap_chunk(kind, view[position + 4 : end], position)
            size += len(part)
            if size > limit:
                _too_large(limit)
            parts.append(part)
        elif kind == 0xFF:
            if bytes(view[position:end]) != _SNAPPY_STREAM:
                raise MalformedError("framed snappy data has a wrong stream identifier", position)
        elif kind < 0x80:
            raise MalformedError(f"framed snappy data has a chunk of the reserved type {kind}", position)
        position = end
    return b"".join(parts)


def _unsnap_chunk(kind: int, content: memoryview, position: int) -> bytes:
    if len(content) < 4:
        raise MalformedError("framed snappy data has a chunk without its checksum", position)
    part = bytes(content[4:]) if kind == 1 else _unsnap_block(content[4:], _SNAPPY_CHUNK_BYTES)
    if len(part) > _SNAPPY_CHUNK_BYTES:
        raise MalformedError("framed snappy data has a chunk of more than 64 KiB", position)
    if _masked_crc(part) != int.from_bytes(content[:4], "little"):
        raise MalformedError("framed snappy data has a chunk whose checksum is wrong", position)
    return part


def _masked_crc(part: bytes) -> int:
    # framing_format.txt, section 3: rotated and offset, so that a checksum of data with checksums in it stays sound.
    crc: int = _library("crc32c").value(part)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def _snap_frames(data: Buffer) -> bytes:
    view = memoryview(data)
    parts = [_SNAPPY_STREAM]
    snappy = _library("snappy").snappy
    for position in range(0, len(view), _SNAPPY_CHUNK_BYTES):
        plain = bytes(view[position : position + _SNAPPY_CHUNK_BYTES])
        packed = bytes(snappy.compress_raw(plain))
        parts += (
            b"\x00" + (len(packed) + 4).to_bytes(3, "little"),
            _masked_crc(plain).to_bytes(4, "little"),
            packed,
        )
    return b"".join(parts)


def _gzip(data: Buffer) -> bytes:
    packed: bytes = _zlib.compress(data, 1, _GZIP)
    return packed


def _deflate(data: Buffer) -> bytes:
    packed: bytes = _zlib.compress(data, 1, _ZLIB)
    return packed


def _zstd_compress(data: Buffer) -> bytes:
    packed: bytes = _library("zstd").compress(data, 1)
    return packed


def _brotli(data: Buffer) -> bytes:
    packed: bytes = _library("br").compress(bytes(data), quality=4)
    return packed


def _lz4(data: Buffer) -> bytes:
    packed: bytes = _library("lz4").compress(data)
    return packed


_DECODERS: Final[dict[str, Callable[[Buffer, int], bytes]]] = {
    "": _identity,
    "identity": _identity,
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _undeflate,
    "zstd": _unzstd,
    "br": _unbrotli,
    "snappy": _unsnap,
    "x-snappy-framed": _unsnap_frames,
    "lz4": _unlz4,
}
_ENCODERS: Final[dict[str, Callable[[Buffer], bytes]]] = {
    "": bytes,
    "identity": bytes,
    "gzip": _gzip,
    "deflate": _deflate,
    "zstd": _zstd_compress,
    "br": _brotli,
    "snappy": lambda data: bytes(_library("snappy").snappy.compress_raw(data)),
    "x-snappy-framed": _snap_frames,
    "lz4": _lz4,
}
