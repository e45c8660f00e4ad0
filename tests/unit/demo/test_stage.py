"""A whole run against a stand-in for the server: real exporters over both protocols, and an exit code that tells the truth.

The stand-in is a process of its own (`standin.py`); the runs are short and busy, so that every fault shows.
"""

from __future__ import annotations

import io
import os
import re
import signal
import sys
from pathlib import Path
from threading import Event

import pytest
from rich.console import Console

from servers import free_ports
from sonde.core.errors import UnavailableError
from sonde.demo import stage
from sonde.demo.faults import FAULTS
from sonde.demo.screen import Screen
from sonde.demo.stage import Options, Run, prepare_environment, stopping

STANDIN = str(Path(__file__).with_name("standin.py"))


def run(seconds, *flags, stop=None, environment=None, **options):
    """Play one run; returns its exit code and what it printed."""
    out = io.StringIO()
    grpc, http, web = (f"127.0.0.1:{port}" for port in free_ports(3))
    chosen = Options(seconds, grpc=grpc, http=http, web=web, seed=5, **options)
    with Screen(Console(file=out, highlight=False, markup=False)) as screen:
        code = Run(chosen, screen, stop or Event(), (sys.executable, STANDIN, *flags)).play()
    return code, out.getvalue()


@pytest.fixture(autouse=True)
def prepared(monkeypatch):
    for name in list(os.environ):
        if name.startswith("OTEL_"):
            monkeypatch.delenv(name)
    for name in ("NO_PROXY", "no_proxy", "GRPC_VERBOSITY"):
        monkeypatch.setenv(name, os.environ.get(name, ""))
    prepare_environment(os.environ)


def figures(text, noun):
    """Sent, acknowledged and stored of one line of the table."""
    [line] = [line for line in text.splitlines() if line.startswith(noun)]
    return [int(cell.replace(",", "")) for cell in line.removeprefix(noun).split()]


def test_a_whole_run_shows_every_fault_and_ends_even():
    code, text = run(3.0, rate_per_s=80.0)
    assert code == 0, text
    for fault in FAULTS:
        assert f"{fault.name}: {fault.begins}" in text
        assert f"{fault.name} over: {fault.ends}" in text
    assert "Everything that was sent is stored, once." in text
    for noun in ("spans", "log records", "data points"):
        sent, acknowledged, stored = figures(text, noun)
        assert sent == acknowledged == stored > 50
    assert "Slowest: catalogue, p95 80.5ms." in text
    assert "export SONDE_URL=http://127.0.0.1:" in text
    assert re.search(r"pages +http://127\.0\.0\.1:\d+ ", "\n".join(text.splitlines()[:4]))
    assert "--keep" in text


def test_a_lost_span_is_told_and_fails_the_run(monkeypatch):
    monkeypatch.setattr(stage, "PATIENCE_S", 0.3)
    code, text = run(0.5, "--lose", "3")
    assert code == 1
    assert "3 acknowledged spans are not stored" in text


def test_a_server_that_dies_ends_the_run_with_its_last_words():
    with pytest.raises(UnavailableError, match=r"code 3.*\n.*out of luck"):
        run(60.0, "--die-after", "0.3")


def test_stop_ends_an_endless_run_with_the_same_summary(tmp_path):
    stop = Event()
    stop_soon = Event()

    class Stopping(Screen):
        def status(self, text, elapsed_s=0.0):
            super().status(text, elapsed_s)
            if " requests" in text and elapsed_s > 0.2:
                stop.set()
                stop_soon.set()

    out = io.StringIO()
    grpc, http, web = (f"127.0.0.1:{port}" for port in free_ports(3))
    options = Options(None, data=tmp_path / "data", grpc=grpc, http=http, web=web, seed=5)
    with Stopping(Console(file=out)) as screen:
        code = Run(options, screen, stop, (sys.executable, STANDIN)).play()
    assert code == 0
    assert stop_soon.is_set()
    assert f"sonde serve --data {tmp_path / 'data'}" in out.getvalue()
    assert (tmp_path / "data").is_dir()


def test_the_temporary_directory_goes_unless_kept():
    kept = [Path(line.split()[-1]) for line in run(0.3, keep=True)[1].splitlines() if line.startswith("  data ")]
    gone = [Path(line.split()[-1]) for line in run(0.3)[1].splitlines() if line.startswith("  data ")]
    assert kept[0].is_dir()
    assert not gone[0].parent.exists()
    (kept[0].parent / "serve.log").unlink()
    kept[0].rmdir()
    kept[0].parent.rmdir()


def test_the_environment_is_made_safe_for_loopback_and_the_sdk():
    environment = {"OTEL_SDK_DISABLED": "true", "OTEL_RESOURCE_ATTRIBUTES": "a=b", "no_proxy": "corp", "HOME": "/h"}
    assert prepare_environment(environment) == ["OTEL_RESOURCE_ATTRIBUTES", "OTEL_SDK_DISABLED"]
    assert environment["no_proxy"] == "corp,127.0.0.1,localhost,::1"
    assert environment["NO_PROXY"] == "127.0.0.1,localhost,::1"
    assert "OTEL_SDK_DISABLED" not in environment
    assert environment["HOME"] == "/h"


def test_the_first_signal_asks_and_the_second_interrupts():
    stop = Event()
    before = signal.getsignal(signal.SIGINT)
    with stopping(stop):
        signal.raise_signal(signal.SIGINT)
        assert stop.is_set()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before
