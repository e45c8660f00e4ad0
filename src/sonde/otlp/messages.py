"""The messages of OTLP as `opentelemetry-proto` describes them: what OTLP/JSON is translated by.

`request_class` is the protobuf class of a signal's export request; `request_table` is the same message as plain tables
of fields by their JSON name, made from the descriptors at first use. No name or number is repeated here, so a newer
`opentelemetry-proto` brings its new fields with it.

The protobuf library is imported inside functions: a door that receives no JSON does without its 10 MB.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any, Final

from sonde.core.signal import Signal

__all__ = ["ID_FIELDS", "Field", "Table", "request_class", "request_table"]

ID_FIELDS: Final = frozenset({"trace_id", "span_id", "parent_span_id"})
"""The bytes fields that OTLP/JSON writes as hexadecimal instead of base64 (specification, "JSON Protobuf Encoding")."""

_KINDS: Final = {
    1: "double",
    2: "float",
    3: "int64",
    4: "uint64",
    5: "int32",
    6: "fixed64",
    7: "fixed32",
    8: "bool",
    9: "string",
    11: "message",
    12: "bytes",
    13: "uint32",
    14: "enum",
    15: "sfixed32",
    16: "sfixed64",
    17: "sint32",
    18: "sint64",
}
"""`google.protobuf.FieldDescriptorProto.Type` by number; 10 is the group, which proto3 does not have."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a message.

    Attributes:
        name: the name in JSON, lowerCamelCase.
        number: the field number on the wire.
        kind: the type's name in the `.proto` language; `id` for the ids that JSON writes in hexadecimal.
        is_repeated: whether it holds a list; lists of numbers are packed, as proto3 packs them.
        has_presence: whether a default value differs from an absent one.
        message: the table of the sub-message, for the kind `message`.
    """

    name: str
    number: int
    kind: str
    is_repeated: bool
    has_presence: bool
    message: Table | None = None


@dataclass(slots=True)
class Table:
    """One message.

    Attributes:
        name: the full protobuf name.
        fields: its fields by JSON name.
        oneofs: for each oneof, the JSON names of which only one may be set.
    """

    name: str
    fields: dict[str, Field] = field(default_factory=dict)
    oneofs: list[tuple[str, ...]] = field(default_factory=list)


@cache
def request_class(signal: Signal) -> Any:
    """The protobuf class of a signal's `Export*ServiceRequest`."""
    noun = signal.grpc_method.split(".")[3]
    # Imported here because protobuf costs a door memory that only JSON needs.
    module = import_module(f"opentelemetry.proto.collector.{noun}.v1.{noun}_service_pb2")
    return getattr(module, f"Export{noun.capitalize()}ServiceRequest")


@cache
def request_table(signal: Signal) -> Table:
    """The table of a signal's `Export*ServiceRequest`, with those of all messages below it."""
    return _table(request_class(signal).DESCRIPTOR, {})


def _table(descriptor: Any, made: dict[str, Table]) -> Table:
    table = made.get(descriptor.full_name)
    if table is None:
        table = made[descriptor.full_name] = Table(descriptor.full_name)
        for entry in descriptor.fields:
            table.fields[entry.json_name] = _field(entry, made)
        for oneof in descriptor.oneofs:
            names = tuple(entry.json_name for entry in oneof.fields)
            # An `optional` field is described as a oneof of its own.
            if len(names) > 1:
                table.oneofs.append(names)
    return table


def _field(entry: Any, made: dict[str, Table]) -> Field:
    kind = _KINDS[entry.type]
    return Field(
        name=entry.json_name,
        number=entry.number,
        kind="id" if kind == "bytes" and entry.name in ID_FIELDS else kind,
        is_repeated=_is_repeated(entry),
        has_presence=entry.has_presence,
        message=_table(entry.message_type, made) if kind == "message" else None,
    )


def _is_repeated(entry: Any) -> bool:
    # protobuf 6.31 deprecates `label`; older ones have no `is_repeated`.
    found = getattr(entry, "is_repeated", None)
    return bool(entry.label == entry.LABEL_REPEATED) if found is None else bool(found)
