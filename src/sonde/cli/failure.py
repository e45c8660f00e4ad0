"""How a command fails: an error that brings its own advice, and how any error is said to a person.

The table in `sonde.core.errors` knows one advice a class. A command often knows better: which server did not answer and
how to start one, which extra to install. `CommandError` carries that, and the codes of the class that it is like.
"""

from __future__ import annotations

import os
import sys

from sonde.cli.printable import printable
from sonde.core.errors import SondeError

__all__ = ["CommandError", "advice_of", "exit_code_of", "report"]


class CommandError(SondeError):
    """An error with advice of its own.

    Args:
        message: what is wrong, one line.
        advice: what to do about it.
        like: the class of error whose exit code this one has.
    """

    def __init__(self, message: str, *, advice: str, like: type[SondeError] = SondeError) -> None:
        super().__init__(message)
        self.advice = advice
        self.like = like


def advice_of(error: SondeError) -> str:
    """What to do about an error: its own advice, or its class's."""
    return error.advice if isinstance(error, CommandError) else error.traits.advice


def exit_code_of(error: SondeError) -> int:
    """The exit code (`sysexits.h`) of a command that ends with this error."""
    return error.like.traits.exit_code if isinstance(error, CommandError) else error.traits.exit_code


def report(error: SondeError) -> None:
    """Say an error to a person: a red line and the advice below it, on standard error."""
    red, dim, reset = ("\x1b[31m", "\x1b[2m", "\x1b[0m") if _is_coloured() else ("", "", "")
    lines = [f"{red}sonde: {printable(error.message)}{reset}"]
    lines += [f"{dim}       {line}{reset}" for line in printable(advice_of(error)).splitlines()]
    sys.stderr.write("\n".join(lines) + "\n")


def _is_coloured() -> bool:
    return sys.stderr.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
