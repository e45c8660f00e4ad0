"""The query API of a real server over real sockets: what is sent in any form comes back field for field, and streams end."""

from __future__ import annotations

import json
import threading

import httpx
import pytest

from servers import running_sonde, wait_until

TRACE = "5b8efff798038103d269b633813fc60c"

# After the examples of opentelemetry-proto, with every kind of value.
TRACES = {
    "resourceSpans": [
        {
            "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "my.service"}}], "droppedAttributesCount": 1},
            "schemaUrl": "https://example.org/resource",
            "scopeSpans": [
                {
                    "scope": {"name": "my.library", "version": "1.0.0", "attributes": [{"key": "my.scope.attribute", "value": {"stringValue": "some scope attribute"}}]},
                    "schemaUrl": "https://example.org/scope",
                    "spans": [
                        {
                            "traceId": TRACE.upper(),
                            "spanId": "EEE19B7EC3C1B174",
                            "parentSpanId": "EEE19B7EC3C1B173",
                            "traceState": "a=b",
                            "flags": 257,
                            "name": "I'm a server span",
                            "startTimeUnixNano": "1544712660000000001",
                            "endTimeUnixNano": "1544712661000000003",
                            "kind": 2,
                            "droppedAttributesCount": 2,
                            "droppedEventsCount": 3,
                            "droppedLinksCount": 4,
                            "status": {"code": 2, "message": "it failed"},
                            "attributes": [
                                {"key": "text", "value": {"stringValue": "some value"}},
                                {"key": "int", "value": {"intValue": "-9223372036854775808"}},
                                {"key": "double", "value": {"doubleValue": 1.0}},
                                {"key": "bool", "value": {"boolValue": False}},
                                {"key": "bytes", "value": {"bytesValue": "AAH/"}},
                                {"key": "array", "value": {"arrayValue": {"values": [{"intValue": "1"}, {"stringValue": "a"}]}}},
                                {"key": "map", "value": {"kvlistValue": {"values": [{"key": "k", "value": {"boolValue": True}}]}}},
                                {"key": "empty", "value": {}},
                            ],
                            "events": [{"timeUnixNano": "1544712660500000000", "name": "event", "attributes": [{"key": "n", "value": {"intValue": "5"}}], "droppedAttributesCount": 6}],
                            "links": [{"traceId": "0" * 31 + "1", "spanId": "0" * 15 + "2", "traceState": "c=d", "flags": 1, "attributes": [{"key": "why", "value": {"stringValue": "batch"}}]}],
                        }
                    ],
                }
            ],
        }
    ]
}  # fmt: skip

LOGS = {
    "resourceLogs": [
        {
            "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "my.service"}}]},
            "scopeLogs": [
                {
                    "scope": {"name": "my.library"},
                    "logRecords": [
                        {
                            "timeUnixNano": "1544712660300000000",
                            "observedTimeUnixNano": "1544712660300000001",
                            "severityNumber": 10,
                            "severityText": "Information",
                            "traceId": TRACE,
                            "spanId": "eee19b7ec3c1b174",
                            "body": {"stringValue": "Example log record"},
                            "attributes": [{"key": "int.attribute", "value": {"intValue": "10"}}],
                        }
                    ],
                }
            ],
        }
    ]
}

METRICS = {
    "resourceMetrics": [
        {
            "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "my.service"}}]},
            "scopeMetrics": [
                {
                    "scope": {"name": "my.library"},
                    "metrics": [
                        {
                            "name": "my.counter",
                            "unit": "1",
                            "description": "I am a Counter",
                            "sum": {
                                "aggregationTemporality": 1,
                                "isMonotonic": True,
                                "dataPoints": [{"asDouble": 5, "startTimeUnixNano": "1544712660000000000", "timeUnixNano": "1544712661000000000"}],
                            },
                        }
                    ],
                }
            ],
        }
    ]
}  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running_sonde(tmp_path_factory.mktemp("query") / "data") as server:
        for path, body in (("traces", TRACES), ("logs", LOGS), ("metrics", METRICS)):
            httpx.post(f"{server.http_url}/v1/{path}", json=body, trust_env=False).raise_for_status()
        stored = {"otel_traces", "otel_logs", "otel_metrics_sum"}
        wait_until(
            lambda: stored <= {table["name"] for table in server.ask("/sonde/stats")["tables"]},
            within_s=30,
            what="everything stored",
        )
        yield server


def test_a_span_comes_back_field_for_field(server):
    trace = server.ask(f"/sonde/traces/{TRACE}")
    (span,) = trace["spans"]
    assert span["attributes"] == {
        "text": "some value", "int": -(2**63), "double": 1.0, "bool": False, "bytes": "AAH/", "array": [1, "a"], "map": {"k": True}, "empty": None,
    }  # fmt: skip
    assert (span["span_id"], span["parent_span_id"], span["missing_parent"]) == (
        "eee19b7ec3c1b174",
        "eee19b7ec3c1b173",
        True,
    )
    assert (span["name"], span["kind"], span["status"], span["status_message"]) == (
        "I'm a server span",
        "Server",
        "Error",
        "it failed",
    )
    assert (span["start"], span["start_ns"], span["duration_ns"]) == (
        "2018-12-13T14:51:00.000000001Z",
        "1544712660000000001",
        "1000000002",
    )
    assert (span["trace_state"], span["flags"], span["dropped"]) == (
        "a=b",
        257,
        {"attributes": 2, "events": 3, "links": 4},
    )
    assert span["resource"] == {"service.name": "my.service"}
    assert span["schema_url"] == "https://example.org/resource"
    assert span["scope"] == {
        "name": "my.library", "version": "1.0.0", "schema_url": "https://example.org/scope",
        "attributes": {"my.scope.attribute": "some scope attribute"},
    }  # fmt: skip
    (event,) = span["events"]
    assert (event["name"], event["time_ns"], event["attributes"], event["dropped_attributes"]) == (
        "event",
        "1544712660500000000",
        {"n": 5},
        6,
    )
    (link,) = span["links"]
    assert (link["trace_id"], link["span_id"], link["trace_state"], link["flags"], link["attributes"]) == (
        "0" * 31 + "1", "0" * 15 + "2", "c=d", 1, {"why": "batch"},
    )  # fmt: skip
    assert [record["body"] for record in trace["logs"]] == ["Example log record"]


def test_what_was_sent_long_ago_is_found_without_a_range_and_by_one(server):
    for asked in (
        {},
        {"start": "2018-12-13", "end": "2018-12-14"},
        {"where": "scope.my.scope.attribute=~^some"},
        {"where": "int<0", "service": "my.service"},
    ):
        assert [one["trace_id"] for one in server.ask("/sonde/traces", **asked)["traces"]] == [TRACE]
    assert server.ask("/sonde/traces", start="-1h")["traces"] == []


def test_logs_and_metrics_come_back(server):
    (record,) = server.ask("/sonde/logs", severity="info", text="example")["logs"]
    assert (record["severity"], record["severity_number"], record["attributes"]) == (
        "Information",
        10,
        {"int.attribute": 10},
    )
    assert (record["time_ns"], record["observed_ns"], record["trace_id"]) == (
        "1544712660300000000",
        "1544712660300000001",
        TRACE,
    )
    (metric,) = server.ask("/sonde/metrics")["metrics"]
    assert (metric["name"], metric["kind"], metric["temporality"], metric["description"]) == (
        "my.counter",
        "sum",
        "delta",
        "I am a Counter",
    )
    answer = server.ask("/sonde/metrics/series", name="my.counter", aggregation="increase", step="1s")
    assert [value for _, value in answer["series"][0]["points"]] == [5.0]


def test_services_attributes_and_sql(server):
    assert [one["name"] for one in server.ask("/sonde/services")["services"]] == ["my.service"]
    assert [one["name"] for one in server.ask("/sonde/operations", service="my.service")["operations"]] == [
        "I'm a server span"
    ]
    assert server.ask("/sonde/sql", query="SELECT count() AS n FROM otel_traces")["rows"] == [{"n": 1}]


def test_followed_logs_arrive_and_the_stream_ends_with_its_client(server):
    received: list[dict] = []
    opened, done = threading.Event(), threading.Event()

    def follow():
        with (
            httpx.Client(trust_env=False, timeout=30) as client,
            client.stream("GET", f"{server.web_url}/sonde/logs/follow", params={"text": "followed"}) as response,
        ):
            assert response.headers["content-type"] == "application/x-ndjson"
            opened.set()
            for line in response.iter_lines():
                if "body" in (record := json.loads(line)):
                    received.append(record)
                if len(received) == 3:
                    break
        done.set()

    reader = threading.Thread(target=follow, daemon=True)
    reader.start()
    assert opened.wait(20)
    for number in range(3):
        body = json.loads(json.dumps(LOGS).replace("Example log record", f"followed {number}"))
        httpx.post(f"{server.http_url}/v1/logs", json=body, trust_env=False).raise_for_status()
    assert done.wait(20)
    assert sorted(record["body"] for record in received) == ["followed 0", "followed 1", "followed 2"]
    assert server.ask("/healthz") == {"status": "ok"}
