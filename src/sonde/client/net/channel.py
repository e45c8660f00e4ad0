"""A stream over a socket that never waits longer than it is told, with or without TLS.

The socket does not block; whoever must wait polls for what the last operation lacked. All waiting happens in `wait`, so
a deadline, and an interruption from another thread, hold for connecting, for the TLS handshake, and for every byte.

Not promised: an interruption wakes a lookup of a name within a quarter of a second only.
"""

from __future__ import annotations

import math
import select
import socket
from contextlib import suppress
from typing import Any

from sonde.client.net.exchange import AttemptError
from sonde.client.net.failure import closed, late, named
from sonde.client.net.resolve import AddressInfo
from sonde.client.net.route import Route
from sonde.core.clock import Clock

__all__ = ["Channel"]

_READ_BYTES = 65536
_LONGEST_POLL_MS = 1 << 30
_WANTED = {"SSLWantReadError": select.POLLIN, "SSLWantWriteError": select.POLLOUT}


class Channel:
    """One connection's bytes. For one thread at a time, but for `interrupt`.

    Args:
        route: where to connect to.
        clock: what deadlines (its monotonic seconds) are compared with.
    """

    def __init__(self, route: Route, clock: Clock) -> None:
        self._route = route
        self._clock = clock
        self._socket: Any = None
        self._plain: socket.socket | None = None
        self._poll: Any = None
        self._is_interrupted = False
        self._read_needs = select.POLLIN
        self._write_needs = select.POLLOUT

    # -- connecting ----------------------------------------------------------------------------------------------------

    def open(self, deadline: float) -> None:
        """Connect, through the proxy if there is one, and shake hands.

        Raises:
            AttemptError: with `undelivered`.
        """
        certificates = self._route.certificates
        context = certificates.context() if certificates else None
        doing = self._route.doing
        self._connect(deadline, doing)
        tunnel = self._route.tunnel()
        try:
            if tunnel is not None:
                self._send_all(tunnel.begin(), deadline)
                while not tunnel.feed(self._receive(deadline)):
                    pass
            if context is not None:
                doing = f"TLS with {self._route.endpoint.authority}"
                self._shake_hands(context, deadline)
        except OSError as error:
            raise named(error, doing, undelivered=True) from error

    def _connect(self, deadline: float, doing: str) -> None:
        """Try the addresses one after the other; each gets its share of the time that is left."""
        try:
            addresses = self._route.resolver.addresses(lambda: self._left(deadline))
        except TimeoutError:
            raise late("connect", f"{doing}: looking up the name", undelivered=True) from None
        except OSError as error:
            raise named(error, doing, undelivered=True) from error
        failure: AttemptError | None = None
        for index, address in enumerate(addresses):
            share = self._left(deadline) / (len(addresses) - index)
            try:
                return self._connect_to(address, self._clock.monotonic() + share, doing)
            except AttemptError as error:
                failure = error
            except OSError as error:
                failure = named(error, doing, undelivered=True)
            self.close()
            if self._is_interrupted:
                break
        raise failure or AttemptError("gai.EAI_NODATA", f"{doing}: the name has no address", undelivered=True)

    def _connect_to(self, address: AddressInfo, deadline: float, doing: str) -> None:
        family, kind, protocol, _, where = address
        self._plain = self._socket = socket.socket(family, kind, protocol)
        self._socket.settimeout(0)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._poll = select.poll()
        self._poll.register(self._socket.fileno())
        try:
            self._socket.connect(where)
        except BlockingIOError:
            self.wait(select.POLLOUT, deadline, "connect", doing)
            number = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if number:
                raise OSError(number, "") from None

    def _shake_hands(self, context: Any, deadline: float) -> None:
        self._socket = context.wrap_socket(
            self._plain, server_hostname=self._route.server_name, do_handshake_on_connect=False
        )
        self._plain = self._socket
        while True:
            try:
                self._socket.do_handshake()
            except OSError as error:
                needs = _WANTED.get(type(error).__name__)
                if needs is None:
                    raise
            else:
                return
            self.wait(needs, deadline, "connect", f"TLS with {self._route.endpoint.authority}")

    def _send_all(self, octets: bytes, deadline: float) -> None:
        view = memoryview(octets)
        while view:
            view = view[self.write(view) :]
            if view:
                self.wait(self._write_needs, deadline, "connect", self._route.doing)

    def _receive(self, deadline: float) -> bytes:
        while (data := self.read()) is None:
            self.wait(self._read_needs, deadline, "connect", self._route.doing)
        return data

    # -- bytes ---------------------------------------------------------------------------------------------------------

    def write(self, view: memoryview) -> int:
        """Write what can be written now; returns how many bytes.

        Raises:
            OSError: the connection is broken.
        """
        try:
            count: int = self._socket.send(view)
        except BlockingIOError:
            self._write_needs = select.POLLOUT
            return 0
        except OSError as error:
            if type(error).__name__ not in _WANTED:
                raise
            self._write_needs = _WANTED[type(error).__name__]
            return 0
        return count

    def read(self) -> bytes | None:
        """Read what has arrived: b"" at the end of the stream, None when there is nothing yet.

        Raises:
            OSError: the connection is broken.
        """
        try:
            data: bytes = self._socket.recv(_READ_BYTES)
        except BlockingIOError:
            self._read_needs = select.POLLIN
            return None
        except OSError as error:
            if type(error).__name__ not in _WANTED:
                raise
            self._read_needs = _WANTED[type(error).__name__]
            return None
        return data

    def wait_to_go_on(self, deadline: float, stage: str, doing: str, *, is_writing: bool) -> None:
        """Wait until more can be read, or written if something is left to write.

        Raises:
            AttemptError: as `wait`.
        """
        self.wait(self._read_needs | (self._write_needs if is_writing else 0), deadline, stage, doing)

    def wait(self, events: int, deadline: float, stage: str, doing: str) -> None:
        """Wait for the socket.

        Raises:
            AttemptError: time is up, or the sender was closed.
        """
        milliseconds = math.ceil(min(self._left(deadline) * 1000, _LONGEST_POLL_MS))
        self._poll.modify(self._socket.fileno(), events)
        is_ready = milliseconds > 0 and self._poll.poll(milliseconds)
        if self._is_interrupted:
            raise closed(undelivered=stage == "connect")
        if not is_ready:
            raise late(stage, doing, undelivered=stage == "connect")

    def _left(self, deadline: float) -> float:
        if self._is_interrupted:
            raise closed(undelivered=False)
        return deadline - self._clock.monotonic()

    # -- ending --------------------------------------------------------------------------------------------------------

    def interrupt(self) -> None:
        """From another thread: whoever waits here stops."""
        self._is_interrupted = True
        if self._plain is not None:
            # Not SSLSocket's own shutdown, which would take TLS away under the thread that is using it.
            with suppress(OSError):
                socket.socket.shutdown(self._plain, socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the descriptor. TLS says no goodbye: an answer that was complete needs none, another is lost anyway."""
        if self._socket is not None:
            with suppress(OSError):
                self._socket.close()
