"""`sonde demo`: the server with a sample shop that sends real telemetry, and breaks on a schedule.

The run itself is `sonde.demo.stage`; here are only its options. Exit code 0 says that everything sent was stored.
"""

from __future__ import annotations

import os
from pathlib import Path
from threading import Event
from typing import Annotated

import typer

from sonde.demo.screen import Screen
from sonde.demo.stage import Options, Run, prepare_environment, stopping

__all__ = ["EXAMPLES", "command"]

EXAMPLES = """
sonde demo                          until Ctrl-C, on the standard ports or free ones
sonde demo --seconds 20             one round of faults, then a summary
sonde demo --seconds 60 --keep      and leave the data for `sonde serve --data DIR`
sonde demo --web 127.0.0.1:9000     the web APIs elsewhere
"""


def command(
    *,
    seconds: Annotated[
        float | None, typer.Option(min=5, help="End after this many seconds, with a summary; until Ctrl-C otherwise.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(file_okay=False, help="Directory for the server's data; a temporary one otherwise.")
    ] = None,
    grpc: Annotated[str | None, typer.Option(metavar="HOST:PORT", help="OTLP/gRPC; 4317, or a free port.")] = None,
    http: Annotated[str | None, typer.Option(metavar="HOST:PORT", help="OTLP/HTTP; 4318, or a free port.")] = None,
    web: Annotated[str | None, typer.Option(metavar="HOST:PORT", help="Web APIs; 4321, or a free port.")] = None,
    rate: Annotated[float, typer.Option(min=0.1, max=1000, help="Requests of customers per second.")] = 50.0,
    seed: Annotated[int | None, typer.Option(help="Seed of all dice, for the same shop again.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep a temporary data directory afterwards.")] = False,
) -> None:
    """Start the server with a sample shop: seven services, real traces, metrics and logs, and faults to find.

    Each fault is announced when it begins and ends, with a command that shows it. At the end everything sent is compared
    with what is stored: exit code 0 only when they agree.
    """
    stop = Event()
    options = Options(seconds, data, grpc, http, web, rate, seed, keep)
    with stopping(stop), Screen() as screen:
        aside = prepare_environment(os.environ)
        if aside:
            screen.event(f"set aside for this run: {', '.join(aside)}", mark="!", style="yellow")
        code = Run(options, screen, stop).play()
    raise typer.Exit(code)
