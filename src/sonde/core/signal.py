"""The three OTLP signals and the names that the protocol gives each of them.

Source: OpenTelemetry Protocol specification 1.x, sections "OTLP/gRPC" and "OTLP/HTTP Request"; the field numbers are
those of `opentelemetry-proto`.
"""

from __future__ import annotations

from enum import Enum

__all__ = ["Signal"]


class Signal(Enum):
    """One kind of telemetry; the value is the name used in URLs, directories and metrics.

    A member knows its place in the protocol: `http_path`, `grpc_method`, and what its records are called.
    """

    TRACES = "traces"
    METRICS = "metrics"
    LOGS = "logs"

    @property
    def index(self) -> int:
        """The small integer by which the wire kernel knows the signal: traces 0, metrics 1, logs 2."""
        return _INDEX[self]

    @property
    def http_path(self) -> str:
        """Where OTLP/HTTP posts requests of this signal, `/v1/traces` for example."""
        return f"/v1/{self.value}"

    @property
    def grpc_method(self) -> str:
        """The full gRPC method path of the signal's `Export` call."""
        noun = _NOUN[self]
        return f"/opentelemetry.proto.collector.{noun}.v1.{noun.capitalize()}Service/Export"

    @property
    def item(self) -> str:
        """What one counted record is called in the protocol's partial success: spans, data_points, log_records."""
        return _ITEM[self]


_INDEX = {Signal.TRACES: 0, Signal.METRICS: 1, Signal.LOGS: 2}
_NOUN = {Signal.TRACES: "trace", Signal.METRICS: "metrics", Signal.LOGS: "logs"}
_ITEM = {Signal.TRACES: "spans", Signal.METRICS: "data_points", Signal.LOGS: "log_records"}
