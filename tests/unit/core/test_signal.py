"""The protocol's names are fixed; a typo here would refuse every client."""

from sonde.core.signal import Signal


def test_names_are_those_of_the_protocol():
    assert [s.http_path for s in Signal] == ["/v1/traces", "/v1/metrics", "/v1/logs"]
    assert Signal.TRACES.grpc_method == "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
    assert Signal.METRICS.grpc_method == "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export"
    assert Signal.LOGS.grpc_method == "/opentelemetry.proto.collector.logs.v1.LogsService/Export"
    assert [s.index for s in Signal] == [0, 1, 2]
    assert [s.item for s in Signal] == ["spans", "data_points", "log_records"]
