"""Traces on the console while developing: each as a tree of one line a span.

    12:04:03.120  GET /cart  12.3ms  http.response.status_code=200
    12:04:03.121  ├─ SELECT cart  2.10ms
    12:04:03.125  └─ redis GET  310µs  ERROR connection refused

A tree is printed when its local root ends; spans that end later follow as trees of their own. Colours only on a terminal
and without `NO_COLOR`. Bounded: 1,000 traces of 500 spans wait at most, the oldest is printed early, and further spans of a
trace are only counted. Thread-safe; never raises; a closed stream ends the output.
"""

from __future__ import annotations

import os
import sys
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TextIO

from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor
from opentelemetry.trace import StatusCode

from sonde.core.units import format_duration

__all__ = ["ConsoleSpanProcessor", "Screen", "tree"]

_TRACES, _SPANS, _TEXT = 1000, 500, 120
_SHOWN = (
    "http.response.status_code",
    "http.status_code",
    "rpc.grpc.status_code",
    "db.query.text",
    "db.statement",
    "messaging.destination.name",
    "error.type",
)
_RED, _GREY, _BOLD = "31", "90", "1"


class Screen:
    """Writes lines to a stream, coloured if it is a terminal.

    Args:
        stream: where to; None for the standard error stream as it is at the time.
        color: None for what the stream and `NO_COLOR` say.
    """

    def __init__(self, stream: TextIO | None = None, *, color: bool | None = None) -> None:
        self._stream = stream
        self._color = color
        self._lock = threading.Lock()

    def paint(self, text: str, code: str) -> str:
        """The text in a colour, or as it is."""
        return f"\x1b[{code}m{text}\x1b[0m" if text and self._is_colored() else text

    def write(self, lines: Sequence[str]) -> None:
        """Write lines together; without a word if that cannot be done."""
        stream = self._stream or sys.stderr
        try:
            with self._lock:
                stream.write("\n".join(lines) + "\n")
                stream.flush()
        except (OSError, ValueError, AttributeError):
            return

    def _is_colored(self) -> bool:
        if self._color is not None:
            return self._color
        isatty = getattr(self._stream or sys.stderr, "isatty", None)
        return bool(isatty and isatty()) and not os.environ.get("NO_COLOR")


class ConsoleSpanProcessor(SpanProcessor):
    """Prints each trace when its local root ends.

    Args:
        screen: where to.
    """

    def __init__(self, screen: Screen | None = None) -> None:
        self._screen = screen or Screen()
        self._waiting: OrderedDict[int, list[ReadableSpan]] = OrderedDict()
        self._lock = threading.Lock()

    def on_end(self, span: ReadableSpan) -> None:
        """Keep the span, or print its trace."""
        if span.context is None:
            return
        try:
            for spans in self._finished(span, span.context.trace_id):
                self._screen.write(list(tree(spans, self._screen)))
        except Exception:  # noqa: S110 - the host is never harmed by its telemetry, and this is the console
            pass

    def _finished(self, span: ReadableSpan, trace_id: int) -> Iterator[list[ReadableSpan]]:
        """The traces that are to be printed now that this span has ended."""
        early: list[ReadableSpan] = []
        with self._lock:
            spans = self._waiting.setdefault(trace_id, [])
            if len(spans) < _SPANS or _is_root(span):
                spans.append(span)
            if _is_root(span):
                del self._waiting[trace_id]
            elif len(self._waiting) > _TRACES:
                _, early = self._waiting.popitem(last=False)
        if early:
            yield early
        if _is_root(span):
            yield spans

    def force_flush(self, timeout_millis: int = 30000) -> bool:  # noqa: ARG002 - the SDK's signature
        """Print what waits for its root."""
        with self._lock:
            waiting, self._waiting = self._waiting, OrderedDict()
        for spans in waiting.values():
            self._screen.write(list(tree(spans, self._screen)))
        return True

    def shutdown(self) -> None:
        """Print what waits for its root."""
        self.force_flush()


def tree(spans: Sequence[ReadableSpan], screen: Screen) -> Iterator[str]:
    """The lines of one trace: spans below their parents, siblings by their start."""
    known = {span.context.span_id for span in spans if span.context}
    children: dict[int, list[ReadableSpan]] = {}
    for span in sorted(spans, key=lambda span: span.start_time or 0):
        parent = span.parent.span_id if span.parent and span.parent.span_id in known else 0
        children.setdefault(parent, []).append(span)
    stack = [(span, "", "") for span in reversed(children.get(0, []))]
    while stack:
        span, branch, below = stack.pop()
        yield _span_line(span, branch, screen)
        found = children.get(span.context.span_id if span.context else 0, [])
        for place, child in reversed(list(enumerate(found, 1))):
            is_last = place == len(found)
            stack.append((child, below + ("└─ " if is_last else "├─ "), below + ("   " if is_last else "│  ")))


def _span_line(span: ReadableSpan, branch: str, screen: Screen) -> str:
    took_s = ((span.end_time or 0) - (span.start_time or 0)) / 1e9
    parts = [
        screen.paint(_clock(span.start_time), _GREY),
        branch + screen.paint(span.name, _BOLD),
        format_duration(max(0.0, took_s)),
    ]
    if span.status.status_code is StatusCode.ERROR:
        parts.append(screen.paint(_short(f"ERROR {span.status.description or ''}".strip()), _RED))
    shown = " ".join(_attributes(span.attributes or {}))
    return "  ".join([*parts, screen.paint(shown, _GREY)] if shown else parts)


def _is_root(span: ReadableSpan) -> bool:
    return span.parent is None or span.parent.is_remote


def _attributes(attributes: Mapping[str, Any]) -> Iterator[str]:
    for name in _SHOWN:
        if name in attributes:
            yield f"{name}={_short(str(attributes[name]))}"


def _clock(time_ns: int | None) -> str:
    # Local time, for the one who reads it is the one whose machine it is.
    moment = datetime.fromtimestamp((time_ns or 0) / 1e9).astimezone()
    return moment.strftime("%H:%M:%S.") + f"{moment.microsecond // 1000:03d}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _TEXT else line[: _TEXT - 1] + "…"
