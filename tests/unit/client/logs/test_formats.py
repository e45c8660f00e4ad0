"""Lines that programs parse must parse whatever was logged; lines for people must not let a text steer the terminal."""

import json
import logging

import pytest

from sonde.client.logs import formats
from sonde.client.logs.formats import ConsoleFormat, JsonFormat


@pytest.fixture(params=["orjson", "json"])
def writer(request, monkeypatch):
    monkeypatch.setattr(formats, "_line", {"orjson": formats._orjson_line, "json": formats._plain_line}[request.param])


def record(message="hello", level=logging.INFO, **fields):
    return logging.makeLogRecord(
        {"name": "shop", "msg": message, "levelno": level, "levelname": logging.getLevelName(level), "created": 0.25}
        | fields
    )


def failed():
    try:
        return 1 / 0
    except ZeroDivisionError as error:
        return type(error), error, error.__traceback__


@pytest.mark.usefixtures("writer")
def test_json_has_stable_keys_in_order(tracer):
    with tracer.start_as_current_span("work") as span:
        line = JsonFormat().format(record("a\nb \u2028", user="ada", big=1 << 70, raw=b"\x01", nan=float("nan")))
    context = span.get_span_context()
    assert list(json.loads(line).items()) == [
        ("time", "1970-01-01T00:00:00.250000Z"),
        ("level", "INFO"),
        ("logger", "shop"),
        ("message", "a\nb \u2028"),
        ("trace_id", f"{context.trace_id:032x}"),
        ("span_id", f"{context.span_id:016x}"),
        ("attributes", {"user": "ada", "big": str(1 << 70), "raw": "01", "nan": None}),
    ]
    assert "\n" not in line


@pytest.mark.usefixtures("writer")
def test_json_leaves_out_what_is_empty_and_tells_exceptions():
    assert list(json.loads(JsonFormat().format(record()))) == ["time", "level", "logger", "message"]
    told = json.loads(JsonFormat(place=True).format(record(exc_info=failed())))["attributes"]
    assert told["exception.type"] == "ZeroDivisionError"
    assert "code.file.path" not in told or told["code.file.path"]


@pytest.mark.usefixtures("writer")
def test_json_takes_what_nobody_expects():
    deep = []
    for _ in range(300):
        deep = [deep]
    odd = record("%d", args=("x",), **{"a\ud800": {1: {2, 3}}, "deep": deep, "obj": object()})
    assert json.loads(JsonFormat().format(odd))["message"] == "%d ['x']"


def test_console_is_aligned_and_escapes_control_characters():
    line = ConsoleFormat().format(record("bad\x1b[2J\nsecond", logging.WARNING, user="a b", n=3))
    assert line[12:] == ' WARN  shop                     bad\\x1b[2J\n    second user="a b" n=3'
    assert "…" in ConsoleFormat().format(record(name="a." * 40))


def test_console_shows_exceptions_below_and_colours_when_asked():
    plain = ConsoleFormat().format(record(exc_info=failed()))
    assert plain.splitlines()[1].startswith("Traceback")
    assert plain.endswith("ZeroDivisionError: division by zero")
    assert "\x1b" not in plain
    assert "\x1b[31mERROR" in ConsoleFormat(colour=True).format(record(level=logging.ERROR))


def test_console_tells_the_trace(tracer):
    with tracer.start_as_current_span("work") as span:
        line = ConsoleFormat().format(record())
    assert line.endswith(f"trace={span.get_span_context().trace_id:032x}"[:14])
