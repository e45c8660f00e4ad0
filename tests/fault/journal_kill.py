"""Writers killed with -9 at random instants: every acknowledged record is there exactly once afterwards.

    python -m tests.fault.journal_kill --count 1000 [--seed N] [--directory DIR]

A writer process appends records of random sizes, signals and tenants as fast as they are answered, and writes each
answer into a pipe the moment it has it. After a random time, sometimes before it has even recovered, it is killed and
another takes its place; two writer ids share the directory. The parent is the keeper: it takes sealed segments while they
write, now and then forgets to note that it did (a keeper killed between its store and the journal), and now and then
recovers dead writers' segments itself. Its store knows segment ids, as the real one does.
"""

from __future__ import annotations

import argparse
import os
import random
import select
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from sonde.core.errors import SondeError
from sonde.core.signal import Signal
from sonde.journal import (
    Cursor,
    JournalConfig,
    JournalWriter,
    OsDisk,
    quarantined,
    read_body,
    read_records,
    recover,
    sealed_segments,
)

CONFIG = JournalConfig(segment_bytes=200_000, segment_age_s=0.03, min_free_bytes=0, quota_bytes=1 << 40)
OUTSTANDING = 20


def payload_of(number: int, size: int) -> bytes:
    """A payload that carries its number, in a field that every OTLP parser skips."""
    inner = b"\x7a" + _varint(8 + size) + number.to_bytes(8, "big") + bytes(size)
    return b"\x0a" + _varint(len(inner)) + inner


def number_in(payload: bytes) -> int:
    start = 1 + _varint_size(payload, 1) + 1
    start += _varint_size(payload, start)
    return int.from_bytes(payload[start : start + 8], "big")


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


def _varint_size(data: bytes, at: int) -> int:
    return next(n for n in range(1, 11) if data[at + n - 1] < 0x80)


def write(directory: Path, writer: str, incarnation: int, pipe: int, seed: int) -> None:
    """A writer process: appends until it is killed."""
    rng = random.Random(seed)
    journal = JournalWriter(directory, CONFIG, writer=writer)
    slots = threading.Semaphore(OUTSTANDING)

    def done(number: int, error: SondeError | None) -> None:
        if error is None:
            os.write(pipe, number.to_bytes(8, "big"))
        slots.release()

    number = incarnation << 32
    while True:
        slots.acquire()
        number += 1
        payload = payload_of(number, int(rng.expovariate(1 / 3000)))
        kind, tenant = rng.choice(tuple(Signal)), rng.choice(("default", "default", "acme"))
        journal.append(kind, tenant, payload, 1, lambda error, number=number: done(number, error))


class Keeper:
    """The parent's side: takes segments into a store that knows their ids."""

    def __init__(self, directory: Path, rng: random.Random) -> None:
        self.directory, self.rng = directory, rng
        self.cursor = Cursor(directory, "keeper")
        self.store: dict[str, list[int]] = {}

    def take(self, *, forgetful: bool = True) -> None:
        for segment in self.cursor.pending():
            read_body(segment)  # raises if a sealed segment is not whole
            numbers = [number_in(record.payload) for record in read_records(segment.path)]
            known = self.store.setdefault(segment.id, numbers)
            assert known == numbers, f"{segment.id} changed after it was sealed"
            if not forgetful or self.rng.random() < 0.9:
                self.cursor.finish(segment)
            if forgetful and self.rng.random() < 0.2:
                self.cursor = Cursor(self.directory, "keeper")
                return


class Writers:
    """Two writer ids, each with at most one process."""

    def __init__(self, directory: Path, rng: random.Random) -> None:
        self.directory, self.rng = directory, rng
        self.incarnations = 0
        self.alive: dict[str, tuple[int, int]] = {}
        self.acknowledged: set[int] = set()

    def start(self, writer: str) -> None:
        self.incarnations += 1
        reading, writing = os.pipe()
        seed = self.rng.randrange(1 << 30)
        child = os.fork()
        if not child:
            try:
                write(self.directory, writer, self.incarnations, writing, seed)
            finally:
                os._exit(1)
        os.close(writing)
        self.alive[writer] = (child, reading)

    def listen(self, seconds: float) -> None:
        """Hear acknowledgements for a while."""
        until = time.monotonic() + seconds
        pipes = {reading for _, reading in self.alive.values()}
        while (left := until - time.monotonic()) > 0:
            for pipe in select.select(pipes, [], [], left)[0]:
                if not self._hear(pipe):
                    sys.exit("a writer ended by itself")

    def _hear(self, pipe: int) -> bool:
        data = os.read(pipe, 8 * 4096)
        self.acknowledged.update(int.from_bytes(data[at : at + 8], "big") for at in range(0, len(data), 8))
        return bool(data)

    def kill(self, writer: str) -> None:
        child, reading = self.alive.pop(writer)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        while self._hear(reading):  # what it had said before it died
            pass
        os.close(reading)


def run(directory: Path, count: int, seed: int) -> str:
    """Kill `count` times, then look; returns a sentence about it.

    Raises:
        AssertionError: a record was lost, or is there twice, or damaged.
    """
    rng = random.Random(seed)
    keeper, writers = Keeper(directory, rng), Writers(directory, rng)
    for _ in range(count):
        for writer in ("0", "1"):
            if writer not in writers.alive:
                writers.start(writer)
        writers.listen(rng.choice((0.002, 0.02, 0.1)) * rng.random())
        keeper.take()
        writers.listen(rng.choice((0.0, 0.02, 0.05)) * rng.random())
        writers.kill(rng.choice(tuple(writers.alive)))
        if rng.random() < 0.3:
            recover(directory)
    for writer in tuple(writers.alive):
        writers.kill(writer)
    report = recover(directory)
    keeper.cursor = Cursor(directory, "keeper")
    keeper.take(forgetful=False)
    assert not report.failed
    assert not sealed_segments(directory)
    assert not quarantined(directory, OsDisk()), "a kill damages nothing"
    counts = Counter(number for numbers in keeper.store.values() for number in numbers)
    doubled = [number for number, times in counts.items() if times > 1]
    lost = writers.acknowledged - set(counts)
    assert not doubled, f"{len(doubled)} records are there twice"
    assert not lost, f"{len(lost)} acknowledged records are lost"
    return (
        f"{count} kills: {len(writers.acknowledged):,} acknowledged records in {len(keeper.store):,} segments, each there "
        f"once; {len(counts) - len(writers.acknowledged):,} more whose sender died before hearing of it"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--directory", type=Path, default=None, help="where to make the journal; it is removed after")
    options = parser.parse_args()
    place = Path(tempfile.mkdtemp(prefix="journal-kill-", dir=options.directory))
    print(run(place, options.count, options.seed))
    shutil.rmtree(place)


if __name__ == "__main__":
    main()
