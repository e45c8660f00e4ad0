"""The schema's versions: each SQL file is applied once per database, in order, and never backwards.

State: `sonde_schema`, one row per applied version. Every statement of a file says IF NOT EXISTS, so a file whose
application was cut short is simply applied again. A database that a newer Sonde has migrated is refused, because this
one does not know what its tables mean.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sonde.core.errors import StorageError
from sonde.store.render import render, versions

if TYPE_CHECKING:
    from sonde.store.engine import Engine
    from sonde.store.render import Place

__all__ = ["applied", "migrate", "prepare_decoding"]


def applied(engine: Engine, place: Place) -> set[int]:
    """The versions that a database has; empty when it has no schema."""
    known = engine.query(
        "SELECT count() AS n FROM system.tables WHERE database = {db:String} AND name = 'sonde_schema'",
        {"db": place.database},
    )
    if not known[0]["n"]:
        return set()
    rows = engine.query(f"SELECT DISTINCT version FROM `{place.database}`.sonde_schema")  # noqa: S608  a checked name
    return {int(row["version"]) for row in rows}


def migrate(engine: Engine, place: Place) -> list[int]:
    """Bring a database to this Sonde's schema, creating it where needed.

    Returns:
        The versions that were applied now.

    Raises:
        StorageError: a newer Sonde has written here, or the engine refused a statement.
    """
    known = versions()
    before = applied(engine, place)
    if newer := sorted(before - known.keys()):
        raise StorageError(
            f"database {place.database} has schema version {newer[-1]}, this Sonde knows up to {max(known)}; use the newer one"
        )
    missing = [version for version in sorted(known) if version not in before]
    if missing:
        _prepare(engine, place)
    for version in missing:
        for statement in render(known[version], place):
            engine.command(statement)
        engine.command(
            f"INSERT INTO `{place.database}`.sonde_schema (version, file) VALUES"  # noqa: S608  a checked name
            f" ({version}, '{known[version]}')"
        )
    return missing


def prepare_decoding(engine: Engine, place: Place) -> None:
    """Make the landing tables and views by which the engine decodes segments itself, where they are missing.

    They hold no data and are no version of the schema: a database has them only if it was ever written to without encoder.
    """
    for statement in render("decode.sql", place):
        engine.command(statement)


def _prepare(engine: Engine, place: Place) -> None:
    engine.command(f"CREATE DATABASE IF NOT EXISTS `{place.database}`{place.on_cluster}")
    table = f"`{place.database}`.sonde_schema{place.on_cluster}"
    replicated = "Replicated" if place.cluster else ""
    engine.command(
        f"CREATE TABLE IF NOT EXISTS {table} (version UInt32, file String, applied DateTime DEFAULT now()) "
        f"ENGINE = {replicated}MergeTree ORDER BY version"
    )
