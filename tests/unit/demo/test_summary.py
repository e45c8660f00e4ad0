"""The end of a run is what a newcomer judges by: what is missing must come with what to do about it."""

from __future__ import annotations

import io

from rich.console import Console

from sonde.core.signal import Signal
from sonde.demo.ledger import Balance
from sonde.demo.screen import Screen
from sonde.demo.summary import show_balance


def balance(stored, serve):
    out = io.StringIO()
    with Screen(Console(file=out, width=100)) as screen:
        is_complete = show_balance(screen, [Balance(Signal.TRACES, 10, 10, 0, stored)], serve)
    return is_complete, out.getvalue()


def test_records_that_wait_in_the_journal_come_with_the_command_that_takes_them_in():
    is_complete, said = balance(7, "sonde serve --data /tmp/x")
    assert not is_complete
    assert "3 acknowledged spans are not stored" in said
    assert "journal" in said
    assert "sonde serve --data /tmp/x" in said


def test_where_the_data_go_no_command_is_named():
    assert "journal" not in balance(7, "")[1]
    assert balance(10, "sonde serve --data /tmp/x")[0]
    assert "journal" not in balance(10, "sonde serve --data /tmp/x")[1]
