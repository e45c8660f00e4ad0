"""How metrics are aggregated, as plain data: `Stream` for one kind of instrument, `Metrics` for all of them.

    Metrics(
        interval_s=30,
        temporality="delta",
        views=[
            Stream("http.server.request.duration", buckets=[0.01, 0.1, 1, 10], keep=["http.route", "http.request.method"]),
            Stream("db.client.*", aggregation="exponential", drop=["server.address"]),
            Stream("queue.*", limit=100),
            Stream("*.debug", aggregation="drop"),
        ],
    )

`read_metrics` makes the same of mappings, as they come out of a configuration file, and names what is wrong by its path.
Several streams may match an instrument: each makes a metric of its own (specification, "Metrics SDK, View").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from itertools import pairwise
from typing import Any, Literal, get_args

from opentelemetry.sdk.metrics.view import (
    Aggregation,
    DropAggregation,
    ExplicitBucketHistogramAggregation,
    ExponentialBucketHistogramAggregation,
    LastValueAggregation,
    SumAggregation,
    View,
)

from sonde.client.sdk.preference import TEMPORALITIES
from sonde.core.errors import ConfigError

__all__ = ["CARDINALITY_LIMIT", "Metrics", "Stream", "StreamView", "read_metrics", "sdk_view"]

AggregationName = Literal["default", "sum", "last_value", "histogram", "exponential", "drop"]
CARDINALITY_LIMIT = 2000
"""Attribute sets of one stream at most; specification, "Metrics SDK, Cardinality limits"."""

_EXEMPLARS = ("trace_based", "always_on", "always_off")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """What becomes of the instruments that a pattern names.

    Attributes:
        instrument: name, or pattern with `*` and `?`, in any case.
        aggregation: `default` (by instrument), `sum`, `last_value`, `histogram`, `exponential` or `drop`.
        buckets: ascending boundaries of a histogram; means `histogram` where no aggregation is named.
        max_buckets: buckets of an exponential histogram at most, 2 to 16,384 (the SDK's default is 160).
        keep: attribute keys that stay; None for all.
        drop: attribute keys that go; not together with `keep`.
        limit: attribute sets at most, 2 or more; further ones are summed up under `otel.metric.overflow`.
        name: another name for the metric; not together with a pattern.
        description: another description.
        unit: only instruments of this unit.
        meter: only instruments of this meter.
    """

    instrument: str = field(kw_only=False)
    aggregation: AggregationName = "default"
    buckets: Sequence[float] | None = None
    max_buckets: int | None = None
    keep: Iterable[str] | None = None
    drop: Iterable[str] | None = None
    limit: int | None = None
    name: str | None = None
    description: str | None = None
    unit: str | None = None
    meter: str | None = None

    def __post_init__(self) -> None:
        for wrong, message in self._mistakes():
            if wrong:
                raise ConfigError(f"view of {self.instrument!r}: {message}")

    def _mistakes(self) -> Iterable[tuple[bool, str]]:
        yield not isinstance(self.instrument, str) or not self.instrument, "instrument must be a name or a pattern"
        known = get_args(AggregationName)
        yield self.aggregation not in known, f"aggregation must be one of {', '.join(known)}"
        yield self.keep is not None and self.drop is not None, "keep and drop exclude each other"
        yield isinstance(self.keep, str) or isinstance(self.drop, str), "keep and drop are lists of attribute keys"
        yield (
            self.name is not None and ("*" in self.instrument or "?" in self.instrument),
            "a pattern cannot be renamed",
        )
        yield self.limit is not None and self.limit < 2, "limit must be 2 or more, the overflow's set included"
        yield not _is_ascending(self.buckets), "buckets must be ascending numbers"
        yield self.buckets is not None and self.aggregation not in {"default", "histogram"}, "buckets are a histogram's"
        wide = self.max_buckets is not None and self.aggregation != "exponential"
        yield wide, "max_buckets belongs to aggregation exponential"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """How metrics are collected and exported.

    Attributes:
        interval_s: seconds between two exports; None for `OTEL_METRIC_EXPORT_INTERVAL`, else 60.
        temporality: `cumulative`, `delta` or `lowmemory`; None for what the environment says.
        views: streams.
        cardinality_limit: attribute sets of one stream at most where its view names no other, 2 or more.
        exemplars: `trace_based`, `always_on` or `always_off`; None for `OTEL_METRICS_EXEMPLAR_FILTER`, else
            trace_based.
    """

    interval_s: float | None = None
    temporality: str | None = None
    views: Sequence[Stream] = field(default_factory=tuple)
    cardinality_limit: int = CARDINALITY_LIMIT
    exemplars: str | None = None

    def __post_init__(self) -> None:
        if self.interval_s is not None and not self.interval_s > 0:
            raise ConfigError("metrics.interval_s must be above 0")
        if self.temporality not in {None, *TEMPORALITIES}:
            raise ConfigError(f"metrics.temporality must be one of {', '.join(TEMPORALITIES)}")
        if self.exemplars not in {None, *_EXEMPLARS}:
            raise ConfigError(f"metrics.exemplars must be one of {', '.join(_EXEMPLARS)}")
        if self.cardinality_limit < 2:
            raise ConfigError("metrics.cardinality_limit must be 2 or more, the overflow's set included")


def read_metrics(data: Any) -> Metrics | None:
    """`Metrics` out of itself, a mapping, True (the defaults) or False (None: no metrics).

    Raises:
        ConfigError: a key is unknown or a value cannot be used; the message names its path.
    """
    if isinstance(data, Metrics):
        return data
    if isinstance(data, bool):
        return Metrics() if data else None
    found = _checked(data, Metrics, "metrics")
    views = found.get("views", ())
    if isinstance(views, str | Mapping) or not isinstance(views, Iterable):
        raise ConfigError("metrics.views must be a list")
    streams = [
        view if isinstance(view, Stream) else Stream(**_checked(view, Stream, f"metrics.views[{place}]"))
        for place, view in enumerate(views)
    ]
    return Metrics(**found | {"views": tuple(streams)})


def _checked(data: Any, shape: type, path: str) -> dict[str, Any]:
    if not isinstance(data, Mapping):
        raise ConfigError(f"{path} must be a mapping or {shape.__name__}, not {type(data).__name__}")
    known = [one.name for one in fields(shape)]
    for key in data:
        if key not in known:
            raise ConfigError(f"{path}.{key} is unknown; there are {', '.join(known)}")
    if shape is Stream and "instrument" not in data:
        raise ConfigError(f"{path}.instrument is missing")
    return dict(data)


class StreamView(View):
    """A `View` that also knows its stream's cardinality limit (None for the provider's)."""

    cardinality_limit: int | None = None


def sdk_view(stream: Stream) -> StreamView:
    """The SDK's view of a stream."""
    view = StreamView(
        instrument_name=stream.instrument,
        instrument_unit=stream.unit,
        meter_name=stream.meter,
        name=stream.name,
        description=stream.description,
        attribute_keys=_attribute_keys(stream),
        aggregation=_aggregation(stream),
    )
    view.cardinality_limit = stream.limit
    return view


class _Except(set[str]):
    """The set of all keys but these; the SDK asks a view's keys only `in`."""

    def __contains__(self, key: object) -> bool:
        return not super().__contains__(key)


def _attribute_keys(stream: Stream) -> set[str] | None:
    if stream.keep is not None:
        return set(stream.keep)
    return _Except(stream.drop) if stream.drop is not None else None


def _aggregation(stream: Stream) -> Aggregation | None:
    if stream.buckets is not None:
        return ExplicitBucketHistogramAggregation(boundaries=list(stream.buckets))
    if stream.aggregation == "exponential":
        return ExponentialBucketHistogramAggregation(max_size=stream.max_buckets or 160)
    plain: dict[str, type[Aggregation]] = {
        "sum": SumAggregation,
        "last_value": LastValueAggregation,
        "histogram": ExplicitBucketHistogramAggregation,
        "drop": DropAggregation,
    }
    return plain[stream.aggregation]() if stream.aggregation in plain else None


def _is_ascending(buckets: Sequence[float] | None) -> bool:
    if buckets is None:
        return True
    numbers = list(buckets)
    if any(isinstance(one, bool) or not isinstance(one, int | float) for one in numbers):
        return False
    return all(low < high for low, high in pairwise(numbers))
