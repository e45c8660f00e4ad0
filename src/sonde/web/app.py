"""The web application: the pages, Sonde's query API, the APIs of others, health, and the description of it all.

Endpoints are plain functions that run in a thread pool, because the engine's calls block; only the stream of followed
logs is asynchronous. Nothing is loaded from elsewhere: `/openapi.json` describes the API, and there is no documentation
page, since FastAPI's own would fetch its scripts from a CDN.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, FastAPI

from sonde import __version__
from sonde.core.clock import SYSTEM_CLOCK, Clock
from sonde.web import api, compat, failures, health
from sonde.web.dashboards import Dashboards
from sonde.web.deps import Parts
from sonde.web.headers import SecurityHeaders
from sonde.web.hosts import AllowedHosts
from sonde.web.pages import pages

if TYPE_CHECKING:
    from sonde.store import Store

__all__ = ["create_app"]

_DESCRIPTION = """
Ask for traces, logs and metrics.

Times are RFC 3339, epoch numbers (seconds to nanoseconds, told apart by their size), `now`, or relative: `-15m`. Answers
have RFC 3339 in UTC with nine decimals, and where exactness matters `…_ns`, nanoseconds since the epoch as text.
Durations are numbers with a unit: `250ms`, `1.5s`. A `where` parameter is one condition on an attribute: `key=value`,
`key!=value`, `key>5`, `key=~regex`, `key` (present), `!key` (absent), with `resource.`, `span.`, `scope.` or `event.` before
the key to say where; several must all hold.

Errors are `{"error": {"category", "message", "advice"}}`.
"""


def create_app(
    store: Store | None,
    *,
    status: Callable[[], Mapping[str, Any]] = dict,
    tenant_header: str = "x-scope-orgid",
    resolve_tenant: Callable[[str | None], str] = lambda _name: "default",
    clock: Clock = SYSTEM_CLOCK,
    allowed_hosts: Collection[str] | None = None,
    dashboards: Path | None = None,
) -> FastAPI:
    """The application.

    Args:
        store: the open store; None while it is not open: put a new `Parts` on `app.state.parts` when it is.
        status: how each part of the server does, by name: `{"ready": bool, "trouble": str, ...}`.
        tenant_header: the request header that names the tenant, lower case.
        resolve_tenant: a tenant's name from the header's value (None when absent); raises for bad names.
        clock: what `now` means.
        allowed_hosts: names that requests may have in `Host`, see `sonde.web.hosts`; None for any.
        dashboards: the directory where dashboards are kept, see `sonde.web.dashboards`; None for nowhere.
    """
    app = FastAPI(
        title="Sonde",
        summary="OpenTelemetry end to end: traces, logs and metrics, asked over HTTP.",
        description=_DESCRIPTION,
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
    )
    app.state.parts = Parts(
        store, status, tenant_header, resolve_tenant, clock, Dashboards(dashboards) if dashboards else None
    )
    if allowed_hosts is not None:
        app.add_middleware(AllowedHosts, hosts=allowed_hosts)
    app.add_middleware(SecurityHeaders)
    failures.add_handlers(app)
    app.include_router(health.router)
    for room in (api, compat):
        for router in _routers(room):
            app.include_router(router)
    app.include_router(pages())
    return app


def _routers(room: ModuleType) -> Iterator[APIRouter]:
    """The router of every module in a package that has one, by the modules' names: a resource is registered by its file."""
    for found in pkgutil.iter_modules(room.__path__):
        router = getattr(importlib.import_module(f"{room.__name__}.{found.name}"), "router", None)
        if router is not None:
            yield router
