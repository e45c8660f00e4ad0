"""The commands that ask: what they ask for, the table a person reads, and the lines a program reads."""

from __future__ import annotations

import json

import pytest

from sonde.cli import doctor
from sonde.core.errors import NotFoundError
from unit.cli.example_traces import START, TRACE_ID, checkout

SERVICE = {
    "name": "checkout", "spans": 12345, "errors": 250, "error_ratio": 0.02, "rate_per_s": 3.43,
    "p50_ms": 12.3, "p95_ms": 250.0, "p99_ms": 1240.0, "last_seen": START,
}  # fmt: skip
SUMMARY = {
    "trace_id": TRACE_ID, "root_service": "frontend", "root_name": "POST /checkout", "start": START, "duration_ms": 1240.0,
    "spans": 47, "errors": 3, "services": [{"name": "inventory", "spans": 38}, {"name": "orders", "spans": 2}], "matched": 1,
}  # fmt: skip
RECORD = {
    "id": "1", "time": START, "time_ns": "1", "severity": "WARN", "severity_number": 13, "service": "payment",
    "body": "retrying\nonce more", "trace_id": TRACE_ID, "span_id": "c0ffee0000000001", "attributes": {"attempt": 2},
    "resource": {}, "scope": {}, "event_name": "",
}  # fmt: skip
METRIC = {
    "name": "http.server.requests",
    "kind": "sum",
    "unit": "{request}",
    "description": "Requests served.",
    "series": 12,
    "services": ["cart"],
}
SERIES = {
    "name": "http.server.requests", "unit": "{request}", "kind": "sum", "step_s": 15,
    "series": [{"labels": {"http.route": f"/r{index}"}, "points": [[1772366400 + 15 * n, n * index] for n in range(40)]} for index in range(8)],
}  # fmt: skip


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


def test_services_as_a_table(server, sonde):
    server.answers["/sonde/services"] = {"services": [SERVICE, {**SERVICE, "name": "a" * 80, "errors": 0}]}
    ended = sonde("services", "--url", server.url, "--since", "15m")
    assert ended.code == 0
    assert server.asked[0].query == {"start": ["-15m"]}
    table = ended.out.splitlines()
    assert table[0].split() == ["SERVICE", "RATE", "ERRORS", "P50", "P95", "P99", "SPANS", "LAST", "SEEN"]
    assert table[1].split() == ["checkout", "3.43/s", "2.0%", "12.3ms", "250ms", "1.24s", "12.3k", "1h", "ago"]
    assert "…" in table[2]
    assert max(map(len, table)) <= 80


@pytest.mark.parametrize("command", [["services"], ["traces"], ["trace", "ab"], ["logs"], ["metrics"], ["sql", "SELECT 1"], ["doctor"], ["store", "stats"]])  # fmt: skip
def test_every_asking_command_can_name_a_tenant(server, sonde, command, monkeypatch):
    sonde(*command, "--url", server.url, "--tenant", "acme")
    assert server.asked[-1].headers["x-scope-orgid"] == "acme"
    monkeypatch.setenv("SONDE_TENANT", "umbrella")
    sonde(*command, "--url", server.url)
    assert server.asked[-1].headers["x-scope-orgid"] == "umbrella"


@pytest.mark.parametrize(
    ("wire_native", "encode_native"), [(True, False), (False, True)], ids=["no-encoder", "no-kernel"]
)
def test_doctor_says_of_each_compiled_part_whether_it_is_there(sonde, monkeypatch, wire_native, encode_native):
    monkeypatch.delenv("SONDE_PURE", raising=False)
    monkeypatch.setattr(doctor.wire, "NATIVE", wire_native)
    monkeypatch.setattr(doctor.encode, "NATIVE", encode_native)
    found = {line["part"]: line for line in lines(sonde("doctor", "--json").out)}
    assert (found["wire kernel"]["verdict"] == doctor.OK) == wire_native
    assert (found["span encoder"]["verdict"] == doctor.OK) == encode_native


def test_doctor_notes_a_store_that_is_behind(server, sonde):
    server.answers["/healthz"] = {"status": "ok"}
    server.answers["/sonde/stats"] = {"parts": {"store": {"ready": True, "trouble": "", "note": "35.0s behind"}}}
    found = {line["part"]: line for line in lines(sonde("doctor", "--url", server.url, "--json").out)}
    assert (found["store"]["verdict"], found["store"]["message"]) == ("note", "35.0s behind")


def test_where_there_is_room_a_log_line_has_its_trace(server, sonde, monkeypatch):
    server.answers["/sonde/logs"] = {"logs": [RECORD], "next": None}
    assert RECORD["trace_id"] not in sonde("logs", "--url", server.url).out
    monkeypatch.setenv("COLUMNS", "120")
    assert sonde("logs", "--url", server.url).out.rstrip().endswith(f"  {RECORD['trace_id']}")
    assert sonde("logs", "--url", server.url, "-a").out.count(RECORD["trace_id"]) == 1


def test_services_as_lines(server, sonde):
    server.answers["/sonde/services"] = {"services": [SERVICE, SERVICE]}
    assert lines(sonde("services", "--url", server.url, "--json").out) == [SERVICE, SERVICE]


@pytest.mark.parametrize(
    ("path", "answer", "command"),
    [
        ("/sonde/services", {"services": []}, "services"),
        ("/sonde/traces", {"traces": [], "next": None}, "traces"),
        ("/sonde/logs", {"logs": [], "next": None}, "logs"),
        ("/sonde/metrics", {"metrics": []}, "metrics"),
    ],
)
def test_finding_nothing_says_what_to_try_and_is_no_error(server, sonde, path, answer, command):
    server.answers[path] = answer
    ended = sonde(command, "--url", server.url)
    assert (ended.code, ended.out) == (0, "")
    assert "try" in ended.err
    assert sonde(command, "--url", server.url, "--json").out == ""


def test_traces_on_a_narrow_terminal_keep_the_whole_id(server, sonde):
    server.answers["/sonde/traces"] = {"traces": [SUMMARY], "next": None}
    out = sonde("traces", "--url", server.url).out.splitlines()
    assert out == [
        "12:00:00.125    1.24s  frontend POST /checkout",
        f"  {TRACE_ID}  47 spans  3 errors  inventory 38, orders 2",
    ]


def test_traces_on_a_wide_terminal_are_a_table(server, sonde, monkeypatch):
    monkeypatch.setenv("COLUMNS", "140")
    server.answers["/sonde/traces"] = {"traces": [SUMMARY], "next": None}
    out = sonde("traces", "--url", server.url).out.splitlines()
    assert out[0].split() == ["START", "DURATION", "SPANS", "ERRORS", "ROOT", "SERVICES", "TRACE"]
    assert out[1].rstrip().endswith(TRACE_ID)


def test_traces_pass_every_condition_on(server, sonde):
    server.answers["/sonde/traces"] = {"traces": [], "next": None}
    sonde(
        "traces", "--url", server.url, "--service", "a", "--operation", "b", "--kind", "server", "--status", "error",
        "--min-duration", "1ms", "--max-duration", "2s", "-w", "x=1", "--where", "!y", "--text", "t", "--sort", "longest",
        "--start", "2026-01-01", "--end", "now", "-n", "7",
    )  # fmt: skip
    assert server.asked[0].query == {
        "service": ["a"], "operation": ["b"], "kind": ["server"], "status": ["error"], "min_duration": ["1ms"],
        "max_duration": ["2s"], "where": ["x=1", "!y"], "text": ["t"], "sort": ["longest"], "start": ["2026-01-01"],
        "end": ["now"], "limit": ["7"],
    }  # fmt: skip


def test_traces_turn_pages_until_the_limit(server, sonde):
    page = {"traces": [SUMMARY] * 100, "next": "more"}
    body = json.dumps(page).encode()
    server.answers["/sonde/traces"] = [
        (200, {}, body),
        (200, {}, json.dumps({"traces": [SUMMARY] * 30, "next": "more"}).encode()),
    ]
    assert len(lines(sonde("traces", "--url", server.url, "-n", "130", "--json").out)) == 130
    assert [asked.query["limit"] for asked in server.asked] == [["100"], ["30"]]
    assert server.asked[1].query["cursor"] == ["more"]


def test_trace_as_a_waterfall_and_as_json(server, sonde):
    server.answers[f"/sonde/traces/{TRACE_ID}"] = checkout()
    out = sonde("trace", TRACE_ID, "--url", server.url).out
    assert "PaymentDeclined: card expired" in out
    assert "\N{MULTIPLICATION SIGN}37" in out
    assert lines(sonde("trace", TRACE_ID, "--url", server.url, "--json").out) == [checkout()]


def test_one_span_with_all_it_carries(server, sonde):
    answer = checkout()
    for span in answer["spans"]:
        span |= {
            "resource": {"attributes": {"service.name": "payment", "host.name": "node-1"}},
            "scope": {"name": "lib", "version": ""},
        }
    server.answers[f"/sonde/traces/{TRACE_ID}"] = answer
    out = sonde("trace", TRACE_ID, "--span", "c0ffee", "--url", server.url).out
    assert out.splitlines()[0] == "payment POST /charge  310ms"
    assert "Event exception +702ms" in out
    assert "  host.name     node-1\n" in out
    missing = sonde("trace", TRACE_ID, "--span", "ffffffffffffffff0", "--url", server.url)
    assert missing.code == NotFoundError.traits.exit_code


def test_a_trace_that_is_not_there(server, sonde):
    ended = sonde("trace", "abc", "--url", server.url)
    assert ended.code == NotFoundError.traits.exit_code
    assert ended.err == "sonde: nothing at /sonde/traces/abc\n       Look elsewhere.\n"


def test_logs_stand_oldest_first_with_further_lines_indented(server, sonde):
    server.answers["/sonde/logs"] = {"logs": [RECORD, {**RECORD, "severity": "INFO", "body": {"a": 1}}], "next": None}
    out = sonde("logs", "--url", server.url, "--severity", "info", "-a").out.splitlines()
    assert out[0] == '12:00:00.125 INFO  payment {"a":1}'
    assert out[3:] == [
        "12:00:00.125 WARN  payment retrying",
        "             once more",
        "             attempt=2",
        f"             trace_id={TRACE_ID}",
    ]
    assert server.asked[0].query["severity"] == ["info"]


def test_logs_of_a_trace_are_of_any_time(server, sonde):
    server.answers["/sonde/logs"] = {"logs": [], "next": None}
    sonde("logs", "--url", server.url, "--trace", TRACE_ID)
    assert "start" not in server.asked[0].query


def test_logs_go_on_with_new_ones(server, sonde):
    server.answers["/sonde/logs"] = {"logs": [RECORD], "next": None}
    server.answers["/sonde/logs/follow"] = (
        200,
        {},
        json.dumps({**RECORD, "body": "new"}).encode() + b"\n" + b'{"heartbeat":1}\n',
    )
    bodies = [
        line["body"] for line in lines(sonde("logs", "-f", "--url", server.url, "--service", "payment", "--json").out)
    ]
    assert bodies == [RECORD["body"], "new"]
    assert server.asked[1].query == {"service": ["payment"]}


def test_metrics_listed_and_drawn(server, sonde):
    server.answers["/sonde/metrics"] = {"metrics": [METRIC]}
    server.answers["/sonde/metrics/series"] = SERIES
    assert "http.server.requests" in sonde("metrics", "--url", server.url).out
    ended = sonde("metrics", "http.server.requests", "--aggregation", "rate", "-g", "http.route", "--url", server.url)
    assert server.asked[1].query["group_by"] == ["http.route"]
    assert ended.out.count("┤") == 3 * 6
    assert "last 39/s  least 0/s  most 39/s" in ended.out
    assert "2 more series" in ended.err
    assert len(lines(sonde("metrics", "http.server.requests", "--json", "--url", server.url).out)) == 8


def test_sql_as_a_table_and_as_lines(server, sonde, monkeypatch):
    rows = b'{"name":"a","spans":1}\n{"name":"b\\nb","spans":20}\n'
    server.answers["/sonde/sql"] = (200, {}, rows)
    ended = sonde("sql", "SELECT 1", "--limit", "5", "--url", server.url)
    assert [line.split() for line in ended.out.splitlines()] == [["name", "spans"], ["a", "1"], ["b⏎b", "20"]]
    assert json.loads(server.asked[0].body) == {"query": "SELECT 1", "limit": 5}
    assert sonde("sql", "--json", "SELECT 1", "--url", server.url).out.encode() == rows
    assert sonde("sql", " ", "--url", server.url).code == 65


@pytest.mark.parametrize(
    "arguments", [["traces"], ["trace", TRACE_ID], ["trace", TRACE_ID, "--span", "c0"], ["logs", "-a"], ["sql", "x"]]
)
def test_what_senders_wrote_cannot_steer_the_terminal(server, sonde, arguments):
    evil = "\x1b]0;owned\x07\x9b2J\u202ereversed"
    answer = checkout()
    for span in answer["spans"]:
        span |= {
            "name": evil,
            "attributes": {evil: evil},
            "resource": {evil: evil},
            "scope": {"name": evil},
            "service": evil,
        }
    server.answers |= {
        "/sonde/traces": {"traces": [{**SUMMARY, "root_name": evil}], "next": None},
        f"/sonde/traces/{TRACE_ID}": {**answer, "services": [evil]},
        "/sonde/logs": {"logs": [{**RECORD, "body": evil, "attributes": {evil: evil}}], "next": None},
        "/sonde/sql": (200, {}, json.dumps({evil: evil}).encode()),
    }
    out = sonde(*arguments, "--url", server.url).out
    assert "owned" in out
    assert not set(out) & set("\x1b\x07\x9b\u202e")


def test_colour_only_where_it_is_wanted(server, sonde, monkeypatch):
    server.answers[f"/sonde/traces/{TRACE_ID}"] = checkout()
    assert "\x1b[" not in sonde("trace", TRACE_ID, "--url", server.url).out
    monkeypatch.delenv("NO_COLOR")
    assert "\x1b[" not in sonde("trace", TRACE_ID, "--url", server.url).out, "a pipe gets no colour"
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[31m" in sonde("trace", TRACE_ID, "--url", server.url).out
