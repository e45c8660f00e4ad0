"""SIGTERM is how programs are stopped in containers; the last batch must not die with them, nor the exit status change."""

import signal
import subprocess
import sys

import pytest

from servers import free_ports, loopback_environment

APPLICATION = """
import signal, sys, time
import sonde
{before}
sonde.configure(service_name="stopped", instrument=False, console=False, runtime_metrics=False)
from opentelemetry import trace
trace.get_tracer("test").start_span("the last one").end()
print("ready", flush=True)
time.sleep(30)
"""


def stopped(tmp_path, *, before="", **variables):
    """Stop an application that has just emitted a span and has no server; its exit status, and whether the span is kept."""
    (port,) = free_ports(1)
    environment = loopback_environment(
        {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}", "SONDE_SPOOL": str(tmp_path)} | variables
    )
    command = [sys.executable, "-c", APPLICATION.format(before=before)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGTERM)
        status = process.wait(20)
    return status, any(b"the last one" in path.read_bytes() for path in tmp_path.rglob("*.otlp"))


def test_what_is_held_is_kept_and_the_status_stays(tmp_path):
    assert stopped(tmp_path) == (-signal.SIGTERM, True)


def test_a_lock_that_the_interrupted_code_holds_delays_the_end_and_does_not_prevent_it():
    """The signal arrives in the middle of a call that holds what the last collection of metrics needs."""
    program = """
import threading, os, signal, time
from sonde.client.sigterm import deliver_on_sigterm
lock = threading.Lock()
deliver_on_sigterm(lock.acquire, exit_s=0.2)
with lock:
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(30)
"""
    assert subprocess.run([sys.executable, "-c", program], timeout=20, check=False).returncode == -signal.SIGTERM


@pytest.mark.parametrize(
    ("before", "variables", "expected"),
    [
        ("", {"SONDE_ON_SIGTERM": "leave"}, (-signal.SIGTERM, False)),
        ("signal.signal(signal.SIGTERM, lambda *_: sys.exit(3))", {}, (3, True)),
    ],
    ids=["told to leave it", "a handler of the application's own"],
)
def test_it_keeps_out_of_the_way(tmp_path, before, variables, expected):
    assert stopped(tmp_path, before=before, **variables) == expected
