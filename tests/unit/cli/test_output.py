"""Tables fit the terminal, keep what matters whole, and are not cut where a program reads them."""

from __future__ import annotations

import pytest
from rich.text import Text

from sonde.cli import output
from sonde.cli.output import (
    Column,
    age,
    clock_time,
    error_share,
    print_rows,
    print_table,
    rate,
    service_colour,
    severity_colour,
)

COLUMNS = (Column("NAME"), Column("N", justify="right", is_whole=True), Column("ABOUT", ratio=2))
ROWS = [("a" * 60, "12345", "words " * 20), ("b", Text("7", style="red"), "")]


def printed(capsys, columns, rows):
    output.console.cache_clear()
    print_table(columns, rows)
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("width", [40, 80, 140])
def test_a_table_fits_and_keeps_whole_columns_whole(capsys, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    lines = printed(capsys, COLUMNS, ROWS)
    assert max(map(len, lines)) <= width
    assert "12345" in lines[1]
    assert "…" in lines[1]
    assert lines[2].split() == ["b", "7"]


def test_a_table_is_no_wider_than_it_must_be(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "140")
    assert printed(capsys, COLUMNS, [("a", "1", "x")]) == ["NAME  N  ABOUT", "a     1  x"]


def test_in_a_pipe_nothing_is_cut(capsys, monkeypatch):
    monkeypatch.delenv("COLUMNS")
    assert "words " * 19 in printed(capsys, COLUMNS, ROWS)[1]


def test_rows_of_any_shape(capsys):
    output.console.cache_clear()
    print_rows([{"a": 1, "b": "x\ny", "c": None}, {"a": 22, "b": {"k": [1]}, "c": None}])
    assert capsys.readouterr().out.splitlines() == [" a  b          c", " 1  x⏎y", '22  {"k":[1]}']
    print_rows([])
    assert capsys.readouterr().out == ""


def test_times_in_ones_own_zone():
    assert clock_time("2026-03-01T12:00:00.125999999Z") == "12:00:00.125"
    assert clock_time("2026-02-28T12:00:00Z") == "02-28 12:00:00"
    assert clock_time("2026-02-28T12:00:00Z", with_date=True) == "2026-02-28 12:00:00.000"


@pytest.mark.parametrize(
    ("time", "shown"),
    [("2026-03-01T13:04:59Z", "now"), ("2026-03-01T12:55:00Z", "10m ago"), ("2026-02-27T00:00:00Z", "2d ago")],
)
def test_ages(time, shown):
    assert age(time) == shown


def test_shares_and_rates():
    assert [error_share(*pair).plain for pair in ((0, 5), (1, 5000), (1, 50), (5, 5), (0, 0))] == [
        "0",
        "<0.1%",
        "2.0%",
        "100.0%",
        "0",
    ]
    assert [rate(value) for value in (0, 0.04321, 3.4321, 999, 12_345)] == [
        "0/s",
        "0.043/s",
        "3.43/s",
        "999/s",
        "12.3k/s",
    ]


def test_colours_are_stable():
    services = [str(number) for number in range(20)]
    assert service_colour("3", services) == service_colour("11", services)
    assert service_colour("stranger", services) == "white"
    assert severity_colour("ERROR2") == severity_colour("error") == "red"
    assert severity_colour("NOTICE") == ""
