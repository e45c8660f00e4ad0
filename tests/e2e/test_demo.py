"""The demo as a person runs it: a real server, every fault shown, everything stored; and the tutorial's commands on its data.

One run of 20 seconds into a data directory is shared by all tests here. Afterwards that directory is served again, which also
shows that what the demo sent outlives its server.
"""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from servers import free_ports, loopback_environment, running_sonde, wait_until
from sonde.demo.faults import FAULTS

ROOT = Path(__file__).resolve().parents[2]
TUTORIAL = ROOT / "docs" / "tutorial.md"
SONDE = str(Path(sys.executable).with_name("sonde"))


def demo(*flags):
    """The command line of a demo on free ports."""
    grpc, http, web = (f"127.0.0.1:{port}" for port in free_ports(3))
    return [SONDE, "demo", "--seed", "7", "--grpc", grpc, "--http", http, "--web", web, *flags]


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """One whole run: (what it printed, its data directory)."""
    data = tmp_path_factory.mktemp("demo") / "data"
    command = demo("--seconds", "20", "--data", str(data))
    done = subprocess.run(command, capture_output=True, text=True, env=loopback_environment(), timeout=150, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout, data


@pytest.fixture(scope="module")
def server(played):
    with running_sonde(played[1]) as running:
        yield running


def figures(text, noun):
    """Sent, acknowledged and stored of one line of the table."""
    [line] = [line for line in text.splitlines() if line.startswith(noun)]
    return [int(cell.replace(",", "")) for cell in line.removeprefix(noun).split()]


def test_everything_sent_is_stored_once(played):
    text, _ = played
    for noun in ("spans", "log records", "data points"):
        sent, acknowledged, stored = figures(text, noun)
        assert sent == acknowledged == stored > 100
    assert "Everything that was sent is stored, once." in text


def test_every_fault_is_announced_with_something_to_look_at(played):
    text, _ = played
    for fault in FAULTS:
        assert fault.begins in text
        assert fault.ends in text
        assert f"look: {fault.look}" in text
    traces = re.findall(r"worst request: sonde trace ([0-9a-f]{32})", text)
    assert len(set(traces)) == len(FAULTS)


def test_the_traces_it_named_are_there_after_its_server_has_gone(played, server):
    for trace_id in re.findall(r"worst request: sonde trace ([0-9a-f]{32})", played[0]):
        trace = server.ask(f"/sonde/traces/{trace_id}")
        assert len(trace["services"]) >= 2
        assert not any(span["missing_parent"] for span in trace["spans"])


def test_seven_services_are_known(server):
    names = {service["name"] for service in server.ask("/sonde/services")["services"]}
    assert names == {"frontend", "catalogue", "cart", "recommendation", "checkout", "payment", "shipping"}


def test_interrupted_it_sends_what_it_holds_and_ends_clean(tmp_path):
    with (tmp_path / "out").open("wb") as out:
        process = subprocess.Popen(demo(), stdout=out, stderr=subprocess.STDOUT, env=loopback_environment())

    def trading():
        assert process.poll() is None, (tmp_path / "out").read_text()
        return "slow database:" in (tmp_path / "out").read_text() or "Seven services" in (tmp_path / "out").read_text()

    try:
        wait_until(trading, within_s=60, what="the demo to begin")
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0, (tmp_path / "out").read_text()
    finally:
        process.kill()
    text = (tmp_path / "out").read_text()
    assert "Everything that was sent is stored, once." in text
    assert "Traceback" not in text


def tutorial_commands():
    """The lines that the tutorial shows after a `$`, but for those that start the demo and the server."""
    text = TUTORIAL.read_text()
    lines = [
        line
        for block in re.findall(r"^```console\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        for line in block.splitlines()
    ]
    shown = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
    return [line for line in shown if not re.match(r"git |cd |make |sonde (demo|serve)|export SONDE_URL", line)]


def test_the_tutorials_commands_lead_to_the_bad_deployment(server):
    script = "\n".join(["set -euo pipefail", *tutorial_commands()])
    environment = loopback_environment({"SONDE_URL": server.web_url})
    environment["PATH"] = f"{Path(SONDE).parent}:{environment['PATH']}"
    done = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, env=environment, timeout=120, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    for clue in ("checkout", "KeyError: 'platinum'", "2.5.0", "SELECT products", "process.memory.usage"):
        assert clue in done.stdout, f"{clue} is not in:\n{done.stdout}"
