"""What a span called: told apart exactly, to know a call that was tried again, and by template, to know calls that are alike.

A template is the text of a statement or an address in which literals, numbers and ids are a question mark. Only the
attributes in CALL_ATTRIBUTES are read, as text or typed, and of each 1,000 characters; whoever hands in spans with fewer
attributes keeps these.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from sonde.query.spans import Span

__all__ = ["CALL_ATTRIBUTES", "Call", "call", "call_template", "has_failed", "is_call", "resends"]

Call: TypeAlias = tuple[str, str, str, str]
"""Service, name, kind, and the text of what was called (empty where the span does not say)."""

_TEXTS = ("db.query.text", "db.statement", "url.template", "http.route", "url.full", "http.url")
_CODES = ("http.response.status_code", "http.status_code")
_RESENDS = "http.request.resend_count"
CALL_ATTRIBUTES = (*_TEXTS, *_CODES, _RESENDS)
"""Attributes of a span that this module reads."""

_MOST_TEXT = 1000
_CALLING = frozenset({"Client", "Producer"})
_VARYING = re.compile(
    r"'(?:[^']|'')*'"
    r"|\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"
    r"|\b(?=[a-fA-F]*[0-9])[0-9a-fA-F]{16,}\b"
    r"|\b[0-9]+(?:\.[0-9]+)?\b"
)
_LIST = re.compile(r"\?(?:\s*,\s*\?)+")


def call(span: Span) -> Call:
    """The call, exactly: two spans with the same one asked for the same thing."""
    return (span.service, span.name, span.kind, _text(span))


def call_template(exact: Call) -> Call:
    """The call with what varies from one to the next taken out of its text."""
    service, name, kind, text = exact
    if not text:
        return exact
    address = text.partition("?")[0] if "://" in text[:10] else text
    return (service, name, kind, _LIST.sub("?", _VARYING.sub("?", address)))


def is_call(span: Span) -> bool:
    """Whether the span waits for something outside its process."""
    return span.kind in _CALLING or any(key in span.attributes for key in ("db.query.text", "db.statement"))


def has_failed(span: Span) -> bool:
    """Whether a caller would try again: an error, an HTTP server's failure (5xx) or its plea for patience (429)."""
    if span.is_error or not span.attributes:
        return span.is_error
    return any((code := _number(span, key)) == 429 or 500 <= code < 600 for key in _CODES if key in span.attributes)


def resends(span: Span) -> int:
    """How often the request had been sent before, by the sender's own count (`http.request.resend_count`)."""
    return _number(span, _RESENDS) if _RESENDS in span.attributes else 0


def _text(span: Span) -> str:
    attributes = span.attributes
    return next((str(attributes[key])[:_MOST_TEXT] for key in _TEXTS if key in attributes), "") if attributes else ""


def _number(span: Span, key: str) -> int:
    value = span.attributes[key]
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 10 else 0
