"""`sonde store`: what an administrator types at night; every command says what it did, and none hurts a running server."""

from __future__ import annotations

import json

import pytest

from sonde.core.errors import InUseError, NotFoundError, UnsupportedError
from sonde.store import open_store
from stored import Desk

DAY_MS = 86_400_000


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A data directory with spans of two days in its store, in several parts."""
    directory = tmp_path_factory.mktemp("data")
    store = open_store("", directory)
    desk = Desk(store, "default")
    desk.spans({"trace": 1, "id": 1}, service="web")
    desk.spans({"trace": 2, "id": 1}, service="web")
    desk.spans({"trace": 3, "id": 1, "at_ms": -2 * DAY_MS}, service="web")
    store.close()
    return directory


@pytest.fixture(autouse=True)
def _nowhere(monkeypatch, tmp_path):
    """No server answers, and nothing is in the current directory."""
    monkeypatch.setenv("SONDE_URL", "http://127.0.0.1:9")
    monkeypatch.chdir(tmp_path)


def lines(ended):
    assert ended.code == 0, ended.err
    return [json.loads(line) for line in ended.out.splitlines()]


def stats(sonde, *options):
    return {row["table"]: row for row in lines(sonde("store", "stats", "--json", *options))}


def test_stats_of_a_store_that_no_server_holds(sonde, data):
    spans = stats(sonde, "--data", str(data))["otel_traces"]
    assert (spans["tenant"], spans["rows"], spans["parts"]) == ("default", 3, 3)
    assert (spans["oldest"][:10], spans["newest"][:10]) == ("2025-10-07", "2025-10-09")
    assert spans["bytes_per_row"] == round(spans["bytes"] / 3, 1)
    shown = sonde("store", "stats", "--data", str(data)).out
    assert "otel_traces " in shown
    assert "PER ROW" in shown
    assert max(len(line) for line in shown.splitlines()) <= 80


def test_stats_of_a_running_server(sonde, server, monkeypatch):
    table = {
        "name": "otel_logs", "rows": 4, "bytes_on_disk": 100, "bytes_uncompressed": 400, "parts": 1,
        "oldest": "2026-03-01T12:00:00.000000000Z", "newest": "",
    }  # fmt: skip
    server.answers["/sonde/stats"] = {"tenant": "default", "tables": [table], "parts": {}}
    monkeypatch.setenv("SONDE_URL", server.url)
    (row,) = lines(sonde("store", "stats", "--json"))
    assert (row["table"], row["rows"], row["bytes_per_row"]) == ("otel_logs", 4, 25.0)


def test_a_held_store_is_left_alone(sonde, data):
    holder = open_store("", data)
    try:
        refused = sonde("store", "optimize", "--data", str(data))
    finally:
        holder.close()
    assert refused.code == InUseError.traits.exit_code
    assert "is held by process" in refused.err
    assert "Stop that server first" in refused.err


def test_a_store_that_is_not_there_is_not_made(sonde, tmp_path):
    refused = sonde("store", "stats", "--data", str(tmp_path))
    assert refused.code == NotFoundError.traits.exit_code
    assert "there is no store in" in refused.err
    assert list(tmp_path.iterdir()) == []


def test_a_gateway_has_no_store(sonde):
    assert sonde("store", "optimize", "--store", "none").code == UnsupportedError.traits.exit_code


def test_backup_optimize_retention_restore(sonde, data, tmp_path):
    where = ("--data", str(data))
    (saved,) = lines(sonde("store", "backup", str(tmp_path / "backup"), "--json", *where))
    assert saved["rows"]["otel_traces"] == 3

    merged = {row["table"]: row for row in lines(sonde("store", "optimize", "--final", "--json", *where))}
    assert (merged["otel_traces"]["parts_before"], merged["otel_traces"]["parts_after"]) == (3, 2)

    config = tmp_path / "sonde.yaml"
    config.write_text("store:\n  retention:\n    traces: 0s\n    traces_max: 1B\n")
    plan = ("store", "retention", "--config", str(config), *where)
    would = lines(sonde(*plan, "--json"))
    assert {(row["table"], row["reason"]) for row in would} == {("otel_traces", "bytes"), ("sonde_red", "bytes")}
    assert {row["day"] for row in would} == {"2025-10-07", "2025-10-09"}
    assert "would be dropped" in sonde(*plan).err
    assert "dropped" in sonde(*plan, "--apply").err
    assert "otel_traces" not in stats(sonde, *where)
    assert "nothing is beyond its limit" in sonde(*plan).err

    assert "3 records" in sonde("store", "restore", str(tmp_path / "backup"), *where).out
    assert stats(sonde, *where)["otel_traces"]["rows"] == 3
    assert sonde("store", "restore", str(tmp_path / "backup"), *where).code == InUseError.traits.exit_code
    assert sonde("store", "restore", str(tmp_path / "backup"), "--replace", *where).code == 0


def test_help_has_examples(sonde):
    assert "sonde store backup /backups" in sonde("store", "--help").out
