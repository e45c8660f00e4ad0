"""What `sonde serve` can be told: the whole configuration file, typed.

The file has one section per part; every part's `Config` lives with the part. Flags and `SONDE_…` variables override the
file. See `config/shape.py` for how fields are written (`segment_age_s` is `segment_age: 500ms`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from sonde.journal import JournalConfig
from sonde.receivers import otlp_grpc, otlp_http
from sonde.receivers.intake import TenantConfig
from sonde.runtime.keeping import StoreSettings

__all__ = ["DoorSettings", "Listen", "Receivers", "Settings"]


@dataclass(frozen=True)
class Listen:
    """Where the server listens, each `HOST:PORT`; loopback unless told otherwise.

    Attributes:
        grpc: OTLP/gRPC.
        http: OTLP/HTTP.
        web: query APIs.
        metrics: own metrics, `/metrics`; empty for none.
        health: health for load balancers, `/`; empty for none.
    """

    grpc: str = "127.0.0.1:4317"
    http: str = "127.0.0.1:4318"
    web: str = "127.0.0.1:4321"
    metrics: str = "127.0.0.1:8888"
    health: str = "127.0.0.1:13133"


@dataclass(frozen=True)
class Receivers:
    """The doors' limits and TLS, one section a receiver.

    Attributes:
        otlp_grpc: OTLP/gRPC.
        otlp_http: OTLP/HTTP.
        budget_bytes: bytes of request bodies that one door may hold at once, over all its connections.
    """

    otlp_grpc: otlp_grpc.Config = field(default_factory=otlp_grpc.Config)
    otlp_http: otlp_http.Config = field(default_factory=otlp_http.Config)
    budget_bytes: int = 256 * 1024 * 1024


@dataclass(frozen=True)
class Settings:
    """Everything `sonde serve` can be told.

    Attributes:
        data: the directory for journal, store and run files.
        doors: receiver processes on the same ports, 1 to 64.
        listen: addresses.
        receivers: limits and TLS of the doors.
        tenants: who the records belong to.
        journal: sync policy, rotation, quota.
        store: engine and retention.
    """

    data: Path = Path("sonde-data")
    doors: int = 1
    listen: Listen = field(default_factory=Listen)
    receivers: Receivers = field(default_factory=Receivers)
    tenants: TenantConfig = field(default_factory=TenantConfig)
    journal: JournalConfig = field(default_factory=JournalConfig)
    store: StoreSettings = field(default_factory=StoreSettings)

    @property
    def store_url(self) -> str:
        """The store's URL with its default filled in."""
        return self.store.url or f"chdb://{(self.data / 'store').resolve()}"


@dataclass(frozen=True)
class DoorSettings:
    """A door's share of the settings."""

    data: Path
    index: int
    receivers: Receivers
    tenants: TenantConfig
    journal: JournalConfig
