"""Writes the reference pages of the documentation from the code, so that they cannot say anything else.

`python docs/generate.py` writes `docs/reference/*.md`; with `--check` it writes nothing and exits 1 when a page is out of
date (`make check` runs that). Only pages whose source is data are made here; what explains is written by hand.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
import sys
import types
import typing
from pathlib import Path

import click
from generate_api import api_page
from generate_client import client_page
from generate_conditions import conditions_page
from generate_tables import tables_page

from sonde.cli.app import COMMANDS, load, main_command
from sonde.config.shape import written_name
from sonde.core import errors
from sonde.core.units import format_duration, format_size
from sonde.runtime.settings import Settings

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parent / "src" / "sonde"


def configuration() -> str:
    """Every setting with its default and meaning, from the dataclasses' docstrings."""
    lines = [
        "# Configuration",
        "",
        "`sonde serve --config FILE` reads YAML; `${env:NAME}` and `${env:NAME:-default}` are filled in.",
        "Durations are written `500ms`, `5s`, `1h30m`, `7d`; sizes `64MiB`, `1.5GB`. Flags override variables override the file.",
        "",
    ]
    lines += section(Settings, "")
    return "\n".join(lines) + "\n"


def section(kind: type, path: str) -> list[str]:
    described = attributes(kind)
    keys = {field.name: written_name(field.name) for field in dataclasses.fields(kind)}
    hints = typing.get_type_hints(kind)
    rows, nested = [], []
    for field in dataclasses.fields(kind):
        key = keys[field.name]
        inner = dataclass_in(hints[field.name])
        if inner:
            nested.append((inner, f"{path}.{key}" if path else key))
        else:
            rows.append(f"| `{key}` | {default(field)} | {as_written(described.get(field.name, ''), keys)} |")
    lines = [f"## {path or 'Top level'}", "", summary(kind), ""]
    if rows:
        lines += ["| setting | default | meaning |", "| --- | --- | --- |", *rows, ""]
    for inner, name in nested:
        lines += section(inner, name)
    return lines


def as_written(text: str, keys: dict[str, str]) -> str:
    """A docstring's sentence in the words of a configuration file: its keys, and YAML's values."""
    for name, key in keys.items():
        text = text.replace(f"`{name}`", f"`{key}`")
    return re.sub(r"\bNone\b", "none", text).replace("when False", "when false")


def dataclass_in(hint: object) -> type | None:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return next((found for part in typing.get_args(hint) if (found := dataclass_in(part))), None)
    return hint if isinstance(hint, type) and dataclasses.is_dataclass(hint) else None


def summary(kind: type) -> str:
    return (inspect.getdoc(kind) or "").split("\n\n")[0].replace("\n", " ")


def attributes(kind: type) -> dict[str, str]:
    """Field name to its sentence in the class's `Attributes:` section, its own and its parents'."""
    found: dict[str, str] = {}
    for parent in reversed(kind.__mro__):
        text = inspect.getdoc(parent) or ""
        if "Attributes:" not in text:
            continue
        block = text.split("Attributes:", 1)[1]
        for match in re.finditer(r"^    (\w+): (.*?)(?=^    \w+: |\Z|^\S)", block, re.MULTILINE | re.DOTALL):
            found[match[1]] = " ".join(match[2].split()).replace("|", "\\|")
    return found


def default(field: dataclasses.Field) -> str:
    value = field.default if field.default is not dataclasses.MISSING else None
    if field.default_factory is not dataclasses.MISSING:
        value = field.default_factory()
    if value in (None, "", ()):
        return "none"
    if isinstance(value, tuple):
        return ", ".join(f"`{item}`" for item in value)
    if field.name.endswith("_s"):
        return f"`{readable(value)}`"
    if field.name.endswith("_bytes"):
        return f"`{format_size(value).replace('.00', '').replace('.0', '')}`" if value else "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def readable(seconds: float) -> str:
    for unit, scale in (("d", 86400), ("h", 3600)):
        if seconds and seconds % scale == 0:
            return f"{seconds / scale:g}{unit}"
    return f"{seconds:g}s" if seconds >= 1 or not seconds else format_duration(seconds).replace(".00", "").rstrip()


def command_line() -> str:
    """Every command's `--help`, that of sub-commands too."""
    lines = [
        "# Command line",
        "",
        "Every option can be given as a variable: `SONDE_`, the command, the option, so `SONDE_LOGS_SINCE=1h` for",
        "`sonde logs --since 1h`; a few have shorter names, which their help shows. Commands that ask read `SONDE_URL`.",
        "`sonde --install-completion` teaches them to the shell.",
        "",
        "The exit code is 0 for success, 2 for wrong usage, 130 for an interrupt, and otherwise that of the",
        "[error](errors.md).",
        "",
    ]
    root = click.Context(main_command(), info_name="sonde", help_option_names=["--help", "-h"])
    for name in COMMANDS:
        lines += help_of(load(name), root, name, 2)
    return "\n".join(lines)


def help_of(command: click.Command, parent: click.Context, name: str, level: int) -> list[str]:
    context = click.Context(command, parent=parent, info_name=name, terminal_width=80)
    text = "\n".join(line.rstrip() for line in command.get_help(context).strip().splitlines())
    lines = [f"{'#' * level} {context.command_path}", "", "```text", text, "```", ""]
    for child_name, child in getattr(command, "commands", {}).items():
        lines += help_of(child, context, child_name, level + 1)
    return lines


def error_table() -> str:
    """The error tree as a table."""
    lines = [
        "# Errors",
        "",
        "Every error of Sonde is one of these classes. The class decides what an OTLP sender is told (and whether it may send",
        "again), what an asker is told, and what a command exits with. Messages say what, where (byte offset, configuration",
        "path, parameter) and what to do. `sonde.errors` hands all of them on to applications; `sonde.errors.classify` names any",
        "other error, code or status by the [table of conditions](conditions.md).",
        "",
        "| error | category | retry | HTTP | gRPC | exit code | what to do |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name in errors.__all__:
        kind = getattr(errors, name)
        if isinstance(kind, type) and issubclass(kind, errors.SondeError):
            traits = kind.traits
            lines.append(
                f"| `{name}` | {traits.category.value} | {'yes' if traits.retryable else 'no'} | {traits.http_status} | {traits.grpc_code} | {traits.exit_code} | {traits.advice} |"
            )
    return "\n".join(lines) + "\n"


def metrics() -> str:
    """Every metric family, read out of the code that makes it."""
    rows = []
    for path in sorted([*SOURCE.glob("runtime/*.py"), *SOURCE.glob("web/*.py")]):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("counter", "gauge", "_labelled", "_histogram")
            ):
                texts = [argument.value for argument in node.args[:2] if isinstance(argument, ast.Constant)]
                if len(texts) == 2:
                    kind = {"_labelled": "counter", "_histogram": "histogram buckets"}.get(node.func.id, node.func.id)
                    rows.append(f"| `{texts[0]}` | {kind} | {texts[1]} |")
    head = [
        "# Metrics",
        "",
        "Sonde's own figures, `http://127.0.0.1:8888/metrics` in the Prometheus text format. Each sample of a child carries",
        "its name as the label `process`.",
        "",
        "| metric | type | meaning |",
        "| --- | --- | --- |",
    ]
    return "\n".join([*head, *sorted(set(rows))]) + "\n"


PAGES = {
    "configuration": configuration,
    "cli": command_line,
    "api": api_page,
    "tables": tables_page,
    "errors": error_table,
    "client": client_page,
    "conditions": conditions_page,
    "metrics": metrics,
}


def main() -> int:
    stale = []
    for name, make in PAGES.items():
        path = HERE / "reference" / f"{name}.md"
        text = make().rstrip() + "\n"
        if not path.exists() or path.read_text() != text:
            stale.append(name)
            if "--check" not in sys.argv:
                path.parent.mkdir(exist_ok=True)
                path.write_text(text)
    if "--check" in sys.argv and stale:
        print(f"out of date: {', '.join(stale)}; run `make docs`")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
