"""A page that lets its name resolve to 127.0.0.1 must not read what a server on loopback answers."""

import asyncio
import socket

import httpx
import pytest

from sonde import __version__
from sonde.web.app import create_app
from sonde.web.headers import SECURITY_HEADERS
from sonde.web.hosts import hosts_of


def answer(host, allowed=("localhost", "127.0.0.1", "[::1]")):
    async def request():
        app = create_app(None, allowed_hosts=allowed)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
            return await client.get("/healthz", headers={"host": host})

    return asyncio.run(request())


@pytest.mark.parametrize(
    "host", ["localhost", "LocalHost:4321", "127.0.0.1", "127.0.0.1:80", "[::1]", "[::1]:4321", ""]
)
def test_loopbacks_own_names_are_answered(host):
    assert answer(host).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:4321", "localhost.evil.example", "127.0.0.1.evil.example", "::1", "[::1", "10.0.0.1", "a@localhost", "localhost:evil"])  # fmt: skip
def test_other_names_are_refused_in_the_one_shape(host):
    refused = answer(host)
    assert refused.status_code == 403
    assert refused.json()["error"]["category"] == "authorization"
    assert "answers to" in refused.json()["error"]["message"]
    assert refused.headers["x-frame-options"] == SECURITY_HEADERS["X-Frame-Options"]


def test_elsewhere_any_name_is_answered():
    assert answer("sonde.example", allowed=None).status_code == 200


def test_only_a_socket_on_loopback_knows_its_names():
    for address, found in (("127.0.0.1", True), ("127.0.0.2", True), ("0.0.0.0", False)):
        with socket.socket() as sock:
            sock.bind((address, 0))
            assert (address in (hosts_of(sock) or ())) is found
            assert (hosts_of(sock) is not None) is found


def test_the_description_has_the_version():
    assert create_app(None).version == __version__
