"""`sonde serve`: read the configuration, then become the server."""

from __future__ import annotations

import os
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import Annotated

import typer

from sonde.config import load_file
from sonde.core.errors import ConfigError
from sonde.runtime.inheritance import Inheritance
from sonde.runtime.listen import parse_address
from sonde.runtime.main import SETTINGS_VARIABLE
from sonde.runtime.settings import Listen, Settings

__all__ = ["EXAMPLES", "command", "settings_from"]

EXAMPLES = """
sonde serve                                  # everything on its standard port, data in ./sonde-data
sonde serve --data /var/lib/sonde --doors 2  # two receiver processes on the same ports
sonde serve --store clickhouse://user:password@db:8123/otel
sonde serve --store none                     # receive and journal only
sonde serve --config sonde.yaml              # limits, TLS, tenants, retention
"""

# Ports that nobody named may be taken by a collector that runs here too; receiving goes on without these pages.
OPTIONAL = frozenset({"metrics", "health"})


def command(
    config: Annotated[Path | None, typer.Option(envvar="SONDE_CONFIG", help="A YAML file with every setting.")] = None,
    data: Annotated[
        Path | None, typer.Option(envvar="SONDE_DATA", help="Directory for journal and store. [default: sonde-data]")
    ] = None,
    store: Annotated[
        str | None, typer.Option(envvar="SONDE_STORE", help="chdb:///DIR, clickhouse://…, or none.")
    ] = None,
    doors: Annotated[
        int | None, typer.Option(envvar="SONDE_DOORS", min=1, max=64, help="Receiver processes. [default: 1]")
    ] = None,
    grpc: Annotated[
        str | None, typer.Option(envvar="SONDE_GRPC", help="OTLP/gRPC HOST:PORT. [default: 127.0.0.1:4317]")
    ] = None,
    http: Annotated[
        str | None, typer.Option(envvar="SONDE_HTTP", help="OTLP/HTTP HOST:PORT. [default: 127.0.0.1:4318]")
    ] = None,
    web: Annotated[
        str | None, typer.Option(envvar="SONDE_WEB", help="Query API HOST:PORT. [default: 127.0.0.1:4321]")
    ] = None,
    metrics: Annotated[
        str | None, typer.Option(envvar="SONDE_METRICS", help="Own metrics HOST:PORT. [default: 127.0.0.1:8888]")
    ] = None,
    health: Annotated[
        str | None, typer.Option(envvar="SONDE_HEALTH", help="Health HOST:PORT. [default: 127.0.0.1:13133]")
    ] = None,
) -> None:
    """Receive OTLP, keep it, answer questions about it.

    Flags override SONDE_… variables, which override the configuration file. Port 0 lets the system choose.
    """
    flags = {"grpc": grpc, "http": http, "web": web, "metrics": metrics, "health": health}
    given = {name: address for name, address in flags.items() if address is not None}
    settings = settings_from(config, given, data=data, store=store, doors=doors)
    unnamed = (
        frozenset(name for name in OPTIONAL if getattr(settings.listen, name) == getattr(Listen(), name)) - given.keys()
    )
    environment = {**os.environ, SETTINGS_VARIABLE: Inheritance.pack((settings, unnamed))}
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, "-m", "sonde.runtime.main"], environment)  # noqa: S606  no shell is wanted


def settings_from(
    config: Path | None,
    listen: dict[str, str],
    *,
    data: Path | None = None,
    store: str | None = None,
    doors: int | None = None,
) -> Settings:
    """The file's settings with the flags laid over them.

    Raises:
        ConfigError: the file, an address or a number is wrong; nothing has been started yet.
    """
    settings = load_file(config, Settings) if config else Settings()
    settings = replace(
        settings,
        data=(data or settings.data).absolute(),
        doors=settings.doors if doors is None else doors,
        listen=replace(settings.listen, **listen),
        store=settings.store if store is None else replace(settings.store, url=store),
    )
    if not 1 <= settings.doors <= 64:
        raise ConfigError(f"doors: {settings.doors} is not a number of processes from 1 to 64")
    for field in fields(Listen):
        address = getattr(settings.listen, field.name)
        if address or field.name not in OPTIONAL:
            parse_address(address, f"listen.{field.name}")
    return settings
