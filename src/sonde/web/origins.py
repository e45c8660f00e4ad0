"""Which requests may change something: those of this server's own pages, and of programs that are no browsers.

A page of another site can make a browser send requests here, with whatever lets the browser in (an address that only it
reaches, a proxy's session). The rule for requests that change something:

1. `Sec-Fetch-Site`, which the browser writes and no page can, must be `same-origin` or `none` (the address bar) where it is
   there. `same-site` is refused too: any other port of this machine is the same site.
2. Without it (an old browser, or a page that came over plain HTTP from elsewhere than loopback), `Origin` must name the host
   and port in `Host` where it is there; `null` does not. Every browser sends it with what changes something.
3. A body must be `application/json`. Browsers send that to another site only after asking for leave (a CORS preflight, as
   they do before a DELETE and a PUT), and Sonde never gives it.

Requests with neither header come from programs. `sonde.web.hosts` holds against names that are let resolve to loopback.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import Request

from sonde.core.errors import AuthorizationError, UnsupportedError

__all__ = ["own_page", "sent_json"]

_OWN = frozenset({"same-origin", "none"})


def own_page(request: Request) -> None:
    """Refuse what a page of another site let a browser send: rules 1 and 2.

    Raises:
        AuthorizationError: it comes from another site.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None and site not in _OWN:
        raise AuthorizationError(f"a page of another site may not change anything here (Sec-Fetch-Site: {site[:40]})")
    if site is None and origin is not None and not _is_here(origin, request):
        raise AuthorizationError(
            f"a page of {origin[:80]!r} may not change anything here; a proxy in front of this server must pass Host on"
        )


def sent_json(request: Request) -> None:
    """Refuse a body of another kind: rule 3.

    Raises:
        UnsupportedError: the content type is not application/json.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise UnsupportedError(f"content type {kind[:80]!r} is not taken here; send Content-Type: application/json")


def _is_here(origin: str, request: Request) -> bool:
    parts = urlsplit(origin)
    return parts.scheme in {"http", "https"} and parts.netloc.lower() == request.headers.get("host", "").lower()
