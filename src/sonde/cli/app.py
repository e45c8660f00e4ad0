"""`sonde`: the table of commands, and what happens when one ends in an error.

A command is a module. It defines `command`, a function with Typer annotations, or `app`, a `typer.Typer` with
sub-commands of its own; and, where a person would like to see some, `EXAMPLES`, lines shown at the end of its help.
The table below names every command with the sentence that `sonde --help` and the shell's completion show, so neither
imports a single one of them: a command's module, and what it needs, is loaded when it is called (`LazyGroup`).

Errors: a `SondeError` becomes one red line and its advice on standard error, and its class's exit code. Wrong usage
exits with 2, an interrupt with 130, a reader that went away with 1. Anything else is a defect and shows its traceback.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from sonde import __version__
from sonde.cli.failure import CommandError, exit_code_of, report
from sonde.core.errors import SondeError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

__all__ = ["COMMANDS", "LazyGroup", "load", "main_command", "run"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the table: the part of the help it stands in, and its sentence."""

    section: str
    summary: str


COMMANDS = {
    "serve": Entry("Run", "Receive, keep and answer: the whole server."),
    "demo": Entry("Run", "The server with a sample shop that sends real telemetry."),
    "doctor": Entry("Run", "Say what works here, what does not, and what to do."),
    "explain": Entry("Run", "What an error, status or exit code means, and what to do."),
    "services": Entry("Ask", "Services with rate, errors and latency."),
    "traces": Entry("Ask", "Search traces."),
    "trace": Entry("Ask", "One trace as a waterfall."),
    "logs": Entry("Ask", "Search and follow log records."),
    "metrics": Entry("Ask", "List metrics, or draw one."),
    "sql": Entry("Ask", "Ask the store in SQL, read-only."),
    "send": Entry("Move", "Send OTLP files to a server."),
    "journal": Entry("Move", "Look into the journal, verify it, replay it."),
    "store": Entry("Move", "Back up, restore and measure the store."),
}


class _Examples:
    """Mixed into Typer's classes: writes the module's examples as they stand, where click would re-wrap them."""

    epilog: str | None

    def format_epilog(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002  click's signature
        """Write the examples under a heading of their own."""
        if self.epilog:
            with formatter.section("Examples"):
                for line in self.epilog.strip().splitlines():
                    formatter.write(f"  {line}\n" if line else "\n")


class _Command(_Examples, TyperCommand):
    """A command with examples."""


class _Group(_Examples, TyperGroup):
    """A command with sub-commands and examples."""


class LazyGroup(TyperGroup):
    """The root: lists its commands from the table, and loads one only when it is called."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name, entry in COMMANDS.items():
            self.add_command(TyperCommand(name, help=entry.summary, rich_markup_mode=None))

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """The called command with its module loaded, and what is left of the arguments."""
        name, placeholder, rest = super().resolve_command(ctx, args)
        return name, placeholder if name is None else load(name), rest

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002  click's signature
        """Write the table, one section after the other."""
        for section in dict.fromkeys(entry.section for entry in COMMANDS.values()):
            with formatter.section(section):
                rows = (
                    f"  {name:<10}{entry.summary}\n" for name, entry in COMMANDS.items() if entry.section == section
                )
                formatter.write("".join(rows))


def load(name: str) -> Any:
    """The click command in `sonde.cli.NAME`.

    Raises:
        CommandError: the module, or a package that it needs, is not installed.
    """
    try:
        module = importlib.import_module(f"sonde.cli.{name}")
    except ModuleNotFoundError as error:
        raise _missing(name, error.name or "") from error
    command = _built(name, module)
    command.context_settings.setdefault("auto_envvar_prefix", f"SONDE_{name.upper()}")
    _hide_derived_variables(command)
    return command


def _built(name: str, module: ModuleType) -> Any:
    examples: str | None = getattr(module, "EXAMPLES", None)
    if hasattr(module, "app"):
        app: typer.Typer = module.app
        app.info.cls, app.info.epilog, app.rich_markup_mode = _Group, examples, None
        return typer.main.get_group(app)
    single = typer.Typer(add_completion=False, rich_markup_mode=None)
    single.command(name, cls=_Command, epilog=examples)(module.command)
    return typer.main.get_command(single)


def _hide_derived_variables(command: Any) -> None:
    """Keep `[env var: …]` in the help for variables that a command names; the derived ones follow from one rule."""
    for parameter in command.params:
        parameter.show_envvar = parameter.envvar is not None
    for child in getattr(command, "commands", {}).values():
        _hide_derived_variables(child)


def _missing(name: str, module: str) -> CommandError:
    if module == f"sonde.cli.{name}":
        advice = "`sonde --version` says which version this is; a newer one may have it."
        return CommandError(f"this installation has no command {name!r}", advice=advice, like=UnavailableError)
    extra = "demo" if name == "demo" else "server"
    advice = f"Install it with: pip install 'sonde[{extra}]'"
    return CommandError(f"`sonde {name}` needs the module {module!r}", advice=advice, like=UnavailableError)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"sonde {__version__}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """OpenTelemetry end to end: receive, keep, ask.

    Commands that ask read SONDE_URL (default http://127.0.0.1:4321); every one takes --json and --help. Any option of a
    command can be given as a variable too: SONDE_LOGS_SINCE=1h stands for `sonde logs --since 1h`.
    """


def main_command() -> Any:
    """The root as a click group; tests call it, `run` is what the shell calls."""
    root = typer.Typer(
        name="sonde",
        cls=LazyGroup,
        rich_markup_mode=None,
        no_args_is_help=True,
        context_settings={"help_option_names": ["--help", "-h"]},
    )
    root.callback()(_root)
    return typer.main.get_command(root)


def run(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with the command's code.

    Args:
        arguments: what follows `sonde`; None reads the process's own.
    """
    try:
        main_command().main(args=None if arguments is None else list(arguments), prog_name="sonde")
    except SondeError as error:
        report(error)
        raise SystemExit(exit_code_of(error)) from None
