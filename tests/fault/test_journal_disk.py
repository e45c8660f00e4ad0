"""Every disk call of a day in a journal's life fails once, or is the process's last: the promises hold each time."""

import contextlib
import errno
import itertools
import os
import random
import shutil
import subprocess
import sys
import textwrap
from collections import Counter
from pathlib import Path

import pytest
from tests.fault.journal_kill import number_in, payload_of

from simulated_disk import Killed, SimulatedDisk
from sonde.core.clock import ManualClock
from sonde.core.errors import CorruptError, SondeError
from sonde.core.signal import Signal
from sonde.journal import Cursor, JournalConfig, JournalStats, Recovery, read_body
from sonde.journal.commit import Committer
from sonde.journal.examination import examine
from sonde.journal.quota import Quota
from sonde.journal.recovery import expected_of, mend, recover_segments
from sonde.journal.segment import Pending

DIRECTORY = Path("/journal")
CONFIG = JournalConfig(segment_bytes=1200, segment_age_s=1, min_free_bytes=0, max_open_segments=2)


class Day:
    """Starts, commits, rotates, seals by age, reads, notes, closes; then again after the trouble, to its end."""

    def __init__(self, disk):
        self.disk, self.clock = disk, ManualClock()
        self.numbers, self.nonces = itertools.count(1), itertools.count(1)
        self.acknowledged, self.refused, self.store = set(), set(), {}

    def start(self):
        recover_segments(DIRECTORY, Recovery(), writer="0", disk=self.disk, clock=self.clock)
        quota = Quota(DIRECTORY, CONFIG, disk=self.disk, clock=self.clock)
        self.committer = Committer(
            DIRECTORY,
            CONFIG,
            writer="0",
            quota=quota,
            stats=JournalStats(),
            clock=self.clock,
            disk=self.disk,
            nonce=lambda: next(self.nonces),
        )
        self.cursor = Cursor(DIRECTORY, "keeper", disk=self.disk)

    def commit(self, count):
        batch = [
            Pending(kind, "default", payload_of(next(self.numbers), 150), 1, 1, lambda _: None)
            for _, kind in zip(range(count), itertools.cycle((Signal.LOGS, Signal.LOGS, Signal.TRACES)), strict=False)
        ]
        for error, run in self.committer.commit(batch):
            (self.refused if error else self.acknowledged).update(number_in(record.payload) for record in run)
        self.clock.advance(0.4)
        self.committer.tick()

    def read(self):
        for segment in self.cursor.pending():
            try:
                body = read_body(segment, disk=self.disk)
            except CorruptError:
                mend(DIRECTORY, segment, disk=self.disk, clock=self.clock)
                body = self.disk.read(segment.path)
            found = examine(body, expected=expected_of(segment), sealed=True)
            self.store.setdefault(
                segment.id, [number_in(body[header.payload_offset : header.end]) for header in found.headers]
            )
            self.cursor.finish(segment)

    def live(self):
        self.start()
        for count in (1, 6, 2, 9, 1, 3):
            self.commit(count)
        self.read()
        for count in (4, 4):
            self.commit(count)
        self.committer.close()
        self.read()

    def verdict(self, *, crashed):
        counts = Counter(number for numbers in self.store.values() for number in numbers)
        assert all(times == 1 for times in counts.values())
        assert self.acknowledged <= set(counts)
        if not crashed:
            assert self.refused.isdisjoint(counts)


def calls_of_a_day():
    day = Day(SimulatedDisk())
    day.live()
    day.verdict(crashed=False)
    assert not day.refused
    assert len(day.acknowledged) == 30
    return day.disk.calls


CALLS = calls_of_a_day()


@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC])
def test_any_one_call_fails(error):
    for call in range(1, CALLS + 1):
        day = Day(SimulatedDisk(random.Random(call)))
        day.disk.plan[call] = error
        crashed = True  # a start that fails is tried again by the supervisor, a read by the keeper
        with contextlib.suppress(SondeError, OSError):
            day.live()
            crashed = False
        day.disk.kill()
        day.clock.advance(10)
        day.start()
        day.read()
        day.verdict(crashed=crashed)


def test_every_call_from_some_moment_on_fails_until_the_disk_heals():
    for first in range(1, CALLS + 1, 3):
        day = Day(SimulatedDisk(random.Random(first)))
        day.disk.plan.update(dict.fromkeys(range(first, first + 40), errno.EIO))
        with contextlib.suppress(SondeError, OSError):
            day.live()
        day.disk.kill()
        day.start()
        day.clock.advance(10)
        day.commit(3)
        day.committer.close()
        day.read()
        day.verdict(crashed=True)


@pytest.mark.parametrize("power", [False, True])
def test_any_one_call_is_the_last(power):
    for call in range(1, CALLS + 1):
        day = Day(SimulatedDisk(random.Random(call)))
        day.disk.plan[call] = "kill"
        with pytest.raises(Killed):
            day.live()
        day.disk.cut_power() if power else day.disk.kill()
        day.start()
        day.read()
        day.commit(2)
        day.committer.close()
        day.read()
        day.verdict(crashed=True)


FULL = """
import sys
from pathlib import Path
from sonde.core.errors import ExhaustedError
from sonde.core.signal import Signal
from sonde.journal import Cursor, JournalConfig, JournalWriter, read_records
from tests.fault.journal_kill import number_in, payload_of

directory = Path(sys.argv[1]) / "journal"
writer = JournalWriter(directory, JournalConfig(min_free_bytes=0, segment_bytes=300_000), writer="0")
cursor = Cursor(directory, "keeper")
acknowledged, refused, stored = set(), [], []

def done(number, error):
    if error is None:
        acknowledged.add(number)
    else:
        refused.append(error)

def send(number):
    try:
        writer.append(Signal.LOGS, "default", payload_of(number, 20_000), 1, lambda error: done(number, error))
    except ExhaustedError as error:
        refused.append(error)

for number in range(150):  # 3 MB into 2 MiB
    send(number)
    writer.flush()
assert refused and all(isinstance(error, ExhaustedError) and error.retry_after_s for error in refused), refused[:1]
for segment in cursor.pending():
    stored += [number_in(record.payload) for record in read_records(segment.path)]
    cursor.finish(segment)
before = len(acknowledged)
while len(acknowledged) == before:  # the check comes once a second
    send(1000)
    writer.flush()
writer.close()
for segment in cursor.pending():
    stored += [number_in(record.payload) for record in read_records(segment.path)]
assert sorted(stored) == sorted(acknowledged), (len(stored), len(acknowledged))
print("kept", len(acknowledged), "refused", len(refused))
"""


def test_a_really_full_filesystem(tmp_path):
    """A tmpfs of 2 MiB in a mount namespace of its own; needs the right to make one."""
    if not shutil.which("unshare"):
        pytest.skip("NOT RUN: a really full filesystem needs `unshare`, which is not installed")
    script = f'mount -t tmpfs -o size=2m none {tmp_path} && exec {sys.executable} -c "$PROGRAM" {tmp_path}'
    environment = os.environ | {"PROGRAM": textwrap.dedent(FULL), "PYTHONPATH": str(Path(__file__).parents[2])}
    ran = subprocess.run(
        ["unshare", "--mount", "--map-root-user", "sh", "-c", script],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        timeout=120,
    )
    if "unshare failed" in ran.stderr or "mount:" in ran.stderr or "unshare:" in ran.stderr:
        pytest.skip(f"NOT RUN: a really full filesystem needs the right to mount one: {ran.stderr.strip()}")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("kept")
