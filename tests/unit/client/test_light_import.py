"""`pip install sonde` in an application must cost almost nothing: proven in fresh processes, from `sys.modules`."""

import subprocess
import sys

from servers import loopback_environment

HEAVY = (
    "numpy",
    "pyarrow",
    "pandas",
    "chdb",
    "clickhouse_connect",
    "fastapi",
    "pydantic",
    "typer",
    "rich",
    "grpc",
    "google.protobuf",
    "httpx",
    "requests",
)
ALL = """
import pkgutil, sonde.client, sonde.resilience
for package in (sonde.client, sonde.resilience):
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if found.name not in ("sonde.client.testing", "sonde.client.sdk.files", "sonde.client.sdk.capture"):
            __import__(found.name)
"""
CONFIGURE = """
import sonde
with sonde.configure("light", endpoint="http://127.0.0.1:9", instrument=False, runtime_metrics=False, spool=False) as telemetry:
    with telemetry.tracer("t").start_as_current_span("work"):
        telemetry.meter("t").create_counter("orders").add(1)
    telemetry.flush(0.2)
    telemetry.shutdown(0.2)
"""
PLUGIN = "import sonde.client.testing"
GRPC = """
from sonde.client import Endpoint
from sonde.client.running import make_engine
from sonde.client.settings import Settings
engine = make_engine(Settings(), endpoints=[Endpoint.parse("http://127.0.0.1:9", protocol="grpc")])
engine.submit(next(iter(engine.settings.endpoints)), bytes([10, 0]), 1)
engine.shutdown(20)
"""


def loaded(script, *suspects):
    code = f"{script}\nimport sys\nprint(*(name for name in {suspects!r} if name in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=loopback_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_an_application_gets_nothing_heavy():
    assert loaded(ALL + CONFIGURE, *HEAVY) == []


def test_the_package_alone_imports_nothing_of_itself():
    assert loaded("import sonde", "sonde.client", "opentelemetry", "logging") == []


def test_grpc_needs_no_more_than_its_header_compression():
    assert loaded(GRPC, "h2", "h11", "hpack", "grpc") == ["hpack"]


def test_the_pytest_plugin_brings_no_sdk():
    assert loaded(PLUGIN, "opentelemetry", "opentelemetry.sdk", "sonde.client.engine") == []
