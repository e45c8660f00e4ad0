"""OTLP in files: what format a file has, which signal it carries, and its requests one after the other.

Formats, told apart by the first bytes: JSON (one request, or one a line as the Collector's file exporter writes them),
protobuf (one request; a journal segment is one too), and length-prefixed protobuf (the file exporter's `format: proto`:
four bytes big-endian, then a request). Any of them may be compressed with gzip or zstd.

JSON names its signal (`resourceSpans`, `resourceLogs`, `resourceMetrics`). Protobuf does not: the first record's fields
tell. A span has its times in fields 7 and 8, a log record its times in 1 and 11, a metric its name in 1 and its data in
5 to 11 (OTLP's trace.proto, logs.proto, metrics.proto). Where that decides nothing the caller must say.

Bounds: a JSON-lines file is read line by line; any other is read whole, and inflated to at most INFLATED_LIMIT bytes.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import orjson

from sonde.core.errors import MalformedError, ValidationError
from sonde.core.signal import Signal
from sonde.otlp import compression, wire
from sonde.otlp.json import to_protobuf

__all__ = ["Payload", "Source", "payloads_of", "signal_of"]

INFLATED_LIMIT = 4 << 30
_JSON_KEYS = {"resourceSpans": Signal.TRACES, "resourceLogs": Signal.LOGS, "resourceMetrics": Signal.METRICS}
_MAGIC = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}


class Source(Protocol):
    """What payloads are read from: an open file, or something that reads like one."""

    def read(self, size: int = -1, /) -> bytes:
        """At most `size` bytes; all that is left for -1."""

    def readline(self) -> bytes:
        """The bytes up to and with the next newline; none at the end."""


@dataclass(frozen=True, slots=True)
class Payload:
    """One request of a file: its signal, and its bytes as protobuf."""

    signal: Signal
    body: bytes


def payloads_of(file: Source, *, signal: Signal | None = None) -> Iterator[Payload]:
    """The requests in an open file.

    Args:
        file: opened for reading bytes; need not be seekable.
        signal: the signal of a file that does not tell.

    Raises:
        MalformedError: neither JSON nor protobuf of OTLP.
        ValidationError: protobuf that does not tell its signal, and none was given.
    """
    beginning = file.read(4)
    encoding = next((name for magic, name in _MAGIC.items() if beginning.startswith(magic)), None)
    if encoding:
        inflated = compression.decompress(encoding, beginning + file.read(), INFLATED_LIMIT)
        yield from payloads_of(io.BytesIO(inflated), signal=signal)
    elif beginning.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b""} and beginning.strip() != b"":
        yield from _json_payloads(beginning, file)
    elif beginning[:1] == b"\x00":
        yield from _prefixed_payloads(beginning + file.read(), signal)
    elif beginning:
        body = beginning + file.read()
        yield Payload(signal or signal_of(body), body)


def _json_payloads(beginning: bytes, file: Source) -> Iterator[Payload]:
    """Requests of a JSON document, or of JSON lines where the first line is a document of its own."""
    lines = iter(file.readline, b"")
    first = (beginning + next(lines, b"")).removeprefix(b"\xef\xbb\xbf")
    while not first.strip():
        first = next(lines)
    if _is_document(first):
        for line in itertools.chain((first,), lines):
            if line.strip():
                yield from _json_requests(line)
    else:
        yield from _json_requests(first + b"".join(lines))


def _is_document(line: bytes) -> bool:
    try:
        orjson.loads(line)
    except ValueError:
        return False
    return True


def _json_requests(text: bytes) -> Iterator[Payload]:
    try:
        document = orjson.loads(text)
    except ValueError as error:
        raise MalformedError(f"not JSON: {error}") from None
    signals = [signal for key, signal in _JSON_KEYS.items() if isinstance(document, dict) and key in document]
    if not signals:
        raise MalformedError(f"JSON, but none of {', '.join(_JSON_KEYS)} is in it: not an OTLP request")
    for signal in signals:
        yield Payload(signal, to_protobuf(signal, text))


def _prefixed_payloads(data: bytes, signal: Signal | None) -> Iterator[Payload]:
    position = 0
    while position < len(data):
        size = int.from_bytes(data[position : position + 4], "big")
        body = data[position + 4 : position + 4 + size]
        if len(body) != size or len(data) < position + 4:
            raise MalformedError("length-prefixed protobuf that ends in the middle of a request", position)
        if body:
            yield Payload(signal or signal_of(body), body)
        position += 4 + size


def signal_of(body: bytes) -> Signal:
    """The signal of a protobuf request, by the fields of its first record.

    Raises:
        ValidationError: they do not tell.
    """
    fields = _first_record(body)
    if fields & {(7, 1), (8, 1)}:
        return Signal.TRACES
    if fields & {(1, 1), (11, 1), (2, 0)}:
        return Signal.LOGS
    if fields & {(5, 2), (7, 2), (9, 2), (10, 2), (11, 2)} and _is_valid(Signal.METRICS, body):
        return Signal.METRICS
    raise ValidationError("these bytes do not tell whether they are traces, metrics or logs; say so with --signal")


def _is_valid(signal: Signal, body: bytes) -> bool:
    """Whether bytes are a request of a signal: the name of a span without times lies where a metric has its data."""
    try:
        wire.validate(signal.index, body)
    except MalformedError:
        return False
    return True


def _first_record(body: bytes) -> set[tuple[int, int]]:
    """Numbers and wire types of the fields of the first span, log record or metric: the second field 2 below a field 1."""
    for resource in _children(body, 1):
        for scope in _children(resource, 2):
            for record in _children(scope, 2):
                return {(number, kind) for number, kind, _ in _fields(record)}
    return set()


def _children(data: bytes, number: int) -> Iterable[bytes]:
    return (content for field, kind, content in _fields(data) if field == number and kind == 2)


def _fields(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Number, wire type and content of each field; stops where the bytes stop making sense."""
    position = 0
    while position < len(data):
        tag, position = _varint(data, position)
        number, kind = tag >> 3, tag & 7
        if kind == 0:
            size = _varint(data, position)[1] - position
        elif kind == 2:
            size, position = _varint(data, position)
        else:
            size = {1: 8, 5: 4}.get(kind, len(data))
        if not number or position + size > len(data):
            return
        yield number, kind, data[position : position + size]
        position += size


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if position >= len(data):
            break
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
    return 0, len(data) + 1
