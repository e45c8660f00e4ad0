"""Where every receiver hands in what it got: check the bytes, keep them, say what became of them.

A receiver speaks a transport (HTTP, gRPC) and ends up with the bytes of one OTLP request and a signal. The intake
validates them in one pass and appends them to the sink (the journal), whose callback, after its commit, becomes the
answer. All of it runs on the event loop's thread; nothing here blocks, and nothing here builds an object per record.

Invariants: `offer` never raises and calls `done` exactly once, whatever the sink does; what `done` reports as accepted
was confirmed by the sink; a request without records is accepted without touching the sink.

Limits: `Budget` bounds the bytes of request bodies that the process holds at once, over all receivers and connections.
Receivers take bytes as they arrive, not as they are announced, so that nobody can reserve memory by promising a body.
"""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from sonde.core.errors import AuthorizationError, InternalError, MalformedError, SondeError
from sonde.core.outcome import Outcome
from sonde.core.signal import Signal
from sonde.otlp import wire

__all__ = ["DEFAULT_TENANT", "Budget", "DoorStats", "Intake", "Sink", "TenantConfig", "Tenants"]

DEFAULT_TENANT = "default"
_TENANT = re.compile(r"[a-z0-9_]{1,63}")
_SIGNALS = tuple(Signal)
_NOTHING = Outcome(0)
_log = logging.getLogger(__name__)

Done = Callable[[Outcome | SondeError], None]


class Sink(Protocol):
    """What keeps requests: the journal's writer, or something that discards them in a benchmark."""

    def append(
        self, signal: Signal, tenant: str, payload: bytes, items: int, done: Callable[[SondeError | None], None]
    ) -> None:
        """Take one validated request; `done` is called once, on the loop's thread, when it is kept or lost.

        Raises:
            ExhaustedError: nothing can be kept for want of space; `done` is not called.
            UnavailableError: the sink is closing; `done` is not called.
        """


class Budget:
    """Bytes that may be held at once; a plain counter for one thread.

    Args:
        limit_bytes: the most that can be taken, in bytes.
    """

    __slots__ = ("held", "limit_bytes")

    def __init__(self, limit_bytes: int = 256 * 1024 * 1024) -> None:
        self.limit_bytes = limit_bytes
        self.held = 0

    def take(self, count: int) -> bool:
        """Take `count` bytes; False, and nothing taken, when they are not free."""
        if self.held + count > self.limit_bytes:
            return False
        self.held += count
        return True

    def give(self, count: int) -> None:
        """Return `count` bytes that were taken."""
        self.held -= count


class DoorStats:
    """What a door counts: plain integers, written by one thread, read by whoever publishes metrics.

    Attributes:
        requests: answered requests by (transport, signal, status code of that transport); the signal is empty where a
            request did not get as far as naming one.
        items: accepted records by `Signal.index`.
        payload_bytes: bytes of accepted requests, decompressed, by `Signal.index`.
        wire_bytes: bytes of request bodies as they arrived, by transport.
        refused: requests that were refused, by error category.
        connections: connections open now, by transport.
        accepted: connections accepted since the start, by transport.
        turned_away: connections refused at the connection limit, by transport.
        expired: connections closed at a deadline, by (transport, which deadline).
    """

    def __init__(self) -> None:
        self.requests: defaultdict[tuple[str, str, str], int] = defaultdict(int)
        self.items = [0] * len(_SIGNALS)
        self.payload_bytes = [0] * len(_SIGNALS)
        self.wire_bytes: defaultdict[str, int] = defaultdict(int)
        self.refused: defaultdict[str, int] = defaultdict(int)
        self.connections: defaultdict[str, int] = defaultdict(int)
        self.accepted: defaultdict[str, int] = defaultdict(int)
        self.turned_away: defaultdict[str, int] = defaultdict(int)
        self.expired: defaultdict[tuple[str, str], int] = defaultdict(int)

    def snapshot(self) -> dict[str, Any]:
        """The counters as JSON-ready dictionaries and lists of labelled values."""
        return {
            "requests": [
                {"transport": transport, "signal": signal, "code": code, "count": count}
                for (transport, signal, code), count in sorted(self.requests.items())
            ],
            "items": {signal.value: self.items[signal.index] for signal in _SIGNALS},
            "payload_bytes": {signal.value: self.payload_bytes[signal.index] for signal in _SIGNALS},
            "wire_bytes": dict(self.wire_bytes),
            "refused": dict(self.refused),
            "connections": {
                transport: {
                    "open": self.connections[transport],
                    "accepted": self.accepted[transport],
                    "turned_away": self.turned_away[transport],
                }
                for transport in sorted({*self.accepted, *self.turned_away})
            },
            "expired": [
                {"transport": transport, "deadline": deadline, "count": count}
                for (transport, deadline), count in sorted(self.expired.items())
            ],
        }


@dataclass(frozen=True, slots=True)
class TenantConfig:
    """Who the records of a request belong to.

    Attributes:
        enabled: when False, every request belongs to the tenant `default` and the header is not read.
        header: the request header (gRPC: metadata key) that names the tenant; lower case.
        allowed: the names that are accepted; None accepts any well-formed name. A request without the header is for
            `default`, and refused where that is not among them.
    """

    enabled: bool = False
    header: str = "x-scope-orgid"
    allowed: tuple[str, ...] | None = None


class Tenants:
    """Resolves a request's tenant from its header.

    A tenant's name becomes a directory and a database, so it is 1 to 63 of `a-z`, `0-9` and `_`.
    """

    def __init__(self, config: TenantConfig | None = None) -> None:
        self.config = config or TenantConfig()
        self.header = self.config.header if self.config.enabled else ""
        """The header to look for; empty when there is nothing to look for."""

    def resolve(self, header_value: str | None) -> str:
        """The tenant that a header value names; `default` when multi-tenancy is off or the header is absent.

        Raises:
            MalformedError: the name is not well formed.
            AuthorizationError: the name is not one of those allowed; without the header, `default` is not.
        """
        if not self.header:
            return DEFAULT_TENANT
        allowed = self.config.allowed
        if header_value is None:
            if allowed is not None and DEFAULT_TENANT not in allowed:
                raise AuthorizationError(f"no tenant is named; this receiver wants one in the header {self.header}")
            return DEFAULT_TENANT
        if not _TENANT.fullmatch(header_value):
            raise MalformedError(
                f"tenant {header_value[:80]!r} is not a name of 1 to 63 characters a-z, 0-9 and _", path=self.header
            )
        if allowed is not None and header_value not in allowed:
            raise AuthorizationError(f"tenant {header_value!r} is not one that this receiver accepts")
        return header_value


class _Pending:
    """One request between the sink and its answer; settles once, however often and from wherever it is called."""

    __slots__ = ("done", "index", "items", "size_bytes", "stats")

    def __init__(self, done: Done, stats: DoorStats, index: int, items: int, size_bytes: int) -> None:
        self.done: Done | None = done
        self.stats = stats
        self.index = index
        self.items = items
        self.size_bytes = size_bytes

    def __call__(self, error: SondeError | None) -> None:
        done = self.done
        if done is None:
            return
        self.done = None
        stats = self.stats
        if error is None:
            stats.items[self.index] += self.items
            stats.payload_bytes[self.index] += self.size_bytes
            done(Outcome(self.items))
        else:
            stats.refused[error.traits.category.value] += 1
            done(error)


class Intake:
    """The one way into the sink, shared by all receivers of a process.

    Args:
        sink: where validated requests go.
        stats: counters to write to.
        budget: bytes of bodies held; receivers take and give, the intake only carries it to them.
        tenants: resolves tenants; receivers ask it, the intake only carries it to them.
    """

    def __init__(self, sink: Sink, *, stats: DoorStats, budget: Budget, tenants: Tenants) -> None:
        self._sink = sink
        self.stats = stats
        self.budget = budget
        self.tenants = tenants

    def offer(self, signal: Signal, tenant: str, payload: bytes, done: Done) -> None:
        """Validate one request and hand it to the sink; `done` gets the outcome or the error, maybe before this returns.

        Args:
            signal: what the payload is a request of.
            tenant: a name that `Tenants.resolve` returned.
            payload: the protobuf bytes of the export request, decompressed.
            done: called exactly once on the loop's thread; must not raise.
        """
        if not payload:
            done(_NOTHING)
            return
        index = signal.index
        try:
            items = wire.validate(index, payload)
        except SondeError as error:
            self._refuse(error, done)
            return
        except Exception:
            _log.exception("validation failed in a way it should not")
            self._refuse(InternalError("the request could not be checked; the server's log says why"), done)
            return
        if not items:
            done(_NOTHING)
            return
        pending = _Pending(done, self.stats, index, items, len(payload))
        try:
            self._sink.append(signal, tenant, payload, items, pending)
        except SondeError as error:
            pending(error)
        except Exception:
            _log.exception("the sink failed in a way it should not")
            pending(InternalError("the request could not be kept; the server's log says why"))

    def _refuse(self, error: SondeError, done: Done) -> None:
        self.stats.refused[error.traits.category.value] += 1
        done(error)
