"""The asking half of the command line against a real server: files in by `sonde send`, answers out by every command."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from servers import loopback_environment, running_sonde, wait_until
from sonde.core.signal import Signal
from sonde.otlp.json import from_protobuf

TRACE_ID = bytes.fromhex("0af7651916cd43dd8448eb211c80319c")
NOW_NS = time.time_ns() - 5 * 10**9
MS = 10**6


def traces():
    """A failed order with a run of forty alike queries."""
    request = ExportTraceServiceRequest()
    for service, spans in {
        "shop": [("POST /order", 0, 900, 0, 2)],
        "stock": [("SELECT", 10 + 20 * n, 12, 1, 0) for n in range(40)],
    }.items():
        group = request.resource_spans.add()
        group.resource.attributes.add(key="service.name").value.string_value = service
        for name, offset_ms, duration_ms, parent, status in spans:
            span = group.scope_spans.add().spans.add(name=name, trace_id=TRACE_ID, kind=2)
            span.span_id = (1 if service == "shop" else offset_ms).to_bytes(8, "big")
            span.parent_span_id = parent.to_bytes(8, "big") if parent else b""
            span.start_time_unix_nano = NOW_NS + offset_ms * MS
            span.end_time_unix_nano = span.start_time_unix_nano + duration_ms * MS
            if status:
                span.status.code, span.status.message = status, "sold out"
                event = span.events.add(name="exception", time_unix_nano=span.end_time_unix_nano)
                event.attributes.add(key="exception.type").value.string_value = "SoldOut"
    return request.SerializeToString()


def logs(body="cannot reserve"):
    request = ExportLogsServiceRequest()
    group = request.resource_logs.add()
    group.resource.attributes.add(key="service.name").value.string_value = "shop"
    record = group.scope_logs.add().log_records.add(time_unix_nano=NOW_NS, severity_number=17, severity_text="ERROR")
    record.trace_id, record.span_id = TRACE_ID, (1).to_bytes(8, "big")
    record.body.string_value = body
    return request.SerializeToString()


def metrics():
    request = ExportMetricsServiceRequest()
    group = request.resource_metrics.add()
    group.resource.attributes.add(key="service.name").value.string_value = "shop"
    metric = group.scope_metrics.add().metrics.add(name="stock.level", unit="{item}", description="Items left.")
    for second in range(60):
        point = metric.gauge.data_points.add(time_unix_nano=NOW_NS - second * 10**9)
        point.as_int = second
    return request.SerializeToString()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running_sonde(tmp_path_factory.mktemp("cli") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def sonde(server):
    """`sonde ARGUMENTS` as a process of its own, 80 columns wide."""
    environment = loopback_environment(
        {"SONDE_URL": server.web_url, "SONDE_SEND_URL": server.http_url, "COLUMNS": "80"}
    )

    def call(*arguments, code=0):
        ended = subprocess.run(
            [sys.executable, "-m", "sonde", *arguments],
            capture_output=True,
            text=True,
            env=environment,
            check=False,
            timeout=60,
        )
        assert ended.returncode == code, f"sonde {arguments}: {ended.stdout}{ended.stderr}"
        return ended.stdout

    return call


@pytest.fixture(scope="module", autouse=True)
def _sent(server, sonde, tmp_path_factory):
    """One file of each signal, in three formats, sent and stored."""
    directory = tmp_path_factory.mktemp("files")
    (directory / "traces.otlp").write_bytes(traces())
    (directory / "logs.json").write_bytes(from_protobuf(Signal.LOGS, logs()))
    (directory / "metrics.jsonl").write_bytes(from_protobuf(Signal.METRICS, metrics()) + b"\n")
    said = sonde("send", "--gzip", *map(str, sorted(directory.iterdir())))
    assert said == "sent 1 log record, 60 data points, 41 spans in 3 requests\n"
    count = "SELECT (SELECT count() FROM otel_traces) + (SELECT count() FROM otel_logs) + (SELECT count() FROM otel_metrics_gauge) AS n"
    wait_until(lambda: int(server.rows(count)[0]["n"]) == 102, within_s=20, what="all records in the store")


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


def test_services(sonde):
    table = sonde("services").splitlines()
    assert [line.split()[0] for line in table] == ["SERVICE", "shop", "stock"]
    assert {row["name"]: row["spans"] for row in lines(sonde("services", "--json"))} == {"shop": 1, "stock": 40}


def test_traces(sonde):
    assert TRACE_ID.hex() in sonde(
        "traces", "--service", "shop", "--status", "error", "--min-duration", "500ms", "--text", "order"
    )
    (found,) = lines(sonde("traces", "--json"))
    assert (found["root_service"], found["root_name"], found["spans"], found["errors"]) == (
        "shop",
        "POST /order",
        41,
        1,
    )
    assert sonde("traces", "--service", "nobody") == ""


def test_trace(sonde):
    picture = sonde("trace", TRACE_ID.hex())
    assert "\N{BALLOT X} shop POST /order" in picture
    assert "stock SELECT \N{MULTIPLICATION SIGN}40" in picture
    assert "SoldOut" in picture
    assert "ERROR cannot reserve" in picture
    assert max(map(len, picture.splitlines())) <= 80
    assert len(sonde("trace", TRACE_ID.hex(), "--full").splitlines()) > 41
    (whole,) = lines(sonde("trace", TRACE_ID.hex().upper(), "--json"))
    assert len(whole["spans"]) == 41
    assert "SoldOut" in sonde("trace", TRACE_ID.hex(), "--span", "0000000000000001")
    sonde("trace", "f" * 32, code=66)


def test_logs(sonde):
    assert sonde("logs", "--severity", "error", "--trace", TRACE_ID.hex()).endswith(" ERROR shop cannot reserve\n")
    (record,) = lines(sonde("logs", "--json", "--text", "reserve", "--service", "shop"))
    assert record["body"] == "cannot reserve"
    assert sonde("logs", "--severity", "fatal") == ""


def test_metrics(sonde):
    assert "stock.level" in sonde("metrics")
    assert "┤" in sonde("metrics", "stock.level", "--since", "10m")
    (series,) = lines(sonde("metrics", "stock.level", "--aggregation", "max", "--json"))
    assert max(value for _, value in series["points"] if value is not None) == 59


def test_sql(sonde):
    assert lines(
        sonde("sql", "--json", "SELECT ServiceName, toUInt32(count()) AS n FROM otel_traces GROUP BY 1 ORDER BY 1")
    ) == [
        {"ServiceName": "shop", "n": 1},
        {"ServiceName": "stock", "n": 40},
    ]
    assert sonde("sql", "SELECT 1 AS one").split() == ["one", "1"]
    sonde("sql", "DROP TABLE otel_traces", code=65)


def test_logs_go_on_until_interrupted(server, sonde, tmp_path):
    environment = loopback_environment({"SONDE_URL": server.web_url})
    command = [sys.executable, "-m", "sonde", "logs", "--follow", "--json", "--text", "follow-me"]
    output = tmp_path / "followed"
    with output.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.PIPE, env=environment)
    try:
        (tmp_path / "more.otlp").write_bytes(logs("follow-me now"))

        def sent_and_seen():
            sonde("send", str(tmp_path / "more.otlp"))
            return b"follow-me now" in output.read_bytes()

        wait_until(sent_and_seen, within_s=30, every_s=0.5, what="the new record in the followed logs")
    finally:
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(10) == 130
