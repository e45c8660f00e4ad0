"""Random OTLP requests with everything in them that OTLP can say, for tests that compare two readers of it."""

from __future__ import annotations

import random
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

NOW = 1_790_000_000_000_000_000
TEXTS = ("", "a", "GET /", "naïve ✓", "x" * 127, "y" * 128, "z" * 300, "tab\tquote'\\")
DOUBLES = (0.0, -0.0, 0.5, -1.25, 1e21, 1e-7, 123456.75, float("inf"), float("-inf"))


class Maker:
    """Makes requests from a seed."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)

    def value(self, value: Any, depth: int = 0) -> None:
        kind = self.rng.randrange(8 if depth < 3 else 6)
        if kind == 0:
            value.string_value = self.rng.choice(TEXTS)
        elif kind == 1:
            value.bool_value = self.rng.random() < 0.5
        elif kind == 2:
            value.int_value = self.rng.choice((0, 1, -1, 2**63 - 1, -(2**63), 12345))
        elif kind == 3:
            value.double_value = self.rng.choice(DOUBLES)
        elif kind == 4:
            value.bytes_value = self.rng.randbytes(self.rng.randrange(5))
        elif kind == 5:
            value.SetInParent()
        elif kind == 6:
            value.array_value.SetInParent()
            for _ in range(self.rng.randrange(3)):
                self.value(value.array_value.values.add(), depth + 1)
        else:
            value.kvlist_value.SetInParent()
            for _ in range(self.rng.randrange(3)):
                self.value(value.kvlist_value.values.add(key=self.rng.choice("abc")).value, depth + 1)

    def attributes(self, holder: Any) -> None:
        for number in range(self.rng.randrange(5)):
            self.value(holder.add(key=f"{self.rng.choice(('k', 'key', 'http.route'))}{number}").value)

    def time(self) -> int:
        return self.rng.choice(
            (0, 1, NOW, NOW - 10**9, NOW + 40 * 86_400 * 10**9, NOW - 40 * 86_400 * 10**9, 2**63 + 5)
        )

    def moment(self) -> int:
        return NOW + self.rng.randrange(10**12)

    def resource(self, group: Any) -> None:
        if self.rng.random() < 0.8:
            group.resource.attributes.add(key="service.name").value.string_value = self.rng.choice(("shop", "cart", ""))
        self.attributes(group.resource.attributes)
        group.resource.dropped_attributes_count = self.rng.randrange(3)
        group.schema_url = self.rng.choice(("", "https://opentelemetry.io/schemas/1.37.0"))

    def scope(self, group: Any) -> None:
        group.scope.name, group.scope.version = self.rng.choice(TEXTS), self.rng.choice(("", "1.0"))
        self.attributes(group.scope.attributes)
        group.scope.dropped_attributes_count = self.rng.randrange(3)
        group.schema_url = self.rng.choice(("", "urn:scope"))

    def traces(self) -> bytes:
        request = ExportTraceServiceRequest()
        for _ in range(self.rng.randrange(4)):
            group = request.resource_spans.add()
            self.resource(group)
            for _ in range(self.rng.randrange(3)):
                scope = group.scope_spans.add()
                self.scope(scope)
                for _ in range(self.rng.randrange(4)):
                    self.span(scope.spans.add())
        return request.SerializeToString()

    def span(self, span: Any) -> None:
        rng = self.rng
        span.trace_id, span.span_id = rng.randbytes(rng.choice((0, 16, 16))), rng.randbytes(8)
        span.parent_span_id = rng.randbytes(rng.choice((0, 8)))
        span.name, span.trace_state = rng.choice(TEXTS), rng.choice(("", "a=b"))
        span.kind, span.flags = rng.randrange(6), rng.choice((0, 257))
        span.start_time_unix_nano, span.end_time_unix_nano = self.time(), self.time()
        self.attributes(span.attributes)
        span.dropped_attributes_count, span.dropped_events_count, span.dropped_links_count = 1, rng.randrange(2), 3
        for _ in range(rng.randrange(3)):
            event = span.events.add(
                time_unix_nano=self.time(), name=rng.choice(TEXTS), dropped_attributes_count=rng.randrange(2)
            )
            self.attributes(event.attributes)
        for _ in range(rng.randrange(3)):
            link = span.links.add(
                trace_id=rng.randbytes(16), span_id=rng.randbytes(8), trace_state="s=1", flags=rng.randrange(3)
            )
            self.attributes(link.attributes)
        if rng.random() < 0.7:
            span.status.code, span.status.message = rng.randrange(3), rng.choice(TEXTS)

    def logs(self) -> bytes:
        request, rng = ExportLogsServiceRequest(), self.rng
        for _ in range(rng.randrange(4)):
            group = request.resource_logs.add()
            self.resource(group)
            for _ in range(rng.randrange(3)):
                scope = group.scope_logs.add()
                self.scope(scope)
                for _ in range(rng.randrange(4)):
                    record = scope.log_records.add(
                        time_unix_nano=self.time(),
                        observed_time_unix_nano=self.time(),
                        severity_number=rng.randrange(25),
                        severity_text=rng.choice(("", "INFO")),
                        trace_id=rng.randbytes(rng.choice((0, 16))),
                        span_id=rng.randbytes(rng.choice((0, 8))),
                        flags=rng.randrange(3),
                        dropped_attributes_count=rng.randrange(3),
                        event_name=rng.choice(TEXTS),
                    )
                    if rng.random() < 0.9:
                        self.value(record.body)
                    self.attributes(record.attributes)
        return request.SerializeToString()

    def metrics(self) -> bytes:
        request, rng = ExportMetricsServiceRequest(), self.rng
        for _ in range(rng.randrange(4)):
            group = request.resource_metrics.add()
            self.resource(group)
            for _ in range(rng.randrange(3)):
                scope = group.scope_metrics.add()
                self.scope(scope)
                for _ in range(rng.randrange(4)):
                    metric = scope.metrics.add(
                        name=rng.choice(("up", "size")), unit="By", description=rng.choice(TEXTS)
                    )
                    self.attributes(metric.metadata)
                    kind = rng.choice(("gauge", "sum", "histogram", "exponential_histogram", "summary"))
                    data = getattr(metric, kind)
                    data.SetInParent()
                    if hasattr(data, "aggregation_temporality"):
                        data.aggregation_temporality = rng.randrange(3)
                    if kind == "sum":
                        data.is_monotonic = rng.random() < 0.5
                    for _ in range(rng.randrange(3)):
                        getattr(self, f"_{kind}")(data.data_points.add())
        return request.SerializeToString()

    def _point(self, point: Any) -> None:
        self.attributes(point.attributes)
        point.start_time_unix_nano, point.time_unix_nano = self.time(), self.moment()
        point.flags = self.rng.randrange(2)

    def _number(self, point: Any) -> None:
        which = self.rng.randrange(3)
        if which == 0:
            point.as_int = self.rng.choice((0, -5, 2**62 + 1))
        elif which == 1:
            point.as_double = self.rng.choice(DOUBLES)

    def _exemplars(self, point: Any) -> None:
        for _ in range(self.rng.randrange(3)):
            exemplar = point.exemplars.add(
                time_unix_nano=self.time(), trace_id=self.rng.randbytes(16), span_id=self.rng.randbytes(8)
            )
            self._number(exemplar)
            self.attributes(exemplar.filtered_attributes)

    def _gauge(self, point: Any) -> None:
        self._point(point)
        self._number(point)
        self._exemplars(point)

    _sum = _gauge

    def _optional(self, point: Any) -> None:
        self._point(point)
        self._exemplars(point)
        point.count = self.rng.randrange(100)
        for field in ("sum", "min", "max"):
            if self.rng.random() < 0.6:
                setattr(point, field, self.rng.choice(DOUBLES))

    def _histogram(self, point: Any) -> None:
        self._optional(point)
        buckets = self.rng.randrange(4)
        point.explicit_bounds.extend(float(n) for n in range(max(0, buckets - 1)))
        point.bucket_counts.extend(self.rng.randrange(300) for _ in range(buckets))

    def _exponential_histogram(self, point: Any) -> None:
        self._optional(point)
        point.scale, point.zero_count, point.zero_threshold = self.rng.randrange(-5, 20), 3, 0.25
        for side in (point.positive, point.negative):
            side.offset = self.rng.randrange(-40, 40)
            side.bucket_counts.extend(self.rng.randrange(10**6) for _ in range(self.rng.randrange(4)))

    def _summary(self, point: Any) -> None:
        self._point(point)
        point.count, point.sum = 7, 1.5
        for quantile in range(self.rng.randrange(3)):
            point.quantile_values.add(quantile=quantile / 4, value=quantile * 3.5)
