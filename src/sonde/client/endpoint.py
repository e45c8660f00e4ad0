"""Where telemetry goes and how: one server's address with protocol, headers, compression, timeout and TLS.

Source: OpenTelemetry specification, "OpenTelemetry Protocol Exporter" (configuration options and endpoint URLs).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Literal, Self, get_args
from urllib.parse import unquote, urlsplit

from sonde.core.errors import ConfigError
from sonde.core.signal import Signal

__all__ = [
    "COMPRESSIONS",
    "GRPC_PORT",
    "HTTP_PORT",
    "PROTOCOLS",
    "Compression",
    "Endpoint",
    "Protocol",
    "TlsSettings",
    "destination",
]

Protocol = Literal["grpc", "http/protobuf", "http/json"]
Compression = Literal["none", "gzip", "deflate", "zstd", "br"]
PROTOCOLS: tuple[Protocol, ...] = get_args(Protocol)
COMPRESSIONS: tuple[Compression, ...] = get_args(Compression)

_PATHS = tuple(signal.http_path for signal in Signal)
_PORTS = {"http": 80, "https": 443}
GRPC_PORT = 4317
HTTP_PORT = 4318
DESTINATION_LENGTH = 16


@dataclass(frozen=True, slots=True)
class TlsSettings:
    """How the server is verified, and how this client shows who it is.

    Attributes:
        ca_file: PEM file of the authorities to trust; None means the system's.
        cert_file: PEM file of this client's certificate chain, for mutual TLS.
        key_file: PEM file of its key; None when it is in `cert_file`.
        server_name: the name to verify instead of the host's.
        verify: False trusts anyone; only for experiments.
        min_version: the lowest TLS version spoken.
    """

    ca_file: str | None = None
    cert_file: str | None = None
    key_file: str | None = None
    server_name: str | None = None
    verify: bool = True
    min_version: Literal["1.2", "1.3"] = "1.2"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One OTLP server.

    Attributes:
        scheme: `http` or `https`.
        host: name or address, without brackets.
        port: TCP port.
        paths: the URL paths of traces, metrics and logs (by `Signal.index`); unused by gRPC.
        protocol: `grpc`, `http/protobuf` or `http/json`.
        headers: sent with every request, in order; names in lower case.
        compression: `none`, `gzip`, `deflate`, `zstd` or `br`.
        timeout_s: seconds for one attempt.
        tls: certificates; used when `scheme` is `https`.
        weight: its share of requests where several endpoints are balanced by weight, above 0.
    """

    scheme: Literal["http", "https"] = "http"
    host: str = "localhost"
    port: int = HTTP_PORT
    paths: tuple[str, ...] = _PATHS
    protocol: Protocol = "http/protobuf"
    headers: tuple[tuple[str, str], ...] = ()
    compression: Compression = "none"
    timeout_s: float = 10.0
    tls: TlsSettings = TlsSettings()
    weight: float = 1.0

    @classmethod
    def parse(cls, url: str, *, protocol: Protocol | None = None, signal: Signal | None = None) -> Self:
        """An endpoint from its URL, `http://host:4318`, `https://host/prefix`, or `host:4317` (gRPC without TLS).

        Args:
            url: the address. User and password in it are refused: they belong into headers.
            protocol: how to speak; None means gRPC for port 4317 and http/protobuf for others.
            signal: the URL is that of one signal's requests, complete; None means it is a base to which `/v1/traces`
                and its likes are appended.

        Raises:
            ConfigError: the URL is not one of these forms; the message shows what is wrong without its secrets.
        """
        parts = urlsplit(url.strip() if "://" in url else f"http://{url.strip()}")
        if parts.scheme not in _PORTS:
            raise ConfigError(f"endpoint scheme {parts.scheme!r} is not http or https; write http://host:4318")
        if parts.username or parts.password:
            raise ConfigError("an endpoint must not hold user and password; send them as the header authorization")
        if not parts.hostname:
            raise ConfigError(f"endpoint {url!r} names no host; write http://host:4318")
        try:
            port = parts.port
        except ValueError:
            raise ConfigError(f"endpoint of {parts.hostname!r} has a port that is not 0 to 65535") from None
        protocol = protocol or ("grpc" if port == GRPC_PORT else "http/protobuf")
        if port is None:
            port = GRPC_PORT if protocol == "grpc" and parts.scheme == "http" else _PORTS[parts.scheme]
        query = f"?{parts.query}" if parts.query else ""
        if signal is None:
            base = parts.path.rstrip("/")
            paths = tuple(f"{base}{path}{query}" for path in _PATHS)
        else:
            paths = ((parts.path or "/") + query,) * len(_PATHS)
        scheme: Literal["http", "https"] = "https" if parts.scheme == "https" else "http"
        return cls(scheme=scheme, host=unquote(parts.hostname), port=port, paths=paths, protocol=protocol)

    @property
    def authority(self) -> str:
        """`host:port`, an IPv6 address in brackets: what errors, logs and metrics name."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def path(self, signal: Signal) -> str:
        """Where requests of a signal are posted: the gRPC method for gRPC, else the URL path."""
        return signal.grpc_method if self.protocol == "grpc" else self.paths[signal.index]

    def identity(self, signal: Signal) -> tuple[object, ...]:
        """Where requests end up, and in whose name. How they travel (protocol, compression, time) is no part of it."""
        place = self.scheme, self.host.lower(), self.port, self.paths[signal.index]
        return *place, tuple(sorted(self.headers)), self.tls.cert_file

    def with_headers(self, *headers: tuple[str, str]) -> Self:
        """A copy that sends these headers as well; a later one replaces an earlier one of the same name."""
        merged = dict(self.headers) | {name.lower(): value for name, value in headers}
        return replace(self, headers=tuple(merged.items()))


def destination(targets: Mapping[Signal, Iterable[Endpoint]]) -> str:
    """A name for where all signals go: equal where addresses, headers and client certificates are, in any order.

    It is a digest, cut to 64 bits: headers, which may hold secrets, cannot be read from it.
    """
    ends = ((signal, end) for signal, target in targets.items() for end in target)
    identities = sorted({repr((signal.value, *end.identity(signal))) for signal, end in ends})
    digest = import_module("hashlib").sha256("\n".join(identities).encode())
    return str(digest.hexdigest())[:DESTINATION_LENGTH]
