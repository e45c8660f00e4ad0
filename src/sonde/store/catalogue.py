"""Which attributes there are, gathered from segments and written a few times a minute.

The encoder counts keys while it walks a segment, so the catalogue costs next to nothing; writing it with every segment
would cost more than that. It is for autocomplete: counts since the last `flush` are lost when the process dies.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sonde.core.signal import Signal
    from sonde.store.store import Store

__all__ = ["Catalogue"]

_VALUES = 8
_MOST_KEYS = 50_000
_HOUR_NS = 3_600_000_000_000

Key = tuple[str, str, str, str, str, int]


class Catalogue:
    """Counts that are not in `sonde_attributes` yet. Not thread-safe.

    Args:
        store: the open store.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seen: dict[Key, tuple[int, int, list[str]]] = {}

    def add(
        self, tenant: str, signal: Signal, at_ns: int, found: Iterable[tuple[str, str, str, int, list[str]]]
    ) -> None:
        """Count what one segment held.

        Args:
            tenant: whose it is.
            signal: of which signal.
            at_ns: the segment's time.
            found: level, key, type, number of records and a few values of each attribute.
        """
        hour = at_ns // _HOUR_NS
        for level, key, kind, count, values in found:
            place = (tenant, signal.value, level, key, kind, hour)
            known = self._seen.get(place)
            if known is None:
                if len(self._seen) < _MOST_KEYS:  # keys made of ids would otherwise grow without end
                    self._seen[place] = (count, at_ns, values)
            else:
                merged = known[2] if len(known[2]) >= _VALUES else list(dict.fromkeys(known[2] + values))[:_VALUES]
                self._seen[place] = (known[0] + count, max(known[1], at_ns), merged)

    def flush(self) -> int:
        """Write what was counted.

        Returns:
            How many rows.

        Raises:
            StorageError: the engine refused; the counts are kept for the next time.
        """
        tenants: dict[str, list[str]] = {}
        for (tenant, signal, level, key, kind, hour), (count, at_ns, values) in self._seen.items():
            row = {
                "Signal": signal,
                "Level": level,
                "Key": key,
                "Type": kind,
                "Hour": hour * 3600,
                "Values": values,
                "Count": count,
                "LastSeen": at_ns // 1_000_000_000,
            }
            tenants.setdefault(tenant, []).append(json.dumps(row))
        for tenant, rows in tenants.items():
            table = self._store.stored(tenant, "sonde_attributes")
            self._store.engine.insert_raw(table, "\n".join(rows).encode(), "JSONEachRow")
        written = len(self._seen)
        self._seen.clear()
        return written
