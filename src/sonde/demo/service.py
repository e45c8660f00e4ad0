"""What every service of the shop does: answer requests, call others, ask a database, and tell about it.

A `Service` stands for one process. Requests carry W3C trace context and baggage in their headers, injected by the caller's
client span and extracted by the callee's server span, so a trace crosses services as it would cross machines. Attribute
names follow OpenTelemetry's semantic conventions (HTTP, database, messaging, exceptions); the shop's own begin with `app.`.

A handler that raises an exception is a defect: it is recorded with its stack trace on the server span, logged, and answered
with 500. `Refused` is an answer on purpose, with its own status, and no defect. A service that is down refuses connections.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from opentelemetry import baggage, context, propagate, trace
from opentelemetry.metrics import CallbackOptions, Observation
from opentelemetry.trace import SpanKind, StatusCode

from sonde.demo.telemetry import Destination, Identity, Telemetry, Transport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from opentelemetry.context import Context
    from opentelemetry.metrics import Meter
    from opentelemetry.trace import Link, Span

    from sonde.demo.world import World

__all__ = ["DURATION_BOUNDARIES_S", "PORT", "Refused", "Request", "Response", "Service"]

PORT = 8080
DURATION_BOUNDARIES_S = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
"""Bucket boundaries of durations in seconds (semantic conventions, HTTP metrics)."""

_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request inside the shop: `route` is the template, `path` what was asked for."""

    method: str
    route: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Response:
    """One answer."""

    status: int
    body: Any = None


class Refused(Exception):  # noqa: N818  it is an answer, not a defect
    """A handler's deliberate answer with an error status.

    Args:
        status: HTTP status, 400 to 599.
        reason: one sentence, logged.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Service:
    """One service of the shop: subclasses fill `routes`, and extend `instrument` for metrics of their own.

    Args:
        world: clock, dice and faults.
        destination: where telemetry goes.
    """

    name = "service"
    version = "1.0.0"
    host = "shop-1"
    transport = Transport()
    memory_mib = 120.0

    def __init__(self, world: World, destination: Destination) -> None:
        self.world = world
        self.is_down = False
        self.routes: dict[tuple[str, str], Callable[[Request], Response]] = {}
        self._destination = destination
        self._starts = 0
        self._start()

    def _start(self) -> None:
        """Be a new process: a new instance id, new providers, counters from zero."""
        self._starts += 1
        self.instance = f"{self.name}-{self.version}-{self._starts}"
        identity = Identity(self.name, self.version, f"{self._destination.run_id}-{self.instance}", self.host)
        self.telemetry = Telemetry(identity, self._destination, self.transport, lambda: self.world.now_ns)
        self.log = self.telemetry.logger
        self.instrument(self.telemetry.meter)

    def restart(self, version: str | None = None) -> Telemetry:
        """Become a new process, of another version when one is given; returns the old telemetry, still to be closed."""
        old = self.telemetry
        self.version = version or self.version
        self._start()
        self.log.info("%s %s started", self.name, self.version, extra={"service.instance.id": self.instance})
        return old

    def instrument(self, meter: Meter) -> None:
        """Make the instruments of this process; called at each start."""
        self._server_duration = meter.create_histogram(
            "http.server.request.duration",
            unit="s",
            description="Duration of HTTP server requests.",
            explicit_bucket_boundaries_advisory=DURATION_BOUNDARIES_S,
        )
        self._query_duration = meter.create_histogram(
            "db.client.operation.duration",
            unit="s",
            description="Duration of database client operations.",
            explicit_bucket_boundaries_advisory=DURATION_BOUNDARIES_S,
        )
        self.observe(meter, "process.memory.usage", "By", "Memory in use.", lambda: self.memory_mib * _MIB)

    def observe(self, meter: Meter, name: str, unit: str, description: str, read: Callable[[], float]) -> None:
        """Make a gauge whose value `read()` gives whenever metrics are collected."""

        def collect(_: CallbackOptions) -> list[Observation]:
            return [Observation(read())]

        meter.create_observable_gauge(name, [collect], unit=unit, description=description)

    @contextmanager
    def span(
        self,
        name: str,
        kind: SpanKind = SpanKind.INTERNAL,
        *,
        attributes: Mapping[str, Any] | None = None,
        parent: Context | None = None,
        links: list[Link] | None = None,
    ) -> Iterator[Span]:
        """A span from now until the block ends, on the request's clock; an exception is recorded and goes on.

        Args:
            name: span name.
            kind: span kind.
            attributes: attributes known at the start (a sampler could see them).
            parent: context to continue; the current one when not given.
            links: links to other spans.
        """
        span = self.telemetry.tracer.start_span(
            name, parent, kind, dict(attributes or {}), links, start_time=self.world.now_ns
        )
        token = context.attach(trace.set_span_in_context(span, parent))
        try:
            yield span
        except Exception as error:
            self._record(span, error)
            raise
        finally:
            context.detach(token)
            span.end(self.world.now_ns)

    def _record(self, span: Span, error: Exception) -> None:
        span.record_exception(error, timestamp=self.world.now_ns)
        span.set_attribute("error.type", type(error).__qualname__)
        span.set_status(StatusCode.ERROR, f"{type(error).__name__}: {error}")

    def parent_of(self, request: Request) -> Context:
        """The context a request continues: what its headers say (W3C Trace Context, W3C Baggage)."""
        return propagate.extract(dict(request.headers))

    def receive(self, request: Request) -> Response:
        """Answer one request under a server span that continues the caller's trace.

        Raises:
            ConnectionRefusedError: the service is down; nothing of it is recorded here.
        """
        if self.is_down:
            raise ConnectionRefusedError(111, f"connection to {self.name}:{PORT} refused")
        parent = self.parent_of(request)
        attributes: dict[str, Any] = {
            "http.request.method": request.method,
            "http.route": request.route,
            "url.path": request.path,
            "url.scheme": "http",
            "server.address": self.name,
            "server.port": PORT,
            "network.protocol.version": "1.1",
        }
        user = baggage.get_baggage("user.id", parent)
        if isinstance(user, str):
            attributes["user.id"] = user
        started_ns = self.world.now_ns
        with self.span(
            f"{request.method} {request.route}", SpanKind.SERVER, attributes=attributes, parent=parent
        ) as span:
            response = self._answer(request, span)
            span.set_attribute("http.response.status_code", response.status)
            labels = {key: attributes[key] for key in ("http.request.method", "http.route")}
            labels["http.response.status_code"] = response.status
            self._server_duration.record((self.world.now_ns - started_ns) / 1e9, labels)
        return response

    def _answer(self, request: Request, span: Span) -> Response:
        """The handler's response; what it raises becomes one."""
        try:
            return self.routes[request.method, request.route](request)
        except Refused as refusal:
            if refusal.status >= 500:
                span.set_attribute("error.type", str(refusal.status))
                span.set_status(StatusCode.ERROR, refusal.reason)
            log = self.log.error if refusal.status >= 500 else self.log.warning
            log("%s %s refused: %s", request.method, request.path, refusal.reason)
            return Response(refusal.status, refusal.reason)
        except Exception as error:
            self._record(span, error)
            self.log.exception("%s %s failed", request.method, request.path)
            return Response(500, "internal error")

    def call(self, peer: Service, method: str, route: str, body: Mapping[str, Any] | None = None) -> Response:
        """Send a request to another service under a client span; `{name}` in the route is filled from `body`.

        Raises:
            ConnectionRefusedError: the peer is down; recorded on the client span.
        """
        path = route.format_map(body or {})
        attributes = {
            "http.request.method": method,
            "server.address": peer.name,
            "server.port": PORT,
            "url.full": f"http://{peer.name}:{PORT}{path}",
        }
        with self.span(method, SpanKind.CLIENT, attributes=attributes) as span:
            headers: dict[str, str] = {}
            propagate.inject(headers)
            self.world.spend(0.6)
            response = peer.receive(Request(method, route, path, headers, body or {}))
            self.world.spend(0.4)
            span.set_attribute("http.response.status_code", response.status)
            if response.status >= 400:
                span.set_attribute("error.type", str(response.status))
                span.set_status(StatusCode.ERROR)
        return response

    def query(self, system: str, operation: str, collection: str, text: str, median_ms: float) -> float:
        """Ask a database under a client span; returns how long it took, in milliseconds.

        Args:
            system: `db.system.name`, `postgresql` for example.
            operation: `db.operation.name`.
            collection: table or key space.
            text: the query with placeholders, as an instrumentation would record it.
            median_ms: how long it usually takes.
        """
        attributes = {
            "db.system.name": system,
            "db.namespace": "shop",
            "db.operation.name": operation,
            "db.collection.name": collection,
            "db.query.text": text,
            "db.query.summary": f"{operation} {collection}",
            "server.address": f"{system}.{self.name}",
        }
        with self.span(f"{operation} {collection}", SpanKind.CLIENT, attributes=attributes):
            spent_ms = self.world.spend(median_ms)
            labels = {key: attributes[key] for key in ("db.system.name", "db.operation.name", "db.collection.name")}
            self._query_duration.record(spent_ms / 1000, labels)
        return spent_ms
