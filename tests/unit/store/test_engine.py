"""The engine's pool and errors, one holder per directory, and the schema's way forward."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from sonde.core.errors import InUseError, StorageError, UnavailableError, ValidationError
from sonde.store import EngineError, Store, open_store, parse_url
from sonde.store.migrate import applied, migrate
from stored import opened


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("engine")) as store:
        yield store


def test_rows_parameters_and_settings(store):
    rows = store.engine.query(
        "SELECT {n:UInt8} AS n, {s:String} AS s, getSetting('max_block_size') AS b",
        {"n": 7, "s": "it's \\ ✓"},
        settings={"max_block_size": 77},
    )
    assert rows == [{"n": 7, "s": "it's \\ ✓", "b": 77}]


def test_no_rows(store):
    assert store.engine.query("SELECT number FROM numbers(0)") == []


def test_streams_come_in_pieces(store):
    pieces = store.engine.stream("SELECT number FROM numbers(200000)", "TabSeparated")
    first = next(pieces)
    assert first.startswith(b"0\n1\n")
    assert (first + b"".join(pieces)).count(b"\n") == 200_000


def test_an_abandoned_stream_gives_its_client_back(store):
    for _ in range(20):
        next(store.engine.stream("SELECT number FROM numbers(1000000)", "TabSeparated"))
    assert store.engine.query("SELECT 1 AS n") == [{"n": 1}]


def test_an_error_says_the_engines_words_and_number(store):
    with pytest.raises(EngineError, match="no_such_table") as caught:
        store.engine.query("SELECT * FROM no_such_table")
    assert caught.value.code == 60
    assert store.engine.query("SELECT 1 AS n") == [{"n": 1}]


def test_many_ask_at_once(store):
    results, threads = [], []
    for number in range(12):
        thread = threading.Thread(
            target=lambda n=number: results.append(
                store.engine.query("SELECT {n:UInt8} + sum(number) AS n FROM numbers(100000)", {"n": n})[0]["n"]
            )
        )
        threads.append(thread)
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [4999950000 + number for number in range(12)]


def test_a_directory_has_one_holder(store):
    with pytest.raises(InUseError, match=r"held by process \d+"):
        open_store(f"chdb://{store.url.directory}", store.url.directory)


def test_the_holder_is_named_to_another_process(store):
    code = f"from sonde.store.hold import Hold; from pathlib import Path; Hold(Path({str(store.url.directory)!r}))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "InUseError" in ran.stderr
    assert "held by process" in ran.stderr


def test_migrating_again_does_nothing(store):
    assert migrate(store.engine, store.place("default")) == []
    assert applied(store.engine, store.place("default")) == {1, 2, 3, 4, 5}


def test_a_cut_short_migration_is_done_again(store):
    store.ensure_tenant("cut")
    store.engine.command("ALTER TABLE otel_cut.sonde_schema DELETE WHERE version > 2", settings={"mutations_sync": 2})
    store.engine.command("DROP TABLE otel_cut.sonde_attributes")
    assert migrate(store.engine, store.place("cut")) == [3, 4, 5]
    assert store.engine.query("SELECT count() AS n FROM otel_cut.sonde_attributes") == [{"n": 0}]


def test_a_newer_schema_is_refused(store):
    store.ensure_tenant("newer")
    store.engine.command("INSERT INTO otel_newer.sonde_schema (version, file) VALUES (999, 'x')")
    with pytest.raises(StorageError, match="999"):
        migrate(store.engine, store.place("newer"))
    store.engine.command("DROP DATABASE otel_newer")


def test_a_gateway_keeps_nothing(tmp_path):
    store = open_store("none", tmp_path)
    assert store.is_none
    with pytest.raises(UnavailableError, match="--store none"):
        _ = store.engine
    store.close()


def test_databases_of_tenants(tmp_path):
    store = Store(parse_url("clickhouse://h/traces", tmp_path), None)
    assert store.database("default") == "traces"
    assert store.database("blue") == "traces_blue"
    with pytest.raises(ValidationError, match="tenant"):
        store.database("no-good")


def test_rates_are_kept_by_version_too(store):
    store.ensure_tenant("versions")
    store.engine.command(
        "INSERT INTO otel_versions.otel_traces (Timestamp, ServiceName, ResourceAttributes) VALUES"
        " (1760000040, 'web', {'service.version': '2.5.0'}), (1760000041, 'web', {'service.version': '2.4.1'}),"
        " (1760000042, 'web', {})"
    )
    rows = store.engine.query(
        "SELECT ServiceVersion AS v, sum(Spans) AS n FROM otel_versions.sonde_red GROUP BY v ORDER BY v"
    )
    assert [(row["v"], int(row["n"])) for row in rows] == [("", 1), ("2.4.1", 1), ("2.5.0", 1)]
