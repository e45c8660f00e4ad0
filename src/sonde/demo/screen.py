"""What the demo prints: a line per event, and on a terminal a status line below them that is always current.

The status line is one row, cut to the terminal's width; every other line erases it first and draws it again, so a long line
may wrap without leaving pieces of it behind. Written to a file or a pipe there is no status line, no colour and no wrapping;
a plain figure every ten seconds stands in for it.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

__all__ = ["Screen"]

_UNLIMITED = 4000
_PLAIN_STATUS_EVERY_S = 10.0
_REMARK_COLUMN = 32
_ERASE = "\r\x1b[K"  # ECMA-48: carriage return, erase in line


class Screen:
    """Standard output, as a context: the status line is gone when it ends.

    Args:
        console: where to print; standard output when not given.
    """

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False, markup=False, emoji=False)
        self._is_live = self._console.is_terminal and not self._console.is_dumb_terminal
        if not self._console.is_terminal:
            self._console.width = _UNLIMITED
        self._status = ""
        self._last_status_s = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear_status()

    def line(self, text: str = "", style: str = "") -> None:
        """One line as it stands; a terminal may wrap it, nothing is cut."""
        self._print(Text(text, style=style))

    def event(self, text: str, *, mark: str = " ", style: str = "") -> None:
        """Something happened now."""
        clock = datetime.now().astimezone().strftime("%H:%M:%S")
        self._print(Text.assemble((clock, "dim"), f" {mark} ", (text, style)))

    def detail(self, text: str, command: str = "") -> None:
        """One line more about the latest event, with a command that a person can copy."""
        self._print(Text.assemble(" " * 11, (text, "dim"), (command, "cyan")))

    def command(self, command: str, what: str) -> None:
        """One command that a person can copy, and what it shows."""
        gap = " " * max(2, _REMARK_COLUMN - len(command))
        remark = f"{gap}# {what}" if what else ""
        self._print(Text.assemble("  ", (command, "cyan"), (remark, "dim")))

    def table(self, headings: Sequence[str], rows: Sequence[Sequence[str]], styles: Sequence[str] = ()) -> None:
        """A small table: the first column to the left, figures to the right.

        Args:
            headings: one per column.
            rows: the cells.
            styles: a style per row; none when empty.
        """
        table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="bold")
        for index, heading in enumerate(headings):
            table.add_column(heading, justify="right" if index else "left", no_wrap=True)
        for row, style in zip(rows, styles or [""] * len(rows), strict=True):
            table.add_row(*(Text(cell) for cell in row), style=style)
        self._print(table)

    def status(self, text: str, elapsed_s: float = 0.0) -> None:
        """What is going on; a terminal shows the latest, a file one every ten seconds.

        Args:
            text: one line.
            elapsed_s: seconds since the run began.
        """
        if self._is_live:
            self._status = text
            self._erase()
            self._draw()
        elif elapsed_s - self._last_status_s >= _PLAIN_STATUS_EVERY_S:
            self._last_status_s = elapsed_s
            self.event(text)

    def clear_status(self) -> None:
        """Take the status line away."""
        if self._status:
            self._status = ""
            self._erase()

    def _print(self, what: Text | Table) -> None:
        if self._status:
            self._erase()
        self._console.print(what, soft_wrap=isinstance(what, Text))
        if self._status:
            self._draw()

    def _erase(self) -> None:
        self._console.file.write(_ERASE)
        self._console.file.flush()

    def _draw(self) -> None:
        row = Text(self._status, style="dim", no_wrap=True)
        row.truncate(self._console.width - 1, overflow="ellipsis")
        self._console.print(row, end="", soft_wrap=True)
