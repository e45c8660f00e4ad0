"""Torn and damaged mean different things: one is cut, the other may have been acknowledged and is set aside."""

import pytest

from sonde.core.signal import Signal
from sonde.journal.examination import Expected, examine


def test_a_whole_segment(frames, expected):
    records = frames(b"a", b"b", b"c")
    data = b"".join(records)
    found = examine(data, expected=expected, sealed=True)
    assert found.is_whole
    assert [header.sequence for header in found.headers] == [0, 1, 2]
    assert found.items == 3
    assert found.good(data) == [data]


def test_nothing_is_whole(expected):
    assert examine(b"", expected=expected, sealed=True).is_whole


@pytest.mark.parametrize("tail", [b"", b"\x00" * 100, b"\x00"])
def test_zeros_at_the_end_of_an_open_segment_are_torn(frames, expected, tail):
    data = b"".join(frames(b"a", b"b"))
    found = examine(data + tail, expected=expected, sealed=False)
    assert not found.damaged
    assert found.torn_bytes == len(tail)
    assert len(found.headers) == 2


def test_the_same_in_a_sealed_one_is_damage(frames, expected):
    data = b"".join(frames(b"a"))
    found = examine(data + bytes(100), expected=expected, sealed=True)
    assert found.torn_at < 0
    assert [(bad.offset, bad.length) for bad in found.damaged] == [(len(data), 100)]


def test_a_whole_last_record_with_a_wrong_checksum_is_damage_even_in_an_open_segment(frames, expected):
    """It may have been acknowledged and then damaged: dropping it in silence would hide a loss."""
    records = frames(b"a", b"b")
    data = records[0] + records[1][:-1] + b"?"
    found = examine(data, expected=expected, sealed=False)
    assert found.torn_at < 0
    assert found.damaged[0].reason == "the payload's checksum does not match"


def test_damage_in_the_middle_costs_one_record_and_says_so(frames, expected):
    records = frames(b"a", b"b", b"c")
    for broken in (b"?" * len(records[1]), records[1][:-1] + b"?", b""):
        found = examine(records[0] + broken + b"!" + records[2], expected=expected, sealed=True)
        assert [header.sequence for header in found.headers] == [0, 2]
        assert [bad.records_lost for bad in found.damaged] == [1]


def test_two_damaged_neighbours_are_one_stretch(frames, expected):
    records = frames(b"a", b"b", b"c", b"d")
    data = records[0] + records[1][:-1] + b"?" + records[2][:-1] + b"?" + records[3]
    found = examine(data, expected=expected, sealed=True)
    assert [header.sequence for header in found.headers] == [0, 3]
    assert [bad.records_lost for bad in found.damaged] == [2]


def test_journal_bytes_in_a_payload_are_not_taken_for_records(frames, expected):
    """A log body that carries a segment, sent by somebody on purpose, is not resurrected by damage around it."""
    smuggled = b"".join(frames(b"x", nonce=1))
    (outer,) = frames(smuggled)
    after = frames(b"a", b"b")[1]
    data = b"?" + outer[1:] + after
    found = examine(data, expected=expected, sealed=True)
    assert [header.sequence for header in found.headers] == [1]
    assert found.damaged[0].length == len(outer)


@pytest.mark.parametrize(
    "other",
    [
        {"tenant": "acme"},
        {"signal": Signal.LOGS},
        {"nonce": 5},
    ],
)
def test_records_of_another_segment_are_not_served(frames, expected, other):
    """A file that was moved between directories must not show one tenant's data to another."""
    found = examine(b"".join(frames(b"a", **other)), expected=expected, sealed=True)
    assert not found.headers
    assert found.damaged[0].reason == "the record belongs to another segment"


def test_a_file_of_unknown_name_may_hold_records_of_several_segments(frames):
    data = b"".join(frames(b"a", b"b") + frames(b"c", nonce=9))
    found = examine(data, expected=None, sealed=True)
    assert found.is_whole
    assert len(found.headers) == 3


def test_an_empty_payload_is_not_a_record(frames, expected):
    from sonde.journal.record import Framer

    header = Framer(Signal.TRACES, "default", expected.nonce).header(b"", 5, 1, 0)
    found = examine(header + frames(b"a")[0], expected=expected, sealed=True)
    assert found.damaged[0].reason == "the payload is empty"
    assert len(found.headers) == 1


def test_a_great_many_false_tags_cost_little(expected):
    """The search reads each candidate's header once; without a sound one no payload is ever read."""
    from sonde.journal.record import TAG

    found = examine((TAG + b"\x55" * 20) * 20_000, expected=expected, sealed=True)
    assert len(found.damaged) == 1


def test_what_another_segment_is_expected_to_carry():
    assert Expected(Signal.LOGS, "a", 1) != Expected(Signal.LOGS, "a", 2)
