"""Exporters stand where OpenTelemetry's own stood: same results, same options, and bytes that the engine can send."""

import os

import pytest
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import Counter, Histogram, MeterProvider, ObservableCounter, UpDownCounter
from opentelemetry.sdk.metrics.export import AggregationTemporality, InMemoryMetricReader, MetricExportResult
from opentelemetry.sdk.metrics.view import ExponentialBucketHistogramAggregation
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExportResult

from sonde.client import running
from sonde.client.engine import identity
from sonde.client.sdk.exporters import SondeLogRecordExporter, SondeMetricExporter, SondeSpanExporter
from sonde.core.errors import ConfigError
from sonde.core.signal import Signal

DELTA = AggregationTemporality.DELTA
CUMULATIVE = AggregationTemporality.CUMULATIVE


def test_spans_become_one_request(engine):
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(SondeSpanExporter(engine=engine)))
    provider.get_tracer("t").start_span("work").end()
    [(signal, payload, items)] = engine.submitted
    assert (signal, items) == (Signal.TRACES, 1)
    assert b"work" in payload


def test_log_records_become_one_request(engine):
    provider = LoggerProvider(shutdown_on_exit=False)
    kept = InMemoryLogRecordExporter()
    provider.add_log_record_processor(SimpleLogRecordProcessor(kept))
    provider.get_logger("t").emit(body="hello")
    SondeLogRecordExporter(engine=engine).export(kept.get_finished_logs())
    [(signal, payload, items)] = engine.submitted
    assert (signal, items) == (Signal.LOGS, 1)
    assert b"hello" in payload


def reading():
    reader = InMemoryMetricReader()
    meter = MeterProvider([reader], shutdown_on_exit=False).get_meter("t")
    counter = meter.create_counter("orders")
    counter.add(1, {"kind": "book"})
    counter.add(1, {"kind": "pen"})
    return reader.get_metrics_data()


def test_metrics_are_counted_by_points(engine):
    assert SondeMetricExporter(engine=engine).export(reading()) is MetricExportResult.SUCCESS
    [(signal, payload, items)] = engine.submitted
    assert (signal, items) == (Signal.METRICS, 2)
    assert b"orders" in payload


def test_a_forked_child_sends_its_own_instance_id(engine, monkeypatch):
    monkeypatch.setattr(identity, "_ORIGIN", os.getpid() + 1)
    monkeypatch.setattr(identity, "_child", None)
    provider = TracerProvider(resource=Resource({"service.instance.id": "parents"}), shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(SondeSpanExporter(engine=engine)))
    provider.get_tracer("t").start_span("work").end()
    [(_, payload, _)] = engine.submitted
    assert b"parents" not in payload
    assert b"service.instance.id" in payload


def test_an_engine_that_takes_nothing_is_a_failure(engine, failing_engine):
    engine.takes = False
    assert SondeMetricExporter(engine=engine).export(reading()) is MetricExportResult.FAILURE
    assert SondeMetricExporter(engine=failing_engine).export(reading()) is MetricExportResult.FAILURE


def test_an_empty_batch_is_no_request(engine):
    assert SondeSpanExporter(engine=engine).export([]) is SpanExportResult.SUCCESS
    assert engine.submitted == []


def test_without_arguments_all_share_the_process_engine(engine, monkeypatch):
    monkeypatch.setattr(running, "engine", lambda: engine)
    exporters = [SondeSpanExporter(), SondeMetricExporter(timeout=None), SondeLogRecordExporter()]
    assert all(exporter.held.engine is engine for exporter in exporters)
    for exporter in exporters:
        exporter.shutdown()
    assert engine.shutdowns == []


def test_with_an_address_an_exporter_has_an_engine_of_its_own_and_ends_it(engine, monkeypatch):
    asked = []
    monkeypatch.setattr(running, "make_engine", lambda settings: asked.append(settings) or engine)
    exporter = SondeSpanExporter(
        "https://collector:4318/v1/traces", headers={"X-Key": "s"}, timeout=3, compression="gzip"
    )
    endpoint = asked[0].endpoints[Signal.TRACES]
    assert (endpoint.authority, endpoint.path(Signal.TRACES)) == ("collector:4318", "/v1/traces")
    assert (endpoint.headers, endpoint.timeout_s, endpoint.compression) == ((("x-key", "s"),), 3.0, "gzip")
    exporter.shutdown()
    assert engine.shutdowns == [2.0]


def test_a_wrong_argument_raises_at_once():
    with pytest.raises(ConfigError, match="compression"):
        SondeSpanExporter(compression="rar")
    with pytest.raises(ConfigError, match="channel_options"):
        SondeSpanExporter(channel_options=())


def test_the_engine_has_the_providers_hand_over_before_it_ends(engine, monkeypatch):
    monkeypatch.setattr(running, "engine", lambda: engine)
    exporter = SondeSpanExporter()
    engine.shutdown(1.0)
    assert exporter.force_flush() is True
    assert engine.flushes == [], "the engine is ending: nothing may wait for it"


@pytest.mark.parametrize(
    ("preference", "expected"),
    [
        ("", (CUMULATIVE, CUMULATIVE, CUMULATIVE)),
        ("delta", (DELTA, DELTA, CUMULATIVE)),
        ("LowMemory", (DELTA, CUMULATIVE, CUMULATIVE)),
        ("nonsense", (CUMULATIVE, CUMULATIVE, CUMULATIVE)),
    ],
    ids=["unset", "delta", "lowmemory", "nonsense"],
)
def test_temporality_follows_the_variable(engine, monkeypatch, preference, expected):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", preference)
    chosen = SondeMetricExporter(engine=engine)._preferred_temporality
    assert (chosen[Counter], chosen[ObservableCounter], chosen[UpDownCounter]) == expected


def test_an_argument_beats_the_preference(engine, monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "delta")
    exporter = SondeMetricExporter(engine=engine, preferred_temporality={Counter: CUMULATIVE})
    assert exporter._preferred_temporality[Counter] is CUMULATIVE


def test_the_histogram_preference_is_honoured(engine, monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION", "base2_exponential_bucket_histogram")
    chosen = SondeMetricExporter(engine=engine)._preferred_aggregation[Histogram]
    assert isinstance(chosen, ExponentialBucketHistogramAggregation)
