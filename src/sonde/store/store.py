"""The store: an engine, and a database per tenant with Sonde's schema in it.

A tenant is a database of its own, so that tables have their standard names in each and the engine keeps tenants apart:
`default` has the URL's database (`otel` where it names none), tenant `x` has `otel_x`.
"""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING

from sonde.core.errors import UnavailableError, ValidationError
from sonde.store.engine import connect
from sonde.store.migrate import migrate
from sonde.store.render import Place
from sonde.store.url import parse_url

if TYPE_CHECKING:
    from pathlib import Path

    from sonde.store.engine import Engine
    from sonde.store.url import StoreURL

__all__ = ["DEFAULT_TENANT", "Store", "open_store"]

DEFAULT_TENANT = "default"
_SERVER_CODEC = "ZSTD(1)"  # the embedded engine chooses by size of part, in its configuration
_TENANT = re.compile(r"[a-z0-9_]{1,63}")


class Store:
    """The tenants' databases behind one engine. Thread-safe.

    Args:
        url: where it is.
        engine: the engine there; None for `none`, a gateway that keeps nothing.
    """

    def __init__(self, url: StoreURL, engine: Engine | None) -> None:
        self.url = url
        self._engine = engine
        self._ready: set[str] = set()
        self._lock = threading.Lock()

    @property
    def engine(self) -> Engine:
        """The engine.

        Raises:
            UnavailableError: there is none; this is a gateway.
        """
        if self._engine is None:
            raise UnavailableError("this server keeps nothing (--store none); ask the server that it forwards to")
        return self._engine

    @property
    def is_none(self) -> bool:
        """True for a gateway that keeps nothing."""
        return self._engine is None

    def database(self, tenant: str) -> str:
        """The name of a tenant's database.

        Raises:
            ValidationError: not a tenant's name.
        """
        if not _TENANT.fullmatch(tenant):
            raise ValidationError(f"tenant {tenant!r} is not 1 to 63 characters of a-z, 0-9 and _")
        return self.url.database if tenant == DEFAULT_TENANT else f"{self.url.database}_{tenant}"

    def place(self, tenant: str) -> Place:
        """Where a tenant's tables are, for rendering statements."""
        return Place(self.database(tenant), self.url.cluster, "" if self.url.kind == "chdb" else _SERVER_CODEC)

    def table(self, tenant: str, name: str) -> str:
        """A tenant's table, qualified and quoted."""
        return f"`{self.database(tenant)}`.`{name}`"

    def stored(self, tenant: str, name: str) -> str:
        """The table that rows are written to: on a cluster the connected node's own part of it."""
        return self.table(tenant, f"{name}_local" if self.url.cluster else name)

    def ensure_tenant(self, tenant: str) -> None:
        """Create and migrate a tenant's database where that was not done by this store yet.

        Raises:
            StorageError: a newer Sonde has written there, or the engine refused.
        """
        with self._lock:
            if tenant not in self._ready:
                migrate(self.engine, self.place(tenant))
                self._ready.add(tenant)

    def tenants(self) -> list[str]:
        """The tenants that have a database with Sonde's schema, sorted."""
        rows = self.engine.query("SELECT DISTINCT database FROM system.tables WHERE name = 'sonde_schema'")
        prefix = f"{self.url.database}_"
        names = (row["database"] for row in rows)
        return sorted(
            DEFAULT_TENANT if name == self.url.database else name.removeprefix(prefix)
            for name in names
            if name == self.url.database or name.startswith(prefix)
        )

    def close(self) -> None:
        """Close the engine, waiting for running statements."""
        if self._engine is not None:
            self._engine.close()


def open_store(url: str, data_dir: Path) -> Store:
    """Open the store that a URL names, and bring every tenant's schema forward.

    Args:
        url: see `sonde.store.url`; empty for the embedded engine inside the data directory.
        data_dir: Sonde's data directory.

    Raises:
        ConfigError: the URL is wrong.
        InUseError: another process holds the embedded engine's directory.
        NetworkError: the server cannot be reached; trying again may help.
        StorageError: a newer Sonde has written there, or the engine refused.
    """
    parsed = parse_url(url, data_dir)
    if parsed.kind == "none":
        return Store(parsed, None)
    store = Store(parsed, connect(parsed))
    try:
        for tenant in {DEFAULT_TENANT, *store.tenants()}:
            store.ensure_tenant(tenant)
    except BaseException:
        store.close()
        raise
    return store
