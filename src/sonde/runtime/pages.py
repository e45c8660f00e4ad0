"""The supervisor's two small pages: own metrics (`/metrics`, port 8888) and health (`/`, port 13133).

They are served by the supervisor because it must answer when every child is down. One request a connection, GET only,
bounded in size and time: enough for Prometheus and for a load balancer.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable

__all__ = ["Page", "health_page", "serve_pages"]

Page = Callable[[], tuple[int, str, str]]
"""A page: a function that returns status, content type and text."""

REQUEST_LIMIT = 8192  # bytes of a request's head
DEADLINE_S = 5.0
_REASONS = {200: "OK", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed", 503: "Service Unavailable"}


async def serve_pages(sock: socket.socket, pages: dict[str, Page]) -> asyncio.Server:
    """Answer GET requests for the paths in `pages` on a listening socket until the returned server is closed."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(DEADLINE_S):
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(_response(*_page(head, pages)))
                await writer.drain()
        except (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # a slow, broken or oversized request gets a closed connection
        finally:
            writer.close()

    return await asyncio.start_server(answer, sock=sock, limit=REQUEST_LIMIT)


def _page(head: bytes, pages: dict[str, Page]) -> tuple[int, str, str]:
    parts = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
    if len(parts) != 3:
        return 400, "text/plain", "not an HTTP request\n"
    if parts[0] not in ("GET", "HEAD"):
        return 405, "text/plain", "GET only\n"
    page = pages.get(parts[1].split("?", 1)[0])
    return page() if page else (404, "text/plain", f"the pages here are {', '.join(sorted(pages))}\n")


def _response(status: int, kind: str, text: str) -> bytes:
    body = text.encode()
    head = f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body


def health_page(trouble: Callable[[], dict[str, str]]) -> Page:
    """200 when every expected process is well, else 503 with the reasons, as the Collector's health_check answers."""

    def page() -> tuple[int, str, str]:
        found = trouble()
        status = "Server available" if not found else "Server degraded"
        return (503 if found else 200), "application/json", json.dumps({"status": status, "trouble": found}) + "\n"

    return page
