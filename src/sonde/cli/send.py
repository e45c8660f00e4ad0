"""`sonde send`: files of OTLP to a server, split to a size that servers take, with what became of every record."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from sonde.cli.failure import CommandError
from sonde.cli.output import JsonFlag, console, counted, note, print_json
from sonde.cli.payloads import Payload, payloads_of
from sonde.cli.posting import Poster, Tally
from sonde.cli.printable import printable
from sonde.cli.remote import TenantOption, tenant_header
from sonde.core.errors import MalformedError, NotFoundError, ValidationError
from sonde.core.signal import Signal
from sonde.core.units import parse_size
from sonde.otlp import wire

__all__ = ["EXAMPLES", "command"]

EXAMPLES = """
sonde send trace.json
sonde send --gzip traces.jsonl logs.jsonl metrics.jsonl
sonde send --url http://collector:4318 --header 'authorization: Bearer ...' data/*.otlp
zcat spans.jsonl.gz | sonde send -
"""

_DEFAULT_OTLP_URL = "http://127.0.0.1:4318"


def command(
    *,
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE", help="OTLP as JSON, JSON lines, protobuf or journal segments; - reads standard input."
        ),
    ],
    url: Annotated[
        str, typer.Option("--url", metavar="URL", help="The server's OTLP/HTTP address.")
    ] = _DEFAULT_OTLP_URL,
    header: Annotated[
        list[str] | None,
        typer.Option("--header", "-H", metavar="NAME:VALUE", help="Sent with every request. Repeatable."),
    ] = None,
    gzip: Annotated[bool, typer.Option("--gzip", help="Compress the requests.")] = False,
    signal: Annotated[
        str | None, typer.Option(metavar="SIGNAL", help="traces, metrics or logs, for protobuf that does not tell.")
    ] = None,
    max_size: Annotated[str, typer.Option(metavar="SIZE", help="Split requests larger than this.")] = "4MiB",
    retries: Annotated[int, typer.Option(metavar="N", min=0, help="How often a request is sent again.")] = 6,
    tenant: TenantOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Send OTLP files to a server.

    Each file's format and signal are found out. Requests are split to a size that servers take, and sent again where the
    server says so. The exit code is 0 only if every record was accepted, 65 if some were refused for good.
    """
    most = parse_size(max_size)
    chosen = _signal(signal)
    encoding = "gzip" if gzip else "identity"
    with Poster(
        url, headers={**tenant_header(tenant), **_headers(header or [])}, encoding=encoding, retries=retries
    ) as poster:
        unreadable = _send_all(files, poster, chosen, most)
        _summarize(poster.tally, unreadable, as_json=as_json)
        if poster.tally.rejected or unreadable:
            raise typer.Exit(ValidationError.traits.exit_code)


def _send_all(files: list[str], poster: Poster, signal: Signal | None, max_bytes: int) -> dict[str, str]:
    """Send every file; the answer names those that could not be read, and why."""
    unreadable: dict[str, str] = {}
    total = sum(Path(name).stat().st_size for name in files if name != "-" and Path(name).is_file())
    with _progress() as progress:
        task = progress.add_task("", total=total or None)
        for name in files:
            progress.update(task, description=Path(name).name if name != "-" else "standard input")
            try:
                with _opened(name) as file:
                    _send_file(_Counted(file, progress, task), poster, signal, max_bytes)
            except (MalformedError, ValidationError) as error:
                if isinstance(error, CommandError):
                    raise
                unreadable[name] = error.message
    return unreadable


def _send_file(file: _Counted, poster: Poster, signal: Signal | None, max_bytes: int) -> None:
    for payload in payloads_of(file, signal=signal):
        for part in _parts(payload, max_bytes):
            items = wire.validate(payload.signal.index, part)
            if items:
                poster.post(payload.signal, part, items)


def _parts(payload: Payload, max_bytes: int) -> list[bytes]:
    if len(payload.body) <= max_bytes:
        return [payload.body]
    return wire.split(payload.signal.index, payload.body, max_bytes=max_bytes)


class _Counted:
    """A file that moves the progress bar as it is read."""

    def __init__(self, file: BinaryIO, progress: Progress, task: TaskID) -> None:
        self._file = file
        self._progress = progress
        self._task = task

    def read(self, size: int = -1) -> bytes:
        """Bytes, as of any file."""
        return self._seen(self._file.read(size))

    def readline(self) -> bytes:
        """A line, as of any file."""
        return self._seen(self._file.readline())

    def _seen(self, data: bytes) -> bytes:
        self._progress.advance(self._task, len(data))
        return data


@contextmanager
def _opened(name: str) -> Iterator[BinaryIO]:
    if name == "-":
        yield sys.stdin.buffer
        return
    try:
        file = Path(name).open("rb")  # noqa: SIM115  closed below; the error of opening is told apart from those of reading
    except OSError as error:
        advice = "Name a file, or - for standard input; directories are given as DIR/*."
        raise CommandError(f"{name}: {error.strerror}", advice=advice, like=NotFoundError) from error
    with file:
        yield file


def _progress() -> Progress:
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(binary_units=True),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=console(is_error=True), transient=True, disable=not sys.stderr.isatty())


def _signal(name: str | None) -> Signal | None:
    if name is None:
        return None
    try:
        return Signal(name.lower())
    except ValueError:
        raise CommandError(
            f"{name!r} is not a signal", advice="Write traces, metrics or logs.", like=ValidationError
        ) from None


def _headers(written: list[str]) -> dict[str, str]:
    headers = {}
    for text in written:
        name, colon, value = text.partition(":")
        if not colon or not name.strip():
            advice = "Write it as 'name: value'."
            raise CommandError(f"{text!r} is not a header", advice=advice, like=ValidationError)
        headers[name.strip()] = value.strip()
    return headers


def _summarize(tally: Tally, unreadable: dict[str, str], *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "accepted": tally.accepted,
                "rejected": tally.rejected,
                "requests": tally.requests,
                "retries": tally.retries,
                "reasons": tally.reasons,
                "unreadable": unreadable,
            }
        )
        return
    accepted = ", ".join(
        counted(count, item.replace("_", " ").removesuffix("s")) for item, count in tally.accepted.items() if count
    )
    console().print(f"sent {accepted or 'nothing'} in {counted(tally.requests, 'request')}")
    if tally.retries:
        note(f"sent again {counted(tally.retries, 'time')}, as the server asked")
    failure = console(is_error=True)
    if tally.rejected:
        failure.print(f"refused for good: {counted(tally.rejected, 'record')}", style="red")
    for reason, count in tally.reasons.items():
        failure.print(f"  {count:,}: {printable(reason)}", style="red" if count else "yellow", soft_wrap=True)
    for name, reason in unreadable.items():
        failure.print(f"{name}: {printable(reason)}", style="red", soft_wrap=True)
