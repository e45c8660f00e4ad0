"""The pytest fixture is used by strangers' tests, so it is tried as they have it: a session of pytest of its own."""

import subprocess
import sys

from servers import loopback_environment

STRANGERS = """
import logging
import os
import pytest
from opentelemetry import metrics, trace

tracer = trace.get_tracer("shop")
orders = metrics.get_meter("shop").create_counter("orders")


def checkout():
    with tracer.start_as_current_span("checkout", attributes={"cart.items": 3}):
        orders.add(2, {"order.kind": "book"})
        logging.getLogger("shop").warning("charged %s", "a card")


@pytest.mark.parametrize("time", [1, 2])
def test_each_test_sees_its_own(sonde_telemetry, time):
    checkout()
    assert sonde_telemetry.span("checkout").attributes["cart.items"] == 3
    assert sonde_telemetry.value("orders", order_kind="book") == 2
    [record] = sonde_telemetry.logs
    assert record.body == "charged a card"
    assert record.trace_id == sonde_telemetry.span("checkout").context.trace_id


def test_nothing_is_left_from_before(sonde_telemetry):
    assert (sonde_telemetry.spans, sonde_telemetry.logs, dict(sonde_telemetry.metrics)) == ([], [], {})


def test_what_is_missing_is_told_with_what_is_there(sonde_telemetry):
    checkout()
    with pytest.raises(AssertionError, match="checkout"):
        sonde_telemetry.span("chekout")
    with pytest.raises(AssertionError, match="orders"):
        sonde_telemetry.value("order")


def test_configure_exports_nothing_here(sonde_telemetry):
    import sonde

    sonde.configure("shop", instrument=False, runtime_metrics=False, spool=False)
    checkout()
    assert len(sonde_telemetry.spans) == 1
    assert len(sonde_telemetry.logs) == 1
    assert sonde.stats()["traces"]["received"] == 0


def test_without_the_fixture():
    checkout()
    assert [name for name in os.environ if name.startswith("OTEL_")] == []
"""


def test_a_strangers_tests_pass(tmp_path):
    (tmp_path / "test_shop.py").write_text(STRANGERS)
    environment = loopback_environment({"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"})
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "sonde.client.testing",
        "-p",
        "no:cacheprovider",
        str(tmp_path),
    ]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "6 passed" in done.stdout
