"""A real store with small telemetry in it, for tests that ask: payload builders, and an engine for a module's tests.

The embedded engine takes one directory a process, so a module opens its store and closes it before the next one's.
"""

from __future__ import annotations

import itertools
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue

from sonde.core.signal import Signal
from sonde.store import Landing, Store, open_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["T0", "Desk", "any_value", "opened", "trace_id"]

T0 = 1_760_000_040_000_000_000
"""The whole minute at which test telemetry begins, nanoseconds."""
_tokens = itertools.count()


@contextmanager
def opened(directory: Path) -> Iterator[Store]:
    """An embedded store in a directory."""
    store = open_store("", directory)
    try:
        yield store
    finally:
        store.close()


def trace_id(number: int) -> str:
    """The trace id that stands for a small number, as it is stored."""
    return f"{number:032x}"


def any_value(value: Any) -> AnyValue:
    """An OTLP value of a Python one; None is the empty value."""
    if isinstance(value, bool):
        return AnyValue(bool_value=value)
    if isinstance(value, int):
        return AnyValue(int_value=value)
    if isinstance(value, float):
        return AnyValue(double_value=value)
    if isinstance(value, bytes):
        return AnyValue(bytes_value=value)
    if isinstance(value, str):
        return AnyValue(string_value=value)
    made = AnyValue()
    if isinstance(value, list):
        made.array_value.values.extend(any_value(one) for one in value)
        made.array_value.SetInParent()
    elif isinstance(value, dict):
        made.kvlist_value.SetInParent()
        _fill(made.kvlist_value.values, value)
    return made


def _fill(attributes: Any, values: dict[str, Any]) -> None:
    for key, value in values.items():
        attributes.add(key=key).value.CopyFrom(any_value(value))


class Desk:
    """Puts telemetry into one tenant's tables.

    Args:
        store: the open store.
        tenant: whose tables; made where they are missing.
    """

    def __init__(self, store: Store, tenant: str) -> None:
        self.store, self.tenant = store, tenant
        self._landing = Landing(store)
        store.ensure_tenant(tenant)

    def land(self, signal: Signal, payload: bytes) -> None:
        """One request, whole."""
        self._landing.land(signal, self.tenant, payload, token=f"{self.tenant}-{next(_tokens)}", created_ns=T0)
        self._landing.catalogue.flush()

    def spans(self, *spans: dict[str, Any], service: str = "shop", resource: dict[str, Any] | None = None) -> None:
        """Spans of one service.

        Each is a dictionary: trace (a small number), id, parent (numbers), name, kind, at_ms, ms, status, message, and
        attributes, events [(at_ms, name, attributes)], links [(trace, id, attributes)] where it has some.
        """
        request = ExportTraceServiceRequest()
        group = request.resource_spans.add()
        _fill(group.resource.attributes, {"service.name": service, **(resource or {})})
        scope = group.scope_spans.add()
        scope.scope.name, scope.scope.version = "tests", "1.0"
        for given in spans:
            self._span(scope, given)
        self.land(Signal.TRACES, request.SerializeToString())

    def _span(self, scope: Any, given: dict[str, Any]) -> None:
        start = T0 + round(given.get("at_ms", 0) * 1e6)
        span = scope.spans.add(
            trace_id=given.get("trace", 1).to_bytes(16, "big"),
            span_id=given["id"].to_bytes(8, "big"),
            parent_span_id=given["parent"].to_bytes(8, "big") if given.get("parent") else b"",
            name=given.get("name", "work"),
            kind=given.get("kind", 1),
            start_time_unix_nano=start,
            end_time_unix_nano=start + round(given.get("ms", 1) * 1e6),
        )
        span.status.code = given.get("status", 0)
        span.status.message = given.get("message", "")
        _fill(span.attributes, given.get("attributes", {}))
        for at_ms, name, attributes in given.get("events", ()):
            event = span.events.add(time_unix_nano=T0 + round(at_ms * 1e6), name=name)
            _fill(event.attributes, attributes)
        for trace, number, attributes in given.get("links", ()):
            link = span.links.add(trace_id=trace.to_bytes(16, "big"), span_id=number.to_bytes(8, "big"))
            _fill(link.attributes, attributes)

    def logs(self, *records: dict[str, Any], service: str = "shop", resource: dict[str, Any] | None = None) -> None:
        """Log records of one service: body, at_ms, severity (a number), text, trace, span, attributes, event."""
        request = ExportLogsServiceRequest()
        group = request.resource_logs.add()
        _fill(group.resource.attributes, {"service.name": service, **(resource or {})})
        scope = group.scope_logs.add()
        scope.scope.name = "tests"
        for given in records:
            record = scope.log_records.add(
                time_unix_nano=T0 + round(given.get("at_ms", 0) * 1e6),
                severity_number=given.get("severity", 9),
                severity_text=given.get("text", ""),
                event_name=given.get("event", ""),
            )
            if given.get("trace"):
                record.trace_id = given["trace"].to_bytes(16, "big")
                record.span_id = given.get("span", 1).to_bytes(8, "big")
            record.body.CopyFrom(any_value(given.get("body", "hello")))
            _fill(record.attributes, given.get("attributes", {}))
        self.land(Signal.LOGS, request.SerializeToString())

    def metric(
        self,
        name: str,
        kind: str,
        points: list[dict[str, Any]],
        *,
        service: str = "shop",
        unit: str = "1",
        description: str = "",
        **fields: Any,
    ) -> None:
        """One metric: kind is OTLP's field name; points have at_s, start_s, attributes, and OTLP's own fields.

        Fields of the kind itself, such as `aggregation_temporality` and `is_monotonic`, are keywords.
        """
        request = ExportMetricsServiceRequest()
        group = request.resource_metrics.add()
        _fill(group.resource.attributes, {"service.name": service})
        metric = group.scope_metrics.add().metrics.add(name=name, unit=unit, description=description)
        body = getattr(metric, kind)
        for field, value in fields.items():
            setattr(body, field, value)
        for given in points:
            self._point(body.data_points.add(), dict(given))
        self.land(Signal.METRICS, request.SerializeToString())

    def _point(self, point: Any, given: dict[str, Any]) -> None:
        point.time_unix_nano = T0 + round(given.pop("at_s") * 1e9)
        if "start_s" in given:
            point.start_time_unix_nano = T0 + round(given.pop("start_s") * 1e9)
        _fill(point.attributes, given.pop("attributes", {}))
        for field, value in given.items():
            if field in {"positive", "negative"}:
                side = getattr(point, field)
                side.offset = value[0]
                side.bucket_counts.extend(value[1])
            elif field == "quantile_values":
                for share, one in value:
                    point.quantile_values.add(quantile=share, value=one)
            elif isinstance(value, list):
                getattr(point, field).extend(value)
            else:
                setattr(point, field, value)
