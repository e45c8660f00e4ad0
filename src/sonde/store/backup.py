"""Every tenant's database into a directory, and back.

    DIR/sonde-backup.json     the manifest: versions, tenants, rows of every table; written last
    DIR/TENANT/               ClickHouse's own backup of the tenant's database (`BACKUP DATABASE ... TO File`)

The engine copies its files as they lie, so rollups, skip indexes and codecs come back as they were and nothing is inserted
again. A directory without a manifest is a backup that did not end, and is refused.

Restoring: the schema's version must be known here; databases that hold rows are refused, or with `replace` set aside under
another name (`replaced_...`), and only removed when what was restored has the manifest's numbers of rows. If anything
fails before, what was there is put back. A restore that was killed is repeated; it finds what was set aside, and puts it
back first. The schema is then brought forward, where this Sonde is newer than the backup.

Counting: numbers of rows before and after the backup are noted, and the restored number must lie between them; they are the
same where nobody wrote meanwhile. Tables that merge rows are counted as if merged.

Not promised
    - One moment for all tables, while somebody writes: each table is whole by itself.
    - The journal: what was accepted and not yet stored when the backup was taken is not in it. Engine memory of
      deduplication tokens is not in it either, so don't restore under a journal whose last segments are half taken.
    - With a ClickHouse server, that DIR is on this machine: the server writes to DIR on its own, where its configuration must
      allow it (`backups.allowed_path`); the manifest is written here. Clusters are refused: their backups need shared
      storage, and the administrator's `BACKUP ... ON CLUSTER`.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sonde import __version__
from sonde.core.clock import SYSTEM_CLOCK
from sonde.core.errors import CorruptError, InUseError, NotFoundError, StorageError, UnsupportedError
from sonde.store.migrate import applied, migrate
from sonde.store.render import versions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sonde.core.clock import Clock
    from sonde.store.engine import Engine
    from sonde.store.store import Store

__all__ = ["MANIFEST", "Manifest", "Saved", "backup", "read_manifest", "restore"]

MANIFEST = "sonde-backup.json"
_FORMAT = 1
_POLL_S = 0.1
_RUNNING = frozenset({"CREATING_BACKUP", "RESTORING"})
_ENDED = frozenset({"BACKUP_CREATED", "RESTORED"})


@dataclass(frozen=True, slots=True)
class Saved:
    """One tenant's database in a backup.

    Attributes:
        tenant: the tenant.
        database: what its database was called.
        schema: the schema's version.
        rows: by table the number of rows just before and just after the backup.
    """

    tenant: str
    database: str
    schema: int
    rows: dict[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds.

    Attributes:
        sonde: version of the Sonde that made it.
        engine: version of the engine.
        taken: when, RFC 3339.
        tenants: every tenant's database.
    """

    sonde: str
    engine: str
    taken: str
    tenants: tuple[Saved, ...]


def _silent(_: str) -> None:
    pass


def backup(
    store: Store, directory: Path, *, clock: Clock = SYSTEM_CLOCK, progress: Callable[[str], None] = _silent
) -> Manifest:
    """Copy every tenant's database.

    Args:
        store: the open store.
        directory: where to; missing or empty.
        clock: what time it is.
        progress: called with each tenant's name before its turn.

    Raises:
        InUseError: the directory has something in it.
        UnsupportedError: the store is a cluster.
        StorageError: the engine or the disk would not; the directory is then not a backup.
    """
    _refuse_cluster(store)
    directory = directory.absolute()
    try:
        directory.mkdir(parents=True, exist_ok=True)
        if any(directory.iterdir()):
            raise InUseError(f"{directory} is not empty; a backup goes into a directory of its own")
    except OSError as error:
        raise StorageError(f"{directory} cannot be used: {error}") from error
    saved = []
    for tenant in store.tenants():
        progress(tenant)
        saved.append(_save(store, tenant, directory))
    taken = datetime.fromtimestamp(clock.now_ns() // 10**9, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    engine = str(store.engine.query("SELECT version() AS version")[0]["version"])
    manifest = Manifest(__version__, engine, taken, tuple(saved))
    _write(directory, manifest)
    return manifest


def restore(
    store: Store, directory: Path, *, replace: bool = False, progress: Callable[[str], None] = _silent
) -> Manifest:
    """Bring back every tenant's database.

    Args:
        store: the open store; nobody else writes to it.
        directory: a backup.
        replace: whether databases that hold rows are replaced.
        progress: called with each tenant's name before its turn.

    Raises:
        NotFoundError: the directory is not a backup.
        InUseError: there are rows, and `replace` was not said.
        UnsupportedError: the store is a cluster, or a newer Sonde made the backup.
        CorruptError: what came back has not the manifest's numbers of rows; what was there before is there again.
        StorageError: the engine would not.
    """
    _refuse_cluster(store)
    directory = directory.absolute()
    manifest = read_manifest(directory)
    if any(saved.schema > max(versions()) for saved in manifest.tenants):
        raise UnsupportedError(f"the backup was made by Sonde {manifest.sonde}, whose tables this one does not know")
    names = [store.database(saved.tenant) for saved in manifest.tenants]
    for name in names:
        _put_back(store.engine, name)
    if not replace and (full := [name for name in names if _holds_rows(store.engine, name)]):
        raise InUseError(f"there are rows already in {', '.join(full)}; say --replace to put the backup in their place")
    for saved in manifest.tenants:
        progress(saved.tenant)
        _bring_back(store, saved, directory)
    return manifest


def read_manifest(directory: Path) -> Manifest:
    """What a backup holds.

    Raises:
        NotFoundError: there is no manifest: the directory is not a backup, or one that did not end.
        CorruptError: it is not one that this Sonde can read.
    """
    path = directory / MANIFEST
    try:
        told: Any = json.loads(path.read_bytes())
        if told["format"] != _FORMAT:
            raise CorruptError(f"{path} has format {told['format']}, this Sonde reads {_FORMAT}")
        tenants = [
            Saved(
                one["tenant"],
                one["database"],
                int(one["schema"]),
                {table: (int(low), int(high)) for table, (low, high) in one["rows"].items()},
            )
            for one in told["tenants"]
        ]
        return Manifest(told["sonde"], told["engine"], told["taken"], tuple(tenants))
    except FileNotFoundError:
        raise NotFoundError(f"{directory} is not a backup, or one that did not end: it has no {MANIFEST}") from None
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {error}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise CorruptError(f"{path} is damaged: {error}") from error


def _save(store: Store, tenant: str, directory: Path) -> Saved:
    database = store.database(tenant)
    before = _rows(store.engine, database)
    _long(store.engine, f"BACKUP DATABASE `{database}` TO {_file(directory / tenant)}")
    after = _rows(store.engine, database)
    rows = {table: (min(count, after[table]), max(count, after[table])) for table, count in before.items()}
    return Saved(tenant, database, max(applied(store.engine, store.place(tenant))), rows)


def _bring_back(store: Store, saved: Saved, directory: Path) -> None:
    """One tenant's database; what was there is set aside until the new one was counted."""
    engine, name = store.engine, store.database(saved.tenant)
    if _exists(engine, name):
        engine.command(f"RENAME DATABASE `{name}` TO `{_aside(name)}`")
    try:
        _long(engine, f"RESTORE DATABASE `{saved.database}` AS `{name}` FROM {_file(directory / saved.tenant)}")
        _verify(saved, _rows(engine, name))
        migrate(engine, store.place(saved.tenant))
    except BaseException:
        _put_back(engine, name)
        raise
    engine.command(f"DROP DATABASE IF EXISTS `{_aside(name)}` SYNC")


def _put_back(engine: Engine, name: str) -> None:
    """Undo a restore that did not end: what was set aside is in its place again."""
    if _exists(engine, _aside(name)):
        engine.command(f"DROP DATABASE IF EXISTS `{name}` SYNC")
        engine.command(f"RENAME DATABASE `{_aside(name)}` TO `{name}`")


def _verify(saved: Saved, rows: dict[str, int]) -> None:
    wrong = [
        f"{table} has {rows.get(table, 0):,} rows instead of {high:,}"
        for table, (low, high) in saved.rows.items()
        if not low <= rows.get(table, 0) <= high
    ]
    if wrong:
        raise CorruptError(f"the backup of tenant {saved.tenant!r} did not come back whole: {'; '.join(wrong)}")


def _rows(engine: Engine, database: str) -> dict[str, int]:
    """Rows by table; rows that are about to be merged into one count as one."""
    tables = engine.query(
        "SELECT name, engine FROM system.tables WHERE database = {database:String} AND engine LIKE '%MergeTree'",
        {"database": database},
    )
    counts = {}
    for table in tables:
        final = "" if table["engine"] in {"MergeTree", "ReplicatedMergeTree"} else "FINAL"
        counted = engine.query(f"SELECT count() AS n FROM `{database}`.`{table['name']}` {final}")  # noqa: S608  own names
        counts[str(table["name"])] = int(counted[0]["n"])
    return counts


def _holds_rows(engine: Engine, database: str) -> bool:
    rows = engine.query(
        "SELECT count() AS n FROM system.parts WHERE active AND rows > 0 AND table != 'sonde_schema'"
        " AND database = {database:String}",
        {"database": database},
    )
    return bool(rows[0]["n"])


def _exists(engine: Engine, database: str) -> bool:
    rows = engine.query("SELECT count() AS n FROM system.databases WHERE name = {name:String}", {"name": database})
    return bool(rows[0]["n"])


def _aside(database: str) -> str:
    """A name that is no tenant's: tenants' databases begin with the default tenant's name."""
    return f"replaced_{database}"


def _file(path: Path) -> str:
    quoted = str(path).replace("\\", "\\\\").replace("'", "\\'")
    return f"File('{quoted}')"


def _long(engine: Engine, sql: str) -> None:
    """Run a backup or restore in the engine's background, for it may take longer than a connection lives."""
    number = engine.query(f"{sql} ASYNC")[0]["id"]
    while True:
        found = engine.query(
            "SELECT toString(status) AS status, error FROM system.backups WHERE id = {id:String}", {"id": number}
        )
        status = found[0]["status"] if found else "lost: the engine was restarted"
        if status in _ENDED:
            return
        if status not in _RUNNING:
            raise StorageError(f"the engine did not end it ({status}): {found[0]['error'] if found else ''}")
        time.sleep(_POLL_S)


def _refuse_cluster(store: Store) -> None:
    if store.url.cluster:
        raise UnsupportedError(
            "a cluster is backed up by its administrator: BACKUP DATABASE ... ON CLUSTER to storage that every node sees"
        )


def _write(directory: Path, manifest: Manifest) -> None:
    told = {"format": _FORMAT, **asdict(manifest)}
    fresh = directory / f"{MANIFEST}.tmp"
    try:
        os.sync()  # the engine's files first: a manifest says that they are there
        with fresh.open("w") as file:
            json.dump(told, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(directory / MANIFEST)
        os.sync()
    except OSError as error:
        raise StorageError(f"{directory} cannot be written: {error}") from error
