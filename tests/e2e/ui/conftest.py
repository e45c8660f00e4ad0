"""The sample shop's half hour in a real server, one for all workers of a run, and a real browser for each worker."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from e2e.ui.browsing import CHROMIUM, browsing, opened_page
from e2e.ui.shared import shared_sonde
from servers import loopback_environment, wait_until
from sonde.web.pages import BUILT

ROOT = Path(__file__).parents[3]
MINUTES = 30


SHORT = {"test_shell.py"}
"""What `make test` runs; the other files are marked `browser`."""


def pytest_collection_modifyitems(items):
    """Mark what takes its time."""
    for item in items:
        if Path(__file__).parent in item.path.parents and item.path.name not in SHORT:
            item.add_marker(pytest.mark.browser)


def missing() -> str:
    """What these tests lack; empty where they can run."""
    if not CHROMIUM:
        return "Chromium is not installed (Debian: apt install chromium)"
    return "" if (BUILT / "index.html").is_file() else "the pages were not built (make ui)"


def pytest_runtest_setup(item):
    """Without a browser or built pages these tests cannot run, and say so."""
    if Path(__file__).parent in item.path.parents and (reason := missing()):
        pytest.skip(f"{reason}: the pages are NOT tested")


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """`sonde serve` with the shop's story in it, all of it stored."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "ui"
    with shared_sonde(folder, lambda running: tell_history(running, rate=0.8)) as running:
        yield running


def tell_history(running, *, rate: float, seed: int = 7) -> dict[str, int]:
    """Send the story and wait until it is stored; how many of each signal."""
    command = [sys.executable, "-m", "tests.e2e.ui.history", "--grpc", running.grpc, "--http", running.http_url]
    command += ["--rate", str(rate), "--minutes", str(MINUTES), "--seed", str(seed)]
    told = subprocess.run(command, cwd=ROOT, env=loopback_environment(), capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr[-2000:]
    sent: dict[str, int] = json.loads(told.stdout.splitlines()[-1])

    def all_stored() -> bool:
        counts = running.rows("SELECT (SELECT count() FROM otel_traces) AS t, (SELECT count() FROM otel_logs) AS l")[0]
        return int(counts["t"]) >= sent["traces"] and int(counts["l"]) >= sent["logs"]

    wait_until(all_stored, within_s=120, what="the story")
    return sent


@pytest.fixture(scope="module")
def browser():
    """Playwright runs an event loop in this thread while it is open; tests of other modules have loops of their own."""
    with browsing() as one:
        yield one


@pytest.fixture
def page(browser, server):
    """A page of 1280 by 800, light; it fails the test on console errors, policy violations and requests that leave."""
    with opened_page(browser, server.web_url) as one:
        yield one
