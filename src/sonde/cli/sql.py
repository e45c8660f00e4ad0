"""`sonde sql QUERY`: the store's own language, read-only, within the server's limits."""

from __future__ import annotations

import sys
from typing import Annotated

import orjson
import typer

from sonde.cli.failure import CommandError
from sonde.cli.output import JsonFlag, counted, note, print_rows
from sonde.cli.printable import printable
from sonde.cli.remote import DEFAULT_URL, Remote, TenantOption, UrlOption
from sonde.core.errors import ValidationError

__all__ = ["EXAMPLES", "command"]

EXAMPLES = """
sonde sql 'SELECT ServiceName, count() AS spans FROM otel_traces GROUP BY 1'
sonde sql 'SHOW TABLES'
sonde sql --json 'SELECT Body FROM otel_logs ORDER BY Timestamp DESC LIMIT 3'
sonde sql - < report.sql
"""

_ROWS = 10_000  # the server's own limit where none is asked for


def command(
    *,
    query: Annotated[
        str, typer.Argument(metavar="QUERY", help="One statement that reads; - reads it from standard input.")
    ],
    limit: Annotated[
        int | None, typer.Option("--limit", "-n", metavar="N", min=1, help="At most so many rows.")
    ] = None,
    timeout: Annotated[str | None, typer.Option(metavar="TIME", help="At most so long: 30s.")] = None,
    as_json: JsonFlag = False,
    tenant: TenantOption = None,
    url: UrlOption = DEFAULT_URL,
) -> None:
    """Ask the store in ClickHouse's SQL. The tables are those of the OpenTelemetry ClickHouse exporter: otel_traces, otel_logs, otel_metrics_*."""
    statement = sys.stdin.read() if query == "-" else query
    if not statement.strip():
        raise CommandError("an empty query", advice="Write one: sonde sql 'SHOW TABLES'", like=ValidationError)
    asked = {"query": statement, "limit": limit, "timeout": timeout}
    with Remote(url, tenant=tenant) as remote:
        if as_json:
            for line in remote.lines("POST", "/sonde/sql", asked):
                sys.stdout.buffer.write(line + b"\n")
                sys.stdout.buffer.flush()
            return
        rows = [printable(orjson.loads(line)) for line in remote.lines("POST", "/sonde/sql", asked)]
    print_rows(rows)
    is_full = len(rows) == (limit or _ROWS)
    note(counted(len(rows), "row") + ("; there may be more, --limit says how many" if is_full else ""))
