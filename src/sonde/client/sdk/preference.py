"""Temporality and histogram preferences of the metrics exporter, from the standard variables or by name.

Source: OpenTelemetry specification, "Metrics Exporters: OTLP", additional environment variables.
"""

from __future__ import annotations

import logging
import os

from opentelemetry.sdk.metrics import Counter, Histogram, ObservableCounter, ObservableUpDownCounter, UpDownCounter
from opentelemetry.sdk.metrics.export import AggregationTemporality
from opentelemetry.sdk.metrics.view import (
    Aggregation,
    ExplicitBucketHistogramAggregation,
    ExponentialBucketHistogramAggregation,
)

__all__ = ["TEMPORALITIES", "aggregations", "temporalities"]

_log = logging.getLogger(__name__)
_ALL = (Counter, UpDownCounter, Histogram, ObservableCounter, ObservableUpDownCounter)
# Up-down counters stay cumulative under every preference: a sum of ups and downs means nothing without its start.
_DELTA: dict[str, tuple[type, ...]] = {
    "cumulative": (),
    "delta": (Counter, Histogram, ObservableCounter),
    "lowmemory": (Counter, Histogram),
}
TEMPORALITIES = tuple(_DELTA)
"""The names of the preferences."""

_HISTOGRAMS: dict[str, type[Aggregation]] = {
    "explicit_bucket_histogram": ExplicitBucketHistogramAggregation,
    "base2_exponential_bucket_histogram": ExponentialBucketHistogramAggregation,
}


def temporalities(preference: str | None = None) -> dict[type, AggregationTemporality]:
    """Temporality by instrument class.

    Args:
        preference: one of `TEMPORALITIES`; None means what the environment says, else cumulative.
    """
    name = preference or _read("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", _DELTA, "cumulative")
    return {
        kind: AggregationTemporality.DELTA if kind in _DELTA[name] else AggregationTemporality.CUMULATIVE
        for kind in _ALL
    }


def aggregations() -> dict[type, Aggregation]:
    """The aggregation of histograms that the environment asks for, else explicit buckets."""
    variable = "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION"
    return {Histogram: _HISTOGRAMS[_read(variable, _HISTOGRAMS, "explicit_bucket_histogram")]()}


def _read(variable: str, allowed: object, default: str) -> str:
    value = os.environ.get(variable, "").strip().lower()
    if not value:
        return default
    assert isinstance(allowed, dict)
    if value not in allowed:
        _log.warning("%s is ignored: %r is not one of %s", variable, value, ", ".join(allowed))
        return default
    return value
