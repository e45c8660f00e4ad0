"""What the demo prints: a line per event, and on a terminal a status line below them that is always current.

Written to a file or a pipe there is no status line, no colour and no wrapping; a plain figure now and then stands in for it.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

__all__ = ["Screen"]

_UNLIMITED = 4000
_PLAIN_STATUS_EVERY_S = 10.0


class Screen:
    """Standard output, as a context: the status line is gone when it ends.

    Args:
        console: where to print; standard output when not given.
    """

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False, markup=False, emoji=False)
        if not self._console.is_terminal:
            self._console.width = _UNLIMITED
        self._live = Live(console=self._console, auto_refresh=False, transient=True)
        self._last_status_s = 0.0

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def line(self, text: str = "", style: str = "") -> None:
        """One line as it stands; a terminal may wrap it, nothing is cut."""
        self._console.print(Text(text, style=style), soft_wrap=True)

    def event(self, text: str, *, mark: str = " ", style: str = "") -> None:
        """Something happened now."""
        clock = datetime.now().astimezone().strftime("%H:%M:%S")
        self._console.print(Text.assemble((clock, "dim"), f" {mark} ", (text, style)), soft_wrap=True)

    def detail(self, text: str, command: str = "") -> None:
        """One line more about the latest event, with a command that a person can copy."""
        self._console.print(Text.assemble(" " * 11, (text, "dim"), (command, "cyan")), soft_wrap=True)

    def command(self, command: str, what: str) -> None:
        """One command that a person can copy, and what it shows."""
        remark = f"  # {what}" if what else ""
        self._console.print(Text.assemble("  ", (command, "cyan"), (remark, "dim")), soft_wrap=True)

    def status(self, text: str, elapsed_s: float) -> None:
        """What is going on; a terminal shows the latest, a file one every ten seconds.

        Args:
            text: one line.
            elapsed_s: seconds since the run began.
        """
        if self._console.is_terminal:
            self._live.update(Text(text, style="dim", no_wrap=True, overflow="ellipsis"), refresh=True)
        elif elapsed_s - self._last_status_s >= _PLAIN_STATUS_EVERY_S:
            self._last_status_s = elapsed_s
            self.event(text)

    def clear_status(self) -> None:
        """Take the status line away."""
        if self._console.is_terminal:
            self._live.update(Text(""), refresh=True)

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
        self._console.print(table)
