"""A server on a loopback port that answers what a test wrote down, and remembers what it was asked."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass
class Asked:
    """One request that arrived."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: Mapping[str, str]
    body: bytes


@dataclass
class StandIn:
    """The running server: its address, its answers by path, its requests in order.

    An answer is JSON, or a tuple (status, headers, body bytes); a list of tuples is used up one by one.
    """

    url: str
    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        if path not in self.answers:
            body = {"error": {"category": "not_found", "message": f"nothing at {path}", "advice": "Look elsewhere."}}
            return 404, {"content-type": "application/json"}, orjson.dumps(body)
        planned = self.answers[path]
        if isinstance(planned, list):
            planned = planned.pop(0)
        if isinstance(planned, tuple):
            return planned
        return 200, {"content-type": "application/json"}, orjson.dumps(planned)


@contextmanager
def stand_in(answers: dict[str, Any] | None = None) -> Iterator[StandIn]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), None)  # type: ignore[arg-type]
    shown = StandIn(f"http://127.0.0.1:{server.server_address[1]}", answers or {})

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            target = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            shown.asked.append(Asked(self.command, target.path, parse_qs(target.query), headers, body))
            status, headers, content = shown.answer(target.path)
            self.send_response(status)
            for name, value in {**headers, "content-length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815  the name is http.server's

        def log_message(self, *_: Any) -> None:
            pass

    server.RequestHandlerClass = Handler
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield shown
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
