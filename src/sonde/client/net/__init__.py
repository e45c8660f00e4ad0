"""The network: one attempt to deliver one request, over HTTP/1.1 or gRPC, by threads or by asyncio.

    open_sender(endpoint).send(signal, payload, timeout_s=10)                -> Delivery
    await open_async_sender(endpoint).send(signal, payload, timeout_s=10)    -> Delivery

An attempt never raises and never lasts longer than it may; what became of it is a `Delivery`.

    sender, asyncio_sender          an attempt's way through the pool; `pool`, `route`
    attempt                         which request to send, and whether its outcome ends the attempt
    connection, channel             bytes over blocking sockets; `asyncio_connection` over asyncio
    http1, grpc, frames             one connection's side of the protocol, without input or output
    preparing, answer, answer_body  from payload to request, and from reply to delivery
    tls, proxy, resolve             how a connection comes about

The parts are imported at first use: sockets, TLS, asyncio, `h11` and `hpack` cost a process nothing that does not send by them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sonde.client.net.asyncio_sender import AsyncSender, open_async_sender
    from sonde.client.net.sender import NetSender, open_sender

__all__ = ["AsyncSender", "NetSender", "open_async_sender", "open_sender"]

_HOMES = {
    "AsyncSender": "sonde.client.net.asyncio_sender",
    "NetSender": "sonde.client.net.sender",
    "open_async_sender": "sonde.client.net.asyncio_sender",
    "open_sender": "sonde.client.net.sender",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return found
