"""What became of one attempt to deliver a request: a value, for refusals too.

Every transport, for every protocol, turns what happened into a `Delivery`, so that retry, failover, breaker and the
engine's accounting look at one thing and never at sockets, statuses or exceptions.

Source: OpenTelemetry Protocol specification 1.x, "Partial Success", "Failures" and "Retryable Response Codes".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

from sonde.core.signal import Signal

__all__ = ["ACCEPTED", "Delivery", "Sender"]

_TOO_LARGE_CODES = frozenset({"grpc.RESOURCE_EXHAUSTED", "grpc.OUT_OF_RANGE"})
# grpc-go and grpc-core: "received message larger than max"; grpc-java: "exceeds maximum size"; tonic: "message length
# too large"; Sonde: "is larger than".
_TOO_LARGE_WORDS = r"larger than|too (?:large|big|long)|exceeds? (?:the )?(?:max|limit|size)"


@dataclass(frozen=True, slots=True)
class Delivery:
    """The outcome of one attempt.

    Attributes:
        accepted: the server took the request, though perhaps not every record of it.
        code: a condition's code (`sonde explain CODE`): `ok`, `grpc.UNAVAILABLE`, `http.503`, `errno.ECONNREFUSED`, …
        rejected: with `accepted`, how many records the server refused for good (partial success).
        message: the server's words, or what failed; for a person.
        retryable: without `accepted`, whether the same request may be sent again, by OTLP's rules.
        retry_after_s: seconds the server asked to wait before that; None when it named none.
        sent_bytes: bytes of the body as it went out (compressed).
        endpoint: `host:port` of the server that was tried; empty when none was.
        undelivered: True when the server cannot have seen the whole request (no connection, no credential, broken while
            it was written), so that sending it again cannot make it appear twice.
    """

    accepted: bool
    code: str = "ok"
    rejected: int = 0
    message: str = ""
    retryable: bool = False
    retry_after_s: float | None = None
    sent_bytes: int = 0
    endpoint: str = ""
    undelivered: bool = False

    @property
    def is_partial(self) -> bool:
        """True when the server took the request and refused records of it, or has advice."""
        return self.accepted and (self.rejected > 0 or bool(self.message))

    @property
    def is_too_large(self) -> bool:
        """True when the server refused the request for its size alone, so that two halves of it may pass.

        HTTP says 413. gRPC servers use codes that also mean a quota, so their words decide; a quota that is refilled
        comes with a wait, and is no question of size. Tonic says OUT_OF_RANGE, which OTLP counts as retryable.
        """
        if self.accepted or self.retry_after_s is not None:
            return False
        return self.code == "http.413" or (
            self.code in _TOO_LARGE_CODES and re.search(_TOO_LARGE_WORDS, self.message, re.IGNORECASE) is not None
        )


ACCEPTED = Delivery(accepted=True)
"""An attempt that worked and left nothing to say."""


class Sender(Protocol):
    """Makes one attempt to deliver a request. Thread-safe. Never raises for anything the network or the server does."""

    def send(self, signal: Signal, payload: bytes, *, timeout_s: float) -> Delivery:
        """Try once, within `timeout_s` seconds for everything: connecting, sending, waiting for the answer.

        Args:
            signal: which signal's request it is.
            payload: an OTLP export request in protobuf, whatever the transport makes of it.
            timeout_s: seconds for the whole attempt.
        """

    def close(self) -> None:
        """Close idle connections; attempts that are under way end with a `Delivery`."""

    def forget(self) -> None:
        """In a forked child: drop the parent's connections without a word to the server, and open new ones later."""
