"""The HTTP/2 connection against RFC 9113, frame by frame and without a socket.

These exist because no library stands behind the gRPC door's framing: every rule that a client may break, every limit,
and every way a connection ends is shown here with the bytes that cause it. `Peer` is the client; its clock is moved by hand.
"""

import random
import struct
from contextlib import suppress

import pytest
from hpack import Encoder

from http2_bytes import HELLO, Answer, Peer, data, frame, headers, message, request, request_block
from sonde.core.errors import ConfigError
from sonde.receivers import http2_frames as h2
from sonde.receivers.http2_frames import ErrorCode, H2ConnectionError, Setting
from sonde.receivers.http2_headers import HeaderDecoder
from sonde.receivers.http2_server import Limits
from sonde.receivers.transport import Deadlines


@pytest.fixture
def connect():
    peers = []

    def make(*args, **options):
        peers.append(Peer(*args, **options))
        return peers[-1]

    yield make
    for peer in peers:
        peer.service.answer_all()
        peer.close()
        assert peer.budget.held == 0, "every byte taken from the budget is given back"
        assert peer.stats.connections["grpc"] == 0


def u32(number: int) -> bytes:
    return struct.pack(">L", number)


def setting(key: int, value: int) -> bytes:
    return frame(h2.SETTINGS, 0, 0, struct.pack(">HL", key, value))


# -- the beginning


def test_server_speaks_after_the_preface_and_acknowledges_settings(connect):
    peer = connect(hello=False)
    peer.feed(h2.PREFACE[:10])
    assert peer.take() == []
    peer.feed(h2.PREFACE[10:] + h2.settings({}))
    settings, update, ack = peer.take()
    assert (settings.kind, update.kind, ack.kind, ack.flags) == (h2.SETTINGS, h2.WINDOW_UPDATE, h2.SETTINGS, h2.ACK)
    values = dict(struct.iter_unpack(">HL", settings.payload))
    assert values[Setting.MAX_CONCURRENT_STREAMS] == 128
    assert values[Setting.MAX_HEADER_LIST_SIZE] == 16 * 1024


@pytest.mark.parametrize("line", [b"GET / HTTP/1.1\r\n\r\n", b"POST /v1/traces HTTP/1.1\r\nhost: x\r\n\r\n"])
def test_http1_client_is_told_where_to_go(connect, line):
    peer = connect(hello=False)
    peer.feed(line)
    assert peer.transport.written.startswith(b"HTTP/1.1 400 ")
    assert b"4318" in peer.transport.written
    assert peer.transport.has_written_eof
    peer.feed(b"more")
    peer.wait(10)
    assert peer.transport.is_closed


def test_anything_else_is_hung_up_on(connect):
    peer = connect(hello=False)
    peer.feed(b"\x16\x03\x01\x02\x00\x01")
    assert peer.transport.is_closed
    assert peer.stats.refused["not_http2"] == 1


def test_first_frame_must_be_settings(connect):
    peer = connect(hello=False)
    peer.feed(h2.PREFACE + frame(h2.PING, 0, 0, b"12345678"))
    assert peer.goaway()[0] == ErrorCode.PROTOCOL_ERROR


def test_connections_above_the_limit_are_turned_away(connect):
    peer = connect()
    second = peer.server.connection()
    transport = type(peer.transport)()
    second.connection_made(transport)
    assert transport.is_closed
    second.connection_lost(None)
    assert peer.stats.turned_away["grpc"] == 1


# -- calls


@pytest.mark.parametrize("piece", [1, 2, 7, 9, 10, 100, 1 << 20])
def test_calls_are_answered_however_their_bytes_arrive(connect, piece):
    peer = connect(hello=False)
    payloads = [b"", b"x", random.Random(1).randbytes(3000), b"y" * 5]
    peer.feed(HELLO + b"".join(request(1 + 2 * index, payload) for index, payload in enumerate(payloads)), piece=piece)
    assert peer.service.got == payloads
    assert {number: answer.status for number, answer in peer.answers().items()} == {1: "0", 3: "0", 5: "0", 7: "0"}


def test_answer_is_headers_message_trailers(connect):
    peer = connect()
    peer.feed(request(1, b"hello"))
    fields = {":status": "200", "content-type": "application/grpc", "grpc-status": "0"}
    assert peer.answers() == {1: Answer(fields, message(b"hello"), ended=True)}


@pytest.mark.parametrize("size", [0, 1, 16_000, 300_000, 3_000_000])
@pytest.mark.parametrize("chunk", [16_384, 1 << 20])
@pytest.mark.parametrize("ends_alone", [False, True])
def test_message_in_many_frames(connect, size, chunk, ends_alone):
    peer = connect()
    payload = random.Random(size).randbytes(size)
    octets = message(payload)
    pieces = [octets[at : at + chunk] for at in range(0, len(octets), chunk)]
    stream = headers(1) + b"".join(data(1, piece, end=False) for piece in pieces[:-1])
    stream += data(1, pieces[-1], end=not ends_alone) + (data(1, b"") if ends_alone else b"")
    peer.feed(stream)
    assert peer.service.got == [payload]
    assert peer.answers()[1].status == "0"


def test_interleaved_messages(connect):
    peer = connect()
    first, second = (random.Random(seed).randbytes(50_000) for seed in (1, 2))
    octets = [message(first), message(second)]
    peer.feed(headers(1) + headers(3))
    for at in range(0, len(octets[0]), 7000):
        for number, whole in zip((1, 3), octets, strict=True):
            peer.feed(data(number, whole[at : at + 7000], end=at + 7000 >= len(whole)))
    assert peer.service.got == [first, second]


def test_answers_that_come_later_leave_together(connect):
    peer = connect()
    peer.service.is_prompt = False
    peer.feed(request(1) + request(3))
    assert peer.take() == []
    peer.service.answer_all()
    assert peer.take() == [], "written in the next turn of the loop, with whatever else was answered"
    peer.turn()
    assert set(peer.answers()) == {1, 3}


def test_padding_and_priority_are_understood(connect):
    peer = connect()
    block = request_block()
    padded = frame(h2.HEADERS, h2.END_HEADERS | h2.PADDED | h2.PRIORITY_FLAG, 1, b"\x03" + b"\0" * 5 + block + b"pad")
    body = message(b"hello")
    peer.feed(padded + frame(h2.PRIORITY, 0, 1, b"\0" * 5))
    for at, octet in enumerate(body):
        last = at == len(body) - 1
        peer.feed(
            frame(h2.DATA, h2.PADDED | (h2.END_STREAM if last else 0), 1, b"\x02" + bytes((octet,)) + b"xx"), piece=3
        )
    assert peer.service.got == [b"hello"]


def test_header_block_in_continuations(connect):
    peer = connect()
    block = request_block()
    peer.feed(frame(h2.HEADERS, 0, 1, block[:10]) + frame(h2.CONTINUATION, 0, 1, block[10:20]))
    peer.feed(frame(h2.CONTINUATION, h2.END_HEADERS, 1, block[20:]) + data(1, message(b"hi")))
    assert peer.service.got == [b"hi"]


def test_trailers_from_the_client_end_its_stream(connect):
    peer = connect()
    peer.feed(headers(1) + data(1, message(b"hi"), end=False))
    peer.feed(headers(1, h2.field(b"x-checksum", b"1"), h2.END_HEADERS | h2.END_STREAM))
    assert peer.service.got == [b"hi"]
    assert peer.answers()[1].status == "0"


def test_repeated_header_blocks_are_read_once_and_never_stale(connect):
    peer = connect()
    encoder = Encoder()
    fields = [(":method", "POST"), (":scheme", "http"), (":path", "/a"), ("content-type", "application/grpc")]
    stream = 1
    for path, times in (("/a", 3), ("/b", 3), ("/a", 3), ("/c", 2), ("/b", 2)):
        for _ in range(times):
            block = encoder.encode([(name, path if name == ":path" else value) for name, value in fields])
            peer.feed(request(stream, path.encode(), block))
            assert peer.service.got[-1] == path.encode()
            stream += 2
    assert peer.service.begun < stream // 2, "settled blocks are not decoded again"


def test_same_octets_mean_what_the_table_says_now(connect):
    peer = connect()
    again = b"\x83\x86\xbe"  # POST, http, the newest entry of the dynamic table
    blocks = [b"\x83\x86\x44\x02/a", again, again, b"\x83\x86\x44\x02/b", again, again]
    paths = []
    for index, block in enumerate(blocks):
        peer.feed(headers(1 + 2 * index, block))
        paths.append(peer.connection.calls.streams[1 + 2 * index].call.fields[b":path"])
    assert paths == [b"/a", b"/a", b"/a", b"/b", b"/b", b"/b"]
    assert peer.service.begun == 4


# -- messages that are not as they should be


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"", "ended before its message"),
        (b"\0\0", "ended before its message"),
        (b"\0\0\0\0\5abc", "ended before its message"),
        (b"\0\0\0\0\1abc", "bytes after its message"),
        (b"\7\0\0\0\1a", "begins with 0 or 1"),
        (message(b"a") + message(b"b"), "bytes after its message"),
    ],
)
@pytest.mark.parametrize("piece", [1, 1 << 20])
def test_broken_messages_are_refused(connect, octets, text, piece):
    peer = connect()
    peer.feed(headers(1) + data(1, octets), piece=piece)
    answer = peer.answers()[1]
    assert answer.status == "3"
    assert text in answer.fields["grpc-message"]
    peer.feed(request(3))
    assert peer.answers()[3].status == "0", "the connection goes on"


def test_header_that_ends_the_stream_has_no_message(connect):
    peer = connect()
    peer.feed(headers(1, flags=h2.END_HEADERS | h2.END_STREAM))
    assert peer.answers()[1].status == "3"


def test_too_large_message_is_refused_as_soon_as_it_says_so(connect):
    peer = connect(max_message_bytes=1000)
    peer.feed(headers(1) + data(1, b"\0" + u32(1001), end=False))
    answer = peer.answers()[1]
    assert "1001" in answer.fields["grpc-message"]
    assert (answer.ended, answer.reset) == (True, ErrorCode.NO_ERROR), "RFC 9113 section 8.1: stop sending"
    peer.feed(data(1, b"x" * 500, end=False) + data(1, b"x"))
    assert peer.take() == [], "what was under way is thrown away"
    peer.feed(headers(3) + data(3, b"\0" + u32(1001) + b"x" * 1001))
    assert "1001" in peer.answers()[3].fields["grpc-message"]


def test_budget_bounds_what_is_held(connect):
    peer = connect(budget_bytes=100_000)
    peer.feed(headers(1) + data(1, b"\0" + u32(80_000) + b"x" * 10_000, end=False))
    assert 0 < peer.budget.held <= 80_000
    peer.feed(request(3, b"y" * 90_000))
    answer = peer.answers()[3]
    assert answer.status == "8"
    peer.feed(data(1, b"x" * 70_000))
    assert peer.service.got == [b"x" * 80_000]


def test_announcing_a_large_message_reserves_nothing(connect):
    peer = connect()
    for number in range(1, 200, 2):
        peer.feed(headers(number) + data(number, b"\0" + u32(60 << 20) + b"x" * 100, end=False))
    assert peer.budget.held <= 100 * 64 * 1024


# -- requests that are not as they should be


@pytest.mark.parametrize(
    "block",
    [
        request_block(method=""),
        request_block(path=""),
        request_block(scheme=""),
        request_block() + h2.field(b":path", b"/again"),
        request_block() + h2.field(b":status", b"200"),
        request_block(extra={"Upper": "case"}),
        request_block(extra={"connection": "close"}),
        request_block(extra={"transfer-encoding": "chunked"}),
        request_block(extra={"te": "gzip"}),
        request_block(extra={"x": "line\nbreak"}),
        request_block(extra={"": "empty name"}),
        h2.field(b":method", b"POST"),
    ],
)
def test_malformed_requests_are_reset(connect, block):
    peer = connect()
    peer.feed(request(1, b"hi", block))
    assert peer.answers()[1].reset == ErrorCode.PROTOCOL_ERROR
    peer.feed(request(3))
    assert peer.answers()[3].status == "0"


def test_refusal_by_header_needs_no_message(connect):
    peer = connect()
    peer.feed(headers(1, request_block("/unknown")))
    answer = peer.answers()[1]
    assert (answer.status, answer.reset) == ("12", ErrorCode.NO_ERROR)
    peer.feed(data(1, message(b"late")) + request(3))
    assert set(peer.answers()) == {3}


def test_header_list_over_the_limit_is_refused_and_the_table_kept(connect):
    peer = connect(max_header_list_bytes=1000)
    encoder = Encoder()
    fields = [(":method", "POST"), (":scheme", "http"), (":path", "/a"), ("x", "y")]
    peer.feed(headers(1, encoder.encode([*fields, ("big", "z" * 990)])))
    assert peer.answers()[1].status == "12"
    peer.feed(request(3, b"hi", encoder.encode(fields)))
    assert peer.answers()[3].status == "0"


# -- errors of the connection


BROKEN = {
    "DATA on stream 0": (data(0, b"x"), ErrorCode.PROTOCOL_ERROR),
    "DATA on an idle stream": (data(1, b"x"), ErrorCode.PROTOCOL_ERROR),
    "DATA padded beyond itself": (headers(1) + frame(h2.DATA, h2.PADDED, 1, b"\x05abc"), ErrorCode.PROTOCOL_ERROR),
    "DATA padded and empty": (headers(1) + frame(h2.DATA, h2.PADDED, 1), ErrorCode.PROTOCOL_ERROR),
    "HEADERS on stream 0": (headers(0), ErrorCode.PROTOCOL_ERROR),
    "HEADERS on an even stream": (headers(2), ErrorCode.PROTOCOL_ERROR),
    "HEADERS on a closed stream": (request(5) + headers(3), ErrorCode.STREAM_CLOSED),
    "HEADERS padded beyond itself": (
        frame(h2.HEADERS, h2.PADDED | h2.END_HEADERS, 1, b"\x09abc"),
        ErrorCode.PROTOCOL_ERROR,
    ),
    "HEADERS too short for its priority": (
        frame(h2.HEADERS, h2.PRIORITY_FLAG | h2.END_HEADERS, 1, b"ab"),
        ErrorCode.PROTOCOL_ERROR,
    ),
    "HEADERS interrupted": (headers(1, b"\x88", 0) + frame(h2.PING, 0, 0, b"12345678"), ErrorCode.PROTOCOL_ERROR),
    "HEADERS interrupted by DATA": (headers(1, b"\x88", 0) + data(1, b"x"), ErrorCode.PROTOCOL_ERROR),
    "CONTINUATION alone": (frame(h2.CONTINUATION, 0, 1, b"\x88"), ErrorCode.PROTOCOL_ERROR),
    "CONTINUATION of another": (
        headers(1, b"\x88", 0) + frame(h2.CONTINUATION, 4, 3, b"\x88"),
        ErrorCode.PROTOCOL_ERROR,
    ),
    "CONTINUATION flood": (
        headers(1, b"", 0) + frame(h2.CONTINUATION, 0, 1, b"x" * 16_000) * 3,
        ErrorCode.ENHANCE_YOUR_CALM,
    ),
    "empty CONTINUATION flood": (headers(1, b"", 0) + frame(h2.CONTINUATION, 0, 1) * 3000, ErrorCode.ENHANCE_YOUR_CALM),
    "HPACK index 0": (headers(1, b"\x80"), ErrorCode.COMPRESSION_ERROR),
    "HPACK index beyond the table": (headers(1, b"\xff\x20"), ErrorCode.COMPRESSION_ERROR),
    "HPACK integer too long": (headers(1, b"\xff\xff\xff\xff\xff\xff\x01"), ErrorCode.COMPRESSION_ERROR),
    "HPACK string cut short": (headers(1, b"\x00\x05ab"), ErrorCode.COMPRESSION_ERROR),
    "HPACK block cut short": (headers(1, b"\x40"), ErrorCode.COMPRESSION_ERROR),
    "HPACK Huffman padding": (headers(1, b"\x00\x81\xff\x81\xfe"), ErrorCode.COMPRESSION_ERROR),
    "HPACK table too large": (headers(1, b"\x3f\xe2\x7f"), ErrorCode.COMPRESSION_ERROR),
    "HPACK table size late": (headers(1, b"\x88\x20"), ErrorCode.COMPRESSION_ERROR),
    "SETTINGS on a stream": (frame(h2.SETTINGS, 0, 1), ErrorCode.PROTOCOL_ERROR),
    "SETTINGS of five octets": (frame(h2.SETTINGS, 0, 0, b"12345"), ErrorCode.FRAME_SIZE_ERROR),
    "SETTINGS acknowledged with a payload": (frame(h2.SETTINGS, h2.ACK, 0, b"123456"), ErrorCode.FRAME_SIZE_ERROR),
    "ENABLE_PUSH 2": (setting(Setting.ENABLE_PUSH, 2), ErrorCode.PROTOCOL_ERROR),
    "INITIAL_WINDOW_SIZE too large": (setting(Setting.INITIAL_WINDOW_SIZE, 1 << 31), ErrorCode.FLOW_CONTROL_ERROR),
    "MAX_FRAME_SIZE too small": (setting(Setting.MAX_FRAME_SIZE, 100), ErrorCode.PROTOCOL_ERROR),
    "PING on a stream": (frame(h2.PING, 0, 1, b"12345678"), ErrorCode.PROTOCOL_ERROR),
    "PING of seven octets": (frame(h2.PING, 0, 0, b"1234567"), ErrorCode.FRAME_SIZE_ERROR),
    "PRIORITY of four octets": (frame(h2.PRIORITY, 0, 1, b"1234"), ErrorCode.FRAME_SIZE_ERROR),
    "PRIORITY on stream 0": (frame(h2.PRIORITY, 0, 0, b"12345"), ErrorCode.PROTOCOL_ERROR),
    "RST_STREAM on an idle stream": (frame(h2.RST_STREAM, 0, 1, b"1234"), ErrorCode.PROTOCOL_ERROR),
    "RST_STREAM of three octets": (headers(1) + frame(h2.RST_STREAM, 0, 1, b"123"), ErrorCode.FRAME_SIZE_ERROR),
    "PUSH_PROMISE": (frame(h2.PUSH_PROMISE, 4, 1, u32(2)), ErrorCode.PROTOCOL_ERROR),
    "GOAWAY cut short": (frame(h2.GOAWAY, 0, 0, b"1234"), ErrorCode.PROTOCOL_ERROR),
    "WINDOW_UPDATE by 0": (h2.window_update(0, 0), ErrorCode.PROTOCOL_ERROR),
    "WINDOW_UPDATE of three octets": (frame(h2.WINDOW_UPDATE, 0, 0, b"123"), ErrorCode.FRAME_SIZE_ERROR),
    "WINDOW_UPDATE on an idle stream": (h2.window_update(1, 1), ErrorCode.PROTOCOL_ERROR),
    "WINDOW_UPDATE past the maximum": (h2.window_update(0, h2.MAX_WINDOW), ErrorCode.FLOW_CONTROL_ERROR),
    "frame above the maximum": (b"\x10\x00\x01\x06\x00\x00\x00\x00\x00", ErrorCode.FRAME_SIZE_ERROR),
    "DATA above the maximum": (headers(1) + b"\x10\x00\x01\x00\x00\x00\x00\x00\x01", ErrorCode.FRAME_SIZE_ERROR),
    "HEADERS of a megabyte": (b"\x0f\x00\x00\x01\x04\x00\x00\x00\x01", ErrorCode.ENHANCE_YOUR_CALM),
    "PING flood": (frame(h2.PING, 0, 0, b"12345678") * 3000, ErrorCode.ENHANCE_YOUR_CALM),
    "SETTINGS flood": (h2.settings({}) * 3000, ErrorCode.ENHANCE_YOUR_CALM),
    "empty DATA flood": (headers(1) + data(1, b"", end=False) * 3000, ErrorCode.ENHANCE_YOUR_CALM),
    "WINDOW_UPDATE flood": (h2.window_update(0, 1) * 3000, ErrorCode.ENHANCE_YOUR_CALM),
    "rapid reset": (
        b"".join(headers(n) + frame(h2.RST_STREAM, 0, n, u32(8)) for n in range(1, 6000, 2)),
        ErrorCode.ENHANCE_YOUR_CALM,
    ),
    "unknown methods flood": (
        b"".join(headers(n, request_block("/unknown")) for n in range(1, 6000, 2)),
        ErrorCode.ENHANCE_YOUR_CALM,
    ),
}


@pytest.mark.parametrize("octets_code", BROKEN.values(), ids=BROKEN)
def test_faults_of_the_connection_are_told_and_end_it(connect, octets_code):
    octets, code = octets_code
    peer = connect()
    peer.feed(octets)
    assert peer.goaway()[0] == code
    peer.feed(request(7001))
    assert b"hello" not in peer.service.got[1:], "nothing is taken after a GOAWAY"
    peer.wait(10)
    assert peer.transport.is_closed


@pytest.mark.parametrize(
    "key", [Setting.HEADER_TABLE_SIZE, Setting.MAX_CONCURRENT_STREAMS, Setting.MAX_HEADER_LIST_SIZE, 0x99]
)
def test_settings_that_do_not_matter_here_are_acknowledged(connect, key):
    peer = connect()
    peer.feed(setting(key, 7))
    assert [each.flags for each in peer.take()] == [h2.ACK]


def test_unknown_frames_are_skipped_however_large(connect):
    peer = connect()
    peer.feed(frame(0xBB, 0xFF, 7, b"z" * 500_000) + frame(0xFA, 0, 0, b"small") + request(1))
    assert peer.answers()[1].status == "0"


def test_ping_is_answered_and_acknowledgements_are_not(connect):
    peer = connect()
    peer.feed(frame(h2.PING, 0, 0, b"12345678") + frame(h2.PING, h2.ACK, 0, b"87654321"))
    assert [(each.kind, each.flags, each.payload) for each in peer.take()] == [(h2.PING, h2.ACK, b"12345678")]


def test_defect_of_the_service_ends_the_connection_only(connect, caplog):
    peer = connect()
    peer.service.begin = lambda fields: 1 / 0
    peer.feed(headers(1))
    assert peer.goaway()[0] == ErrorCode.INTERNAL_ERROR
    assert "ZeroDivisionError" in caplog.text


# -- flow control


def test_client_is_given_window_as_it_sends(connect):
    peer = connect(stream_window_bytes=100_000, connection_window_bytes=200_000, max_message_bytes=1 << 30)
    peer.feed(headers(1) + data(1, b"\0" + u32(10_000_000), end=False))
    windows = {0: 200_000 - 5, 1: 100_000 - 5}
    sent = 0
    while sent < 10_000_000:
        count = min(16_384, *windows.values(), 10_000_000 - sent)
        assert count > 0, "the server has forgotten to open a window"
        peer.feed(data(1, b"x" * count, end=sent + count == 10_000_000))
        sent += count
        for number in windows:
            windows[number] -= count
        for each in peer.take():
            if each.kind == h2.WINDOW_UPDATE:
                windows[each.stream] += int.from_bytes(each.payload, "big")
    assert len(peer.service.got[0]) == 10_000_000
    assert windows[0] <= 200_000


def test_data_beyond_a_streams_window_is_its_fault(connect):
    peer = connect(stream_window_bytes=65_536, connection_window_bytes=1 << 20)
    peer.feed(headers(1) + headers(3) + data(1, b"\0" + u32(1 << 20) + b"x" * 65_532, end=False))
    assert peer.answers()[1].reset == ErrorCode.FLOW_CONTROL_ERROR
    peer.feed(data(3, message(b"hi")))
    assert peer.answers()[3].status == "0"


def test_data_beyond_the_connections_window_ends_it(connect):
    peer = connect(stream_window_bytes=65_536, connection_window_bytes=65_536, buffer_bytes=1 << 20)
    stream = b"".join(headers(n) + data(n, b"\0" + u32(1 << 20) + b"x" * 60_000, end=False) for n in (1, 3))
    peer.feed(stream)
    assert peer.goaway()[0] == ErrorCode.FLOW_CONTROL_ERROR


def test_answers_wait_for_the_clients_window(connect):
    peer = connect()
    peer.feed(setting(Setting.INITIAL_WINDOW_SIZE, 9))
    peer.take()
    peer.feed(request(1, b"12345") + request(3, b"1234"))
    assert set(peer.answers()) == {3}, "five octets of prefix and five of message do not fit in nine"
    peer.feed(h2.window_update(1, 1))
    assert peer.answers()[1].status == "0"
    peer.feed(setting(Setting.INITIAL_WINDOW_SIZE, 0) + request(5, b""))
    assert 5 not in peer.answers()
    peer.feed(setting(Setting.INITIAL_WINDOW_SIZE, 100))
    assert peer.answers()[5].status == "0"


def test_answers_wait_for_the_connections_window(connect):
    peer = connect()
    spent = 65_535 // 105
    peer.feed(b"".join(request(1 + 2 * n, b"z" * 100) for n in range(spent + 2)))
    assert len(peer.answers()) == spent
    peer.feed(h2.window_update(0, 1000))
    assert len(peer.answers()) == 2


def test_waiting_answer_of_a_cancelled_stream_is_dropped(connect):
    peer = connect()
    peer.feed(setting(Setting.INITIAL_WINDOW_SIZE, 0) + request(1) + frame(h2.RST_STREAM, 0, 1, u32(8)))
    peer.take()
    peer.feed(setting(Setting.INITIAL_WINDOW_SIZE, 1000))
    assert 1 not in peer.answers()
    assert peer.connection.calls.orphans == 0


@pytest.mark.parametrize(
    ("increment", "code"), [(0, ErrorCode.PROTOCOL_ERROR), (h2.MAX_WINDOW, ErrorCode.FLOW_CONTROL_ERROR)]
)
def test_bad_window_update_resets_its_stream(connect, increment, code):
    peer = connect()
    peer.feed(headers(1) + h2.window_update(1, increment))
    assert peer.answers()[1].reset == code


def test_client_that_does_not_read_is_not_read_from(connect):
    peer = connect()
    peer.connection.pause_writing()
    assert peer.transport.is_reading_paused
    peer.connection.resume_writing()
    assert not peer.transport.is_reading_paused
    peer.connection.pause_writing()
    peer.wait(1)
    peer.wait(20)
    assert not peer.transport.is_closed
    peer.wait(20)
    assert peer.transport.is_closed
    assert peer.stats.expired["grpc", "write"] == 1


# -- streams that end early


def test_calls_above_the_limit_are_refused_to_be_sent_again(connect):
    peer = connect(max_streams=2)
    peer.service.is_prompt = False
    peer.feed(request(1) + request(3) + request(5))
    assert peer.answers() == {5: Answer(reset=ErrorCode.REFUSED_STREAM)}
    peer.service.answer_all()
    peer.turn()
    peer.feed(request(7))
    assert set(peer.answers()) == {1, 3}


def test_cancelled_calls_count_until_their_work_is_done(connect):
    peer = connect(max_streams=2)
    peer.service.is_prompt = False
    cancel = [frame(h2.RST_STREAM, 0, number, u32(ErrorCode.CANCEL)) for number in (1, 3)]
    peer.feed(request(1) + cancel[0] + request(3) + cancel[1] + request(5))
    assert peer.answers() == {5: Answer(reset=ErrorCode.REFUSED_STREAM)}
    peer.service.answer_all()
    peer.turn()
    assert peer.take() == []
    peer.feed(request(7))
    peer.service.answer_all()
    peer.turn()
    assert set(peer.answers()) == {7}


def test_cancelling_in_the_middle_of_a_message_frees_it(connect):
    peer = connect()
    peer.feed(headers(1) + data(1, b"\0" + u32(500_000) + b"x" * 100_000, end=False))
    peer.feed(data(1, b"y" * 200_000, end=False)[:50_000])
    assert peer.budget.held > 0
    peer.feed(b"y" * (200_009 - 50_000) + frame(h2.RST_STREAM, 0, 1, u32(8)))
    assert peer.budget.held == 0
    peer.feed(data(1, b"late") + request(3))
    assert set(peer.answers()) == {3}


def test_data_after_the_end_of_a_stream_resets_it(connect):
    peer = connect()
    peer.service.is_prompt = False
    peer.feed(request(1) + data(1, b"more"))
    assert peer.answers()[1].reset == ErrorCode.STREAM_CLOSED
    peer.service.answer_all()
    peer.turn()
    assert peer.take() == []


def test_trailers_that_do_not_end_the_stream_reset_it(connect):
    peer = connect()
    peer.feed(headers(1) + headers(1, h2.field(b"x", b"y")))
    assert peer.answers()[1].reset == ErrorCode.PROTOCOL_ERROR


def test_lost_connection_leaves_nothing_behind(connect):
    peer = connect()
    peer.service.is_prompt = False
    peer.feed(request(1, b"z" * 1000) + headers(3) + data(3, b"\0" + u32(9000) + b"x" * 5000, end=False))
    peer.connection.eof_received()
    assert set(peer.connection.calls.streams) == {1}
    peer.service.answer_all()
    peer.turn()
    assert set(peer.answers()) == {1}
    peer.wait(1)
    assert peer.transport.is_closed


# -- deadlines


DEADLINES = Deadlines(header_s=10, body_s=30, idle_s=60, write_s=30, linger_s=2)


@pytest.mark.parametrize("sent", [b"", h2.PREFACE[:5], h2.PREFACE, HELLO[:-2]])
def test_slow_beginning(connect, sent):
    peer = connect(hello=False, deadlines=DEADLINES)
    peer.feed(sent)
    peer.wait(9)
    assert not peer.transport.is_closed
    peer.wait(2)
    assert peer.transport.is_closed


@pytest.mark.parametrize("sent", [b"\0", headers(1)[:-1], headers(1, b"\x88", 0)])
def test_slow_header(connect, sent):
    peer = connect(deadlines=DEADLINES)
    peer.wait(50)
    for octet in sent:
        peer.feed(bytes((octet,)))
        peer.wait(0.001)
    peer.wait(9)
    assert not peer.transport.is_closed
    peer.wait(10)
    assert peer.transport.is_closed
    assert peer.stats.expired["grpc", "header"] == 1


def test_slow_body_is_refused_and_the_connection_goes_on(connect):
    peer = connect(deadlines=DEADLINES)
    peer.feed(headers(1) + data(1, b"\0\0\0\0\5ab", end=False))
    for _ in range(31):
        peer.feed(data(1, b"", end=False))
        peer.wait(1)
    answer = peer.answers()[1]
    assert (answer.status, answer.reset) == ("4", ErrorCode.NO_ERROR)
    peer.feed(request(3))
    assert peer.answers()[3].status == "0"


@pytest.mark.parametrize("piece", [1 << 20, 20_000])
def test_body_that_expires_in_the_middle_of_a_frame(connect, piece):
    peer = connect(deadlines=DEADLINES)
    half = data(1, b"\0" + u32(900_000) + b"x" * 300_000, end=False)
    peer.feed(headers(1) + half[:150_000], piece=piece)
    peer.wait(31)
    assert peer.answers()[1].status == "4"
    peer.feed(half[150_000:] + data(1, b"x" * 600_000) + request(3), piece=piece)
    assert {number: answer.status for number, answer in peer.answers().items()} == {3: "0"}


def test_client_that_opens_no_window_is_let_go(connect):
    peer = connect(deadlines=DEADLINES)
    peer.feed(setting(Setting.INITIAL_WINDOW_SIZE, 0) + request(1))
    peer.wait(1)
    peer.wait(29)
    assert not peer.transport.is_closed
    peer.wait(2)
    assert peer.transport.is_closed
    assert peer.stats.expired["grpc", "write"] == 1


def test_deadline_that_the_client_gave(connect):
    peer = connect(deadlines=DEADLINES)
    peer.service.is_prompt = False
    peer.feed(request(1, block=request_block(extra={"x-timeout": "3"})) + request(3))
    peer.wait(2)
    assert peer.take() == []
    peer.wait(2)
    assert peer.answers()[1].status == "4"
    peer.service.answer_all()
    peer.turn()
    assert set(peer.answers()) == {3}


def test_idle_connection_is_told_and_then_closed(connect):
    peer = connect(deadlines=DEADLINES)
    peer.wait(59)
    assert peer.take() == []
    peer.wait(2)
    assert peer.goaway()[0] == ErrorCode.NO_ERROR
    peer.wait(1)
    assert peer.transport.is_closed


def test_busy_connection_is_not_idle(connect):
    peer = connect(deadlines=DEADLINES)
    peer.service.is_prompt = False
    peer.feed(request(1))
    peer.wait(100)
    assert peer.take() == []


# -- leaving


def test_leaving_finishes_calls_and_ignores_new_ones(connect):
    peer = connect(deadlines=DEADLINES)
    peer.service.is_prompt = False
    peer.feed(request(1))
    peer.connection.leave()
    (goaway,) = peer.take()
    assert (goaway.kind, goaway.payload[:8]) == (h2.GOAWAY, u32(1) + u32(ErrorCode.NO_ERROR))
    peer.feed(request(3))
    peer.service.answer_all()
    peer.turn()
    assert set(peer.answers()) == {1}, "stream 3 is above the number in the GOAWAY"
    peer.wait(3)
    assert peer.transport.is_closed


@pytest.mark.parametrize(
    "wrong",
    [
        {"stream_window_bytes": 100},
        {"stream_window_bytes": 1 << 20, "connection_window_bytes": 1 << 19},
        {"connection_window_bytes": 1 << 31},
        {"max_frame_bytes": 100},
        {"max_frame_bytes": 1 << 24},
    ],
)
def test_limits_that_http2_does_not_allow(wrong):
    with pytest.raises(ConfigError):
        Limits(**wrong)


# -- HPACK, beside the library's own decoder


def test_decoder_agrees_with_the_library():
    rng = random.Random(5)
    names = [f"x-{index}" for index in range(40)] + ["grpc-timeout", "user-agent", ":path", "te"]
    encoder, decoder = Encoder(), HeaderDecoder(1 << 20)
    for _ in range(400):
        if rng.random() < 0.05:
            encoder.header_table_size = rng.choice([0, 100, 1000, 4096])
        fields = [
            (rng.choice(names), rng.randbytes(rng.randrange(40)).hex(), rng.random() < 0.1)
            for _ in range(rng.randrange(12))
        ]
        block = encoder.encode(fields, huffman=rng.random() < 0.7)
        assert decoder.decode(block) == [(name.encode(), value.encode()) for name, value, _ in fields]


def test_decoder_survives_anything():
    rng = random.Random(6)
    codes = set()
    for _ in range(3000):
        with suppress(H2ConnectionError):
            try:
                HeaderDecoder(4096).decode(rng.randbytes(rng.randrange(60)))
            except H2ConnectionError as error:
                codes.add(error.code)
                raise
    assert codes == {ErrorCode.COMPRESSION_ERROR}


def test_header_list_bomb_is_not_kept():
    decoder = HeaderDecoder(16 * 1024)
    entry = b"\x40\x01x" + b"\x7f\xa1\x1e" + b"y" * 4000
    assert decoder.decode(entry + b"\xbe" * 20) is None
    assert decoder.decode(b"\xbe") == [(b"x", b"y" * 4000)], "the table is in step"
    with pytest.raises(H2ConnectionError, match="far over"):
        decoder.decode(b"\xbe" * 20_000)
