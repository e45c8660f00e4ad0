"""`sonde send`: the protocol's rules for sending again, and an exit code that tells whether all arrived."""

from __future__ import annotations

import gzip
import json

import httpx
import pytest
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from servers import free_ports
from sonde.cli.failure import CommandError, exit_code_of
from sonde.cli.posting import Poster
from sonde.core.errors import NetworkError, UnavailableError
from sonde.core.signal import Signal

PROTOBUF = {"content-type": "application/x-protobuf"}


def request(spans=3, size=10):
    message = ExportTraceServiceRequest()
    scope = message.resource_spans.add().scope_spans.add()
    for index in range(spans):
        scope.spans.add(
            name="x" * size,
            trace_id=b"t" * 16,
            span_id=index.to_bytes(8, "big"),
            start_time_unix_nano=1,
            end_time_unix_nano=2,
        )
    return message.SerializeToString()


def partial(rejected, message=""):
    answer = ExportTraceServiceResponse()
    answer.partial_success.rejected_spans = rejected
    answer.partial_success.error_message = message
    return answer.SerializeToString()


class Script:
    """A transport that plays answers, or raises them, in order; and a sleep that only writes down."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.requests = []
        self.slept = []

    def __call__(self, request):
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def poster(self, **options):
        return Poster("http://server:4318", transport=httpx.MockTransport(self), sleep=self.slept.append, **options)


def test_accepted_records_are_counted_by_signal():
    script = Script(httpx.Response(200), httpx.Response(200, content=partial(1, "too old")))
    with script.poster(headers={"x-scope-orgid": "acme"}) as poster:
        poster.post(Signal.TRACES, b"abc", 5)
        poster.post(Signal.TRACES, b"abc", 5)
        assert (poster.tally.accepted, poster.tally.rejected, poster.tally.requests) == ({"spans": 9}, 1, 2)
        assert poster.tally.reasons == {"too old": 1}
    assert str(script.requests[0].url) == "http://server:4318/v1/traces"
    assert script.requests[0].headers["x-scope-orgid"] == "acme"


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_what_the_server_asks_to_send_again_is_sent_again_when_it_says(status):
    script = Script(httpx.Response(status, headers={"retry-after": "7"}), httpx.Response(status), httpx.Response(200))
    with script.poster() as poster:
        assert poster.post(Signal.LOGS, b"abc", 2).accepted == 2
    assert script.slept[0] == 7
    assert 1 <= script.slept[1] <= 2
    assert poster.tally.retries == 2


def test_a_date_says_when_to_send_again_too():
    script = Script(httpx.Response(503, headers={"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}), httpx.Response(200))
    with script.poster() as poster:
        poster.post(Signal.LOGS, b"abc", 2)
    assert script.slept == [0]


def test_a_server_that_never_takes_it_ends_the_sending():
    script = Script(*[httpx.Response(503, text="journal full")] * 3)
    with (
        script.poster(retries=2) as poster,
        pytest.raises(CommandError, match="after 3 tries: HTTP 503: journal full") as caught,
    ):
        poster.post(Signal.LOGS, b"abc", 2)
    assert exit_code_of(caught.value) == UnavailableError.traits.exit_code
    assert len(script.slept) == 2


def test_a_refusal_for_good_is_counted_with_its_reason_and_not_sent_again():
    status = Status(code=3, message="trace_id has 3 bytes").SerializeToString()
    script = Script(httpx.Response(400, content=status, headers=PROTOBUF), httpx.Response(400, text="plain"))
    with script.poster() as poster:
        assert poster.post(Signal.TRACES, b"abc", 2).rejected == 2
        poster.post(Signal.TRACES, b"abc", 2)
    assert poster.tally.reasons == {"HTTP 400: trace_id has 3 bytes": 2, "HTTP 400: plain": 2}


def test_a_broken_connection_is_tried_again_but_not_the_first():
    script = Script(httpx.Response(200), httpx.ReadError("reset"), httpx.Response(200), httpx.ReadError("reset"))
    with script.poster(retries=1) as poster:
        poster.post(Signal.TRACES, b"abc", 1)
        poster.post(Signal.TRACES, b"abc", 1)
    assert len(script.slept) == 1
    with (
        Script(httpx.ConnectError("refused")).poster() as poster,
        pytest.raises(CommandError, match="no OTLP server answers") as caught,
    ):
        poster.post(Signal.TRACES, b"abc", 1)
    assert exit_code_of(caught.value) == NetworkError.traits.exit_code


def test_the_wrong_port_is_explained():
    with Script(httpx.Response(404)).poster() as poster, pytest.raises(CommandError, match="is not there"):
        poster.post(Signal.TRACES, b"abc", 1)


def test_files_are_sent_whole_and_counted(server, sonde, tmp_path):
    server.answers["/v1/traces"] = (200, PROTOBUF, b"")
    (tmp_path / "a.bin").write_bytes(request(3))
    (tmp_path / "b.bin").write_bytes(request(4))
    ended = sonde(
        "send", "--url", server.url, "-H", "x-a: b:c", "--gzip", str(tmp_path / "a.bin"), str(tmp_path / "b.bin")
    )
    assert (ended.code, ended.out) == (0, "sent 7 spans in 2 requests\n")
    assert server.asked[0].headers["x-a"] == "b:c"
    assert server.asked[0].headers["content-encoding"] == "gzip"
    assert gzip.decompress(server.asked[0].body) == request(3)


def test_large_requests_are_split(server, sonde, tmp_path):
    server.answers["/v1/traces"] = (200, PROTOBUF, b"")
    (tmp_path / "large.otlp").write_bytes(request(100, size=1000))
    ended = sonde("send", "--url", server.url, "--max-size", "20KiB", "--json", str(tmp_path / "large.otlp"))
    summary = json.loads(ended.out)
    assert summary["accepted"] == {"spans": 100}
    assert summary["requests"] >= 5
    assert all(len(asked.body) <= 20 * 1024 for asked in server.asked)


def test_the_tenant_is_sent(server, sonde, tmp_path):
    server.answers["/v1/traces"] = (200, PROTOBUF, b"")
    (tmp_path / "a.bin").write_bytes(request(1))
    sonde("send", "--url", server.url, "--tenant", "acme", str(tmp_path / "a.bin"))
    assert server.asked[0].headers["x-scope-orgid"] == "acme"


def test_refused_records_are_said_and_make_the_exit_code(server, sonde, tmp_path):
    server.answers["/v1/traces"] = (200, PROTOBUF, partial(2, "too old"))
    (tmp_path / "a.bin").write_bytes(request(3))
    ended = sonde("send", "--url", server.url, str(tmp_path / "a.bin"))
    assert ended.code == 65
    assert "sent 1 span in 1 request" in ended.out
    assert "2: too old" in ended.err


def test_a_file_that_is_no_otlp_is_named_and_the_others_go_on(server, sonde, tmp_path):
    server.answers["/v1/traces"] = (200, PROTOBUF, b"")
    (tmp_path / "bad.json").write_bytes(b'{"what": 1}')
    (tmp_path / "cut.bin").write_bytes(request(3)[:-5])
    (tmp_path / "good.bin").write_bytes(request(3))
    ended = sonde("send", "--url", server.url, *(str(tmp_path / name) for name in ("bad.json", "cut.bin", "good.bin")))
    assert ended.code == 65
    assert "sent 3 spans" in ended.out
    assert "bad.json: JSON, but none of" in ended.err
    assert "cut.bin: " in ended.err


def test_standin_input_is_read(server, sonde, monkeypatch, tmp_path):
    server.answers["/v1/traces"] = (200, PROTOBUF, b"")
    (tmp_path / "in").write_bytes(request(2))
    with (tmp_path / "in").open() as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        assert sonde("send", "-", "--url", server.url).out == "sent 2 spans in 1 request\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no-such-file"], "No such file"),
        (["x", "--signal", "spans"], "not a signal"),
        (["x", "--header", "nocolon"], "not a header"),
        (["x", "--max-size", "big"], "not a size"),
    ],
)
def test_wrong_usage_says_what_to_write(sonde, arguments, said):
    ended = sonde("send", *arguments)
    assert ended.code != 0
    assert said in ended.err


def test_no_server_says_what_to_start(sonde, tmp_path):
    (tmp_path / "a.bin").write_bytes(request(1))
    (port,) = free_ports(1)
    ended = sonde("send", "--url", f"http://127.0.0.1:{port}", str(tmp_path / "a.bin"))
    assert ended.code == NetworkError.traits.exit_code
    assert "sonde serve" in ended.err
