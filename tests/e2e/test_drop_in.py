"""The drop-in from outside: an application that knows nothing of Sonde, `opentelemetry-instrument`, and a real server.

Only this shows that the entry points are found, the variables are honoured and nothing is lost at the process's end.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from servers import loopback_environment, running_sonde, wait_until

APPLICATION = """
import logging
from opentelemetry import metrics, trace

logging.getLogger().setLevel(logging.INFO)
tracer, meter = trace.get_tracer("shop"), metrics.get_meter("shop")
with tracer.start_as_current_span("checkout", attributes={"cart.items": 3}):
    logging.getLogger("shop").warning("charged %s", "a card")
    meter.create_counter("orders").add(2, {"kind": "book"})
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running_sonde(tmp_path_factory.mktemp("drop-in") / "data") as running:
        yield running


def run(command, **variables):
    environment = loopback_environment({"SONDE_SPOOL": "off", **variables})
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done


def count(server, table, service):
    rows = server.rows(f"SELECT count() AS n FROM {table} WHERE ServiceName = '{service}'")
    return int(rows[0]["n"])


def assert_arrived(server, service):
    for table in ("otel_traces", "otel_logs", "otel_metrics_sum"):
        wait_until(lambda table=table: count(server, table, service), within_s=30, what=f"{service} in {table}")
    assert count(server, "otel_traces", service) == 1


INSTRUMENT = [str(Path(sys.executable).parent / "opentelemetry-instrument"), sys.executable, "-c", APPLICATION]


@pytest.mark.xdist_group("drop-in")
@pytest.mark.parametrize("protocol", ["grpc", "http/protobuf", "http/json"])
def test_an_application_is_exported_without_a_change_of_its_code(server, protocol):
    service = f"drop-in-{protocol.replace('/', '-')}"
    run(
        INSTRUMENT,
        OTEL_PYTHON_DISTRO="sonde",
        OTEL_PYTHON_CONFIGURATOR="sonde",
        OTEL_SERVICE_NAME=service,
        OTEL_EXPORTER_OTLP_PROTOCOL=protocol,
        OTEL_EXPORTER_OTLP_ENDPOINT=f"http://{server.grpc}" if protocol == "grpc" else server.http_url,
        OTEL_PYTHON_DISABLED_INSTRUMENTATIONS="django,flask,fastapi,starlette,celery,system_metrics,redis,sqlalchemy",
    )
    assert_arrived(server, service)


@pytest.mark.xdist_group("drop-in")
def test_the_official_distribution_takes_the_exporters_by_name(server):
    run(
        INSTRUMENT,
        OTEL_PYTHON_DISTRO="distro",
        OTEL_PYTHON_CONFIGURATOR="configurator",
        OTEL_TRACES_EXPORTER="sonde",
        OTEL_METRICS_EXPORTER="sonde",
        OTEL_LOGS_EXPORTER="sonde",
        OTEL_SERVICE_NAME="drop-in-official",
        OTEL_EXPORTER_OTLP_ENDPOINT=f"http://{server.grpc}",
        OTEL_PYTHON_DISABLED_INSTRUMENTATIONS="django,flask,fastapi,starlette,celery,system_metrics,redis,sqlalchemy",
    )
    assert_arrived(server, "drop-in-official")
