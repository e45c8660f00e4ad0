"""Names carry order, origin and identity; a name that does not parse is nobody's segment."""

from pathlib import Path

import pytest

from simulated_disk import SimulatedDisk
from sonde.core.errors import ConfigError, ValidationError
from sonde.core.signal import Signal
from sonde.journal.layout import (
    SEALED_SUFFIX,
    Segment,
    check_tenant,
    check_writer,
    segment_name,
    segments,
)

DIRECTORY = Path("/j")


def test_a_name_says_when_who_and_which():
    name = segment_name(1_700_000_000_000_000_000, "door_1", 0xAB)
    assert name == "01700000000000000000-door_1-00000000000000ab"
    segment = Segment(DIRECTORY / "logs" / "acme" / f"{name}.otlp", Signal.LOGS, "acme", name, 5)
    assert segment.id == f"logs/acme/{name}"
    assert (segment.created_ns, segment.writer, segment.nonce) == (1_700_000_000_000_000_000, "door_1", 0xAB)


def test_only_segments_are_listed_oldest_first_over_all_signals_and_tenants():
    disk = SimulatedDisk()
    for place, stamp in (("traces/b", 3), ("logs/a", 1), ("metrics/a", 2)):
        disk.close(disk.create(DIRECTORY / place / f"{segment_name(stamp, '0', 1)}.otlp"))
    for stray in ("traces/b/README", "traces/b/x.otlp", "traces/B/x", "other/a/x.otlp", "traces/b/.otlp"):
        disk.close(disk.create(DIRECTORY / stray))
    found = segments(DIRECTORY, disk, SEALED_SUFFIX)
    assert [segment.created_ns for segment in found] == [1, 2, 3]
    assert [segment.created_ns for segment in segments(DIRECTORY, disk, SEALED_SUFFIX, limit=2)] == [1, 2]


def test_a_segment_that_vanishes_while_it_is_listed_is_left_out():
    disk = SimulatedDisk()
    disk.close(disk.create(DIRECTORY / "logs" / "a" / f"{segment_name(1, '0', 1)}.otlp"))

    def gone(path):
        raise FileNotFoundError

    disk.size = gone
    assert segments(DIRECTORY, disk, SEALED_SUFFIX) == []


@pytest.mark.parametrize("tenant", ["", "a" * 64, "A", "a-b", "..", "a/b", "ä", "a\n"])
def test_tenants_that_could_leave_their_directory(tenant):
    with pytest.raises(ValidationError):
        check_tenant(tenant)


@pytest.mark.parametrize("writer", ["", "a-b", "a" * 33, "a.b"])
def test_writer_ids_that_could_confuse_a_name(writer):
    with pytest.raises(ConfigError):
        check_writer(writer)
