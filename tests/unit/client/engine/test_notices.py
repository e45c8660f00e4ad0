"""What the engine says must be said once, in time, with its cause, and never more than a line a minute."""

from __future__ import annotations

import logging

import pytest

from sonde.client.delivery import Delivery
from sonde.client.engine.notices import Notices
from sonde.core.signal import Signal

AWAY = Delivery(
    accepted=False, code="errno.ECONNREFUSED", message="connection refused", retryable=True, endpoint="here:4318"
)
NONE: dict[Signal, dict[str, int]] = {}


def dropped(**reasons):
    return {Signal.TRACES: reasons}


@pytest.fixture
def said(caplog):
    caplog.set_level(logging.INFO, "sonde.client.engine")
    return lambda: [caplog.records.pop(0).getMessage() for _ in range(len(caplog.records))]


def test_the_first_trouble_is_told_when_it_is_known_how_much_it_is(said):
    notices = Notices()
    assert notices.look(dropped(queue_full=3), None, None, 100.0) == 105.0
    notices.look(dropped(queue_full=7), None, None, 104.9)
    assert said() == []
    notices.look(dropped(queue_full=7), None, None, 105.0)
    [line] = said()
    assert "7 spans (queue_full)" in line
    assert "OTEL_BSP_MAX_QUEUE_SIZE" in line


def test_what_goes_on_is_told_once_a_minute_and_only_what_is_new(said):
    notices, lines = Notices(), []
    for second in range(300):
        notices.look(dropped(queue_full=10 * (second + 1)), None, None, float(second))
        lines += said()
    assert [line.split(" spans")[0].rsplit(" ", 1)[1] for line in lines] == ["60", "600", "600", "600", "600"]


def test_what_mends_itself_at_once_is_not_spoken_of(said):
    notices = Notices()
    notices.look(NONE, AWAY, AWAY, 0.0)
    assert notices.look(NONE, None, AWAY, 4.0) is None
    assert said() == []


def test_an_outage_is_told_with_its_cause_and_its_end(said):
    notices = Notices()
    due = notices.look(NONE, AWAY, AWAY, 0.0)
    notices.look(NONE, AWAY, AWAY, due)
    [line] = said()
    assert "waits" in line
    assert "here:4318: connection refused" in line
    assert "sonde explain errno.ECONNREFUSED" in line
    notices.look(NONE, None, AWAY, due + 1)
    notices.look(NONE, None, AWAY, due + 2)
    assert said() == ["sonde: telemetry is delivered again"]


@pytest.mark.parametrize(
    ("reason", "is_named"), [("refused", True), ("queue_full", False)], ids=["the server's", "not the server's"]
)
def test_a_loss_names_a_past_failure_only_where_the_server_had_a_part(said, reason, is_named):
    notices = Notices()
    due = notices.look(dropped(**{reason: 2}), None, AWAY, 0.0)
    notices.look(dropped(**{reason: 2}), None, AWAY, due)
    [line] = said()
    assert ("here:4318" in line) == is_named


def test_a_loss_while_a_server_fails_names_the_failure(said):
    notices = Notices()
    due = notices.look(dropped(queue_full=2), AWAY, AWAY, 0.0)
    notices.look(dropped(queue_full=2), AWAY, AWAY, due)
    [line] = said()
    assert "here:4318" in line


def test_at_the_end_only_what_was_not_told_is(said):
    notices = Notices()
    notices.look(dropped(queue_full=5), None, None, 0.0)
    notices.look(dropped(queue_full=5), None, None, 5.0)
    said()
    notices.tell_last(dropped(queue_full=5), {}, None)
    assert said() == []
    notices.tell_last(dropped(queue_full=5, shutdown=2), {Signal.LOGS: 3}, AWAY)
    first, second = said()
    assert "2 spans (shutdown)" in first
    assert "queue_full" not in first
    assert "3 log_records" in second


def test_every_change_of_the_pressure_is_told_once(said):
    notices = Notices()
    for level in (0, 1, 1, 2, 0):
        notices.pressure(level, 0.5)
    assert len(said()) == 3
