"""What the journal's tests build on: a journal on a simulated disk, and segments made of plain payloads."""

import itertools
from pathlib import Path

import pytest

from simulated_disk import SimulatedDisk
from sonde.core.clock import ManualClock
from sonde.core.signal import Signal
from sonde.journal import JournalConfig, JournalStats
from sonde.journal.commit import Committer
from sonde.journal.examination import Expected
from sonde.journal.quota import Quota
from sonde.journal.record import Framer
from sonde.journal.segment import Pending

DIRECTORY = Path("/journal")
NONCE = 0x1122334455667788


def payload_of(text: bytes) -> bytes:
    """A payload that every OTLP parser takes for one empty-ish resource: field 1 holding unknown field 15."""
    inner = b"\x7a" + bytes([len(text)]) + text
    return b"\x0a" + bytes([len(inner)]) + inner


class Bench:
    """A committer with everything around it in memory."""

    def __init__(self, **settings) -> None:
        self.disk = SimulatedDisk()
        self.clock = ManualClock()
        self.stats = JournalStats()
        self.config = JournalConfig(**({"min_free_bytes": 0} | settings))
        self.nonces = itertools.count(NONCE)
        self.committer = self.start()

    def start(self) -> Committer:
        self.quota = Quota(DIRECTORY, self.config, disk=self.disk, clock=self.clock)
        return Committer(
            DIRECTORY,
            self.config,
            writer="0",
            quota=self.quota,
            stats=self.stats,
            clock=self.clock,
            disk=self.disk,
            nonce=lambda: next(self.nonces),
        )

    def pending(self, *texts: bytes, signal=Signal.TRACES, tenant="default") -> list[Pending]:
        return [Pending(signal, tenant, payload_of(text), 1, self.clock.now_ns(), lambda error: None) for text in texts]

    def commit(self, *texts: bytes, **where) -> list:
        """The outcome of each text: None or the error, in the order given."""
        batch = self.pending(*texts, **where)
        told = {record.payload: error for error, run in self.committer.commit(batch) for record in run}
        return [told[record.payload] for record in batch]

    def files(self, suffix: str = "") -> list[str]:
        return sorted(str(path) for path in self.disk.files if path.name.endswith(suffix))


@pytest.fixture
def bench():
    """Makes benches: `bench(segment_bytes=400)`."""
    return Bench


@pytest.fixture
def frames():
    """Makes a segment's bytes, a list with one entry a record."""

    def make(*texts: bytes, signal=Signal.TRACES, tenant="default", nonce=NONCE) -> list[bytes]:
        framer = Framer(signal, tenant, nonce)
        payloads = [payload_of(text) for text in texts]
        return [framer.header(payload, 5, 1, number) + payload for number, payload in enumerate(payloads)]

    return make


@pytest.fixture
def expected():
    """What `frames`' records carry."""
    return Expected(Signal.TRACES, "default", NONCE)
