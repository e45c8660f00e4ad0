"""Where one endpoint's connections go, and what is said on them: what all attempts of a sender have in common."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from sonde.client.endpoint import Endpoint
from sonde.client.net.exchange import AttemptError, Machine
from sonde.client.net.grpc import Grpc
from sonde.client.net.http1 import Http1
from sonde.client.net.proxy import Proxy, Tunnel, find_proxy
from sonde.client.net.resolve import Resolver
from sonde.client.net.tls import Certificates

__all__ = ["Route"]


@dataclass(frozen=True, slots=True)
class Route:
    """The way to an endpoint. Thread-safe.

    Attributes:
        endpoint: the server.
        max_reply_bytes: bytes of an answer that are kept.
        proxy: what stands between; None when nothing does.
        resolver: of the name that is connected to, the proxy's or the server's.
        certificates: None without TLS.
    """

    endpoint: Endpoint
    max_reply_bytes: int
    proxy: Proxy | None
    resolver: Resolver
    certificates: Certificates | None

    @classmethod
    def to(cls, endpoint: Endpoint, max_reply_bytes: int, environ: Mapping[str, str] | None = None) -> Route:
        """The way to an endpoint, with the proxies of the environment as they are now."""
        proxy = find_proxy(endpoint, os.environ if environ is None else environ)
        host, port = (proxy.host, proxy.port) if proxy else (endpoint.host, endpoint.port)
        alpn = "h2" if endpoint.protocol == "grpc" else "http/1.1"
        certificates = Certificates(endpoint.tls, alpn) if endpoint.scheme == "https" else None
        return cls(endpoint, max_reply_bytes, proxy, Resolver(host, port), certificates)

    @property
    def is_grpc(self) -> bool:
        """Which of the two protocols is spoken."""
        return self.endpoint.protocol == "grpc"

    @property
    def doing(self) -> str:
        """Whom a connection is made to, for messages."""
        return (
            f"connecting to the proxy {self.proxy.host}:{self.proxy.port}"
            if self.proxy
            else f"connecting to {self.endpoint.authority}"
        )

    @property
    def server_name(self) -> str:
        """The name that the server's certificate must hold."""
        return self.endpoint.tls.server_name or self.endpoint.host

    def machine(self) -> Machine:
        """A new connection's side of the protocol."""
        return Grpc(self.max_reply_bytes) if self.is_grpc else Http1(self.max_reply_bytes)

    def tunnel(self) -> Tunnel | None:
        """What to ask a proxy for, once it is connected; None when nothing need be asked."""
        return Tunnel(self.proxy, self.endpoint) if self.proxy is not None and self.proxy.is_tunnel else None

    def check(self) -> None:
        """Refuse to go a way that cannot be gone.

        Raises:
            AttemptError: `proxy.unsupported`.
        """
        if self.proxy is not None and self.proxy.fault:
            raise AttemptError(
                "proxy.unsupported", f"the proxy cannot be used: {self.proxy.fault}", undelivered=True, retryable=False
            )
