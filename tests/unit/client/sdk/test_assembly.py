"""What `configure` puts together, without the process's global providers: parts, their ends, and their bounds."""

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics._internal.export import PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.export import MetricExporter, MetricExportResult
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider

from sonde.client.configure import configure
from sonde.client.logs import Output
from sonde.client.sdk.assembly import assembled, is_exported, wants_console
from sonde.client.sdk.plan import made_plan
from sonde.client.sdk.reader import SondeMetricReader, host_and_port, prometheus_reader
from sonde.client.sdk.telemetry import Telemetry
from sonde.client.settings import Settings, SpoolSettings
from sonde.core.errors import ConfigError
from sonde.core.signal import Signal

DEFAULTS = {**(configure.__kwdefaults__ or {}), "service_name": None}


def plan(**arguments):
    return made_plan(**{**DEFAULTS, **arguments})


def telemetry(engine, **arguments):
    parts = assembled(plan(**arguments), engine, Resource({"service.name": "t"}), is_global=False)
    return Telemetry(engine, parts)


def test_all_three_signals_reach_the_engine(engine):
    made = telemetry(engine)
    with made.tracer("t").start_as_current_span("work"):
        made.meter("t").create_counter("orders").add(1)
        made.logger("t").emit(body="hello")
    assert made.flush(5)
    assert [len(engine.items[signal]) for signal in (Signal.TRACES, Signal.LOGS)] == [1, 1]
    assert [signal for signal, _, _ in engine.submitted] == [Signal.METRICS]
    made.shutdown()


def test_the_end_collects_once_more_and_comes_once(engine):
    made = telemetry(engine)
    made.meter("t").create_counter("orders").add(1)
    with made:
        pass
    assert made.shutdown() is True
    assert [signal for signal, _, _ in engine.submitted] == [Signal.METRICS]
    assert len(engine.shutdowns) == 1
    assert engine.shutdowns[0] <= 2.0


def test_a_broken_engine_never_reaches_the_application(failing_engine):
    made = telemetry(failing_engine)
    with made.tracer("t").start_as_current_span("work"):
        pass
    assert (made.flush(1), made.stats(), made.shutdown(1)) == (False, {}, False)


def test_disabled_telemetry_answers_everything():
    made = Telemetry()
    with made, made.tracer("t").start_as_current_span("work"):
        made.meter("t").create_counter("orders").add(1)
    assert (made.is_enabled, made.flush(), made.stats(), made.shutdown()) == (False, True, {}, True)


def test_a_signal_can_be_kept_in_the_process(engine, monkeypatch):
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "none")
    made = telemetry(engine, metrics=False, logs=False)
    made.tracer("t").start_span("work").end()
    assert engine.items[Signal.TRACES] == []
    assert is_exported("TRACES") is False
    assert is_exported("LOGS") is True


def test_a_bad_exemplar_filter_in_the_environment_is_no_error(engine, monkeypatch, caplog):
    monkeypatch.setenv("OTEL_METRICS_EXEMPLAR_FILTER", "sometimes")
    telemetry(engine).shutdown()
    assert "OTEL_METRICS_EXEMPLAR_FILTER is ignored" in caplog.text


def test_exemplars_link_a_metric_to_its_trace(engine):
    made = telemetry(engine)
    with made.tracer("t").start_as_current_span("work") as span:
        made.meter("t").create_counter("orders").add(1)
    made.flush(5)
    assert span.get_span_context().trace_id.to_bytes(16, "big") in engine.submitted[0][1]
    made.shutdown()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"service_name": ""}, "service_name"),
        ({"endpoint": "ftp://host"}, "http or https"),
        ({"endpoint": 4318}, "endpoint"),
        ({"endpoint": []}, "endpoint"),
        ({"protocol": "thrift"}, "protocol"),
        ({"compression": "rar"}, "compression"),
        ({"headers": {"a": 1}}, "headers"),
        ({"timeout": 0}, "timeout"),
        ({"sampler": 2}, "sampler"),
        ({"sampler": "always"}, "sampler"),
        ({"logs": "deafening"}, "logs"),
        ({"logs": [Output("syslog")]}, "logs: output 'syslog'"),
        ({"instrument": "fastapi"}, "instrument"),
        ({"on_missing": "shout"}, "on_missing"),
        ({"prometheus": "localhost"}, "prometheus"),
        ({"files": 1}, "files"),
        ({"console": "yes"}, "console"),
        ({"traces": None}, "traces"),
        ({"resource_attributes": {1: 2}}, "resource_attributes"),
    ],
    ids=lambda value: next(iter(value)) + str(next(iter(value.values())))[:6] if isinstance(value, dict) else "",
)
def test_a_wrong_argument_raises_and_names_itself(arguments, words):
    with pytest.raises(ConfigError, match=words):
        plan(**arguments)


def test_arguments_beat_what_the_environment_said():
    before = Settings(spool=SpoolSettings(directory=None))
    settings = plan(endpoint="https://a:4318", headers={"k": "v"}, spool="/var/spool/x").settings(before)
    assert settings.endpoints[Signal.LOGS].authority == "a:4318"
    assert settings.endpoints[Signal.LOGS].headers == (("k", "v"),)
    assert str(settings.spool.directory) == "/var/spool/x"
    assert plan(spool=False).settings(Settings(spool=SpoolSettings(directory="x"))).spool.directory is None


def test_several_endpoints_are_balanced_between():
    found = plan(endpoint=["http://a:4318", "http://b:4317"]).all_endpoints(Settings())
    assert [(one.authority, one.protocol) for one in found] == [("a:4318", "http/protobuf"), ("b:4317", "grpc")]


def test_equal_arguments_make_equal_plans():
    assert plan(endpoint="http://a:4318", metrics={"interval_s": 5}) == plan(
        endpoint="http://a:4318", metrics={"interval_s": 5}
    )
    assert plan(environment="a") != plan(environment="b")


def test_the_console_is_for_terminals_without_a_server(monkeypatch):
    monkeypatch.setattr("sys.stderr", type("Terminal", (), {"isatty": lambda self: True})())
    assert wants_console(plan(), is_endpoint_set=False) is True
    assert wants_console(plan(), is_endpoint_set=True) is False
    assert wants_console(plan(console=False), is_endpoint_set=False) is False


def test_a_prometheus_address_that_is_taken_stops_nothing(engine, caplog):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        made = telemetry(engine, prometheus=address)
    assert f"metrics are not served on {address}" in caplog.text
    made.shutdown()


def test_a_missing_package_is_named_with_its_command(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "opentelemetry.exporter.prometheus", None)
    with pytest.raises(ConfigError, match="pip install opentelemetry-exporter-prometheus"):
        prometheus_reader("127.0.0.1:0")


@pytest.mark.parametrize(
    ("text", "expected"), [("127.0.0.1:9464", ("127.0.0.1", 9464)), ("[::1]:1", ("::1", 1)), (":9", ("127.0.0.1", 9))]
)
def test_a_prometheus_address_is_read(text, expected):
    assert host_and_port(text) == expected


def test_a_forked_child_gets_locks_of_its_own(engine):
    made = telemetry(engine)
    [reader] = made._parts.readers
    assert isinstance(reader, SondeMetricReader)
    reader._export_lock.acquire()
    before, event = reader._daemon_thread, reader._shutdown_event
    reader._at_fork_reinit()
    event.set()  # the parent's thread, which a child would not have
    assert reader._export_lock.acquire(timeout=1)
    assert reader._daemon_thread is not before
    reader._export_lock.release()
    made.shutdown()


def test_the_sdk_is_as_the_parts_expect():
    assert issubclass(SondeMetricReader, PeriodicExportingMetricReader)
    assert hasattr(TracerProvider(shutdown_on_exit=False)._active_span_processor, "_span_processors")
    assert hasattr(MeterProvider(shutdown_on_exit=False), "_metric_readers")


class CountingExporter(MetricExporter):
    exported = 0

    def export(self, metrics_data, timeout_millis=10_000, **_more):
        self.exported += 1
        return MetricExportResult.SUCCESS

    def force_flush(self, timeout_millis=10_000):
        return True

    def shutdown(self, timeout_millis=30_000, **_more):
        pass


def test_a_reader_in_a_fork_that_python_was_not_told_of_collects_by_itself(monkeypatch):
    monkeypatch.setattr(SondeMetricReader, "_ticker", lambda _reader: None)
    exporter = CountingExporter()
    reader = SondeMetricReader(exporter, interval_s=3600)
    provider = MeterProvider(metric_readers=[reader], shutdown_on_exit=False)
    provider.get_meter("t").create_counter("orders").add(1)
    reader._daemon_thread.join(10)
    reader._pid -= 1
    reader.shutdown()
    assert exporter.exported == 1
