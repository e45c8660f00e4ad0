"""The backlog must keep its order and its books: what waits and what is under way counts, and each leaves once."""

from __future__ import annotations

import pytest

from sonde.client.engine.batch import Batch
from sonde.client.engine.outbox import Outbox
from sonde.core.signal import Signal


@pytest.fixture
def outbox():
    return Outbox(100)


def added(outbox, signal=Signal.TRACES, size=10, items=2):
    batch = Batch(signal, bytes(size), items)
    outbox.add(batch)
    return batch


def test_what_waits_and_what_is_under_way_is_held(outbox):
    first, second = added(outbox), added(outbox, items=3)
    added(outbox, Signal.LOGS, items=7)
    outbox.take(first)
    assert outbox.next(Signal, 0.0) is second
    assert (outbox.items(Signal.TRACES), outbox.items(Signal.LOGS)) == (5, 7)
    assert (outbox.size_bytes, outbox.occupancy, outbox.under_way) == (30, 0.3, 1)
    assert outbox.done(first)
    assert not outbox.done(first)
    assert (outbox.items(Signal.TRACES), outbox.size_bytes) == (3, 20)


def test_the_oldest_that_may_be_tried_goes_first(outbox):
    first, second = added(outbox), added(outbox)
    outbox.take(first)
    assert outbox.again(first, 5.0)
    assert outbox.next([Signal.TRACES], 1.0) is second
    assert outbox.due(Signal.TRACES) == 0.0
    outbox.take(second)
    assert outbox.next([Signal.TRACES], 1.0) is None
    assert outbox.due(Signal.TRACES) == 5.0
    outbox.hurry()
    assert outbox.next([Signal.TRACES], 1.0) is first


def test_one_too_large_fits_alone_only(outbox):
    assert outbox.fits(1000)
    added(outbox)
    assert outbox.fits(90)
    assert not outbox.fits(91)


def test_what_is_taken_out_leaves_in_order_and_counts_for_nothing_more(outbox):
    first, second, third = added(outbox), added(outbox, Signal.LOGS), added(outbox)
    outbox.take(first)
    assert outbox.evacuate([Signal.TRACES]) == [third]
    assert outbox.abandon() == [first, second]
    assert not outbox.done(first)
    assert not outbox.again(first, 0.0)
    assert (outbox.size_bytes, outbox.oldest(), outbox.made) == (0, None, 3)
