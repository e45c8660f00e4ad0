"""What is observed, as rows, and their instruments: made once for each provider, switched off by `undo`.

OpenTelemetry's instruments cannot be removed. So an instrument asks, at each collection, for the row that stands under its
name at that moment; without one, or where reading fails, it has nothing to say.

Thread-safe. Nothing raises into a collection.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple
from weakref import WeakKeyDictionary

from opentelemetry.metrics import CallbackOptions, MeterProvider, Observation, get_meter_provider

__all__ = ["Row", "Rows", "Sample", "register"]

Sample = tuple[float, Mapping[str, str | int]]
"""A value and its attributes."""


class Row(NamedTuple):
    """One metric.

    Attributes:
        kind: how its values add up: a `counter` only grows, an `updown` counter is summed, a `gauge` is not.
        name: by the semantic conventions where they have one.
        unit: in UCUM, as OpenTelemetry writes it.
        description: one sentence.
        read: the values now.
    """

    kind: Literal["counter", "updown", "gauge"]
    name: str
    unit: str
    description: str
    read: Callable[[], Iterable[Sample]]


Rows = Sequence[Row]
_CREATE = {
    "counter": "create_observable_counter",
    "updown": "create_observable_up_down_counter",
    "gauge": "create_observable_gauge",
}


class _Board:
    """The rows that stand under the names of one provider's instruments."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self.made: set[str] = set()

    def observe(self, name: str) -> list[Observation]:
        row = self.rows.get(name)
        if row is None:
            return []
        try:
            return [Observation(value, attributes) for value, attributes in row.read()]
        except Exception:  # what cannot be read now is missing now; the other metrics are not
            return []


_BOARDS: WeakKeyDictionary[MeterProvider, _Board] = WeakKeyDictionary()
_LOCK = threading.Lock()


def register(provider: MeterProvider | None, rows: Rows) -> Callable[[], None]:
    """Have rows collected by a provider, in place of those of the same names.

    Args:
        provider: the meter provider; None means the global one.
        rows: what to observe.

    Returns:
        A function that ends it; rows that have been replaced since then stay.
    """
    provider = provider or get_meter_provider()
    with _LOCK:
        board = _BOARDS.setdefault(provider, _Board())
        for row in rows:
            board.rows[row.name] = row
        new = [row for row in rows if row.name not in board.made]
        board.made.update(row.name for row in new)
    meter = provider.get_meter("sonde.client.observers")
    for row in new:
        create: Any = getattr(meter, _CREATE[row.kind])
        create(row.name, callbacks=[_callback(board, row.name)], unit=row.unit, description=row.description)

    def undo() -> None:
        for row in rows:
            if board.rows.get(row.name) is row:
                del board.rows[row.name]

    return undo


def _callback(board: _Board, name: str) -> Callable[[CallbackOptions], list[Observation]]:
    return lambda _options: board.observe(name)
