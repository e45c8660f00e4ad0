"""Outputs: what cannot work is refused at once with the possible values, and a full disk harms nobody."""

import json
import logging
import os

import pytest

from sonde.client.logs.outputs import Output, open_output


def record(message="hello", name="app", level=logging.INFO):
    return logging.makeLogRecord({"name": name, "msg": message, "levelno": level, "levelname": "INFO"})


@pytest.mark.parametrize(
    ("output", "words"),
    [
        pytest.param(Output("syslog"), "otlp, stdout, stderr, file", id="kind"),
        pytest.param(Output("stdout", level="LOUDEST"), "is not a level", id="level"),
        pytest.param(Output("stdout", loggers={"a": "LOUDEST"}), "is not a level", id="logger-level"),
        pytest.param(Output("stdout", format="xml"), "json, console", id="format"),
        pytest.param(Output("otlp", format="json"), "takes no format", id="otlp-format"),
        pytest.param(Output("file"), "needs a path", id="path"),
    ],
)
def test_the_impossible_is_refused(output, words):
    with pytest.raises(ValueError, match=words):
        open_output(output)


def test_levels_of_loggers_and_filters():
    opened = open_output(
        Output("stderr", loggers={"uvicorn.access": "WARNING"}, filter=lambda record: record.msg != "secret")
    )
    assert opened.wants(record())
    assert not opened.wants(record(level=logging.DEBUG))
    assert not opened.wants(record(name="uvicorn.access"))
    assert opened.wants(record(name="uvicorn.error"))
    assert not opened.wants(record("secret"))


def test_a_file_is_made_late_and_rotated(tmp_path):
    path = tmp_path / "new" / "app.log"
    opened = open_output(Output("file", path=str(path), max_bytes=200, keep=1))
    assert not path.exists()
    for number in range(9):
        opened.handler.handle(record(f"line {number}"))
    opened.handler.close()
    assert sorted(found.name for found in path.parent.iterdir()) == ["app.log", "app.log.1"]
    assert json.loads(path.read_text().splitlines()[-1])["message"] == "line 8"


@pytest.mark.parametrize("when", [None, "midnight"], ids=["size", "time"])
def test_a_directory_that_cannot_be_made_is_counted_and_tried_again(tmp_path, when):
    blocked = tmp_path / "logs"
    blocked.write_text("a file where a directory should be")
    opened = open_output(Output("file", path=str(blocked / "app.log"), when=when))
    opened.handler.handle(record())
    assert opened.failed == 1
    blocked.unlink()
    opened.handler.handle(record("again"))
    opened.handler.close()
    assert (opened.failed, json.loads((blocked / "app.log").read_text())["message"]) == (1, "again")


def test_rotation_by_time(tmp_path):
    opened = open_output(Output("file", path=str(tmp_path / "app.log"), when="midnight", format="console"))
    opened.handler.handle(record())
    opened.handler.close()
    assert "hello" in (tmp_path / "app.log").read_text()


def test_a_file_of_the_process(tmp_path, monkeypatch):
    opened = open_output(Output("file", path=str(tmp_path / "{pid}.log")))
    opened.handler.handle(record())
    monkeypatch.setattr(os, "getpid", lambda: 1)
    opened.renew()
    opened.handler.handle(record())
    opened.handler.close()
    assert len(list(tmp_path.iterdir())) == 2
    assert (tmp_path / "1.log").exists()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has a disk that is always full")  # noqa: PTH110 - read once
def test_a_full_disk_is_counted_not_raised(capsys):
    opened = open_output(Output("file", path="/dev/full", max_bytes=0))
    opened.handler.handle(record())
    assert opened.failed == 1
    assert capsys.readouterr().err == ""


def test_a_closed_stream_is_counted(monkeypatch):
    opened = open_output(Output("stdout"))
    monkeypatch.setattr("sys.stdout", None)
    opened.handler.handle(record())
    assert opened.failed == 1


def test_colours_only_on_terminals(monkeypatch):
    class Terminal:
        def isatty(self):
            return True

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr("sys.stdout", Terminal())
    assert open_output(Output("stdout")).handler.formatter._colour
    monkeypatch.setenv("NO_COLOR", "1")
    assert not open_output(Output("stdout")).handler.formatter._colour
