"""An engine without threads, a server that answers as told, and a clock that is moved by hand.

Items are bytes: requests of one span each, whose name carries a number, so that a test can tell what a server has seen, how
often, and in which order.
"""

import re
from dataclasses import dataclass, field, replace
from random import Random

from sonde.client.delivery import ACCEPTED, Delivery
from sonde.client.engine.dispatch import Dispatch
from sonde.client.engine.handoff import Handoff
from sonde.client.settings import BatchSettings, Settings, SpoolSettings
from sonde.core.clock import ManualClock
from sonde.core.signal import Signal

AWAY = Delivery(accepted=False, code="errno.ECONNREFUSED", retryable=True, undelivered=True)
BUSY = Delivery(accepted=False, code="http.429", retryable=True, retry_after_s=7.0)
REFUSED = Delivery(accepted=False, code="http.400", message="no")
TOO_LARGE = Delivery(accepted=False, code="http.413")
NUMBER = re.compile(rb"<(\d+)>")


def item(number, padding=0):
    """A request with one span, named `<number>`."""
    span = _field(0x2A, b"<%d>" % number + b"." * padding)
    return _field(0x0A, _field(0x12, _field(0x12, span)))


def _field(tag, content):
    size, length = len(content), bytearray()
    while size > 0x7F:
        length.append(size & 0x7F | 0x80)
        size >>= 7
    return bytes([tag]) + bytes(length) + bytes([size]) + content


def numbers(payload):
    return [int(number) for number in NUMBER.findall(payload)]


def join(items, refused):
    """The encoder of these tests: joined requests are a request."""
    return b"".join(items)


@dataclass
class Server:
    """Answers `answer(payload)`; remembers what it took."""

    answer: object = None
    taken: list = field(default_factory=list)
    attempts: int = 0
    closed: int = 0
    forgotten: int = 0

    def send(self, signal, payload, *, timeout_s):
        self.attempts += 1
        delivery = self.answer(payload) if self.answer else ACCEPTED
        if delivery.accepted:
            self.taken += numbers(payload)
        return delivery

    def close(self):
        self.closed += 1

    def forget(self):
        self.forgotten += 1


def settings_for(spool=None, **changes):
    batch = {
        key: changes.pop(key) for key in ("queue_items", "batch_items", "batch_bytes", "delay_s") if key in changes
    }
    made = Settings(
        batches=dict.fromkeys(Signal, replace(BatchSettings(delay_s=1.0, batch_items=10), **batch)),
        spool=spool or SpoolSettings(),
    )
    return replace(made, **changes)


class Simulation:
    """Turns a dispatch by hand."""

    def __init__(self, server, *, spool=None, seed=1, disk=None, squeezed=None, encode=join, clock=None, **changes):
        self.server = server
        self.settings = settings_for(spool, **changes)
        self.clock = clock or ManualClock()
        self.nudges = 0
        self.lanes = {signal: Handoff(self.settings.batches[signal].queue_items, self._nudge) for signal in Signal}
        self.dispatch = Dispatch(
            self.settings,
            self.lanes,
            dict.fromkeys(Signal, encode),
            lambda: dict.fromkeys(Signal, server),
            squeezed and (lambda: dict.fromkeys(Signal, squeezed)),
            clock=self.clock,
            random=Random(seed).random,
            disk=disk,
        )
        self.largest_backlog = 0

    def _nudge(self):
        self.nudges += 1

    def put(self, *names, signal=Signal.TRACES, padding=0):
        for number in names:
            self.lanes[signal].put(item(number, padding))

    def settle(self):
        """One turn, and every attempt that can be made at this moment; when more is due."""
        due = self.dispatch.turn()
        while (job := self.dispatch.deliveries.take()) is not None:
            self.dispatch.deliveries.perform(job)
            self.dispatch.relax()
        self.largest_backlog = max(self.largest_backlog, self.dispatch.deliveries.outbox.size_bytes)
        return due

    def run(self, seconds, *, at_most=1.0):
        """Let time pass in steps, doing what is due at each."""
        end = self.clock.monotonic() + seconds
        while True:
            self.settle()
            left = end - self.clock.monotonic()
            if left <= 0:
                return
            self.clock.advance(min(left, at_most))

    def row(self, signal=Signal.TRACES):
        return self.dispatch.stats()[signal.value]

    def is_conserved(self, signal=Signal.TRACES):
        row = self.row(signal)
        out = row["exported"] + row["rejected"] + sum(row["dropped"].values()) + row["held"] + row["spooled"]
        return row["received"] + row["adopted"] == out
