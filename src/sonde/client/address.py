"""Arguments given in code over what the environment says: one signal's `Endpoint` out of both.

An argument beats a variable; what no argument names stays as `environment` read it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, TypedDict, get_args
from urllib.parse import urlsplit

from sonde.client.endpoint import COMPRESSIONS, PROTOCOLS, Compression, Endpoint, Protocol
from sonde.client.environment import parse_headers
from sonde.core.errors import ConfigError
from sonde.core.signal import Signal

__all__ = ["Connection", "Headers", "endpoint_of"]

Headers = Mapping[str, str] | Sequence[tuple[str, str]] | str
_SYNONYMS = {"nocompression": "none", "no": "none", "": "none"}


class Connection(TypedDict, total=False):
    """How to speak to a server, by the names that OpenTelemetry's own exporters use. None is the same as absent.

    Attributes:
        protocol: `grpc`, `http/protobuf` or `http/json`.
        headers: a mapping, pairs, or the text form of `OTEL_EXPORTER_OTLP_HEADERS`; they replace the variable's.
        timeout: seconds for one attempt, above 0.
        compression: `none`, `gzip`, `deflate`, `zstd`, `br`, or a member of the official exporters' enumerations.
        certificate_file: PEM file of the authorities to trust.
        client_certificate_file: PEM file of this client's certificate chain.
        client_key_file: PEM file of its key.
        insecure: decides for an address without scheme: False means TLS.
    """

    protocol: Protocol | None
    headers: Headers | None
    timeout: float | None
    compression: Any
    certificate_file: str | None
    client_certificate_file: str | None
    client_key_file: str | None
    insecure: bool | None


def endpoint_of(signal: Signal, default: Endpoint, address: str | Endpoint | None, connection: Connection) -> Endpoint:
    """Where one signal goes.

    Args:
        signal: the signal.
        default: what the environment says.
        address: an endpoint, taken as it is but for the options below; a URL, which is complete if its path ends with
            the signal's (`…/v1/traces`), else a base; None for the default's.
        connection: options that were given in code.

    Raises:
        ConfigError: an option is unknown or cannot be used; the message names it.
    """
    unknown = sorted(set(connection) - set(Connection.__annotations__))
    if unknown:
        raise ConfigError(f"{unknown[0]!r} is not an option; there are {', '.join(Connection.__annotations__)}")
    protocol = connection.get("protocol")
    if protocol is not None and protocol not in PROTOCOLS:
        raise ConfigError(f"protocol {protocol!r} is not one of {', '.join(PROTOCOLS)}")
    endpoint = _with_tls(_addressed(signal, default, address, protocol, connection.get("insecure")), connection)
    headers, timeout, compression = (connection.get(name) for name in ("headers", "timeout", "compression"))
    return replace(
        endpoint,
        headers=endpoint.headers if headers is None else header_pairs(headers),
        timeout_s=endpoint.timeout_s if timeout is None else _timeout(timeout),
        compression=endpoint.compression if compression is None else _compression(compression),
    )


def _addressed(
    signal: Signal, default: Endpoint, address: object, protocol: Protocol | None, insecure: object
) -> Endpoint:
    if address is None:
        return default if protocol in {None, default.protocol} else _respoken(default, protocol)
    if isinstance(address, Endpoint):
        return replace(address, protocol=protocol or address.protocol)
    if not isinstance(address, str):
        raise ConfigError(f"endpoint must be a URL such as http://host:4318, not {type(address).__name__}")
    has_scheme = "://" in address
    path = urlsplit(address if has_scheme else f"//{address}").path
    complete = signal if path.rstrip("/").endswith(signal.http_path) else None
    found = Endpoint.parse(address, protocol=protocol, signal=complete)
    scheme: Literal["http", "https"] = "https" if not has_scheme and insecure is False else found.scheme
    return replace(default, scheme=scheme, host=found.host, port=found.port, paths=found.paths, protocol=found.protocol)


def _respoken(default: Endpoint, protocol: Protocol | None) -> Endpoint:
    """The same server with another protocol; a standard port moves along."""
    assert protocol is not None
    port = {(4318, True): 4317, (4317, False): 4318}.get((default.port, protocol == "grpc"), default.port)
    return replace(default, protocol=protocol, port=port)


def _with_tls(endpoint: Endpoint, connection: Connection) -> Endpoint:
    files = {
        "ca_file": connection.get("certificate_file"),
        "cert_file": connection.get("client_certificate_file"),
        "key_file": connection.get("client_key_file"),
    }
    given = {name: str(value) for name, value in files.items() if value is not None}
    return replace(endpoint, tls=replace(endpoint.tls, **given)) if given else endpoint  # type: ignore[arg-type]  # mypy takes ** for every field; the names above are those of the files


def header_pairs(headers: object) -> tuple[tuple[str, str], ...]:
    """Headers in any of their forms as pairs, names in lower case.

    Raises:
        ConfigError: it is none of the forms.
    """
    try:
        if isinstance(headers, str):
            return parse_headers(headers)
        pairs: Iterable[Any] = headers.items() if isinstance(headers, Mapping) else headers  # type: ignore[assignment]  # what is not iterable is refused below
        return tuple((_text(name).lower(), _text(value)) for name, value in pairs)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"headers must be a mapping of text to text, pairs, or 'name=value,…': {error}") from None


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.isprintable():
        raise TypeError(f"a {type(value).__name__} is not printable text")
    return value


def _timeout(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
        raise ConfigError("timeout must be a number of seconds above 0")
    return float(value)


def _compression(value: object) -> Compression:
    """By name; the official enumerations have the name in `value` (HTTP) or in `name` (gRPC)."""
    names = [value] if isinstance(value, str) else [getattr(value, "value", None), getattr(value, "name", None)]
    for name in names:
        if isinstance(name, str):
            found = _SYNONYMS.get(name.lower(), name.lower())
            for known in COMPRESSIONS:
                if known == found:
                    return known
    raise ConfigError(f"compression must be one of {', '.join(get_args(Compression))}")
