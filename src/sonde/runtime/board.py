"""The board: how processes that share only a directory tell each other how they are.

Each process writes one small JSON file, `DATA/run/NAME.json`, about once a second: its pid, when it wrote, whether it is
ready, and its figures. Anyone reads. A file is replaced by rename, so a reader sees the old notice or the new one; it is
not synced, because after a power cut it says nothing of interest. A notice older than `STALE_S` means that its writer is
gone or stuck. The supervisor's metrics, the keeper's readiness and `sonde doctor` read the same board.
"""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sonde.core.clock import SYSTEM_CLOCK, Clock

__all__ = ["STALE_S", "Board", "Notice"]

STALE_S = 10.0


@dataclass(frozen=True, slots=True)
class Notice:
    """What one process last said of itself.

    Attributes:
        name: the process's name on the board, `door-0` or `keeper`.
        pid: its process id.
        written_ns: when it wrote, nanoseconds since the Unix epoch.
        ready: whether it can do its work.
        figures: its counters and gauges, JSON-ready.
    """

    name: str
    pid: int
    written_ns: int
    ready: bool
    figures: dict[str, Any]

    def age_s(self, now_ns: int) -> float:
        """Seconds since the notice was written; never negative, so that a clock set back does not make it young forever."""
        return max(0.0, (now_ns - self.written_ns) / 1e9)


class Board:
    """The notices under one data directory.

    Args:
        data_dir: the directory given to `sonde serve --data`.
        clock: for the time of writing and for ages.
    """

    def __init__(self, data_dir: Path, clock: Clock = SYSTEM_CLOCK) -> None:
        self.directory = data_dir / "run"
        self._clock = clock

    def post(self, name: str, *, ready: bool, figures: dict[str, Any]) -> None:
        """Replace the notice of `name`; a full disk only makes the notice stale, it does not stop the process."""
        notice = {"pid": os.getpid(), "written_ns": self._clock.now_ns(), "ready": ready, "figures": figures}
        path = self.directory / f"{name}.json"
        fresh = path.with_suffix(f".{os.getpid()}.new")
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            fresh.write_text(json.dumps(notice), encoding="utf-8")
            fresh.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                fresh.unlink()

    def withdraw(self, name: str) -> None:
        """Take the notice of `name` down, as a process does that ends in order."""
        (self.directory / f"{name}.json").unlink(missing_ok=True)

    def read(self) -> dict[str, Notice]:
        """Every readable notice by name; a damaged one is left out, as if its writer had said nothing."""
        notices = {}
        for path in sorted(self.directory.glob("*.json")):
            try:
                plain = json.loads(path.read_text(encoding="utf-8"))
                notices[path.stem] = Notice(
                    path.stem, plain["pid"], plain["written_ns"], plain["ready"], plain["figures"]
                )
            except (OSError, ValueError, KeyError, TypeError):
                continue
        return notices

    def trouble(self, expected: list[str]) -> dict[str, str]:
        """What is wrong with the processes that should be there: name to reason; empty when all is well."""
        notices, now_ns = self.read(), self._clock.now_ns()
        found = {}
        for name in expected:
            notice = notices.get(name)
            if notice is None:
                found[name] = "has not reported yet"
            elif notice.age_s(now_ns) > STALE_S:
                found[name] = f"has not reported for {notice.age_s(now_ns):.0f} s"
            elif not notice.ready:
                found[name] = str(notice.figures.get("trouble") or "is not ready")
        return found
