"""An attempt must end in time with a true `Delivery`, whatever the network and the server do; on sockets and on asyncio.

`undelivered` decides whether a request may be sent again without appearing twice, so each fault says which it must be.
"""

from __future__ import annotations

import threading

import pytest

import hostile_servers as hostile
from sonde.client.endpoint import Endpoint
from sonde.client.net import open_sender
from sonde.core.signal import Signal

SHORT_S = 0.2
LARGE = bytes(8 << 20)  # more than the kernel buffers between two sockets
MEDIUM = bytes(300_000)  # more than a window, and than one write takes


# -- no connection -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", ["http/protobuf", "grpc"])
def test_a_refused_connection_is_undelivered(opened, protocol):
    with hostile.refusing() as port:
        delivery = opened(f"http://127.0.0.1:{port}", protocol).send(b"abc")
    assert not delivery.accepted
    assert delivery.retryable
    assert delivery.undelivered
    assert delivery.code == "errno.ECONNREFUSED"
    assert f"127.0.0.1:{port}" in delivery.message


def test_a_name_without_address_is_undelivered(opened):
    delivery = opened("http://sonde-test.invalid:4318").send(timeout_s=30)
    assert delivery.code.startswith("gai.EAI_")
    assert delivery.retryable
    assert delivery.undelivered


def test_connecting_ends_in_time(opened):
    with hostile.unreachable() as port:
        delivery = opened(f"http://127.0.0.1:{port}").send(timeout_s=SHORT_S)
    assert delivery.code == "timeout.connect"
    assert delivery.retryable
    assert delivery.undelivered


# -- broken or stuck ---------------------------------------------------------------------------------------------------


def once_then(protocol, rest):
    """Answers once, so that a connection stands however slow this machine is, and then does `rest`."""

    def over_http(connection):
        connection.read_request()
        connection.write(hostile.http(200))
        rest(connection)

    def over_grpc(peer):
        peer.read_call()
        peer.answer()
        rest(peer.connection)

    return hostile.grpc(over_grpc) if protocol == "grpc" else over_http


def second(opened, protocol, rest, payload=b"abc", timeout_s=SHORT_S):
    """The delivery of the second request, over the connection that then does `rest`."""
    with hostile.serving(once_then(protocol, rest)) as server:
        sender = opened(server.url, protocol)
        assert sender.send().accepted
        delivery = sender.send(payload, timeout_s=timeout_s)
        assert server.accepted == 1
    return delivery


@pytest.mark.parametrize("protocol", ["http/protobuf", "grpc"])
def test_a_server_that_reads_nothing_holds_nobody_up(opened, protocol):
    delivery = second(opened, protocol, hostile.hang(), LARGE)
    assert delivery.code == "timeout.send"
    assert delivery.retryable
    assert delivery.undelivered


@pytest.mark.parametrize("protocol", ["http/protobuf", "grpc"])
def test_a_server_that_never_answers_may_have_the_request(opened, protocol):
    delivery = second(opened, protocol, lambda connection: connection.wait_until_left())
    assert delivery.code == "timeout.reply"
    assert delivery.retryable
    assert not delivery.undelivered


def test_a_reset_in_the_middle_of_the_body_is_undelivered(opened):
    with hostile.serving(hostile.reset_after(1000)) as server:
        delivery = opened(server.url).send(LARGE)
        assert server.accepted == 1
    assert delivery.code in {"errno.ECONNRESET", "errno.EPIPE"}
    assert delivery.retryable
    assert delivery.undelivered


def test_a_reset_instead_of_an_answer_may_have_delivered(opened):
    with hostile.serving(hostile.reset_unanswered()) as server:
        delivery = opened(server.url).send(b"abc")
    assert delivery.code == "errno.ECONNRESET"
    assert delivery.retryable
    assert not delivery.undelivered


def test_a_hang_up_instead_of_an_answer_may_have_delivered(opened):
    with hostile.serving(lambda connection: connection.read_request()) as server:
        delivery = opened(server.url).send(b"abc")
    assert delivery.code == "errno.ECONNRESET"
    assert delivery.retryable
    assert not delivery.undelivered


def test_a_slow_drip_does_not_outlast_the_attempt(opened):
    delivery = second(opened, "http/protobuf", hostile.drip(hostile.http(200), every_s=0.05))
    assert delivery.code == "timeout.reply"
    assert not delivery.undelivered


def test_what_the_head_says_stands_when_the_body_breaks_off(opened):
    head = hostile.http(503, {"content-length": "100", "retry-after": "3"}, b"some")
    with hostile.serving(hostile.write(head, times=1)) as server:
        delivery = opened(server.url).send(b"abc")
    assert delivery.code == "http.503"
    assert delivery.retry_after_s == 3
    delivery = second(opened, "http/protobuf", hostile.half_open(hostile.http(200, {"content-length": "100"}, b"some")))
    assert delivery.accepted
    assert "breaks off" in delivery.message


def test_an_answer_before_the_end_of_a_large_body_is_heard():
    def refuse_early(connection):
        connection.read_exactly(5000)
        connection.write(hostile.http(413))
        connection.wait_until_left()

    with hostile.serving(refuse_early) as server:
        sender = open_sender(Endpoint.parse(server.url))
        delivery = sender.send(Signal.TRACES, LARGE, timeout_s=10)
        sender.close()
    assert delivery.code == "http.413"
    assert not delivery.retryable


@pytest.mark.parametrize("protocol", ["http/protobuf", "grpc"])
def test_a_huge_answer_is_bounded(opened, protocol):
    body = bytes(300_000)
    script = hostile.answer(200, {}, body) if protocol != "grpc" else hostile.grpc_answer(body)
    with hostile.serving(script) as server:
        delivery = opened(server.url, protocol, max_reply_bytes=10_000).send(b"abc")
    assert delivery.accepted
    assert "too large" in delivery.message


@pytest.mark.parametrize(("protocol", "code"), [("http/protobuf", "protocol.http1"), ("grpc", "protocol.http2")])
def test_an_answer_in_another_language_is_named(opened, protocol, code):
    def greet(connection):
        connection.write(b"220 mail.example.org ESMTP\r\n\r\n")
        connection.wait_until_left()

    with hostile.serving(greet) as server:
        delivery = opened(server.url, protocol).send(b"abc")
    assert delivery.code == code
    assert delivery.retryable
    assert not delivery.accepted


def test_an_http1_answer_to_grpc_says_that_the_port_is_wrong(opened):
    def serve(connection):
        connection.read()
        connection.write(hostile.http(400))

    with hostile.serving(serve) as server:
        delivery = opened(server.url, "grpc").send(b"abc")
    assert delivery.code == "protocol.http2"
    assert "HTTP/1.1" in delivery.message


# -- HTTP/2's own ways of saying no ------------------------------------------------------------------------------------


def going_away(last_stream, *, answers):
    def serve(peer):
        peer.read_call()
        peer.go_away(last_stream, words=b"bye")
        if answers:
            peer.answer()

    return hostile.grpc(serve)


def test_a_goaway_below_our_call_is_undelivered(opened):
    with hostile.serving(going_away(0, answers=False)) as server:
        delivery = opened(server.url, "grpc").send(b"abc")
    assert delivery.code == "grpc.UNAVAILABLE"
    assert delivery.retryable
    assert delivery.undelivered
    assert "bye" in delivery.message


def test_a_goaway_that_lets_our_call_finish_lets_it_finish(opened):
    with hostile.serving(going_away(1, answers=True), hostile.grpc_answer()) as server:
        sender = opened(server.url, "grpc")
        assert sender.send(b"abc").accepted
        assert sender.send(b"abc").accepted
        assert server.accepted == 2


@pytest.mark.parametrize(
    ("code", "name", "retryable", "undelivered"),
    [(7, "UNAVAILABLE", True, True), (8, "CANCELLED", True, False), (2, "INTERNAL", False, False)],
    ids=["refused", "cancel", "internal"],
)
def test_resets_keep_what_they_say_about_delivery(opened, code, name, retryable, undelivered):
    def serve(peer):
        peer.read_call()
        peer.reset(code)

    with hostile.serving(hostile.grpc(serve)) as server:
        delivery = opened(server.url, "grpc").send(b"abc")
    assert (delivery.code, delivery.retryable, delivery.undelivered) == (f"grpc.{name}", retryable, undelivered)


def test_pings_while_idle_do_not_cost_the_connection(opened):
    pinged = threading.Event()

    def serve(peer):
        while True:
            peer.read_call()
            peer.answer()
            peer.h2.ping(b"12345678")
            peer.flush()
            pinged.set()

    with hostile.serving(hostile.grpc(serve)) as server:
        sender = opened(server.url, "grpc")
        for _ in range(3):
            pinged.clear()
            assert sender.send(b"abc").accepted
            assert pinged.wait(10)
        assert server.accepted == 1
