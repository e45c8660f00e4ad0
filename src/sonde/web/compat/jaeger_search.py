"""What Jaeger's two APIs ask for, read from their query parameters into a `TraceSearch`.

The two spell the same search differently: v1 has microseconds and tags, v3 has RFC 3339 times, Go durations and
attributes, in camelCase or the older snake_case. Tags that Jaeger derives from OTLP fields are read back as those
fields: `error`, `span.kind` and `otel.status_code`; every other is an equality on an attribute of the span, its scope or
its resource. Source: Jaeger's query service (`query_parser.go` of both APIs), read at 2.x.

Bounds: at most MAX_TRACES traces an answer, whatever was asked.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from sonde.core.errors import ConfigError, NotFoundError, ValidationError
from sonde.core.units import parse_duration
from sonde.query.times import parse_moment
from sonde.query.traces import TraceSearch, TraceSummary

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.datastructures import QueryParams

    from sonde.query.query import Query

__all__ = ["DEFAULT_TRACES", "MAX_TRACES", "found", "service_names", "trace_id_of", "v1_search", "v3_search"]

DEFAULT_TRACES = 100
MAX_TRACES = 5000
_PAGE = 1000
_V1_LOOKBACK_NS = 48 * 3600 * 10**9
_HEX = re.compile(r"[0-9a-fA-F]{1,32}")
_SNAKE = re.compile(r"(?<=[a-z])([A-Z])")


def found(query: Query, search: TraceSearch, count: int) -> list[TraceSummary]:
    """The first `count` traces that a search finds, over as many pages as that takes, at most MAX_TRACES."""
    summaries: list[TraceSummary] = []
    wanted = min(count, MAX_TRACES)
    cursor: str | None = ""
    while cursor is not None and len(summaries) < wanted:
        page = query.find_traces(replace(search, limit=min(_PAGE, wanted - len(summaries)), cursor=cursor))
        summaries += page.traces
        cursor = page.next
    return summaries


def service_names(query: Query) -> list[str]:
    """All services that have a name, of any time that is kept."""
    return [service.name for service in query.services() if service.name]


def trace_id_of(text: str) -> str:
    """A trace id of 32 lower-case hexadecimal digits, from hexadecimal of any length and case, or base64.

    Raises:
        ValidationError: neither.
        NotFoundError: an id of only zeros, which no trace has.
    """
    trace_id = text.lower().zfill(32) if _HEX.fullmatch(text) else _from_base64(text)
    if not trace_id.strip("0"):
        raise NotFoundError("trace not found: an id of zeros is invalid")
    return trace_id


def _from_base64(text: str) -> str:
    padded = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        data = base64.b64decode(padded + "=" * (-len(padded) % 4), validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if len(data) not in {8, 16} or len(text) > 24:
        raise ValidationError(f"{text!r} is not a trace id; write up to 32 hexadecimal digits")
    return data.hex().zfill(32)


def v1_search(parameters: QueryParams, now_ns: int) -> tuple[TraceSearch, int]:
    """The search, and how many traces it wants, of `GET /api/traces`.

    Raises:
        ValidationError: a parameter that cannot be understood, named as Jaeger names it.
    """
    end_ns = _microseconds(parameters, "end", now_ns)
    lookback_ns = _duration(parameters, "lookback") if parameters.get("lookback", "custom") != "custom" else None
    start_ns = _microseconds(parameters, "start", end_ns - (lookback_ns or _V1_LOOKBACK_NS))
    search = TraceSearch(
        service=parameters.get("service", ""),
        operation=_operation(parameters.get("operation", "")),
        start_ns=max(0, start_ns),
        end_ns=end_ns + 1000,
        min_duration_ns=_duration(parameters, "minDuration"),
        max_duration_ns=_duration(parameters, "maxDuration"),
    )
    _check_durations(search, "minDuration", "maxDuration")
    return _with_tags(search, _v1_tags(parameters)), _count(parameters.get("limit"), "limit")


def v3_search(parameters: QueryParams, now_ns: int) -> tuple[TraceSearch, int]:
    """The search, and how many traces it wants, of `GET /api/v3/traces` and `/api/v3/trace-summaries`.

    Raises:
        ValidationError: a parameter that cannot be understood, or a missing time range.
    """
    if parameters.get("query.filter"):
        raise ValidationError("parameter query.filter is not supported here; use query.attributes")
    start_ns, end_ns = _v3_range(parameters, now_ns)
    search = TraceSearch(
        service=_either(parameters, "query.serviceName"),
        operation=_operation(_either(parameters, "query.operationName")),
        start_ns=start_ns,
        end_ns=end_ns + 1,
        min_duration_ns=_duration(parameters, "query.durationMin"),
        max_duration_ns=_duration(parameters, "query.durationMax"),
    )
    _check_durations(search, "query.durationMin", "query.durationMax")
    attributes = _string_map(parameters.get("query.attributes") or "{}", "query.attributes")
    depth = (
        _either(parameters, "query.searchDepth")
        or parameters.get("query.numTraces", "")
        or parameters.get("query.num_traces")
    )
    return _with_tags(search, attributes), _count(depth, "query.searchDepth")


def _v3_range(parameters: QueryParams, now_ns: int) -> tuple[int, int]:
    minimum, maximum = _either(parameters, "query.startTimeMin"), _either(parameters, "query.startTimeMax")
    if not minimum or not maximum:
        raise ValidationError("query.startTimeMin and query.startTimeMax are required")
    start_ns = parse_moment(minimum, now_ns=now_ns, name="malformed parameter query.startTimeMin")
    end_ns = parse_moment(maximum, now_ns=now_ns, name="malformed parameter query.startTimeMax")
    if start_ns >= end_ns:
        raise ValidationError("query.startTimeMin must be before query.startTimeMax")
    return start_ns, end_ns


def _either(parameters: QueryParams, name: str) -> str:
    """A parameter in camelCase, or in the snake_case that Jaeger deprecated."""
    return parameters.get(name) or parameters.get(_SNAKE.sub(r"_\1", name).lower()) or ""


def _operation(name: str) -> str:
    """User interfaces send the word `all` for any operation."""
    return "" if name == "all" else name


def _microseconds(parameters: QueryParams, name: str, default_ns: int) -> int:
    text = parameters.get(name)
    if not text:
        return default_ns
    if not text.isdecimal() or len(text) > 16:
        raise ValidationError(f"unable to parse param '{name}': {text!r} is not a count of microseconds")
    return int(text) * 1000


def _duration(parameters: QueryParams, name: str) -> int | None:
    text = _either(parameters, name)
    if not text:
        return None
    try:
        return round(parse_duration(text) * 1e9)
    except ConfigError as error:
        raise ValidationError(f"unable to parse param '{name}': {error.message}") from None


def _check_durations(search: TraceSearch, shortest: str, longest: str) -> None:
    if search.min_duration_ns and search.max_duration_ns and search.max_duration_ns < search.min_duration_ns:
        raise ValidationError(f"'{longest}' should be greater than '{shortest}'")


def _count(text: str | None, name: str) -> int:
    if not text:
        return DEFAULT_TRACES
    if not text.isdecimal() or len(text) > 9:
        raise ValidationError(f"malformed parameter {name}: {text!r} is not a number")
    return int(text) or DEFAULT_TRACES


def _v1_tags(parameters: QueryParams) -> dict[str, str]:
    tags: dict[str, str] = {}
    for written in parameters.getlist("tag"):
        key, colon, value = written.partition(":")
        if not colon:
            raise ValidationError(f"malformed 'tag' parameter, expecting key:value, received: {written}")
        tags[key] = value
    for written in parameters.getlist("tags"):
        tags |= _string_map(written or "{}", "tags")
    return tags


def _string_map(text: str, name: str) -> dict[str, str]:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise ValidationError(f"malformed parameter {name}: expecting a JSON object of strings, received: {text[:200]}")
    return values


def _with_tags(search: TraceSearch, tags: Mapping[str, str]) -> TraceSearch:
    where: list[str] = []
    for key, value in tags.items():
        match key, value.lower():
            case "error", "true":
                search = replace(search, status="error")
            case "span.kind", "internal" | "server" | "client" | "producer" | "consumer":
                search = replace(search, kind=value)
            case "otel.status_code", "ok" | "error":
                search = replace(search, status=value)
            case _:
                where.append(f"{json.dumps(key)}={json.dumps(value)}")
    return replace(search, where=tuple(where))
