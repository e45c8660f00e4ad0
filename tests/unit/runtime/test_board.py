"""Readiness and metrics rest on the board: a stuck or damaged writer must show, never break the reader."""

import pytest

from sonde.core.clock import ManualClock
from sonde.runtime.board import STALE_S, Board


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def board(tmp_path, clock):
    return Board(tmp_path, clock)


def test_a_notice_is_read_back(board):
    board.post("door-0", ready=True, figures={"requests": 3})
    assert board.read()["door-0"].figures == {"requests": 3}
    assert board.trouble(["door-0"]) == {}
    board.withdraw("door-0")
    assert board.read() == {}


def test_silence_lateness_and_trouble_show(board, clock):
    board.post("door-0", ready=True, figures={})
    board.post("keeper", ready=False, figures={"trouble": "the store is down"})
    clock.advance(STALE_S + 1)
    board.post("keeper", ready=False, figures={"trouble": "the store is down"})
    assert board.trouble(["door-0", "keeper", "door-1"]) == {
        "door-0": "has not reported for 11 s",
        "keeper": "the store is down",
        "door-1": "has not reported yet",
    }


def test_a_damaged_notice_is_as_good_as_none(board):
    board.directory.mkdir()
    (board.directory / "keeper.json").write_text("{not json")
    (board.directory / "door-0.json").write_text("[]")
    assert board.read() == {}


def test_posting_survives_a_directory_that_cannot_be_written(tmp_path):
    (tmp_path / "run").write_text("a file where the directory should be")
    Board(tmp_path).post("door-0", ready=True, figures={})
