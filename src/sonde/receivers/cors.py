"""Which web pages may send telemetry from a browser: CORS for the OTLP/HTTP receiver.

A browser asks (`OPTIONS`, the preflight) before it sends OTLP from a page of another origin, because neither protobuf
nor JSON is a content type that it sends unasked. The answer names the page's origin where it matches a pattern, and
nothing where it does not; a page that is not allowed never gets to send. Requests without an `Origin` header come from
programs, which CORS does not concern.

Source: WHATWG Fetch standard, sections "CORS protocol" and "HTTP responses" (`Vary: Origin`, no wildcard in the answer
because the answer depends on the origin).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["LOCAL_ORIGINS", "Origins"]

LOCAL_ORIGINS = (
    "http://localhost",
    "http://localhost:*",
    "https://localhost",
    "https://localhost:*",
    "http://127.0.0.1",
    "http://127.0.0.1:*",
    "http://[::1]",
    "http://[::1]:*",
)
"""Pages served from the same machine: a developer's own."""

_MAX_AGE_S = 7200
_MAX_KNOWN = 256
# Field names are tokens (RFC 9110, section 5.6.2); nothing else is repeated into an answer.
_HEADER_NAMES = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z, -]{1,4096}")


class Origins:
    """The origins that are allowed.

    Args:
        patterns: origins as browsers write them, `https://shop.example`; `*` within one stands for letters, digits,
            dots and hyphens (a subdomain, a port), and alone for every origin.
    """

    def __init__(self, patterns: Sequence[str] = LOCAL_ORIGINS) -> None:
        self._pattern = re.compile("|".join(map(_expression, patterns)).encode(), re.IGNORECASE) if patterns else None
        self._known: dict[bytes, bytes] = {}

    def headers(self, origin: bytes) -> bytes:
        """The header lines that let a page of this origin read an answer; only `vary` where it may not."""
        known = self._known.get(origin)
        if known is None:
            known = b"vary: origin\r\n"
            if self._pattern is not None and self._pattern.fullmatch(origin):
                known = b"access-control-allow-origin: " + origin + b"\r\nvary: origin\r\n"
            if len(self._known) < _MAX_KNOWN:
                self._known[origin] = known
        return known

    def preflight(self, origin: bytes, wanted: bytes) -> bytes:
        """The header lines that answer a preflight: which headers the page wants to send is up to the page."""
        lines = self.headers(origin)
        if not lines.startswith(b"access"):
            return lines
        lines += b"access-control-allow-methods: POST\r\naccess-control-max-age: %d\r\n" % _MAX_AGE_S
        if _HEADER_NAMES.fullmatch(wanted):
            lines += b"access-control-allow-headers: " + wanted + b"\r\n"
        return lines


def _expression(pattern: str) -> str:
    if pattern == "*":
        return r"[!-~]+"
    return r"[A-Za-z0-9.\-]+".join(map(re.escape, pattern.split("*")))
