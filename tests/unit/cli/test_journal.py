"""`sonde journal`: what a person does with a journal when something is wrong must itself never change or hide anything."""

from __future__ import annotations

import json

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from sonde.core.signal import Signal
from sonde.journal import Cursor, JournalConfig, JournalWriter, open_segments, quarantine, sealed_segments


def log_request(*bodies):
    message = ExportLogsServiceRequest()
    scope = message.resource_logs.add().scope_logs.add()
    for body in bodies:
        scope.log_records.add(time_unix_nano=1).body.string_value = body
    return message.SerializeToString()


def trace_request(spans):
    message = ExportTraceServiceRequest()
    scope = message.resource_spans.add().scope_spans.add()
    for number in range(1, spans + 1):
        scope.spans.add(name="op", trace_id=b"t" * 16, span_id=number.to_bytes(8, "big"))
    return message.SerializeToString()


@pytest.fixture
def journal(tmp_path, monkeypatch):
    """Two log segments of the tenants default and acme, and a trace segment; SONDE_DATA names them."""
    monkeypatch.setenv("SONDE_DATA", str(tmp_path))
    writer = JournalWriter(tmp_path / "journal", JournalConfig(min_free_bytes=0), writer="0")

    def add(signal, tenant, payload, items):
        writer.append(signal, tenant, payload, items, lambda _: None)

    add(Signal.LOGS, "default", log_request("one", "two"), 2)
    add(Signal.LOGS, "default", log_request("three"), 1)
    add(Signal.LOGS, "acme", log_request("four"), 1)
    add(Signal.TRACES, "default", trace_request(40), 40)
    writer.close()
    return tmp_path / "journal"


def rows(ended):
    return [json.loads(line) for line in ended.out.splitlines()]


def damage(segment):
    data = bytearray(segment.path.read_bytes())
    data[-1] ^= 1
    segment.path.write_bytes(data)


def segment_of(journal, signal, tenant="default"):
    return next(s for s in sealed_segments(journal) if s.signal is signal and s.tenant == tenant)


def test_ls_shows_segments_readers_and_quarantine(sonde, journal):
    Cursor(journal, "keeper")
    quarantine(journal, segment_of(journal, Signal.TRACES), "the store said no")
    shown = rows(sonde("journal", "ls", "--json"))
    assert [(row["signal"], row["tenant"], row["state"]) for row in shown if row["kind"] == "segment"] == [
        ("logs", "default", "sealed"),
        ("logs", "acme", "sealed"),
    ]
    assert [row["name"] for row in shown if row["kind"] == "reader"] == ["keeper"]
    assert [row["reason"] for row in shown if row["kind"] == "quarantine"] == ["the store said no"]
    table = sonde("journal", "ls")
    assert "acme" in table.out
    assert "readers: keeper; 1 in quarantine" in table.err


def test_verify_finds_all_whole(sonde, journal):
    ended = sonde("journal", "verify")
    assert ended.code == 0
    assert "3 segments, 4 requests, 44 records" in ended.out
    assert "whole" in ended.out
    assert [row["damaged"] for row in rows(sonde("journal", "verify", "--json"))] == [[], [], []]


def test_verify_says_where_the_damage_is_and_leaves_it(sonde, journal):
    segment = segment_of(journal, Signal.LOGS)
    damage(segment)
    before = segment.path.read_bytes()
    ended = sonde("journal", "verify")
    assert ended.code == 74
    assert segment.id in ended.err
    assert "checksum does not match" in ended.err
    (bad,) = (row for row in rows(sonde("journal", "verify", "--json")) if row["damaged"])
    assert bad["damaged"][0]["length"] > 0
    assert segment.path.read_bytes() == before


def test_verify_takes_files_of_any_name(sonde, journal, tmp_path):
    joined = tmp_path / "all.bin"
    joined.write_bytes(b"".join(segment.path.read_bytes() for segment in sealed_segments(journal)))
    assert "1 segment, 4 requests" in sonde("journal", "verify", str(joined)).out


def test_an_open_segment_is_no_damage(sonde, journal):
    segment = segment_of(journal, Signal.LOGS)
    with segment.path.open("ab") as file:
        file.write(b"\xaa\x88")
    segment.path.rename(segment.path.with_suffix(".open"))
    assert open_segments(journal)
    ended = sonde("journal", "verify")
    assert ended.code == 0
    assert "2 bytes are being written" in ended.err


def test_cat_prints_what_was_received(sonde, journal):
    requests = rows(sonde("journal", "cat", "--signal", "logs", "--tenant", "default"))
    bodies = [
        [record["body"]["stringValue"] for record in request["resourceLogs"][0]["scopeLogs"][0]["logRecords"]]
        for request in requests
    ]
    assert bodies == [["one", "two"], ["three"]]


def test_cat_goes_on_after_damage_and_says_so(sonde, journal):
    damage(segment_of(journal, Signal.LOGS))
    ended = sonde("journal", "cat")
    assert ended.code == 74
    assert len(rows(ended)) == 3
    assert "checksum" in ended.err


def test_replay_sends_every_segment_as_it_lies(sonde, journal, server):
    ok = (200, {"content-type": "application/x-protobuf"}, b"")
    server.answers |= {"/v1/logs": ok, "/v1/traces": ok}
    (told,) = rows(sonde("journal", "replay", server.url, "--json"))
    assert told["accepted"] == {"log_records": 4, "spans": 40}
    assert told["requests"] == 3
    bodies = {(asked.path, asked.headers.get("x-scope-orgid")): asked.body for asked in server.asked}
    assert bodies["/v1/logs", None] == segment_of(journal, Signal.LOGS).path.read_bytes()
    assert bodies["/v1/logs", "acme"] == segment_of(journal, Signal.LOGS, "acme").path.read_bytes()
    assert len(sealed_segments(journal)) == 3


def test_replay_splits_to_what_the_server_takes(sonde, journal, server):
    """Between records where it can, inside a request where one is too large by itself."""
    ok = (200, {"content-type": "application/x-protobuf"}, b"")
    server.answers |= {"/v1/logs": ok, "/v1/traces": ok}
    ended = sonde("journal", "replay", server.url, "--max-size", "300B", "--tenant", "default")
    assert ended.code == 0
    assert "3 log records" in ended.out
    assert "40 spans" in ended.out
    assert all(len(asked.body) <= 300 for asked in server.asked)
    spans = set()
    for asked in server.asked:
        if asked.path == "/v1/traces":
            message = ExportTraceServiceRequest.FromString(asked.body)
            spans |= {
                span.span_id for group in message.resource_spans for scope in group.scope_spans for span in scope.spans
            }
    assert len(spans) == 40


def test_replay_tells_what_was_refused(sonde, journal, server):
    server.answers |= {"/v1/logs": (400, {"content-type": "text/plain"}, b"no logs here")}
    ended = sonde("journal", "replay", server.url, "--signal", "logs", "--header", "authorization: Bearer x")
    assert ended.code == 65
    assert "no logs here" in ended.err
    assert server.asked[0].headers["authorization"] == "Bearer x"


def test_replay_sends_the_whole_records_of_a_damaged_segment(sonde, journal, server):
    server.answers["/v1/logs"] = (200, {"content-type": "application/x-protobuf"}, b"")
    damage(segment_of(journal, Signal.LOGS))
    ended = sonde("journal", "replay", server.url, "--signal", "logs", "--tenant-header", "", "--gzip")
    assert ended.code == 74
    assert "3 log records" in ended.out
    assert all("x-scope-orgid" not in asked.headers for asked in server.asked)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ls", "--data", "/nowhere"], "there is no journal in /nowhere"),
        (["verify", "/nowhere/x.otlp"], "no such file"),
        (["cat", "--signal", "spans"], "not a signal"),
        (["replay", "http://127.0.0.1:1", "--header", "nonsense"], "not a header"),
    ],
)
def test_mistakes_are_explained(sonde, journal, arguments, said):
    ended = sonde("journal", *arguments)
    assert ended.code != 0
    assert said in ended.err
    assert "Traceback" not in ended.err
