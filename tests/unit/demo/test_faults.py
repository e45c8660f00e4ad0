"""The schedule is what the terminal promises: every fault shows, in every round, and a run begins and ends healthy."""

from __future__ import annotations

import pytest

from sonde.demo.faults import FAULTS, Change, Schedule, Window, changes, compressed, repeating


@pytest.mark.parametrize("seconds", [5, 20, 300])
def test_compressed_shows_every_fault_alone_and_ends_healthy(seconds):
    schedule = compressed(seconds)
    instants = [seconds * step / 1000 for step in range(1001)]
    seen = [tuple(schedule.active(at)) for at in instants]
    assert seen[0] == seen[-1] == ()
    assert all(len(active) <= 1 for active in seen)
    assert [fault for active in dict.fromkeys(seen) for fault in active] == list(FAULTS)


def test_progress_runs_from_nought_to_one():
    window = Window(FAULTS[0], 10, 20)
    assert [window.progress(at) for at in (9.99, 10, 15, 19.9, 20)] == [None, 0, 0.5, pytest.approx(0.99), None]


def test_repeating_starts_again_after_its_period():
    schedule = repeating(healthy_s=2, fault_s=3)
    assert schedule.period_s == 20
    for at in (0.5, 2.5, 7.0, 19.9):
        assert schedule.active(at) == schedule.active(at + 20) == pytest.approx(schedule.active(at + 40))


def test_two_faults_may_be_active_at_once():
    schedule = Schedule((Window(FAULTS[0], 0, 10), Window(FAULTS[1], 5, 15)))
    assert list(schedule.active(7)) == [FAULTS[0], FAULTS[1]]


def test_changes_tell_ends_before_beginnings():
    first, second, third, _ = FAULTS
    assert changes({first: 0.9, second: 0.1}, {second: 0.2, third: 0.0}) == [
        Change(first, begins=False),
        Change(third, begins=True),
    ]
    assert changes({first: 0.1}, {first: 0.2}) == []


def test_a_run_of_no_length_is_refused():
    with pytest.raises(ValueError, match="seconds"):
        compressed(0)


def test_every_fault_says_what_a_person_would_look_at():
    assert len({fault.name for fault in FAULTS}) == 4
    for fault in FAULTS:
        assert fault.look.startswith("sonde ")
        assert fault.begins != fault.ends
