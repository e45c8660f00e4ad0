"""The keeper: the process that takes journal segments into the store and answers questions.

Ingest and upkeep (edges, retention) run in a thread each, questions in uvicorn's. The web port answers from the first
moment, also while the store is opened or down: `/readyz` then says so, and questions get a retryable refusal. When the
store cannot be opened for a reason that passes (a server that is away), the keeper keeps trying; when it is a mistake
(a wrong URL, a directory that another process holds), it ends with the reason.

Stopping: the doors have sealed the journal by then, so the ingest takes what is left for up to `DRAIN_S`; what remains is
taken at the next start.
"""

from __future__ import annotations

import gc
import importlib
import logging
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, replace
from typing import Any

from sonde.core.errors import InternalError, SondeError, StorageError
from sonde.journal import recover
from sonde.receivers.intake import Tenants
from sonde.runtime.board import Board
from sonde.runtime.inheritance import Inheritance
from sonde.runtime.keeping import KeeperSettings
from sonde.runtime.lifeline import on_stop
from sonde.store import Ingester, Store, Upkeep, limits, open_store
from sonde.web.hosts import hosts_of
from sonde.web.keeper_metrics import keeper_families
from sonde.web.keeper_report import BriefErrors, behind, brief, passed

__all__ = ["Keeper", "main"]

NOTICE_EVERY_S, STARTING_NOTICE_EVERY_S = 1.0, 0.05
ADOPT_EVERY_S = 60.0
DRAIN_S = 10.0
FIRST_PAUSE_S, MAX_PAUSE_S = 0.2, 5.0
_COLLECT_EVERY = 50_000

log = logging.getLogger("sonde.keeper")


class Keeper:
    """Ingest and web of one server: the main thread reports, one thread takes segments in, one answers.

    Args:
        name: on the board, `keeper`.
        settings: the keeper's share.
        inheritance: the socket `web`, and the supervisor's pipe.
    """

    def __init__(self, name: str, settings: KeeperSettings, inheritance: Inheritance) -> None:
        self._name = name
        self._settings = settings
        self._inheritance = inheritance
        self._board = Board(settings.data)
        self._stop = threading.Event()
        self._store: Store | None = None
        self._ingester: Ingester | None = None
        self._upkeep: Upkeep | None = None
        self._trouble = "the store is being opened"
        self._failure: SondeError | None = None
        self._app: Any = None
        self._web: Any = None
        self._adopted_at = 0.0

    def run(self) -> None:
        """Keep and answer until told to stop.

        Raises:
            SondeError: the store cannot be opened, and trying again would not help.
        """
        on_stop(self._inheritance.parent_fd, self._stop.set)
        answering = threading.Thread(target=self._guarded, args=(self._answer,), name="web")
        keeping = threading.Thread(target=self._guarded, args=(self._keep,), name="ingest")
        answering.start()
        keeping.start()
        while not self._stop.is_set():
            self._report()
            self._stop.wait(NOTICE_EVERY_S if self._is_ready() else STARTING_NOTICE_EVERY_S)
        if self._web is not None:
            self._web.should_exit = True
        answering.join()
        keeping.join()
        self._board.withdraw(self._name)
        if self._failure is not None:
            raise self._failure

    def status(self) -> dict[str, Any]:
        """How each part does, for readiness and `/sonde/stats`: doors and keeper by name, each with `ready` and why not.

        A store that is behind is ready and has a `note`: answers come late, not wrong.
        """
        doors = [f"door-{index}" for index in range(self._settings.doors)]
        trouble, notices = self._board.trouble(doors), self._board.read()
        parts: dict[str, Any] = {
            name: {
                "ready": name not in trouble,
                "trouble": trouble.get(name, ""),
                **(passed(notices[name].figures) if name in notices else {}),
            }
            for name in doors
        }
        reason = self._reason()
        ingest = self._ingester.status() if self._ingester else {}
        parts["store"] = {
            "ready": not reason,
            "trouble": reason,
            "note": behind(ingest),
            "ingest": ingest,
            "upkeep": self._upkeep.status() if self._upkeep else {},
        }
        return parts

    def _guarded(self, work: Callable[[], None]) -> None:
        """A thread's work; the end of one, for whatever reason, ends the process, which the supervisor starts again."""
        try:
            work()
        except SondeError as error:
            self._failure = error
        except Exception as error:
            log.exception("the keeper ends")
            self._failure = InternalError(f"the keeper ended: {error}")
        finally:
            self._stop.set()

    def _answer(self) -> None:
        """The web thread. Its libraries take a second to load, in which the other thread opens the store."""
        uvicorn = importlib.import_module("uvicorn")
        tenants = Tenants(self._settings.tenants)
        app = importlib.import_module("sonde.web.app").create_app(
            self._store,
            status=self.status,
            tenant_header=self._settings.tenants.header,
            resolve_tenant=tenants.resolve,
            allowed_hosts=hosts_of(self._inheritance.sockets["web"]),
            dashboards=self._settings.data / "dashboards",
        )
        self._app = app
        self._publish()
        config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=3, lifespan="off")
        self._web = uvicorn.Server(config)
        _settle_memory()
        if not self._stop.is_set():
            self._web.run([self._inheritance.sockets["web"]])

    def _publish(self) -> None:
        """Give the application the store, whichever of the two was there first."""
        if self._app is not None and self._store is not None:
            self._app.state.parts = replace(self._app.state.parts, store=self._store)

    def _keep(self) -> None:
        """The ingest thread: open the store, take segments in until stopped, drain, close."""
        store = self._opened()
        if store is not None:
            with closing(store):
                self._take_in(store)

    def _opened(self) -> Store | None:
        pause = FIRST_PAUSE_S
        while not self._stop.is_set():
            try:
                store = open_store(self._settings.store_url, self._settings.data)
            except SondeError as error:
                if not error.traits.retryable:
                    raise
                if (reason := brief(error.message)) != self._trouble:
                    log.warning("the store cannot be opened yet: %s", reason)
                self._trouble = reason
                self._stop.wait(pause)
                pause = min(MAX_PAUSE_S, pause * 2)
            else:
                self._trouble = ""
                return store
        return None

    def _take_in(self, store: Store) -> None:
        self._store = store
        self._ingester = Ingester(store, self._settings.data / "journal")
        self._publish()
        self._upkeep = Upkeep(store, limits(asdict(self._settings.retention)))
        tidying = threading.Thread(target=self._upkeep.run, args=(self._stop,), name="upkeep", daemon=True)
        tidying.start()
        try:
            self._drain(self._ingester)
        finally:
            self._stop.set()
            tidying.join()

    def _drain(self, ingester: Ingester) -> None:
        ingester.run(self._stop)
        deadline = time.monotonic() + DRAIN_S
        while time.monotonic() < deadline and ingester.step():
            pass

    def _reason(self) -> str:
        if self._trouble or self._ingester is None:
            return self._trouble
        return brief(str(self._ingester.status().get("last_error") or ""))

    def _report(self) -> None:
        ingest = self._ingester.status() if self._ingester else {}
        upkeep = self._upkeep.status() if self._upkeep else {}
        families = keeper_families(ingest, upkeep)
        figures = {"trouble": self._trouble, "ingest": ingest, "upkeep": upkeep, "metrics": families}
        self._board.post(self._name, ready=self._is_ready(), figures=figures)
        self._adopt()

    def _is_ready(self) -> bool:
        return not self._trouble and self._ingester is not None and self._web is not None and self._web.started

    def _adopt(self) -> None:
        """Seal what doors left open that do not come back; doors that start again seal their own."""
        now = time.monotonic()
        if now - self._adopted_at < ADOPT_EVERY_S and self._adopted_at:
            return
        self._adopted_at = now
        try:
            recover(self._settings.data / "journal")
        except StorageError as error:
            log.warning("segments of doors that ended cannot be sealed yet: %s", error.message)


def _settle_memory() -> None:
    """Let the garbage collector pass over what stays for ever, the application and its models, and look less often.

    An answer makes many objects and no circles: the outline of 10,000 spans spent 50 of 85 ms of making them in the collector.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_EVERY, 20, 20)


def main() -> None:
    """Run the keeper that a supervisor started; the process's name on the board is the first argument."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)-7s %(name)s: %(message)s")
    for handler in logging.getLogger().handlers:
        handler.addFilter(BriefErrors())
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    inheritance = Inheritance.receive()
    try:
        Keeper(sys.argv[1], inheritance.settings, inheritance).run()
    except SondeError as error:
        log.error("%s", error)  # noqa: TRY400  the message says it all; a traceback would hide it
        raise SystemExit(error.traits.exit_code) from None


if __name__ == "__main__":
    main()
