"""Bound the memory of metrics: beyond a limit, new attribute sets are summed up under `otel.metric.overflow`.

The specification gives every stream a limit (2,000 by default); OpenTelemetry Python 1.45 has none, so that an attribute
such as a user's id grows a process without end. The SDK keeps one aggregation for each attribute set in a dictionary;
this module puts in its place one that is full at the limit. What it costs is one comparison for each measurement.

It reaches into the SDK at two places, `MetricReaderStorage._instrument_view_instrument_matches` and
`_ViewInstrumentMatch._attributes_aggregation`. Where an SDK has neither, `bound` says so in the log and does nothing.

Limits: the sets counted are those seen since the start, for the SDK forgets none, also under delta temporality.

Source: OpenTelemetry specification, "Metrics SDK, Cardinality limits, Overflow attribute": the limit includes the
overflow's own set, and no measurement is lost or counted twice.
"""

from __future__ import annotations

import logging
from time import time_ns
from typing import Any

from opentelemetry.sdk.metrics import MeterProvider

__all__ = ["OVERFLOW", "bound"]

_log = logging.getLogger(__name__)
OVERFLOW = {"otel.metric.overflow": True}
"""The attributes of the point that takes what is over the limit."""


def bound(provider: MeterProvider, limit: int) -> bool:
    """Bound every stream of a provider that has recorded nothing yet.

    Args:
        provider: the SDK's provider, with all its readers.
        limit: attribute sets of one stream at most, 2 or more; a `StreamView` may name another for its own.

    Returns:
        False when this SDK is built otherwise and nothing is bounded.
    """
    try:
        for storage in provider._measurement_consumer._reader_storages.values():  # noqa: SLF001 - see the module's text
            storage._instrument_view_instrument_matches = _Matches(storage._instrument_view_instrument_matches, limit)  # noqa: SLF001 - see the module's text
    except AttributeError:
        _log.warning("metrics are not bounded: this OpenTelemetry SDK keeps its attribute sets elsewhere")
        return False
    return True


class _Matches(dict[Any, Any]):
    """Streams by instrument; bounds each as it comes in, which the SDK does under its lock."""

    def __init__(self, matches: dict[Any, Any], limit: int) -> None:
        super().__init__(matches)
        self._limit = limit

    def __setitem__(self, instrument: Any, matches: Any) -> None:
        for match in matches:
            limit = getattr(match._view, "cardinality_limit", None) or self._limit  # noqa: SLF001 - see the module's text
            match._attributes_aggregation = _Points(match, limit)  # noqa: SLF001 - see the module's text
        super().__setitem__(instrument, matches)


class _Points(dict[Any, Any]):
    """Aggregations by attribute set, which claims to know every set once it is full, and answers with the overflow's.

    The SDK asks `key in points`, adds a missing one under the stream's lock, then takes `points[key]`.
    """

    def __init__(self, match: Any, limit: int) -> None:
        super().__init__(match._attributes_aggregation)  # noqa: SLF001 - see the module's text
        self._match = match
        self._room = limit - 1

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) or len(self) >= self._room

    def __missing__(self, key: Any) -> Any:
        with self._match._lock:  # noqa: SLF001 - see the module's text
            is_first = not dict.__contains__(self, _Points)
            if is_first:
                dict.__setitem__(self, _Points, _overflow(self._match))
        if is_first:  # said without the lock, for a log handler may record a metric of the same stream
            name = self._match._name  # noqa: SLF001 - see the module's text
            _log.warning("metric %s has over %d attribute sets; further ones are summed up", name, self._room)
        return dict.__getitem__(self, _Points)


def _overflow(match: Any) -> Any:
    """An aggregation as the stream's others, with the overflow's attributes."""
    view, instrument = match._view, match._instrument  # noqa: SLF001 - see the module's text
    kind = view._aggregation  # noqa: SLF001 - see the module's text
    if type(kind).__name__ == "DefaultAggregation":
        kind = match._instrument_class_aggregation[type(instrument)]  # noqa: SLF001 - see the module's text
    return kind._create_aggregation(instrument, dict(OVERFLOW), view._exemplar_reservoir_factory, time_ns())  # noqa: SLF001 - see the module's text
