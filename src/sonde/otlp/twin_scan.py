"""The index of a payload in plain Python: a walk finds where records are, the protobuf library reads what they say."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

from sonde.otlp.columns import AttributeColumn, Columns, Groups, LogColumns, MetricColumns, TraceColumns, ValueKind
from sonde.otlp.twin_check import points_of, request_of
from sonde.otlp.twin_flatten import VALUE_TAGS, merged_value, value_pieces
from sonde.otlp.twin_wire import LEN, Piece, fields

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sonde.otlp.columns import BytesLike

__all__ = ["attribute", "body", "live_data", "scan"]

_NAME_TAGS = (0x2A, 0x0A, 0x62)
_ATTRIBUTE_TAGS = (0x4A, 0, 0x32)
_POINT_ATTRIBUTE_TAGS = {5: 0x3A, 7: 0x3A, 9: 0x4A, 10: 0x0A, 11: 0x3A}
DATA_TAGS = frozenset({0x2A, 0x3A, 0x4A, 0x52, 0x5A})
_VALUE_KINDS = {
    "string_value": ValueKind.STRING,
    "bool_value": ValueKind.BOOL,
    "int_value": ValueKind.INT,
    "double_value": ValueKind.DOUBLE,
    "array_value": ValueKind.ARRAY,
    "kvlist_value": ValueKind.KVLIST,
    "bytes_value": ValueKind.BYTES,
}


def column(code: str, values: Iterable[Any]) -> memoryview:
    """A read-only column of numbers."""
    return memoryview(array(code, values)).toreadonly()


def live_data(data: bytes, start: int, end: int) -> list[Piece]:
    """The fields of a metric that hold its data: those of the last kind given, which protobuf merges."""
    live: list[Piece] = []
    for piece in fields(data, start, end):
        if piece.tag in DATA_TAGS:
            live = [*live, piece] if live and live[-1].tag == piece.tag else [piece]
    return live


class _Index:
    """Groups and records as a walk finds them, in wire order."""

    def __init__(self, signal: int, data: bytes) -> None:
        self.signal = signal
        self.data = data
        self.levels: list[list[tuple[Piece, int]]] = [[], [], []]
        self.metric_kinds: list[int] = []
        self.records: list[tuple[Piece, int, int, int]] = []
        self._gather(0, len(data), 0)

    def _gather(self, start: int, end: int, level: int) -> None:
        for piece in value_pieces(self.data, start, end, 0x0A if level == 0 else 0x12):
            if level == 2 and self.signal != 1:
                self._add_record(piece)
                continue
            self.levels[level].append((piece, self._below(level)))
            if level == 2:
                self._add_points(piece)
            else:
                self._gather(piece.body, piece.stop, level + 1)

    def _below(self, level: int) -> int:
        """How many rows the level below has."""
        return len(self.records) if level == 2 or (level == 1 and self.signal != 1) else len(self.levels[level + 1])

    def _add_record(self, piece: Piece) -> None:
        self.records.append((piece, len(self.levels[0]) - 1, len(self.levels[1]) - 1, len(self.levels[2]) - 1))

    def _add_points(self, metric: Piece) -> None:
        live = live_data(self.data, metric.body, metric.stop)
        self.metric_kinds.append(live[0].tag >> 3 if live else 0)
        for piece in live:
            for point in value_pieces(self.data, piece.body, piece.stop, 0x0A):
                self._add_record(point)

    def groups(self, level: int) -> Groups:
        rows = self.levels[level]
        return Groups(
            column("I", (piece.body for piece, _ in rows)),
            column("I", (piece.stop for piece, _ in rows)),
            column("I", [*(first for _, first in rows), self._below(level)]),
        )

    def names(self) -> list[tuple[int, int]]:
        """Offset and length of each record's name; a data point has its metric's."""
        found: list[tuple[int, int]] = []
        for piece, _, _, metric in self.records:
            holder = self.levels[2][metric][0] if self.signal == 1 else piece
            names = value_pieces(self.data, holder.body, holder.stop, _NAME_TAGS[self.signal])
            found.append((names[-1].body, names[-1].stop - names[-1].body) if names else (0, 0))
        return found

    def attribute_tag(self, record: int) -> int:
        if self.signal != 1:
            return _ATTRIBUTE_TAGS[self.signal]
        return _POINT_ATTRIBUTE_TAGS[self.metric_kinds[self.records[record][3]]]

    def attributes(self) -> Iterator[int]:
        """Where each record's first attribute is."""
        for row, (piece, *_) in enumerate(self.records):
            found = value_pieces(self.data, piece.body, piece.stop, self.attribute_tag(row))
            yield found[0].at if found else piece.stop


def scan(signal: int, payload: BytesLike, checked: bool = False) -> Columns:  # noqa: ARG001, FBT001, FBT002 - as the kernel's
    """See `sonde.otlp.wire.scan`; the twin checks in any case."""
    data = bytes(payload)
    message = request_of(signal, data)
    index = _Index(signal, data)
    names = index.names()
    records = list(_messages(signal, message))
    shared: tuple[Any, ...] = (
        signal,
        payload,
        len(records),
        index.groups(0),
        index.groups(1),
        *(column("I", (getattr(record[0], name) for record in index.records)) for name in ("at", "body", "stop")),
        column("I", (record[1] for record in index.records)),
        column("I", (record[2] for record in index.records)),
        column("I", index.attributes()),
        column("I", (record.flags for record in records)),
        column("I", (offset for offset, _ in names)),
        column("I", (length for _, length in names)),
    )
    if signal == 0:
        return TraceColumns(*shared, *_trace_columns(records))
    if signal == 2:
        return LogColumns(*shared, *_log_columns(records))
    return MetricColumns(*shared, *_metric_columns(index, records))


def _messages(signal: int, message: Any) -> Iterator[Any]:
    """The records as the library sees them."""
    if signal == 0:
        for group in message.resource_spans:
            for scope in group.scope_spans:
                yield from scope.spans
    elif signal == 2:
        for group in message.resource_logs:
            for scope in group.scope_logs:
                yield from scope.log_records
    else:
        for group in message.resource_metrics:
            for scope in group.scope_metrics:
                for metric in scope.metrics:
                    yield from points_of(metric)


def _ids(values: Iterable[bytes], size: int) -> memoryview:
    return memoryview(b"".join(value.ljust(size, b"\0") for value in values))


def _trace_columns(spans: list[Any]) -> tuple[memoryview, ...]:
    return (
        _ids((span.trace_id for span in spans), 16),
        _ids((span.span_id for span in spans), 8),
        _ids((span.parent_span_id for span in spans), 8),
        column("Q", (span.start_time_unix_nano for span in spans)),
        column("Q", (span.end_time_unix_nano for span in spans)),
        column("i", (span.kind for span in spans)),
        column("i", (span.status.code for span in spans)),
    )


def _log_columns(logs: list[Any]) -> tuple[memoryview, ...]:
    return (
        _ids((log.trace_id for log in logs), 16),
        _ids((log.span_id for log in logs), 8),
        column("Q", (log.time_unix_nano for log in logs)),
        column("Q", (log.observed_time_unix_nano for log in logs)),
        column("i", (log.severity_number for log in logs)),
    )


def _metric_columns(index: _Index, points: list[Any]) -> tuple[Any, ...]:
    return (
        index.groups(2),
        column("B", index.metric_kinds),
        column("I", (record[3] for record in index.records)),
        column("B", (index.metric_kinds[record[3]] for record in index.records)),
        column("Q", (point.start_time_unix_nano for point in points)),
        column("Q", (point.time_unix_nano for point in points)),
    )


class _Cells:
    """An attribute column in the making, a row at a time."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, int, float, int, int]] = []

    def add(self, data: bytes, pieces: list[Piece] | None) -> None:
        """The value that its pieces amount to; None where there is no such attribute."""
        if pieces is None:
            self.rows.append((0, 0, 0.0, 0, 0))
            return
        value = merged_value(data, pieces)
        kind = _VALUE_KINDS.get(value.WhichOneof("value") or "", ValueKind.EMPTY)
        offset = length = 0
        if kind in (ValueKind.STRING, ValueKind.ARRAY, ValueKind.KVLIST, ValueKind.BYTES):
            members = [
                part for piece in pieces for part in fields(data, piece.body, piece.stop) if part.tag in VALUE_TAGS
            ]
            offset, length = members[-1].body, members[-1].stop - members[-1].body
        integer = value.int_value if kind == ValueKind.INT else int(value.bool_value)
        self.rows.append((kind, integer, value.double_value, offset, length))

    def finish(self) -> AttributeColumn:
        return AttributeColumn(*(column(code, (row[i] for row in self.rows)) for i, code in enumerate("BqdII")))


def _find(data: bytes, attributes: Iterable[Piece], key: bytes) -> list[Piece] | None:
    """The value pieces of the first attribute with this key."""
    for item in attributes:
        keys = value_pieces(data, item.body, item.stop, 0x0A)
        if (data[keys[-1].body : keys[-1].stop] if keys else b"") == key:
            return value_pieces(data, item.body, item.stop, 0x12)
    return None


def attribute(columns: Columns, level: str, key: str) -> AttributeColumn:
    """See `sonde.otlp.wire.attribute`."""
    data, wanted, cells = bytes(columns.payload), key.encode(), _Cells()
    if level == "record":
        for row, (start, end) in enumerate(zip(columns.start, columns.end, strict=True)):
            kind = columns.kind[row] if isinstance(columns, MetricColumns) else 0
            tag = _POINT_ATTRIBUTE_TAGS[kind] if kind else _ATTRIBUTE_TAGS[columns.signal]
            cells.add(data, _find(data, value_pieces(data, start, end, tag), wanted))
    elif level in ("resource", "scope"):
        groups = columns.resources if level == "resource" else columns.scopes
        tag = 0x0A if level == "resource" else 0x1A
        for start, end in zip(groups.start, groups.end, strict=True):
            holders = value_pieces(data, start, end, 0x0A)
            found = (item for holder in holders for item in value_pieces(data, holder.body, holder.stop, tag))
            cells.add(data, _find(data, found, wanted))
    else:
        raise ValueError(f"no level is called {level!r}: resource, scope or record")
    return cells.finish()


def body(columns: Columns) -> AttributeColumn:
    """See `sonde.otlp.wire.body`."""
    if not isinstance(columns, LogColumns):
        raise ValueError("only log records have a body")  # noqa: TRY004 - a wrong signal, not a wrong type
    data, cells = bytes(columns.payload), _Cells()
    for start, end in zip(columns.start, columns.end, strict=True):
        cells.add(data, value_pieces(data, start, end, 0x2A | LEN) or None)
    return cells.finish()
