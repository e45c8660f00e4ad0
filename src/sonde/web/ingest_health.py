"""How receiving and storing do, put together from what the parts report and what is stored: pure, for the overview."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sonde.query.stats import TableStats

__all__ = ["ingest_health"]

_SIGNALS = {"traces": "otel_traces", "logs": "otel_logs", "metrics": "otel_metrics_"}


def ingest_health(parts: Mapping[str, Mapping[str, Any]], tables: Iterable[TableStats]) -> dict[str, Any]:
    """The overview's `ingest`.

    Args:
        parts: each part's report by name, as `Keeper.status` gives it; what a part does not say is left out.
        tables: the tenant's tables.
    """
    accepted: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    for part in parts.values():
        accepted.update(part.get("accepted") or {})
        refused.update(part.get("refused") or {})
    ingest = parts.get("store", {}).get("ingest") or {}
    kept = list(tables)
    return {
        "ready": all(part.get("ready", True) for part in parts.values()),
        "troubles": [said for name, part in sorted(parts.items()) for said in _said(name, part)],
        "accepted": dict(accepted),
        "refused": [{"reason": reason, "requests": count} for reason, count in refused.most_common()],
        "set_aside": int(ingest.get("poisoned") or 0) + int(ingest.get("damaged") or 0),
        "waiting_segments": int(ingest.get("waiting") or 0),
        "waiting_bytes": int(ingest.get("waiting_bytes") or 0),
        "lag_s": float(ingest.get("lag_s") or 0.0),
        "stored": [
            _stored(signal, [one for one in kept if _is_of(prefix, one.name)]) for signal, prefix in _SIGNALS.items()
        ],
    }


def _said(name: str, part: Mapping[str, Any]) -> list[str]:
    return [f"{name}: {said}" for said in (part.get("trouble"), part.get("note")) if said]


def _is_of(prefix: str, table: str) -> bool:
    """Whether a table holds a signal's rows; on a cluster its own name ends in `_local`."""
    own = table.removesuffix("_local")
    return own.startswith(prefix) if prefix.endswith("_") else own == prefix


def _stored(signal: str, tables: list[TableStats]) -> dict[str, Any]:
    return {
        "signal": signal,
        "rows": sum(one.rows for one in tables),
        "bytes_on_disk": sum(one.bytes_on_disk for one in tables),
        "newest": max((one.newest for one in tables), default=""),
    }
