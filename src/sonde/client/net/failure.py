"""Name what went wrong below the protocol: an exception of socket, resolver or TLS becomes an `AttemptError`.

Every one of them may be tried again: no answer came, so nothing says that it would be refused (OpenTelemetry Protocol
specification 1.x, "OTLP/HTTP Connection": retry with backoff when the server disconnects or cannot be reached).
"""

from __future__ import annotations

import errno
import logging
import os
from functools import cache
from importlib import import_module
from typing import Any, Final

from sonde.client.net.exchange import AttemptError

__all__ = ["closed", "late", "named", "unforeseen"]

_log = logging.getLogger("sonde.client.net")
_told: set[type[Exception]] = set()


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


def unforeseen(error: Exception) -> AttemptError:
    """A defect of Sonde's, which must not become the application's. The first of each kind is logged with its traceback."""
    if type(error) not in _told:
        _told.add(type(error))
        _log.error("sending met a defect of Sonde", exc_info=error)
    return AttemptError("client.internal", f"a defect of Sonde: {error!r}")


# What asyncio raises of its own, without a number.
_NUMBERS: Final[dict[type[BaseException], int]] = {
    ConnectionResetError: errno.ECONNRESET,
    ConnectionAbortedError: errno.ECONNABORTED,
    BrokenPipeError: errno.EPIPE,
}


def _code(error: BaseException) -> str:
    number = _NUMBERS.get(type(error)) if getattr(error, "errno", None) is None else None
    known = error if number is None else OSError(number, "")
    code: str = _names().classify(known).code
    return code


@cache
def _names() -> Any:
    return import_module("sonde.core.classify")  # a long table, which is not needed before something fails


def _words(error: BaseException) -> str:
    number = getattr(error, "errno", None)
    if type(error).__module__ == "ssl":
        return str(getattr(error, "verify_message", "") or getattr(error, "reason", "") or error)
    text = getattr(error, "strerror", None) or (os.strerror(number) if isinstance(number, int) else "")
    return text or str(error) or type(error).__name__
