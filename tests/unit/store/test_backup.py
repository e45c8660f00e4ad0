"""A backup is worth what its restore brings back, rollups included, and a failed restore must not cost what was there."""

import json
import shutil

import pytest

from sonde.core.clock import ManualClock
from sonde.core.errors import CorruptError, InUseError, NotFoundError, StorageError, UnsupportedError
from sonde.query import Query
from sonde.store import backup, read_manifest, restore
from sonde.store.backup import MANIFEST
from sonde.store.edges import Edges
from stored import T0, Desk, opened

MINUTES_LATER = T0 // 10**9 + 600
TABLES = ("otel_traces", "sonde_red", "otel_traces_trace_id_ts", "otel_logs", "otel_metrics_sum", "sonde_attributes")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Two tenants; the default one has telemetry of every kind."""
    with opened(tmp_path_factory.mktemp("store")) as store:
        desk = Desk(store, "default")
        desk.spans({"trace": 1, "id": 1, "kind": 3, "ms": 7, "attributes": {"db.system": "redis"}}, service="web")
        desk.spans({"trace": 2, "id": 1, "kind": 2, "status": 2}, {"trace": 2, "id": 2, "parent": 1}, service="cart")
        desk.logs({"body": "one"}, {"body": "two"})
        desk.metric("hits", "sum", [{"at_s": 1, "as_int": 3}])
        Edges(store, "default").step(MINUTES_LATER)
        Desk(store, "acme").logs({"body": "of acme"})
        yield store


@pytest.fixture(scope="module")
def full(store, tmp_path_factory):
    """A backup of that, taken before any test changes it."""
    directory = tmp_path_factory.mktemp("backup")
    backup(store, directory, clock=ManualClock(T0))
    return directory


def altered(full, tmp_path, change):
    """The default tenant's part of the backup, with another manifest."""
    shutil.copytree(full / "default", tmp_path / "default")
    told = json.loads((full / MANIFEST).read_text())
    told["tenants"] = [one for one in told["tenants"] if one["tenant"] == "default"]
    change(told["tenants"][0])
    (tmp_path / MANIFEST).write_text(json.dumps(told))
    return tmp_path


def contents(store, tenant="default"):
    query = Query(store, tenant)
    counts = [store.engine.query(f"SELECT count() AS n FROM {store.table(tenant, table)} FINAL")[0]["n"]
              for table in TABLES if not table.startswith("otel_") or table.endswith("_ts")]  # fmt: skip
    return counts, query.services(), query.edges(), {one.name for one in query.tables()}


def spans(store, tenant="default"):
    return store.engine.query(f"SELECT count() AS n FROM {store.table(tenant, 'otel_traces')}")[0]["n"]


def add(store, name, tenant="default"):
    Desk(store, tenant).spans({"trace": 9, "id": 1}, service=name)


def test_a_round_trip_brings_everything_back(store, full):
    before = {tenant: contents(store, tenant) for tenant in ("default", "acme")}
    manifest = read_manifest(full)
    assert manifest.taken == "2025-10-09T08:54:00Z"
    assert [one.tenant for one in manifest.tenants] == ["acme", "default"]
    assert manifest.tenants[1].rows["otel_traces"] == (3, 3)
    for database in ("otel", "otel_acme"):
        store.engine.command(f"DROP DATABASE {database} SYNC")
    assert restore(store, full) == manifest
    assert {tenant: contents(store, tenant) for tenant in ("default", "acme")} == before
    assert [edge.server for edge in Query(store).edges()] == ["redis"]
    add(store, "new")
    assert {one.name for one in Query(store).services()} == {"web", "cart", "new"}, "the restored views go on"


def test_rows_are_replaced_only_when_that_is_said(store, full):
    add(store, "later", "acme")
    with pytest.raises(InUseError, match=r"otel_acme.*--replace"):
        restore(store, full)
    assert spans(store, "acme") == 1
    restore(store, full, replace=True)
    assert (spans(store), spans(store, "acme")) == (3, 0)


def test_a_backup_that_does_not_come_back_whole_leaves_what_was_there(store, full, tmp_path):
    short = altered(full, tmp_path, lambda told: told["rows"].update(otel_logs=[5, 5]))
    add(store, "later")
    there = spans(store)
    with pytest.raises(CorruptError, match="otel_logs has 2 rows instead of 5"):
        restore(store, short, replace=True)
    assert spans(store) == there
    add(store, "later still")
    assert {"later", "later still"} <= {one.name for one in Query(store).services()}, "and its views work"


def test_damaged_files_are_refused_and_cost_nothing(store, full, tmp_path):
    broken = altered(full, tmp_path, lambda _: None)
    there = spans(store)
    for part in (broken / "default").rglob("data.bin"):
        part.write_bytes(b"")
    with pytest.raises(StorageError):
        restore(store, broken, replace=True)
    assert spans(store) == there


def test_a_restore_that_was_killed_is_undone_by_the_next(store, full):
    there = spans(store)
    store.engine.command("RENAME DATABASE otel TO replaced_otel")
    with pytest.raises(InUseError):
        restore(store, full)
    assert spans(store) == there


def test_a_directory_that_is_not_empty_is_refused(store, tmp_path):
    (tmp_path / "mine").touch()
    with pytest.raises(InUseError, match="not empty"):
        backup(store, tmp_path)


def test_what_is_no_backup_is_refused(store, tmp_path):
    with pytest.raises(NotFoundError, match="did not end"):
        restore(store, tmp_path)
    (tmp_path / MANIFEST).write_text("{}")
    with pytest.raises(CorruptError, match="damaged"):
        restore(store, tmp_path)
    (tmp_path / MANIFEST).write_text('{"format": 9}')
    with pytest.raises(CorruptError, match="format 9"):
        restore(store, tmp_path)


def test_a_newer_backup_is_refused(store, full, tmp_path):
    with pytest.raises(UnsupportedError, match="does not know"):
        restore(store, altered(full, tmp_path, lambda told: told.update(schema=99)), replace=True)
