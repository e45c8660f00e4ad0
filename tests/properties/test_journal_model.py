"""The journal against a model, on a disk that fails, tears and forgets: what is acknowledged arrives exactly once.

Hypothesis drives a writer, a reader and the disk through any sequence of appends, syncs that fail, full disks, kills
inside any disk call, power cuts, clock jumps, recoveries and reads. The model is a store that knows segment ids, as the
real one does by deduplication token.
"""

import errno
import itertools
import random
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

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
BEFALLS = st.sampled_from([errno.EIO, errno.EIO, errno.ENOSPC, "kill"])
KEYS = [(Signal.TRACES, "a"), (Signal.TRACES, "a"), (Signal.LOGS, "a"), (Signal.TRACES, "b")]
CALLS = ("write", "sync", "truncate", "create", "rename", "unlink", "sync_directory", "open", "close")


class Journal(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.disk = SimulatedDisk(random.Random(5))
        self.clock = ManualClock()
        self.numbers = itertools.count(1)
        self.nonces = itertools.count(7)
        self.acknowledged: set[bytes] = set()
        self.refused: set[bytes] = set()  # since the last crash; a crash may leave what could not be cut
        self.may_be_damaged = False  # only a power cut may leave damage in a sealed segment
        self.store: dict[str, list[bytes]] = {}
        self.committer = None
        self.cursor = None
        self.other_reader = None
        self._start()

    def _start(self):
        """A process starts: recovers, then writes."""
        self.refused.clear()
        recover_segments(DIRECTORY, Recovery(), writer="0", disk=self.disk, clock=self.clock)
        config = JournalConfig(segment_bytes=400, segment_age_s=1.0, max_open_segments=2, min_free_bytes=0)
        quota = Quota(DIRECTORY, config, disk=self.disk, clock=self.clock)
        self.committer = Committer(
            DIRECTORY,
            config,
            writer="0",
            quota=quota,
            stats=JournalStats(),
            clock=self.clock,
            disk=self.disk,
            nonce=lambda: next(self.nonces),
        )
        self.cursor = Cursor(DIRECTORY, "keeper", disk=self.disk)

    def _restart(self):
        self.disk.heal()
        self._start()

    @rule(
        keys=st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from([0, 30, 300])), min_size=1, max_size=6),
        trouble=st.none() | st.tuples(st.sampled_from(CALLS), st.integers(0, 2), BEFALLS),
    )
    def commit(self, keys, trouble):
        if trouble:
            call, after, befalls = trouble
            self.disk.fail_next(call, *[0] * after, befalls)
        batch = [
            Pending(signal, tenant, self._payload(padding), 1, self.clock.now_ns(), lambda _: None)
            for (signal, tenant), padding in keys
        ]
        try:
            outcomes = self.committer.commit(batch)
        except Killed:
            self._after_kill()
            return
        answered = Counter(record.payload for _, run in outcomes for record in run)
        assert answered == Counter(record.payload for record in batch)
        for error, run in outcomes:
            if error is None:
                self.acknowledged.update(record.payload for record in run)
            else:
                assert error.traits.retryable
                self.refused.update(record.payload for record in run)

    def _payload(self, padding):
        body = b"%06d" % next(self.numbers) + bytes(padding)
        return b"\x0a" + bytes([len(body) & 0x7F | 0x80, len(body) >> 7]) + body

    @rule(seconds=st.sampled_from([0.0, 0.3, 1.1, 6.0]))
    def tick(self, seconds):
        self.clock.advance(seconds)
        try:
            self.committer.tick()
        except Killed:
            self._after_kill()

    @rule(seconds=st.sampled_from([-3600.0, 3600.0]))
    def clock_jumps(self, seconds):
        self.clock.jump(seconds)

    @rule(call=st.sampled_from(CALLS), befalls=BEFALLS, after=st.integers(0, 2))
    def disk_will_fail(self, call, befalls, after):
        self.disk.fail_next(call, *[0] * after, befalls)

    @rule()
    def disk_heals(self):
        self.disk.heal()

    @rule()
    def disk_fills(self):
        self.disk.capacity = self.disk.used() + 100

    @rule()
    def disk_has_room(self):
        self.disk.capacity = 1 << 40

    @rule()
    def kill(self):
        self._after_kill()

    def _after_kill(self):
        self.disk.kill()
        self._restart()

    @rule()
    def power_cut(self):
        self.disk.cut_power()
        self.may_be_damaged = True
        self._restart()

    @rule(calls=st.integers(1, 25))
    def killed_while_recovering(self, calls):
        self.disk.kill()
        self.disk.plan[self.disk.calls + calls] = "kill"
        try:
            self._start()
        except Killed:
            self.disk.kill()
        self._restart()

    @rule()
    def close_and_open(self):
        try:
            self.committer.close()
        except Killed:
            self.disk.kill()
        self._restart()

    @rule(count=st.integers(1, 3), note=st.booleans())
    def read(self, count, note):
        """The keeper takes segments; without `note` it dies between its own commit and the journal's."""
        try:
            taken = self.cursor.pending(count)
            for segment in taken:
                self._store(segment)
            if note:
                self.cursor.finish(*taken)
        except (SondeError, OSError):
            pass
        except Killed:
            self._after_kill()

    def _store(self, segment):
        try:
            body = read_body(segment, disk=self.disk)
        except CorruptError:
            assert self.may_be_damaged
            mend(DIRECTORY, segment, disk=self.disk, clock=self.clock)
            if segment.path not in self.disk.files:
                return
            body = self.disk.read(segment.path)
        if segment.id in self.store:
            return  # the deduplication token
        found = examine(body, expected=expected_of(segment), sealed=True)
        self.store[segment.id] = [body[header.payload_offset : header.end] for header in found.headers]
        assert self.refused.isdisjoint(self.store[segment.id])

    @rule()
    def second_reader_comes_and_goes(self):
        try:
            if self.other_reader is None:
                self.other_reader = Cursor(DIRECTORY, "exporter", disk=self.disk)
            else:
                self.other_reader.finish(*self.other_reader.pending())
                self.other_reader.unregister()
                self.other_reader = None
        except (SondeError, OSError):
            pass
        except Killed:
            self._after_kill()

    @invariant()
    def nothing_is_stored_twice(self):
        counts = Counter(payload for payloads in self.store.values() for payload in payloads)
        assert all(count == 1 for count in counts.values())

    def teardown(self):
        """At last the disk works, everything is sealed and read: each acknowledged record is there once."""
        self.disk.heal()
        self.disk.capacity = 1 << 40
        self.clock.advance(10)
        self.committer.close()
        self._read_everything()
        self.disk.kill()
        self._restart()
        self._read_everything()
        counts = Counter(payload for payloads in self.store.values() for payload in payloads)
        assert all(count == 1 for count in counts.values())
        assert not self.acknowledged - set(counts)

    def _read_everything(self):
        waiting = self.cursor.pending()
        for segment in waiting:
            self._store(segment)
        self.cursor.finish(*waiting)


TestJournal = Journal.TestCase
TestJournal.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
