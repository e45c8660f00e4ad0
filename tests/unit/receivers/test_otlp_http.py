"""The HTTP door from the client's side, over real sockets: what OTLP/HTTP promises, and what a hostile or slow client gets.

The sink is a fake that the test commands, so that an answer can be held back and a refusal provoked. Deadlines are
tenths of a second where they are what is tested; nothing sleeps, every wait ends with an event.
"""

import contextlib
import gzip
import json

import orjson
import pytest
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from doors import request, running_door
from sonde.core.errors import ExhaustedError, InternalError, QuotaError, StorageError, UnavailableError
from sonde.core.outcome import Outcome
from sonde.core.signal import Signal
from sonde.otlp.compression import ENCODINGS, compress
from sonde.otlp.json import from_protobuf
from sonde.receivers import otlp_http as module
from sonde.receivers.intake import Budget, TenantConfig
from sonde.receivers.otlp_http import Config
from sonde.receivers.transport import Deadlines

FAST = Deadlines(header_s=0.2, body_s=0.2, idle_s=0.2, write_s=0.2, linger_s=0.2)


def trace_request(spans=3, name="GET /items"):
    message = ExportTraceServiceRequest()
    scope = message.resource_spans.add().scope_spans.add()
    for number in range(spans):
        scope.spans.add(name=name, trace_id=bytes(15) + b"\1", span_id=number.to_bytes(7, "big") + b"\1")
    return message.SerializeToString()


def log_request():
    message = ExportLogsServiceRequest()
    message.resource_logs.add().scope_logs.add().log_records.add().body.string_value = "hello"
    return message.SerializeToString()


def metric_request():
    message = ExportMetricsServiceRequest()
    metric = message.resource_metrics.add().scope_metrics.add().metrics.add(name="m")
    metric.gauge.data_points.add(as_int=1)
    metric.gauge.data_points.add(as_int=2)
    return message.SerializeToString()


PAYLOAD = trace_request()
EXAMPLES = {Signal.TRACES: (PAYLOAD, 3), Signal.METRICS: (metric_request(), 2), Signal.LOGS: (log_request(), 1)}


@pytest.fixture(scope="module")
def shared():
    """A door for tests that leave no trace in it but counters and kept requests."""
    with running_door() as door:
        yield door


@pytest.fixture
def door(shared):
    shared.sink.kept.clear()
    shared.sink.refusal = None
    return shared


# ---- what OTLP/HTTP promises ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("signal", Signal)
@pytest.mark.parametrize("content_type", ["application/x-protobuf", "application/protobuf"])
def test_protobuf_of_every_signal_is_kept_as_it_lies(door, signal, content_type):
    payload, items = EXAMPLES[signal]
    answer = door.ask(request(signal.http_path, payload, content_type=content_type))
    assert (answer.status, answer.body, answer.headers["content-type"]) == (200, b"", content_type)
    assert door.sink.kept == [(signal, "default", payload, items)]


@pytest.mark.parametrize("signal", Signal)
@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON; charset=UTF-8"])
def test_json_of_every_signal_is_kept_as_protobuf(door, signal, content_type):
    payload, items = EXAMPLES[signal]
    answer = door.ask(request(signal.http_path, from_protobuf(signal, payload), content_type=content_type))
    assert (answer.status, answer.body, answer.headers["content-type"]) == (200, b"{}", "application/json")
    assert door.sink.kept == [(signal, "default", payload, items)]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("is_json", [False, True])
def test_every_encoding_is_undone(door, encoding, is_json):
    body = from_protobuf(Signal.TRACES, PAYLOAD) if is_json else PAYLOAD
    content_type = "application/json" if is_json else "application/x-protobuf"
    coded = request("/v1/traces", compress(encoding, body), f"Content-Encoding: {encoding}", content_type=content_type)
    assert door.ask(coded).status == 200
    assert door.sink.kept == [(Signal.TRACES, "default", PAYLOAD, 3)]


def test_large_bodies_are_decoded_on_a_thread_with_the_same_result():
    payload = trace_request(500, name="x" * 40)
    body, text = gzip.compress(payload, 1), from_protobuf(Signal.TRACES, payload)
    with running_door(Config(offload_bytes=1000)) as door:
        assert door.ask(request("/v1/traces", body, "Content-Encoding: gzip")).status == 200
        assert door.ask(request("/v1/traces", text, content_type="application/json")).status == 200
        assert [(kept[2] == payload, kept[3]) for kept in door.sink.kept] == [(True, 500)] * 2
        broken = door.ask(request("/v1/traces", body[:-5], "Content-Encoding: gzip"))
        assert (broken.status, b"cut short" in broken.body) == (400, True)
        assert door.budget.held == 0


@pytest.mark.parametrize(("content_type", "body", "answer"), [
    ("application/x-protobuf", b"", b""),
    ("application/json", b"", b"{}"),
    ("application/json", b"{}", b"{}"),
    ("application/json", b'{"resourceSpans":[]}', b"{}"),
])  # fmt: skip
def test_empty_requests_succeed_and_are_not_kept(door, content_type, body, answer):
    found = door.ask(request("/v1/traces", body, content_type=content_type))
    assert (found.status, found.body) == (200, answer)
    assert not door.sink.kept


@pytest.mark.parametrize("is_json", [False, True])
def test_partial_success_is_told(door, monkeypatch, is_json):
    monkeypatch.setattr(door.receiver, "_offer", lambda _s, _t, _p, done: done(Outcome(2, 1, "one was odd")))
    content_type = "application/json" if is_json else "application/x-protobuf"
    answer = door.ask(request("/v1/traces", b"{}" if is_json else PAYLOAD, content_type=content_type))
    assert answer.status == 200
    if is_json:
        assert json.loads(answer.body) == {"partialSuccess": {"rejectedSpans": "1", "errorMessage": "one was odd"}}
    else:
        partial = ExportTraceServiceResponse.FromString(answer.body).partial_success
        assert (partial.rejected_spans, partial.error_message) == (1, "one was odd")


@pytest.mark.parametrize("is_json", [False, True])
def test_malformed_bodies_get_400_and_a_status_in_their_content_type(door, is_json):
    content_type = "application/json" if is_json else "application/x-protobuf"
    answer = door.ask(
        request("/v1/traces", b'{"resourceSpans":7}' if is_json else b"\x0a\x05ab", content_type=content_type)
    )
    assert (answer.status, answer.headers["content-type"]) == (400, content_type)
    status = orjson.loads(answer.body) if is_json else {"code": Status.FromString(answer.body).code}
    assert status["code"] == 3
    assert "retry-after" not in answer.headers


@pytest.mark.parametrize(
    ("error", "status", "retry_after"),
    [
        (ExhaustedError("disk full"), 503, "1"),
        (UnavailableError("closing", retry_after_s=2.5), 503, "3"),
        (QuotaError("slow down", retry_after_s=7), 429, "7"),
        (StorageError("write failed"), 503, "1"),
        (InternalError("a defect"), 500, None),
    ],
)
def test_what_the_sink_cannot_keep_is_refused_as_otlp_says(door, error, status, retry_after):
    door.sink.refusal = error
    answer = door.ask(request("/v1/traces", PAYLOAD))
    assert (answer.status, answer.headers.get("retry-after")) == (status, retry_after)
    assert Status.FromString(answer.body).code == error.traits.grpc_code
    assert len(Status.FromString(answer.body).details) == (retry_after is not None)


def test_nothing_is_acknowledged_before_the_sink_confirms_it():
    with running_door() as door, door.connect() as wire:
        door.sink.holds = True
        wire.send(request("/v1/traces", PAYLOAD))
        assert door.sink.arrived.acquire(timeout=10)
        wire.sock.settimeout(0.05)
        with pytest.raises(TimeoutError):
            wire.answer()
        wire.sock.settimeout(10)
        door.release(StorageError("the disk failed"))
        assert wire.answer().status == 503


# ---- what is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/v1/trace", "/v1/traces/", "/v1development/profiles", "*"])
def test_other_paths_are_404_in_the_content_type_of_the_request(door, path):
    answer = door.ask(request(path, b""))
    assert (answer.status, Status.FromString(answer.body).code) == (404, 5)
    assert json.loads(door.ask(request(path, b"", content_type=None)).body)["code"] == 5


@pytest.mark.parametrize("path", ["/v1/traces?x=1", "http://collector.example/v1/traces", "http://c/v1/traces?a=/b"])
def test_queries_and_absolute_targets_are_understood(door, path):
    assert door.ask(request(path, PAYLOAD)).status == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH"])
def test_other_methods_are_405_and_told_which(door, method):
    answer = door.ask(request("/v1/traces", method=method))
    assert (answer.status, answer.headers["allow"]) == (405, "POST, OPTIONS")


def test_head_has_no_body_and_the_connection_goes_on(door):
    with door.connect() as wire:
        wire.send(request("/", method="HEAD"), request("/v1/traces", PAYLOAD))
        assert wire.answer(has_body=False).status == 404
        assert wire.answer().status == 200


@pytest.mark.parametrize(
    "content_type", [None, "text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16", ""]
)
def test_other_content_types_are_415_with_a_json_status(door, content_type):
    answer = door.ask(request("/v1/traces", PAYLOAD, content_type=content_type))
    assert (answer.status, answer.headers["content-type"]) == (415, "application/json")
    assert "application/x-protobuf" in json.loads(answer.body)["message"]


@pytest.mark.parametrize("encoding", ["compress", "gzip, gzip", "gzip, br", "\xff"])
def test_other_encodings_and_chains_are_refused(door, encoding):
    answer = door.ask(request("/v1/traces", PAYLOAD, f"Content-Encoding: {encoding}"))
    assert answer.status == (400 if encoding == "\xff" else 415)
    assert answer.headers["content-type"] == "application/x-protobuf"
    assert encoding == "\xff" or "gzip" in answer.headers["accept-encoding"]


def test_repeated_encoding_headers_are_a_chain(door):
    coded = request("/v1/traces", gzip.compress(PAYLOAD), "Content-Encoding: gzip", "Content-Encoding: gzip")
    assert door.ask(coded).status == 415


@pytest.mark.parametrize(
    "text", [b"\x16\x03\x01\x02\x00hello", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET\r\n\r\n", b"\0" * 99]
)
def test_what_is_no_http_is_answered_400_and_closed(door, text):
    with door.connect() as wire:
        wire.send(text)
        answer = wire.answer()
        assert (answer.status, answer.headers["connection"]) == (400, "close")
        assert wire.is_closed()


@pytest.mark.parametrize(
    "lines",
    [
        ["Transfer-Encoding: chunked", "Content-Length: 5"],
        ["Content-Length: 5", "Content-Length: 6"],
        ["Content-Length: -1"],
        ["Content-Length: 99999999999999999999999"],
        ["Transfer-Encoding: gzip"],
        ["Bad Header"],
        ["X: a\x00b"],
    ],
)
def test_headers_that_smuggle_are_refused(door, lines):
    head = "\r\n".join(["POST /v1/traces HTTP/1.1", "Host: x", "Content-Type: application/x-protobuf", *lines])
    with door.connect() as wire:
        wire.send(head.encode() + b"\r\n\r\n")
        assert wire.answer().status == 400
        assert wire.is_closed()


# ---- sizes ----------------------------------------------------------------------------------------------------------

SMALL = Config(max_body_bytes=10_000, max_json_bytes=5_000, max_header_bytes=2_000, offload_bytes=4_000)


@pytest.fixture(scope="module")
def small():
    with running_door(SMALL) as door:
        yield door


def test_a_body_that_announces_too_much_is_413_before_it_is_read(small):
    with small.connect() as wire:
        wire.send(b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n"
                  b"Content-Length: 99999999\r\n\r\n")  # fmt: skip
        answer = wire.answer()
        assert (answer.status, answer.headers["connection"]) == (413, "close")
        assert Status.FromString(answer.body).code == 8
        assert wire.is_closed()


def test_a_body_just_over_the_limit_is_413_and_the_connection_goes_on(small):
    with small.connect() as wire:
        wire.send(request("/v1/traces", bytes(10_001)), request("/v1/traces", PAYLOAD))
        assert wire.answer().status == 413
        assert wire.answer().status == 200


def test_a_chunked_body_is_stopped_at_the_limit(small):
    with small.connect() as wire:
        wire.send(b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n"
                  b"Transfer-Encoding: chunked\r\n\r\n", *[b"3E8\r\n" + bytes(1000) + b"\r\n"] * 20)  # fmt: skip
        assert wire.answer().status == 413
        assert wire.is_closed()
    small.until(lambda: small.budget.held == 0)


@pytest.mark.parametrize("encoding", [name for name in ENCODINGS if name != "identity"])
def test_a_bomb_is_413(small, encoding):
    bomb = compress(encoding, bytes(200_000))
    assert small.ask(request("/v1/traces", bomb, f"Content-Encoding: {encoding}")).status == 413


def test_json_has_a_limit_of_its_own(small):
    text = b'{"x":"' + b"y" * 5_000 + b'"}'
    assert small.ask(request("/v1/traces", text, content_type="application/json")).status == 413
    assert small.ask(request("/v1/traces", text[:4000] + b'"}', content_type="application/json")).status == 200


@pytest.mark.parametrize("is_one_line", [True, False])
@pytest.mark.parametrize("count", [3, 300])
def test_a_header_too_large_is_431(small, is_one_line, count):
    lines = ["X: " + "y" * 1000 * count] if is_one_line else [f"X-{n}: {'y' * 995}" for n in range(count)]
    with small.connect() as wire:
        wire.send(request("/v1/traces", PAYLOAD, *lines))
        answer = wire.answer()
        assert (answer.status, answer.headers["connection"]) == (431, "close")


def test_a_target_too_large_is_431(small):
    assert small.ask(request("/v1/traces?" + "x" * 3000, PAYLOAD)).status == 431


@pytest.mark.parametrize("flood", [b"1;" + b"x" * 900_000, b"0\r\nX: " + b"y" * 900_000])
def test_chunk_extensions_and_trailers_are_bounded(small, flood):
    with small.connect() as wire:
        wire.send(b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n"
                  b"Transfer-Encoding: chunked\r\n\r\n", flood)  # fmt: skip
        assert wire.answer().status == 431


def test_a_body_in_many_small_chunks_arrives_whole(door):
    pieces = [PAYLOAD[n : n + 1] for n in range(len(PAYLOAD))]
    assert len(pieces) > 64
    with door.connect() as wire:
        wire.send(b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n"
                  b"Transfer-Encoding: chunked\r\n\r\n", *(b"1\r\n" + piece + b"\r\n" for piece in pieces), b"0\r\n\r\n")  # fmt: skip
        assert wire.answer().status == 200
    assert door.sink.kept[0][2] == PAYLOAD


# ---- connections ----------------------------------------------------------------------------------------------------


def test_keep_alive_and_byte_by_byte(door):
    with door.connect() as wire:
        for _ in range(3):
            wire.send(request("/v1/traces", PAYLOAD))
            assert wire.answer().status == 200
        for byte in request("/v1/traces", PAYLOAD[:0] + trace_request(1)):
            wire.send(bytes([byte]))
        assert wire.answer().status == 200
    assert [kept[3] for kept in door.sink.kept] == [3, 3, 3, 1]


def test_pipelined_answers_come_in_order():
    with running_door() as door, door.connect() as wire:
        door.sink.holds = True
        wire.send(
            request("/v1/traces", PAYLOAD), request("/v1/none"), request("/v1/traces", b"\x0a"), request("/v1/traces")
        )
        assert door.sink.arrived.acquire(timeout=10)
        door.release()
        assert [wire.answer().status for _ in range(4)] == [200, 404, 400, 200]


def test_a_flood_of_pipelined_requests_is_read_no_faster_than_it_is_answered():
    with running_door() as door, door.connect() as wire:
        door.sink.holds = True
        total = request("/v1/traces", trace_request(3000)) * 200
        pushed = wire.push(total)
        door.until(lambda: len(door.sink.held) >= 15)  # the sixteenth is being read
        assert door.call(lambda: len(door.sink.kept)) < 40
        assert pushed < len(total)
        door.sink.holds = False
        door.release()
        wire.send(total[pushed:])
        assert {wire.answer().status for _ in range(200)} == {200}


def test_a_client_that_does_not_read_is_closed():
    with running_door(Config(deadlines=FAST)) as door, door.connect() as wire:
        flood = request("/", content_type="application/json") * 100_000
        assert wire.push(flood, 0.1) < len(flood)
        door.until(lambda: not len(door.receiver.sweeper))
        assert door.stats.expired["http", "write"] == 1


def test_connection_close_and_http_1_0_are_honoured(door):
    for data in (
        request("/v1/traces", PAYLOAD, "Connection: close"),
        request("/v1/traces", PAYLOAD).replace(b"HTTP/1.1", b"HTTP/1.0"),
        request("/v1/traces", PAYLOAD, "Connection: keep-alive").replace(b"HTTP/1.1", b"HTTP/1.0"),
        request(
            "/v1/traces", PAYLOAD, "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk"
        ),
    ):
        with door.connect() as wire:
            wire.send(data)
            answer = wire.answer()
            assert (answer.status, answer.headers["connection"]) == (200, "close")
            assert wire.is_closed()


@pytest.mark.parametrize("method", ["CONNECT", "GET"])
def test_upgrades_without_a_body_are_answered_and_closed(door, method):
    with door.connect() as wire:
        wire.send(
            f"{method} /v1/traces HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n".encode(),
            b"junk",
        )
        assert wire.answer().status == 405
        assert wire.is_closed()


def test_a_client_that_half_closes_still_gets_its_answer():
    with running_door() as door, door.connect() as wire:
        door.sink.holds = True
        wire.send(request("/v1/traces", PAYLOAD))
        wire.sock.shutdown(1)
        assert door.sink.arrived.acquire(timeout=10)
        door.release()
        assert wire.answer().status == 200
        assert wire.is_closed()


def test_expect_100_continue(door):
    with door.connect() as wire:
        head, _, body = request("/v1/traces", PAYLOAD, "Expect: 100-Continue").partition(b"\r\n\r\n")
        wire.send(head, b"\r\n\r\n")
        assert wire.answer().status == 100
        wire.send(body)
        assert wire.answer().status == 200


def test_expect_100_continue_waits_for_the_answers_before_it():
    with running_door() as door, door.connect() as wire:
        door.sink.holds = True
        head, _, body = request("/v1/traces", PAYLOAD, "Expect: 100-continue").partition(b"\r\n\r\n")
        wire.send(request("/v1/traces", PAYLOAD), head, b"\r\n\r\n")
        assert door.sink.arrived.acquire(timeout=10)
        door.release()
        assert [wire.answer().status, wire.answer().status] == [200, 100]
        door.sink.holds = False
        wire.send(body)
        assert wire.answer().status == 200


@pytest.mark.parametrize(("line", "path", "status"), [
    ("Expect: 100-continue", "/none", 404), ("Expect: 100-continue", "/v1/traces", 413), ("Expect: magic", "/v1/traces", 417),
])  # fmt: skip
def test_a_refusal_comes_instead_of_100_and_closes(small, line, path, status):
    with small.connect() as wire:
        wire.send(
            f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {20_000 if status == 413 else 9}\r\n{line}\r\n\r\n".encode()
        )
        answer = wire.answer()
        assert (answer.status, answer.headers["connection"]) == (status, "close")


def test_connections_over_the_limit_are_told_503_and_the_others_go_on():
    with running_door(Config(max_connections=2)) as door, door.connect() as first, door.connect() as second:
        for wire in (first, second):
            wire.send(request("/v1/traces", PAYLOAD))
            assert wire.answer().status == 200
        with door.connect() as third:
            third.send(request("/v1/traces", PAYLOAD))
            answer = third.answer()
            assert (answer.status, answer.headers["retry-after"], answer.headers["connection"]) == (503, "1", "close")
            assert third.is_closed()
        first.send(request("/v1/traces", PAYLOAD))
        assert first.answer().status == 200
        second.sock.close()
        door.until(lambda: door.receiver.slots.open == 1)
        assert door.ask(request("/v1/traces", PAYLOAD)).status == 200
        assert door.stats.turned_away["http"] == 1


# ---- memory ---------------------------------------------------------------------------------------------------------


def test_the_budget_refuses_what_it_cannot_hold_and_gets_everything_back():
    with running_door(budget=Budget(30_000)) as door, door.connect() as wire, door.connect() as other:
        door.sink.holds = True
        wire.send(request("/v1/traces", trace_request(200, name="x" * 64)))
        assert door.sink.arrived.acquire(timeout=10)
        other.send(request("/v1/traces", trace_request(200, name="x" * 64)))
        answer = other.answer()
        assert (answer.status, "retry-after" in answer.headers) == (503, True)
        door.release()
        assert wire.answer().status == 200
        assert door.budget.held == 0


def test_the_budget_counts_what_a_body_inflates_to():
    with running_door(budget=Budget(5_000)) as door:
        body = gzip.compress(trace_request(1, name="x" * 20_000))
        assert door.ask(request("/v1/traces", body, "Content-Encoding: gzip")).status == 503
        assert door.budget.held == 0


def test_a_client_that_leaves_mid_body_returns_its_bytes(door):
    with door.connect() as wire:
        wire.send(request("/v1/traces", PAYLOAD)[:-10])
        door.until(lambda: door.budget.held > 0)
    door.until(lambda: door.budget.held == 0)
    assert not door.sink.kept


def test_an_answer_to_a_client_that_left_goes_nowhere():
    with running_door() as door:
        door.sink.holds = True
        wire = door.connect()
        wire.send(request("/v1/traces", PAYLOAD))
        assert door.sink.arrived.acquire(timeout=10)
        wire.reset()
        door.until(lambda: door.receiver.slots.open == 0)
        assert door.budget.held == len(PAYLOAD)
        door.release()
        assert door.budget.held == 0


# ---- time -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "name", "status"),
    [(b"", "header", None), (b"POST /v1/tra", "header", 408), (request("/v1/traces", PAYLOAD)[:-5], "body", 408)],
    ids=["nothing", "header", "body"],
)
def test_slow_clients_do_not_hold_a_place(part, name, status):
    with running_door(Config(deadlines=FAST)) as door, door.connect() as wire:
        wire.send(part)
        if status:
            answer = wire.answer()
            assert (answer.status, answer.headers["connection"]) == (status, "close")
        assert wire.is_closed()
        door.until(lambda: door.stats.expired["http", name] == 1)
        door.until(lambda: door.receiver.slots.open == 0)
        assert door.budget.held == 0


def test_a_drip_of_bytes_does_not_extend_the_deadline():
    with running_door(Config(deadlines=FAST)) as door, door.connect() as wire:
        wire.sock.settimeout(0.01)
        for byte in request("/v1/traces", bytes(100_000)):
            wire.send(bytes([byte]))
            with contextlib.suppress(TimeoutError):
                assert wire.answer().status == 408
                break
        assert wire.is_closed()
        assert door.stats.expired["http", "header"] == 1


def test_idle_connections_are_closed_and_waiting_ones_are_not():
    with running_door(Config(deadlines=FAST)) as door, door.connect() as idle, door.connect() as waiting:
        idle.send(request("/v1/traces", PAYLOAD))
        assert idle.answer().status == 200
        door.sink.holds = True
        waiting.send(request("/v1/traces", PAYLOAD))
        assert idle.is_closed()
        assert door.stats.expired["http", "idle"] == 1
        door.until(lambda: door.sink.held)
        door.release()
        assert waiting.answer().status == 200


# ---- the end --------------------------------------------------------------------------------------------------------


def test_stopping_answers_what_has_arrived_and_says_close():
    with running_door() as door, door.connect() as idle, door.connect() as busy:
        idle.send(request("/v1/traces", PAYLOAD))
        assert idle.answer().status == 200
        door.sink.holds = True
        door.sink.arrived.acquire()
        busy.send(request("/v1/traces", PAYLOAD))
        assert door.sink.arrived.acquire(timeout=10)
        stopped = door.stop(10)
        assert idle.is_closed()
        with pytest.raises(ConnectionError):
            door.connect()
        door.release()
        answer = busy.answer()
        assert (answer.status, answer.headers["connection"]) == (200, "close")
        stopped.result(10)


def test_stopping_cuts_off_what_outlasts_the_grace():
    with running_door() as door, door.connect() as wire:
        wire.send(b"POST /v1/traces HTTP/1.1\r\n")
        door.until(lambda: door.receiver.slots.open == 1)
        door.stop(0.05).result(10)
        assert wire.is_closed()


# ---- tenants, counters, browsers ------------------------------------------------------------------------------------


def test_the_tenant_comes_from_its_header():
    with running_door(tenants=TenantConfig(enabled=True, allowed=("team_a", "default"))) as door:
        assert door.ask(request("/v1/traces", PAYLOAD, "X-Scope-OrgID: team_a")).status == 200
        assert door.ask(request("/v1/traces", PAYLOAD)).status == 200
        assert [kept[1] for kept in door.sink.kept] == ["team_a", "default"]
        assert door.ask(request("/v1/traces", PAYLOAD, "X-Scope-OrgID: team_b")).status == 403
        assert door.ask(request("/v1/traces", PAYLOAD, "X-Scope-OrgID: ../etc")).status == 400


def test_everything_is_counted():
    with running_door() as door:
        door.ask(request("/v1/traces", PAYLOAD))
        door.ask(request("/v1/traces", b"\x0a"))
        door.ask(request("/none"))
        door.until(lambda: door.receiver.slots.open == 0)
        found = door.stats.snapshot()
    counts = {(each["signal"], each["code"]): each["count"] for each in found["requests"]}
    assert counts == {("traces", "200"): 1, ("traces", "400"): 1, ("", "404"): 1}
    assert found["items"]["traces"] == 3
    assert found["wire_bytes"] == {"http": len(PAYLOAD) + 1}
    assert found["refused"] == {"validation": 1, "not_found": 1}
    assert found["connections"] == {"http": {"open": 0, "accepted": 3, "turned_away": 0}}


PREFLIGHT = ("Access-Control-Request-Method: POST", "Access-Control-Request-Headers: content-type,x-scope-orgid")


@pytest.mark.parametrize("origin", ["http://localhost:3000", "http://127.0.0.1:5173", "https://localhost"])
def test_pages_of_this_machine_may_send(door, origin):
    preflight = door.ask(
        request("/v1/traces", b"", f"Origin: {origin}", *PREFLIGHT, method="OPTIONS", content_type=None)
    )
    assert preflight.status == 204
    assert preflight.headers["access-control-allow-origin"] == origin
    assert preflight.headers["access-control-allow-headers"] == "content-type,x-scope-orgid"
    assert "POST" in preflight.headers["access-control-allow-methods"]
    for body, status in ((PAYLOAD, 200), (b"\x0a", 400)):
        answer = door.ask(request("/v1/traces", body, f"Origin: {origin}"))
        assert (answer.status, answer.headers["access-control-allow-origin"]) == (status, origin)
        assert answer.headers["vary"].lower() == "origin"


@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost.evil.example", "null"])
def test_pages_of_elsewhere_may_not(door, origin):
    preflight = door.ask(
        request("/v1/traces", b"", f"Origin: {origin}", *PREFLIGHT, method="OPTIONS", content_type=None)
    )
    assert "access-control-allow-origin" not in preflight.headers
    assert preflight.headers["vary"] == "origin"


def test_a_plain_options_tells_what_is_allowed(door):
    answer = door.ask(request("/v1/logs", method="OPTIONS", content_type=None))
    assert (answer.status, answer.headers["allow"]) == (204, "POST, OPTIONS")


def test_a_defect_in_the_door_ends_one_connection_and_no_more(door, monkeypatch, caplog):
    def fail(*_):
        raise ZeroDivisionError("a defect")

    with monkeypatch.context() as patch:
        patch.setattr(door.receiver, "begin", fail)
        with door.connect() as wire:
            wire.send(request("/v1/traces", PAYLOAD, "X-New: 1"))
            assert wire.is_closed()
    assert "a defect" in caplog.text or "should not" in caplog.text
    assert door.ask(request("/v1/traces", PAYLOAD)).status == 200


@pytest.mark.parametrize("offload_bytes", [1, 1 << 20])
def test_a_defect_in_decoding_costs_one_request(monkeypatch, caplog, offload_bytes):
    def fail(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(module.otlp_json, "to_protobuf", fail)
    with running_door(Config(offload_bytes=offload_bytes)) as door, door.connect() as wire:
        wire.send(request("/v1/traces", b"{ }" * 20, content_type="application/json"), request("/v1/traces", PAYLOAD))
        assert [wire.answer().status, wire.answer().status] == [500, 200]
        assert door.budget.held == 0
    assert "should not" in caplog.text


# ---- headers that repeat --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_a_repeated_header_is_not_parsed_again_and_means_the_same(encoding):
    bodies = [compress(encoding, trace_request(spans)) for spans in (1, 2, 30)]
    with running_door(tenants=TenantConfig(enabled=True)) as door, door.connect() as wire:
        for body in bodies:
            wire.send(
                request(
                    "/v1/traces", body, f"Content-Encoding: {encoding}", "X-Scope-OrgID: a", "Origin: http://localhost"
                )
            )
            answer = wire.answer()
            assert (answer.status, answer.headers["access-control-allow-origin"]) == (200, "http://localhost")
        assert [(kept[1], kept[3]) for kept in door.sink.kept] == [("a", 1), ("a", 2), ("a", 30)]
        assert len(door.receiver.heads) == 1
        assert door.budget.held == 0
        wire.send(request("/v1/traces", bodies[0], f"Content-Encoding: {encoding}", "X-Scope-OrgID: b"))
        assert wire.answer().status == 200
        assert door.sink.kept[-1][1] == "b"


@pytest.mark.parametrize(
    "data",
    [
        request("/v1/traces", PAYLOAD, "Connection: close"),
        request("/v1/traces", PAYLOAD, "Expect: 100-continue"),
        request("/v1/traces", PAYLOAD).replace(b"1.1", b"1.0"),
        request("/v1/traces", PAYLOAD, content_type="text/plain"),
        request("/v1/none", PAYLOAD),
        request("/v1/traces", PAYLOAD) * 2,
        request("/v1/traces"),
        request("/v1/traces", PAYLOAD, "X: " + "y" * 3000),
    ],
    ids=["close", "expect", "1.0", "type", "path", "two", "empty", "long"],
)
def test_headers_with_a_meaning_of_their_own_are_parsed_each_time(data):
    with running_door() as door:
        for _ in range(2):
            with door.connect() as wire:
                wire.send(data)
                wire.answer()
        assert len(door.receiver.heads) == 0


def test_a_remembered_header_is_no_way_around_the_limits():
    with running_door(Config(max_body_bytes=1000), budget=Budget(2000)) as door, door.connect() as wire:
        wire.send(request("/v1/traces", PAYLOAD))
        assert wire.answer().status == 200
        wire.send(request("/v1/traces", bytes(1001)))
        assert wire.answer().status == 413
        door.call(lambda: door.budget.take(1900))
        wire.send(request("/v1/traces", trace_request(20)))
        assert wire.answer().status == 503


def test_heads_are_remembered_up_to_a_number():
    with running_door() as door, door.connect() as wire:
        for number in range(300):
            wire.send(request("/v1/traces", PAYLOAD, f"X: {number}"))
            assert wire.answer().status == 200
        assert len(door.receiver.heads) == 300 - 256
