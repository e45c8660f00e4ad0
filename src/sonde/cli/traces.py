"""`sonde traces`: search, one trace a row, or two lines a trace where the terminal is narrow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.text import Text

from sonde.cli.output import (
    Column,
    JsonFlag,
    clock_time,
    console,
    counted,
    milliseconds,
    note,
    print_json,
    print_table,
    service_colour,
)
from sonde.cli.printable import printable
from sonde.cli.remote import (
    DEFAULT_URL,
    EndOption,
    Remote,
    SinceOption,
    StartOption,
    TenantOption,
    UrlOption,
    known_services,
    one_of,
    period,
)

__all__ = ["EXAMPLES", "command"]

EXAMPLES = """
sonde traces --service checkout --since 15m
sonde traces --status error --sort recent
sonde traces --min-duration 500ms --sort longest --limit 5
sonde traces --where 'http.response.status_code>=500' -w '!retry'
sonde traces --where resource.service.version=1.4.2 --text 'card declined'
sonde trace "$(sonde traces --sort longest -n 1 --json | jq -r .trace_id)"
"""

_PAGE = 100
_KINDS = ("server", "client", "producer", "consumer", "internal")
_SORTS = ("recent", "oldest", "longest", "shortest", "most_spans", "errors")
_WIDE = 110
_COLUMNS = (
    Column("START", is_whole=True, style="dim"),
    Column("DURATION", justify="right", is_whole=True),
    Column("SPANS", justify="right", is_whole=True),
    Column("ERRORS", justify="right", is_whole=True),
    Column("ROOT", ratio=3),
    Column("SERVICES", ratio=2, style="dim"),
    Column("TRACE", is_whole=True, style="dim"),
)


def command(
    *,
    service: Annotated[str | None, typer.Option(metavar="NAME", autocompletion=known_services, help="The span's service.")] = None,
    operation: Annotated[str | None, typer.Option(metavar="NAME", help="The span's name.")] = None,
    kind: Annotated[str | None, typer.Option(metavar="KIND", autocompletion=one_of(*_KINDS), help="server, client, producer, consumer or internal.")] = None,
    status: Annotated[str | None, typer.Option(metavar="STATUS", autocompletion=one_of("error", "ok", "unset"), help="error, ok or unset.")] = None,
    min_duration: Annotated[str | None, typer.Option(metavar="TIME", help="Shortest span: 250ms, 2s.")] = None,
    max_duration: Annotated[str | None, typer.Option(metavar="TIME", help="Longest span.")] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(
            "--where", "-w", metavar="CONDITION",
            help="On an attribute: key=value, !=, >, >=, <, <=, =~regex, !~regex, key, !key; "
            "resource., span. or scope. before the key says where to look. Repeatable; all must hold.",
        ),
    ] = None,
    text: Annotated[str | None, typer.Option(metavar="WORDS", help='Words, "a phrase", -without.')] = None,
    sort: Annotated[str, typer.Option(metavar="ORDER", autocompletion=one_of(*_SORTS), help="recent, oldest, longest, shortest, most_spans or errors.")] = "recent",
    limit: Annotated[int, typer.Option("--limit", "-n", metavar="N", min=1, help="How many traces.")] = 20,
    since: SinceOption = None,
    start: StartOption = None,
    end: EndOption = None,
    as_json: JsonFlag = False,
    tenant: TenantOption = None,
    url: UrlOption = DEFAULT_URL,
) -> None:  # fmt: skip
    """Traces that have a span which meets every condition."""
    asked = {
        "service": service,
        "operation": operation,
        "kind": kind,
        "status": status,
        "min_duration": min_duration,
        "max_duration": max_duration,
        "where": where or [],
        "text": text,
        "sort": sort,
        **period(since, start, end),
    }
    with Remote(url, tenant=tenant) as remote:
        found = _pages(remote, asked, limit)
        if as_json:
            for trace in found:
                print_json(trace)
            return
        traces = printable(list(found))
    if not traces:
        note("No trace meets these conditions in this time; try fewer of them, or --since 24h.")
    elif console().width >= _WIDE:
        print_table(_COLUMNS, map(_row, traces))
    else:
        _print_narrow(traces)


def _pages(remote: Remote, asked: Mapping[str, Any], limit: int) -> Iterator[dict[str, Any]]:
    """Traces over as many pages as `limit` takes."""
    cursor, left = None, limit
    while left > 0:
        page = remote.get("/sonde/traces", {**asked, "limit": min(left, _PAGE), "cursor": cursor})
        yield from page["traces"]
        left -= len(page["traces"])
        cursor = page["next"]
        if cursor is None or not page["traces"]:
            return


def _row(trace: Mapping[str, Any]) -> tuple[str | Text, ...]:
    return (
        clock_time(trace["start"]),
        milliseconds(trace["duration_ms"]),
        f"{trace['spans']:,}",
        _errors(trace),
        _root(trace),
        _services(trace),
        trace["trace_id"],
    )


def _errors(trace: Mapping[str, Any]) -> Text:
    return Text(f"{trace['errors']:,}", style="red" if trace["errors"] else "dim")


def _root(trace: Mapping[str, Any]) -> Text:
    root = Text(f"{trace['root_service']} ", style=service_colour(trace["root_service"], [trace["root_service"]]))
    return root.append(trace["root_name"], style="default")


def _services(trace: Mapping[str, Any]) -> str:
    return ", ".join(f"{service['name']} {service['spans']}" for service in trace["services"])


def _print_narrow(traces: Sequence[Mapping[str, Any]]) -> None:
    """Two lines a trace: what it is, then its id, which is never cut."""
    screen = console()
    for trace in traces:
        line = Text(f"{clock_time(trace['start'])}  ", style="dim")
        line.append(f"{milliseconds(trace['duration_ms']):>7}  ", style="default")
        line.append_text(_root(trace))
        line.truncate(screen.width, overflow="ellipsis")
        screen.print(line)
        below = Text(f"  {trace['trace_id']}  {counted(trace['spans'], 'span')}", style="dim")
        if trace["errors"]:
            below.append(f"  {trace['errors']:,} error{'s' if trace['errors'] > 1 else ''}", style="not dim red")
        below.append(f"  {_services(trace)}")
        below.truncate(screen.width, overflow="ellipsis")
        screen.print(below)
