"""What the keeper counts, as metric families."""

from __future__ import annotations

from typing import Any

from sonde.runtime.metrics import Family, counter, gauge

__all__ = ["keeper_families"]


def keeper_families(ingest: dict[str, Any], upkeep: dict[str, Any]) -> list[Family]:
    """The families of ingest and upkeep; none of a part before it runs.

    Args:
        ingest: `Ingester.status()`.
        upkeep: `Upkeep.status()`.
    """
    return (_ingest_families(ingest) if ingest else []) + (_upkeep_families(upkeep) if upkeep else [])


def _ingest_families(ingest: dict[str, Any]) -> list[Family]:
    return [
        counter("sonde_ingest_segments_total", "Journal segments taken into the store.", ingest["segments"]),
        counter("sonde_ingest_bytes_total", "Bytes of journal segments taken into the store.", ingest["bytes"]),
        counter(
            "sonde_ingest_poisoned_total", "Segments that the engine can never take, set aside.", ingest["poisoned"]
        ),
        counter("sonde_ingest_damaged_total", "Segments with damaged bytes, which were set aside.", ingest["damaged"]),
        counter("sonde_ingest_failures_total", "Attempts that the engine or the disk refused.", ingest["failures"]),
        gauge("sonde_ingest_waiting_segments", "Sealed segments that wait for the store.", ingest["waiting"]),
        gauge("sonde_ingest_waiting_bytes", "Bytes that wait for the store.", ingest["waiting_bytes"]),
        gauge("sonde_ingest_lag_seconds", "Age of the oldest segment that waits.", ingest["lag_s"]),
    ]


def _upkeep_families(upkeep: dict[str, Any]) -> list[Family]:
    return [
        counter("sonde_edges_minutes_total", "Minutes whose service edges were counted.", upkeep["edges_minutes"]),
        counter("sonde_edges_seconds_total", "Time spent counting service edges.", upkeep["edges_seconds"]),
        gauge("sonde_edges_waiting_minutes", "Minutes with spans that no edge counts yet.", upkeep["edges_waiting"]),
        counter("sonde_retention_drops_total", "Days of tables that retention dropped.", upkeep["retention_drops"]),
        counter("sonde_retention_bytes_total", "Bytes that retention dropped.", upkeep["retention_bytes"]),
        counter("sonde_upkeep_failures_total", "Attempts of upkeep that the engine refused.", upkeep["failures"]),
    ]
