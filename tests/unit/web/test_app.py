"""What holds for every answer: headers, the one shape of errors, the description, health."""

import asyncio
import json
import logging
from dataclasses import replace

import pytest
from fastapi import APIRouter

from sonde.query import LogSearch, Query
from sonde.web.api.logs import _lines
from sonde.web.headers import SECURITY_HEADERS
from stored import T0


def test_the_root_is_a_page(ask):
    answer = ask("/")
    assert answer.headers["content-type"].startswith("text/html")
    assert "Sonde" in answer.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/healthz", 200),
        ("/sonde/services", 200),
        ("/nosuch", 404),
        ("/sonde/traces?limit=x", 400),
        ("/openapi.json", 200),
    ],
)
def test_every_answer_has_the_security_headers(ask, path, status):
    answer = ask(path, status=status)
    for name, value in SECURITY_HEADERS.items():
        assert answer.headers[name] == value


def test_a_defect_is_logged_and_not_shown(app, ask, caplog):
    router = APIRouter()

    @router.get("/broken")
    def broken():
        raise RuntimeError("secret detail")

    app.include_router(router)
    with caplog.at_level(logging.ERROR, "sonde.web"):
        answer = ask("/broken", status=500)
    assert answer.json["error"]["category"] == "internal"
    assert "secret" not in answer.text
    assert "secret detail" in caplog.text


def test_a_wrong_method_is_405_in_the_same_shape(ask):
    assert (
        ask("/sonde/services", method="DELETE", status=405)
        .json["error"]["message"]
        .startswith("DELETE /sonde/services")
    )


def test_everything_is_described(ask):
    described = ask("/openapi.json").json
    for path, methods in described["paths"].items():
        for method in methods.values():
            assert method.get("description"), path
            if path.startswith("/sonde"):
                for parameter in method.get("parameters", ()):
                    assert parameter.get("description") or parameter["schema"].get("description"), (
                        path,
                        parameter["name"],
                    )
    assert {"/sonde/services", "/sonde/operations", "/sonde/edges", "/sonde/traces", "/sonde/traces/{trace_id}", "/sonde/logs", "/sonde/logs/histogram",
            "/sonde/logs/context", "/sonde/logs/follow", "/sonde/metrics", "/sonde/metrics/series", "/sonde/attributes", "/sonde/attributes/values",
            "/sonde/sql", "/sonde/stats", "/healthz", "/readyz", "/api/traces", "/api/v3/traces"} <= set(described["paths"])  # fmt: skip


def test_readiness_names_the_part_that_is_down(ask, parts):
    assert ask("/readyz").json["ready"] is True
    parts["door-0"] = {"ready": False, "trouble": "it stopped answering"}
    report = ask("/readyz", status=503).json
    assert report["degraded"] == ["door-0"]
    assert report["parts"]["door-0"] == {"ready": False, "trouble": "it stopped answering", "note": ""}
    assert ask("/healthz").json == {"status": "ok"}


def test_a_store_that_is_behind_is_ready_and_says_so(ask, parts):
    parts["store"]["note"] = "35.0s behind, 9 segments wait"
    report = ask("/readyz").json
    assert (report["ready"], report["parts"]["store"]["note"]) == (True, "35.0s behind, 9 segments wait")


def test_before_the_store_is_open(app, ask):
    app.state.parts = replace(app.state.parts, store=None)
    error = ask("/sonde/services", status=503)
    assert error.json["error"]["category"] == "unavailable"
    assert error.headers["retry-after"] == "1"
    assert ask("/sonde/stats").json["tables"] == []


def test_stats_have_tables_and_parts(ask, desk):
    desk.spans({"id": 1, "trace": 77})
    answer = ask("/sonde/stats").json
    tables = {table["name"]: table for table in answer["tables"]}
    assert tables["otel_traces"]["rows"] >= 1
    assert tables["otel_traces"]["bytes_on_disk"] > 0
    assert answer["parts"]["store"]["ingest"] == {"lag_s": 0.2}


class Client:
    """A request whose client goes away after some looks."""

    def __init__(self, looks):
        self.looks = looks

    async def is_disconnected(self):
        self.looks -= 1
        return self.looks < 0


def test_followed_lines_end_when_the_client_goes(desk, store, monkeypatch):
    monkeypatch.setattr("sonde.web.api.logs.POLL_EVERY_S", 0.0)
    monkeypatch.setattr("sonde.web.api.logs.KEEP_ALIVE_S", 0.0)
    follower = Query(store).follow_logs(LogSearch(service="followed"))
    desk.logs({"body": "one"}, {"body": "two", "at_ms": 1}, service="followed")

    async def read():
        return b"".join([piece async for piece in _lines(Client(3), follower, 0)])

    lines = [json.loads(line) for line in asyncio.run(read()).splitlines()]
    assert [line.get("body") for line in lines] == ["one", "two", None, None]
    assert lines[0]["time_ns"] == str(T0)
