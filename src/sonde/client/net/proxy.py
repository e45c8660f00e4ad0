"""Which proxy an endpoint is reached through, by the environment variables that every HTTP client reads.

    https          a tunnel (CONNECT) through `https_proxy`, else `all_proxy`
    http           requests with the whole URL to `http_proxy`, else `all_proxy`
    gRPC, either   a tunnel through `grpc_proxy`, else `https_proxy`, else `http_proxy`, as grpcio does it

Lower case beats upper case. `no_proxy` lists hosts that are reached directly: names (with everything below them),
`host:port`, addresses, networks like 10.0.0.0/8, or `*`. Loopback is always reached directly. In a CGI program
HTTP_PROXY in upper case is ignored, for there it is a header of the request (CVE-2016-5385).

Not spoken: proxies that are themselves reached over TLS, and SOCKS; they are refused with a message.

Sources: RFC 9110, 9.3.6 (CONNECT); RFC 9112, 3.2.2 (absolute form); gRPC, "Environment Variables"; Requests, "Proxies".
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from sonde.client.endpoint import Endpoint
from sonde.client.net.exchange import AttemptError

__all__ = ["Proxy", "Tunnel", "find_proxy"]

_VARIABLES: Final = {
    "http": ("http_proxy", "all_proxy"),
    "https": ("https_proxy", "all_proxy"),
    "grpc": ("grpc_proxy", "https_proxy", "http_proxy"),
}
_REFUSALS: Final = {
    "407": "proxy.authentication",
    "502": "proxy.unavailable",
    "503": "proxy.unavailable",
    "504": "proxy.unavailable",
}
_MAX_HEAD_BYTES: Final = 16384
_DEFAULT_PORT: Final = 80


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy that is spoken to in clear text.

    Attributes:
        host: its name or address.
        port: its TCP port.
        headers: who this client is to it.
        is_tunnel: a tunnel is asked for; else requests carry the whole URL.
        fault: why it cannot be used; empty when it can.
    """

    host: str
    port: int
    headers: tuple[tuple[str, str], ...]
    is_tunnel: bool
    fault: str = ""


def find_proxy(endpoint: Endpoint, environ: Mapping[str, str]) -> Proxy | None:
    """The proxy for an endpoint; None when it is reached directly."""
    kind = "grpc" if endpoint.protocol == "grpc" else endpoint.scheme
    url = next(filter(None, (_variable(environ, name) for name in _VARIABLES[kind])), "")
    if not url or _is_loopback(endpoint.host) or _is_exempt(endpoint, environ):
        return None
    is_tunnel = kind != "http"
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        host, port = parts.hostname, parts.port or _DEFAULT_PORT
    except ValueError:
        return Proxy("", 0, (), is_tunnel, "its URL in the environment is not valid")
    if parts.scheme != "http" or not host:
        return Proxy("", 0, (), is_tunnel, f"a proxy must be http://host:port, and this one is {parts.scheme}")
    return Proxy(host, port, _credential(parts.username, parts.password), is_tunnel)


def _variable(environ: Mapping[str, str], name: str) -> str:
    found = environ.get(name, "")
    if not found and not (name == "http_proxy" and "REQUEST_METHOD" in environ):
        found = environ.get(name.upper(), "")
    return found.strip()


def _credential(user: str | None, password: str | None) -> tuple[tuple[str, str], ...]:
    if user is None:
        return ()
    plain = f"{unquote(user)}:{unquote(password or '')}".encode()
    return (("proxy-authorization", f"Basic {b64encode(plain).decode('ascii')}"),)


def _is_loopback(host: str) -> bool:
    name = host.lower().rstrip(".")
    return name in {"localhost", "::1"} or name.endswith(".localhost") or name.startswith("127.")


def _is_exempt(endpoint: Endpoint, environ: Mapping[str, str]) -> bool:
    names = ("no_grpc_proxy", "no_proxy") if endpoint.protocol == "grpc" else ("no_proxy",)
    listed = next(filter(None, (_variable(environ, name) for name in names)), "")
    host = endpoint.host.lower().rstrip(".")
    return any(_covers(entry, host, endpoint.port) for entry in _entries(listed))


def _entries(listed: str) -> Iterator[str]:
    return filter(None, (entry.strip().lower() for entry in listed.split(",")))


def _covers(entry: str, host: str, port: int) -> bool:
    """Whether an entry of `no_proxy` names the host."""
    if entry == "*":
        return True
    if "/" in entry:
        return _is_in_network(host, entry)
    name, colon, number = entry.rpartition(":")
    if colon and number.isdecimal() and (":" not in name or name.endswith("]")):
        if int(number) != port:
            return False
        entry = name
    entry = entry.strip("[]").lstrip(".*")
    return host == entry or host.endswith(f".{entry}")


@cache
def _addresses() -> Any:
    return import_module("ipaddress")


def _is_in_network(host: str, network: str) -> bool:
    try:
        return bool(_addresses().ip_address(host) in _addresses().ip_network(network, strict=False))
    except ValueError:
        return False


class Tunnel:
    """The request for a tunnel and its answer; no input or output of its own.

    Args:
        proxy: who is asked.
        endpoint: where the tunnel leads.
    """

    def __init__(self, proxy: Proxy, endpoint: Endpoint) -> None:
        self._proxy = proxy
        self._endpoint = endpoint
        self._head = b""

    def begin(self) -> bytes:
        """The request."""
        name = self._endpoint.authority
        lines = [
            f"CONNECT {name} HTTP/1.1",
            f"Host: {name}",
            *(f"{key}: {value}" for key, value in self._proxy.headers),
        ]
        return "".join(f"{line}\r\n" for line in (*lines, "")).encode("utf-8")

    def feed(self, data: bytes) -> bool:
        """Take what arrived; True when the tunnel is open.

        Raises:
            AttemptError: the proxy refused, left, or does not speak HTTP.
        """
        self._head += data
        if not data or len(self._head) > _MAX_HEAD_BYTES:
            raise _refusal("proxy.closed", f"{self._name} left without opening a tunnel")
        head, end, rest = self._head.partition(b"\r\n\r\n")
        if not end:
            return False
        words = head.partition(b"\r\n")[0].decode("latin-1").split(" ", 2)
        status = words[1] if len(words) > 1 and words[0].startswith("HTTP/1.") else ""
        if len(status) != 3 or not status.isdecimal():
            raise _refusal("proxy.protocol", f"{self._name} does not speak HTTP")
        if status.startswith("1"):
            self._head = b""
            return bool(rest) and self.feed(rest)
        if not status.startswith("2"):
            raise _refusal(
                _REFUSALS.get(status, "proxy.refused"), f"{self._name} refused a tunnel: {' '.join(words[1:])[:200]}"
            )
        return True

    @property
    def _name(self) -> str:
        return f"the proxy {self._proxy.host}:{self._proxy.port}"


def _refusal(code: str, message: str) -> AttemptError:
    return AttemptError(code, message, undelivered=True)
