"""Jaeger's APIs over a real server: what went in by OTLP comes back field for field, and Grafana's calls are answered."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from servers import running_sonde, wait_until

SPECIFICATION = Path(__file__).resolve().parents[3] / "shared" / "data" / "otlp" / "trace.json"
EXAMPLE_ID = "5b8efff798038103d269b633813fc60c"
FULL_ID = "0000000000000000a1b2c3d4e5f60718"
NOW_NS = time.time_ns() // 1000 * 1000


def string(key: str, text: str) -> dict[str, Any]:
    return {"key": key, "value": {"stringValue": text}}


VALUES = [
    string("text", "täxt"),
    string("empty.text", ""),
    {"key": "true", "value": {"boolValue": True}},
    {"key": "false", "value": {"boolValue": False}},
    {"key": "least", "value": {"intValue": str(-(2**63))}},
    {"key": "zero", "value": {"intValue": "0"}},
    {"key": "ratio", "value": {"doubleValue": 0.1}},
    {"key": "whole", "value": {"doubleValue": 2.0}},
    {"key": "infinite", "value": {"doubleValue": "-Infinity"}},
    {"key": "raw", "value": {"bytesValue": "AP8="}},
    {
        "key": "list",
        "value": {"arrayValue": {"values": [{"intValue": "1"}, {"stringValue": "a"}, {"doubleValue": 2.5}]}},
    },
    {
        "key": "map",
        "value": {"kvlistValue": {"values": [string("k", "v"), {"key": "n", "value": {"boolValue": True}}]}},
    },
    {"key": "nothing", "value": {}},
]
FULL = {
    "resourceSpans": [
        {
            "resource": {"attributes": [string("service.name", "full.service"), *VALUES], "droppedAttributesCount": 1},
            "schemaUrl": "https://opentelemetry.io/schemas/1.4.0",
            "scopeSpans": [
                {
                    "scope": {"name": "lib", "version": "2", "attributes": VALUES, "droppedAttributesCount": 2},
                    "schemaUrl": "https://opentelemetry.io/schemas/1.5.0",
                    "spans": [
                        {
                            "traceId": FULL_ID,
                            "spanId": "00000000000000aa",
                            "traceState": "vendor=1,other=2",
                            "flags": 257,
                            "name": "GET /",
                            "kind": 2,
                            "startTimeUnixNano": str(NOW_NS + 1),
                            "endTimeUnixNano": str(NOW_NS + 5_000_003),
                            "attributes": VALUES,
                            "droppedAttributesCount": 3,
                            "events": [
                                {"timeUnixNano": str(NOW_NS + 7), "name": "e", "attributes": VALUES, "droppedAttributesCount": 4},
                                {"timeUnixNano": str(NOW_NS + 8), "name": "bare"},
                            ],
                            "droppedEventsCount": 5,
                            "links": [
                                {
                                    "traceId": EXAMPLE_ID, "spanId": "eee19b7ec3c1b174", "traceState": "l=1", "flags": 768,
                                    "attributes": VALUES, "droppedAttributesCount": 6,
                                }
                            ],
                            "droppedLinksCount": 7,
                            "status": {"code": 2, "message": "it broke"},
                        },
                        {
                            "traceId": FULL_ID,
                            "spanId": "00000000000000ab",
                            "parentSpanId": "00000000000000aa",
                            "name": "query",
                            "kind": 3,
                            "startTimeUnixNano": str(NOW_NS + 1_000_000),
                            "endTimeUnixNano": str(NOW_NS + 2_000_000),
                            "status": {"code": 1},
                        },
                    ],
                }
            ],
        }
    ]
}  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running_sonde(tmp_path_factory.mktemp("jaeger") / "data") as running:
        yield running


def send(server, document):
    answer = httpx.post(f"{server.http_url}/v1/traces", json=document, trust_env=False)
    assert answer.status_code == 200, answer.text


def stored(server, trace_id):
    """The trace by v3, as soon as it is there."""
    path = f"/api/v3/traces/{trace_id}"
    wait_until(lambda: server.get.get(path).status_code == 200, within_s=20, what=path)
    return server.ask(path)["result"]


def canonical(document):
    """Ids in lower case, attributes by key, and nothing that says no more than its absence does."""
    if isinstance(document, list):
        items = [canonical(item) for item in document]
        return sorted(items, key=lambda item: item["key"]) if items and "key" in items[0] else items
    if not isinstance(document, dict):
        return document
    return {
        key: value.lower() if key in {"traceId", "spanId", "parentSpanId"} else canonical(value)
        for key, value in document.items()
        if key == "value" or value not in ({}, [], "", 0) or isinstance(value, bool) or key.endswith("Value")
    }


@pytest.mark.skipif(not SPECIFICATION.exists(), reason=f"the OTLP specification's examples are not at {SPECIFICATION}")
def test_the_specifications_example_comes_back_field_for_field(server):
    document = json.loads(SPECIFICATION.read_text())
    send(server, document)
    assert canonical(stored(server, EXAMPLE_ID)) == canonical(document)
    assert stored(server, EXAMPLE_ID.upper()) == stored(server, EXAMPLE_ID)


def test_every_field_and_type_comes_back(server):
    send(server, FULL)
    assert canonical(stored(server, FULL_ID)) == canonical(FULL)
    assert stored(server, "a1b2c3d4e5f60718") == stored(server, FULL_ID), "a 64-bit id needs no leading zeros"


def test_grafanas_data_source_is_answered(server):
    send(server, FULL)
    stored(server, FULL_ID)
    wait_until(lambda: "full.service" in server.ask("/api/services")["data"], within_s=20, what="the service's name")
    assert server.ask("/api/services/full.service/operations")["data"] == ["GET /", "query"]
    search = {"service": "full.service", "operation": "GET /", "limit": 20, "lookback": "1h", "minDuration": "1ms"}
    start, end = NOW_NS // 1000 - 60_000_000, NOW_NS // 1000 + 60_000_000
    found = server.ask("/api/traces", **search, start=start, end=end, tags='{"error":"true","true":"true","zero":"0"}')[
        "data"
    ]
    assert [trace["traceID"] for trace in found] == ["a1b2c3d4e5f60718"]
    tags = {tag["key"]: tag["value"] for tag in found[0]["spans"][0]["tags"]}
    assert (tags["otel.status_description"], tags["span.kind"], tags["least"]) == ("it broke", "server", str(-(2**63)))
    assert server.ask("/api/traces/a1b2c3d4e5f60718")["data"] == found
    assert server.ask("/api/dependencies", endTs=end // 1000, lookback=3_600_000)["errors"] is None
    missing = server.get.get("/api/traces/ffff")
    assert (missing.status_code, missing.json()["errors"][0]["msg"]) == (404, "trace not found")


def test_jaegers_user_interface_is_answered(server):
    send(server, FULL)
    stored(server, FULL_ID)
    operations = server.ask("/api/v3/operations", service="full.service")["operations"]
    assert operations == [{"name": "GET /", "spanKind": "server"}, {"name": "query", "spanKind": "client"}]
    asked = {"query.serviceName": "full.service", "query.searchDepth": 20}
    times = {"query.startTimeMin": rfc3339(NOW_NS - 60 * 10**9), "query.startTimeMax": rfc3339(NOW_NS + 60 * 10**9)}
    (summary,) = server.ask("/api/v3/trace-summaries", **asked, **times)["summaries"]
    assert (summary["traceId"], summary["spanCount"], summary["errorSpanCount"]) == (FULL_ID, 2, 1)
    traces = server.ask("/api/v3/traces", **asked, **times)["result"]
    assert canonical(traces) == canonical(FULL)
    empty = server.get.get("/api/v3/traces", params={**asked, **times, "query.serviceName": "nobody"})
    assert (empty.status_code, empty.json()["error"]["message"]) == (404, "No traces found")


def rfc3339(moment_ns):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment_ns // 10**9)) + "Z"
