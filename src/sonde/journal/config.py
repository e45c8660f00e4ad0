"""What a journal promises and how much it may hold: one frozen dataclass, checked when it is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sonde.core.errors import ConfigError

__all__ = ["JournalConfig"]

_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class JournalConfig:
    """The settings of one journal.

    Attributes:
        sync: when an append is answered. `always`: after `fdatasync` returned, so that it survives a power cut.
            `interval`: after the write, with a sync every `sync_interval_s`; survives the death of the process, a power
            cut may cost the last interval. `never`: after the write; the operating system syncs when it likes.
        sync_interval_s: seconds between syncs with `interval`; above 0.
        commit_interval_s: least seconds between the starts of two commits *while requests come concurrently* (the last
            commit carried two or more); a lone sender is never delayed. 0 turns it off. Trades this much latency for
            fewer syncs, each of which costs 100 to 200 us of CPU.
        segment_bytes: a segment is sealed before it grows past this; a larger record gets a segment of its own.
        segment_age_s: a segment is sealed this long after its first record, and is visible to readers from then on.
            Stretched up to 60 times while more than 200 sealed segments wait, so that an outage of the reader makes
            larger segments rather than countless small ones.
        max_open_segments: open files; the one used longest ago is sealed to make room.
        queue_bytes: payload bytes waiting to be committed; beyond this appends are refused.
        quota_bytes: bytes of the whole journal directory, quarantine included; beyond this appends are refused.
        min_free_bytes: bytes that must stay free on the filesystem; None means 512 MiB or 5 % of it, whichever is less.
        keep_bytes: with no reader registered, delete the oldest sealed segments beyond this total; None keeps all.
        keep_age_s: with no reader registered, delete sealed segments older than this; None keeps all.
        retry_after_s: what a refused sender is told to wait.
    """

    sync: Literal["always", "interval", "never"] = "always"
    sync_interval_s: float = 0.2
    commit_interval_s: float = 0.002
    segment_bytes: int = 32 * _MIB
    segment_age_s: float = 1.0
    max_open_segments: int = 64
    queue_bytes: int = 64 * _MIB
    quota_bytes: int = 8192 * _MIB
    min_free_bytes: int | None = None
    keep_bytes: int | None = None
    keep_age_s: float | None = None
    retry_after_s: float = 2.0

    def __post_init__(self) -> None:
        if self.sync not in {"always", "interval", "never"}:
            raise ConfigError(f"journal.sync is {self.sync!r}; write always, interval or never")
        for name in ("sync_interval_s", "segment_bytes", "max_open_segments", "queue_bytes", "quota_bytes"):
            if getattr(self, name) <= 0:
                raise ConfigError(f"journal.{name} is {getattr(self, name)}; it must be above 0")
        for name in ("commit_interval_s", "segment_age_s", "min_free_bytes", "keep_bytes", "keep_age_s"):
            value = getattr(self, name)
            if value is not None and value < 0:
                raise ConfigError(f"journal.{name} is {value}; it must be 0 or more")
