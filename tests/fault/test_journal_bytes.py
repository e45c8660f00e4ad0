"""A small log torn and flipped at every single byte: nothing damaged is ever served, nothing undamaged is ever dropped."""

import pytest
from tests.fault.journal_kill import payload_of

from simulated_disk import SimulatedDisk
from sonde.core.clock import ManualClock
from sonde.core.errors import CorruptError
from sonde.core.signal import Signal
from sonde.journal import Recovery, quarantined, read_body, sealed_segments
from sonde.journal.examination import Expected, examine
from sonde.journal.layout import Segment, segment_name
from sonde.journal.record import Framer
from sonde.journal.recovery import mend, recover_segments

NONCE = 0x1122334455667788
EXPECTED = Expected(Signal.LOGS, "acme", NONCE)
PAYLOADS = [payload_of(number, size) for number, size in enumerate((3, 0, 200, 17), 1)]
RECORDS = [
    Framer(Signal.LOGS, "acme", NONCE).header(payload, 1_700_000_000_000_000_000, 1, sequence) + payload
    for sequence, payload in enumerate(PAYLOADS)
]
LOG = b"".join(RECORDS)
ENDS = [sum(map(len, RECORDS[: count + 1])) for count in range(len(RECORDS))]
NAME = segment_name(1_700_000_000_000_000_000, "0", NONCE)


@pytest.fixture
def directory(tmp_path):
    return tmp_path


def place(directory, data, suffix):
    """A journal on a simulated disk with this one segment."""
    disk = SimulatedDisk()
    path = directory / "logs" / "acme" / (NAME + suffix)
    disk.close(disk.create(path))
    disk.files[path].data = bytearray(data)
    return disk, Segment(path, Signal.LOGS, "acme", NAME, len(data))


def whole_before(offset):
    """How many records end at or before a byte."""
    return sum(end <= offset for end in ENDS)


def record_at(offset):
    return whole_before(offset)


def test_a_log_torn_at_every_byte_keeps_every_record_before(directory):
    for cut in range(len(LOG)):
        disk, _ = place(directory, LOG[:cut], ".open")
        report = Recovery()
        recover_segments(directory, report, writer="0", disk=disk, clock=ManualClock())
        kept = whole_before(cut)
        assert (report.records, report.quarantined) == (kept, 0), f"torn at {cut}"
        assert report.torn_bytes == cut - (ENDS[kept - 1] if kept else 0)
        bodies = [read_body(segment, disk=disk) for segment in sealed_segments(directory, disk=disk)]
        assert b"".join(bodies) == b"".join(RECORDS[:kept])


@pytest.mark.parametrize("suffix", [".open", ".otlp"])
@pytest.mark.parametrize("mask", [0x01, 0x80, 0xFF])
def test_a_flipped_byte_costs_its_own_record_only_and_is_counted(directory, suffix, mask):
    for offset in range(len(LOG)):
        data = bytearray(LOG)
        data[offset] ^= mask
        disk, segment = place(directory, data, suffix)
        if suffix == ".open":
            recover_segments(directory, Recovery(), writer="0", disk=disk, clock=ManualClock())
        else:
            with pytest.raises(CorruptError):
                read_body(segment, disk=disk)
            mend(directory, segment, disk=disk, clock=ManualClock())
        bad = record_at(offset)
        (sealed,) = sealed_segments(directory, disk=disk)
        assert sealed.id == segment.id
        assert read_body(sealed, disk=disk) == b"".join(RECORDS[:bad] + RECORDS[bad + 1 :]), f"flipped at {offset}"
        (aside,) = quarantined(directory, disk)
        assert (aside["offset"], aside["length"]) == (ENDS[bad] - len(RECORDS[bad]), len(RECORDS[bad]))


def test_bytes_lost_or_added_anywhere_cost_their_own_record_only():
    for offset in range(len(LOG)):
        for data in (LOG[:offset] + LOG[offset + 1 :], LOG[:offset] + b"\xaa" + LOG[offset:]):
            found = examine(data, expected=EXPECTED, sealed=True)
            good = b"".join(found.good(data))
            survivors = [number for number, record in enumerate(RECORDS) if record in good]
            assert b"".join(RECORDS[number] for number in survivors) == good, f"at {offset}"
            assert len(survivors) >= len(RECORDS) - 1
            assert found.damaged


def test_every_stretch_of_zeros_is_found(directory):
    """What a power cut leaves of pages that never reached the disk."""
    for start in range(0, len(LOG), 7):
        for length in (1, 20, 120, len(LOG)):
            stretch = range(start, min(start + length, len(LOG)))
            data = bytearray(LOG)
            for offset in stretch:
                data[offset] = 0
            if data == LOG:
                continue
            found = examine(bytes(data), expected=EXPECTED, sealed=False)
            touched = {record_at(offset) for offset in stretch if LOG[offset]}
            assert {header.sequence for header in found.headers} == set(range(len(RECORDS))) - touched
            assert not found.is_whole
