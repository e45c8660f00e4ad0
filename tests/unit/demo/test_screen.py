"""In a pipe the demo is plain lines; on a terminal nothing that a person wants to copy is cut."""

from __future__ import annotations

import io

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
    text = printed(
        lambda screen: [screen.status("12 requests", 1), screen.event("began")], force_terminal=True, width=80
    )
    assert "12 requests" in text
    assert text.rindex("12 requests") < text.rindex("began") or "\x1b[2K" in text[text.rindex("12 requests") :]


def test_brackets_are_text():
    assert "[bold] {x}" in printed(lambda screen: screen.line("[bold] {x}"))


def test_tables_line_figures_up():
    text = printed(lambda screen: screen.table(("signal", "sent"), [("spans", "1,000"), ("logs", "7")]))
    assert [line.rstrip()[-5:] for line in text.splitlines()] == [" sent", "1,000", "    7"]
