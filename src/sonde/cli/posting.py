"""Posting OTLP requests over HTTP, and asking again where the protocol says one may.

Source: OTLP specification 1.x, "OTLP/HTTP": 429, 502, 503 and 504 may be sent again after `Retry-After`, or after an
exponentially growing pause with jitter where the server names none; so may a request whose connection broke. Anything
else is final. A success may still have refused some records (`partial_success`): they are counted and not sent again.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Self

import httpx
from google.protobuf.message import DecodeError
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from sonde.cli.failure import CommandError
from sonde.cli.remote import is_loopback
from sonde.core.errors import NetworkError, SondeError, UnavailableError, ValidationError
from sonde.core.outcome import Outcome
from sonde.core.signal import Signal
from sonde.otlp import compression
from sonde.resilience import is_retryable_http, retry_after_s

__all__ = ["Poster", "Tally"]

_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 30.0
_TIMEOUT_S = 60.0


@dataclass(slots=True)
class Tally:
    """What became of everything sent: records accepted by signal, and records and requests refused with their reasons."""

    accepted: dict[str, int] = field(default_factory=dict)
    rejected: int = 0
    requests: int = 0
    retries: int = 0
    reasons: dict[str, int] = field(default_factory=dict)

    def add(self, signal: Signal, outcome: Outcome) -> None:
        """Count one request's outcome."""
        self.requests += 1
        self.accepted[signal.item] = self.accepted.get(signal.item, 0) + outcome.accepted
        self.rejected += outcome.rejected
        if outcome.rejected or outcome.message:
            reason = outcome.message or "no reason given"
            self.reasons[reason] = self.reasons.get(reason, 0) + outcome.rejected


class Poster:
    """A client of one OTLP/HTTP server; a context manager.

    Args:
        url: the server's address without `/v1/…`.
        headers: sent with every request.
        encoding: content encoding of the bodies, `identity` for none.
        retries: how often one request is sent again at most.
        sleep: how to wait, handed in for tests.
        transport: for tests: what answers instead of the network.
    """

    def __init__(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        encoding: str = "identity",
        retries: int = 6,
        sleep: Callable[[float], None] = time.sleep,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.url = (url if "://" in url else f"http://{url}").rstrip("/")
        self.tally = Tally()
        self._encoding = encoding
        self._retries = retries
        self._sleep = sleep
        self._reached = False
        fixed = {"content-type": "application/x-protobuf", **(headers or {})}
        if encoding != "identity":
            fixed["content-encoding"] = encoding
        self._http = httpx.Client(
            headers=fixed, timeout=_TIMEOUT_S, trust_env=not is_loopback(self.url), transport=transport
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def post(self, signal: Signal, body: bytes, items: int, *, headers: Mapping[str, str] | None = None) -> Outcome:
        """Send one request, again where the protocol allows; what the server refused for good is in the outcome.

        Args:
            signal: decides the path.
            body: the request as protobuf.
            items: records in it.
            headers: sent with this request only.

        Raises:
            CommandError: no server answers, or it went on asking for another try until there were none left.
        """
        content = compression.compress(self._encoding, body)
        for attempt in range(self._retries + 1):
            response = self._once(signal, content, headers, is_last=attempt == self._retries)
            if response is not None and not is_retryable_http(response.status_code):
                outcome = _outcome(response, items)
                self.tally.add(signal, outcome)
                return outcome
            if attempt < self._retries:
                self.tally.retries += 1
                self._sleep(_pause_s(response, attempt))
        assert response is not None
        advice = "Wait until the server has caught up and send again; what was accepted so far is stored."
        message = f"{self.url} still refuses after {self._retries + 1} tries: {_reason(response)}"
        raise CommandError(message, advice=advice, like=UnavailableError)

    def _once(
        self, signal: Signal, content: bytes, headers: Mapping[str, str] | None, *, is_last: bool
    ) -> httpx.Response | None:
        """The answer, or None where the connection broke and may be tried again."""
        try:
            response = self._http.post(f"{self.url}{signal.http_path}", content=content, headers=headers)
        except (httpx.TransportError, httpx.InvalidURL) as error:
            if self._reached and not is_last:
                return None
            raise self._unreachable(error) from error
        self._reached = True
        return response

    def _unreachable(self, error: Exception) -> SondeError:
        advice = (
            "Start one with `sonde serve`, or name the OTLP/HTTP port of a running one with --url (4318 by default)."
        )
        return CommandError(f"no OTLP server answers at {self.url} ({error})", advice=advice, like=NetworkError)


def _pause_s(response: httpx.Response | None, attempt: int) -> float:
    """Seconds until the next try: what the server said, or a growing, jittered pause."""
    said = response.headers.get("retry-after", "") if response is not None else ""
    asked_s = retry_after_s(said, time.time_ns())
    if asked_s is not None:
        return asked_s
    longest = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2**attempt)
    return random.uniform(longest / 2, longest)  # noqa: S311  spreads senders out, keeps no secret


def _outcome(response: httpx.Response, items: int) -> Outcome:
    if response.status_code == 404:
        raise CommandError(
            f"{response.url} is not there (HTTP 404)",
            advice="Is that the OTLP/HTTP port (4318 by default)? The web port does not take telemetry.",
            like=ValidationError,
        )
    if response.is_error:
        return Outcome(0, items, _reason(response))
    # The three signals' responses share their field numbers: partial_success 1 {rejected 1, error_message 2}.
    answer = ExportTraceServiceResponse()
    try:
        answer.ParseFromString(response.content)
    except DecodeError:
        return Outcome(items)
    partial = answer.partial_success
    rejected = min(items, max(0, partial.rejected_spans))
    return Outcome(items - rejected, rejected, partial.error_message)


def _reason(response: httpx.Response) -> str:
    """What the server says about a refusal: the message of its `Status`, or the beginning of whatever it sent."""
    said = ""
    if "protobuf" in response.headers.get("content-type", ""):
        status = Status()
        try:
            status.ParseFromString(response.content)
            said = status.message
        except DecodeError:
            said = ""
    else:
        said = response.text[:200].strip()
    return f"HTTP {response.status_code}" + (f": {said}" if said else "")
