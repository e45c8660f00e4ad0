"""What is stored: rows, bytes and time range of every table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sonde.query.times import format_ns

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
        oldest: time of its first row by its own clock, RFC 3339, to the second; empty where the table has no days. Rows
            with a wrong clock do not count.
        newest: the same of its last row.
    """

    name: str
    rows: int
    bytes_on_disk: int
    bytes_uncompressed: int
    parts: int
    oldest: str = ""
    newest: str = ""


def tables(source: Source) -> list[TableStats]:
    """Tables with rows, by name; on a cluster those of the server that is asked."""
    rows = source.rows(
        """SELECT table, sum(rows) AS n, sum(bytes_on_disk) AS disk, sum(data_uncompressed_bytes) AS raw, count() AS parts,
            toUnixTimestamp(minIf(min_time, is_dated)) AS first, toUnixTimestamp(maxIf(max_time, is_dated)) AS last
        FROM (
            SELECT *, partition_id NOT IN ('all', '19700101') AND toUnixTimestamp(max_time) != 0 AS is_dated
            FROM system.parts WHERE active AND database = {database:String})
        GROUP BY table ORDER BY table""",
        {"database": source.database},
    )
    return [
        TableStats(
            row["table"],
            int(row["n"]),
            int(row["disk"]),
            int(row["raw"]),
            int(row["parts"]),
            _moment(int(row["first"])),
            _moment(int(row["last"])),
        )
        for row in rows
    ]


def _moment(seconds: int) -> str:
    return format_ns(seconds * 10**9) if seconds else ""
