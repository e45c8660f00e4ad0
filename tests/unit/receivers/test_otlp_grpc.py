"""The OTLP/gRPC receiver over real sockets, asked by grpcio: what a client of another make sees.

These exist because the door's HTTP/2 is Sonde's own: grpcio (the C core that half of OTLP's exporters stand on) must find in it an
ordinary gRPC server, for every status, compression, size and way of stopping. The sink is a fake that the test can
hold back, fail, or count.
"""

import asyncio
import gzip
import queue
import socket
import ssl
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
import uvloop
from google.rpc import error_details_pb2, status_pb2
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from http2_bytes import EXPORT_TRACES, HELLO, Peer, answers, cut, data, headers, message, request_block
from sonde.core.errors import ExhaustedError, InternalError, StorageError, UnavailableError
from sonde.core.outcome import Outcome
from sonde.core.signal import Signal
from sonde.otlp.compression import compress
from sonde.receivers.http2_server import Limits
from sonde.receivers.intake import Budget, DoorStats, Intake, TenantConfig, Tenants
from sonde.receivers.otlp_grpc import Config, Exports, Receiver
from sonde.receivers.transport import Deadlines, TLSConfig


def trace_request(spans: int, padding: int = 0) -> bytes:
    found = ExportTraceServiceRequest()
    scope = found.resource_spans.add().scope_spans.add()
    for index in range(spans):
        scope.spans.add(trace_id=b"t" * 16, span_id=index.to_bytes(8, "big"), name="n" * padding)
    return found.SerializeToString()


class Sink:
    """Keeps what it is given; the test says when and how it confirms."""

    def __init__(self) -> None:
        self.kept = []
        self.refuse = None
        self.fail = None
        self.held = queue.SimpleQueue()
        self.is_held = False

    def append(self, signal, tenant, payload, items, done) -> None:
        if self.refuse:
            raise self.refuse
        if self.is_held:
            self.held.put(done)
            return
        if not self.fail:
            self.kept.append((signal, tenant, payload, items))
        done(self.fail)


class Door:
    """A receiver on a loop of its own thread, and the address it listens on."""

    def __init__(self, config=None, *, tenants=None, budget_bytes=1 << 30, loop=uvloop.new_event_loop) -> None:
        self.sink, self.stats, self.budget = Sink(), DoorStats(), Budget(budget_bytes)
        intake = Intake(self.sink, stats=self.stats, budget=self.budget, tenants=Tenants(tenants))
        self.receiver = Receiver(config or Config(), intake, self.stats)
        listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = listener.getsockname()[1]
        self.target = f"127.0.0.1:{self.port}"
        self.loop = loop()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        self.call(self.receiver.start([listener]))

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    def call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(30)

    def on_loop(self, function, *args):
        async def run():
            return function(*args)

        return self.call(run())

    def close(self) -> None:
        self.call(self.receiver.stop(0.5))
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()
        assert self.budget.held == 0, "every byte taken from the budget is given back"
        assert self.stats.connections["grpc"] == 0


@pytest.fixture
def doors():
    opened = []

    def make(*args, **options):
        opened.append(Door(*args, **options))
        return opened[-1]

    yield make
    for door in opened:
        door.close()


@pytest.fixture
def door(doors):
    return doors()


@pytest.fixture
def channel(door):
    with grpc.insecure_channel(door.target, options=[("grpc.max_send_message_length", -1)]) as opened:
        yield opened


def export(channel, signal=Signal.TRACES):
    return channel.unary_unary(signal.grpc_method)


# -- what succeeds


@pytest.mark.parametrize(
    ("signal", "request_class"),
    [
        (Signal.TRACES, ExportTraceServiceRequest),
        (Signal.METRICS, ExportMetricsServiceRequest),
        (Signal.LOGS, ExportLogsServiceRequest),
    ],
)
def test_every_signal_and_the_empty_request(door, channel, signal, request_class):
    found = request_class()
    if signal is Signal.TRACES:
        found.resource_spans.add().scope_spans.add().spans.add(name="a")
    elif signal is Signal.METRICS:
        found.resource_metrics.add().scope_metrics.add().metrics.add().gauge.data_points.add(as_int=1)
    else:
        found.resource_logs.add().scope_logs.add().log_records.add(severity_number=9)
    assert export(channel, signal)(found.SerializeToString(), timeout=10) == b""
    assert export(channel, signal)(b"", timeout=10) == b""
    assert door.sink.kept == [(signal, "default", found.SerializeToString(), 1)]
    assert type(door.sink.kept[0][2]) is bytes
    assert door.stats.requests["grpc", signal.value, "0"] == 2


@pytest.mark.parametrize(
    "compression", [grpc.Compression.NoCompression, grpc.Compression.Gzip, grpc.Compression.Deflate]
)
@pytest.mark.parametrize("spans", [1, 1000, 40_000])
def test_sizes_and_grpcios_compressions(door, channel, compression, spans):
    payload = trace_request(spans, padding=300)
    assert export(channel)(payload, timeout=30, compression=compression) == b""
    assert door.sink.kept == [(Signal.TRACES, "default", payload, spans)]


def test_sixty_megabytes(door, channel):
    payload = trace_request(60, padding=1 << 20)
    export(channel)(payload, timeout=30)
    assert door.sink.kept[0][2] == payload


def test_many_calls_at_once_on_one_channel(door, channel):
    payloads = [trace_request(1 + index % 7, padding=index % 5 * 3000) for index in range(256)]
    futures = [export(channel).future(payload, timeout=30) for payload in payloads]
    assert [future.result() for future in futures] == [b""] * 256
    assert sorted(payload for _, _, payload, _ in door.sink.kept) == sorted(payloads)


def test_many_channels(door):
    options = [("grpc.use_local_subchannel_pool", 1)]
    channels = [grpc.insecure_channel(door.target, options=options) for _ in range(50)]
    futures = [export(each).future(trace_request(3), timeout=30, wait_for_ready=True) for each in channels]
    assert [future.result() for future in futures] == [b""] * 50
    assert door.stats.accepted["grpc"] == 50
    for each in channels:
        each.close()


def test_asyncio_client(door):
    async def send():
        async with grpc.aio.insecure_channel(door.target) as channel:
            return await asyncio.gather(*(export(channel)(trace_request(2), timeout=30) for _ in range(64)))

    assert asyncio.run(send()) == [b""] * 64


def test_plain_asyncio_loop_serves_too(doors):
    door = doors(loop=asyncio.new_event_loop)
    with grpc.insecure_channel(door.target) as channel:
        payload = trace_request(2000, padding=500)
        assert export(channel)(payload, timeout=30) == b""
    assert door.sink.kept[0][2] == payload


def test_answers_after_a_commit(door, channel):
    door.sink.is_held = True
    futures = [export(channel).future(trace_request(1), timeout=30) for _ in range(20)]
    held = [door.sink.held.get(timeout=10) for _ in futures]
    assert not any(future.done() for future in futures)
    door.on_loop(lambda: [done(None) for done in held])
    assert [future.result(10) for future in futures] == [b""] * 20


def test_metadata_of_every_kind(door, channel):
    metadata = (("x-many", "1"), ("x-many", "2"), ("trace-bin", bytes(range(256))), ("x-long", "v" * 6000))
    for _ in range(3):
        export(channel)(trace_request(1), timeout=10, metadata=metadata)
    assert len(door.sink.kept) == 3


def test_health(door, channel):
    check = channel.unary_unary("/grpc.health.v1.Health/Check")
    assert check(b"", timeout=10) == b"\x08\x01"
    name = b"opentelemetry.proto.collector.logs.v1.LogsService"
    assert check(b"\x0a" + bytes((len(name),)) + name, timeout=10) == b"\x08\x01"
    assert refused(lambda: check(b"\x0a\x03foo", timeout=10)).code() == grpc.StatusCode.NOT_FOUND


def test_keepalive_pings_are_welcome(doors):
    door = doors()
    options = [
        ("grpc.keepalive_time_ms", 10),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.max_pings_without_data", 0),
    ]
    with grpc.insecure_channel(door.target, options=options) as channel:
        door.sink.is_held = True
        future = export(channel).future(trace_request(1), timeout=30)
        done = door.sink.held.get(timeout=10)
        threading.Event().wait(0.1)
        door.on_loop(done, None)
        assert future.result(10) == b""
    assert door.stats.refused["http2_fault"] == 0


# -- what is refused


def refused(call) -> grpc.RpcError:
    with pytest.raises(grpc.RpcError) as caught:
        call()
    return caught.value


def details_of(error) -> status_pb2.Status | None:
    found = dict(error.trailing_metadata()).get("grpc-status-details-bin")
    return None if found is None else status_pb2.Status.FromString(found)


def test_malformed_request(door, channel):
    error = refused(lambda: export(channel)(b"\xff\xff", timeout=10))
    assert error.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert "byte" in error.details()
    assert details_of(error) is None, "nothing to retry"
    assert door.stats.requests["grpc", "traces", "3"] == 1


def test_unknown_method(channel):
    error = refused(lambda: channel.unary_unary("/some.Service/Method")(b"", timeout=10))
    assert error.code() == grpc.StatusCode.UNIMPLEMENTED
    assert "/some.Service/Method" in error.details()


def test_streaming_calls_are_not_spoken(channel):
    messages = iter([trace_request(1)] * 3)
    error = refused(lambda: channel.stream_unary(EXPORT_TRACES)(messages, timeout=10))
    assert error.code() == grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize("compression", [grpc.Compression.NoCompression, grpc.Compression.Gzip])
@pytest.mark.parametrize("limit", [10_000, 400_000])
def test_too_large_message(doors, compression, limit):
    door = doors(Config(limits=Limits(max_message_bytes=limit)))
    with grpc.insecure_channel(door.target) as channel:

        def send(size):
            return export(channel)(trace_request(1, padding=size), timeout=10, compression=compression)

        error = refused(lambda: send(limit))
        assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
        assert details_of(error) is None, "OTLP clients do not retry RESOURCE_EXHAUSTED without RetryInfo"
        assert send(limit - 1000) == b""


FAILURES = [
    (ExhaustedError("no space left", retry_after_s=2.5), grpc.StatusCode.RESOURCE_EXHAUSTED, 2.5),
    (UnavailableError("closing"), grpc.StatusCode.UNAVAILABLE, 1),
    (StorageError("disk failed: é 100%\n"), grpc.StatusCode.UNAVAILABLE, 1),
    (InternalError("defect"), grpc.StatusCode.INTERNAL, None),
]


@pytest.mark.parametrize("expected", FAILURES, ids=lambda expected: type(expected[0]).__name__)
@pytest.mark.parametrize("is_late", [False, True])
def test_failing_sink(door, channel, expected, is_late):
    failure, code, delay_s = expected
    if is_late:
        door.sink.fail = failure
    else:
        door.sink.refuse = failure
    error = refused(lambda: export(channel)(trace_request(1), timeout=10))
    assert (error.code(), error.details()) == (code, failure.message)
    status = details_of(error)
    if delay_s is None:
        assert status is None
        return
    info = error_details_pb2.RetryInfo()
    assert status.details[0].Unpack(info)
    assert info.retry_delay.ToTimedelta().total_seconds() == delay_s
    assert (status.code, status.message) == (code.value[0], failure.message)


@pytest.mark.parametrize("compression", [grpc.Compression.NoCompression, grpc.Compression.Gzip])
def test_no_memory_left(doors, compression):
    door = doors(budget_bytes=100_000)
    with grpc.insecure_channel(door.target) as channel:
        error = refused(lambda: export(channel)(trace_request(1, padding=200_000), timeout=10, compression=compression))
        assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
        assert details_of(error).details, "to be sent again later"
        assert export(channel)(trace_request(1), timeout=10) == b""


def test_deadline(doors):
    door = doors(Config(sweep_s=0.01))
    door.sink.is_held = True
    with socket.create_connection(("127.0.0.1", door.port)) as sock:
        block = request_block(extra={"grpc-timeout": "20m"})
        sock.sendall(HELLO + headers(1, block) + data(1, message(trace_request(1))))
        assert read_answers(sock, 1)[1].status == "4"
    door.on_loop(door.sink.held.get(timeout=10), None)


def test_client_that_gives_up(door, channel):
    door.sink.is_held = True
    future = export(channel).future(trace_request(1))
    done = door.sink.held.get(timeout=10)
    future.cancel()
    door.sink.is_held = False
    assert export(channel)(trace_request(1), timeout=10) == b"", "the connection goes on"
    door.on_loop(done, None)


# -- tenants


def test_tenant_by_metadata(doors):
    door = doors(tenants=TenantConfig(enabled=True, allowed=("acme", "umbrella", "default")))
    with grpc.insecure_channel(door.target) as channel:

        def send(*metadata):
            return export(channel)(trace_request(1), timeout=10, metadata=metadata)

        send(("x-scope-orgid", "acme"))
        send(("x-scope-orgid", "umbrella"))
        send()
        assert [tenant for _, tenant, _, _ in door.sink.kept] == ["acme", "umbrella", "default"]
        assert refused(lambda: send(("x-scope-orgid", "other"))).code() == grpc.StatusCode.PERMISSION_DENIED
        assert refused(lambda: send(("x-scope-orgid", "../etc"))).code() == grpc.StatusCode.INVALID_ARGUMENT


# -- what only hand-made bytes can say


def read_answers(sock, count, *, until_closed=False):
    """What the server has told `count` streams."""
    sock.settimeout(20)
    octets = b""
    while True:
        whole = octets
        while True:
            try:
                found = answers(cut(whole))
                break
            except AssertionError:
                whole = whole[:-1]
        if not until_closed and sum(answer.ended or answer.reset is not None for answer in found.values()) >= count:
            return found
        more = sock.recv(65536)
        if not more:
            return found
        octets += more


def exports(**options) -> tuple[Peer, Sink]:
    """The gRPC service behind a connection without a socket."""
    sink, stats, budget = Sink(), DoorStats(), Budget()
    intake = Intake(sink, stats=stats, budget=budget, tenants=Tenants())
    service = Exports(intake, stats, options.pop("max_message_bytes", 1 << 20), 1 << 17)
    return Peer(service, stats=stats, budget=budget), sink


@pytest.fixture
def direct():
    peer, sink = exports()
    yield peer, sink
    peer.service.close()
    peer.close()
    assert peer.budget.held == 0


def ask(peer, extra=None, body=None, path=EXPORT_TRACES, **changed):
    """The answer to one hand-made call."""
    stream = peer.connection._reader.last_stream + 2 | 1
    peer.feed(headers(stream, request_block(path, extra, **changed)))
    peer.feed(data(stream, message(trace_request(1)) if body is None else body))
    return peer.answers()[stream]


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(trace_request(9))),
        ("deflate", zlib.compress(trace_request(9))),
        ("zstd", compress("zstd", trace_request(9))),
        ("snappy", compress("x-snappy-framed", trace_request(9))),
        ("snappy", compress("snappy", trace_request(9))),
        ("identity", None),
        ("", None),
    ],
    # Not made of the bytes: gzip writes the time into its header, and workers must collect the same names.
    ids=["gzip", "deflate", "zstd", "snappy-framed", "snappy-block", "identity", "none"],
)
def test_encodings(direct, encoding, packed):
    peer, sink = direct
    body = message(trace_request(9)) if packed is None else message(packed, compressed=True)
    assert ask(peer, {"grpc-encoding": encoding} if encoding else {}, body).status == "0"
    assert sink.kept == [(Signal.TRACES, "default", trace_request(9), 9)]


def test_encoding_applies_only_to_messages_marked_as_compressed(direct):
    peer, sink = direct
    assert ask(peer, {"grpc-encoding": "gzip"}, message(trace_request(2))).status == "0"
    assert sink.kept[0][3] == 2


@pytest.mark.parametrize("encoding", ["", "identity"])
def test_compressed_without_an_encoding(direct, encoding):
    peer, _ = direct
    answer = ask(peer, {"grpc-encoding": encoding} if encoding else {}, message(b"xyz", compressed=True))
    assert answer.status == "13"


def test_unknown_encoding_names_those_that_are_spoken(direct):
    peer, _ = direct
    answer = ask(peer, {"grpc-encoding": "br"})
    assert answer.status == "12"
    assert answer.fields["grpc-accept-encoding"] == "gzip,zstd,deflate,snappy,identity"


def test_bomb_is_stopped_while_it_inflates(direct):
    peer, sink = direct
    answer = ask(peer, {"grpc-encoding": "gzip"}, message(gzip.compress(bytes(50 << 20)), compressed=True))
    assert answer.status == "8"
    assert sink.kept == []


def test_damaged_compression(direct):
    peer, _ = direct
    assert ask(peer, {"grpc-encoding": "gzip"}, message(b"not gzip", compressed=True)).status == "3"


@pytest.mark.parametrize("content_type", ["application/grpc", "application/grpc+proto", "application/grpc;x=y"])
def test_content_types_of_grpc(direct, content_type):
    peer, _ = direct
    assert ask(peer, {"content-type": content_type}).status == "0"


@pytest.mark.parametrize("content_type", ["application/json", "application/grpc-web", "", "text/plain"])
def test_other_content_types_get_an_http_status(direct, content_type):
    peer, _ = direct
    answer = ask(peer, {"content-type": content_type})
    assert answer.fields[":status"] == "415"


def test_only_post(direct):
    peer, _ = direct
    assert ask(peer, method="GET").status == "12"


@pytest.mark.parametrize("value", ["5", "123456789S", "1x", "-1S", "S", " 1S"])
def test_broken_timeout(direct, value):
    peer, _ = direct
    assert ask(peer, {"grpc-timeout": value}).status == "3"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("2H", 7200), ("3M", 180), ("4S", 4), ("5m", 0.005), ("6u", 6e-6), ("99999999n", 0.099999999)],
)
def test_timeout_units(direct, value, seconds):
    peer, _ = direct
    head = {b":method": b"POST", b":path": EXPORT_TRACES.encode(), b"content-type": b"application/grpc"}
    assert peer.service.begin(head | {b"grpc-timeout": value.encode()}).timeout_s == pytest.approx(seconds)


def test_messages_are_percent_encoded(direct):
    peer, _ = direct
    answer = ask(peer, path="/é%\n"[:3])
    assert answer.status == "12"
    assert "%" in answer.fields["grpc-message"]
    assert answer.fields["grpc-message"].isascii()


def test_partial_success_is_the_response_message(direct):
    peer, _ = direct
    peer.service._intake.offer = lambda signal, tenant, payload, done: done(Outcome(3, 2, "two were too old"))
    found = ExportTraceServiceResponse.FromString(ask(peer).body[5:])
    assert (found.partial_success.rejected_spans, found.partial_success.error_message) == (2, "two were too old")
    peer.service._intake.offer = lambda signal, tenant, payload, done: done(Outcome(3, 2, "x" * 100_000))
    found = ExportTraceServiceResponse.FromString(ask(peer).body[5:])
    assert found.partial_success.rejected_spans == 2


def test_oversized_metadata(direct):
    peer, _ = direct
    assert ask(peer, {"x-big": "v" * 17_000}).status == "8"


def test_defect_in_decompression_is_an_answer(direct, monkeypatch, caplog):
    peer, _ = direct
    monkeypatch.setattr("sonde.receivers.otlp_grpc.decompress", lambda *_: 1 / 0)
    assert ask(peer, {"grpc-encoding": "gzip"}, message(b"any", compressed=True)).status == "13"
    assert "ZeroDivisionError" in caplog.text


# -- stopping, limits, TLS


def test_stop_answers_what_is_under_way(doors):
    door = doors()
    door.sink.is_held = True
    with grpc.insecure_channel(door.target) as channel, ThreadPoolExecutor(1) as pool:
        future = export(channel).future(trace_request(1), timeout=30)
        done = door.sink.held.get(timeout=10)
        stopping = pool.submit(door.call, door.receiver.stop(20))
        door.on_loop(done, None)
        assert future.result(10) == b""
        stopping.result(10)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", door.port))


def test_stop_does_not_wait_for_ever(doors):
    door = doors()
    door.sink.is_held = True
    with grpc.insecure_channel(door.target) as channel:
        future = export(channel).future(trace_request(1), timeout=30)
        done = door.sink.held.get(timeout=10)
        door.call(door.receiver.stop(0.01))
        assert refused(future.result).code() == grpc.StatusCode.UNAVAILABLE
    door.on_loop(done, None)


def test_connection_limit(doors):
    door = doors(Config(max_connections=1))
    with socket.create_connection(("127.0.0.1", door.port)) as first:
        first.sendall(HELLO)
        assert first.recv(100)
        with socket.create_connection(("127.0.0.1", door.port)) as second:
            second.settimeout(10)
            assert second.recv(100) == b""
    assert door.stats.turned_away["grpc"] == 1


def test_slow_clients_are_let_go(doors):
    door = doors(Config(deadlines=Deadlines(header_s=0.05, body_s=0.05, idle_s=5, linger_s=0.05), sweep_s=0.01))
    with socket.create_connection(("127.0.0.1", door.port)) as silent:
        silent.settimeout(10)
        assert silent.recv(100) == b""
    with socket.create_connection(("127.0.0.1", door.port)) as slow:
        slow.sendall(HELLO + headers(1) + data(1, b"\0\0\0\0\5ab", end=False))
        assert read_answers(slow, 1)[1].status == "4"


def test_http1_client_reads_why(door):
    with socket.create_connection(("127.0.0.1", door.port)) as sock:
        sock.settimeout(10)
        sock.sendall(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        octets = b""
        while more := sock.recv(4096):
            octets += more
    assert octets.startswith(b"HTTP/1.1 400 ")
    assert b"4318" in octets


def test_half_closed_client_is_still_answered(door):
    with socket.create_connection(("127.0.0.1", door.port)) as sock:
        sock.sendall(HELLO + headers(1) + data(1, message(trace_request(1))))
        sock.shutdown(socket.SHUT_WR)
        assert read_answers(sock, 1, until_closed=True)[1].status == "0"


@pytest.mark.parametrize("mutual", [False, True])
def test_tls(doors, certificates, mutual):
    tls = TLSConfig(certificates["server.pem"], certificates["server.key"], certificates["ca.pem"] if mutual else "")
    door = doors(Config(tls=tls))

    def read(name):
        return Path(certificates[name]).read_bytes()

    credentials = grpc.ssl_channel_credentials(
        read("ca.pem"), read("client.key") if mutual else None, read("client.pem") if mutual else None
    )
    payload = trace_request(4000, padding=300)
    with grpc.secure_channel(f"localhost:{door.port}", credentials) as channel:
        assert export(channel)(payload, timeout=30) == b""
        futures = [export(channel).future(trace_request(5), timeout=30) for _ in range(50)]
        assert [future.result() for future in futures] == [b""] * 50
    assert door.sink.kept[0][2] == payload
    if mutual:
        with grpc.secure_channel(f"localhost:{door.port}", grpc.ssl_channel_credentials(read("ca.pem"))) as channel:
            assert refused(lambda: export(channel)(b"", timeout=10)).code() == grpc.StatusCode.UNAVAILABLE
    with socket.create_connection(("127.0.0.1", door.port)) as sock:
        context = ssl.create_default_context(cafile=certificates["ca.pem"])
        context.set_alpn_protocols(["h2", "http/1.1"])
        if mutual:
            context.load_cert_chain(certificates["client.pem"], certificates["client.key"])
        with context.wrap_socket(sock, server_hostname="localhost") as wrapped:
            assert wrapped.selected_alpn_protocol() == "h2"


def test_new_certificates_are_used_without_a_restart(doors, certificates, tmp_path):
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"

    def install(name):
        chain.write_bytes(Path(certificates[f"{name}.pem"]).read_bytes())
        key.write_bytes(Path(certificates[f"{name}.key"]).read_bytes())
        return ssl.PEM_cert_to_DER_cert(chain.read_text())

    def shown():
        context = ssl.create_default_context(cafile=certificates["ca.pem"])
        sock = socket.create_connection(("127.0.0.1", door.port))
        with context.wrap_socket(sock, server_hostname="localhost") as wrapped:
            return wrapped.getpeercert(binary_form=True)

    first = install("server")
    door = doors(Config(tls=TLSConfig(str(chain), str(key))))
    assert shown() == first
    second = install("client")
    door.on_loop(door.receiver._refresh_certificates, door.loop.time() + 10)
    assert shown() == second != first


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """A certificate authority, a server's and a client's certificate, as PEM files."""
    import datetime as dt

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    directory, found = tmp_path_factory.mktemp("certificates"), {}
    now = dt.datetime.now(dt.UTC)

    def issue(name, subject, issuer=None):
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, subject)])
        signer = issuer or (names, key)
        builder = x509.CertificateBuilder().subject_name(names).issuer_name(signer[0]).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
        builder = builder.add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        pem = builder.sign(signer[1], hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        formats = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        for suffix, content in (("pem", pem), ("key", key.private_bytes(*formats))):
            path = directory / f"{name}.{suffix}"
            path.write_bytes(content)
            found[path.name] = str(path)
        return names, key

    authority = issue("ca", "authority")
    issue("server", "localhost", authority)
    issue("client", "client", authority)
    return found
