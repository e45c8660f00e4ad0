"""How an application's telemetry leaves it: one frozen tree of settings, and the defaults of each.

    Settings
    ├── endpoints   Endpoint of each signal: where and how
    ├── batches     BatchSettings of each signal: how much waits, how much goes at once, how long
    ├── spool       SpoolSettings: what is kept on disk while the server is away
    └── the rest    retrying, bounds of the engine, behaviour at exit

`environment` reads the standard `OTEL_*` variables and Sonde's own into it. Whoever configures in code replaces fields
of what that returned, so an argument beats a variable, and a variable beats a default.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from sonde.client.endpoint import Endpoint
from sonde.core.signal import Signal

__all__ = ["BatchSettings", "Settings", "SpoolSettings"]

_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class BatchSettings:
    """The bounds of one signal on its way from the application's threads to a request.

    Attributes:
        queue_items: items that may wait to be encoded; a newer one is dropped and counted (reason `queue_full`).
        batch_items: items of one request at most; reaching it wakes the engine.
        batch_bytes: bytes of one encoded request at most; a larger one is cut, never dropped, unless a single item is
            larger still. Servers of gRPC refuse more than 4 MiB by default.
        delay_s: the longest that an item waits for company.
    """

    queue_items: int = 2048
    batch_items: int = 512
    batch_bytes: int = 3 * _MIB
    delay_s: float = 5.0


@dataclass(frozen=True, slots=True)
class SpoolSettings:
    """What is kept on disk while the server cannot be reached, and at exit.

    Attributes:
        directory: where the spools of all of a user's processes lie; None for no spool.
        destination: a name that stands for the servers and whom they take this process for, below which its directory
            lies: what was meant for one server is never sent to another. Filled in by `running.make_engine`.
        quota_bytes: bytes on disk at most; beyond it the oldest requests are dropped and counted (`spool_full`).
        keep_s: seconds after which a request is dropped and counted (`spool_expired`).
        ahead: every request is written before it is sent, so that kill -9 loses no more than what is not yet encoded;
            without it, what is on its way at that moment is lost too.
    """

    directory: Path | None = None
    quota_bytes: int = 256 * _MIB
    keep_s: float = 48 * 3600.0
    ahead: bool = False
    destination: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that the export engine needs to know.

    Attributes:
        endpoints: where each signal goes.
        batches: how each signal is batched.
        spool: what is kept on disk.
        backlog_bytes: encoded bytes held in memory, waiting or on their way; beyond it they go to the spool, or are
            dropped and counted (`backlog_full`).
        in_flight: requests on their way at once, all signals together.
        retry_s: how long one request is tried again in memory before it goes to the spool, or is dropped and counted
            (`retry_exhausted`) where there is none.
        exit_s: the longest that the process is held up at its end.
        on_sigterm: whether telemetry is shut down before SIGTERM ends the process, where nobody else handles it.
        disabled: `OTEL_SDK_DISABLED`: nothing is collected.
    """

    endpoints: dict[Signal, Endpoint] = field(default_factory=lambda: dict.fromkeys(Signal, Endpoint()))
    batches: dict[Signal, BatchSettings] = field(default_factory=lambda: dict.fromkeys(Signal, BatchSettings()))
    spool: SpoolSettings = SpoolSettings()
    backlog_bytes: int = 64 * _MIB
    in_flight: int = 4
    retry_s: float = 60.0
    exit_s: float = 5.0
    on_sigterm: bool = True
    disabled: bool = False
