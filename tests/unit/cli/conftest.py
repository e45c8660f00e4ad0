"""What the tests of commands share: a stand-in server, and a way to run a command as the shell would."""

from __future__ import annotations

import time
from dataclasses import dataclass

import pytest

from sonde.cli import output
from sonde.cli.app import run
from sonde.core.clock import ManualClock
from unit.cli.standin import stand_in


@dataclass
class Ended:
    """How a command ended: its exit code and what it wrote."""

    code: int
    out: str
    err: str


@pytest.fixture
def server():
    with stand_in() as shown:
        yield shown


@pytest.fixture(autouse=True)
def _utc_at_80_columns(monkeypatch):
    """The same time zone and terminal everywhere; consoles are made anew for each test's streams."""
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    time.tzset()
    output.console.cache_clear()
    monkeypatch.setattr(output, "SYSTEM_CLOCK", ManualClock(1_772_370_300 * 10**9))
    yield
    output.console.cache_clear()


@pytest.fixture
def sonde(capfdbinary):
    """`sonde ARGUMENTS`, in this process."""

    def call(*arguments: str) -> Ended:
        output.console.cache_clear()
        capfdbinary.readouterr()
        code = 0
        try:
            run(arguments)
        except SystemExit as end:
            code = int(end.code or 0)
        captured = capfdbinary.readouterr()
        return Ended(code, captured.out.decode(), captured.err.decode())

    return call
