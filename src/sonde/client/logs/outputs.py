"""Where records go: OpenTelemetry, standard output, standard error, a rotating file; each with level, filter and format.

An `Output` says what is wanted, `open_output` makes the handler for it. A handler's trouble (a full disk, a closed
stream) is counted, never raised, and never printed in the middle of the application's output as `logging` does.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, TextIO, get_args

from opentelemetry._logs import LoggerProvider

from sonde.client.logs.by_logger import ByLogger
from sonde.client.logs.formats import ConsoleFormat, JsonFormat
from sonde.client.logs.handler import OtlpHandler
from sonde.client.logs.severity import level_number

__all__ = ["Kind", "Opened", "Output", "open_output"]

Kind = Literal["otlp", "stdout", "stderr", "file"]
_KINDS = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Output:
    """One place that records go to.

    Attributes:
        kind: `otlp`, `stdout`, `stderr` or `file`.
        level: the lowest level that goes there; a name or a number of `logging`.
        format: `json`, `console` or a formatter; None means `console` for a stream, `json` for a file, and the bare
            message for OTLP, which takes a formatter only.
        loggers: other levels for some loggers, by name or beginning of one: `{"uvicorn.access": "WARNING"}`.
        filter: takes a record, answers whether it goes there.
        path: the file; `{pid}` in it becomes the process's id, also anew in a forked child.
        max_bytes: the file's size at which it is rotated; 0 for never.
        when: rotate by time instead, in the words of `TimedRotatingFileHandler`: `midnight`, `H`, `W0`.
        keep: rotated files that are kept.
        place: whether the `code.*` and `thread.*` attributes are told; None means for OTLP only.
    """

    kind: Kind
    level: str | int = "INFO"
    format: Literal["json", "console"] | logging.Formatter | None = None
    loggers: Mapping[str, str | int] = field(default_factory=dict)
    filter: Callable[[logging.LogRecord], bool] | None = None
    path: str | None = None
    max_bytes: int = 10 * 1024 * 1024
    when: str | None = None
    keep: int = 5
    place: bool | None = None


class _Quiet(logging.Handler):
    """Counts what `logging` would print as an error of its own."""

    failed = 0

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 - logging's own signature
        self.failed += 1


class _Late(_Quiet):
    """Makes the file's directory with the file, at a record: what fails then fails that record alone."""

    def _open(self) -> Any:
        opener: Any = super()
        Path(vars(self)["baseFilename"]).parent.mkdir(parents=True, exist_ok=True)
        return opener._open()  # noqa: SLF001 -- how a FileHandler is told to open its file


class _Stream(_Quiet, logging.StreamHandler[TextIO]):
    """Writes to what `sys.stdout` or `sys.stderr` is at that moment, as tests and shells replace them."""

    def __init__(self, name: str) -> None:
        logging.Handler.__init__(self)
        self._name_of_stream = name

    @property
    def stream(self) -> TextIO:  # type: ignore[override]  # logging's own handler for stderr does the same
        found: TextIO = getattr(sys, self._name_of_stream)
        return found


@dataclass(frozen=True, slots=True)
class Opened:
    """An output at work.

    Attributes:
        output: what was wanted.
        handler: what takes the records.
        levels: the lowest level of each logger.
    """

    output: Output
    handler: logging.Handler
    levels: ByLogger[int]

    def wants(self, record: logging.LogRecord) -> bool:
        """True for a record of its level that its filter lets through; a filter that raises stops nothing else."""
        if record.levelno < self.levels[record.name]:
            return False
        return self.output.filter is None or bool(self.output.filter(record))

    @property
    def failed(self) -> int:
        """Records that the handler could not write."""
        return int(getattr(self.handler, "failed", 0))

    def renew(self) -> None:
        """In a forked child: go on in a file of its own, where the path has the process's id."""
        if self.output.path and "{pid}" in self.output.path:
            self.handler.close()
            vars(self.handler)["baseFilename"] = str(_path(self.output))


def open_output(output: Output, provider: LoggerProvider | None = None) -> Opened:
    """Make the handler of an output. A file, and its directory, is made with its first record.

    Args:
        output: what is wanted.
        provider: the logger provider of OTLP outputs; None means the global one.

    Raises:
        ValueError: kind, level, format or path is none of the possible ones; the message says which are.
    """
    if output.kind not in _KINDS:
        raise ValueError(f"output {output.kind!r} is not one of {', '.join(_KINDS)}")
    levels = ByLogger(level_number(output.level), {name: level_number(level) for name, level in output.loggers.items()})
    handler = _handler(output, provider)
    formatter = _formatter(output)
    if formatter is not None:
        handler.setFormatter(formatter)
    return Opened(output, handler, levels)


def _handler(output: Output, provider: LoggerProvider | None) -> logging.Handler:
    if output.kind == "otlp":
        return OtlpHandler(provider=provider, place=output.place is not False)
    if output.kind == "file":
        return _file(output)
    return _Stream(output.kind)


def _file(output: Output) -> logging.Handler:
    path = _path(output)
    handlers = import_module("logging.handlers")  # brings in sockets and pickles, and few applications log to files
    options: dict[str, Any] = {"backupCount": output.keep, "delay": True, "encoding": "utf-8"}
    if output.when is not None:
        kind = type("TimedFile", (_Late, handlers.TimedRotatingFileHandler), {})
        handler: logging.Handler = kind(path, when=output.when, **options)
    else:
        kind = type("SizedFile", (_Late, handlers.RotatingFileHandler), {})
        handler = kind(path, maxBytes=output.max_bytes, **options)
    return handler


def _path(output: Output) -> Path:
    if not output.path:
        raise ValueError("an output of kind 'file' needs a path")
    return Path(output.path.replace("{pid}", str(os.getpid()))).expanduser().absolute()


def _formatter(output: Output) -> logging.Formatter | None:
    wanted = output.format
    if isinstance(wanted, logging.Formatter):
        return wanted
    if output.kind == "otlp":
        if wanted is not None:
            raise ValueError(f"an output of kind 'otlp' takes no format {wanted!r}: its records have fields")
        return None
    if wanted is None:
        wanted = "json" if output.kind == "file" else "console"
    if wanted == "json":
        return JsonFormat(place=bool(output.place))
    if wanted == "console":
        return ConsoleFormat(colour=output.kind != "file" and _has_colours(output.kind))
    raise ValueError(f"format {wanted!r} is not json, console or a logging.Formatter")


def _has_colours(stream: str) -> bool:
    if os.environ.get("NO_COLOR"):
        return False
    try:
        return bool(getattr(sys, stream).isatty())
    except (AttributeError, ValueError):  # no stream at all (pythonw), or a closed one
        return False
