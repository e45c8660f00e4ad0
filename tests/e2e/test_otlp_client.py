"""What `OtlpClient` sends must be what a real server keeps: every transport and compression, blocking and awaited.

Also over doors that come and go: failover, fail-back and cutting with real sockets between.
"""

import asyncio
import itertools

import pytest

from doors import running_door
from servers import free_ports, running_sonde, wait_until
from sonde.client.credentials import Bearer
from sonde.client.direct.async_client import AsyncOtlpClient
from sonde.client.direct.builders import counter, gauge, histogram, log, span
from sonde.client.direct.otlp_client import OtlpClient
from sonde.core.errors import UnavailableError
from sonde.core.signal import Signal
from sonde.otlp import wire
from sonde.receivers.otlp_http import Config
from sonde.resilience import BreakerSettings, Fixed, RetryPolicy

PROTOCOLS = ("grpc", "http/protobuf", "http/json")
COMPRESSIONS = ("none", "gzip", "zstd")
WAYS = list(itertools.product(PROTOCOLS, COMPRESSIONS))


def telemetry(service):
    """A mixture in every form that a batch takes."""
    root = span("checkout", service=service, attributes={"cart.items": 3})
    as_dict = {
        "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": service}}]},
        "scopeLogs": [{"logRecords": [{"severityNumber": 9, "body": {"stringValue": "from a dict"}}]}],
    }
    return [
        root,
        span("charge", parent=root, kind="client", status="error"),
        counter("orders", 1, service=service),
        gauge("queue.length", 7, service=service),
        histogram("request.seconds", [0.1, 0.7], service=service),
        log("card declined", "WARN", span=root),
        as_dict,
    ]


def kept(server, service):
    """Rows by table of one service."""
    tables = ("otel_traces", "otel_logs", "otel_metrics_sum", "otel_metrics_gauge", "otel_metrics_histogram")
    parts = [f"SELECT '{table}' AS t, count() AS n FROM {table} WHERE ServiceName = '{service}'" for table in tables]
    return {row["t"]: int(row["n"]) for row in server.rows(" UNION ALL ".join(parts))}


WHOLE = {
    "otel_traces": 2,
    "otel_logs": 2,
    "otel_metrics_sum": 1,
    "otel_metrics_gauge": 1,
    "otel_metrics_histogram": 1,
}


async def send_async(endpoint, options, batch):
    async with AsyncOtlpClient(endpoint, **options) as client:
        return await client.send_batch(batch)


def test_everything_arrives_over_every_way(tmp_path):
    with running_sonde(tmp_path / "data") as server:
        services = []
        for (protocol, compression), is_async in itertools.product(WAYS, (False, True)):
            endpoint = f"http://{server.grpc}" if protocol == "grpc" else server.http_url
            options = {"protocol": protocol, "compression": compression}
            services.append(f"{protocol}-{compression}-{'async' if is_async else 'sync'}")
            batch = telemetry(services[-1])
            if is_async:
                delivery = asyncio.run(send_async(endpoint, options, batch))
            else:
                with OtlpClient(endpoint, **options) as client:
                    delivery = client.send_batch(batch)
            assert (delivery.accepted, delivery.code, delivery.rejected) == (True, "ok", 0), (services[-1], delivery)
            assert delivery.sent_bytes > 0
        for service in services:
            wait_until(lambda name=service: kept(server, name) == WHOLE, within_s=30, what=f"all rows of {service}")


def test_failover_and_fail_back_between_doors():
    quick = BreakerSettings(consecutive_failures=1, open_s=0.001)
    (nobody,) = free_ports(1)
    with running_door() as first, running_door() as second:
        urls = [f"http://127.0.0.1:{port}" for port in (nobody, first.port, second.port)]
        with OtlpClient(urls, balance="failover", fitness=quick) as client:
            first.sink.refusal = UnavailableError("starting")
            assert client.send_logs([log("while the first is not ready")]).endpoint == f"127.0.0.1:{second.port}"
            first.sink.refusal = None
            # It rests for as long as its answer asked for, a second; then the next request finds it.
            wait_until(
                lambda: client.send_logs([log("again")]).endpoint == f"127.0.0.1:{first.port}",
                within_s=20,
                what="the first door's turn",
            )
            assert len(first.sink.kept) == 1


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
def test_what_is_too_large_for_the_server_arrives_in_parts(is_async):
    batch = [span(f"span {number}", attributes={"text": "x" * 100}) for number in range(64)]
    with running_door(Config(max_body_bytes=4096)) as door:
        url = f"http://127.0.0.1:{door.port}"
        if is_async:
            delivery = asyncio.run(send_async(url, {}, batch))
        else:
            with OtlpClient(url) as client:
                delivery = client.send_traces(batch)
        assert (delivery.accepted, delivery.rejected) == (True, 0)
        payload = wire.concat(payload for _, _, payload, _ in door.sink.kept)
    sent = [f"{one.context.span_id:016x}" for one in batch]
    ids = bytes(wire.scan(Signal.TRACES.index, payload).span_id).hex()
    assert [ids[at : at + 16] for at in range(0, len(ids), 16)] == sent


def test_nobody_there_is_a_value_after_the_agreed_attempts():
    (port,) = free_ports(1)
    policy = RetryPolicy(attempts=3, backoff=Fixed(0.001))
    with OtlpClient(f"http://127.0.0.1:{port}", retry=policy, credentials=Bearer("token")) as client:
        delivery = client.send_traces([span("x")])
    assert (delivery.accepted, delivery.code, delivery.undelivered) == (False, "errno.ECONNREFUSED", True)
