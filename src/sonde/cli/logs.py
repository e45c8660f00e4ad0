"""`sonde logs`: search log records, oldest first, and follow new ones as they arrive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import orjson
import typer
from rich.text import Text

from sonde.cli.output import JsonFlag, clock_time, console, note, print_json, severity_colour
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

__all__ = ["EXAMPLES", "command", "log_line"]

EXAMPLES = """
sonde logs --since 15m --severity warn
sonde logs --service payment --text '"card declined" -test'
sonde logs --trace 5b8efff798038103d269b633813fc60c
sonde logs --follow --severity error
sonde logs --where http.route=/checkout --attributes
sonde logs --since 1h --json | jq -r .body
"""

_PAGE = 500
_WIDE = 120  # columns from which on a line has room for a trace id behind its body
_SEVERITIES = ("trace", "debug", "info", "warn", "error", "fatal")


def command(
    *,
    text: Annotated[str | None, typer.Option(metavar="WORDS", help='Words, "a phrase", -without.')] = None,
    severity: Annotated[
        str | None,
        typer.Option(
            metavar="LEVEL",
            autocompletion=one_of(*_SEVERITIES),
            help="At least: trace, debug, info, warn, error or fatal.",
        ),
    ] = None,
    service: Annotated[
        str | None, typer.Option(metavar="NAME", autocompletion=known_services, help="The sender.")
    ] = None,
    trace: Annotated[str | None, typer.Option(metavar="ID", help="Of one trace.")] = None,
    span: Annotated[str | None, typer.Option(metavar="ID", help="Of one span.")] = None,
    where: Annotated[
        list[str] | None,
        typer.Option("--where", "-w", metavar="CONDITION", help="On an attribute, as in `sonde traces`. Repeatable."),
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", "-n", metavar="N", min=1, help="How many records, the latest.")
    ] = 100,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with new records as they arrive.")] = False,
    attributes: Annotated[bool, typer.Option("--attributes", "-a", help="Show each record's attributes.")] = False,
    since: SinceOption = None,
    start: StartOption = None,
    end: EndOption = None,
    as_json: JsonFlag = False,
    tenant: TenantOption = None,
    url: UrlOption = DEFAULT_URL,
) -> None:
    """Log records that meet every condition, the latest at the end.

    With --attributes, and in terminals of 120 columns and more, each has its trace id, for `sonde trace`.
    """
    asked = {
        "text": text,
        "severity": severity,
        "service": service,
        "trace_id": trace,
        "span_id": span,
        "where": where or [],
    }
    with Remote(url, tenant=tenant) as remote:
        when = period(since, start, end, default=None if trace else "1h")
        count = _show(reversed(_latest(remote, {**asked, **when}, limit)), as_json=as_json, attributes=attributes)
        if follow:
            _show(_following(remote, asked), as_json=as_json, attributes=attributes)
        elif not count and not as_json:
            note("No log record meets these conditions in this time; try fewer of them, or --since 24h.")


def _latest(remote: Remote, asked: Mapping[str, Any], limit: int) -> list[dict[str, Any]]:
    """The newest records, newest first."""
    records: list[dict[str, Any]] = []
    cursor = None
    while len(records) < limit:
        page = remote.get(
            "/sonde/logs", {**asked, "order": "newest", "limit": min(_PAGE, limit - len(records)), "cursor": cursor}
        )
        records += page["logs"]
        cursor = page["next"]
        if cursor is None or not page["logs"]:
            break
    return records


def _following(remote: Remote, asked: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for line in remote.lines("GET", "/sonde/logs/follow", asked):
        record = orjson.loads(line)
        if "body" in record:
            yield record


def _show(records: Iterator[dict[str, Any]], *, as_json: bool, attributes: bool) -> int:
    count = 0
    for record in records:
        count += 1
        if as_json:
            print_json(record)
        else:
            console().print(
                log_line(printable(record), attributes=attributes, trace=console().width >= _WIDE), soft_wrap=True
            )
    return count


def log_line(record: Mapping[str, Any], *, attributes: bool = False, trace: bool = False) -> Text:
    """A record as `time SEVERITY service body`, its further lines indented; its trace id behind, or its attributes below, where asked."""
    severity = record["severity"] or "-"
    line = Text(f"{clock_time(record['time'])} ", style="dim")
    line.append(f"{severity:<5} ", style=severity_colour(severity) or "default")
    line.append(f"{record['service'] or '-'} ", style="cyan")
    body = record["body"]
    shown = body if isinstance(body, str) else orjson.dumps(body).decode()
    line.append(shown.rstrip().replace("\n", "\n" + " " * 13), style="default")
    if record.get("event_name"):
        line.append(f" [{record['event_name']}]", style="dim")
    if trace and record["trace_id"] and not attributes:
        line.append(f"  {record['trace_id']}", style="dim")
    if attributes:
        pairs = {**record["attributes"], **({"trace_id": record["trace_id"]} if record["trace_id"] else {})}
        line.append("".join(f"\n{' ' * 13}{key}={value}" for key, value in pairs.items()), style="dim")
    return line
