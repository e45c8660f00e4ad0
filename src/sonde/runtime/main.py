"""The process behind `sonde serve`: binds the ports, starts the children, and is what a user stops.

`sonde serve` replaces itself with this module after it has read the configuration, so that the process which stays
behind carries neither the command line nor the configuration libraries.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import signal
import socket
import sys
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from typing import Any

from sonde import __version__
from sonde.core.errors import InUseError, SondeError
from sonde.journal import Cursor, OsDisk, registered_readers
from sonde.runtime.board import Board
from sonde.runtime.inheritance import Inheritance
from sonde.runtime.keeping import KeeperSettings
from sonde.runtime.listen import address_of, bind
from sonde.runtime.metrics import Family, counter, gauge, render
from sonde.runtime.pages import Page, health_page, serve_pages
from sonde.runtime.settings import DoorSettings, Settings
from sonde.runtime.supervisor import Child, Supervisor

__all__ = ["SETTINGS_VARIABLE", "Server", "main"]

SETTINGS_VARIABLE = "SONDE_SERVE_SETTINGS"
KEEPER_MODULE = "sonde.web.keeper"  # a process of its own, named and not imported: it is a room above this one
KEEPER_GRACE_S = 30.0

log = logging.getLogger("sonde")


class Server:
    """The sockets, children and pages of one `sonde serve`.

    Args:
        settings: everything it was told.
        optional: names of `Listen` fields that may stay unbound when their port is taken, because nobody asked for them.
    """

    def __init__(self, settings: Settings, optional: frozenset[str] = frozenset()) -> None:
        self.settings = settings
        self._optional = optional
        self._open = ExitStack()
        self.board = Board(settings.data)
        self.keeps = settings.store_url != "none"
        parent_read, self._parent_write = os.pipe()
        os.set_inheritable(self._parent_write, False)  # noqa: FBT003  the standard library's signature
        self._parent_read = parent_read
        self.sockets: dict[str, list[socket.socket]] = {}

    def bind(self) -> None:
        """Take the data directory and every port.

        Raises:
            InUseError: another server holds the directory or a port.
            ConfigError: an address is wrong.
        """
        self._lock()
        listen, doors = self.settings.listen, self.settings.doors
        for name, count in (("grpc", doors), ("http", doors), ("web", 1), ("metrics", 1), ("health", 1)):
            self.sockets[name] = self._bind(name, getattr(listen, name), count)
        for stale in self.board.read():
            self.board.withdraw(stale)
        if not self.keeps and "keeper" in registered_readers(journal := self.settings.data / "journal", OsDisk()):
            Cursor(journal, "keeper").unregister()  # a keeper that is not coming back must not hold segments for ever

    def _bind(self, name: str, address: str, count: int) -> list[socket.socket]:
        if not address:
            return []
        try:
            first = self._open.enter_context(bind(address, f"--{name}", reuse_port=count > 1))
        except InUseError as error:
            if name not in self._optional:
                raise
            log.warning("%s; going on without it", error)
            return []
        more = [bind(address_of(first), f"--{name}", reuse_port=True) for _ in range(count - 1)]
        return [first, *(self._open.enter_context(sock) for sock in more)]

    def _lock(self) -> None:
        data = self.settings.data
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = self._open.enter_context((data / "serve.lock").open("a+"))
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise InUseError(
                f"{data} is in use by the server with pid {file.read().strip()}; stop it, or give another --data"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()

    def children(self) -> list[list[Child]]:
        """Doors, then the keeper unless there is no store."""
        settings = self.settings
        doors = [
            Child(
                f"door-{index}",
                "sonde.runtime.door",
                self._share(
                    DoorSettings(settings.data, index, settings.receivers, settings.tenants, settings.journal),
                    {name: self.sockets[name][index] for name in ("grpc", "http")},
                ),
            )
            for index in range(settings.doors)
        ]
        keeper = KeeperSettings(
            settings.data,
            settings.doors,
            settings.store_url,
            settings.store.retention,
            settings.tenants,
            settings.journal,
        )
        web = {"web": self.sockets["web"][0]}
        return (
            [doors, [Child("keeper", KEEPER_MODULE, self._share(keeper, web), KEEPER_GRACE_S)]]
            if self.keeps
            else [doors]
        )

    def _share(self, settings: Any, sockets: dict[str, socket.socket]) -> Inheritance:
        return Inheritance(settings, sockets, self._parent_read)

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT; returns when every child has ended."""
        supervisor = Supervisor(self.children())
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, supervisor.stop)
        health = health_page(lambda: self.board.trouble([child.name for child in supervisor.children]))
        pages = await self._pages(supervisor, health)
        announcing = asyncio.create_task(self._announce(supervisor))
        await supervisor.run()
        announcing.cancel()
        for page in pages:
            page.close()
        self._open.close()

    async def _pages(self, supervisor: Supervisor, health: Page) -> list[asyncio.Server]:
        def metrics() -> tuple[int, str, str]:
            return 200, "text/plain; version=0.0.4", render(self.board.read().values(), _own_families(supervisor))

        wanted: list[tuple[str, dict[str, Page]]] = [("metrics", {"/metrics": metrics}), ("health", {"/": health})]
        if not self.keeps:  # without a store there is no keeper to answer on the web port
            wanted.append(("web", {"/healthz": lambda: (200, "text/plain", "ok\n"), "/readyz": health}))
        return [await serve_pages(self.sockets[name][0], pages) for name, pages in wanted if self.sockets[name]]

    async def _announce(self, supervisor: Supervisor) -> None:
        names = [child.name for child in supervisor.children]
        while self.board.trouble(names):  # noqa: ASYNC110  the board is a directory; nothing signals it
            await asyncio.sleep(0.05)
        at = {name: address_of(socks[0]) for name, socks in self.sockets.items() if socks}
        sys.stderr.write(_banner(self.settings, at))
        sys.stderr.flush()


def _banner(settings: Settings, at: Mapping[str, str]) -> str:
    """What a user reads when all is up: where to send, where to ask.

    Args:
        settings: what the server was told.
        at: addresses as bound, by the names of `Listen`.
    """
    secure = settings.receivers
    lines = [
        f"Sonde {__version__} is ready",
        f"  OTLP/gRPC  {at['grpc']}{' (TLS)' if secure.otlp_grpc.tls else ''}",
        f"  OTLP/HTTP  http{'s' if secure.otlp_http.tls else ''}://{at['http']}",
        "  no store: received requests stay in the journal"
        if settings.store_url == "none"
        else f"  pages, API http://{at['web']}",
        f"  data       {settings.data}",
    ]
    return "\n".join(lines) + "\n"


def _own_families(supervisor: Supervisor) -> list[Family]:
    children = supervisor.children
    return [
        gauge("sonde_build_info", "The running version.", {__version__: 1}, "version"),
        counter(
            "sonde_restarts_total",
            "Times a child was started again.",
            {c.name: float(c.state.restarts) for c in children},
            "child",
        ),
        gauge("sonde_up", "Whether a child runs.", {c.name: float(_runs(c)) for c in children}, "child"),
    ]


def _runs(child: Child) -> bool:
    return child.process is not None and child.process.returncode is None


def main() -> None:
    """Serve with the settings that `sonde serve` left in the environment."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)-7s %(name)s: %(message)s")
    settings, optional = Inheritance.unpack(os.environ.pop(SETTINGS_VARIABLE))
    server = Server(settings, optional)
    try:
        server.bind()
    except SondeError as error:
        sys.stderr.write(f"sonde: {error.message}\n       {error.traits.advice}\n")
        raise SystemExit(error.traits.exit_code) from None
    with suppress(KeyboardInterrupt):
        asyncio.run(server.run())


if __name__ == "__main__":
    main()
