"""The pages: Sonde's UI as it was built into the package, served with a policy that lets a browser load nothing from elsewhere.

`ui/` of the repository is built into the folder `ui` beside this file, by the package's build or `make ui`; nothing in it is
committed. Every view's address answers with the one `index.html`, whose script reads the address; its parts lie under
`/assets` with hashes in their names, so that browsers keep them for ever. They are read once, when the application is made,
and compressed when a browser first asks for them.

Where the pages were not built, every view's address answers with a page that says how to build them, and the APIs work all
the same.
"""

from __future__ import annotations

import gzip
import mimetypes
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response

from sonde.core.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["BUILT", "POLICY", "VIEWS", "pages"]

BUILT = Path(__file__).with_name("ui")
"""Where the build puts the pages."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
"""The Content-Security-Policy of pages: scripts, styles, pictures, fonts and requests of this server alone; nothing inline."""

VIEWS = (
    "/",
    "/traces",
    "/search",
    "/trace/{id}",
    "/compare",
    "/logs",
    "/metrics",
    "/services",
    "/service/{name:path}",
    "/explain",
    "/dashboards",
    "/dashboard/{id}",
    "/ask",
)
"""Addresses of views. `/trace/ID` and `/search` are Jaeger's too, so that links made for it lead here as well."""

_FOR_EVER = "public, max-age=31536000, immutable"
_SMALL = 1024
_HINT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Sonde</title>
<h1>Sonde answers here; its pages were not built</h1>
<p>The server is well: it receives, keeps and answers. Its pages are built by Node.js, which was not there, or could not load
what it needs, when this copy was installed. The command that installed it said why. To build them, in a clone of the repository:</p>
<pre>make ui</pre>
<p>or install a released wheel, which has them. Meanwhile ask with the command line or over HTTP:</p>
<pre>
sonde services            GET /sonde/services?start=-1h
sonde traces              GET /sonde/traces?service=checkout&amp;status=error&amp;where=http.route=/cart
sonde trace ID            GET /sonde/traces/{id}
sonde logs --follow       GET /sonde/logs/follow?severity=WARN
sonde metrics NAME        GET /sonde/metrics/series?name=http.server.request.duration&amp;aggregation=p95
sonde sql 'SELECT ...'    GET /sonde/sql?query=SHOW TABLES

GET /openapi.json         every endpoint and parameter
GET /readyz               whether every part is well
GET /api/traces, /api/v3/traces   Jaeger's query APIs: give this address to Grafana or Jaeger's UI
</pre>
</html>
"""


def pages(built: Path = BUILT) -> APIRouter:
    """The routes of views and of what they are made of.

    Args:
        built: the folder with `index.html`; need not be there.
    """
    router = APIRouter(include_in_schema=False)
    files = {f"/{path.relative_to(built)}": path.read_bytes() for path in built.rglob("*") if path.is_file()}
    index = files.pop("/index.html", None)

    def view() -> Response:
        if index is None:
            return Response(_HINT, 200, media_type="text/html; charset=utf-8")
        headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
        return Response(index, 200, headers, "text/html; charset=utf-8")

    for path in VIEWS:
        router.add_api_route(path, view, methods=["GET", "HEAD"])
    _add_files(router, files)
    return router


def _add_files(router: APIRouter, files: Mapping[str, bytes]) -> None:
    @cache
    def packed(path: str) -> bytes:
        return gzip.compress(files[path], 9, mtime=0)

    def part(request: Request) -> Response:
        path = request.url.path
        if path not in files:
            raise NotFoundError(f"{path} is not part of the pages; if Sonde was upgraded meanwhile, load the page anew")
        kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
        headers = {"Cache-Control": _FOR_EVER if path.startswith("/assets/") else "no-cache", "Vary": "Accept-Encoding"}
        body = files[path]
        if len(body) > _SMALL and not path.endswith(".woff2") and "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            body = packed(path)
        return Response(body, 200, headers, kind)

    router.add_api_route("/assets/{path:path}", part, methods=["GET", "HEAD"])
    for path in files:
        if not path.startswith("/assets/"):
            router.add_api_route(path, part, methods=["GET", "HEAD"])
