"""Certificates that are expired, of others, or missing; names without an address; proxies that refuse: the whole way through.

Whatever it is, the application goes on as if nothing were, and the log names the cause.
"""

import logging
import socket
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

import hostile_servers as hostile
from fault.exporting import Application, arrived
from servers import wait_until
from sonde.client.endpoint import TlsSettings

EXIT_S = 0.3


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return hostile.Authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory):
    return hostile.Authority(tmp_path_factory.mktemp("stranger"))


def trusting(authority, **changes):
    return lambda endpoint: replace(endpoint, tls=TlsSettings(ca_file=authority.ca_file, **changes))


def loses_all(app, caplog, code):
    """Emit, end, and look for the cause in the one line that tells of the loss."""
    with caplog.at_level(logging.WARNING, "sonde"):
        app.emit(range(25))
        assert app.end() is False
    assert app.row()["received"] == sum(app.row()["dropped"].values()) == 25
    assert len(caplog.messages) == 1, caplog.messages
    assert code in caplog.text
    assert "Traceback" not in caplog.text


YESTERDAY = datetime.now(UTC) - timedelta(days=1)
CERTIFICATES = {
    "expired": ("authority", {"not_after": YESTERDAY}, "sonde explain tls.verify.", "certificate has expired"),
    "of-another-host": ("authority", {"names": ("elsewhere.example",)}, "sonde explain tls.verify.", "mismatch"),
    "of-an-unknown-authority": ("stranger", {}, "sonde explain tls.verify.", "unable to get local issuer"),
    "asks-for-ours": ("authority", {"wants_client": True}, "tls.", ""),
}


@pytest.mark.parametrize("protocol", ["http/protobuf", "grpc"])
@pytest.mark.parametrize("fault", CERTIFICATES)
def test_a_certificate_that_does_not_fit_is_named(fault, protocol, authority, stranger, caplog):
    owner, options, code, words = CERTIFICATES[fault]
    options = dict(options)
    context = {"authority": authority, "stranger": stranger}[owner].server(*options.pop("names", ()), **options)
    with hostile.serving(hostile.hang(), context=context) as server:
        app = Application(server.url, protocol, change=trusting(authority), exit_s=EXIT_S)
        loses_all(app, caplog, code)
        assert words in caplog.text
        assert server.requests == []


def test_a_client_that_shows_its_certificate_is_served(authority):
    certificate, key = authority.client_files()
    with hostile.serving(hostile.answer(), context=authority.server(wants_client=True)) as server:
        app = Application(server.url, change=trusting(authority, cert_file=certificate, key_file=key))
        app.trace(range(25))
        assert app.end() is True
        assert sorted(arrived(server)) == list(range(25))


def test_tls_to_a_port_without_tls_and_the_reverse_are_named(authority, caplog):
    def not_understanding(connection):
        connection.read()
        connection.write(hostile.http(400))

    with hostile.serving(not_understanding) as plain:
        app = Application(plain.url.replace("http:", "https:"), change=trusting(authority), exit_s=EXIT_S)
        loses_all(app, caplog, "tls.")
    caplog.clear()
    with hostile.serving(hostile.answer(), context=authority.server()) as server:
        app = Application(server.url.replace("https:", "http:"), exit_s=EXIT_S)
        loses_all(app, caplog, f"at 127.0.0.1:{server.port}")
        assert server.requests == []


def test_a_certificate_that_is_renewed_in_time_costs_nothing(authority, caplog):
    """The server comes with an expired certificate and is restarted with a good one, as an operator would do."""
    with hostile.port_kept() as port:
        app = Application(f"https://127.0.0.1:{port}", change=trusting(authority))
        with hostile.serving(hostile.answer(), context=authority.server(not_after=YESTERDAY), port=port):
            app.trace(range(5))
            wait_until(lambda: app.last_error, within_s=20, what="a failure", every_s=0.01)
        with hostile.serving(hostile.answer(), context=authority.server(), port=port) as server:
            assert app.engine.flush(20)
            assert arrived(server) == list(range(5))
        assert app.end() is True


def test_a_name_without_an_address_is_named(caplog):
    loses_all(Application("http://no-such-host.invalid:4318", exit_s=EXIT_S), caplog, "gai.")
    assert "no-such-host.invalid" in caplog.text


@pytest.fixture
def silent_resolver(monkeypatch):
    """Every lookup of a name hangs until the test ends, as with a resolver that drops packets."""
    let_go = threading.Event()
    asked = []

    def hang(host, *arguments, **options):
        asked.append(threading.current_thread().name)
        let_go.wait(60)
        raise socket.gaierror(socket.EAI_AGAIN, "temporary failure")

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    yield asked
    let_go.set()


def test_a_resolver_that_hangs_holds_up_neither_the_application_nor_its_end(silent_resolver, caplog):
    app = Application("http://collector.example:4318", exit_s=EXIT_S)
    app.trace(range(10))
    wait_until(lambda: silent_resolver, within_s=20, what="a lookup", every_s=0.005)
    for step in (lambda: app.trace(range(10, 25)), app.end):
        thread = threading.Thread(target=step, daemon=True)
        thread.start()
        thread.join(20)
        assert not thread.is_alive(), "somebody waits for the resolver"
    assert app.row()["dropped"] == {"shutdown": 25}
    assert "looking up the name" in caplog.text
    assert len(silent_resolver) == 1, "one lookup serves all attempts"
    assert "MainThread" not in silent_resolver


PROXIES = {
    "wants-a-password": (hostile.answer(407), "407"),
    "hangs-up": (hostile.write(b"", times=1), "proxy"),
    "is-no-proxy": (hostile.write(b"SSH-2.0-x\r\n\r\n", times=1), "proxy"),
    "says-nothing": (hostile.half_open(), "timeout"),
}


@pytest.mark.parametrize("fault", PROXIES)
def test_a_proxy_that_refuses_is_named(fault, monkeypatch, caplog):
    script, words = PROXIES[fault]
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with hostile.serving(script) as proxy:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{proxy.port}")
        loses_all(Application("https://collector.example:4318", exit_s=EXIT_S), caplog, words)
        assert all(request.target == "collector.example:4318" for request in proxy.requests)
