"""The keeper's settings; a module of their own, because the keeper needs no receiver and should start without loading one."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from sonde.journal import JournalConfig
from sonde.receivers.intake import TenantConfig

__all__ = ["KeeperSettings", "RetentionSettings", "StoreSettings"]


@dataclass(frozen=True)
class RetentionSettings:
    """How long and how much is kept; a limit of 0 is no limit.

    Attributes:
        traces_s: age at which spans are dropped, seconds.
        logs_s: age at which log records are dropped, seconds.
        metrics_s: age at which data points are dropped, seconds.
        traces_max_bytes: bytes on disk beyond which the oldest days of spans are dropped.
        logs_max_bytes: the same for log records.
        metrics_max_bytes: the same for data points.
    """

    traces_s: float = 30 * 86400.0
    logs_s: float = 30 * 86400.0
    metrics_s: float = 90 * 86400.0
    traces_max_bytes: int = 0
    logs_max_bytes: int = 0
    metrics_max_bytes: int = 0


@dataclass(frozen=True)
class StoreSettings:
    """Where telemetry is kept.

    Attributes:
        url: `chdb:///DIR`, `clickhouse://user:password@host:port/database[?cluster=NAME]` or `none`; empty for chDB
            inside the data directory.
        retention: how long and how much.
    """

    url: str = ""
    retention: RetentionSettings = field(default_factory=RetentionSettings)


@dataclass(frozen=True)
class KeeperSettings:
    """The keeper's share of the settings."""

    data: Path
    doors: int
    store_url: str
    retention: RetentionSettings
    tenants: TenantConfig
    journal: JournalConfig
