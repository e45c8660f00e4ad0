"""The store over HTTP: the same calls, schema and rows as in process.

Against a real ClickHouse server where SONDE_TEST_CLICKHOUSE names one (`clickhouse://user:password@host:port`); otherwise
against a small HTTP door in front of the embedded engine in a process of its own (`engine_door`), which tests the client's
HTTP path and not a server.
"""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from sonde.core.errors import NetworkError
from sonde.core.signal import Signal
from sonde.store import EngineError, Landing, open_store
from unit.store.requests import NOW, Maker

ROOT = Path(__file__).resolve().parent.parent.parent
SERVER = os.environ.get("SONDE_TEST_CLICKHOUSE", "")


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    database = f"sonde_test_{uuid.uuid4().hex[:8]}"
    if SERVER:
        yield f"{SERVER.rstrip('/')}/{database}"
        return
    command = [sys.executable, "-m", "tests.e2e.engine_door", str(tmp_path_factory.mktemp("door"))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as door:
        yield f"clickhouse://127.0.0.1:{int(door.stdout.readline())}/{database}"
        door.stdin.close()
        door.wait(timeout=30)


@pytest.fixture(scope="module")
def store(url, tmp_path_factory):
    store = open_store(url, tmp_path_factory.mktemp("data"))
    yield store
    for tenant in store.tenants():
        store.engine.command(f"DROP DATABASE `{store.database(tenant)}`")
    store.close()


def count(store, table, tenant="default"):
    return store.engine.query(f"SELECT count() AS n FROM {store.table(tenant, table)}")[0]["n"]


@pytest.mark.parametrize("encode", [True, False], ids=["encoded", "decoded"])
@pytest.mark.parametrize("signal", list(Signal), ids=lambda signal: signal.value)
def test_segments_land_once(store, signal, encode):
    maker = Maker(signal.index)
    body = b"".join(getattr(maker, signal.value)() for _ in range(20))
    table = {Signal.TRACES: "otel_traces", Signal.LOGS: "otel_logs", Signal.METRICS: "otel_metrics_sum"}[signal]
    before = count(store, table)
    for _ in range(2):
        Landing(store, encode=encode).land(signal, "default", body, token=f"{signal}{encode}", created_ns=NOW)
    added = count(store, table) - before
    assert added > 0
    Landing(store, encode=encode).land(signal, "default", body, token=f"{signal}{encode} again", created_ns=NOW)
    assert count(store, table) - before == 2 * added


def test_rows_parameters_settings_and_streams(store):
    assert store.engine.query("SELECT {s:String} AS s", {"s": "it's ✓"}, settings={"max_threads": 1}) == [
        {"s": "it's ✓"}
    ]
    assert b"".join(store.engine.stream("SELECT number AS n FROM numbers(3)", "JSONEachRow")).count(b"\n") == 3
    with pytest.raises(EngineError, match="nothing_here") as caught:
        store.engine.query("SELECT * FROM nothing_here")
    assert caught.value.code == 60


def test_tenants_have_databases_of_their_own(store):
    store.ensure_tenant("blue")
    assert store.tenants() == ["blue", "default"]
    assert count(store, "otel_traces", "blue") == 0


def test_a_server_that_is_away_may_come_back(tmp_path):
    with pytest.raises(NetworkError) as caught:
        open_store("clickhouse://127.0.0.1:9", tmp_path)
    assert caught.value.traits.retryable
