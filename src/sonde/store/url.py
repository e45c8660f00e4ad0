"""Where the store is, as one URL.

chdb:///DIR                                             the embedded engine, in this process; DIR absolute
chdb://                                                 the same, inside the data directory
clickhouse://user:password@host:port/database           a ClickHouse server over HTTP
clickhouse://...?cluster=NAME&secure=true               on a cluster; over TLS
none                                                    no store: a gateway
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from sonde.core.errors import ConfigError

__all__ = ["DEFAULT_DATABASE", "StoreURL", "parse_url"]

DEFAULT_DATABASE = "otel"
_PORTS = {False: 8123, True: 8443}
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OPTIONS = frozenset({"cluster", "secure"})


@dataclass(frozen=True, slots=True)
class StoreURL:
    """A parsed store URL.

    Attributes:
        kind: `chdb`, `clickhouse` or `none`.
        directory: the embedded engine's own directory; None for other kinds.
        host: the server's host.
        port: the server's HTTP port.
        user: who to be there.
        password: the user's password; never shown.
        database: the default tenant's database.
        cluster: the cluster that tables are made on; empty for one machine.
        secure: whether to speak TLS.
    """

    kind: str
    directory: Path | None = None
    host: str = ""
    port: int = 0
    user: str = "default"
    password: str = field(default="", repr=False)
    database: str = DEFAULT_DATABASE
    cluster: str = ""
    secure: bool = False

    def __str__(self) -> str:
        if self.kind == "chdb":
            return f"chdb://{self.directory}"
        if self.kind == "none":
            return "none"
        return f"clickhouse://{self.user}@{self.host}:{self.port}/{self.database}"


def parse_url(url: str, data_dir: Path) -> StoreURL:
    """The store that a URL names.

    Args:
        url: one of the forms in this module's description; empty is `chdb://`.
        data_dir: Sonde's data directory; where the embedded engine lies when the URL names no directory.

    Raises:
        ConfigError: the URL is not one of those forms.
    """
    if url == "none":
        return StoreURL("none")
    parts = urlsplit(url or "chdb://")
    if parts.scheme == "chdb":
        return _embedded(url, parts.netloc, unquote(parts.path), data_dir)
    if parts.scheme == "clickhouse":
        return _server(url)
    raise ConfigError(f"store URL {url!r} is not chdb:///DIR, clickhouse://user:password@host:port/database or none")


def _embedded(url: str, host: str, path: str, data_dir: Path) -> StoreURL:
    if host:
        raise ConfigError(f"store URL {url!r} names a host; write chdb:///{host}{path} for a directory")
    return StoreURL("chdb", directory=Path(path) if path.strip("/") else (data_dir / "store").absolute())


def _server(url: str) -> StoreURL:
    parts = urlsplit(url)
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    try:
        port = parts.port
    except ValueError:
        raise ConfigError(f"store URL has no valid port: {_masked(url)}") from None
    if not parts.hostname:
        raise ConfigError(f"store URL names no host: {_masked(url)}")
    if unknown := sorted(options.keys() - _OPTIONS):
        raise ConfigError(f"store URL has unknown options {', '.join(unknown)}; known are cluster and secure")
    secure = options.get("secure", "").lower() in {"1", "true", "yes"}
    return StoreURL(
        "clickhouse",
        host=parts.hostname,
        port=port or _PORTS[secure],
        user=unquote(parts.username or "default"),
        password=unquote(parts.password or ""),
        database=_identifier(parts.path.strip("/") or DEFAULT_DATABASE, "database"),
        cluster=_identifier(options["cluster"], "cluster") if "cluster" in options else "",
        secure=secure,
    )


def _identifier(name: str, what: str) -> str:
    if not _IDENTIFIER.fullmatch(name):
        raise ConfigError(f"store URL: {what} {name!r} is not a plain name of letters, digits and _")
    return name


def _masked(url: str) -> str:
    return re.sub(r"//[^@/]*@", "//***@", url)
