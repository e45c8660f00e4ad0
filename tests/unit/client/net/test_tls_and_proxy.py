"""Certificates and proxies must be honoured, and what is wrong with them must be named before anything is sent."""

from __future__ import annotations

import ssl
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

import hostile_servers as hostile
from sonde.client.endpoint import Endpoint, TlsSettings
from sonde.client.net.proxy import find_proxy
from sonde.client.net.tls import Certificates

SHORT_S = 0.2
LARGE = bytes(8 << 20)  # more than the kernel buffers between two sockets
MEDIUM = bytes(300_000)  # more than a window, and than one write takes


# -- TLS ---------------------------------------------------------------------------------------------------------------


def trusting(authority, **options):
    return lambda endpoint: replace(endpoint, tls=TlsSettings(ca_file=authority.ca_file, **options))


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return hostile.Authority(tmp_path_factory.mktemp("authority"))


@pytest.mark.parametrize("protocol", ["http/protobuf", "grpc"])
def test_tls_with_a_custom_authority(opened, authority, protocol):
    script = hostile.grpc_answer() if protocol == "grpc" else hostile.answer()
    with hostile.serving(script, context=authority.server()) as server:
        sender = opened(server.url, protocol, trusting(authority, min_version="1.3"))
        assert sender.send(MEDIUM).accepted
        assert sender.send(b"abc").accepted
        assert [request.body for request in server.requests] == [MEDIUM, b"abc"]
        assert server.accepted == 1


def test_mutual_tls(opened, authority):
    cert_file, key_file = authority.client_files()
    with hostile.serving(hostile.answer(), context=authority.server(wants_client=True)) as server:
        assert (
            opened(server.url, change=trusting(authority, cert_file=cert_file, key_file=key_file)).send(b"abc").accepted
        )
        without = opened(server.url, change=trusting(authority)).send(b"abc")
    assert without.retryable
    assert without.code.startswith(("tls.", "errno.ECONNRESET"))


def test_certificates_that_do_not_hold_are_refused(opened, authority):
    expired = authority.server(not_after=datetime(2020, 1, 1, tzinfo=UTC))
    other_name = authority.server("example.org")
    for context, change, code in (
        (expired, trusting(authority), "tls.verify.CERT_HAS_EXPIRED"),
        (other_name, trusting(authority), "tls.verify.IP_ADDRESS_MISMATCH"),
        (authority.server(), lambda endpoint: endpoint, "tls.verify.UNABLE_TO_GET_ISSUER_CERT_LOCALLY"),
    ):
        with hostile.serving(hostile.answer(), context=context) as server:
            delivery = opened(server.url, change=change).send(b"abc")
            assert not server.requests
        assert delivery.code == code
        assert delivery.undelivered
        assert delivery.retryable
    with hostile.serving(hostile.answer(), context=other_name) as server:
        assert opened(server.url, change=trusting(authority, server_name="example.org")).send(b"abc").accepted
        assert opened(server.url, change=trusting(authority, verify=False)).send(b"abc").accepted


def test_too_old_a_tls_is_refused(opened, authority):
    context = authority.server()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with hostile.serving(hostile.answer(), context=context) as server:
        assert opened(server.url, change=trusting(authority)).send(b"abc").accepted
        delivery = opened(server.url, change=trusting(authority, min_version="1.3")).send(b"abc")
    assert delivery.code.startswith("tls.")
    assert delivery.undelivered


def test_clear_text_where_tls_is_expected_is_named(opened, authority):
    with hostile.serving(lambda connection: connection.write(hostile.http(400))) as server:
        delivery = opened(server.url.replace("http:", "https:"), change=trusting(authority)).send(b"abc")
    assert delivery.code.startswith("tls.")
    assert delivery.undelivered


def test_a_silent_server_does_not_hold_the_handshake_up(opened, authority):
    with hostile.serving(hostile.hang()) as server:
        delivery = opened(server.url.replace("http:", "https:"), change=trusting(authority)).send(
            b"a", timeout_s=SHORT_S
        )
    assert delivery.code == "timeout.connect"
    assert delivery.undelivered


# -- proxies -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def through(monkeypatch):
    """Sends everything through a proxy at a port."""

    def use(port, user=""):
        for name in ("http_proxy", "https_proxy", "grpc_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        for name in ("HTTP_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, f"http://{user}127.0.0.1:{port}")

    return use


def test_clear_http_goes_to_the_proxy_with_the_whole_url(opened, through):
    with hostile.serving(hostile.answer()) as proxy:
        through(proxy.port, "user:pass@")
        delivery = opened("http://collector.example:4318").send(b"abc")
        (request,) = proxy.requests
    assert delivery.accepted
    assert delivery.endpoint == "collector.example:4318"
    assert request.target == "http://collector.example:4318/v1/traces"
    assert request.headers["host"] == "collector.example:4318"
    assert request.headers["proxy-authorization"] == "Basic dXNlcjpwYXNz"


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_grpc_and_tls_go_through_a_tunnel(opened, through, authority, scheme):
    """The proxy opens the tunnel and then is itself the server, which the client cannot know."""
    context = authority.server("collector.example")

    def tunnel(connection):
        assert connection.read_request().target == "collector.example:4317"
        connection.write(b"HTTP/1.1 200 Connection established\r\nvia: x\r\n\r\n")
        if scheme == "https":
            connection.sock = context.wrap_socket(connection.sock, server_side=True)
        hostile.grpc_answer()(connection)

    with hostile.serving(tunnel) as proxy:
        through(proxy.port)
        sender = opened(f"{scheme}://collector.example:4317", "grpc", trusting(authority))
        delivery = sender.send(MEDIUM)
        assert delivery.accepted, delivery
        assert proxy.requests[1].body == MEDIUM
        assert sender.send(b"abc").accepted
        assert proxy.accepted == 1


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (hostile.http(407), "proxy.authentication"),
        (hostile.http(502), "proxy.unavailable"),
        (b"SSH-2.0-x\r\n\r\n", "proxy.protocol"),
        (b"", "proxy.closed"),
    ],
    ids=["authentication", "unreachable", "no-proxy", "silent"],
)
def test_a_proxy_that_opens_no_tunnel_is_named(opened, through, reply, code):
    with hostile.serving(hostile.write(reply, times=1)) as proxy:
        through(proxy.port)
        delivery = opened("https://collector.example:4318").send(b"abc")
    assert delivery.code == code
    assert delivery.undelivered
    assert delivery.retryable
    assert "proxy" in delivery.message


def test_loopback_never_goes_through_a_proxy(opened, through):
    with hostile.refusing() as port, hostile.serving(hostile.answer()) as server:
        through(port)
        assert opened(server.url).send(b"abc").accepted


@pytest.mark.parametrize(
    ("url", "protocol", "environ", "expected"),
    [
        ("http://far:1", "http/protobuf", {"http_proxy": "http://p:8"}, ("p", 8, False)),
        ("http://far:1", "http/protobuf", {"https_proxy": "http://p:8"}, None),
        ("http://far:1", "http/json", {"ALL_PROXY": "p:8"}, ("p", 8, False)),
        (
            "https://far:1",
            "http/protobuf",
            {"https_proxy": "http://low:8", "HTTPS_PROXY": "http://up:8"},
            ("low", 8, True),
        ),
        ("http://far:1", "grpc", {"http_proxy": "http://p"}, ("p", 80, True)),
        ("http://far:1", "grpc", {"http_proxy": "http://p", "grpc_proxy": "http://g:9"}, ("g", 9, True)),
        ("http://far:1", "http/protobuf", {"HTTP_PROXY": "http://p:8", "REQUEST_METHOD": "GET"}, None),
        ("http://127.0.0.2:1", "grpc", {"http_proxy": "http://p"}, None),
        ("http://[::1]:1", "grpc", {"http_proxy": "http://p"}, None),
        ("http://a.localhost:1", "grpc", {"http_proxy": "http://p"}, None),
    ],
)
def test_the_environment_names_the_proxy(url, protocol, environ, expected):
    proxy = find_proxy(Endpoint.parse(url, protocol=protocol), environ)
    assert (proxy and (proxy.host, proxy.port, proxy.is_tunnel)) == expected


@pytest.mark.parametrize(
    ("listed", "host", "is_exempt"),
    [
        ("*", "far.example", True),
        ("example", "far.example", True),
        (".example", "far.example", True),
        ("*.example", "far.example", True),
        ("r.example", "far.example", False),
        (" a , FAR.example ", "far.example", True),
        ("far.example:4318", "far.example", True),
        ("far.example:80", "far.example", False),
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.0.0.0/8", "11.1.2.3", False),
        ("10.0.0.0/8", "far.example", False),
        ("fd00::/8", "fd00::1", True),
        ("fd00::1", "fd00::1", True),
        ("nonsense/x", "far.example", False),
        ("", "far.example", False),
    ],
)
def test_no_proxy_lists_who_is_reached_directly(listed, host, is_exempt):
    endpoint = Endpoint(host=host, port=4318)
    found = find_proxy(endpoint, {"http_proxy": "http://p:8", "no_proxy": listed})
    assert (found is None) == is_exempt


@pytest.mark.parametrize("url", ["socks5://p:1", "https://p:1", "http://p:notaport", "http://"])
def test_a_proxy_that_is_not_spoken_is_refused(opened, monkeypatch, url):
    monkeypatch.setenv("HTTP_PROXY", url)
    monkeypatch.setenv("http_proxy", url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    delivery = opened("http://far.example:4318").send(b"abc")
    assert delivery.code == "proxy.unsupported"
    assert delivery.undelivered


def test_files_that_cannot_be_used_are_named(opened, tmp_path, authority):
    broken = tmp_path / "broken.pem"
    broken.write_text("nothing")
    chain, _ = authority.client_files()
    missing = str(tmp_path / "missing.pem")
    for tls, name in (
        (TlsSettings(ca_file=missing), "missing.pem"),
        (TlsSettings(ca_file=str(broken)), "broken.pem"),
        (TlsSettings(cert_file=chain, key_file=missing), "missing.pem"),
        (TlsSettings(cert_file=str(broken)), "broken.pem"),
        (TlsSettings(key_file=str(broken)), "broken.pem"),
    ):
        delivery = opened("https://127.0.0.1:1", change=lambda e, tls=tls: replace(e, tls=tls)).send(b"abc")
        assert delivery.code == "config.tls"
        assert name in delivery.message
        assert not delivery.retryable


def test_rotated_files_are_read_again_and_a_broken_rotation_changes_nothing(tmp_path, caplog):
    old, new = hostile.Authority(tmp_path), hostile.Authority(tmp_path)
    ca_file = tmp_path / "ca.pem"
    ca_file.write_bytes(Path(old.ca_file).read_bytes())
    certificates = Certificates(TlsSettings(ca_file=str(ca_file)), "h2")
    first = certificates.context()
    assert certificates.context() is first
    ca_file.write_text("half a rotation")
    assert certificates.context() is first
    assert "ca.pem" in caplog.text
    ca_file.write_bytes(Path(new.ca_file).read_bytes())
    assert certificates.context() is not first
