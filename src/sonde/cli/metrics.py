"""`sonde metrics`: which metrics there are; `sonde metrics NAME`: one of them as small charts, one a series."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.text import Text

from sonde.cli.chart import draw, format_value
from sonde.cli.output import Column, JsonFlag, console, note, print_json, print_table
from sonde.cli.printable import printable
from sonde.cli.remote import (
    DEFAULT_URL,
    EndOption,
    Remote,
    SinceOption,
    StartOption,
    TenantOption,
    UrlOption,
    one_of,
    period,
)

__all__ = ["EXAMPLES", "command"]

EXAMPLES = """
sonde metrics
sonde metrics http.server.request.duration --aggregation p95 -g http.route
sonde metrics process.memory.usage --since 6h -w service.name=cart
sonde metrics http.server.requests --aggregation rate --json
"""

_COLUMNS = (
    Column("METRIC", is_whole=True),
    Column("KIND", is_whole=True),
    Column("UNIT"),
    Column("SERIES", justify="right", is_whole=True),
    Column("SERVICES", ratio=2, style="dim"),
    Column("DESCRIPTION", ratio=3, style="dim"),
)
_RATES = {"rate"}
_AGGREGATIONS = ("avg", "sum", "min", "max", "last", "rate", "increase", "count", "p50", "p90", "p95", "p99")
_HEIGHT = 5
_WIDE = 110
_PIPE_WIDTH = 100


def command(
    *,
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="A metric's name; none lists them.")] = None,
    where: Annotated[
        list[str] | None,
        typer.Option("--where", "-w", metavar="CONDITION", help="On an attribute, as in `sonde traces`. Repeatable."),
    ] = None,
    group_by: Annotated[
        list[str] | None, typer.Option("--group-by", "-g", metavar="KEY", help="One series a value of KEY. Repeatable.")
    ] = None,
    aggregation: Annotated[
        str | None,
        typer.Option(
            metavar="HOW",
            autocompletion=one_of(*_AGGREGATIONS),
            help="avg, sum, min, max, last, rate, increase, count, p50 to p99.",
        ),
    ] = None,
    step: Annotated[str | None, typer.Option(metavar="TIME", help="Time between points: 15s, 1m.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", metavar="N", min=1, help="How many series are drawn.")] = 6,
    since: SinceOption = None,
    start: StartOption = None,
    end: EndOption = None,
    as_json: JsonFlag = False,
    tenant: TenantOption = None,
    url: UrlOption = DEFAULT_URL,
) -> None:
    """The metrics there are, or one of them drawn over time."""
    when = period(since, start, end)
    with Remote(url, tenant=tenant) as remote:
        if name is None:
            _show_list(remote.get("/sonde/metrics", when)["metrics"], as_json=as_json)
            return
        asked = {"name": name, "where": where, "group_by": group_by, "aggregation": aggregation, "step": step, **when}
        answer = remote.get("/sonde/metrics/series", asked)
    if as_json:
        for series in answer["series"]:
            print_json({"name": answer["name"], "unit": answer["unit"], "kind": answer["kind"], **series})
    else:
        _show_series(printable(answer), is_rate=(answer.get("aggregation") or aggregation) in _RATES, limit=limit)


def _show_list(metrics: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        for metric in metrics:
            print_json(metric)
    elif metrics:
        columns = _COLUMNS if console().width >= _WIDE else _COLUMNS[:-1]
        print_table(columns, [_row(metric)[: len(columns)] for metric in printable(metrics)])
    else:
        note("No metrics in this time; try --since 24h, or see `sonde send --help`.")


def _row(metric: Mapping[str, Any]) -> tuple[str, ...]:
    services = metric["services"]
    names = ", ".join(services) if isinstance(services, list) else str(services)
    kind = metric["kind"].replace("exponential_histogram", "exp histogram")
    return metric["name"], kind, metric["unit"], f"{metric['series']:,}", names, metric["description"]


def _show_series(answer: Mapping[str, Any], *, is_rate: bool, limit: int) -> None:
    screen = console()
    width = min(screen.width, 140) if screen.width <= 1000 else _PIPE_WIDTH
    series = answer["series"]
    if not series:
        note(f"No points of {answer['name']} in this time; `sonde metrics` lists what there is.")
        return
    about = "  ".join(filter(None, (answer["kind"], answer["unit"], f"a point every {answer['step_s']:g}s")))
    screen.print(Text(answer["name"], style="bold").append(f"  {about}", style="not bold dim"))
    for each in series[:limit]:
        _show_one(each, answer, width, is_rate=is_rate)
    if len(series) > limit:
        note(f"{len(series) - limit} more series; --limit draws more, --where and --group-by make fewer.")


def _show_one(series: Mapping[str, Any], answer: Mapping[str, Any], width: int, *, is_rate: bool) -> None:
    points = [(time_s, value) for time_s, value in series["points"] if value is not None]
    unit = answer["unit"]
    values = [value for _, value in points]
    labels = " ".join(f"{key}={value}" for key, value in series["labels"].items()) or "all"
    head = Text(f"\n{labels}", style="cyan")
    if values:
        figures = {"last": values[-1], "least": min(values), "most": max(values)}
        shown = "  ".join(f"{name} {format_value(value, unit, per_second=is_rate)}" for name, value in figures.items())
        head.append(f"  {shown}", style="dim")
    screen = console()
    screen.print(head, soft_wrap=True)
    for line in draw(points, width=width, height=_HEIGHT, unit=unit, step_s=answer["step_s"], per_second=is_rate).lines:
        screen.print(Text(line), soft_wrap=True)
