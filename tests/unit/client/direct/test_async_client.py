"""The asyncio client must be the blocking one awaited: on any loop, one after another, and cancellable."""

import asyncio

import pytest

from sonde.client.delivery import ACCEPTED, Delivery
from sonde.client.direct.async_client import AsyncOtlpClient
from sonde.client.direct.builders import counter, log, span
from sonde.core.errors import ValidationError
from sonde.core.signal import Signal
from sonde.resilience import RetryPolicy


class FakeSender:
    def __init__(self):
        self.sent, self.closed, self.holds = [], 0, None
        self.answer, self.arrived = ACCEPTED, asyncio.Semaphore(0)

    async def send(self, signal, payload, *, timeout_s):
        self.sent.append((signal, payload))
        self.arrived.release()
        if self.holds is not None:
            await self.holds.wait()
        return self.answer

    async def close(self):
        self.closed += 1


def client_and_sender(**options):
    sender = FakeSender()
    return AsyncOtlpClient(connect=lambda _endpoint, credentials: sender, **options), sender


def test_it_is_made_without_a_loop_and_used_on_one_after_another():
    client, sender = client_and_sender()
    for _ in range(2):
        assert asyncio.run(client.send_traces([span("x")])).accepted
        assert asyncio.run(client.send_batch([counter("c", 1), log("l")])).accepted
    assert [signal for signal, _ in sender.sent] == [Signal.TRACES, Signal.METRICS, Signal.LOGS] * 2


def test_mistakes_raise_and_nothing_is_accepted():
    client, sender = client_and_sender()
    with pytest.raises(ValidationError):
        asyncio.run(client.send_metrics("text"))
    assert asyncio.run(client.send_logs([])) is ACCEPTED
    assert not sender.sent


def test_requests_run_side_by_side():
    client, sender = client_and_sender()

    async def both():
        sender.holds = asyncio.Event()
        tasks = [asyncio.create_task(client.send_logs(log(str(i)))) for i in range(5)]
        for _ in tasks:
            await sender.arrived.acquire()
        assert not await client.flush(0.0)
        sender.holds.set()
        assert await client.flush(10.0)
        return [task.result().accepted for task in tasks]

    assert asyncio.run(both()) == [True] * 5


def test_shutdown_ends_waits_and_refuses_more():
    client, sender = client_and_sender(retry=RetryPolicy(total_s=10_000.0))
    sender.answer = Delivery(accepted=False, code="http.429", retryable=True, retry_after_s=60.0)

    async def scenario():
        task = asyncio.create_task(client.send_logs(log("x")))
        await sender.arrived.acquire()
        assert await client.shutdown(10.0)
        assert await client.shutdown()
        late = await client.send_logs(log("late"))
        return await task, late

    waited, late = asyncio.run(scenario())
    assert (waited.code, late.code, len(sender.sent)) == ("http.429", "client.closed", 1)


def test_a_cancelled_request_leaves_nothing_under_way():
    client, sender = client_and_sender()

    async def scenario():
        sender.holds = asyncio.Event()
        task = asyncio.create_task(client.send(Signal.LOGS, b"\x0a\x00", timeout_s=5.0))
        await sender.arrived.acquire()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return await client.flush(0.0)

    assert asyncio.run(scenario())


def test_the_block_closes():
    client, sender = client_and_sender()

    async def scenario():
        async with client:
            await client.send_traces(span("x"))

    asyncio.run(scenario())
    assert sender.closed == 1
    assert repr(client) == "AsyncOtlpClient(localhost:4318)"
