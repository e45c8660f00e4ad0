"""One connection of the asyncio sender: a protocol machine, fed by the loop.

What arrives between requests is fed to the machine as well, so that a connection which the server ends is known to be
dead before it is taken from the pool.

Not promised: with TLS, bytes that asyncio holds back are taken as sent, so a request that broke off is reported as
possibly delivered; an answer that the server gave before it refused the rest of a large body (asyncio closes the
connection at the first failed write).
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import Any, cast

from sonde.client.net.exchange import AttemptError, Reply, Request
from sonde.client.net.failure import closed, named
from sonde.client.net.proxy import Tunnel
from sonde.client.net.resolve import AddressInfo
from sonde.client.net.route import Route
from sonde.core.clock import Clock

__all__ = ["AsyncConnection"]


class AsyncConnection(asyncio.Protocol):
    """Carries one request after the other, on the loop that it was opened on.

    Args:
        route: where it leads.
        clock: of ages.

    Attributes:
        born: when it was made, monotonic seconds.
        idle_since: when its last request ended.
        was_used: it has carried a request.
        stage: what a request waits for: `connect`, `send` or `reply`.
    """

    def __init__(self, route: Route, clock: Clock) -> None:
        self._route = route
        self._doing = f"asking {route.endpoint.authority}"
        self._machine = route.machine()
        self._tunnel: Tunnel | None = None
        self._transport: asyncio.Transport | None = None
        self._socket: socket.socket | None = None
        self._done: asyncio.Future[None] | None = None
        self._is_paused = False
        self._is_broken = False
        self._is_open = False
        self.born = self.idle_since = clock.monotonic()
        self.was_used = False

    # -- for the sender ------------------------------------------------------------------------------------------------

    async def open(self, deadline: float) -> None:
        """Connect, through the proxy if there is one, and shake hands; `deadline` in the loop's time.

        Raises:
            AttemptError: that did not work.
        """
        doing = self._route.doing
        try:
            context = self._route.certificates.context() if self._route.certificates else None
            self._socket = await self._connected(deadline)
            loop = asyncio.get_running_loop()
            self._tunnel = self._route.tunnel()
            server_name = self._route.server_name if context else None
            if self._tunnel is None:
                await loop.create_connection(lambda: self, sock=self._socket, ssl=context, server_hostname=server_name)
            else:
                await self._pass_through(self._tunnel, context, server_name)
        except OSError as error:
            raise named(error, doing, undelivered=True) from error
        self._is_open = True

    async def _connected(self, deadline: float) -> socket.socket:
        """Try the addresses one after the other; each gets its share of the time that is left."""
        loop = asyncio.get_running_loop()
        resolver = self._route.resolver
        found = await loop.getaddrinfo(resolver.host, resolver.port, type=socket.SOCK_STREAM)
        failure: OSError = socket.gaierror(socket.EAI_NONAME, "the name has no address")
        for index, address in enumerate(found):
            share_s = (deadline - loop.time()) / (len(found) - index)
            try:
                return await self._connected_to(address, share_s)
            except TimeoutError as error:
                failure = error
                if index == len(found) - 1:
                    raise
            except OSError as error:
                failure = error
        raise failure

    async def _connected_to(self, address: AddressInfo, share_s: float) -> socket.socket:
        family, kind, protocol, _, where = address
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(0)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            async with asyncio.timeout(share_s):
                await asyncio.get_running_loop().sock_connect(sock, where)
        except BaseException:
            sock.close()
            raise
        return sock

    async def _pass_through(self, tunnel: Tunnel, context: Any, server_name: str | None) -> None:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_connection(lambda: self, sock=self._socket)
        self._done = loop.create_future()
        transport.write(tunnel.begin())
        await self._done
        self._tunnel = None
        if context is not None:
            secured = await loop.start_tls(transport, self, context, server_hostname=server_name)
            self._transport = cast("asyncio.Transport", secured)

    async def exchange(self, request: Request) -> Reply:
        """Send a request and wait for its answer.

        Raises:
            AttemptError: there is none.
        """
        machine = self._machine
        self._done = asyncio.get_running_loop().create_future()
        try:
            self._write(machine.begin(request))
            if self._is_broken:
                raise ConnectionResetError
            await self._done
        except AttemptError as error:
            error.undelivered = error.undelivered or self.is_unsent
            self._is_broken = True
            if machine.partial is None:
                raise
        except OSError as error:
            raise named(error, self._doing, undelivered=True) from error
        finally:
            self._done = None
        self.was_used = True
        reply = machine.reply or machine.partial
        assert reply is not None, "the wait ends with a reply or an error"
        return reply

    @property
    def stage(self) -> str:
        """What is being waited for."""
        return "connect" if not self._is_open else "send" if self.is_unsent else "reply"

    @property
    def is_unsent(self) -> bool:
        """Some of the request has certainly not been written."""
        return self._is_paused or not self._machine.is_sent

    @property
    def partial(self) -> Reply | None:
        """The answer as far as it has come, where it says enough."""
        return self._machine.partial

    @property
    def has_heard(self) -> bool:
        """Something came back for the request sent last."""
        return self._machine.has_heard

    @property
    def is_reusable(self) -> bool:
        """Both sides are done with a request, and neither wants to end the connection."""
        return self._is_open and not self._is_broken and not self._is_paused and self._machine.is_reusable

    def is_alive(self) -> bool:
        """Whether an idle connection still works, as far as the loop has been told."""
        return self.is_reusable and self._transport is not None and not self._transport.is_closing()

    def interrupt(self) -> None:
        """The exchange under way ends now."""
        self._end(closed(undelivered=self.is_unsent))
        self.close()

    def close(self) -> None:
        """End the connection at once: an answer that was complete needs no goodbye, another is lost anyway."""
        self._is_broken = True
        if self._transport is not None:
            self._transport.abort()
        elif self._socket is not None:
            self._socket.close()

    def forget(self) -> None:
        """Close the descriptor alone: the loop it belonged to is gone, or is another process's."""
        self._is_broken = True
        if self._socket is not None:
            with suppress(OSError):
                self._socket.close()

    # -- asyncio's side ------------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The loop has a transport: clear text, or TLS after its handshake."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=1, low=0)  # so that pause_writing tells of unwritten bytes

    def data_received(self, data: bytes) -> None:
        """Something arrived."""
        try:
            if self._tunnel is not None:
                if self._tunnel.feed(data):
                    self._end(None)
                return
            self._write(self._machine.feed(data))
        except AttemptError as error:
            self._end(error)
            return
        if self._machine.reply is not None:
            self._end(None)

    def eof_received(self) -> None:
        """The server will send no more; asyncio closes the connection after this."""
        self.data_received(b"")

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over; None means that this side ended it."""
        self._is_broken = True
        self._end(named(exc or ConnectionResetError("the connection was closed"), self._doing))

    def pause_writing(self) -> None:
        """Some bytes wait."""
        self._is_paused = True

    def resume_writing(self) -> None:
        """No bytes wait."""
        self._is_paused = False

    def _write(self, octets: bytes) -> None:
        if octets and self._transport is not None and not self._transport.is_closing():
            self._transport.write(octets)

    def _end(self, error: AttemptError | None) -> None:
        self._is_broken = self._is_broken or error is not None
        if self._done is None or self._done.done():
            return
        if error is None:
            self._done.set_result(None)
        else:
            self._done.set_exception(error)
