"""One attempt as a machine: which request to send, and whether its outcome ends the attempt. No input or output.

    while (delivery := attempt.delivery) is None:
        attempt.finish(exchange(attempt.request(), fresh=attempt.needs_fresh))   # a Reply, or the AttemptError raised

An attempt sends a second time, within its own time, in three cases, each at most once:

- a connection from the pool broke before anything came back: the server had closed it while it was idle;
- the server refused the credential (401, UNAUTHENTICATED), and there is a new one;
- the server redirects (307, 308) to another path of itself.

`Delivery.undelivered` stays False once any of the requests may have been processed.

Sources: RFC 9112, 9.3.1 (retrying on a new connection); RFC 9110, 15.4.8 and 15.4.9 (redirects that keep the method).
"""

from __future__ import annotations

import logging
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

from sonde.client.credentials import Credentials
from sonde.client.delivery import Delivery
from sonde.client.net.answer import is_unauthenticated, meaning
from sonde.client.net.exchange import AttemptError, Reply, Request
from sonde.client.net.preparing import prepare
from sonde.client.net.route import Route
from sonde.core.clock import Clock
from sonde.core.signal import Signal

__all__ = ["Attempt"]

_log = logging.getLogger("sonde.client.net")

_SAME_METHOD = frozenset({307, 308})


class Attempt:
    """The state of one attempt.

    Args:
        route: the way to the endpoint.
        credentials: asked at every request; None for none.
        clock: its wall clock is what dates of the server are compared with.

    Attributes:
        delivery: the outcome; None while the attempt goes on.
        needs_fresh: the next request must not go over a connection of the pool.
    """

    def __init__(self, route: Route, credentials: Credentials | None, clock: Clock) -> None:
        self._route = route
        self._credentials = credentials
        self._clock = clock
        self._base: Request | None = None
        self._is_undelivered = True
        self._is_redirected = self._is_renewed = False
        self.delivery: Delivery | None = None
        self.needs_fresh = False

    def prepare(self, signal: Signal, payload: bytes, timeout_s: float) -> None:
        """Put the payload into its request.

        Raises:
            AttemptError: it cannot be, or the way to the endpoint cannot be gone.
        """
        route = self._route
        route.check()
        request = prepare(route.endpoint, signal, payload, timeout_s)
        if route.proxy is not None and not route.proxy.is_tunnel:
            request = replace(request, target=f"http://{request.authority}{request.target}")
            request = request.with_headers(route.proxy.headers)
        self._base = request

    def request(self) -> Request:
        """What to send now; asks for the credential.

        Raises:
            AttemptError: there is no credential to be had.
        """
        assert self._base is not None, "prepare() comes first"
        if self._credentials is None:
            return self._base
        try:
            headers = [(name.lower(), value) for name, value in self._credentials.headers()]
        except Exception as error:
            raise AttemptError("client.credential", f"no credential: {error}", undelivered=True) from error
        return self._base.with_headers(headers)

    def finish(self, outcome: Reply | AttemptError, *, was_pooled: bool = False, has_heard: bool = True) -> None:
        """Take the outcome of the request, and decide.

        Args:
            outcome: the answer, or why there is none.
            was_pooled: the connection had been used before.
            has_heard: something came back over it.
        """
        if isinstance(outcome, AttemptError):
            self._failed(
                outcome, is_stale=was_pooled and not self.needs_fresh and (not has_heard or outcome.undelivered)
            )
        elif not self._goes_on(outcome):
            self.delivery = meaning(
                outcome,
                is_grpc=self._route.is_grpc,
                now_ns=self._clock.now_ns(),
                sent_bytes=self._sent_bytes,
                endpoint=self._route.endpoint.authority,
            )

    @property
    def _sent_bytes(self) -> int:
        return len(self._base.body) if self._base is not None else 0

    def _failed(self, error: AttemptError, *, is_stale: bool) -> None:
        self._is_undelivered = self._is_undelivered and error.undelivered
        if is_stale and not error.code.startswith(("timeout.", "client.")):
            self.needs_fresh = True
            return
        self.delivery = Delivery(
            accepted=False,
            code=error.code,
            message=error.message,
            retryable=error.retryable,
            retry_after_s=error.retry_after_s,
            sent_bytes=self._sent_bytes,
            endpoint=self._route.endpoint.authority,
            undelivered=self._is_undelivered,
        )

    def _goes_on(self, reply: Reply) -> bool:
        """Whether there is something to be tried that this answer asks for."""
        if is_unauthenticated(reply, is_grpc=self._route.is_grpc):
            return self._is_worth_renewing()
        if reply.status in _SAME_METHOD and not self._route.is_grpc and not self._is_redirected and self._base:
            self._is_redirected = True
            target = _same_origin(self._base, reply.headers.get("location", ""))
            if target is not None:
                self._base = replace(self._base, target=target)
                return True
        return False

    def _is_worth_renewing(self) -> bool:
        if self._credentials is None or self._is_renewed:
            return False
        self._is_renewed = True
        try:
            return self._credentials.refused()
        except Exception as error:  # foreign code; what is reported is the refusal
            _log.warning("the source of credentials failed: %s", type(error).__name__)
            return False


def _same_origin(request: Request, location: str) -> str | None:
    """The target that a redirect names when it stays on the server; None when it leads elsewhere."""
    origin = f"{request.scheme}://{request.authority}"
    is_absolute = request.target.startswith("http")
    try:
        here = request.target if is_absolute else origin + request.target
        there = urlsplit(urljoin(here, location))
        same = (there.scheme, there.netloc) == (request.scheme, request.authority)
    except ValueError:
        return None
    if not location or not same:
        return None
    path = (there.path or "/") + (f"?{there.query}" if there.query else "")
    return origin + path if is_absolute else path
