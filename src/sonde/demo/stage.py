"""One run of the demo, from the first line to the exit code.

Order: choose addresses, start the server and wait until it is ready; play customers' requests and let faults loose until the
time is up, Ctrl-C, or the server's death; send what is held; ask the server until everything sent is stored or a deadline
has passed; print the summary; end the server; remove the data unless they were to stay. The exit code is 0 only when
everything sent is stored.

The process's environment is prepared first: `OTEL_*` variables, which would change what the SDK sends and where, are set
aside, and loopback addresses are exempt from proxies.
"""

from __future__ import annotations

import logging
import math
import os
import shlex
import shutil
import signal
import tempfile
import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from threading import Event
from typing import TYPE_CHECKING

from sonde.core.signal import Signal
from sonde.demo.faults import FAULTS, Schedule, compressed, repeating
from sonde.demo.ledger import Ledger, balance_of
from sonde.demo.server import SERVE, STANDARD, Addresses, Server, choose_addresses
from sonde.demo.shop import Shop
from sonde.demo.summary import show_balance, show_commands, show_farewell, show_services
from sonde.demo.tally import Tally
from sonde.demo.telemetry import Destination, otlp_exporters
from sonde.demo.traffic import Traffic
from sonde.demo.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, MutableMapping

    from sonde.demo.faults import Change
    from sonde.demo.screen import Screen

__all__ = ["Options", "Run", "prepare_environment", "stopping"]

READY_WITHIN_S = 60.0
FLUSH_WITHIN_S = 20.0
PATIENCE_S = 15.0
STORED_WITHIN_S = 120.0
_METRICS_EVERY_S = 5.0
_TICK_S = 0.05
_STATUS_EVERY_S = 0.2
_CHECK_EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class Options:
    """What a person asked for.

    Attributes:
        seconds: length of the run; None until Ctrl-C.
        data: the server's data directory; None for a temporary one.
        grpc: OTLP/gRPC address; None for the standard port, or a free one.
        http: OTLP/HTTP address; the same.
        web: web address; the same.
        rate_per_s: customers' requests per second.
        seed: of all dice; None for a run like no other.
        keep: whether a temporary data directory stays afterwards.
    """

    seconds: float | None = None
    data: Path | None = None
    grpc: str | None = None
    http: str | None = None
    web: str | None = None
    rate_per_s: float = 50.0
    seed: int | None = None
    keep: bool = False


def prepare_environment(environment: MutableMapping[str, str]) -> list[str]:
    """Make the SDK send what and where the demo says; returns the names of variables set aside."""
    aside = sorted(name for name in environment if name.startswith("OTEL_"))
    for name in aside:
        del environment[name]
    for name in ("NO_PROXY", "no_proxy"):
        known = [environment[name]] if environment.get(name) else []
        environment[name] = ",".join([*known, "127.0.0.1", "localhost", "::1"])
    environment.setdefault("GRPC_VERBOSITY", "NONE")
    return aside


@contextmanager
def stopping(stop: Event) -> Iterator[None]:
    """Within the block, the first Ctrl-C or SIGTERM sets `stop`; the second interrupts for good."""

    def handle(_number: int, _frame: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _ExporterNotes(logging.Handler):
    """Turns the SDK's warnings into lines of the screen; each kind of line once."""

    def __init__(self, screen: Screen) -> None:
        super().__init__(logging.WARNING)
        self._screen = screen
        self._said: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Say it, unless it was said before."""
        if record.msg not in self._said:
            self._said.add(record.msg)
            self._screen.event(f"SDK: {record.getMessage()}", mark="!", style="yellow")


class Run:
    """One run.

    Args:
        options: what was asked for.
        screen: where it is told.
        stop: set to end it early.
        command: the command that starts the server.
    """

    def __init__(self, options: Options, screen: Screen, stop: Event, command: tuple[str, ...] = SERVE) -> None:
        self._command = command
        self._options = options
        self._screen = screen
        self._stop = stop
        self._run_id = uuid.uuid4().hex[:12]
        self._tally = Tally()
        self._home = Path(tempfile.mkdtemp(prefix="sonde-demo-"))
        self._data = options.data or self._home / "data"
        self._is_temporary = options.data is None

    def play(self) -> int:
        """Play it all; returns the exit code.

        Raises:
            ConfigError: an option is wrong.
            UnavailableError: the server died.
            DeadlineError: the server did not become ready.
        """
        try:
            return self._play()
        finally:
            if not (self._is_temporary and self._options.keep):
                shutil.rmtree(self._home, ignore_errors=True)

    def _play(self) -> int:
        addresses, remarks = choose_addresses(self._options.grpc, self._options.http, self._options.web)
        for remark in remarks:
            self._screen.event(remark, mark="!", style="yellow")
        self._data.mkdir(parents=True, exist_ok=True)
        server = Server(self._data, self._home / "serve.log", addresses, os.environ, self._command)
        try:
            return self._with_server(server, addresses)
        finally:
            self._screen.status("ending the server …")
            server.stop()
            self._screen.clear_status()

    def _with_server(self, server: Server, addresses: Addresses) -> int:
        started = time.monotonic()
        self._screen.status("starting the server …")
        server.wait_ready(READY_WITHIN_S, self._stop.wait)
        if self._stop.is_set():
            return 130
        self._welcome(addresses, time.monotonic() - started)
        random = Random(self._options.seed)  # noqa: S311  a shop, not a secret
        exporters = otlp_exporters(addresses.grpc, f"http://{addresses.http}")
        interval_s = min(_METRICS_EVERY_S, (self._options.seconds or math.inf) / 10)
        destination = Destination(self._run_id, self._tally, exporters, interval_s)
        with _exporter_notes(self._screen):
            shop = Shop(World(random), destination)
            traffic = Traffic(shop.serve, random, rate_per_s=self._options.rate_per_s)
            self._trade(shop, traffic, server)
            self._screen.status("sending what is held …")
            shop.close(FLUSH_WITHIN_S)
        server.check()
        return self._account(traffic, addresses)

    def _welcome(self, addresses: Addresses, ready_s: float) -> None:
        screen = self._screen
        screen.clear_status()
        screen.event(f"sonde serve is ready, {ready_s:.1f} s after its start", mark="✓", style="green")
        screen.line()
        screen.line(f"  pages       {addresses.web_url}   (open it in a browser)")
        screen.line(f"  API         {addresses.web_url}/openapi.json")
        screen.line(f"  OTLP/gRPC   {addresses.grpc}")
        screen.line(f"  OTLP/HTTP   http://{addresses.http}")
        screen.line(f"  data        {self._data}")
        screen.line()
        screen.line(
            "Seven services send traces, metrics and logs. Watch them on the pages, or try in another terminal:"
        )
        show_commands(screen, _export(addresses))
        screen.line()

    def _trade(self, shop: Shop, traffic: Traffic, server: Server) -> None:
        """Customers come until the time is up, or `stop`."""
        schedule = self._schedule()
        started = time.monotonic()
        next_status_s = next_check_s = 0.0
        while not self._stop.is_set():
            elapsed_s = time.monotonic() - started
            if self._options.seconds is not None and elapsed_s >= self._options.seconds:
                break
            for change in shop.apply(elapsed_s, schedule.active(elapsed_s)):
                self._announce(change, traffic)
            due_s = traffic.step(elapsed_s)
            if elapsed_s >= next_status_s:
                next_status_s = elapsed_s + _STATUS_EVERY_S
                self._screen.status(self._status(traffic, shop, elapsed_s), elapsed_s)
            if elapsed_s >= next_check_s:
                next_check_s = elapsed_s + _CHECK_EVERY_S
                server.check()
            self._stop.wait(max(0.0, min(due_s - (time.monotonic() - started), _TICK_S)))
        self._screen.clear_status()

    def _schedule(self) -> Schedule:
        return repeating() if self._options.seconds is None else compressed(self._options.seconds)

    def _announce(self, change: Change, traffic: Traffic) -> None:
        fault = change.fault
        if change.begins:
            self._screen.event(f"{fault.name}: {fault.begins}", mark="▼", style="red")
            self._screen.detail("look: ", fault.look)
            return
        self._screen.event(f"{fault.name} over: {fault.ends}", mark="▲", style="green")
        worst = traffic.findings().of(fault)
        if worst is not None:
            self._screen.detail("worst request: ", f"sonde trace {worst.trace_id}")

    def _status(self, traffic: Traffic, shop: Shop, elapsed_s: float) -> str:
        parts = [
            f"{elapsed_s:.0f} s",
            f"{traffic.sent:,} requests, {traffic.rate_per_s(elapsed_s):.0f}/s, {traffic.failed:,} failed",
            f"{self._tally.of(Signal.TRACES).sent:,} spans, {self._tally.of(Signal.LOGS).sent:,} log records",
            ", ".join(fault.name for fault in FAULTS if fault in shop.world.faults) or "all well",
        ]
        return "  " + " · ".join(parts)

    def _account(self, traffic: Traffic, addresses: Addresses) -> int:
        """Compare, print the summary, and say how it went."""
        serve = self._serve_again(addresses)
        figures = {signal: self._tally.of(signal) for signal in (Signal.TRACES, Signal.LOGS, Signal.METRICS)}
        expected = {signal: each.acknowledged for signal, each in figures.items()}
        ledger = Ledger(addresses.web_url, self._run_id)
        try:
            stored = ledger.settle(
                expected,
                patience_s=PATIENCE_S,
                at_most_s=STORED_WITHIN_S,
                progress=lambda now: self._waiting(now, expected),
            )
            self._screen.clear_status()
            self._screen.event(f"{traffic.sent:,} requests from customers, {traffic.failed:,} failed", mark="■")
            if traffic.skipped:
                self._screen.detail(f"{traffic.skipped:,} more were left out: this machine could not keep up")
            is_complete = show_balance(self._screen, balance_of(figures, stored), serve)
            show_services(self._screen, ledger.services())
        finally:
            ledger.close()
        show_farewell(self._screen, traffic.findings(), serve=serve, export=_export(addresses))
        return 0 if is_complete else 1

    def _waiting(self, stored: Mapping[Signal, int], expected: Mapping[Signal, int]) -> None:
        self._screen.status(f"stored {sum(stored.values()):,} of {sum(expected.values()):,} …")

    def _serve_again(self, addresses: Addresses) -> str:
        if self._is_temporary and not self._options.keep:
            return ""
        flags = [] if addresses == STANDARD else addresses.flags
        return shlex.join(["sonde", "serve", "--data", str(self._data), *flags])


def _export(addresses: Addresses) -> str:
    """The line that tells commands where the server is; empty when they find it."""
    return "" if addresses.web == STANDARD.web else f"export SONDE_URL={addresses.web_url}"


@contextmanager
def _exporter_notes(screen: Screen) -> Iterator[None]:
    """Within the block, the SDK's warnings are lines of the screen."""
    logger = logging.getLogger("opentelemetry")
    handler, propagates = _ExporterNotes(screen), logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagates
