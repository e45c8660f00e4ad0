"""Which names a web server that listens on loopback answers to.

A page in a browser may ask whatever its own name resolves to. Whoever owns the name can let it resolve to 127.0.0.1
("DNS rebinding"), and the page then reads what this machine's servers answer, as if they were its own. The browser still
sends the page's name as `Host`; a server on loopback that refuses names which are not loopback's is out of its reach.

A server that listens elsewhere has names that it cannot know, so there any is accepted.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from starlette.datastructures import Headers

from sonde.core.errors import AuthorizationError
from sonde.web.failures import refusal

if TYPE_CHECKING:
    import socket
    from collections.abc import Collection

    from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["AllowedHosts", "hosts_of"]


def hosts_of(listening: socket.socket) -> frozenset[str] | None:
    """The names of a listening TCP socket that is bound to loopback; None for any other."""
    address = str(listening.getsockname()[0])
    if not ipaddress.ip_address(address).is_loopback:
        return None
    return frozenset({"localhost", "127.0.0.1", "[::1]", f"[{address}]" if ":" in address else address})


class AllowedHosts:
    """ASGI middleware that refuses requests for other hosts, with status 403; one without the header passes, no browser sends it.

    Args:
        app: what answers.
        hosts: names and addresses in lower case, IPv6 in brackets; with any port.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection's scope."""
        host = Headers(scope=scope).get("host", "") if scope["type"] in {"http", "websocket"} else ""
        if not host or _without_port(host) in self._hosts:
            await self._app(scope, receive, send)
            return
        message = (
            f"this server listens on loopback and answers to {', '.join(sorted(self._hosts))}, not to {host[:80]!r};"
            " let a proxy in front of it send one of these as Host"
        )
        await refusal(AuthorizationError(message))(scope, receive, send)


def _without_port(host: str) -> str:
    name, colon, port = host.lower().rpartition(":")
    return name if colon and (port.isdigit() or not port) else host.lower()
