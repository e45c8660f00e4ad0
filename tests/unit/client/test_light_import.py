"""`pip install sonde` in an application must cost almost nothing: proven in fresh processes, from `sys.modules`."""

import subprocess
import sys

import pytest

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
SDK = "import opentelemetry.sdk.trace.export, opentelemetry.sdk._logs.export, opentelemetry.sdk.metrics.export, sys"
ALLOWED = ("pathlib", "ntpath", "gc", "orjson", "_cython", "cython_runtime")
"""Of what is not Sonde's: all that an application's start may bring beside the SDK, parts and versions included."""
LATE = (
    "sonde.client.net",
    "sonde.journal",
    "sonde.client.engine.dispatch",
    "sonde.resilience.retries",
    "sonde.otlp.json",
)
"""What the first item brings, on the engine's thread."""
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


@pytest.mark.parametrize(
    "modules",
    [
        pytest.param("sonde.client.sdk.exporters, sonde.client.sdk.processors", id="the exporters"),
        pytest.param("sonde.client.configure, sonde.client.observers", id="configure"),
    ],
)
def test_an_application_starts_with_little_beside_the_sdk(modules):
    script = f"""
{SDK}
before = set(sys.modules)
import {modules}
new = set(sys.modules) - before
found = [name for name in new if name.startswith({LATE!r}) or not name.startswith(("sonde", *{ALLOWED!r}))]
assert "sonde.client.engine.engine" in new and not found, sorted(found)
"""
    assert loaded(script) == []


def test_configuring_starts_neither_network_nor_engine():
    absent = ("ssl", "asyncio", "socketserver", "http.client", "urllib.request", "h11", "hpack", "wrapt", *LATE)
    script = f"""
{SDK}
import sonde
telemetry = sonde.configure("light", endpoint="http://127.0.0.1:9", instrument=False, spool=False)
found = [name for name in {absent!r} if name in sys.modules]
telemetry.shutdown(0.1)
assert not found, found
"""
    assert loaded(script) == []


def test_the_package_alone_imports_nothing_of_itself():
    assert loaded("import sonde", "sonde.client", "opentelemetry", "logging") == []


def test_grpc_needs_no_more_than_its_header_compression():
    assert loaded(GRPC, "h2", "h11", "hpack", "grpc") == ["hpack"]


def test_the_pytest_plugin_brings_no_sdk():
    assert loaded(PLUGIN, "opentelemetry", "opentelemetry.sdk", "sonde.client.engine") == []
