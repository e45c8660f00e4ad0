"""`sonde trace ID`: one trace as a waterfall, or one of its spans with everything it carries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import orjson
import typer
from rich.text import Text

from sonde.cli.failure import CommandError
from sonde.cli.output import JsonFlag, clock_time, console, milliseconds, print_json
from sonde.cli.printable import printable
from sonde.cli.remote import DEFAULT_URL, Remote, TenantOption, UrlOption
from sonde.cli.waterfall import WaterfallOptions, waterfall
from sonde.core.errors import NotFoundError

__all__ = ["EXAMPLES", "command"]

EXAMPLES = """
sonde trace 5b8efff798038103d269b633813fc60c
sonde trace 5b8efff798038103d269b633813fc60c --details
sonde trace 5b8efff798038103d269b633813fc60c --full | less
sonde trace 5b8efff798038103d269b633813fc60c --span eee19b7ec3c1b174
sonde trace 5b8efff798038103d269b633813fc60c --json | jq -r '.spans[].name'
"""

_PIPE_WIDTH = 120


def command(
    *,
    trace_id: Annotated[str, typer.Argument(metavar="ID", help="The trace's id, hexadecimal.")],
    full: Annotated[bool, typer.Option("--full", help="Every span, event and log record; nothing collapsed.")] = False,
    details: Annotated[bool, typer.Option("--details", help="Every event and log record.")] = False,
    depth: Annotated[int | None, typer.Option(metavar="N", min=1, help="How many levels to show.")] = None,
    span: Annotated[str | None, typer.Option(metavar="ID", help="One span with all it carries.")] = None,
    as_json: JsonFlag = False,
    tenant: TenantOption = None,
    url: UrlOption = DEFAULT_URL,
) -> None:
    """One trace as a waterfall: its spans, when each ran, and what failed.

    Similar siblings stand in one row, and of a very large trace the deepest levels are left out; what is left out is counted.
    """
    with Remote(url, tenant=tenant) as remote:
        trace = remote.get(f"/sonde/traces/{trace_id.strip()}")
    if span is not None:
        _show_span(_span_of(trace, span.lower()), as_json=as_json)
    elif as_json:
        print_json(trace)
    else:
        screen = console()
        width = screen.width if screen.width <= 1000 else _PIPE_WIDTH
        for line in waterfall(
            printable(trace), WaterfallOptions(width=width, max_depth=depth, full=full, details=details)
        ):
            screen.print(line, soft_wrap=True)


def _span_of(trace: Mapping[str, Any], span_id: str) -> Mapping[str, Any]:
    matches: list[Mapping[str, Any]] = [span for span in trace["spans"] if span["span_id"].startswith(span_id)]
    if len({span["span_id"] for span in matches}) != 1:
        many = f"{len(matches)} spans have ids that begin" if matches else "no span has an id that begins"
        advice = "`sonde trace ID --json | jq '.spans[].span_id'` lists them."
        raise CommandError(f"{many} with {span_id!r} in this trace", advice=advice, like=NotFoundError)
    return matches[0]


def _show_span(span: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(span)
        return
    span = printable(span)
    screen = console()
    title = Text(f"{span['service']} ", style="cyan").append(span["name"], style="bold default")
    screen.print(title.append(f"  {milliseconds(span['duration_ms'])}", style="bold default"))
    screen.print(Text(f"{span['span_id']}  {clock_time(span['start'], with_date=True)}  {span['kind']}", style="dim"))
    if span["status"] != "Unset":
        style = "red" if span["status"] == "Error" else "green"
        screen.print(Text(f"{span['status']} {span['status_message']}".strip(), style=style))
    for title_text, values in _sections(span):
        if values:
            screen.print(Text(f"\n{title_text}", style="bold"))
            _print_pairs(values)


def _sections(span: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    scope = dict(span["scope"])
    attributes = scope.pop("attributes", None) or {}
    resource = span["resource"]
    events = [
        (f"Event {event['name']} +{milliseconds(event['offset_ms'])}", event["attributes"]) for event in span["events"]
    ]
    links = [(f"Link {link['trace_id']} {link['span_id']}", link["attributes"]) for link in span["links"]]
    return [
        ("Attributes", span["attributes"]),
        *events,
        *links,
        ("Scope", {key: value for key, value in scope.items() if value} | attributes),
        ("Resource", resource.get("attributes", resource)),
    ]


def _print_pairs(values: Mapping[str, Any]) -> None:
    screen = console()
    widest = max(map(len, values))
    for key, value in values.items():
        shown = value if isinstance(value, str) else orjson.dumps(value).decode()
        indented = shown.replace("\n", "\n" + " " * (widest + 4))
        screen.print(Text(f"  {key:<{widest}}  ", style="dim").append(indented, style="default"), soft_wrap=True)
