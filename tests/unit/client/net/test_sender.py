"""A sender must deliver what it is given, keep its pool, and renew what may be renewed; on sockets and on asyncio."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

import hostile_servers as hostile
from sonde.client.endpoint import Endpoint
from sonde.client.net import open_sender
from sonde.core.clock import ManualClock
from sonde.core.signal import Signal

SHORT_S = 0.2
LARGE = bytes(8 << 20)  # more than the kernel buffers between two sockets
MEDIUM = bytes(300_000)  # more than a window, and than one write takes


# -- what works --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("compression", ["none", "gzip", "deflate", "zstd", "br"])
def test_http_carries_the_payload_and_says_how(opened, compression):
    from sonde.otlp.compression import decompress

    with hostile.serving(hostile.answer()) as server:
        sender = opened(server.url, change=lambda e: replace(e, compression=compression, headers=(("X-Key", "1"),)))
        delivery = sender.send(b"payload", signal=Signal.LOGS)
        (request,) = server.requests
    assert delivery.accepted
    assert delivery.code == "ok"
    assert delivery.endpoint == f"127.0.0.1:{server.port}"
    assert delivery.sent_bytes == len(request.body)
    assert request.target == "/v1/logs"
    assert request.headers["content-type"] == "application/x-protobuf"
    assert request.headers["x-key"] == "1"
    assert request.headers["user-agent"].startswith("OTel-OTLP-Exporter-Python-Sonde/")
    assert decompress(request.headers.get("content-encoding", ""), request.body, 1000) == b"payload"


def test_json_is_written_from_the_same_payload(opened):
    with hostile.serving(hostile.answer(200, {"content-type": "application/json"}, b"{}")) as server:
        assert opened(server.url, "http/json").send(b"").accepted
        (request,) = server.requests
    assert request.headers["content-type"] == "application/json"
    assert request.body == b"{}"


def test_grpc_carries_the_payload_and_says_how(opened):
    with hostile.serving(hostile.grpc_answer()) as server:
        delivery = opened(server.url, "grpc").send(MEDIUM, signal=Signal.METRICS)
        (call,) = server.requests
    assert delivery.accepted
    assert delivery.code == "ok"
    assert call.target == Signal.METRICS.grpc_method
    assert call.body == MEDIUM
    assert call.headers["te"] == "trailers"
    assert call.headers["content-type"] == "application/grpc"
    assert "grpc-timeout" in call.headers
    assert "grpc-encoding" not in call.headers


def test_a_small_window_and_small_frames_are_respected(opened):
    settings = {4: 1000, 5: 16384}  # SETTINGS_INITIAL_WINDOW_SIZE, SETTINGS_MAX_FRAME_SIZE

    def serve(peer):
        while True:
            peer.read_call()
            peer.answer()

    with hostile.serving(hostile.grpc(serve, settings)) as server:
        sender = opened(server.url, "grpc")
        assert sender.send(b"x" * 30_000).accepted
        assert sender.send(b"y" * 30_000).accepted
        assert [call.body[:1] for call in server.requests] == [b"x", b"y"]
        assert server.accepted == 1


@pytest.mark.parametrize(
    ("protocol", "script"),
    [("http/protobuf", hostile.answer()), ("grpc", hostile.grpc_answer())],
    ids=["http", "grpc"],
)
def test_connections_are_used_again_until_idle_or_old(opened, protocol, script):
    clock = ManualClock()
    with hostile.serving(script) as server:
        sender = opened(server.url, protocol, clock=clock, idle_s=10, age_s=25)
        seen = []
        for wait_s in (0, 9, 9, 9, 0, 11):
            clock.advance(wait_s)
            assert sender.send().accepted
            seen.append(server.accepted)
    assert seen == [1, 1, 1, 2, 2, 3]


def test_partial_success_is_a_value(opened):
    body = b"\x0a\x08\x08\x03\x12\x04late"
    with hostile.serving(hostile.answer(200, {"content-type": "application/x-protobuf"}, body)) as server:
        over_http = opened(server.url).send()
    with hostile.serving(hostile.grpc_answer(body)) as server:
        over_grpc = opened(server.url, "grpc").send()
    for delivery in (over_http, over_grpc):
        assert delivery.accepted
        assert delivery.is_partial
        assert (delivery.rejected, delivery.message) == (3, "late")


# -- the pool ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", ["http/protobuf", "grpc"])
def test_a_connection_that_the_server_closed_while_idle_is_replaced(opened, protocol):
    left = threading.Event()

    def once(connection):
        if protocol == "grpc":
            peer = hostile.GrpcPeer(connection)
            peer.read_call()
            peer.answer()
        else:
            connection.read_request()
            connection.write(hostile.http(200))
        connection.sock.shutdown(2)
        left.set()

    again = hostile.grpc_answer() if protocol == "grpc" else hostile.answer()
    with hostile.serving(once, again) as server:
        sender = opened(server.url, protocol)
        assert sender.send(b"one").accepted
        assert left.wait(10)
        delivery = sender.send(b"two")
        assert delivery.accepted
        assert server.accepted == 2
        assert [request.body for request in server.requests] == [b"one", b"two"]


def test_a_connection_that_breaks_when_used_again_is_replaced_within_the_attempt(opened):
    def once(connection):
        connection.read_request()
        connection.write(hostile.http(200))
        connection.read_exactly(20)
        connection.reset()

    with hostile.serving(once, hostile.answer()) as server:
        sender = opened(server.url)
        assert sender.send(b"one").accepted
        assert sender.send(b"two").accepted
        assert server.accepted == 2


def test_what_may_have_been_delivered_stays_so_when_the_second_connection_fails(opened):
    def once(connection):
        connection.read_request()
        connection.write(hostile.http(200))
        connection.read_request()

    with hostile.serving(once, hostile.reset_after(10)) as server:
        sender = opened(server.url)
        assert sender.send(b"one").accepted
        delivery = sender.send(LARGE)
        assert server.accepted == 2
    assert not delivery.accepted
    assert delivery.retryable
    assert not delivery.undelivered


def test_http10_and_connection_close_are_not_used_again(opened):
    for reply in (hostile.http(200, version="1.0"), hostile.http(200, {"connection": "close"})):
        with hostile.serving(hostile.write(reply, times=1)) as server:
            sender = opened(server.url)
            assert [sender.send(b"abc").accepted for _ in range(2)] == [True, True]
            assert server.accepted == 2


def test_informational_answers_are_passed_over(opened):
    reply = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" + hostile.http(200)
    with hostile.serving(hostile.write(reply)) as server:
        sender = opened(server.url)
        assert sender.send(b"abc").accepted
        assert sender.send(b"abc").accepted
        assert server.accepted == 1


def test_no_more_connections_than_allowed_and_waiting_ends_in_time():
    with hostile.serving(hostile.half_open()) as server:
        sender = open_sender(Endpoint.parse(server.url), connections=1)
        first = threading.Thread(target=sender.send, args=(Signal.TRACES, b"one"), kwargs={"timeout_s": 30})
        first.start()
        while not server.requests:
            threading.Event().wait(0.005)
        delivery = sender.send(Signal.TRACES, b"two", timeout_s=SHORT_S)
        assert delivery.code == "timeout.connect"
        assert delivery.undelivered
        assert server.accepted == 1
        sender.close()
        first.join(10)
        assert not first.is_alive()


def test_closing_ends_attempts_under_way_and_later_ones():
    with hostile.serving(hostile.half_open()) as server:
        sender = open_sender(Endpoint.parse(server.url))
        ended = []
        thread = threading.Thread(target=lambda: ended.append(sender.send(Signal.TRACES, b"one", timeout_s=60)))
        thread.start()
        while not server.requests:
            threading.Event().wait(0.005)
        sender.close()
        thread.join(10)
        assert [delivery.code for delivery in ended] == ["client.closed"]
        assert not ended[0].undelivered
        assert sender.send(Signal.TRACES, b"two", timeout_s=60).undelivered


def test_forgetting_closes_descriptors_without_a_word():
    """The parent goes on with the connection: nothing may be written to it, and it must not be shut down."""
    with hostile.serving(hostile.grpc_answer()) as server:
        sender = open_sender(Endpoint.parse(server.url, protocol="grpc"))
        assert sender.send(Signal.TRACES, b"one", timeout_s=10).accepted
        (kept,) = sender._pool._idle
        twin = kept._channel._socket.dup()  # what the parent holds
        sender.forget()
        twin.settimeout(0)
        with pytest.raises(BlockingIOError):
            twin.recv(1)
        twin.close()
        assert sender.send(Signal.TRACES, b"two", timeout_s=10).accepted
        assert server.accepted == 2


# -- credentials and redirects -----------------------------------------------------------------------------------------


class Tokens:
    """Credentials whose n-th headers hold the n-th token."""

    def __init__(self, *tokens):
        self.tokens = list(tokens)

    def headers(self):
        return [("Authorization", f"Bearer {self.tokens[0]}")]

    def refused(self):
        del self.tokens[0]
        return bool(self.tokens)


@pytest.mark.parametrize("protocol", ["http/protobuf", "grpc"])
def test_a_refused_credential_is_renewed_once(opened, protocol):
    def over_http(connection):
        while True:
            is_new = connection.read_request().headers["authorization"] == "Bearer new"
            connection.write(hostile.http(200 if is_new else 401))

    def over_grpc(peer):
        while True:
            is_new = peer.read_call().headers["authorization"] == "Bearer new"
            peer.answer(grpc_status="0" if is_new else "16")

    script = hostile.grpc(over_grpc) if protocol == "grpc" else over_http
    with hostile.serving(script) as server:
        assert opened(server.url, protocol, credentials=Tokens("old", "new")).send(b"abc").accepted
        assert len(server.requests) == 2
        delivery = opened(server.url, protocol, credentials=Tokens("old", "older", "new")).send(b"abc")
        assert delivery.code in {"http.401", "grpc.UNAUTHENTICATED"}
        assert not delivery.retryable
        assert len(server.requests) == 4


def test_without_a_credential_nothing_is_sent(opened):
    with hostile.serving(hostile.answer()) as server:
        delivery = opened(server.url, credentials=Tokens()).send(b"abc")
        assert server.accepted == 0
    assert delivery.code == "client.credential"
    assert delivery.undelivered
    assert delivery.retryable


def test_a_redirect_is_followed_once_on_the_same_server(opened):
    moved = hostile.http(308, {"location": "/elsewhere?a=b"})

    def serve(connection):
        while True:
            is_there = connection.read_request().target == "/elsewhere?a=b"
            connection.write(hostile.http(200) if is_there else moved)

    with hostile.serving(serve) as server:
        assert opened(server.url).send(b"abc").accepted
        assert [request.body for request in server.requests] == [b"abc", b"abc"]
    with hostile.serving(hostile.write(moved)) as server:
        delivery = opened(server.url).send(b"abc")
        assert delivery.code == "http.308"
        assert len(server.requests) == 2


@pytest.mark.parametrize("status", [301, 302, 307])
def test_a_redirect_elsewhere_is_a_refusal_that_names_the_place(opened, status):
    location = "http://127.0.0.1:1/v1/traces" if status == 307 else "/v1/traces"
    with hostile.serving(hostile.answer(status, {"location": location})) as server:
        delivery = opened(server.url).send(b"abc")
        assert len(server.requests) == 1
    assert delivery.code == f"http.{status}"
    assert not delivery.retryable
    assert location in delivery.message


def test_a_defect_of_sondes_is_a_value_too_and_told_once(opened, monkeypatch, caplog):
    monkeypatch.setattr("sonde.client.net.failure._told", set())
    monkeypatch.setattr("sonde.client.net.attempt.prepare", lambda *_: 1 // 0)
    sender = opened("http://127.0.0.1:9")
    sender.send(b"")
    delivery = sender.send(b"")
    assert [record.levelname for record in caplog.records if record.exc_info] == ["ERROR"]
    assert (delivery.accepted, delivery.retryable, delivery.code) == (False, True, "client.internal")
    assert "ZeroDivisionError" in delivery.message
