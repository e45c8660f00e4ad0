"""One segment into the engine: whole, and at most once.

Two ways lead to the same rows. Where the encoder was compiled (`blocks`), a segment becomes one block per table, which the
engine only copies. Where not, or with `SONDE_PURE=1`, the engine decodes: the segment's bytes are an OTLP request, which
goes into a landing table as it lies, and materialized views make rows of it. Nested values are made text before
(`wire.flatten`). Those tables and views (`schema/decode.sql`) are made when they are first needed.

Why a replay changes nothing: every insert carries a token, and each table remembers a thousand of them. A token names
the blocks of its insert by their order, so a replay must cut the data as the first attempt did: one insert is one
block, on one thread, and the settings below keep views from cutting what they make of it. A crash between two tables
leaves one with the segment and one without; the replay gives it to the other. The two ways name their blocks differently:
whoever exchanges the one for the other between a crash and the replay may find the one segment in flight twice.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from sonde.core.protobuf import varint
from sonde.core.signal import Signal
from sonde.otlp import wire
from sonde.store.catalogue import Catalogue
from sonde.store.engine import EngineError
from sonde.store.migrate import prepare_decoding
from sonde.store.render import otlp_proto

if TYPE_CHECKING:
    from sonde.store.blocks import Encoder
    from sonde.store.store import Store

_Encoder: type[Encoder] | None = None
if not os.environ.get("SONDE_PURE"):
    with suppress(ImportError):
        from sonde.store import blocks

        _Encoder = blocks.Encoder

__all__ = ["ENCODES", "POISON", "SEGMENT_TIME_FIELD", "Landing"]

ENCODES: bool = _Encoder is not None
"""True when segments are encoded here, False when the engine decodes them."""

SEGMENT_TIME_FIELD = 20_428_934
"""The protobuf field of a landing request that holds the segment's time; OTLP does not use it, nor does the journal."""

_UNBOUNDED = 1 << 40
_ONE_BLOCK: dict[str, Any] = {
    "deduplicate_blocks_in_dependent_materialized_views": 1,
    "max_threads": 1,
    "max_insert_threads": 1,
    "max_block_size": _UNBOUNDED,
    "min_insert_block_size_rows": _UNBOUNDED,
    "min_insert_block_size_bytes": _UNBOUNDED,
    "max_partitions_per_insert_block": 0,
    "materialize_skip_indexes_on_insert": 0,
}
POISON = frozenset({6, 26, 27, 32, 33, 36, 41, 53, 69, 70, 72, 117, 128, 131, 321, 407, 436, 437, 440, 444})
"""ClickHouse's numbers for "these bytes are wrong": no retry can help. Source: its src/Common/ErrorCodes.cpp."""

_REQUESTS: dict[Signal, Any] = {
    Signal.TRACES: ExportTraceServiceRequest,
    Signal.METRICS: ExportMetricsServiceRequest,
    Signal.LOGS: ExportLogsServiceRequest,
}


_TIME_TAG = varint(SEGMENT_TIME_FIELD << 3 | 1)


class Landing:
    """Puts requests into tables. Keeps buffers of the largest request's size; not thread-safe.

    Args:
        store: the open store.
        encode: whether to encode here; False lets the engine decode.
    """

    def __init__(self, store: Store, *, encode: bool = ENCODES) -> None:
        self._store = store
        self._encoder = _Encoder() if encode and _Encoder is not None else None
        self._schema_written = False
        self._prepared: set[str] = set()
        self.catalogue = Catalogue(store)

    def land(self, signal: Signal, tenant: str, body: wire.BytesLike, *, token: str, created_ns: int) -> None:
        """Insert one OTLP request; one that was inserted under the same token before changes nothing.

        Args:
            signal: what the request holds.
            tenant: whose it is; its database exists.
            body: the request; unknown fields in it are skipped.
            token: names the request for ever; the engine remembers the last thousand per table.
            created_ns: the request's time, nanoseconds since the Unix epoch, by which wrong clocks are told.

        Raises:
            MalformedError: it is not a valid request of that signal.
            EngineError: the engine refused it.
            NetworkError: the server cannot be reached.
        """
        settings = _ONE_BLOCK | {"insert_deduplication_token": token}
        if self._encoder is None:
            self._decode(signal, tenant, body, settings=settings, created_ns=created_ns)
            return
        blocks, seen = self._encoder.blocks(signal.index, wire.flatten(signal.index, body), created_ns)
        for table, block in blocks.items():
            self._store.engine.insert_raw(self._store.stored(tenant, table), block, "Native", settings=settings)
        self.catalogue.add(tenant, signal, created_ns, seen)

    def _decode(
        self, signal: Signal, tenant: str, body: wire.BytesLike, *, settings: dict[str, Any], created_ns: int
    ) -> None:
        if tenant not in self._prepared:
            prepare_decoding(self._store.engine, self._store.place(tenant))
            self._prepared.add(tenant)
        table = self._store.table(tenant, f"sonde_landing_{signal.value}")
        trailer = _TIME_TAG + created_ns.to_bytes(8, "little")
        settings = settings | self._schema()
        settings["format_schema_message_name"] = f"{signal.value.capitalize()}Request"

        def insert(request: wire.BytesLike) -> None:
            pieces = [bytes(wire.flatten(signal.index, request)), trailer]
            self._store.engine.insert_raw(table, pieces, "ProtobufSingle", settings=settings)

        try:
            insert(body)
        except EngineError as error:
            if error.code not in POISON:
                raise
            insert(_settled(signal, body))

    def _schema(self) -> dict[str, Any]:
        """How the engine is told the protobuf schema."""
        oneof: dict[str, Any] = {"input_format_protobuf_oneof_presence": 1}
        directory = self._store.url.directory
        if directory is None:
            return oneof | {"format_schema_source": "string", "format_schema": otlp_proto()}
        # the embedded engine would put a schema that it is given as text into the working directory
        path = directory / "otlp.proto"
        if not self._schema_written:
            path.write_text(otlp_proto())
            self._schema_written = True
        return oneof | {"format_schema": str(path)}


def _settled(signal: Signal, body: wire.BytesLike) -> bytes:
    """A request as protobuf's own encoder would write it.

    ClickHouse refuses some that are valid but put together as no encoder does, with several members of one oneof.
    """
    request = _REQUESTS[signal]()
    request.ParseFromString(bytes(body))
    settled: bytes = request.SerializeToString()
    return settled
