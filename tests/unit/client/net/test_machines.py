"""The protocol machines without a network: bytes cut anywhere, in any order, must come to the same answer or an error.

The shells' tests meet whole servers; here each byte boundary and each odd frame is met once.
"""

from __future__ import annotations

import h2.config
import h2.connection
import pytest
from hpack import Decoder, Encoder
from hypothesis import given
from hypothesis import strategies as st

from sonde.client.net.exchange import AttemptError, Request
from sonde.client.net.grpc import Grpc, message
from sonde.client.net.http1 import Http1

REQUEST = Request("http", "here:1", "/v1/traces", (("content-type", "x/y"),), b"body")
PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-A: 1\r\n\r\nwell"
SETTLED = bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))  # an empty SETTINGS frame
CHUNKED = b"HTTP/1.1 503 No\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nwe\r\n2\r\nll\r\n0\r\n\r\n"


def begun(machine, request=REQUEST):
    machine.begin(request)
    return machine


def grpc_reply(stream=1, status="0", body=b"\0\0\0\0\0"):
    """What a server would write, as frames: SETTINGS, HEADERS, DATA, HEADERS."""
    peer = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
    peer.initiate_connection()
    octets = peer.data_to_send()
    encoder = Encoder()
    head = encoder.encode([(":status", "200"), ("content-type", "application/grpc")])
    tail = encoder.encode([("grpc-status", status)])
    return octets + frame(1, 4, stream, head) + frame(0, 0, stream, body) + frame(1, 5, stream, tail)


def frame(kind, flags, stream, payload=b""):
    return len(payload).to_bytes(3, "big") + bytes((kind, flags)) + stream.to_bytes(4, "big") + payload


def fed(machine, *pieces):
    """The code of the error that feeding the pieces ends with; empty when there is none."""
    try:
        for piece in pieces:
            machine.feed(piece)
    except AttemptError as error:
        return error.code
    return ""


def test_a_request_in_http1_is_what_rfc_9112_says():
    octets = Http1(100).begin(REQUEST)
    head, _, body = octets.partition(b"\r\n\r\n")
    assert head.split(b"\r\n") == [
        b"POST /v1/traces HTTP/1.1",
        b"host: here:1",
        b"content-type: x/y",
        b"content-length: 4",
    ]
    assert body == b"body"


@given(st.sampled_from([PLAIN, CHUNKED]), st.lists(st.integers(0, 100), max_size=4))
def test_an_http1_answer_may_be_cut_anywhere(octets, cuts):
    machine = begun(Http1(100))
    at = 0
    for cut in [*sorted(cuts), len(octets)]:
        if octets[at:cut]:
            machine.feed(octets[at:cut])
        at = max(at, cut)
    assert machine.reply is not None
    assert machine.reply.body == b"well"
    assert not machine.reply.is_cut
    assert machine.is_reusable
    machine.begin(REQUEST)
    assert machine.reply is None
    assert not machine.has_heard


@given(st.lists(st.integers(0, 200), max_size=4))
def test_a_grpc_answer_may_be_cut_anywhere(cuts):
    octets = grpc_reply()
    machine = begun(Grpc(100))
    at = 0
    for cut in [*sorted(cuts), len(octets)]:
        if octets[at:cut]:
            machine.feed(octets[at:cut])
        at = max(at, cut)
    assert machine.reply is not None
    assert machine.reply.trailers["grpc-status"] == "0"
    assert machine.reply.body == b"\0\0\0\0\0"
    assert machine.is_reusable


@given(st.binary(min_size=1, max_size=300), st.booleans())
def test_any_bytes_end_in_an_answer_or_a_named_error(octets, is_grpc):
    machine = begun(Grpc(100) if is_grpc else Http1(100))
    code = fed(machine, octets, b"")
    assert code in {"", "protocol.http1", "protocol.http2", "errno.ECONNRESET", "grpc.UNAVAILABLE"}
    assert (machine.reply is None) == bool(code)
    assert not machine.is_reusable


@given(st.integers(0, 10), st.integers(0, 255), st.integers(0, 3), st.binary(max_size=40))
def test_any_frame_after_the_call_began_is_survived(kind, flags, stream, payload):
    code = fed(begun(Grpc(100)), SETTLED + frame(kind, flags, stream, payload))
    assert code.startswith(("protocol.http2", "grpc.")) or not code


def test_a_head_without_end_is_refused():
    machine = begun(Http1(100))
    machine.feed(b"HTTP/1.1 200 OK\r\n")
    assert fed(machine, *[b"X-More: " + b"x" * 1000 + b"\r\n"] * 100) == "protocol.http1"


def test_a_body_beyond_the_bound_is_cut():
    machine = begun(Http1(3))
    machine.feed(PLAIN)
    assert machine.reply is not None
    assert machine.reply.body == b"wel"
    assert machine.reply.is_cut
    machine = begun(Grpc(3))
    machine.feed(grpc_reply())
    assert machine.reply is not None
    assert len(machine.reply.body) == 3
    assert machine.reply.is_cut


@pytest.mark.parametrize("value", ["a\nb", "a\r\nx: y", "\0"], ids=["newline", "smuggled", "nul"])
def test_a_header_that_cannot_be_written_is_refused_without_its_value(value):
    with pytest.raises(AttemptError) as caught:
        Http1(100).begin(REQUEST.with_headers([("authorization", f"secret{value}")]))
    assert caught.value.code == "config.headers"
    assert not caught.value.retryable
    assert "secret" not in caught.value.message


@pytest.mark.parametrize("value", ["a\nb", "a\r\nx: y", "\0"], ids=["newline", "smuggled", "nul"])
def test_grpc_refuses_the_same_headers(value):
    with pytest.raises(AttemptError) as caught:
        Grpc(100).begin(REQUEST.with_headers([("authorization", f"secret{value}")]))
    assert caught.value.code == "config.headers"
    assert not caught.value.retryable
    assert "secret" not in caught.value.message


def test_data_after_the_answer_spoils_the_connection():
    machine = begun(Http1(100))
    machine.feed(PLAIN + b"HTTP/1.1 200 OK\r\n")
    assert machine.reply is not None
    assert not machine.is_reusable
    machine = begun(Http1(100))
    machine.feed(PLAIN)
    machine.feed(b"")
    assert not machine.is_reusable


def test_a_message_waits_for_the_servers_window():
    body = message(bytes(100_000), is_compressed=False)
    machine = Grpc(100)
    octets = machine.begin(Request("http", "here:1", "/a/b", (), body))
    assert 65_535 < len(octets) < 67_000
    assert not machine.is_sent
    machine.feed(SETTLED)
    more = machine.feed(frame(8, 0, 0, (1 << 20).to_bytes(4, "big")))  # the connection's window alone is not enough
    assert more == b""
    assert not machine.is_sent
    more = machine.feed(frame(8, 0, 1, (1 << 20).to_bytes(4, "big")))
    assert machine.is_sent
    assert len(octets) + len(more) > len(body)


def test_a_changed_first_window_counts_for_the_open_call_too():
    """RFC 9113, section 6.9.2: the difference is added to each stream's window, which may become negative."""
    machine = Grpc(100)
    machine.begin(Request("http", "here:1", "/a/b", (), message(bytes(100_000), is_compressed=False)))
    machine.feed(frame(4, 0, 0, b"\0\x04" + (1000).to_bytes(4, "big")) + frame(8, 0, 0, (1 << 20).to_bytes(4, "big")))
    assert machine.feed(frame(8, 0, 1, (64_535).to_bytes(4, "big"))) == b""
    assert len(machine.feed(frame(8, 0, 1, (10).to_bytes(4, "big")))) == 9 + 10


def test_secrets_are_never_indexed_and_long_values_are_whole():
    value = "x" * 40_000
    octets = Grpc(100).begin(
        REQUEST.with_headers([("authorization", value), ("x-api-key", "k" * 127), ("y", "z" * 126)])
    )
    assert b"\x10\x0dauthorization" in octets
    block = b""
    at = octets.index(b"\0\x40\0\x01\0")  # HEADERS of 16 KiB that go on in CONTINUATION
    while octets[at + 3] in {1, 9}:
        size = int.from_bytes(octets[at : at + 3], "big")
        block += octets[at + 9 : at + 9 + size]
        at += 9 + size
    fields = dict(Decoder(max_header_list_size=1 << 20).decode(block))
    assert fields["authorization"] == value
    assert (fields["x-api-key"], fields["y"]) == ("k" * 127, "z" * 126)
    assert (fields[":method"], fields[":scheme"], fields[":path"], fields[":authority"]) == (
        "POST",
        "http",
        "/v1/traces",
        "here:1",
    )


@pytest.mark.parametrize(
    "octets",
    [
        frame(5, 4, 1, bytes(9)),
        frame(9, 4, 1, b""),
        frame(1, 0, 1, b"") + frame(6, 0, 0, bytes(8)),
        frame(6, 0, 0, bytes(7)),
        frame(4, 0, 0, bytes(7)),
        frame(8, 0, 0, bytes(4)),
        frame(8, 0, 0, b"\x7f\xff\xff\xff"),
        frame(0, 8, 1, b"\x09abc"),
        frame(1, 4, 1, b"\xff\xff\xff\xff"),
        b"\x01\0\0" + bytes(6),
        frame(6, 0, 0, bytes(8)) * 20_000,
    ],
    ids=["push", "lone", "interrupted", "ping", "settings", "zero", "overflow", "padding", "hpack", "large", "flood"],
)
def test_a_server_that_breaks_the_rules_is_cut_off(octets):
    machine = begun(Grpc(100))
    assert fed(machine, SETTLED, octets) == "protocol.http2"
    assert not machine.is_reusable


def test_a_goaway_between_calls_ends_the_connection():
    machine = begun(Grpc(100))
    machine.feed(grpc_reply())
    assert machine.is_reusable
    machine.feed(frame(7, 0, 0, bytes(8)))
    assert not machine.is_reusable
