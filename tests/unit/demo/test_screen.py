"""In a pipe the demo is plain lines; on a terminal nothing that a person wants to copy is cut."""

from __future__ import annotations

import io
import re

from rich.console import Console

from sonde.demo.screen import Screen


def printed(act, **console):
    out = io.StringIO()
    with Screen(Console(file=out, highlight=False, markup=False, **console)) as screen:
        act(screen)
    return out.getvalue()


def test_a_pipe_gets_plain_lines_and_a_status_now_and_then():
    def act(screen):
        for second in range(25):
            screen.status(f"at {second}", second)
        screen.event("it broke", mark="▼", style="red")
        screen.detail("look: ", "sonde traces")

    text = printed(act)
    assert "\x1b" not in text
    lines = text.splitlines()
    assert [line.split()[-1] for line in lines[:2]] == ["10", "20"]
    assert lines[2].endswith("▼ it broke")
    assert lines[3].strip() == "look: sonde traces"


def test_a_long_command_is_one_line_in_a_pipe():
    command = "sonde sql '" + "x" * 300 + "'"
    assert f"  {command}  # long\n" in printed(lambda screen: screen.command(command, "long"))


def test_a_terminal_has_the_status_below_and_it_is_gone_at_the_end():
    def act(screen):
        screen.status("12 requests", 1)
        screen.event("it began")
        screen.status("13 requests", 1)

    text = printed(act, force_terminal=True, width=80, color_system=None)
    assert rows(text) == [ANY_TIME.sub("…", "00:00:00   it began"), ""]
    assert text.count("12 requests") == 2  # drawn, and again below the event


def test_a_status_longer_than_the_terminal_is_one_row():
    text = printed(lambda screen: screen.status("x" * 500, 1), force_terminal=True, width=40, color_system=None)
    assert "x" * 38 + "…" in text
    assert "\n" not in text


def rows(text):
    """What a terminal shows in the end: carriage return and erase-in-line wipe a row."""
    return [ANY_TIME.sub("…", line.rsplit("\r\x1b[K", 1)[-1].rstrip()) for line in text.split("\n")]


ANY_TIME = re.compile(r"\d\d:\d\d:\d\d")


def test_brackets_are_text():
    assert "[bold] {x}" in printed(lambda screen: screen.line("[bold] {x}"))


def test_tables_line_figures_up():
    text = printed(lambda screen: screen.table(("signal", "sent"), [("spans", "1,000"), ("logs", "7")]))
    assert [line.rstrip()[-5:] for line in text.splitlines()] == [" sent", "1,000", "    7"]
