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
from sonde.query.query import Query

if TYPE_CHECKING:
    from sonde.store import Store

__all__ = ["Parts", "parts_of", "query_of"]


@dataclass(frozen=True, slots=True)
class Parts:
    """What the web application was made with.

    Attributes:
        store: the open store; None for a gateway that keeps nothing.
        status: how each part of the server is doing, by name; see `sonde.web.health`.
        tenant_header: the request header that names the tenant, lower case.
        resolve_tenant: a tenant's name from the header's value (None when absent); raises for bad names.
        clock: what `now` means.
    """

    store: Store | None
    status: Callable[[], Mapping[str, Any]]
    tenant_header: str
    resolve_tenant: Callable[[str | None], str]
    clock: Clock = SYSTEM_CLOCK


def parts_of(request: Request) -> Parts:
    """What the application was made with."""
    return cast("Parts", request.app.state.parts)


def query_of(request: Request) -> Query:
    """The `Query` of the tenant that the request names.

    Raises:
        AuthorizationError: the tenant is not allowed.
        UnavailableError: this server keeps nothing.
    """
    parts = parts_of(request)
    tenant = parts.resolve_tenant(request.headers.get(parts.tenant_header))
    return Query(parts.store, tenant, clock=parts.clock)
