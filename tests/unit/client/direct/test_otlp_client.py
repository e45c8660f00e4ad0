"""The blocking client must turn what callers have into requests, answer with values, and end when it is told to."""

import os
import subprocess
import sys
import threading

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from sonde.client.delivery import ACCEPTED, Delivery
from sonde.client.direct.builders import counter, log, span
from sonde.client.direct.otlp_client import OtlpClient
from sonde.client.endpoint import Endpoint, TlsSettings
from sonde.core.errors import ConfigError, MalformedError, ValidationError
from sonde.core.signal import Signal
from sonde.otlp import wire
from sonde.resilience import RetryPolicy, deadline

BUSY = Delivery(accepted=False, code="http.503", retryable=True)
JSON_SPAN = {"traceId": "5b8efff798038103d269b633813fc60c", "spanId": "eee19b7ec3c1b174", "name": "from a dict"}
JSON_TRACES = {"resourceSpans": [{"scopeSpans": [{"spans": [JSON_SPAN]}]}]}


class FakeSender:
    def __init__(self, endpoint, credentials):
        self.endpoint, self.credentials = endpoint, credentials
        self.sent, self.answer, self.closed, self.forgotten = [], lambda: ACCEPTED, 0, 0

    def send(self, signal, payload, *, timeout_s):
        self.sent.append((signal, payload, timeout_s))
        return self.answer()

    def close(self):
        self.closed += 1

    def forget(self):
        self.forgotten += 1


class Fakes(list):
    """Opens fake senders and keeps them."""

    def __call__(self, endpoint, *, credentials):
        self.append(FakeSender(endpoint, credentials))
        return self[-1]


def client_and_senders(*arguments, **options):
    fakes = Fakes()
    return OtlpClient(*arguments, connect=fakes, **options), fakes


def span_names(payload):
    request = ExportTraceServiceRequest.FromString(payload)
    return [one.name for group in request.resource_spans for scope in group.scope_spans for one in scope.spans]


def test_bytes_dicts_and_records_become_one_request():
    client, [sender] = client_and_senders()
    ready = client_payload(span("from bytes"))
    assert client.send_traces([ready, JSON_TRACES, JSON_TRACES["resourceSpans"][0], span("built")]).accepted
    [(signal, payload, _)] = sender.sent
    assert signal is Signal.TRACES
    assert span_names(payload) == ["from bytes", "from a dict", "from a dict", "built"]


def client_payload(*records):
    client, [sender] = client_and_senders()
    client.send_traces(records)
    return sender.sent[0][1]


def test_valid_bytes_go_out_as_they_are():
    client, [sender] = client_and_senders()
    payload = client_payload(span("x"))
    client.send_traces(bytearray(payload))
    assert sender.sent[0][1] == payload


def test_a_mixture_is_sorted_by_signal():
    client, [sender] = client_and_senders()
    both = JSON_TRACES | {"resourceLogs": []}
    delivery = client.send_batch(
        [span("a"), counter("c", 1), log("l"), both, (Signal.TRACES, client_payload(span("b"))), counter("c", 2)]
    )
    assert delivery.accepted
    counts = {signal: wire.validate(signal.index, payload) for signal, payload, _ in sender.sent}
    assert counts == {Signal.TRACES: 3, Signal.METRICS: 2, Signal.LOGS: 1}


def test_points_of_one_metric_are_written_under_it():
    client, [sender] = client_and_senders()
    client.send_metrics([counter("c", 1, attributes={"k": i}) for i in range(3)] + [counter("c", 1, monotonic=False)])
    columns = wire.scan(1, sender.sent[0][1])
    assert (columns.count, len(columns.metric_kind)) == (4, 2)


def test_nothing_to_send_is_accepted_without_a_request():
    client, [sender] = client_and_senders()
    for delivery in (
        client.send_traces([]),
        client.send_batch([]),
        client.send_logs(b""),
        client.send_metrics({"resourceMetrics": []}),
    ):
        assert delivery is ACCEPTED
    assert not sender.sent


WRONG = {
    "a string": ("spans", ValidationError, "str is no form of traces"),
    "a number": ([3], ValidationError, "int is no form"),
    "bytes that are no OTLP": (b"\xff", MalformedError, "at byte 0"),
    "snake case": ({"resource_spans": []}, ValidationError, "'resourceSpans' for traces, found 'resource_spans'"),
    "another signal's dict": ({"resourceLogs": []}, ValidationError, "found 'resourceLogs'"),
    "another signal's record": ([log("x")], ValidationError, "LogRecord is not of traces; use send_batch"),
    "a wrong type deep inside": (
        {"resourceSpans": [{"scopeSpans": [{"spans": [JSON_SPAN, {"name": 7}]}]}]},
        MalformedError,
        r"in resourceSpans\[0\].scopeSpans\[0\].spans\[1\].name",
    ),
    "what JSON has no form for": (
        {"resourceSpans": [{"scopeSpans": [{"spans": [{"name": {1, 2}}]}]}]},
        MalformedError,
        r"set is not JSON .* in resourceSpans\[0\].scopeSpans\[0\].spans\[0\].name",
    ),
    "an id of the wrong length": (
        {"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": "abcd"}]}]}]},
        MalformedError,
        "trace_id",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_the_callers_mistakes_raise_and_say_where(case):
    data, error, message = WRONG[case]
    client, [sender] = client_and_senders()
    with pytest.raises(error, match=message):
        client.send_traces(data)
    assert not sender.sent


@pytest.mark.parametrize("item", [{"spans": []}, b"bytes", 7, "text", ("traces", b"")], ids=repr)
def test_a_batch_names_the_item_that_has_no_signal(item):
    client, _ = client_and_senders()
    with pytest.raises(ValidationError, match="item 1: "):
        client.send_batch([span("fine"), item])
    with pytest.raises(ValidationError, match="put the item into a list"):
        client.send_batch(b"bytes")


def test_arguments_go_over_what_endpoints_say():
    tls = TlsSettings(verify=False)
    client, _ = client_and_senders(
        ["http://a:4318/base", Endpoint(host="b", protocol="grpc", headers=(("kept", "1"),), weight=3.0)],
        headers={"X-Tenant": "t"}, compression="gzip", timeout_s=3.0, tls=tls, credentials="who",
    )  # fmt: skip
    first, second = client.endpoints
    assert (first.paths[0], first.protocol, first.headers) == ("/base/v1/traces", "http/protobuf", (("x-tenant", "t"),))
    assert (second.protocol, second.weight, second.headers) == ("grpc", 3.0, (("kept", "1"), ("x-tenant", "t")))
    assert all((each.compression, each.timeout_s, each.tls) == ("gzip", 3.0, tls) for each in client.endpoints)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"protocol": "grpc-web"}, "use one of grpc"),
        ({"compression": "lzma"}, "use one of none"),
        ({"timeout_s": 0}, "above 0"),
        ({"balance": "best"}, "use one of round_robin"),
        ({"endpoint": []}, "no endpoint"),
        ({"endpoint": "ftp://x"}, "not http or https"),
    ],
    ids=str,
)
def test_arguments_that_cannot_be_used_are_refused_at_once(options, message):
    with pytest.raises(ConfigError, match=message):
        client_and_senders(**options)


def test_one_attempt_neither_waits_nor_repeats():
    client, [sender] = client_and_senders()
    sender.answer = lambda: BUSY
    assert client.send(Signal.TRACES, client_payload(span("x")), timeout_s=2.0) is BUSY
    assert len(sender.sent) == 1
    assert 0 < sender.sent[0][2] <= 2.0


def test_the_deadline_around_a_call_bounds_it():
    client, [sender] = client_and_senders(retry=None)
    deadline(0.5).call(client.send_traces, [span("x")])
    assert 0 < sender.sent[0][2] <= 0.5


def test_closing_ends_waits_refuses_more_and_is_idempotent():
    client, [sender] = client_and_senders(retry=RetryPolicy(total_s=10_000.0))
    tried, answers = threading.Event(), []

    def busy():
        tried.set()
        return Delivery(accepted=False, code="http.429", retryable=True, retry_after_s=60.0)

    sender.answer = busy
    thread = threading.Thread(target=lambda: answers.append(client.send_traces([span("x")])))
    thread.start()
    assert tried.wait(10)
    assert not client.flush(0.0)
    assert client.shutdown(10.0)
    thread.join(10)
    assert answers[0].code == "http.429"
    assert client.shutdown()
    client.close()
    assert client.send_traces([span("late")]).code == "client.closed"
    assert len(sender.sent) == 1
    assert sender.closed == 3


def test_a_with_block_closes():
    client, [sender] = client_and_senders()
    with client:
        assert client.send_logs(log("x")).accepted
        assert client.flush()
    assert sender.closed == 1


def test_many_threads_share_one_client():
    client, senders = client_and_senders(["http://a:1", "http://b:2", "http://c:3"], balance="least_in_flight")
    threads = [threading.Thread(target=lambda: [client.send_logs(log("x")) for _ in range(20)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(len(sender.sent) for sender in senders) == 160
    assert client.flush(0.0)


def test_a_senders_defect_leaves_no_request_under_way():
    client, [sender] = client_and_senders()
    sender.answer = lambda: 1 / 0
    with pytest.raises(ZeroDivisionError):
        client.send_logs(log("x"))
    assert client.flush(0.0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform does not fork")
def test_a_forked_child_forgets_the_parents_connections():
    client, [sender] = client_and_senders()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, f"{sender.forgotten} {client.send_logs(log('x')).accepted}".encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        assert answer.read() == "1 True"
    assert sender.forgotten == 0


def test_its_name_tells_where_and_no_secret():
    client, _ = client_and_senders("http://a:1", headers={"x-api-key": "secret"})
    assert repr(client) == "OtlpClient(a:1)"


def test_importing_it_loads_nothing_heavy():
    if not wire.NATIVE:
        pytest.skip("the pure-Python twin reads with protobuf")
    heavy = "numpy pyarrow chdb fastapi pydantic grpc google.protobuf httpx requests ssl h11 h2 asyncio urllib.request http.client"
    code = f"import sys, sonde.client.direct.otlp_client; print([m for m in {heavy.split()!r} if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"
