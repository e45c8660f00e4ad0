"""What is stored: rows, bytes and time range of every table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sonde.query.source import Source

__all__ = ["TableStats", "tables"]


@dataclass(frozen=True, slots=True)
class TableStats:
    """One table.

    Attributes:
        rows: rows there are.
        bytes_on_disk: compressed, with indexes.
        bytes_uncompressed: the columns' own bytes.
        parts: pieces the engine keeps it in.
    """

    name: str
    rows: int
    bytes_on_disk: int
    bytes_uncompressed: int
    parts: int


def tables(source: Source) -> list[TableStats]:
    """Tables with rows, by name; on a cluster those of the server that is asked."""
    rows = source.rows(
        """SELECT table, sum(rows) AS n, sum(bytes_on_disk) AS disk, sum(data_uncompressed_bytes) AS raw, count() AS parts
        FROM system.parts WHERE active AND database = {database:String} GROUP BY table ORDER BY table""",
        {"database": source.database},
    )
    return [
        TableStats(row["table"], int(row["n"]), int(row["disk"]), int(row["raw"]), int(row["parts"])) for row in rows
    ]
