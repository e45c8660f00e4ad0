"""Writes the reference pages of the documentation from the code, so that they cannot say anything else.

`python docs/generate.py` writes `docs/reference/*.md`; with `--check` it writes nothing and exits 1 when a page is out of
date (`make check` runs that). Only pages whose source is data are made here; what explains is written by hand.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
import subprocess
import sys
import types
import typing
from pathlib import Path

from sonde.cli.app import COMMANDS
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
    hints = typing.get_type_hints(kind)
    rows, nested = [], []
    for field in dataclasses.fields(kind):
        key = written_name(field.name)
        inner = dataclass_in(hints[field.name])
        if inner:
            nested.append((inner, f"{path}.{key}" if path else key))
        else:
            rows.append(f"| `{key}` | {default(field)} | {described.get(field.name, '')} |")
    lines = [f"## {path or 'Top level'}", "", summary(kind), ""]
    if rows:
        lines += ["| setting | default | meaning |", "| --- | --- | --- |", *rows, ""]
    for inner, name in nested:
        lines += section(inner, name)
    return lines


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
    """Every command's `--help`."""
    lines = [
        "# Command line",
        "",
        "Every option can be given as a `SONDE_…` variable; commands that ask read `SONDE_URL`.",
        "",
    ]
    for name in COMMANDS:
        shown = subprocess.run(
            [sys.executable, "-m", "sonde", name, "--help"], capture_output=True, text=True, check=True,
            env={"COLUMNS": "100", "NO_COLOR": "1", "PATH": ""},
        ).stdout  # fmt: skip
        lines += [
            f"## sonde {name}",
            "",
            "```text",
            "\n".join(line.rstrip() for line in shown.strip().splitlines()),
            "```",
            "",
        ]
    return "\n".join(lines)


def error_table() -> str:
    """The error tree as a table."""
    lines = [
        "# Errors",
        "",
        "Answers carry a code, a message that says what and where, and advice; retryable ones say how long to wait.",
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


PAGES = {"configuration": configuration, "cli": command_line, "errors": error_table, "metrics": metrics}


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
