"""What a person reads while something is wrong has to fit on a line, and lateness must not look like health."""

import logging

from sonde.runtime.metrics import counter
from sonde.store.engine import EngineError
from sonde.web.keeper_report import BriefErrors, behind, brief, passed


def test_a_message_is_its_first_line_of_bounded_length():
    assert brief("Code: 62. Syntax error\nat position 1 of CREATE TABLE …") == "Code: 62. Syntax error"
    assert len(brief("x" * 10_000)) == 400
    assert brief("") == ""


def test_an_ingest_that_keeps_up_says_nothing():
    assert behind({}) == behind({"lag_s": 2.0, "waiting": 3}) == behind({"lag_s": 60.0, "waiting": 0}) == ""


def test_an_ingest_that_is_behind_says_how_far():
    assert behind({"lag_s": 35.2, "waiting": 1234}).startswith("35.2 s behind, 1,234 segments wait")
    assert "1 segment waits" in behind({"lag_s": 35.2, "waiting": 1})


def test_engine_errors_in_log_lines_are_short_and_other_arguments_stay():
    record = logging.makeLogRecord({"msg": "%s waits: %s", "args": (7, EngineError("Code: 62. no\n" + "x" * 10_000))})
    assert BriefErrors().filter(record)
    assert record.getMessage() == "7 waits: Code: 62. no"


def test_what_a_door_let_in_and_refused_is_read_from_its_notice():
    metrics = [
        counter("sonde_accepted_items_total", "", {"traces": 7, "logs": 2}, "signal"),
        counter("sonde_refused_requests_total", "", {"malformed": 1}, "reason"),
        counter("sonde_journal_records_total", "", 9),
    ]
    assert passed({"metrics": metrics}) == {"accepted": {"traces": 7, "logs": 2}, "refused": {"malformed": 1}}
    assert passed({}) == {"accepted": {}, "refused": {}}
