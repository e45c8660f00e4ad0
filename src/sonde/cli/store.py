"""`sonde store`: measure, tidy up, back up, restore, and apply retention.

The embedded engine belongs to one process. `stats` asks a running server, and opens the store itself where none runs; the
others open the store, so that a server with an embedded engine must be stopped first. With a ClickHouse server nothing
needs to stop.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from sonde.cli.failure import CommandError
from sonde.cli.output import Column, JsonFlag, clock_time, console, counted, note, print_json, print_table
from sonde.cli.remote import DEFAULT_URL, Remote, TenantOption, UrlOption
from sonde.cli.serve import settings_from
from sonde.core.errors import InUseError, NetworkError, NotFoundError, UnsupportedError
from sonde.core.units import format_count, format_size
from sonde.query import Query
from sonde.runtime.settings import Settings
from sonde.store import Drop, Manifest, Retention, Store, limits, open_store, parse_url
from sonde.store import backup as back_up
from sonde.store import restore as bring_back

__all__ = ["EXAMPLES", "app"]

EXAMPLES = """
sonde store stats
sonde store backup /backups/2026-03-01 --data /var/lib/sonde
sonde store restore /backups/2026-03-01 --data /var/lib/sonde --replace
sonde store optimize --final
sonde store retention --config sonde.yaml
sonde store retention --config sonde.yaml --apply
"""

app = typer.Typer(help="Measure the store, tidy it up, back it up, restore it.", no_args_is_help=True)

ConfigOption = Annotated[
    Path | None, typer.Option("--config", envvar="SONDE_CONFIG", metavar="FILE", help="The server's configuration.")
]
DataOption = Annotated[
    Path | None, typer.Option("--data", envvar="SONDE_DATA", metavar="DIR", help="The server's data directory.")
]
StoreOption = Annotated[
    str | None, typer.Option("--store", envvar="SONDE_STORE", metavar="URL", help="chdb:///DIR or clickhouse://….")
]


@app.command("stats")
def show_stats(
    *,
    config: ConfigOption = None,
    data: DataOption = None,
    store: StoreOption = None,
    tenant: TenantOption = None,
    url: UrlOption = DEFAULT_URL,
    as_json: JsonFlag = False,
) -> None:
    """Rows, bytes, parts and time range of every table: of a running server, or of the store where none runs."""
    rows = _asked(url, tenant) if not (config or data or store) else None
    if rows is None:
        try:
            with _opened(settings_from(config, {}, data=data, store=store)) as opened:
                rows = [row for name in opened.tenants() for row in _tables(name, _stats(opened, name))]
        except CommandError as error:
            if error.like is not InUseError or (rows := _asked(url, tenant)) is None:
                raise
    _show_stats(rows, as_json=as_json)


def _asked(url: str, tenant: str | None) -> list[dict[str, Any]] | None:
    """What a running server says of one tenant; None where none runs."""
    try:
        with Remote(url, tenant=tenant) as remote:
            answer = remote.get("/sonde/stats")
    except CommandError as error:
        if error.like is NetworkError:
            return None
        raise
    return _tables(answer["tenant"], answer["tables"])


def _stats(store: Store, tenant: str) -> list[dict[str, Any]]:
    return [asdict(one) for one in Query(store, tenant).tables()]


def _tables(tenant: str, tables: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "tenant": tenant,
            "table": one["name"],
            "rows": one["rows"],
            "bytes": one["bytes_on_disk"],
            "bytes_per_row": round(one["bytes_on_disk"] / one["rows"], 1) if one["rows"] else 0.0,
            "bytes_uncompressed": one["bytes_uncompressed"],
            "parts": one["parts"],
            "oldest": one["oldest"],
            "newest": one["newest"],
        }
        for one in tables
    ]


def _show_stats(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        for row in rows:
            print_json(row)
        return
    several = len({row["tenant"] for row in rows}) > 1
    columns = [Column("TABLE"), *(Column(title, justify="right") for title in ("ROWS", "SIZE", "PER ROW", "PARTS"))]
    columns += [Column("OLDEST"), Column("NEWEST")]
    print_table(
        ([Column("TENANT")] if several else []) + columns,
        [([row["tenant"]] if several else []) + _stat_cells(row) for row in rows],
    )
    rows_total, bytes_total = sum(row["rows"] for row in rows), sum(row["bytes"] for row in rows)
    note(f"{format_count(rows_total)} rows, {format_size(bytes_total)}")


def _stat_cells(row: Mapping[str, Any]) -> list[str]:
    times = [clock_time(row[name])[:14] if row[name] else "-" for name in ("oldest", "newest")]
    size, per_row = format_size(row["bytes"]), format_size(row["bytes_per_row"])
    return [row["table"], f"{row['rows']:,}", size, per_row, f"{row['parts']:,}", *times]


@app.command("optimize")
def optimize(
    *,
    final: Annotated[
        bool, typer.Option("--final", help="Merge every day into one part; reads and writes it all.")
    ] = False,
    config: ConfigOption = None,
    data: DataOption = None,
    store: StoreOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Merge parts now, instead of when the engine finds it worth while. Never needed; smaller and faster afterwards."""
    with _opened(settings_from(config, {}, data=data, store=store)) as opened:
        for tenant in opened.tenants():
            before = {one["name"]: one for one in _stats(opened, tenant)}
            for name in before:
                opened.engine.command(f"OPTIMIZE TABLE {opened.table(tenant, name)}{' FINAL' if final else ''}")
            for one in _stats(opened, tenant):
                _show_merged(tenant, before.get(one["name"], one), one, as_json=as_json)


def _show_merged(tenant: str, before: Mapping[str, Any], after: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        figures = {f"{name}_{when}": one[key] for when, one in (("before", before), ("after", after))
                   for name, key in (("parts", "parts"), ("bytes", "bytes_on_disk"))}  # fmt: skip
        print_json({"tenant": tenant, "table": after["name"], **figures})
    elif before["parts"] != after["parts"]:
        sizes = f"{format_size(before['bytes_on_disk'])} -> {format_size(after['bytes_on_disk'])}"
        console().print(f"{tenant}: {after['name']}: {before['parts']} -> {after['parts']} parts, {sizes}")


@app.command("backup")
def backup(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Where to; missing or empty.")],
    *,
    config: ConfigOption = None,
    data: DataOption = None,
    store: StoreOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Copy every tenant's tables into a directory. With a ClickHouse server, the server writes there on its own machine."""
    with _opened(settings_from(config, {}, data=data, store=store)) as opened:
        manifest = back_up(opened, directory, progress=lambda tenant: note(f"backing up tenant {tenant}"))
    _show_manifest(manifest, "backed up", as_json=as_json)


@app.command("restore")
def restore(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="A backup.")],
    *,
    replace: Annotated[bool, typer.Option("--replace", help="Replace tables that have rows.")] = False,
    config: ConfigOption = None,
    data: DataOption = None,
    store: StoreOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Bring a backup's tables back, and count them. What is there already is replaced only with --replace."""
    with _opened(settings_from(config, {}, data=data, store=store), may_be_new=True) as opened:
        manifest = bring_back(
            opened, directory, replace=replace, progress=lambda tenant: note(f"restoring tenant {tenant}")
        )
    _show_manifest(manifest, "restored", as_json=as_json)


def _show_manifest(manifest: Manifest, done: str, *, as_json: bool) -> None:
    for saved in manifest.tenants:
        rows = {table: most for table, (_, most) in saved.rows.items()}
        if as_json:
            print_json({"tenant": saved.tenant, "database": saved.database, "taken": manifest.taken, "rows": rows})
        else:
            stored = sum(count for table, count in rows.items() if table.startswith("otel_") and "_id_ts" not in table)
            console().print(
                f"{done} tenant {saved.tenant}: {counted(stored, 'record')}, {counted(sum(rows.values()), 'row')} in all"
            )


@app.command("retention")
def retention(
    *,
    apply: Annotated[bool, typer.Option("--apply", help="Drop it now.")] = False,
    config: ConfigOption = None,
    data: DataOption = None,
    store: StoreOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Show what the configured retention would drop now. A running server applies it every minute by itself."""
    settings = settings_from(config, {}, data=data, store=store)
    with _opened(settings) as opened:
        keeping = Retention(opened, limits(asdict(settings.store.retention)))
        plans = {tenant: keeping.plan(tenant) for tenant in opened.tenants()}
        if apply:
            for tenant, drops in plans.items():
                keeping.apply(tenant, drops)
    _show_drops(plans, "dropped" if apply else "would be dropped; --apply drops it", as_json=as_json)


def _show_drops(plans: Mapping[str, list[Drop]], verb: str, *, as_json: bool) -> None:
    rows = [(tenant, drop.reason, drop.partition) for tenant, drops in plans.items() for drop in drops]
    if as_json:
        for tenant, reason, one in rows:
            figures = {"rows": one.rows, "bytes": one.size_bytes, "reason": reason}
            print_json({"tenant": tenant, "table": one.table, "day": one.day.isoformat(), **figures})
        return
    if rows:
        columns = [Column("TENANT"), Column("TABLE"), Column("DAY", is_whole=True), Column("ROWS", justify="right")]
        columns += [Column("SIZE", justify="right"), Column("REASON")]
        cells = [
            [tenant, one.table, one.day.isoformat(), f"{one.rows:,}", format_size(one.size_bytes), reason]
            for tenant, reason, one in rows
        ]
        print_table(columns, cells)
    note(f"{format_size(sum(one.size_bytes for _, _, one in rows))} {verb}" if rows else "nothing is beyond its limit")


@contextmanager
def _opened(settings: Settings, *, may_be_new: bool = False) -> Iterator[Store]:
    """The store, open; an embedded one must exist, unless it may be new."""
    place = parse_url(settings.store.url, settings.data)
    if place.kind == "none":
        advice = "Name the store with --store, --data or --config."
        raise CommandError("this configuration keeps nothing (--store none)", advice=advice, like=UnsupportedError)
    if not may_be_new and place.directory is not None and not (place.directory / "engine").is_dir():
        advice = "Name the server's data directory with --data DIR or SONDE_DATA, or its store with --store URL."
        raise CommandError(f"there is no store in {place.directory}", advice=advice, like=NotFoundError)
    try:
        store = open_store(settings.store.url, settings.data)
    except InUseError as error:
        advice = "Stop that server first; the embedded engine serves one process. `sonde store stats` asks the server."
        raise CommandError(error.message, advice=advice, like=InUseError) from None
    try:
        yield store
    finally:
        store.close()
