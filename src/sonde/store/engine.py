"""ClickHouse behind one interface, in this process or on a server.

`clickhouse-connect` speaks to both: to chDB by function calls, to a server over HTTP. A client of it runs one statement
at a time, so the engine keeps a few and hands each caller a free one; callers beyond `clients` wait. All handles of the
embedded engine share one data directory and its caches, and statements on different handles run at once: on two busy cores
a question of 7 ms took 12 beside a constant ingest (medians).

Thread-safe. Errors are Sonde's: what the engine says is kept word for word, `Code: N` included, in an `EngineError`.
"""

from __future__ import annotations

import queue
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import clickhouse_connect
from clickhouse_connect.driver.exceptions import ClickHouseError

from sonde.core.errors import NetworkError, StorageError, UnavailableError
from sonde.store.embedded import configure
from sonde.store.hold import Hold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from clickhouse_connect.driver.client import Client

    from sonde.store.url import StoreURL

__all__ = ["Engine", "EngineError", "connect"]

CLIENTS = 6
_CHUNK_BYTES = 64 * 1024
_CODE = re.compile(r"Code: (\d+)")


class EngineError(StorageError):
    """The engine refused a statement.

    Args:
        message: the engine's own words.

    Attributes:
        code: ClickHouse's error number; 0 when it gave none.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message, retry_after_s=1.0)
        found = _CODE.search(message)
        self.code = int(found[1]) if found else 0


class Engine:
    """A pool of clients of one engine.

    Args:
        open_client: makes a client; called for the first when the engine is made, for others when they are needed.
        is_embedded: whether the engine is in this process.
        release: called once after the last client is closed.
        clients: how many statements may run at once.
    """

    def __init__(
        self,
        open_client: Callable[[], Client],
        *,
        is_embedded: bool,
        release: Callable[[], None] | None = None,
        clients: int = CLIENTS,
    ) -> None:
        self.is_embedded = is_embedded
        self._open_client = open_client
        self._release = release
        self._free: queue.LifoQueue[Client | None] = queue.LifoQueue()
        self._clients = clients
        self._closed = False
        for _ in range(clients - 1):
            self._free.put(None)
        self._free.put(open_client())

    def query(
        self, sql: str, parameters: Mapping[str, Any] | None = None, *, settings: Mapping[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        """The rows of a statement by column name.

        Args:
            sql: a statement that returns rows; values go in as `{name:Type}`.
            parameters: their values.
            settings: ClickHouse settings for this statement.

        Raises:
            EngineError: the engine refused it.
            NetworkError: the server could not be reached.
        """
        with self._client() as client:
            result = client.query(sql, parameters=_plain(parameters), settings=_plain(settings))
            return list(result.named_results())

    def stream(
        self,
        sql: str,
        fmt: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        settings: Mapping[str, Any] | None = None,
    ) -> Iterator[bytes]:
        """The raw bytes of a statement's result in one of ClickHouse's formats, in pieces. Errors as in `query`.

        The statement holds a client until the iterator is exhausted or closed.
        """
        with self._client() as client:
            source: Any = client.raw_stream(sql, parameters=_plain(parameters), settings=_plain(settings), fmt=fmt)
            try:
                while piece := source.read(_CHUNK_BYTES):
                    yield piece
            finally:
                source.close()

    def command(
        self, sql: str, parameters: Mapping[str, Any] | None = None, *, settings: Mapping[str, Any] | None = None
    ) -> None:
        """Run a statement that returns nothing worth reading. Errors as in `query`."""
        with self._client() as client:
            client.command(sql, parameters=_plain(parameters), settings=_plain(settings))

    def insert_raw(
        self,
        table: str,
        data: bytes | memoryview | Iterable[bytes],
        fmt: str,
        *,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        """Insert bytes in one of ClickHouse's input formats. Errors as in `query`.

        Args:
            table: the full table name, quoted where needed.
            data: the bytes, whole or in pieces.
            fmt: the format's name.
            settings: ClickHouse settings for this statement.
        """
        pieces: Any = data if isinstance(data, bytes) else self._sendable(data)
        with self._client() as client:
            client.raw_insert(table, insert_block=pieces, fmt=fmt, settings=_plain(settings))

    def _sendable(self, data: memoryview | Iterable[bytes]) -> memoryview | bytes | Iterator[bytes]:
        if isinstance(data, memoryview):
            return data if self.is_embedded else bytes(data)  # the HTTP client takes a view for a list of numbers
        return iter(data)

    def close(self) -> None:
        """Close every client, waiting for running statements; further calls fail."""
        if self._closed:
            return
        self._closed = True
        for _ in range(self._clients):
            client = self._free.get()
            if client is not None:
                client.close()
        if self._release is not None:
            self._release()

    @contextmanager
    def _client(self) -> Iterator[Client]:
        if self._closed:
            raise UnavailableError("the store is closed")
        client = self._free.get()
        try:
            with _translated():
                if client is None:
                    client = self._open_client()
                yield client
        except EngineError:
            client = _drained(client)
            raise
        finally:
            self._free.put(client)


def _drained(client: Client | None) -> Client | None:
    """The client without what its failed statement left; None where it cannot be had.

    The embedded engine keeps what it had written of an answer when the statement failed, and puts it before the answer
    of the handle's next statement: one that nobody reads takes it away.
    """
    if client is None:
        return None
    try:
        client.raw_query("SELECT 1", fmt="TabSeparated")
    except ClickHouseError:
        client.close()
        return None
    return client


def _plain(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return dict(values) if values else None


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except ClickHouseError as error:
        message = str(error)
        if not _CODE.search(message) and ("onnect" in message or "imed out" in message):
            raise NetworkError(f"the ClickHouse server cannot be reached: {message}", retry_after_s=1.0) from error
        raise EngineError(message) from error


def connect(url: StoreURL) -> Engine:
    """Open the engine that a URL names.

    Raises:
        InUseError: another process holds the embedded engine's directory.
        NetworkError: the server could not be reached; trying again may help.
        StorageError: the engine would not start.
    """
    return _embedded(url) if url.kind == "chdb" else _server(url)


def _embedded(url: StoreURL) -> Engine:
    assert url.directory is not None
    hold = Hold(url.directory)
    config = configure(url.directory)
    path = str(url.directory / "engine")

    def open_client() -> Client:
        return clickhouse_connect.get_client(interface="chdb", path=path, chdb_options={"config-file": str(config)})

    try:
        with _translated():
            return Engine(open_client, is_embedded=True, release=hold.release)
    except BaseException:
        hold.release()
        raise


def _server(url: StoreURL) -> Engine:
    def open_client() -> Client:
        return clickhouse_connect.get_client(
            host=url.host,
            port=url.port,
            username=url.user,
            password=url.password,
            secure=url.secure,
            autogenerate_session_id=False,
            connect_timeout=5,
            send_receive_timeout=300,
        )

    with _translated():
        return Engine(open_client, is_embedded=False)
