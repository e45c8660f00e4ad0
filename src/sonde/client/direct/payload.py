"""What callers have, turned into export requests: bytes are checked, dicts translated, records encoded.

    bytes       one OTLP export request in protobuf, checked in one pass
    dict        the shape of OTLP/JSON: a request, {"resourceSpans": […]}, or one member of its list; translated by
                `sonde.otlp.json`, which loads the protobuf library at its first use
    record      what `sonde.client.direct.builders` makes
    iterable    of these, joined into one request

The caller's mistakes raise `ValidationError`; of a dict with the path of what is wrong in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple, TypeAlias

from sonde.client.direct.courses import Parcel
from sonde.client.direct.records import LogRecord, Metric, MetricData, Record, Resource, Scope, Span
from sonde.core.errors import MalformedError, UnsupportedError, ValidationError
from sonde.core.signal import Signal
from sonde.otlp import encode, wire

__all__ = ["Data", "Mixture", "parcels_of", "payload_of"]

Json: TypeAlias = Mapping[str, Any]
Data: TypeAlias = bytes | bytearray | memoryview | Json | Record | Iterable[bytes | Json | Record]
Mixture: TypeAlias = Iterable[Json | Record | tuple[Signal, bytes]]

_LISTS = {Signal.TRACES: "resourceSpans", Signal.METRICS: "resourceMetrics", Signal.LOGS: "resourceLogs"}
_MEMBERS = {Signal.TRACES: "scopeSpans", Signal.METRICS: "scopeMetrics", Signal.LOGS: "scopeLogs"}
_RECORDS: dict[Signal, type[Record]] = {Signal.TRACES: Span, Signal.METRICS: Metric, Signal.LOGS: LogRecord}
_FORMS = "give bytes, a dict in the shape of OTLP/JSON, a record of sonde.client.direct.builders, or a list of these"


def payload_of(signal: Signal, data: Data) -> bytes:
    """One export request of a signal; empty when there is nothing in the data.

    Raises:
        ValidationError: the data is of another signal, or of no form that is known.
        MalformedError: bytes that are not OTLP, or a dict that is not OTLP/JSON.
    """
    if isinstance(data, bytes | bytearray | memoryview):
        payload = bytes(data)
        wire.validate(signal.index, payload)
        return payload
    if isinstance(data, Mapping):
        return _from_dict(signal, data)
    if isinstance(data, Span | Metric | LogRecord):
        return _from_records(signal, [data])
    items = _listed(data, f"{signal.value}; {_FORMS}")
    records = [item for item in items if isinstance(item, Span | Metric | LogRecord)]
    others = [payload_of(signal, item) for item in items if not isinstance(item, Span | Metric | LogRecord)]
    return wire.concat([*others, _from_records(signal, records)])


def parcels_of(items: Mixture) -> list[Parcel]:
    """One request for each signal that a mixture holds.

    Raises:
        ValidationError: an item that does not say whose it is, or is wrong.
    """
    sorted_: dict[Signal, list[Any]] = {signal: [] for signal in Signal}
    for at, item in enumerate(_listed(items, "a batch; put the item into a list")):
        for signal, part in _sorted(item, at):
            sorted_[signal].append(part)
    return [Parcel(signal, payload_of(signal, parts)) for signal, parts in sorted_.items() if parts]


def _listed(data: Any, what: str) -> list[Any]:
    if isinstance(data, str | bytes | Mapping) or not isinstance(data, Iterable):
        raise ValidationError(f"{type(data).__name__} is no form of {what}")
    return list(data)


def _sorted(item: Any, at: int) -> Iterable[tuple[Signal, Any]]:
    for signal, kind in _RECORDS.items():
        if isinstance(item, kind):
            return [(signal, item)]
    if isinstance(item, Mapping):
        found = [
            (signal, _own_part(signal, item)) for signal in Signal if item.keys() & {_LISTS[signal], _MEMBERS[signal]}
        ]
        if found:
            return found
        raise ValidationError(f"item {at}: a dict with none of {', '.join(_LISTS.values())}; {_FORMS}")
    if isinstance(item, tuple) and len(item) == 2 and isinstance(item[0], Signal):
        return [item]
    if isinstance(item, bytes | bytearray | memoryview):
        raise ValidationError(
            f"item {at}: bytes do not say their signal; give (Signal.TRACES, payload) or use send_traces"
        )
    raise ValidationError(f"item {at}: {type(item).__name__} is no telemetry; {_FORMS}")


def _own_part(signal: Signal, item: Json) -> Json:
    """Of a dict that holds several signals, what belongs to one."""
    return {_LISTS[signal]: item[_LISTS[signal]]} if _LISTS[signal] in item else item


# ---- dicts -----------------------------------------------------------------------------------------------------------


@cache
def _json() -> Any:
    # Loads protobuf's descriptors, which who sends records or bytes does without.
    try:
        return import_module("sonde.otlp.json")
    except ImportError as error:
        raise UnsupportedError(f"dicts need {error.name}, which is not installed: pip install {error.name}") from error


def _from_dict(signal: Signal, data: Json) -> bytes:
    wanted, member = _LISTS[signal], _MEMBERS[signal]
    if member in data:
        data = {wanted: [data]}
    if wanted not in data:
        keys = ", ".join(map(repr, list(data)[:5])) or "nothing"
        raise ValidationError(
            f"expected a dict with {wanted!r} for {signal.value}, found {keys}; OTLP/JSON spells names in lowerCamelCase"
        )
    payload: bytes = _json().to_protobuf(signal, _dumped(data))
    wire.validate(signal.index, payload)
    return payload


def _dumped(data: Json) -> bytes:
    from json import dumps  # noqa: PLC0415 -- who sends records or bytes does without

    try:
        return dumps(data, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        path, value = _not_json(data, "")
        reason = f"{type(value).__name__} is not JSON" if path else str(error)
        raise MalformedError(
            f"{reason} (ids are hex strings, bytes base64, 'NaN' and 'Infinity' strings)", path=path
        ) from None


def _not_json(value: Any, path: str, depth: int = 0) -> tuple[str, Any]:
    """Where in a value the first thing is that JSON has no form for; an empty path when nothing is found."""
    if depth > 200:
        return path, value
    if isinstance(value, Mapping):
        members = [(f"{path}.{key}".removeprefix("."), item) for key, item in value.items()]
    elif isinstance(value, list | tuple):
        members = [(f"{path}[{at}]", item) for at, item in enumerate(value)]
    else:
        is_json = (
            value is None or isinstance(value, str | bool | int) or (isinstance(value, float) and value - value == 0)
        )
        return ("", None) if is_json else (path, value)
    found = (_not_json(item, where, depth + 1) for where, item in members)
    return next((each for each in found if each[0]), ("", None))


# ---- records ---------------------------------------------------------------------------------------------------------


class _ScopeMetrics(NamedTuple):
    scope: Scope
    metrics: Sequence[Metric]


class _ResourceMetrics(NamedTuple):
    resource: Resource
    scope_metrics: Sequence[_ScopeMetrics]


class _MetricsData(NamedTuple):
    resource_metrics: Sequence[_ResourceMetrics]


def _from_records(signal: Signal, records: Sequence[Record]) -> bytes:
    for record in records:
        if not isinstance(record, _RECORDS[signal]):
            raise ValidationError(f"a {type(record).__name__} is not of {signal.value}; use send_batch for a mixture")
    if not records:
        return b""
    if signal is Signal.METRICS:
        return _encoded(encode.encode_metrics, _grouped([record for record in records if isinstance(record, Metric)]))
    return _encoded(encode.encode_spans if signal is Signal.TRACES else encode.encode_logs, records)


def _grouped(metrics: Iterable[Metric]) -> _MetricsData:
    """Metrics by resource and scope; points of equal metrics together."""
    groups: dict[Resource, dict[Scope, dict[Any, list[Metric]]]] = {}
    for metric in metrics:
        scopes = groups.setdefault(metric.resource, {})
        alike = scopes.setdefault(metric.instrumentation_scope, {})
        alike.setdefault((metric.name, metric.unit, metric.description, *_kind(metric.data)), []).append(metric)
    return _MetricsData(
        [
            _ResourceMetrics(
                resource, [_ScopeMetrics(scope, [*map(_merged, alike.values())]) for scope, alike in scopes.items()]
            )
            for resource, scopes in groups.items()
        ]
    )


def _kind(data: MetricData) -> tuple[Any, ...]:
    """What tells data apart whose points cannot be in one metric."""
    return type(data), getattr(data, "aggregation_temporality", 0), getattr(data, "is_monotonic", False)


def _merged(alike: Sequence[Metric]) -> Metric:
    first, *more = alike
    if not more:
        return first
    data: Any = first.data
    points = [point for one in alike for point in one.data.data_points]
    return replace(first, data=replace(data, data_points=points))


def _encoded(encoder: Callable[..., bytes], data: Any) -> bytes:
    refused: list[encode.Refused] = []
    payload = encoder(data, None, refused)
    if refused:
        first = refused[0]
        raise ValidationError(
            f"{len(refused)} records cannot be written as OTLP, the first because: {first.reason}; {first.item!r:.200}"
        )
    return payload
