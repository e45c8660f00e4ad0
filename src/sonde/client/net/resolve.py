"""Turn a host name into addresses, no longer than allowed: the system's resolver has no deadline of its own.

A name is looked up on a thread of its own, which is waited for; when that takes too long the caller goes on, and the
next one who asks waits for the same answer. Literal addresses are not looked up, so most agents cost nothing.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any

__all__ = ["Resolver"]

_SLICE_S = 0.25

AddressInfo = tuple[int, int, int, str, Any]


class Resolver:
    """Looks up one host. Thread-safe.

    Args:
        host: a name or an address.
        port: the TCP port of the addresses.
    """

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port
        self._is_literal = _is_literal(host)
        self.forget()

    def forget(self) -> None:
        """In a forked child: the parent's thread is not here."""
        self._lock = threading.Lock()
        self._lookup: _Lookup | None = None

    def addresses(self, remaining_s: Callable[[], float]) -> list[AddressInfo]:
        """The addresses of the host, in the order in which to try them.

        Args:
            remaining_s: seconds that may still be waited; may raise to give up.

        Raises:
            OSError: the name has no address (`socket.gaierror`), or time is up (`TimeoutError`).
        """
        if self._is_literal:
            return _ask(self.host, self.port)
        with self._lock:
            if self._lookup is None:
                self._lookup = _Lookup(self.host, self.port)
            lookup = self._lookup
        while not lookup.done.wait(min(_SLICE_S, max(0.0, remaining_s()))):
            if remaining_s() <= 0:
                raise TimeoutError
        with self._lock:
            if self._lookup is lookup:
                self._lookup = None
        if lookup.error is not None:
            raise lookup.error
        return lookup.found


class _Lookup:
    """One question to the resolver, under way or answered."""

    def __init__(self, host: str, port: int) -> None:
        self.done = threading.Event()
        self.found: list[AddressInfo] = []
        self.error: OSError | None = None
        thread = threading.Thread(target=self._run, args=(host, port), name="sonde-resolve", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # no thread is to be had: the interpreter is ending, or the system has no more
            self._run(host, port)

    def _run(self, host: str, port: int) -> None:
        try:
            self.found = _ask(host, port)
        except OSError as error:
            self.error = error
        except Exception as error:  # a name that cannot be encoded (UnicodeError) has no address
            self.error = socket.gaierror(socket.EAI_NONAME, str(error))
        finally:
            self.done.set()


def _ask(host: str, port: int) -> list[AddressInfo]:
    return [(*each,) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _is_literal(host: str) -> bool:
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host)
        except (OSError, ValueError):
            continue
        return True
    return False
