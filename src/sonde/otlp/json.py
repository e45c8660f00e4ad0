"""OTLP/JSON to protobuf bytes and back, by tables made from the descriptors of `opentelemetry-proto`.

Source: OpenTelemetry Protocol specification 1.x, "JSON Protobuf Encoding", which is ProtoJSON with these differences:

- trace and span ids are hexadecimal, in any case; they are written in lower case. Other bytes are base64 (read in the
  standard and the URL-safe alphabet, with or without padding).
- enums are integers. Their names MUST NOT be used, so a name is refused, with an error that says so.
- names are lowerCamelCase only; a snake_case name is an unknown field.
- unknown fields are ignored.

As ProtoJSON has it: 64-bit integers are read as numbers or decimal strings and written as strings; doubles may be
"NaN", "Infinity" and "-Infinity"; `null` is an absent field; two members of one oneof are an error. A JSON number too
large to be exact (beyond 2^53 with a fraction or exponent, beyond 64 bits without) is refused rather than rounded.

Errors are `MalformedError`s with the JSON path, `resourceSpans[0].scopeSpans[1].spans[7].traceId`, and for text that
is no JSON at all with the character's offset. The length of ids, the one rule that is not JSON's, is left to
`sonde.otlp.wire.validate`, which sees every payload anyway. Cost: about 40 us a span of eight attributes to read; to
write 2 us with `sonde.otlp.json_writer` where it was built, else 35. The protobuf library and the tables are loaded at
the first call.
"""

from __future__ import annotations

import binascii
import math
import os
import re
import struct
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import orjson

from sonde.core.errors import MalformedError
from sonde.core.protobuf import varint
from sonde.core.signal import Signal
from sonde.otlp.messages import Field, Table, request_class, request_table
from sonde.otlp.schema import DEPTH_LIMIT

if TYPE_CHECKING:
    from sonde.otlp import json_writer
elif os.environ.get("SONDE_PURE"):
    json_writer = None
else:
    try:
        from sonde.otlp import json_writer
    except ImportError:
        json_writer = None

__all__ = ["NATIVE", "from_protobuf", "to_protobuf"]

NATIVE: bool = json_writer is not None
"""True when the Cython writer serves requests in the form that encoders write; False for protobuf's library alone."""

# What writes one value at a depth: appends bytes to the list.
_Writer = Callable[[Any, list[bytes], int], None]
# What turns one value into its bytes on the wire, without a tag.
_Scalar = Callable[[Any], bytes]
_Reader = Callable[[Any], Any]

_INTEGER = re.compile(r"-?[0-9]{1,20}")
_DOUBLE = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_NAMED_DOUBLES: Final = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
_EXACT = 1 << 53
_URL_SAFE = str.maketrans("-_", "+/")


class _WrongError(Exception):
    """A value that does not fit its field; collects the path from the inside out while it unwinds."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path: list[str] = []


def to_protobuf(signal: Signal, text: bytes | bytearray | memoryview) -> bytes:
    """The protobuf bytes of an OTLP/JSON export request; empty text is an empty request.

    Raises:
        MalformedError: the text is not JSON, or not a request of this signal; says where and what is wrong.
    """
    if not text:
        return b""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise MalformedError(f"not valid JSON: {error.msg}", error.pos) from None
    out: list[bytes] = []
    try:
        _message_writer(signal)(value, out, 0)
    except _WrongError as error:
        path = "".join(reversed(error.path)).removeprefix(".")
        raise MalformedError(error.reason, path=path) from None
    return b"".join(out)


def from_protobuf(signal: Signal, payload: bytes | bytearray | memoryview) -> bytes:
    """The OTLP/JSON of a protobuf export request; unknown fields are left out.

    Raises:
        MalformedError: the payload is not a valid request of this signal.
    """
    writer = _writer(signal)
    text = None if writer is None else writer.write(payload)
    return _by_library(signal, payload) if text is None else text


def _by_library(signal: Signal, payload: bytes | bytearray | memoryview) -> bytes:
    """The same by the protobuf library, whatever the order and repetition of fields."""
    message = request_class(signal)()
    try:
        message.ParseFromString(bytes(payload))
    except Exception as error:  # the protobuf library's DecodeError, which is not worth importing it for
        raise MalformedError(f"not a valid {signal.value} request: {error}") from error
    return orjson.dumps(_message_reader(signal)(message))


# ---- JSON to protobuf ------------------------------------------------------------------------------------------------


@cache
def _message_writer(signal: Signal) -> _Writer:
    return _compile(request_table(signal), {})


def _compile(table: Table, made: dict[str, _Writer]) -> _Writer:
    if table.name in made:
        return made[table.name]
    fields: dict[str, _Writer] = {}
    made[table.name] = writer = _object_writer(fields, table.oneofs)
    for name, entry in table.fields.items():
        fields[name] = _field_writer(entry, made)
    return writer


def _object_writer(fields: dict[str, _Writer], oneofs: list[tuple[str, ...]]) -> _Writer:
    find = fields.get

    def write(value: Any, out: list[bytes], depth: int) -> None:
        if type(value) is not dict:
            raise _wrong("an object", value)
        if oneofs and len(value) > 1:
            _check_oneofs(value, oneofs)
        name = ""
        try:
            for name, item in value.items():
                if item is not None:
                    field = find(name)
                    if field is not None:
                        field(item, out, depth)
        except _WrongError as error:
            error.path.append(f".{name}")
            raise

    return write


def _check_oneofs(value: dict[str, Any], oneofs: list[tuple[str, ...]]) -> None:
    for names in oneofs:
        present = [name for name in names if value.get(name) is not None]
        if len(present) > 1:
            raise _WrongError(f"{' and '.join(present)} cannot both be set")


def _field_writer(entry: Field, made: dict[str, _Writer]) -> _Writer:
    if entry.message is not None:
        tag = _varint(entry.number << 3 | 2)
        one = _sub_message_writer(tag, _compile(entry.message, made))
        return _list_writer(one) if entry.is_repeated else one
    wire_type, scalar = _SCALARS[entry.kind]
    tag = _varint(entry.number << 3 | wire_type)
    if not entry.is_repeated:
        return _scalar_writer(tag, scalar, _ABSENT[wire_type] if not entry.has_presence else None)
    if wire_type == 2:
        return _list_writer(_scalar_writer(tag, scalar, None))
    return _packed_writer(_varint(entry.number << 3 | 2), scalar)


def _sub_message_writer(tag: bytes, inner: _Writer) -> _Writer:
    def write(value: Any, out: list[bytes], depth: int) -> None:
        if depth >= DEPTH_LIMIT:
            raise _WrongError(f"messages are nested deeper than {DEPTH_LIMIT} levels")
        body: list[bytes] = []
        inner(value, body, depth + 1)
        content = b"".join(body)
        out += (tag, _varint(len(content)), content)

    return write


def _list_writer(one: _Writer) -> _Writer:
    def write(value: Any, out: list[bytes], depth: int) -> None:
        if type(value) is not list:
            raise _wrong("a list", value)
        index = 0
        try:
            for index, item in enumerate(value):  # noqa: B007 -- the handler below needs it
                one(item, out, depth)
        except _WrongError as error:
            error.path.append(f"[{index}]")
            raise

    return write


def _scalar_writer(tag: bytes, scalar: _Scalar, absent: bytes | None) -> _Writer:
    def write(value: Any, out: list[bytes], _depth: int) -> None:
        content = scalar(value)
        if content != absent:
            out += (tag, content)

    return write


def _packed_writer(tag: bytes, scalar: _Scalar) -> _Writer:
    def pack(value: Any, out: list[bytes], _depth: int) -> None:
        out.append(scalar(value))

    each = _list_writer(pack)

    def write(value: Any, out: list[bytes], depth: int) -> None:
        body: list[bytes] = []
        each(value, body, depth)
        content = b"".join(body)
        if content:
            out += (tag, _varint(len(content)), content)

    return write


def _wrong(expected: str, value: Any) -> _WrongError:
    if isinstance(value, str):
        found = repr(value if len(value) <= 40 else value[:37] + "...")
    else:
        found = _NAMES.get(type(value)) or str(value)[:40]
    return _WrongError(f"expected {expected}, found {found}")


_NAMES: Final = {dict: "an object", list: "a list", type(None): "null"}


_SHORT = tuple(varint(value) for value in range(1 << 14))


def _varint(value: int) -> bytes:
    return _SHORT[value] if value < 1 << 14 else varint(value)


def _integer(value: Any, low: int, high: int) -> int:
    kind = type(value)
    if kind is int:
        number: int = value
    elif (kind is str and _INTEGER.fullmatch(value)) or (kind is float and value.is_integer() and abs(value) <= _EXACT):
        number = int(value)
    elif kind is float and abs(value) > _EXACT:
        raise _WrongError(f"{value} is not exact as a JSON number or out of range; write an integer as a string")
    else:
        raise _wrong("an integer", value)
    if not low <= number <= high:
        raise _WrongError(f"{number} is out of the range {low} to {high}")
    return number


def _integers(bits: int, *, signed: bool, layout: str = "", zigzag: bool = False) -> _Scalar:
    """What encodes one integer type: with a `struct` layout at a fixed width, else as a varint."""
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    if layout:
        pack = struct.Struct(layout).pack
        return lambda value: pack(_integer(value, low, high))
    if zigzag:
        return lambda value: _varint((number := _integer(value, low, high)) << 1 ^ number >> bits - 1)
    return lambda value: _varint(_integer(value, low, high) & 0xFFFFFFFFFFFFFFFF)


def _enum(value: Any) -> bytes:
    if type(value) is not int:
        raise _wrong("an enum's integer (OTLP/JSON does not allow names)", value)
    return _varint(_integer(value, -(1 << 31), (1 << 31) - 1) & 0xFFFFFFFFFFFFFFFF)


def _double(value: Any) -> float:
    kind = type(value)
    if kind is float or kind is int:
        return float(value)
    if kind is str:
        if value in _NAMED_DOUBLES:
            return _NAMED_DOUBLES[value]
        if len(value) <= 400 and _DOUBLE.fullmatch(value) and math.isfinite(number := float(value)):
            return number
    raise _wrong("a number", value)


def _doubles(value: Any) -> bytes:
    return struct.pack("<d", _double(value))


def _floats(value: Any) -> bytes:
    try:
        return struct.pack("<f", _double(value))
    except OverflowError:
        raise _WrongError(f"{value} is out of the range of a float") from None


def _bool(value: Any) -> bytes:
    if value is True:
        return b"\x01"
    if value is False:
        return b"\x00"
    raise _wrong("true or false", value)


def _string(value: Any) -> bytes:
    if type(value) is not str:
        raise _wrong("a string", value)
    content = value.encode()
    return _varint(len(content)) + content


def _base64(value: Any) -> bytes:
    if type(value) is not str:
        raise _wrong("a base64 string", value)
    text = value.translate(_URL_SAFE).rstrip("=")
    try:
        content = binascii.a2b_base64(text + "=" * (-len(text) % 4), strict_mode=True)
    except ValueError:  # binascii.Error is one
        raise _wrong("a base64 string", value) from None
    return _varint(len(content)) + content


def _hex(value: Any) -> bytes:
    if type(value) is not str:
        raise _wrong("a hexadecimal string", value)
    try:
        content = binascii.a2b_hex(value)
    except ValueError:
        raise _wrong("a hexadecimal string", value) from None
    return _varint(len(content)) + content


_SCALARS: Final[dict[str, tuple[int, _Scalar]]] = {
    "double": (1, _doubles),
    "float": (5, _floats),
    "int64": (0, _integers(64, signed=True)),
    "uint64": (0, _integers(64, signed=False)),
    "int32": (0, _integers(32, signed=True)),
    "uint32": (0, _integers(32, signed=False)),
    "sint32": (0, _integers(32, signed=True, zigzag=True)),
    "sint64": (0, _integers(64, signed=True, zigzag=True)),
    "fixed32": (5, _integers(32, signed=False, layout="<I")),
    "fixed64": (1, _integers(64, signed=False, layout="<Q")),
    "sfixed32": (5, _integers(32, signed=True, layout="<i")),
    "sfixed64": (1, _integers(64, signed=True, layout="<q")),
    "bool": (0, _bool),
    "enum": (0, _enum),
    "string": (2, _string),
    "bytes": (2, _base64),
    "id": (2, _hex),
}
"""The wire type and the encoder of every kind that is not a message."""

_ABSENT: Final = {0: b"\x00", 1: bytes(8), 2: b"\x00", 5: bytes(4)}
"""What a default value looks like on the wire, by wire type: it is left out where it means the same as absence."""


# ---- protobuf to JSON ------------------------------------------------------------------------------------------------


@cache
def _writer(signal: Signal) -> json_writer.Writer | None:
    if not NATIVE:
        return None
    try:
        return json_writer.Writer(request_table(signal))
    except ValueError:  # an `opentelemetry-proto` newer than the writer, with kinds that it does not know
        return None


@cache
def _message_reader(signal: Signal) -> _Reader:
    return _compile_reader(request_table(signal), {})


def _compile_reader(table: Table, made: dict[str, _Reader]) -> _Reader:
    if table.name in made:
        return made[table.name]
    fields: dict[int, tuple[str, _Reader]] = {}

    def read(message: Any) -> dict[str, Any]:
        out = {}
        for descriptor, value in message.ListFields():
            name, convert = fields[descriptor.number]
            out[name] = convert(value)
        return out

    made[table.name] = read
    for entry in table.fields.values():
        one = _compile_reader(entry.message, made) if entry.message else _READERS.get(entry.kind, _same)
        fields[entry.number] = (entry.name, _each(one) if entry.is_repeated else one)
    return read


def _each(one: _Reader) -> _Reader:
    return lambda values: [one(value) for value in values]


def _same(value: Any) -> Any:
    return value


def _number_text(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _base64_text(value: bytes) -> str:
    return binascii.b2a_base64(value, newline=False).decode()


_READERS: Final[dict[str, _Reader]] = {
    "double": _number_text,
    "float": _number_text,
    "int64": str,
    "uint64": str,
    "fixed64": str,
    "sfixed64": str,
    "sint64": str,
    "bytes": _base64_text,
    "id": bytes.hex,
}
"""How kinds are written that JSON has no value of its own for; the rest are written as they are."""
