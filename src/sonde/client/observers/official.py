"""The metrics of `opentelemetry-instrumentation-system-metrics`, as rows, where that package is installed.

Only those whose names the semantic conventions still have: its default set also holds `process.runtime.*`, which is
deprecated, and figures that are dear (every connection of the machine at each collection). It is given a meter that makes rows of
its instruments, so that they can be switched off, which its own `uninstrument` does not do.

Where `opentelemetry-instrument` has activated it already, it is left alone, and what it observes is not observed again.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from itertools import chain
from typing import Any, Literal

from opentelemetry.metrics import CallbackOptions

from sonde.client.observers.rows import Row, Sample

__all__ = ["Official", "active_names", "official_rows"]

_CONFIG: dict[str, list[str] | None] = {
    "process.cpu.time": ["user", "system"],
    "process.cpu.utilization": None,
    "process.context_switches": ["involuntary", "voluntary"],
    "process.memory.usage": None,
    "process.memory.virtual": None,
    "process.open_file_descriptor.count": None,
    "process.thread.count": None,
    "process.disk.io": ["read", "write"],
    "cpython.gc.collections": None,
    "cpython.gc.collected_objects": None,
    "cpython.gc.uncollectable_objects": None,
    "system.cpu.time": ["idle", "user", "system", "irq"],
    "system.memory.usage": ["used", "free", "cached"],
    "system.memory.utilization": ["used", "free", "cached"],
    "system.disk.io": ["read", "write"],
    "system.disk.operations": ["read", "write"],
    "system.network.io": ["transmit", "receive"],
    "system.network.errors": ["transmit", "receive"],
}
_OPTIONS = CallbackOptions()
Callbacks = Sequence[Callable[[CallbackOptions], Iterable[Any]]]


class _RowMeter:
    """A meter in as far as the instrumentation asks for one; also the provider that hands it out."""

    def __init__(self) -> None:
        self.rows: list[Row] = []

    def get_meter(self, *_args: Any, **_named: Any) -> _RowMeter:
        return self

    def create_observable_counter(self, name: str, callbacks: Callbacks, unit: str = "", description: str = "") -> None:
        self._add("counter", name, callbacks, unit, description)

    def create_observable_up_down_counter(
        self, name: str, callbacks: Callbacks, unit: str = "", description: str = ""
    ) -> None:
        self._add("updown", name, callbacks, unit, description)

    def create_observable_gauge(self, name: str, callbacks: Callbacks, unit: str = "", description: str = "") -> None:
        self._add("gauge", name, callbacks, unit, description)

    def _add(
        self,
        kind: Literal["counter", "updown", "gauge"],
        name: str,
        callbacks: Callbacks,
        unit: str,
        description: str,
    ) -> None:
        def read() -> Iterable[Sample]:
            observed = chain.from_iterable(callback(_OPTIONS) for callback in callbacks)
            return [(one.value, one.attributes or {}) for one in observed]

        self.rows.append(Row(kind, name, unit, description, read))


class Official:
    """What the official instrumentation observes.

    Attributes:
        rows: its metrics, to be registered.
        elsewhere: True when somebody else has activated it, so that `rows` is empty and `names` are taken.
        names: the metrics it observes, either way.
    """

    def __init__(self, rows: Sequence[Row], names: Iterable[str], *, elsewhere: bool) -> None:
        self.rows = rows
        self.names = frozenset(names)
        self.elsewhere = elsewhere


def active_names() -> frozenset[str]:
    """The metrics for which somebody else has activated the official instrumentation. Imports nothing, raises nothing."""
    try:
        module: Any = sys.modules["opentelemetry.instrumentation.system_metrics"]
        instance = module.SystemMetricsInstrumentor._instance  # noqa: SLF001 - it has no other word for it
        return frozenset(instance._config if instance.is_instrumented_by_opentelemetry else ())  # noqa: SLF001 - as above
    except (KeyError, AttributeError, TypeError):
        return frozenset()


def official_rows() -> Official | None:
    """The official instrumentation's rows; None where it is not installed, or fails."""
    try:
        instrumentor = import_module("opentelemetry.instrumentation.system_metrics").SystemMetricsInstrumentor
        taken = active_names()
        if taken:
            return Official((), taken, elsewhere=True)
        made, meter = instrumentor(config=dict(_CONFIG)), _RowMeter()
        made._instrument(meter_provider=meter)  # noqa: SLF001 - `instrument` would keep others from activating it
        instrumentor._instance = None  # noqa: SLF001 - and so would leaving ours, whose configuration it would share
    except Exception:  # a foreign package of a version that nobody has seen yet
        return None
    return Official(meter.rows, (row.name for row in meter.rows), elsewhere=False)
