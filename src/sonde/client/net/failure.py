"""Name what went wrong below the protocol: an exception of socket, resolver or TLS becomes an `AttemptError`.

Every one of them may be tried again: no answer came, so nothing says that it would be refused (OpenTelemetry Protocol
specification 1.x, "OTLP/HTTP Connection": retry with backoff when the server disconnects or cannot be reached).
"""

from __future__ import annotations

import errno
import os

from sonde.client.net.exchange import AttemptError

__all__ = ["closed", "late", "named"]


def named(error: BaseException, doing: str, *, undelivered: bool = False) -> AttemptError:
    """The condition of an exception.

    Args:
        error: of the standard library's network modules.
        doing: what was being done, as a person says it: `connecting to`, `sending to`, …
        undelivered: whether the server cannot have seen the whole request.
    """
    return AttemptError(_code(error), f"{doing}: {_words(error)}", undelivered=undelivered)


def late(stage: str, doing: str, *, undelivered: bool) -> AttemptError:
    """Time is up; `stage` is connect, send or reply."""
    return AttemptError(f"timeout.{stage}", f"time is up: {doing}", undelivered=undelivered)


def closed(*, undelivered: bool) -> AttemptError:
    """The sender was closed while the attempt was under way."""
    return AttemptError("client.closed", "the sender was closed", undelivered=undelivered)


def _code(error: BaseException) -> str:
    # gaierror and SSLError are OSErrors whose errno means something else; SSLError cannot be named without importing ssl.
    reason = getattr(error, "reason", None)
    if type(error).__module__ == "ssl":
        return f"tls.{reason}" if isinstance(reason, str) and reason else f"tls.{type(error).__name__}"
    if type(error).__name__ in {"gaierror", "herror"}:
        return f"gai.{_resolver_name(error)}"
    if isinstance(error, OSError) and error.errno is not None:
        return f"errno.{errno.errorcode.get(error.errno, error.errno)}"
    return f"python.{type(error).__name__}"


def _resolver_name(error: BaseException) -> str:
    import socket  # noqa: PLC0415 -- it is loaded when this error exists

    number = error.args[0] if error.args else None
    names = (name for name in dir(socket) if name.startswith("EAI_") and getattr(socket, name) == number)
    return next(names, "EAI_FAIL")


def _words(error: BaseException) -> str:
    number = getattr(error, "errno", None)
    if type(error).__module__ == "ssl":
        return str(getattr(error, "verify_message", "") or getattr(error, "reason", "") or error)
    text = getattr(error, "strerror", None) or (os.strerror(number) if isinstance(number, int) else "")
    return text or str(error) or type(error).__name__
