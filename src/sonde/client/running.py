"""The process's export engine: made at first use from the environment, shared by whatever emits in this process.

Exporters, processors and `sonde.configure()` all ask here, so that they share lanes, senders, bounds and one farewell at
the end. Thread-safe. In a forked child it is the same engine, begun anew (see `sonde.client.engine.engine`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from threading import RLock
from typing import Any

from sonde.client.delivery import Sender
from sonde.client.endpoint import Endpoint, destination
from sonde.client.engine.engine import Engine
from sonde.client.engine.identity import resource_of
from sonde.client.engine.intake import Encoder
from sonde.client.environment import read_settings
from sonde.client.settings import Settings
from sonde.core.errors import SondeError
from sonde.core.signal import Signal
from sonde.otlp import encode

__all__ = ["engine", "flush", "make_engine", "set_engine", "shutdown", "stats"]

_log = logging.getLogger(__name__)
_lock = RLock()
_engine: Engine | None = None


def engine(settings: Settings | None = None) -> Engine:
    """The process's engine; made if there is none, of these settings or of the environment's."""
    global _engine  # noqa: PLW0603  a process has one
    with _lock:
        if _engine is None:
            _engine = make_engine(settings or read_settings(warn=_log.warning))
        return _engine


def set_engine(replacement: Engine | None) -> Engine | None:
    """Make this the process's engine from now on; returns the one before, which goes on until it is shut down."""
    global _engine
    with _lock:
        before, _engine = _engine, replacement
        return before


def flush(timeout_s: float = 30.0) -> bool:
    """Deliver everything emitted so far; False when that took longer. True where there is no engine yet."""
    return _engine.flush(timeout_s) if _engine is not None else True


def shutdown(timeout_s: float | None = None) -> bool:
    """Deliver, keep or count everything, and end; False when something was left on disk or lost."""
    return _engine.shutdown(timeout_s) if _engine is not None else True


def stats() -> dict[str, Any]:
    """Where every item went; empty where there is no engine yet."""
    return _engine.stats() if _engine is not None else {}


def make_engine(settings: Settings, *, endpoints: Sequence[Endpoint] = ()) -> Engine:
    """An engine that sends as the settings say.

    Args:
        settings: bounds and places.
        endpoints: several servers that share the load of all signals and stand in for each other; none means the
            settings' own, one for each signal.
    """
    targets: Mapping[Signal, tuple[Endpoint, ...]] = {
        signal: tuple(endpoints) or (settings.endpoints[signal],) for signal in Signal
    }
    spool = replace(settings.spool, destination=destination(targets))
    squeezed = {signal: tuple(map(_compressing, target)) for signal, target in targets.items()}
    return Engine(
        replace(settings, spool=spool),
        lambda: _open(targets, settings.in_flight),
        _ENCODERS,
        squeezed=(lambda: _open(squeezed, settings.in_flight)) if squeezed != targets else None,
    )


def _compressing(endpoint: Endpoint) -> Endpoint:
    return replace(endpoint, compression="gzip") if endpoint.compression == "none" else endpoint


def _open(targets: Mapping[Signal, tuple[Endpoint, ...]], connections: int) -> dict[Signal, Sender]:
    """A sender for every signal; equal targets share one. The network is loaded here, on the engine's thread."""
    made = {target: _sender(target, connections) for target in set(targets.values())}
    for endpoint in {endpoint for target in targets.values() for endpoint in target}:
        _load_libraries(endpoint)
    return {signal: made[target] for signal, target in targets.items()}


def _sender(target: tuple[Endpoint, ...], connections: int) -> Sender:
    if len(target) == 1:
        single: Sender = import_module("sonde.client.net").open_sender(target[0], connections=connections)
        return single
    several: Sender = import_module("sonde.client.direct.otlp_client").OtlpClient(target, retry=None)
    return several


def _load_libraries(endpoint: Endpoint) -> None:
    """Import now what the first request, or its failure, would; a fork must not fall into it (`sonde.client.engine.gate`)."""
    import_module("sonde.core.classify").table()
    for name in _LIBRARIES[endpoint.protocol]:
        import_module(name)
    if endpoint.scheme == "https":
        import_module("ssl")
    with suppress(SondeError):  # not installed; the sender says so and goes on without it
        if endpoint.protocol == "http/json":
            import_module("sonde.otlp.json").from_protobuf(Signal.TRACES, b"")
        if endpoint.compression != "none":
            import_module("sonde.otlp.compression").compress(endpoint.compression, b"")


_LIBRARIES = {"grpc": ("hpack",), "http/protobuf": ("h11",), "http/json": ("h11",)}


def _encoder(encode_items: Callable[..., bytes]) -> Encoder:
    def encode_some(items: Sequence[Any], refused: list[Any]) -> bytes:
        return encode_items(items, resource_of(), refused)

    return encode_some


def _encode_metrics(items: Sequence[Any], refused: list[Any]) -> bytes:
    """Readings one after the other: joined requests are one request."""
    return b"".join(encode.encode_metrics(data, resource_of(), refused) for data in items)


_ENCODERS: Mapping[Signal, Encoder] = {
    Signal.TRACES: _encoder(encode.encode_spans),
    Signal.LOGS: _encoder(encode.encode_logs),
    Signal.METRICS: _encode_metrics,
}
