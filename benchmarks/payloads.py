"""The payloads that every benchmark and peer sends: realistic OTLP requests, made once from a seed.

A span is about 340 bytes on the wire: eight attributes with the cardinalities that an HTTP service shows (routes few,
URLs and user ids many), random ids, nanosecond times that advance, 2 % errors with an exception event. Spans of one
request come from one service and form traces of five spans.
"""

from __future__ import annotations

import random

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

__all__ = ["log_requests", "metric_requests", "trace_requests"]

SERVICES = ("frontend", "cart", "checkout", "payment", "inventory", "shipping", "recommendation", "search")
ROUTES = tuple(
    f"/api/v1/{noun}/{{id}}{tail}"
    for noun in ("orders", "items", "users", "carts", "quotes")
    for tail in ("", "/lines")
)
METHODS = ("GET", "GET", "GET", "POST", "PUT")


def _resource(resource, service: str) -> None:
    for key, value in (
        ("service.name", service),
        ("service.version", "1.4.2"),
        ("service.instance.id", f"{service}-7d9f8-x2b"),
        ("host.name", "node-17.example"),
        ("telemetry.sdk.language", "python"),
    ):
        resource.attributes.add(key=key).value.string_value = value


def trace_requests(
    count: int, spans: int = 1000, *, seed: int = 7, start_ns: int = 1_760_000_000_000_000_000, step_ns: int = 20_000
) -> list[bytes]:
    """`count` serialized trace requests of `spans` spans; the clock advances `step_ns` a span."""
    rng = random.Random(seed)
    now = start_ns
    requests = []
    for number in range(count):
        message = ExportTraceServiceRequest()
        service = SERVICES[number % len(SERVICES)]
        group = message.resource_spans.add()
        _resource(group.resource, service)
        scope = group.scope_spans.add()
        scope.scope.name = "opentelemetry.instrumentation.fastapi"
        scope.scope.version = "0.55b0"
        trace_id, parent = b"", b""
        for index in range(spans):
            now += step_ns
            if index % 5 == 0:
                trace_id, parent = rng.randbytes(16), b""
            route, method = rng.choice(ROUTES), rng.choice(METHODS)
            duration = int(rng.lognormvariate(16, 1.2))
            failed = rng.random() < 0.02
            span = scope.spans.add(
                trace_id=trace_id,
                span_id=rng.randbytes(8),
                parent_span_id=parent,
                name=f"{method} {route}",
                kind=2 if not parent else 3,
                start_time_unix_nano=now,
                end_time_unix_nano=now + duration,
                flags=257,
            )
            parent = span.span_id
            identifier = rng.randrange(1_000_000)
            for key, value in (
                ("http.request.method", method),
                ("http.route", route),
                ("url.path", route.replace("{id}", str(identifier))),
                ("server.address", f"{service}.shop.example"),
                ("user.id", f"u{identifier % 50_000}"),
            ):
                span.attributes.add(key=key).value.string_value = value
            span.attributes.add(key="http.response.status_code").value.int_value = 500 if failed else 200
            span.attributes.add(key="app.cart.value").value.double_value = rng.random() * 100
            span.attributes.add(key="app.cached").value.bool_value = rng.random() < 0.3
            if failed:
                span.status.code = 2
                span.status.message = "upstream timed out"
                event = span.events.add(name="exception", time_unix_nano=now + duration)
                event.attributes.add(key="exception.type").value.string_value = "TimeoutError"
                event.attributes.add(key="exception.message").value.string_value = "upstream timed out after 5s"
        requests.append(message.SerializeToString())
    return requests


def log_requests(
    count: int, records: int = 1000, *, seed: int = 7, start_ns: int = 1_760_000_000_000_000_000
) -> list[bytes]:
    """`count` serialized log requests of `records` log records of about 250 bytes."""
    rng = random.Random(seed)
    now = start_ns
    requests = []
    for number in range(count):
        message = ExportLogsServiceRequest()
        group = message.resource_logs.add()
        _resource(group.resource, SERVICES[number % len(SERVICES)])
        scope = group.scope_logs.add()
        scope.scope.name = "shop.orders"
        for _ in range(records):
            now += 20_000
            severity = rng.choices((5, 9, 13, 17), (10, 80, 7, 3))[0]
            record = scope.log_records.add(
                time_unix_nano=now,
                observed_time_unix_nano=now + 1000,
                severity_number=severity,
                severity_text={5: "DEBUG", 9: "INFO", 13: "WARN", 17: "ERROR"}[severity],
                trace_id=rng.randbytes(16),
                span_id=rng.randbytes(8),
                flags=1,
            )
            record.body.string_value = f"order {rng.randrange(10**6)} of user u{rng.randrange(50_000)} moved to state {rng.choice(('paid', 'packed', 'sent'))}"
            record.attributes.add(key="code.function.name").value.string_value = "move_order"
            record.attributes.add(key="thread.id").value.int_value = rng.randrange(16)
            record.attributes.add(key="http.route").value.string_value = rng.choice(ROUTES)
        requests.append(message.SerializeToString())
    return requests


def metric_requests(
    count: int, points: int = 1000, *, seed: int = 7, start_ns: int = 1_760_000_000_000_000_000
) -> list[bytes]:
    """`count` serialized metric requests of `points` data points: half sums, a quarter gauges, a quarter histograms."""
    rng = random.Random(seed)
    now = start_ns
    requests = []
    for number in range(count):
        message = ExportMetricsServiceRequest()
        group = message.resource_metrics.add()
        _resource(group.resource, SERVICES[number % len(SERVICES)])
        scope = group.scope_metrics.add()
        scope.scope.name = "shop.meter"
        now += 1_000_000_000
        total = scope.metrics.add(name="http.server.requests", unit="{request}", description="Requests served.")
        total.sum.aggregation_temporality = 2
        total.sum.is_monotonic = True
        level = scope.metrics.add(name="process.memory.usage", unit="By", description="Resident memory.")
        timing = scope.metrics.add(
            name="http.server.request.duration", unit="s", description="Duration of HTTP requests."
        )
        timing.histogram.aggregation_temporality = 2
        bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5]
        for index in range(points):
            if index % 4 == 3:
                point = timing.histogram.data_points.add(explicit_bounds=bounds, sum=rng.random() * 100)
                point.bucket_counts.extend(rng.randrange(100) for _ in range(len(bounds) + 1))
                point.count = sum(point.bucket_counts)
            elif index % 4 == 2:
                point = level.gauge.data_points.add(as_double=rng.random() * 1e9)
            else:
                point = total.sum.data_points.add(as_int=rng.randrange(10**6))
            point.start_time_unix_nano = start_ns
            point.time_unix_nano = now
            point.attributes.add(key="http.route").value.string_value = ROUTES[index % len(ROUTES)]
            point.attributes.add(key="http.response.status_code").value.int_value = 200
            point.attributes.add(key="shard").value.string_value = f"s{index}"
        requests.append(message.SerializeToString())
    return requests
