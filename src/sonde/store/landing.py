"""One segment into the engine: a single insert, whole and at most once.

The segment's bytes are an OTLP request; nested values are made text (`wire.flatten`), eight bytes with the segment's time
are appended as one more protobuf field, and the engine decodes the rest: the whole request is one row of a landing table,
and the materialized views make spans, records and points of it.

Why one row and one block: the deduplication token names the blocks of an insert by their order, so a replay must cut
the data as the first attempt did. One row on one thread cannot be cut in two ways, and the block settings below keep the
views from cutting what they make of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sonde.otlp import wire
from sonde.store.render import otlp_proto

if TYPE_CHECKING:
    from sonde.core.signal import Signal
    from sonde.store.store import Store

__all__ = ["SEGMENT_TIME_FIELD", "land"]

SEGMENT_TIME_FIELD = 20_428_934
"""The protobuf field of a landing request that holds the segment's time; OTLP does not use it, nor does the journal."""

_UNBOUNDED = 1 << 40
_SETTINGS: dict[str, Any] = {
    "format_schema_source": "string",
    "input_format_protobuf_oneof_presence": 1,
    "deduplicate_blocks_in_dependent_materialized_views": 1,
    "max_threads": 1,
    "max_insert_threads": 1,
    "max_block_size": _UNBOUNDED,
    "min_insert_block_size_rows": _UNBOUNDED,
    "min_insert_block_size_bytes": _UNBOUNDED,
    "max_partitions_per_insert_block": 0,
    "materialize_skip_indexes_on_insert": 0,
    "optimize_on_insert": 1,
}


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


_TIME_TAG = _varint(SEGMENT_TIME_FIELD << 3 | 1)


def land(store: Store, signal: Signal, tenant: str, body: wire.BytesLike, *, token: str, created_ns: int) -> None:
    """Insert one OTLP request; a request that was inserted under the same token before changes nothing.

    Args:
        store: the open store; the tenant's database exists.
        signal: what the request holds.
        tenant: whose it is.
        body: the request; unknown fields in it are skipped.
        token: names the request for ever; the engine remembers the last thousand per table.
        created_ns: the request's time, nanoseconds since the Unix epoch, by which wrong clocks are told.

    Raises:
        MalformedError: it is not a valid request of that signal.
        EngineError: the engine refused it.
        NetworkError: the server cannot be reached.
    """
    settings = _SETTINGS | {
        "format_schema": otlp_proto(),
        "format_schema_message_name": f"{signal.value.capitalize()}Request",
        "insert_deduplication_token": token,
    }
    trailer = _TIME_TAG + created_ns.to_bytes(8, "little")
    store.engine.insert_raw(
        store.table(tenant, f"sonde_landing_{signal.value}"),
        [bytes(wire.flatten(signal.index, body)), trailer],
        "ProtobufSingle",
        settings=settings,
    )
