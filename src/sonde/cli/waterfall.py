"""A trace drawn in a terminal: a tree of spans, and beside it when each ran.

A row has the tree and the span's name on the left, its duration, and a bar at its place in time, half a character exact
and never empty. The service's name stands where it changes; its colour is that of the bar. What failed is red and marked
`✗`, and what it said stands below it: status message, exceptions, log records of a warning or worse. Everything reads
without colour, and from 60 columns on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len
from rich.text import Text

from sonde.cli.output import clock_time, milliseconds, service_colour, severity_colour
from sonde.cli.spantree import Row, pattern_of, rows_of, tree_of
from sonde.core.units import format_count

__all__ = ["WaterfallOptions", "waterfall"]

MAX_ROWS = 200
_DURATION_WIDTH = 7
_WIDEST_BAR = 64
_DETAILS_PER_SPAN = 3
_TIMES = "\N{MULTIPLICATION SIGN}"
_LOUD = 13  # severity number of WARN (OpenTelemetry logs data model)


@dataclass(frozen=True, slots=True)
class WaterfallOptions:
    """What to show of a trace.

    Attributes:
        width: columns of the terminal.
        max_depth: levels shown; None lets the number of rows decide.
        full: every span, event and log record: nothing collapsed, nothing left out.
        details: every event and log record, also of spans that did not fail.
    """

    width: int = 80
    max_depth: int | None = None
    full: bool = False
    details: bool = False


def waterfall(trace: Mapping[str, Any], options: WaterfallOptions) -> Iterator[Text]:
    """The lines of a trace, as `/sonde/traces/{id}` answers it."""
    yield from _header(trace, options.width)
    roots = tree_of(trace["spans"])
    if options.full:
        rows = rows_of(roots, collapse=False, max_depth=options.max_depth)
    else:
        rows = rows_of(roots, max_rows=MAX_ROWS, max_depth=options.max_depth)
    drawing = _Drawing(trace, options, rows)
    yield Text()
    yield drawing.axis()
    for row in rows:
        yield from drawing.row(row)
    yield from drawing.loose_logs()
    yield from _notes(trace, rows)


def _header(trace: Mapping[str, Any], width: int) -> Iterator[Text]:
    first = trace["spans"][0]
    title = Text(no_wrap=True, overflow="ellipsis")
    title.append(f"{first['service']} ", style=service_colour(first["service"], _names(trace)))
    title.append(first["name"], style="bold")
    title.append(f"  {milliseconds(trace['duration_ms'])}", style="bold")
    title.truncate(width, overflow="ellipsis")
    yield title
    yield Text(f"{trace['trace_id']}  {clock_time(trace['start'], with_date=True)}", style="dim")
    counts = Text(f"{_plural(len(trace['spans']), 'span')} · {_plural(len(_names(trace)), 'service')}")
    if trace["errors"]:
        counts.append(" · ")
        counts.append(_plural(trace["errors"], "error"), style="red")
    if trace.get("logs"):
        counts.append(f" · {_plural(len(trace['logs']), 'log record')}")
    counts.append(f" · {_plural(trace['depth'], 'level')}")
    yield counts
    yield _legend(trace, width)


def _names(trace: Mapping[str, Any]) -> list[str]:
    return [service["name"] if isinstance(service, Mapping) else service for service in trace["services"]]


def _legend(trace: Mapping[str, Any], width: int) -> Text:
    """Every service in its colour with the number of its spans."""
    spans: dict[str, int] = {}
    for span in trace["spans"]:
        spans[span["service"]] = spans.get(span["service"], 0) + 1
    legend = Text()
    for name in _names(trace):
        legend.append("  " if legend.plain else "")
        legend.append(f"■ {name}", style=service_colour(name, _names(trace)))
        legend.append(f" {spans.get(name, 0)}", style="dim")
    legend.truncate(width, overflow="ellipsis")
    return legend


class _Drawing:
    """The columns of one waterfall, and the rows drawn into them."""

    def __init__(self, trace: Mapping[str, Any], options: WaterfallOptions, rows: Sequence[Row]) -> None:
        self._options = options
        self._names = _names(trace)
        self._total_ms = max(float(trace["duration_ms"]), 1e-6)
        room = options.width - max(12, options.width * 3 // 10) - _DURATION_WIDTH - 2
        self._label_width = max(20, min(room, max(map(_wanted_width, rows), default=0)))
        self._bar_width = max(12, min(_WIDEST_BAR, options.width - self._label_width - _DURATION_WIDTH - 2))
        self._logs: dict[str, list[Mapping[str, Any]]] = {}
        known = {span["span_id"] for span in trace["spans"]}
        for record in trace.get("logs") or ():
            self._logs.setdefault(record["span_id"] if record["span_id"] in known else "", []).append(record)

    def axis(self) -> Text:
        """The time scale above the bars."""
        middle, end = milliseconds(self._total_ms / 2), milliseconds(self._total_ms)
        half = self._bar_width // 2
        scale = "0"
        if half > len(middle) + len(end):
            scale = scale.ljust(half - len(middle) // 2) + middle
        scale += end.rjust(self._bar_width - len(scale))
        return Text(" " * (self._label_width + _DURATION_WIDTH + 2) + scale, style="dim")

    def row(self, row: Row) -> Iterator[Text]:
        """One row and the lines that belong to it."""
        if row.node is None:
            yield self._line(row.guides, Text(f"… {_plural(row.hidden, 'more span')}", style="dim italic"))
            return
        spans = [member.span for member in row.members] or [row.node.span]
        start = min(span["offset_ms"] for span in spans)
        end = max(span["offset_ms"] + span["duration_ms"] for span in spans)
        colour = "red" if row.node.is_error else service_colour(row.node.span["service"], self._names)
        line = self._label(row, colour)
        line.append(milliseconds(end - start).rjust(_DURATION_WIDTH + 1), style="red" if row.node.is_error else "")
        line.append(" ")
        line.append(self._bar(start, end), style=f"{colour} dim" if row.members else colour)
        yield line
        if row.members:
            yield self._line(row.below, Text(_spread([float(span["duration_ms"]) for span in spans]), style="dim"))
        yield from self._details(row)

    def _label(self, row: Row, colour: str) -> Text:
        assert row.node is not None
        span = row.node.span
        label = Text(no_wrap=True)
        label.append(self._guides(row.guides), style="dim")
        if row.node.is_error:
            label.append("✗ ", style="red")
        if span["service"] != row.parent_service:
            label.append(f"{span['service']} ", style=service_colour(span["service"], self._names))
        tail = _tail(row)
        alike = {member.span["name"] for member in row.members}
        name = Text(
            pattern_of(span["name"]) if len(alike) > 1 else span["name"], style=colour if row.node.is_error else ""
        )
        label.append_text(name)
        label.truncate(self._label_width - len(tail), overflow="ellipsis")
        label.append(tail, style="bold")
        label.pad_right(self._label_width - label.cell_len)
        return label

    def _guides(self, guides: str) -> str:
        """The tree's lines; of a very deep one the last levels, with the number of those left out."""
        room = self._label_width // 2 // 2 * 2
        if len(guides) <= room:
            return guides
        kept = guides[-(room - 6) :]
        return f"{(len(guides) - len(kept)) // 2:>4}… "[-6:] + kept

    def _bar(self, start_ms: float, end_ms: float) -> str:
        """A bar of half characters; at least one half is filled."""
        halves = self._bar_width * 2
        first = min(int(start_ms / self._total_ms * halves), halves - 1)
        last = max(round(end_ms / self._total_ms * halves), first + 1)
        cells = []
        for cell in range(self._bar_width):
            left, right = first <= 2 * cell < last, first <= 2 * cell + 1 < last
            cells.append("█" if left and right else "▌" if left else "▐" if right else " ")
        return "".join(cells).rstrip()

    def _line(self, guides: str, text: Text) -> Text:
        line = Text(self._guides(guides), style="dim", no_wrap=True)
        line.append_text(text)
        line.truncate(self._options.width, overflow="ellipsis")
        return line

    def _details(self, row: Row) -> Iterator[Text]:
        assert row.node is not None
        span, everything = row.node.span, self._options.full or self._options.details
        lines = [*_status_lines(span), *_event_lines(span, everything=everything)]
        lines += [_log_line(log) for log in self._logs.get(span["span_id"], ()) if everything or _is_loud(log)]
        kept = lines if everything else lines[:_DETAILS_PER_SPAN]
        for text in kept:
            yield self._line(row.below, text)
        if len(lines) > len(kept):
            yield self._line(
                row.below, Text(f"… {len(lines) - len(kept)} more; --details shows them", style="dim italic")
            )

    def loose_logs(self) -> Iterator[Text]:
        """Log records of the trace that name no span of it."""
        loose = [log for log in self._logs.get("", ()) if self._options.full or self._options.details or _is_loud(log)]
        if loose:
            yield Text()
            yield Text("Log records without a span", style="bold")
            for log in loose:
                yield self._line("", _log_line(log))


def _wanted_width(row: Row) -> int:
    """How wide a row's label would like to be."""
    if row.node is None:
        return 0
    span = row.node.span
    service = 0 if span["service"] == row.parent_service else cell_len(span["service"]) + 1
    return len(row.guides) + 2 * row.node.is_error + service + cell_len(span["name"]) + len(_tail(row))


def _tail(row: Row) -> str:
    """What follows a span's name: how many it stands for, or that its parent is missing."""
    if row.members:
        return f" {_TIMES}{len(row.members)}"
    return " (parent missing)" if row.node and row.node.span.get("missing_parent") else ""


def _spread(durations_ms: Sequence[float]) -> str:
    """The durations of spans that share a row."""
    return f"each {milliseconds(min(durations_ms))} to {milliseconds(max(durations_ms))}, together {milliseconds(sum(durations_ms))}"


def _status_lines(span: Mapping[str, Any]) -> Iterator[Text]:
    exceptions = (event["attributes"].get("exception.message") for event in span["events"])
    if span.get("status_message") and span["status_message"] not in exceptions:
        yield Text(_one_line(span["status_message"]), style="red")


def _event_lines(span: Mapping[str, Any], *, everything: bool) -> Iterator[Text]:
    for event in span["events"]:
        attributes, when = event["attributes"], f" +{milliseconds(event['offset_ms'])}"
        if "exception.type" in attributes or "exception.message" in attributes:
            said = f"{attributes.get('exception.type', 'exception')}: {attributes.get('exception.message', '')}"
            yield Text(_one_line(said), style="red").append(when, style="dim")
        elif everything:
            pairs = " ".join(f"{key}={value}" for key, value in attributes.items())
            yield Text(f"◆ {event['name']}").append(when, style="dim").append(f" {_one_line(pairs)}", style="dim")


def _is_loud(log: Mapping[str, Any]) -> bool:
    return int(log.get("severity_number") or 0) >= _LOUD


def _log_line(log: Mapping[str, Any]) -> Text:
    text = Text(log["severity"] or "LOG", style=severity_colour(log["severity"]))
    return text.append(f" {_one_line(str(log['body']))}", style="default")


def _one_line(text: str) -> str:
    return " ⏎ ".join(part.strip() for part in text.strip().splitlines() if part.strip())


def _notes(trace: Mapping[str, Any], rows: Sequence[Row]) -> Iterator[Text]:
    spans, hidden = trace["spans"], sum(row.hidden for row in rows)
    collapsed = sum(len(row.members) - 1 for row in rows if row.members)
    skewed = sum(bool(span.get("skew_ms")) for span in spans)
    copies = sum(int(span.get("copies") or 0) for span in spans)
    missing = sum(bool(span.get("missing_parent")) for span in spans)
    notes = [
        f"{_plural(collapsed, 'similar span')} collapsed ({_TIMES}); --full shows all" if collapsed else "",
        f"{_plural(hidden, 'span')} in deeper levels left out; --full shows all" if hidden else "",
        f"{_plural(missing, 'span')} without a parent: part of the trace is missing" if missing else "",
        f"{_plural(skewed, 'span')} moved into the parent: the senders' clocks differ" if skewed else "",
        f"{_plural(copies, 'copy', 'copies')} of spans received more than once left out" if copies else "",
        "more log records than these; `sonde logs --trace` shows all" if trace.get("logs_truncated") else "",
    ]
    if any(notes):
        yield Text()
    for text in filter(None, notes):
        yield Text(text, style="dim")


def _plural(count: int, one: str, many: str | None = None) -> str:
    shown = f"{count:,}" if count < 100_000 else format_count(count)
    return f"{shown} {one}" if count == 1 else f"{shown} {many or one + 's'}"
