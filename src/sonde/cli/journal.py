"""`sonde journal`: look into the journal, check every byte of it, print it, send it anywhere.

Nothing here changes the journal, and all of it works while a server writes there. A segment's body is an OTLP request as it
lies, so these need no server of Sonde's: they read files, and `replay` sends to any OTLP/HTTP server.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from sonde.cli.failure import CommandError
from sonde.cli.output import Column, JsonFlag, console, counted, note, print_json, print_table
from sonde.cli.posting import Poster, Tally
from sonde.core.clock import SYSTEM_CLOCK
from sonde.core.errors import CorruptError, NotFoundError, ValidationError
from sonde.core.signal import Signal
from sonde.core.units import format_duration, format_size, parse_size
from sonde.journal import (
    Examination,
    Header,
    OsDisk,
    Segment,
    open_segments,
    quarantined,
    registered_readers,
    sealed_segments,
    verify,
)
from sonde.otlp import wire
from sonde.otlp.json import from_protobuf

__all__ = ["EXAMPLES", "app"]

EXAMPLES = """
sonde journal ls
sonde journal verify --data /var/lib/sonde
sonde journal cat --signal logs | jq -r '.resourceLogs[].scopeLogs[].logRecords[].body.stringValue'
sonde journal replay http://other-host:4318
curl --data-binary @SEGMENT.otlp -H 'content-type: application/x-protobuf' http://other-host:4318/v1/traces
"""

app = typer.Typer(help="Look into the journal, check it, print it, replay it. Changes nothing.", no_args_is_help=True)

DataOption = Annotated[
    Path | None, typer.Option("--data", envvar="SONDE_DATA", metavar="DIR", help="The server's data directory.")
]
FilesArgument = Annotated[
    list[Path] | None, typer.Argument(metavar="FILE", help="Segment files; without any, the whole journal.")
]
SignalOption = Annotated[str | None, typer.Option(metavar="SIGNAL", help="Only traces, metrics or logs.")]
TenantOption = Annotated[str | None, typer.Option(metavar="NAME", help="Only of this tenant.")]

_DEFAULT_DATA = Path("sonde-data")
_DEFAULT_TENANT = "default"


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read: where, and which segment it is, if its place tells."""

    path: Path
    segment: Segment | None = None

    @property
    def name(self) -> str:
        """What to call it to a person."""
        return self.segment.id if self.segment else str(self.path)


@dataclass(frozen=True, slots=True)
class Content:
    """A file that was read: its bytes, and what they say."""

    source: Source
    data: bytes
    found: Examination


def _directory(data: Path | None) -> Path:
    directory = (data or _DEFAULT_DATA) / "journal"
    if not directory.is_dir():
        advice = "Name the server's data directory with --data DIR or SONDE_DATA."
        raise CommandError(f"there is no journal in {directory.parent}", advice=advice, like=NotFoundError)
    return directory


def _segments(directory: Path) -> list[Segment]:
    found = [*sealed_segments(directory), *open_segments(directory)]
    return sorted(found, key=lambda segment: (segment.name, segment.id))


def _sources(files: list[Path] | None, data: Path | None) -> list[Source]:
    if files:
        return [Source(path) for path in files]
    return [Source(segment.path, segment) for segment in _segments(_directory(data))]


def _contents(sources: list[Source]) -> Iterator[Content]:
    """Read one after the other; a segment that a reader took meanwhile is passed over."""
    for source in sources:
        try:
            data = source.path.read_bytes()
        except FileNotFoundError:
            if source.segment is None:
                raise CommandError(
                    f"{source.path}: no such file", advice="Name segment files, or none at all.", like=NotFoundError
                ) from None
            continue
        yield Content(source, data, verify(source.path, segment=source.segment, data=data))


@app.command("ls")
def list_segments(*, data: DataOption = None, as_json: JsonFlag = False) -> None:
    """Segments, oldest first; then readers, and what is in quarantine."""
    directory = _directory(data)
    found = _segments(directory)
    readers = registered_readers(directory, OsDisk())
    aside = quarantined(directory, OsDisk())
    if as_json:
        for segment in found:
            print_json({"kind": "segment", **_row(segment)})
        for reader in readers:
            print_json({"kind": "reader", "name": reader})
        for entry in aside:
            print_json({"kind": "quarantine", **entry})
        return
    columns = [
        Column("SIGNAL"),
        Column("TENANT"),
        Column("STATE"),
        Column("SIZE", justify="right"),
        Column("AGE", justify="right"),
        Column("NAME", ratio=1),
    ]
    print_table(columns, [_cells(segment) for segment in found])
    note(_summary(found, readers, aside))


def _row(segment: Segment) -> dict[str, object]:
    return {
        "id": segment.id,
        "signal": segment.signal.value,
        "tenant": segment.tenant,
        "writer": segment.writer,
        "state": "sealed" if segment.is_sealed else "open",
        "size_bytes": segment.size_bytes,
        "created_ns": str(segment.created_ns),
        "path": str(segment.path),
    }


def _cells(segment: Segment) -> list[str]:
    age = max(0.0, (SYSTEM_CLOCK.now_ns() - segment.created_ns) / 1e9)
    state = "sealed" if segment.is_sealed else "open"
    size = format_size(segment.size_bytes)
    return [segment.signal.value, segment.tenant, state, size, format_duration(age), segment.path.name]


def _summary(found: list[Segment], readers: list[str], aside: list[dict[str, object]]) -> str:
    total = format_size(sum(segment.size_bytes for segment in found))
    parts = [f"{counted(len(found), 'segment')}, {total}", f"readers: {', '.join(readers) or 'none'}"]
    if aside:
        parts.append(f"{len(aside):,} in quarantine ({Path(str(aside[0]['file'])).parent})")
    return "; ".join(parts)


@app.command("verify")
def verify_segments(files: FilesArgument = None, *, data: DataOption = None, as_json: JsonFlag = False) -> None:
    """Check every byte. The exit code is 0 if all is whole, 74 if something is damaged."""
    records = items = size = damaged = count = 0
    for content in _contents(_sources(files, data)):
        found = content.found
        count, size = count + 1, size + found.size
        records, items, damaged = records + len(found.headers), items + found.items, damaged + len(found.damaged)
        if as_json:
            print_json(_verdict(content))
        else:
            _say_damage(content)
    if not as_json:
        verdict = "whole" if not damaged else counted(damaged, "damaged stretch", "damaged stretches")
        console().print(
            f"{counted(count, 'segment')}, {counted(records, 'request')}, {counted(items, 'record')}, {format_size(size)}: {verdict}",
            style="red" if damaged else "green",
        )
    if damaged:
        raise typer.Exit(CorruptError.traits.exit_code)


def _verdict(content: Content) -> dict[str, object]:
    found = content.found
    return {
        "id": content.source.name,
        "path": str(content.source.path),
        "size_bytes": found.size,
        "requests": len(found.headers),
        "records": found.items,
        "torn_bytes": found.torn_bytes,
        "damaged": [
            {"offset": bad.offset, "length": bad.length, "reason": bad.reason, "requests_lost": bad.records_lost}
            for bad in found.damaged
        ],
    }


def _say_damage(content: Content) -> None:
    for bad in content.found.damaged:
        where = f"{content.source.name}: bytes {bad.offset:,} to {bad.offset + bad.length:,}"
        console(is_error=True).print(f"{where}: {bad.reason}", style="red", soft_wrap=True)
    if content.found.torn_bytes:
        note(f"{content.source.name}: {content.found.torn_bytes:,} bytes are being written, or are torn by a crash")


@app.command("cat")
def print_records(
    files: FilesArgument = None, *, signal: SignalOption = None, tenant: TenantOption = None, data: DataOption = None
) -> None:
    """Print requests as OTLP/JSON, one a line, as they were received."""
    damaged = False
    for content in _contents(_sources(files, data)):
        for header in _chosen(content, signal, tenant):
            payload = content.data[header.payload_offset : header.end]
            sys.stdout.buffer.write(from_protobuf(header.signal, payload) + b"\n")
        damaged |= bool(content.found.damaged)
        _say_damage(content)
    sys.stdout.buffer.flush()
    if damaged:
        raise typer.Exit(CorruptError.traits.exit_code)


@app.command("replay")
def replay_segments(
    url: Annotated[str, typer.Argument(metavar="URL", help="Any server's OTLP/HTTP address, without /v1/....")],
    files: FilesArgument = None,
    *,
    signal: SignalOption = None,
    tenant: TenantOption = None,
    header: Annotated[
        list[str] | None, typer.Option("--header", "-H", metavar="NAME:VALUE", help="Sent with every request.")
    ] = None,
    tenant_header: Annotated[
        str, typer.Option(metavar="NAME", help="Carries the tenant, unless that is the default one; empty for never.")
    ] = "x-scope-orgid",
    gzip: Annotated[bool, typer.Option("--gzip", help="Compress the requests.")] = False,
    max_size: Annotated[str, typer.Option(metavar="SIZE", help="The largest request the server takes.")] = "4MiB",
    retries: Annotated[int, typer.Option(metavar="N", min=0, help="How often a request is sent again.")] = 6,
    data: DataOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Send segments to an OTLP server, as they lie. The journal keeps them: a second run sends them again.

    The exit code is 0 only if every record was accepted, 65 if some were refused for good, 74 if some are damaged.
    """
    sources = _sources(files, data)
    most = parse_size(max_size)
    fixed = dict(_header(text) for text in header or [])
    damaged = 0
    with (
        Poster(url, headers=fixed, encoding="gzip" if gzip else "identity", retries=retries) as poster,
        _progress(sources) as advance,
    ):
        for content in _contents(sources):
            for request in _requests(content, signal, tenant, most):
                carried = request.tenant if request.tenant != _DEFAULT_TENANT else ""
                extra = {tenant_header: carried} if carried and tenant_header else {}
                poster.post(request.signal, request.body, request.items, headers=extra)
            advance(content)
            damaged += len(content.found.damaged)
            _say_damage(content)
    _summarize(poster.tally, damaged, as_json=as_json)
    if poster.tally.rejected or damaged:
        raise typer.Exit((ValidationError if poster.tally.rejected else CorruptError).traits.exit_code)


def _summarize(tally: Tally, damaged: int, *, as_json: bool) -> None:
    if as_json:
        sums = {"accepted": tally.accepted, "rejected": tally.rejected, "requests": tally.requests}
        print_json({**sums, "retries": tally.retries, "reasons": tally.reasons, "damaged": damaged})
        return
    accepted = ", ".join(
        counted(count, item.replace("_", " ").removesuffix("s")) for item, count in tally.accepted.items() if count
    )
    console().print(f"replayed {accepted or 'nothing'} in {counted(tally.requests, 'request')}")
    for reason, count in tally.reasons.items():
        console(is_error=True).print(f"{count:,} refused: {reason}", style="red", soft_wrap=True)


@dataclass(frozen=True, slots=True)
class Request:
    """One request to send: a run of whole records of one signal and tenant, or a part of a record."""

    signal: Signal
    tenant: str
    body: bytes
    items: int


def _requests(content: Content, signal: str | None, tenant: str | None, most: int) -> Iterator[Request]:
    """Runs of neighbouring records, each as large as the server takes; a larger record is split."""
    run: list[Header] = []
    for header in _chosen(content, signal, tenant):
        if run and not _may_join(run, header, most):
            yield _joined(content, run)
            run = []
        if header.end - header.offset > most:
            payload = content.data[header.payload_offset : header.end]
            for part in wire.split(header.signal.index, payload, max_bytes=most):
                yield Request(header.signal, header.tenant, part, wire.validate(header.signal.index, part))
        else:
            run.append(header)
    if run:
        yield _joined(content, run)


def _may_join(run: list[Header], header: Header, most: int) -> bool:
    first, last = run[0], run[-1]
    is_same = (header.signal, header.tenant, header.offset) == (first.signal, first.tenant, last.end)
    return is_same and header.end - first.offset <= most


def _joined(content: Content, run: list[Header]) -> Request:
    body = content.data[run[0].offset : run[-1].end]
    return Request(run[0].signal, run[0].tenant, body, sum(header.items for header in run))


def _chosen(content: Content, signal: str | None, tenant: str | None) -> list[Header]:
    if signal is not None and signal not in {kind.value for kind in Signal}:
        advice = "Write traces, metrics or logs."
        raise CommandError(f"{signal!r} is not a signal", advice=advice, like=ValidationError)
    return [
        header
        for header in content.found.headers
        if (signal is None or header.signal.value == signal) and (tenant is None or header.tenant == tenant)
    ]


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise CommandError(f"{text!r} is not a header", advice="Write it as 'name: value'.", like=ValidationError)
    return name.strip(), value.strip()


@contextmanager
def _progress(sources: list[Source]) -> Iterator[Callable[[Content], None]]:
    """A bar over the bytes of all files; the answer moves it on by one file."""
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(binary_units=True),
        TimeRemainingColumn(),
    )
    shown = sys.stderr.isatty()
    with Progress(*columns, console=console(is_error=True), transient=True, disable=not shown) as progress:
        total = sum(source.path.stat().st_size for source in sources if source.path.exists())
        task = progress.add_task("replay", total=total)
        yield lambda content: progress.update(task, description=content.source.path.name, advance=content.found.size)
