"""Both senders under one shape, so that what must hold of an attempt is tested on sockets and on asyncio alike."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from sonde.client.delivery import Delivery
from sonde.client.endpoint import Endpoint
from sonde.client.net import open_async_sender, open_sender
from sonde.core.signal import Signal


class Blocking:
    def __init__(self, endpoint: Endpoint, **options: Any) -> None:
        self.sender = open_sender(endpoint, **options)

    def send(self, payload: bytes = b"", timeout_s: float = 10.0, signal: Signal = Signal.TRACES) -> Delivery:
        return self.sender.send(signal, payload, timeout_s=timeout_s)

    def close(self) -> None:
        self.sender.close()


class Looped:
    def __init__(self, endpoint: Endpoint, **options: Any) -> None:
        self.runner = asyncio.Runner()
        self.sender = open_async_sender(endpoint, **options)

    def send(self, payload: bytes = b"", timeout_s: float = 10.0, signal: Signal = Signal.TRACES) -> Delivery:
        # A turn more, so that the loop hears of what the server did meanwhile, as it would in a running application.
        async def send() -> Delivery:
            await asyncio.sleep(0)
            return await self.sender.send(signal, payload, timeout_s=timeout_s)

        return self.runner.run(send())

    def close(self) -> None:
        self.runner.run(self.sender.close())
        self.runner.close()


Opener = Callable[..., Blocking | Looped]


@pytest.fixture(params=[Blocking, Looped], ids=["blocking", "asyncio"])
def opened(request: pytest.FixtureRequest) -> Iterator[Opener]:
    """Opens senders by URL, protocol and options; they are closed after the test."""
    with ExitStack() as stack:

        def open_one(url: str, protocol: Any = "http/protobuf", change: Any = lambda e: e, **options: Any) -> Any:
            sender = request.param(change(Endpoint.parse(url, protocol=protocol)), **options)
            stack.callback(sender.close)
            return sender

        yield open_one
