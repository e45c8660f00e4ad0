"""`sonde.configure` sets a process's globals, so each case is a fresh process that prints what it found."""

import json
import subprocess
import sys

from servers import loopback_environment

BEGIN = """
import json, logging, sys
import sonde
from opentelemetry import metrics, trace
QUIET = dict(endpoint="http://127.0.0.1:9", instrument=False, runtime_metrics=False, spool=False)
"""
END = """
sonde.shutdown(0.1)
"""


def run(body, **variables):
    environment = loopback_environment({"SONDE_EXIT": "100ms", **variables})
    done = subprocess.run(
        [sys.executable, "-c", BEGIN + body + END],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), done.stderr


def test_a_second_call_returns_the_first_and_says_so_if_it_differs():
    found, errors = run(
        """
before = [sonde.flush(0.1), sonde.stats(), "configure" in dir(sonde)]
first = sonde.configure("shop", **QUIET)
again = [sonde.configure("shop", **QUIET) is first, sonde.configure("other", **QUIET) is first]
print(json.dumps([before, again]))
"""
    )
    assert found == [[True, {}, True], [True, True]]
    assert errors.count("again with other arguments") == 1


def test_a_variable_that_cannot_be_used_is_told_of_once():
    found, errors = run(
        """
telemetry = sonde.configure("shop", instrument=False, runtime_metrics=False)
print(json.dumps(telemetry.is_enabled))
""",
        OTEL_EXPORTER_OTLP_PROTOCOL="thrift",
        OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9",
        SONDE_SPOOL="off",
    )
    assert found
    assert errors.count("OTEL_EXPORTER_OTLP_PROTOCOL is ignored") == 1


def test_providers_of_the_application_stay_and_no_span_goes_out_twice():
    found, _ = run(
        """
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.trace import TracerProvider
from sonde.client.sdk.processors import SondeSpanProcessor
tracers, meters = TracerProvider(), MeterProvider()
tracers.add_span_processor(SondeSpanProcessor())
trace.set_tracer_provider(tracers)
metrics.set_meter_provider(meters)
telemetry = sonde.configure("shop", **{**QUIET, "endpoint": None})
meters.get_meter("t").create_counter("orders").add(1)
telemetry.flush(0.1)
print(json.dumps([
    trace.get_tracer_provider() is tracers,
    len(tracers._active_span_processor._span_processors),
    sonde.stats()["metrics"]["received"] > 0,
]))
""",
        OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9",
    )
    assert found == [True, 1, True]


def test_trouble_in_the_environment_raises_nothing():
    found, errors = run(
        """
class Foreign(trace.TracerProvider):
    def get_tracer(self, *arguments, **options):
        return trace.NoOpTracer()

trace.set_tracer_provider(Foreign())
telemetry = sonde.configure("shop", **{**QUIET, "endpoint": None, "files": "/proc/nowhere"})
with telemetry.tracer("t").start_as_current_span("work"):
    logging.getLogger("shop").warning("hello")
print(json.dumps([telemetry.is_enabled, type(trace.get_tracer_provider()).__name__]))
""",
        OTEL_EXPORTER_OTLP_ENDPOINT="ftp://nowhere",
        OTEL_EXPORTER_OTLP_HEADERS="garbage",
        OTEL_TRACES_SAMPLER="no_such_sampler",
        OTEL_METRICS_EXEMPLAR_FILTER="no_such_filter",
        OTEL_METRIC_EXPORT_INTERVAL="soon",
        OTEL_RESOURCE_ATTRIBUTES="garbage",
    )
    assert found == [True, "Foreign"]
    assert "OTEL_EXPORTER_OTLP_ENDPOINT is ignored" in errors
    assert "Foreign is set already" in errors


def test_disabled_by_the_variable_nothing_is_set():
    found, _ = run(
        """
telemetry = sonde.configure("shop", **QUIET)
print(json.dumps([telemetry.is_enabled, "Proxy" in type(trace.get_tracer_provider()).__name__, sonde.stats()]))
""",
        OTEL_SDK_DISABLED="true",
    )
    assert found == [False, True, {}]


def test_prometheus_and_push_show_the_same_counter_at_once():
    found, _ = run(
        """
import socket, urllib.request
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
telemetry = sonde.configure("shop", **QUIET, prometheus=f"127.0.0.1:{port}", metrics={"interval_s": 3600})
telemetry.meter("t").create_counter("orders").add(7)
page = urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"http://127.0.0.1:{port}/metrics").read().decode()
telemetry.flush(0.1)
print(json.dumps([[line for line in page.splitlines() if line.startswith("orders_total")], sonde.stats()["metrics"]["received"]]))
"""
    )
    assert found[0][0].endswith(" 7.0")
    assert found[1] >= 1
