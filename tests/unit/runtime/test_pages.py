"""Metrics and health are asked for when things are bad: the pages must answer simply and never hang on a bad client."""

import asyncio

import pytest

from sonde.runtime.listen import bind
from sonde.runtime.pages import health_page, serve_pages


def ask(request: bytes, pages) -> bytes:
    async def scene():
        sock = bind("127.0.0.1:0", "test")
        async with await serve_pages(sock, pages):
            reader, writer = await asyncio.open_connection(*sock.getsockname())
            writer.write(request)
            answer = await reader.read()
            writer.close()
            return answer

    return asyncio.run(scene())


@pytest.mark.parametrize(
    ("request_line", "status"),
    [("GET / HTTP/1.1", b"200"), ("GET /nope HTTP/1.1", b"404"), ("POST / HTTP/1.1", b"405"), ("nonsense", b"400")],
)
def test_answers(request_line, status):
    answer = ask(request_line.encode() + b"\r\nHost: x\r\n\r\n", {"/": health_page(dict)})
    assert answer.split(b" ")[1] == status


def test_health_names_the_trouble():
    answer = ask(b"GET / HTTP/1.1\r\n\r\n", {"/": health_page(lambda: {"keeper": "is not ready"})})
    assert answer.startswith(b"HTTP/1.1 503")
    assert b'"keeper": "is not ready"' in answer


def test_an_oversized_head_is_a_closed_connection():
    assert ask(b"GET / HTTP/1.1\r\nX: " + b"x" * 20000 + b"\r\n\r\n", {"/": health_page(dict)}) == b""
