"""`sonde services`: who is there, how busy, how well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.text import Text

from sonde.cli.output import (
    Column,
    JsonFlag,
    age,
    error_share,
    milliseconds,
    note,
    print_json,
    print_table,
    rate,
)
from sonde.cli.printable import printable
from sonde.cli.remote import DEFAULT_URL, EndOption, Remote, SinceOption, StartOption, TenantOption, UrlOption, period
from sonde.core.units import format_count

__all__ = ["EXAMPLES", "command"]

EXAMPLES = """
sonde services                      # the last hour
sonde services --since 15m          # the last quarter of an hour
sonde services --json | jq -r 'select(.error_ratio > 0.01).name'
"""

_COLUMNS = (
    Column("SERVICE", ratio=1),
    Column("RATE", justify="right", is_whole=True),
    Column("ERRORS", justify="right", is_whole=True),
    Column("P50", justify="right", is_whole=True),
    Column("P95", justify="right", is_whole=True),
    Column("P99", justify="right", is_whole=True),
    Column("SPANS", justify="right", is_whole=True),
    Column("LAST SEEN", is_whole=True, style="dim"),
)


def command(
    *,
    since: SinceOption = None,
    start: StartOption = None,
    end: EndOption = None,
    as_json: JsonFlag = False,
    tenant: TenantOption = None,
    url: UrlOption = DEFAULT_URL,
) -> None:
    """Services with rate, share of errors and latency quantiles of the requests that they served.

    Counted are spans of kind Server and Consumer; of a service without any, all its spans.
    """
    with Remote(url, tenant=tenant) as remote:
        services = remote.get("/sonde/services", period(since, start, end))["services"]
    if as_json:
        for service in services:
            print_json(service)
    elif services:
        print_table(_COLUMNS, map(_row, printable(services)))
    else:
        note("No service has sent spans in this time; try --since 24h, or see `sonde send --help`.")


def _row(service: Mapping[str, Any]) -> tuple[str | Text, ...]:
    return (
        service["name"],
        rate(service["rate_per_s"]),
        error_share(service["errors"], service["spans"]),
        milliseconds(service["p50_ms"]),
        milliseconds(service["p95_ms"]),
        milliseconds(service["p99_ms"]),
        format_count(service["spans"]),
        age(service["last_seen"]) if service.get("last_seen") else "",
    )
