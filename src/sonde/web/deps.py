"""What every endpoint is given: the tenant's `Query`, and what the application was made with.

`create_app` puts one `Parts` on the application's state; endpoints ask for a `Query` with `Depends(query_of)` and never
see the store. The tenant is named by a request header; which names are good is for the resolver that was handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from fastapi import Request

from sonde.core.clock import SYSTEM_CLOCK, Clock
from sonde.core.errors import UnavailableError
from sonde.query.query import Query
from sonde.web.dashboards import Dashboards

if TYPE_CHECKING:
    from sonde.store import Store

__all__ = ["Parts", "dashboards_of", "parts_of", "query_of", "tenant_of"]


@dataclass(frozen=True, slots=True)
class Parts:
    """What the web application was made with.

    Attributes:
        store: the open store; None while it is being opened.
        status: how each part of the server does, by name: `{"ready": bool, "trouble": str, ...}`.
        tenant_header: the request header that names the tenant, lower case.
        resolve_tenant: a tenant's name from the header's value (None when absent); raises for bad names.
        clock: what `now` means.
        dashboards: where dashboards are kept; None where they are not.
    """

    store: Store | None
    status: Callable[[], Mapping[str, Any]]
    tenant_header: str
    resolve_tenant: Callable[[str | None], str]
    clock: Clock = SYSTEM_CLOCK
    dashboards: Dashboards | None = None

    def opened(self) -> Store:
        """The store.

        Raises:
            UnavailableError: it is not open yet.
        """
        if self.store is None:
            raise UnavailableError("the store is not open yet; /readyz says why", retry_after_s=1.0)
        return self.store


def parts_of(request: Request) -> Parts:
    """What the application was made with."""
    return cast("Parts", request.app.state.parts)


def tenant_of(request: Request) -> str:
    """The tenant that the request names.

    Raises:
        AuthorizationError: the tenant is not allowed.
    """
    parts = parts_of(request)
    return parts.resolve_tenant(request.headers.get(parts.tenant_header))


def query_of(request: Request) -> Query:
    """The `Query` of the tenant that the request names.

    Raises:
        AuthorizationError: the tenant is not allowed.
        UnavailableError: the store is not open yet, or this server keeps nothing.
    """
    parts = parts_of(request)
    return Query(parts.opened(), tenant_of(request), clock=parts.clock)


def dashboards_of(request: Request) -> Dashboards:
    """Where dashboards are kept.

    Raises:
        UnavailableError: this server keeps none.
    """
    dashboards = parts_of(request).dashboards
    if dashboards is None:
        raise UnavailableError(
            "this server keeps no dashboards: it was made without a data directory; start it with --data DIR"
        )
    return dashboards
