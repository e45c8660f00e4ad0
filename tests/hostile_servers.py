"""Small loopback servers that misbehave as told, for tests of whatever sends.

    with serving(answer(503, {"retry-after": "7"}), answer(200)) as server:
        send_to(server.url)            # the first connection is answered 503, all later ones 200
        server.requests                # what arrived, whole requests only

A script is a function of one accepted connection, run on a thread of its own; the n-th connection gets the n-th script, and
later ones the last. Most scripts are made by the functions here; a test may write its own over `Connection`. Everything
ends with the block: sockets are shut, threads joined. For HTTP/1.1 scripts say what is written; for gRPC they drive
`h2` on the server's side. `refusing`, `unreachable` are ports without a server. `Authority` makes certificates.
"""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import h2.config
import h2.connection
import h2.events

from authority import Authority

__all__ = [
    "Authority",
    "Connection",
    "GrpcPeer",
    "Received",
    "Script",
    "Server",
    "answer",
    "drip",
    "grpc",
    "grpc_answer",
    "grpc_message",
    "half_open",
    "hang",
    "http",
    "port_kept",
    "refusing",
    "reset_after",
    "reset_unanswered",
    "serving",
    "unreachable",
    "write",
]

JOIN_WITHIN_S = 10.0


@dataclass(frozen=True)
class Received:
    """One whole request: its target, headers with names in lower case, and body (of gRPC: the message's bytes)."""

    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Server:
    """A running server.

    Attributes:
        port: where it listens on 127.0.0.1.
        scheme: `http`, or `https` when it has a TLS context.
        accepted: how many connections it has accepted.
        requests: the whole requests that arrived, in order.
    """

    port: int
    scheme: str = "http"
    accepted: int = 0
    requests: list[Received] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"


Script = Callable[["Connection"], None]


class Connection:
    """One accepted connection, as scripts see it. Whatever fails because the client left ends the script."""

    def __init__(self, sock: socket.socket, server: Server) -> None:
        self.sock = sock
        self.server = server
        self._rest = b""

    def read(self) -> bytes:
        """What has arrived; waits for something; b"" when the client has left."""
        rest, self._rest = self._rest, b""
        return rest or self.sock.recv(65536)

    def read_exactly(self, count: int) -> bytes:
        data = bytearray()
        while len(data) < count:
            part = self.read()
            if not part:
                raise EOFError
            data += part
        self._rest = bytes(data[count:]) + self._rest
        return bytes(data[:count])

    def read_request(self) -> Received:
        """A whole HTTP/1.1 request; EOFError when the client leaves before."""
        data = b""
        while b"\r\n\r\n" not in data:
            part = self.read()
            if not part:
                raise EOFError
            data += part
        head, _, self._rest = data.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = self.read_exactly(int(headers.get("content-length", "0")))
        request = Received(first.split(" ")[1], headers, body)
        self.server.requests.append(request)
        return request

    def write(self, octets: bytes) -> None:
        self.sock.sendall(octets)

    def wait_until_left(self) -> None:
        """Read and throw away until the client leaves or the test ends."""
        while self.read():
            pass

    def reset(self) -> None:
        """Close with RST instead of FIN."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


@contextmanager
def serving(*scripts: Script, context: ssl.SSLContext | None = None, port: int = 0) -> Iterator[Server]:
    """A server whose n-th connection runs the n-th script, and later ones the last; at a port from `port_kept`, if given."""
    listener = socket.create_server(("127.0.0.1", port), reuse_port=port > 0)
    server = Server(listener.getsockname()[1], "https" if context else "http")
    connections: list[Connection] = []
    threads: list[threading.Thread] = []

    def serve(sock: socket.socket, script: Script) -> None:
        if context is not None:
            sock = context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        connection = Connection(sock, server)
        connections.append(connection)
        try:
            with suppress(OSError, EOFError):
                if isinstance(sock, ssl.SSLSocket):
                    sock.do_handshake()
                script(connection)
        finally:
            connection.sock.close()

    def accept() -> None:
        with suppress(OSError):
            while not server.stopping.is_set():
                sock, _ = listener.accept()
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                script = scripts[min(server.accepted, len(scripts) - 1)]
                server.accepted += 1
                threads.append(threading.Thread(target=serve, args=(sock, script), daemon=True))
                threads[-1].start()

    acceptor = threading.Thread(target=accept, daemon=True)
    acceptor.start()
    try:
        yield server
    finally:
        server.stopping.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        acceptor.join(JOIN_WITHIN_S)
        for connection in connections:
            with suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join(JOIN_WITHIN_S)


@contextmanager
def refusing() -> Iterator[int]:
    """A port that refuses connections: bound, so that nobody else gets it, but not listening."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock.getsockname()[1]


@contextmanager
def port_kept() -> Iterator[int]:
    """A port that refuses connections but while `serving(…, port=…)` runs at it: for a server that comes and goes."""
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.bind(("127.0.0.1", 0))
        yield sock.getsockname()[1]


@contextmanager
def unreachable() -> Iterator[int]:
    """A port whose connections are never established: its backlog is full, so the kernel drops what asks for one."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        waiting = []
        for _ in range(8):
            sock = socket.socket()
            sock.setblocking(False)
            sock.connect_ex(listener.getsockname())
            waiting.append(sock)
        yield listener.getsockname()[1]
        for sock in waiting:
            sock.close()


# -- HTTP/1.1 ----------------------------------------------------------------------------------------------------------


def http(status: int, headers: Mapping[str, str] | None = None, body: bytes = b"", version: str = "1.1") -> bytes:
    """An answer as bytes; content-length is added unless `headers` has its own or transfer-encoding."""
    fields = {name.lower(): value for name, value in (headers or {}).items()}
    if not fields.keys() & {"content-length", "transfer-encoding"} and version == "1.1":
        fields["content-length"] = str(len(body))
    lines = [f"HTTP/{version} {status} Told", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
    return "\r\n".join(lines).encode() + body


def answer(
    status: int = 200, headers: Mapping[str, str] | None = None, body: bytes = b"", *, times: int | None = None
) -> Script:
    """Answer every request alike; hang up after `times` of them."""
    return write(http(status, headers, body), times=times)


def write(octets: bytes, *, times: int | None = None) -> Script:
    """Read a request and write `octets`, again and again, or `times` times and hang up."""

    def script(connection: Connection) -> None:
        count = 0
        while times is None or count < times:
            connection.read_request()
            connection.write(octets)
            count += 1

    return script


def hang() -> Script:
    """Accept, and read nothing: the client's writes stall once the kernel's buffers are full."""

    def script(connection: Connection) -> None:
        connection.server.stopping.wait()

    return script


def half_open(after: bytes = b"") -> Script:
    """Read all, write `after` once a request has come (nothing by default), and never say more."""

    def script(connection: Connection) -> None:
        connection.read_request()
        connection.write(after)
        connection.wait_until_left()

    return script


def reset_after(received: int, *, say: bytes = b"") -> Script:
    """Read `received` bytes, write `say`, and reset the connection."""

    def script(connection: Connection) -> None:
        connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.read_exactly(received)
        connection.write(say)
        connection.reset()

    return script


def reset_unanswered() -> Script:
    """Read a whole request and reset the connection instead of answering."""

    def script(connection: Connection) -> None:
        connection.read_request()
        connection.reset()

    return script


def drip(octets: bytes, every_s: float) -> Script:
    """Read a request and write the answer byte by byte."""

    def script(connection: Connection) -> None:
        connection.read_request()
        for octet in octets:
            if connection.server.stopping.wait(every_s):
                return
            connection.write(bytes((octet,)))

    return script


# -- gRPC --------------------------------------------------------------------------------------------------------------


class GrpcPeer:
    """The server's side of one HTTP/2 connection over `h2`; `h2` itself is at hand for what no method does.

    Attributes:
        connection: the accepted connection.
        h2: its state.
        stream: the stream of the call read last.
    """

    def __init__(self, connection: Connection, settings: Mapping[int, int] | None = None) -> None:
        self.connection = connection
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
        self.h2.initiate_connection()
        if settings:
            self.h2.update_settings(dict(settings))
        self.flush()
        self.stream = 0
        self.events: list[Any] = []

    def flush(self) -> None:
        self.connection.write(self.h2.data_to_send())

    def next_event(self) -> Any:
        """The next event of the connection; EOFError when the client has left."""
        while not self.events:
            self._take_in()
        return self.events.pop(0)

    def _take_in(self) -> None:
        data = self.connection.read()
        if not data:
            raise EOFError
        self.events += self.h2.receive_data(data)
        self.flush()

    def read_headers(self) -> dict[str, str]:
        """The headers of the next call."""
        while not isinstance(event := self.next_event(), h2.events.RequestReceived):
            pass
        self.stream = event.stream_id
        return dict(event.headers)

    def read_call(self) -> Received:
        """The next whole call, its window given back as it comes in."""
        headers = self.read_headers()
        body = bytearray()
        while not isinstance(event := self.next_event(), h2.events.StreamEnded):
            if isinstance(event, h2.events.DataReceived):
                body += event.data
                self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                self.flush()
        call = Received(headers[":path"], headers, bytes(body[5:]))
        self.connection.server.requests.append(call)
        return call

    def send_message(self, body: bytes) -> None:
        """A message of any size, as the client's windows allow."""
        data = grpc_message(body)
        while data:
            size = min(self.h2.local_flow_control_window(self.stream), self.h2.max_outbound_frame_size)
            if size:
                self.h2.send_data(self.stream, data[:size])
                data = data[size:]
                self.flush()
            else:
                self._take_in()

    def answer(self, message: bytes | None = b"", **trailers: str) -> None:
        """Answer the call: headers, a message unless None, trailers (underscores stand for hyphens)."""
        fields = [(name.replace("_", "-"), value) for name, value in ({"grpc_status": "0"} | trailers).items()]
        self.h2.send_headers(self.stream, [(":status", "200"), ("content-type", "application/grpc")])
        if message is not None:
            self.send_message(message)
        self.h2.send_headers(self.stream, fields, end_stream=True)
        self.flush()

    def answer_at_once(self, status: str = "200", **fields: str) -> None:
        """Answer with headers alone (Trailers-Only, or what a proxy says)."""
        pairs = [(name.replace("_", "-"), value) for name, value in fields.items()]
        self.h2.send_headers(self.stream, [(":status", status), *pairs], end_stream=True)
        self.flush()

    def reset(self, code: int) -> None:
        """RST_STREAM on the call."""
        self.h2.reset_stream(self.stream, code)
        self.flush()

    def go_away(self, last_stream: int, code: int = 0, words: bytes = b"") -> None:
        """GOAWAY, by hand: `h2` would close its own side with it."""
        payload = last_stream.to_bytes(4, "big") + code.to_bytes(4, "big") + words
        self.connection.write(len(payload).to_bytes(3, "big") + b"\x07\x00\x00\x00\x00\x00" + payload)


def grpc(serve: Callable[[GrpcPeer], None], settings: Mapping[int, int] | None = None) -> Script:
    """A script over HTTP/2; after `serve` returns the connection stays open until the client leaves."""

    def script(connection: Connection) -> None:
        serve(GrpcPeer(connection, settings))
        connection.wait_until_left()

    return script


def grpc_answer(message: bytes | None = b"", **trailers: str) -> Script:
    """Answer every call alike."""

    def serve(peer: GrpcPeer) -> None:
        while True:
            peer.read_call()
            peer.answer(message, **trailers)

    return grpc(serve)


def grpc_message(body: bytes, *, is_compressed: bool = False) -> bytes:
    """A length-prefixed message."""
    return bytes((is_compressed,)) + len(body).to_bytes(4, "big") + body
