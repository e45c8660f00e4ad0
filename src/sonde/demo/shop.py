"""The whole shop: seven services wired together, and the hand that breaks and mends them.

`Shop.serve` plays one customer's request; `Shop.apply` makes the shop suffer the active faults: a bad deployment begins with
a deployment and ends with a rollback, a memory leak ends with a kill and, after a while, a restart. Each of these starts a
new process of the service, so its old providers are closed, on a thread of their own, while the shop goes on.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from threading import Thread
from typing import TYPE_CHECKING, Any

from sonde.demo.faults import BAD_DEPLOYMENT, MEMORY_LEAK, Fault, changes
from sonde.demo.ordering import BAD_VERSION, GOOD_VERSION, Checkout, Payment, Shipping
from sonde.demo.service import Request, Service
from sonde.demo.storefront import MEMORY_LIMIT_MIB, Cart, Catalogue, Frontend, Recommendation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sonde.demo.faults import Change
    from sonde.demo.telemetry import Destination, Telemetry
    from sonde.demo.world import World

__all__ = ["Served", "Shop"]


@dataclass(frozen=True, slots=True)
class Served:
    """How one customer's request went.

    Attributes:
        trace_id: 32 lower-case hex digits.
        status: HTTP status of the page.
        duration_ms: how long the page took, on the request's clock.
        touched: the faults it met.
    """

    trace_id: str
    status: int
    duration_ms: float
    touched: frozenset[Fault]


class Shop:
    """Seven services and their misfortunes.

    Args:
        world: clock, dice and faults, shared by all services.
        destination: where telemetry goes.
    """

    DOWN_S = 0.8
    """How long recommendation stays down after it was killed, seconds."""

    def __init__(self, world: World, destination: Destination) -> None:
        self.world = world
        self.catalogue = Catalogue(world, destination)
        self.cart = Cart(world, destination)
        self.recommendation = Recommendation(world, destination, self.catalogue)
        self.payment = Payment(world, destination)
        self.shipping = Shipping(world, destination)
        self.checkout = Checkout(
            world,
            destination,
            catalogue=self.catalogue,
            cart=self.cart,
            payment=self.payment,
            shipping=self.shipping,
        )
        self.frontend = Frontend(
            world,
            destination,
            catalogue=self.catalogue,
            cart=self.cart,
            recommendation=self.recommendation,
            checkout=self.checkout,
        )
        self._restart_at_s: float | None = None
        self._closing: list[Thread] = []

    @property
    def services(self) -> tuple[Service, ...]:
        """All services, the one that customers see first."""
        return (
            self.frontend,
            self.catalogue,
            self.cart,
            self.recommendation,
            self.checkout,
            self.payment,
            self.shipping,
        )

    def serve(self, method: str, route: str, body: Mapping[str, Any]) -> Served:
        """Play one request of a customer, and whatever shipping has to do by now.

        Args:
            method: HTTP method.
            route: a route of the frontend.
            body: user, tier, country, agent, provider, and what the route's template needs.
        """
        world = self.world
        world.begin()
        started_ns = world.now_ns
        response = self.frontend.receive(Request(method, route, route.format_map(body), {}, body))
        duration_ms = (world.now_ns - started_ns) / 1e6
        served = Served(self.frontend.trace_id, response.status, duration_ms, frozenset(world.touched))
        world.now_ns = started_ns
        self.shipping.work()
        return served

    def apply(self, elapsed_s: float, active: Mapping[Fault, float]) -> list[Change]:
        """Suffer the faults active now; returns those that began or ended since the last call.

        Args:
            elapsed_s: seconds since the run began; never less than before.
            active: the active faults and their progress, 0 to 1.
        """
        self.world.begin()
        happened = changes(self.world.faults, active)
        self.world.faults = dict(active)
        for change in happened:
            self._happen(change, elapsed_s)
        if not self.recommendation.is_down:
            self.recommendation.leak(active.get(MEMORY_LEAK))
        elif self._restart_at_s is not None and elapsed_s >= self._restart_at_s:
            self._recover()
        return happened

    def _happen(self, change: Change, elapsed_s: float) -> None:
        """The deployments and the kill; the other faults strike inside requests."""
        if change.fault is BAD_DEPLOYMENT:
            self._retire(self.checkout.restart(BAD_VERSION if change.begins else GOOD_VERSION))
        elif change.fault is MEMORY_LEAK and not change.begins:
            self.recommendation.is_down = True
            self._restart_at_s = elapsed_s + self.DOWN_S

    def _recover(self) -> None:
        """Start recommendation again, empty."""
        self.recommendation.is_down = False
        self._restart_at_s = None
        self.recommendation.leak(None)
        self._retire(self.recommendation.restart())
        self.recommendation.log.critical(
            "the previous process was killed: out of memory",
            extra={"process.exit.code": 137, "app.memory.limit_mib": MEMORY_LIMIT_MIB},
        )

    def _retire(self, telemetry: Telemetry) -> None:
        """Close a process's telemetry while the shop goes on."""
        thread = Thread(target=telemetry.close, name="demo-close", daemon=True)
        thread.start()
        self._closing.append(thread)

    def close(self, within_s: float) -> bool:
        """Ship what waits, send what is held; False when exporters had not finished within `within_s` seconds."""
        self.world.begin()
        self.shipping.work(drain=True)
        for service in self.services:
            self._retire(service.telemetry)
        deadline = time.monotonic() + within_s
        for thread in self._closing:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._closing)
