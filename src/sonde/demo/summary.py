"""The end of a run: sent, acknowledged and stored side by side, what stood out, and what to try next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sonde.core.units import format_duration
from sonde.demo.faults import FAULTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sonde.demo.ledger import Balance, ServiceFigures
    from sonde.demo.screen import Screen
    from sonde.demo.shop import Served
    from sonde.demo.traffic import Findings

__all__ = ["show_balance", "show_commands", "show_farewell", "show_findings", "show_services", "worst_of"]


def show_balance(screen: Screen, balances: Sequence[Balance], serve: str = "") -> bool:
    """Print the table and what does not agree in it; returns whether everything sent was stored.

    Args:
        screen: where to.
        balances: one a signal.
        serve: the command that serves the data again; empty when they are removed.
    """
    screen.line()
    screen.table(
        ("signal", "sent", "acknowledged", "stored"),
        [
            (each.signal.item.replace("_", " "), f"{each.sent:,}", f"{each.acknowledged:,}", f"{each.stored:,}")
            for each in balances
        ],
        ["" if each.is_even else "red" for each in balances],
    )
    complaints = [each.complaint for each in balances if not each.is_even]
    screen.line()
    for complaint in complaints:
        screen.line(f"✗ {complaint}", "red")
    if serve and any(each.stored < each.acknowledged for each in balances):
        screen.line("What is acknowledged and not stored yet waits in the journal; this takes it in:")
        screen.command(serve, "")
    if not complaints:
        screen.line("✓ Everything that was sent is stored, once.", "green")
    return not complaints


def show_services(screen: Screen, services: Sequence[ServiceFigures]) -> None:
    """Print what each service did, and which was slowest and which failed most."""
    if not services:
        return
    screen.line()
    screen.table(
        ("service", "requests", "errors", "p50", "p95"),
        [
            (
                each.name,
                f"{each.requests:,}",
                f"{each.errors:,}",
                format_duration(each.p50_ms / 1000),
                format_duration(each.p95_ms / 1000),
            )
            for each in services
        ],
    )
    slowest = max(services, key=lambda each: each.p95_ms)
    failing = max(services, key=lambda each: each.errors)
    screen.line()
    screen.line(f"Slowest: {slowest.name}, p95 {format_duration(slowest.p95_ms / 1000)}.")
    if failing.errors:
        screen.line(f"Most errors: {failing.name}, {failing.errors:,} of {failing.requests:,} requests.")


def worst_of(findings: Findings) -> Served | None:
    """The request most worth a look: one that failed, and of those the longest; None when no fault met any."""
    return max(findings.worst.values(), key=lambda each: (each.status >= 500, each.duration_ms), default=None)


def show_commands(screen: Screen, export: str = "", trace_id: str = "") -> None:
    """Print commands worth trying, each with what it shows.

    Args:
        screen: where to.
        export: a line that tells the commands where the server is; empty when they find it.
        trace_id: a trace worth a look; empty when there is none yet.
    """
    tried = [
        (export, ""),
        ("sonde services", "rate, errors and latency of each service"),
        ("sonde traces --status error", "the traces that failed"),
        (f"sonde trace {trace_id}" if trace_id else "", ""),
        ("sonde logs --severity error --attributes", "log lines, each with its trace"),
        ("sonde metrics app.queue.depth", "a gauge over time"),
        ("sonde sql 'select ServiceName, count() from otel_traces group by 1'", ""),
    ]
    for command, what in tried:
        if command:
            screen.command(command, what)


def show_findings(screen: Screen, findings: Findings) -> None:
    """Print the worst request that each fault met."""
    met = [(fault, findings.of(fault)) for fault in FAULTS]
    screen.line("Worst request of each fault:")
    screen.table(
        ("fault", "page", "took", "trace"),
        [
            (fault.name, str(served.status), format_duration(served.duration_ms / 1000), served.trace_id)
            for fault, served in met
            if served is not None
        ],
    )


def show_farewell(screen: Screen, findings: Findings, *, serve: str, export: str) -> None:
    """Print how to look at the data after the server has ended.

    Args:
        screen: where to.
        findings: the requests worth a look.
        serve: the command that serves the data again; empty when they are removed.
        export: a line that tells the commands where the server is; empty when they find it.
    """
    screen.line()
    if not serve:
        screen.line(
            "The data are removed with the server; --keep keeps them, --data DIR chooses where. Commands to try:"
        )
        show_commands(screen)
        return
    if findings.worst:
        show_findings(screen, findings)
        screen.line()
    worst = worst_of(findings)
    screen.line("To look around, serve the data again; open the pages it names, or ask in another terminal:")
    screen.command(serve, "")
    show_commands(screen, export, worst.trace_id if worst else "")
