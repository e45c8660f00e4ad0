"""What a protocol machine and the shells that carry its bytes agree on: `Request` in, `Reply` out, `AttemptError` else.

A machine speaks for one connection and does no input or output of its own:

    machine.begin(request) -> bytes to write
    machine.feed(bytes that arrived; b"" for the end) -> bytes to write
    machine.reply          -> the answer, once it is complete

A shell (blocking sockets, asyncio) moves bytes until there is a reply, and may then begin the next request if the
machine says that it `is_reusable`. `feed` is also how a machine hears what arrives between requests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, Self

__all__ = ["AttemptError", "Machine", "Reply", "Request", "unwritable_headers"]

Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Request:
    """One POST, ready to be put into frames.

    Attributes:
        scheme: `http` or `https`.
        authority: what the server is called in `Host` or `:authority`.
        target: the path with its query; the whole URL when it goes through a proxy in clear text.
        headers: names in lower case, without those that belong to framing.
        body: as it goes out: compressed, and for gRPC with the prefix of its message.
    """

    scheme: str
    authority: str
    target: str
    headers: Headers
    body: bytes

    def with_headers(self, headers: Headers) -> Self:
        """A copy that sends `headers` as well; they replace those of the same name."""
        return replace(self, headers=tuple((dict(self.headers) | dict(headers)).items())) if headers else self


@dataclass(slots=True)
class Reply:
    """An answer, complete or cut short.

    Attributes:
        status: the HTTP status.
        headers: names in lower case; of repeated ones the last.
        body: at most as many bytes as the machine was told to keep.
        trailers: of gRPC; the headers themselves when the answer was trailers only.
        is_cut: the body is not whole: it was larger than what is kept, or broke off.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    trailers: Mapping[str, str] = field(default_factory=dict)
    is_cut: bool = False


class AttemptError(Exception):
    """No answer came, and why; never leaves this package.

    Args:
        code: the condition's code.
        message: what failed, for a person; holds no header values.
        undelivered: the server cannot have processed the whole request.
        retryable: whether the same request may be sent again.
        retry_after_s: seconds the server asked to wait before that.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        undelivered: bool = False,
        retryable: bool = True,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.undelivered = undelivered
        self.retryable = retryable
        self.retry_after_s = retry_after_s


def unwritable_headers() -> AttemptError:
    """A configured header, or the path, holds what no header may hold. The value is not shown: it may be a secret."""
    message = "a header or the path holds characters that cannot be sent; check the configured headers"
    return AttemptError("config.headers", message, undelivered=True, retryable=False)


class Machine(Protocol):
    """One connection's side of a protocol."""

    @property
    def reply(self) -> Reply | None:
        """The answer to the request begun last; None until it is complete."""

    @property
    def partial(self) -> Reply | None:
        """The answer as far as it has come, where that already tells what became of the request; else None."""

    @property
    def is_sent(self) -> bool:
        """Whether all of the request has been handed out to be written."""

    @property
    def has_heard(self) -> bool:
        """Whether something arrived since the request was begun."""

    @property
    def is_reusable(self) -> bool:
        """Whether another request may be begun, as far as the protocol goes."""

    def begin(self, request: Request) -> bytes:
        """The first bytes of a request.

        Raises:
            AttemptError: it cannot be put into frames (an illegal header), or the connection takes no more.
        """

    def feed(self, data: bytes) -> bytes:
        """Take what arrived, b"" for the end of the stream; returns what is to be written now.

        Raises:
            AttemptError: the peer broke the protocol, refused the request below its level, or left without an answer.
        """
