"""What all HTTP/2 connections of a receiver share: limits, the receive buffer, the sweep, and how they start and stop.

Answers that come after a journal commit go to many connections at once; `flush_soon` notes each connection and writes them all
in one turn of the loop, each with one `transport.write`.

Memory: one receive buffer for all connections (`buffer_bytes`); an idle connection costs about 5 KiB of Python objects.

Source: RFC 9113 sections 6.5.2 (settings) and 10.5 (denial of service).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sonde.core.errors import ConfigError
from sonde.receivers.http2 import Connection
from sonde.receivers.http2_frames import MAX_WINDOW
from sonde.receivers.http2_greeting import greeting
from sonde.receivers.transport import ConnectionSlots, Deadlines, Sweeper

if TYPE_CHECKING:
    from collections.abc import Callable

    from sonde.receivers.http2_send import Sender
    from sonde.receivers.http2_stream import Service
    from sonde.receivers.intake import Budget, DoorStats

__all__ = ["Limits", "Server"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one connection may use.

    Attributes:
        max_message_bytes: the greatest message, as sent (compressed or not).
        max_streams: calls under way at once on a connection.
        stream_window_bytes: how much of one message a client may send ahead of this side's reading; above 65,535.
        connection_window_bytes: the same for all messages of a connection together; at least `stream_window_bytes`.
        max_frame_bytes: the greatest frame; 16,384 to 16,777,215.
        max_header_list_bytes: the greatest header list of a call.
        max_strikes: how many frames that bring no call forward are forgiven at once; they are halved at every sweep.
        buffer_bytes: how much is read from a socket at once.

    Raises:
        ConfigError: a window or frame size is out of range.
    """

    max_message_bytes: int = 64 * 1024 * 1024
    max_streams: int = 128
    stream_window_bytes: int = 4 * 1024 * 1024
    connection_window_bytes: int = 16 * 1024 * 1024
    max_frame_bytes: int = 1024 * 1024
    max_header_list_bytes: int = 16 * 1024
    max_strikes: int = 2000
    buffer_bytes: int = 128 * 1024

    def __post_init__(self) -> None:
        if not 65_535 < self.stream_window_bytes <= self.connection_window_bytes <= MAX_WINDOW:
            raise ConfigError("stream_window_bytes must be above 65535 and not above connection_window_bytes or 2^31-1")
        if not 16_384 <= self.max_frame_bytes < 2**24:
            raise ConfigError("max_frame_bytes must be from 16384 to 16777215")

    @property
    def max_block_bytes(self) -> int:
        """The greatest header block as sent, and the greatest frame that is kept until it is whole."""
        return 2 * self.max_header_list_bytes


class Server:
    """The shared half of all connections of one receiver, on one event loop.

    Args:
        service: answers the calls.
        limits: what one connection may use.
        deadlines: how long a client may take.
        slots: how many connections may be open.
        budget: bytes of messages that may be held.
        stats: counters to write to.
        sweep_s: seconds between two looks at the deadlines.
        each_sweep: called with the time at every look.
    """

    def __init__(
        self,
        service: Service,
        *,
        limits: Limits,
        deadlines: Deadlines,
        slots: ConnectionSlots,
        budget: Budget,
        stats: DoorStats,
        sweep_s: float,
        each_sweep: Callable[[float], None] | None = None,
    ) -> None:
        self.service = service
        self.limits = limits
        self.deadlines = deadlines
        self.budget = budget
        self.stats = stats
        self.buffer = memoryview(bytearray(limits.buffer_bytes))
        self.greeting = greeting(
            max_streams=limits.max_streams,
            stream_window=limits.stream_window_bytes,
            connection_window=limits.connection_window_bytes,
            max_frame=limits.max_frame_bytes,
            max_header_list=limits.max_header_list_bytes,
        )
        self.sweeper = Sweeper(sweep_s, each_sweep)
        self._slots = slots
        self._connections: set[Connection] = set()
        self._loop = asyncio.get_running_loop()
        self.time = self._loop.time
        self._to_flush: list[Sender] = []
        self._all_gone = asyncio.Event()

    def connection(self) -> Connection:
        """A protocol for a new connection."""
        return Connection(self)

    def admit(self, connection: Connection) -> bool:
        """Count a new connection in; False when there are as many as may be."""
        if not self._slots.take():
            self.stats.turned_away["grpc"] += 1
            return False
        self.stats.accepted["grpc"] += 1
        self.stats.connections["grpc"] += 1
        self._connections.add(connection)
        self.sweeper.add(connection)
        return True

    def dismiss(self, connection: Connection) -> None:
        """Count a connection out that was admitted."""
        self._slots.give()
        self.stats.connections["grpc"] -= 1
        self._connections.discard(connection)
        self.sweeper.discard(connection)
        if not self._connections:
            self._all_gone.set()

    def flush_soon(self, sender: Sender) -> None:
        """Write what a connection has to say in this turn of the loop."""
        if not self._to_flush:
            self._loop.call_soon(self._flush)
        if not sender.is_noted:
            sender.is_noted = True
            self._to_flush.append(sender)

    async def leave(self, grace_s: float) -> None:
        """Let every connection finish its calls, for at most `grace_s` seconds; then close what is left."""
        self._all_gone.clear()
        for connection in list(self._connections):
            connection.leave()
        if self._connections:
            try:
                await asyncio.wait_for(self._all_gone.wait(), grace_s)
            except TimeoutError:
                for connection in list(self._connections):
                    connection.abort()
        self.sweeper.stop()

    def _flush(self) -> None:
        senders, self._to_flush = self._to_flush, []
        for sender in senders:
            sender.is_noted = False
            sender.flush()
