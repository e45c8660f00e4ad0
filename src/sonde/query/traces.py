"""Searching traces."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["SORTS", "TracePage", "TraceSearch", "TraceSummary"]

SORTS = ("recent", "oldest", "longest", "shortest", "most_spans", "errors")


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceSearch:
    """What to look for: a trace is found when one of its spans meets every condition at once.

    Attributes:
        service: the span's `service.name`; empty for any.
        operation: the span's name; empty for any.
        kind: one of `sonde.query.spans.KINDS`, in any case; empty for any.
        status: one of `sonde.query.spans.STATUSES`, in any case; empty for any.
        min_duration_ns: shortest duration of the span; None for any.
        max_duration_ns: longest duration of the span; None for any.
        start_ns: earliest start of the span, inclusive; None for the beginning of what is kept.
        end_ns: latest start of the span, exclusive; None for no end.
        where: conditions on attributes in the grammar of `sonde.query.where`.
        text: words, quoted phrases and -excluded words, in the grammar of `sonde.query.text`.
        sort: one of SORTS.
        limit: how many traces a page has, 1 to 1,000.
        cursor: where the page before said to go on; empty for the first page.
    """

    service: str = ""
    operation: str = ""
    kind: str = ""
    status: str = ""
    min_duration_ns: int | None = None
    max_duration_ns: int | None = None
    start_ns: int | None = None
    end_ns: int | None = None
    where: tuple[str, ...] = ()
    text: str = ""
    sort: str = "recent"
    limit: int = 20
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class TraceSummary:
    """One found trace.

    Attributes:
        root_service: service of the root span, or of the earliest span where the root is missing.
        root_name: name of that span.
        start_ns: earliest start of its spans.
        duration_ns: from there to the latest end.
        spans: how many spans it has.
        errors: how many of them failed.
        services: how many spans each service has, most first.
        matched: how many spans met the search's conditions.
    """

    trace_id: str
    root_service: str
    root_name: str
    start_ns: int
    duration_ns: int
    spans: int
    errors: int
    services: tuple[tuple[str, int], ...]
    matched: int


@dataclass(frozen=True, slots=True)
class TracePage:
    """Found traces in the asked order, and where to go on; `next` is None on the last page."""

    traces: tuple[TraceSummary, ...]
    next: str | None
