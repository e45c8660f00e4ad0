"""`sonde doctor`: what works here, what does not, and what to do.

Each check is a function that returns findings; it never raises, for a doctor that falls ill helps nobody.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import shutil
import socket
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from sonde import __version__
from sonde.cli.output import Column, print_json, print_table
from sonde.cli.remote import DEFAULT_URL, Remote, TenantOption
from sonde.core.errors import NetworkError, SondeError, UnavailableError
from sonde.core.units import format_duration, format_size
from sonde.otlp import encode, wire
from sonde.runtime.board import Board
from sonde.runtime.settings import Listen

__all__ = ["EXAMPLES", "Finding", "command"]

EXAMPLES = """
sonde doctor
sonde doctor --data /var/lib/sonde --json
"""

OK, NOTE, BAD = "ok", "note", "bad"
_COLOURS = {OK: "green", NOTE: "yellow", BAD: "red"}
SLOW_SYNC_S = 0.02  # beyond this every acknowledgement waits noticeably
LOW_SPACE_BYTES = 2 << 30


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report.

    Attributes:
        part: what was looked at.
        verdict: `ok`, `note` (works, could be better) or `bad` (does not work).
        message: what was found.
        advice: what to do; empty when there is nothing to do.
    """

    part: str
    verdict: str
    message: str
    advice: str = ""


def command(
    data: Annotated[Path, typer.Option(envvar="SONDE_DATA", help="The server's data directory.")] = Path("sonde-data"),
    url: Annotated[str, typer.Option(envvar="SONDE_URL", help="A running server's query API.")] = DEFAULT_URL,
    tenant: TenantOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Say what works here, what does not, and what to do; exits 1 when something does not work."""
    checks: list[Callable[[], list[Finding]]] = [
        _versions, _kernel, _engine, lambda: _disk(data), lambda: _ports(url), lambda: _server(url, tenant), lambda: _board(data),
    ]  # fmt: skip
    findings = [finding for check in checks for finding in check()]
    if as_json:
        for finding in findings:
            print_json(asdict(finding))
    else:
        _print(findings)
    if any(finding.verdict == BAD for finding in findings):
        raise typer.Exit(1)


def _print(findings: list[Finding]) -> None:
    rows: list[list[str | Text]] = []
    for finding in findings:
        message = f"{finding.message} ({finding.advice})" if finding.advice else finding.message
        rows.append([finding.part, Text(finding.verdict, style=_COLOURS[finding.verdict]), message])
    print_table([Column("part"), Column(""), Column("finding")], rows)


def _versions() -> list[Finding]:
    return [
        Finding(
            "sonde",
            OK,
            f"{__version__} on Python {platform.python_version()}, {platform.system()} {platform.machine()}",
        )
    ]


def _kernel() -> list[Finding]:
    return [
        _compiled("wire kernel", "receiving", is_native=wire.NATIVE),
        _compiled("span encoder", "an application's export", is_native=encode.NATIVE),
    ]


def _compiled(part: str, purpose: str, *, is_native: bool) -> Finding:
    if is_native:
        return Finding(part, OK, "native (compiled)")
    if os.environ.get("SONDE_PURE"):
        advice = "unset SONDE_PURE for the compiled one"
        return Finding(part, NOTE, "the pure-Python twin, as SONDE_PURE asks", advice)
    advice = f"install a C compiler and reinstall sonde; {purpose} then costs a small part of it"
    return Finding(part, NOTE, "the pure-Python twin: the compiled one was not built", advice)


def _engine() -> list[Finding]:
    if importlib.util.find_spec("chdb") is None:
        return [
            Finding(
                "embedded engine",
                NOTE,
                "chdb is not installed",
                "pip install 'sonde[server]', or use --store clickhouse://…",
            )
        ]
    return [Finding("embedded engine", OK, f"chdb {importlib.metadata.version('chdb')}")]


def _disk(data: Path) -> list[Finding]:
    existing = next(path for path in (data.absolute(), *data.absolute().parents) if path.exists())
    free = shutil.disk_usage(existing).free
    space = Finding("disk space", OK, f"{format_size(free)} free at {existing}")
    if free < LOW_SPACE_BYTES:
        space = Finding("disk space", NOTE, space.message, "the journal refuses requests when the disk is nearly full")
    try:
        sync_s = _sync_time(existing)
    except OSError as error:
        return [
            space,
            Finding("data directory", BAD, f"{existing} cannot be written: {error.strerror}", "give another --data"),
        ]
    if sync_s > SLOW_SYNC_S:
        advice = (
            "every acknowledgement waits for it; journal: {sync: interval} trades a power cut's last moments for speed"
        )
        return [space, Finding("disk sync", NOTE, f"a sync takes {format_duration(sync_s)}", advice)]
    return [space, Finding("disk sync", OK, f"a sync takes {format_duration(sync_s)}")]


def _sync_time(directory: Path) -> float:
    """The median time of a write of 4 KiB and its sync, seconds."""
    times = []
    with tempfile.TemporaryFile(dir=directory) as file:
        for _ in range(9):
            file.write(b"\0" * 4096)
            file.flush()
            started = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - started)
    return sorted(times)[4]


def _ports(url: str) -> list[Finding]:
    """When no server answers: whether somebody else sits on the standard ports."""
    if _answers(url):
        return []
    findings = []
    for name, address in (
        ("OTLP/gRPC port", Listen().grpc),
        ("OTLP/HTTP port", Listen().http),
        ("web port", Listen().web),
    ):
        host, port = address.split(":")
        with socket.socket() as sock:
            sock.settimeout(1)
            taken = sock.connect_ex((host, int(port))) == 0
        if taken:
            flag = {"OTLP/gRPC port": "--grpc", "OTLP/HTTP port": "--http", "web port": "--web"}[name]
            findings.append(
                Finding(name, NOTE, f"{address} is taken by another process", f"sonde serve {flag} HOST:PORT")
            )
        else:
            findings.append(Finding(name, OK, f"{address} is free"))
    return findings


def _answers(url: str) -> bool:
    try:
        with Remote(url) as remote:
            remote.get("/healthz")
    except (NetworkError, UnavailableError):
        return False
    except SondeError:
        return True
    return True


def _server(url: str, tenant: str | None = None) -> list[Finding]:
    try:
        with Remote(url, tenant=tenant) as remote:
            stats = remote.get("/sonde/stats")
    except SondeError as error:
        return [Finding("server", NOTE, f"{url}: {error.message}", "start one with: sonde serve")]
    parts: dict[str, Any] = stats.get("parts", {})
    found = [Finding("server", OK, f"answers at {url}")]
    for name, part in sorted(parts.items()):
        verdict = BAD if not part.get("ready") else NOTE if part.get("note") else OK
        found.append(Finding(name, verdict, str(part.get("trouble") or part.get("note") or "ready")))
    return found


def _board(data: Path) -> list[Finding]:
    """Notices of processes that ended without taking them down are a sign of a crash."""
    now_ns = time.time_ns()
    return [
        Finding(
            name,
            NOTE,
            f"pid {notice.pid} last reported {format_duration(notice.age_s(now_ns))} ago",
            "the server ended without stopping; start it again",
        )
        for name, notice in Board(data).read().items()
        if notice.age_s(now_ns) > 10 and not _is_alive(notice.pid)
    ]


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
