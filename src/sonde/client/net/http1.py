"""HTTP/1.1 for one request after the other on a connection, over `h11`; no input or output of its own.

Informational answers (1xx) are skipped. An answer that ends with the connection (HTTP/1.0, `Connection: close`) is as
good as any; the connection is then not used again. What an answer's head says stands, whatever happens to its body: a
body that is too large or breaks off is handed on as it is, marked as cut.

Source: RFC 9112; section 9.3 for when a connection may be used again, 9.6 for how it is closed.
"""

from __future__ import annotations

import errno
import os
from functools import cache
from typing import Any

from sonde.client.net.exchange import AttemptError, Reply, Request, unwritable_headers

__all__ = ["Http1"]


@cache
def _h11() -> Any:
    import h11  # noqa: PLC0415 -- only processes that send over HTTP/1.1 pay for it

    return h11


class Http1:
    """The client's side of one connection: a `Machine`.

    Args:
        max_reply_bytes: bytes of a body that are kept; a longer one is cut, and the connection not used again.
    """

    def __init__(self, max_reply_bytes: int) -> None:
        self._max_reply_bytes = max_reply_bytes
        self._connection = _h11().Connection(_h11().CLIENT)
        self._begun = False
        self._start()

    def _start(self) -> None:
        self.reply: Reply | None = None
        self.is_sent = False
        self.has_heard = False
        self._head: Any = None
        self._body = bytearray()

    @property
    def partial(self) -> Reply | None:
        """The answer as far as it has come, once its head is here."""
        return self.reply or (self._made(is_cut=True) if self._head is not None else None)

    @property
    def is_reusable(self) -> bool:
        """True between requests, while both sides mean to go on."""
        h11, connection = _h11(), self._connection
        if not self._begun:
            return bool(connection.our_state is h11.IDLE)
        is_over = connection.our_state is h11.DONE and connection.their_state is h11.DONE
        return bool(is_over and self.reply is not None and connection.trailing_data == (b"", False))

    def begin(self, request: Request) -> bytes:
        """Head and body of a request."""
        h11 = _h11()
        headers = [("host", request.authority), *request.headers, ("content-length", str(len(request.body)))]
        try:
            if self._begun:
                self._connection.start_next_cycle()
            self._begun = True
            self._start()
            head = h11.Request(
                method="POST",
                target=request.target.encode("utf-8"),
                headers=[(name.encode("utf-8"), value.encode("utf-8")) for name, value in headers],
            )
            octets: bytes = self._connection.send(head) + request.body
            # What h11 would do with the body is copy it; telling it the length is enough for its own books.
            self._connection.send_with_data_passthrough(h11.Data(data=request.body))
            self._connection.send(h11.EndOfMessage())
        except h11.LocalProtocolError as error:
            raise unwritable_headers() from error
        self.is_sent = True
        return octets

    def feed(self, data: bytes) -> bytes:
        """Take what arrived; HTTP/1.1 never has anything to write in return."""
        h11 = _h11()
        self.has_heard = self.has_heard or bool(data)
        try:
            self._connection.receive_data(data)
            while self.reply is None and self._take(self._connection.next_event()):
                pass
        except h11.RemoteProtocolError as error:
            self._broken(error, data)
        return b""

    def _take(self, event: Any) -> bool:
        """Act on an event; False when there is nothing more to be had now."""
        h11 = _h11()
        if event is h11.NEED_DATA or event is h11.PAUSED:
            return False
        if isinstance(event, h11.Response):
            self._head = event
        elif isinstance(event, h11.Data):
            self._keep(event.data)
        elif isinstance(event, h11.EndOfMessage):
            self.reply = self._made(is_cut=False)
        elif isinstance(event, h11.ConnectionClosed):
            raise _hung_up()
        return True

    def _keep(self, part: bytes) -> None:
        free = self._max_reply_bytes - len(self._body)
        self._body += part[:free]
        if len(part) > free:
            self.reply = self._made(is_cut=True)

    def _made(self, *, is_cut: bool) -> Reply:
        headers = {_text(name): _text(value) for name, value in self._head.headers}
        return Reply(self._head.status_code, headers, bytes(self._body), is_cut=is_cut)

    def _broken(self, error: Exception, data: bytes) -> None:
        """The answer is not HTTP/1.1 from here on, or ends early: its head stands, if there was one."""
        if self._head is not None:
            self.reply = self._made(is_cut=True)
        elif not data:
            raise _hung_up() from error
        else:
            raise AttemptError("protocol.http1", f"the answer is not HTTP/1.1: {error}") from error


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "replace").strip()


def _hung_up() -> AttemptError:
    code = errno.ECONNRESET
    return AttemptError(
        "errno.ECONNRESET", f"the server closed the connection before it answered ({os.strerror(code)})"
    )
