"""An engine that keeps what it is given, for everything that hands over to one."""

import pytest

from sonde.client.settings import Settings
from sonde.core.signal import Signal


class FakeEngine:
    def __init__(self, *, takes=True, delivers=True):
        self.settings = Settings(exit_s=2.0)
        self.items = {signal: [] for signal in Signal}
        self.submitted, self.flushes, self.shutdowns, self.farewells = [], [], [], []
        self.takes, self.delivers, self.was_hopeful = takes, delivers, None

    def put(self, signal):
        return self.items[signal].append

    def submit(self, signal, payload, items):
        self.submitted.append((signal, payload, items))
        return self.takes

    def flush(self, timeout_s=30.0, *, hopeful=True):
        self.flushes.append(timeout_s)
        self.was_hopeful = hopeful
        return self.delivers

    def before_shutdown(self, farewell):
        self.farewells.append(farewell)

    def shutdown(self, timeout_s=None):
        self.shutdowns.append(timeout_s)
        while self.farewells:
            self.farewells.pop(0)(timeout_s)
        return self.delivers

    def stats(self):
        return {"traces": {"received": len(self.items[Signal.TRACES])}}


class FailingEngine(FakeEngine):
    def _fail(self, *_arguments):
        raise RuntimeError("the engine is broken")

    submit = flush = stats = shutdown = _fail

    def put(self, signal):
        return self._fail


@pytest.fixture
def engine():
    return FakeEngine()


@pytest.fixture
def failing_engine():
    return FailingEngine()
