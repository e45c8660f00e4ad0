"""From an OTLP payload to the `Request` that carries it: content type, compression, headers.

A compression whose library is not installed, or that the protocol does not know, is replaced by gzip, with one warning
per process: telemetry that arrives larger beats telemetry that does not arrive.

Not every gRPC server knows zstd: the Collector and Sonde do, those made with grpcio refuse it as INTERNAL.

Sources: OpenTelemetry Protocol specification 1.x, "OTLP/gRPC" and "OTLP/HTTP Request"; specification, "OpenTelemetry
Protocol Exporter", "User Agent"; "gRPC over HTTP2" (grpc-encoding, grpc-timeout).
"""

from __future__ import annotations

import logging
from functools import cache
from importlib import import_module
from typing import Any, Final

from sonde import __version__
from sonde.client.endpoint import Endpoint
from sonde.client.net.exchange import AttemptError, Request
from sonde.client.net.grpc import message
from sonde.core.errors import SondeError, UnsupportedError
from sonde.core.signal import Signal
from sonde.otlp.compression import compress
from sonde.resilience.headers import GRPC_TIMEOUT, grpc_timeout

__all__ = ["USER_AGENT", "prepare"]

_log = logging.getLogger("sonde.client.net")

USER_AGENT: Final = f"OTel-OTLP-Exporter-Python-Sonde/{__version__}"
_CONTENT_TYPES: Final = {
    "grpc": "application/grpc",
    "http/protobuf": "application/x-protobuf",
    "http/json": "application/json",
}
_GRPC_ENCODINGS: Final = frozenset({"gzip", "deflate", "zstd"})
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
# What belongs to the message itself: a configured header of such a name would break it.
_FRAMING: Final = frozenset(
    {
        "connection", "content-encoding", "content-length", "content-type", "grpc-encoding", "host", "keep-alive",
        "te", "transfer-encoding", "upgrade",
    }
)  # fmt: skip


def prepare(endpoint: Endpoint, signal: Signal, payload: bytes, timeout_s: float) -> Request:
    """The request that delivers a payload.

    Args:
        endpoint: where it goes, and how.
        signal: what the payload holds.
        payload: an OTLP export request in protobuf.
        timeout_s: seconds that the attempt may take; a gRPC server is told.

    Raises:
        AttemptError: the payload cannot be written as JSON.
    """
    is_grpc = endpoint.protocol == "grpc"
    body = _json(signal, payload) if endpoint.protocol == "http/json" else payload
    body, encoding = _compressed(endpoint.compression, body, is_grpc=is_grpc)
    headers = {"user-agent": USER_AGENT}
    headers.update((name.lower(), value) for name, value in endpoint.headers if name.lower() not in _FRAMING)
    headers["content-type"] = _CONTENT_TYPES[endpoint.protocol]
    if is_grpc:
        timeout = grpc_timeout(timeout_s)
        if timeout:
            headers[GRPC_TIMEOUT] = timeout
        body = message(body, is_compressed=bool(encoding))
    if encoding:
        headers["grpc-encoding" if is_grpc else "content-encoding"] = encoding
    return Request(endpoint.scheme, authority(endpoint), endpoint.path(signal), tuple(headers.items()), body)


def authority(endpoint: Endpoint) -> str:
    """What the server is called in `Host`: without the port where that is the scheme's own (RFC 9110, section 4.2.3)."""
    if endpoint.port != _DEFAULT_PORTS[endpoint.scheme]:
        return endpoint.authority
    return endpoint.authority.rpartition(":")[0]


def _json(signal: Signal, payload: bytes) -> bytes:
    try:
        text: bytes = _json_library().from_protobuf(signal, payload)
    except SondeError as error:
        raise AttemptError(
            "protocol.json",
            f"the payload cannot be written as JSON: {error.message}",
            undelivered=True,
            retryable=False,
        ) from error
    except ImportError as error:
        raise AttemptError(
            "config.protocol", f"http/json needs a library that is missing ({error.name}); use http/protobuf",
            undelivered=True, retryable=False,
        ) from error  # fmt: skip
    return text


@cache
def _json_library() -> Any:
    # It brings the protobuf library with it, which nothing else of the client needs.
    return import_module("sonde.otlp.json")


def _compressed(wanted: str, body: bytes, *, is_grpc: bool) -> tuple[bytes, str]:
    """The body and what it is compressed with; "" for nothing."""
    if wanted == "none":
        return body, ""
    if is_grpc and wanted not in _GRPC_ENCODINGS:
        _warn(wanted, "is not known to gRPC")
        wanted = "gzip"
    try:
        return compress(wanted, body), wanted
    except UnsupportedError:
        _warn(wanted, "needs a library that is missing; install sonde[compression]")
    return compress("gzip", body), "gzip"


@cache
def _warn(wanted: str, why: str) -> None:
    _log.warning("compression %s %s; gzip is used instead", wanted, why)
