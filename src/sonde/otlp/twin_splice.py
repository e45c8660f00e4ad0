"""Select, split and group in plain Python: new payloads out of the old bytes.

A group's message is its children (groups or records) and the rest. A new group is that rest, then the children that
stay; of a metric the rest is two things, its own and that of its data.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from typing import TYPE_CHECKING

from sonde.core.protobuf import varint
from sonde.otlp.columns import Columns, LogColumns, MetricColumns, TraceColumns, TraceGroups
from sonde.otlp.twin_scan import DATA_TAGS, column, live_data, scan
from sonde.otlp.twin_wire import fields

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from sonde.otlp.columns import BytesLike, Groups

__all__ = ["group_by_trace", "select", "split"]


def select(columns: Columns, mask: bytes | bytearray | memoryview) -> bytes:
    """See `sonde.otlp.wire.select`."""
    stays = memoryview(mask).cast("B") if len(mask) else b""
    if len(stays) != columns.count:
        raise ValueError(f"a mask of {len(stays)} bytes for {columns.count} records")
    if columns.count and all(stays):
        return bytes(columns.payload)
    return _Splicer(columns).payload({row for row in range(columns.count) if stays[row]})


class _Splicer:
    """The rests of a payload's groups, and how they go round what stays."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self.data = bytes(columns.payload)
        self.levels = [columns.resources, columns.scopes]
        self.rests = [self._rests(columns.resources, {0x12}), self._rests(columns.scopes, {0x12})]
        self.data_rests: list[bytes] = []
        if isinstance(columns, MetricColumns):
            self.levels.append(columns.metrics)
            self.rests.append(self._rests(columns.metrics, DATA_TAGS))
            self.data_rests = [
                self._data_rest(*ends) for ends in zip(columns.metrics.start, columns.metrics.end, strict=True)
            ]

    def _rest(self, start: int, end: int, children: Iterable[int]) -> bytes:
        return b"".join(
            self.data[one.at : one.stop] for one in fields(self.data, start, end) if one.tag not in children
        )

    def _rests(self, groups: Groups, children: Iterable[int]) -> list[bytes]:
        return [self._rest(start, end, children) for start, end in zip(groups.start, groups.end, strict=True)]

    def _data_rest(self, start: int, end: int) -> bytes:
        return b"".join(self._rest(one.body, one.stop, {0x0A}) for one in live_data(self.data, start, end))

    def record(self, row: int) -> bytes:
        return self.data[self.columns.at[row] : self.columns.end[row]]

    def payload(self, keep: Container[int]) -> bytes:
        """A payload of these records."""
        return b"".join(self._group(0, row, keep) for row in range(len(self.levels[0].start)))

    def _group(self, level: int, row: int, keep: Container[int]) -> bytes:
        first = self.levels[level].first
        rows = range(first[row], first[row + 1])
        if level == len(self.levels) - 1:
            content = b"".join(self.record(child) for child in rows if child in keep)
        else:
            content = b"".join(self._group(level + 1, child, keep) for child in rows)
        return self.wrap(level, row, content) if content else b""

    def wrap(self, level: int, row: int, content: bytes) -> bytes:
        """A group with these children."""
        if level == 2 and isinstance(self.columns, MetricColumns):
            content = _field(self.columns.metric_kind[row] << 3 | 2, self.data_rests[row] + content)
        return _field(0x0A if level == 0 else 0x12, self.rests[level][row] + content)


def _field(tag: int, content: bytes) -> bytes:
    return varint(tag) + varint(len(content)) + content


def split(
    signal: int, payload: BytesLike, *, max_items: int = 0, max_bytes: int = 0, checked: bool = False
) -> list[bytes]:
    """See `sonde.otlp.wire.split`."""
    columns = scan(signal, payload, checked)
    if max_items < 0 or max_bytes < 0:
        raise ValueError("a limit is 0 for none, or positive")
    if columns.count == 0:
        return []
    if (max_items == 0 or columns.count <= max_items) and (max_bytes == 0 or memoryview(payload).nbytes <= max_bytes):
        return [bytes(payload)]
    splicer = _Splicer(columns)
    pieces: list[bytes] = []
    low = 0
    while low < columns.count:
        high = min(columns.count, low + max_items) if max_items else columns.count
        if max_bytes:
            # A piece grows with its records, so the last that fits is found by halving.
            sizes = range(low + 1, high + 1)
            fits = bisect_right(sizes, max_bytes, key=lambda end: len(splicer.payload(range(low, end))))
            high = max(low + 1, low + fits)
        pieces.append(splicer.payload(range(low, high)))
        low = high
    return pieces


def group_by_trace(columns: Columns) -> TraceGroups:
    """See `sonde.otlp.wire.group_by_trace`."""
    if not isinstance(columns, TraceColumns | LogColumns):
        raise ValueError("data points have no trace id")  # noqa: TRY004 - a wrong signal, not a wrong type
    ids = bytes(columns.trace_id)
    rows: dict[bytes, list[int]] = {}
    for row in range(columns.count):
        rows.setdefault(ids[16 * row : 16 * row + 16], []).append(row)
    group = array("I", bytes(4 * columns.count))
    first = [0]
    for number, members in enumerate(rows.values()):
        first.append(first[-1] + len(members))
        for row in members:
            group[row] = number
    order = [row for members in rows.values() for row in members]
    return TraceGroups(len(rows), memoryview(group).toreadonly(), column("I", order), column("I", first))
