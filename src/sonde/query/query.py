"""The one way to ask: everything that reads what is stored goes through `Query`.

A `Query` belongs to one tenant, is cheap to make, holds no state of its own and may be used from many threads at once;
how many questions really run side by side is the engine's business.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sonde.core.clock import SYSTEM_CLOCK
from sonde.query.source import Source
from sonde.query.trace import read_trace, read_traces
from sonde.query.traces import search

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sonde.core.clock import Clock
    from sonde.query.trace import Trace
    from sonde.query.traces import TracePage, TraceSearch
    from sonde.store import Store

__all__ = ["Query"]


class Query:
    """Questions to one tenant's telemetry.

    Args:
        store: the open store.
        tenant: whose telemetry.
        clock: what `now` and relative times mean.
    """

    def __init__(self, store: Store, tenant: str = "default", *, clock: Clock = SYSTEM_CLOCK) -> None:
        self._source = Source(store.engine, store.database(tenant))
        self.tenant = tenant
        self.clock = clock

    def trace(self, trace_id: str, *, logs: bool = True) -> Trace:
        """One trace, whole.

        Args:
            trace_id: hexadecimal, in any case; leading zeros may be left out, as Jaeger's short ids do.
            logs: whether to read the trace's log records too.

        Raises:
            NotFoundError: no span has that trace id.
            ValidationError: not a trace id.
        """
        return read_trace(self._source, trace_id, logs=logs)

    def traces(self, trace_ids: Iterable[str]) -> list[Trace]:
        """Several traces whole, without logs, in the order asked; ids that are not stored are left out."""
        return read_traces(self._source, trace_ids)

    def find_traces(self, asked: TraceSearch) -> TracePage:
        """Traces that have a span which meets every condition; see `TraceSearch`.

        Raises:
            ValidationError: a condition that cannot be understood; the message names the parameter.
        """
        return search(self._source, asked)
