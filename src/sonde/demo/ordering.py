"""The services behind an order: checkout, payment and shipping.

Two faults live here. *Payment outage*: the provider northbank resets connections; payment tries three times and gives up with
an exception that carries its cause. *Bad deployment*: checkout 2.5.0 ships a discount table without the tier `platinum`, so
orders of such customers raise `KeyError` until the rollback to 2.4.1.

Checkout hands an order to shipping through a message queue: the producer's context travels in the message's headers, and
shipping's consumer span continues the trace and links to the producer.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from opentelemetry import propagate, trace
from opentelemetry.trace import Link, SpanKind, StatusCode

from sonde.demo.faults import BAD_DEPLOYMENT, PAYMENT_OUTAGE
from sonde.demo.service import Refused, Request, Response, Service
from sonde.demo.storefront import PRODUCTS
from sonde.demo.telemetry import Destination, Transport

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opentelemetry.metrics import Meter

    from sonde.demo.storefront import Cart, Catalogue
    from sonde.demo.world import World

__all__ = ["BAD_VERSION", "GOOD_VERSION", "Checkout", "Payment", "PaymentProviderError", "Shipping"]

GOOD_VERSION = "2.4.1"
BAD_VERSION = "2.5.0"
DISCOUNT_PERCENT = {
    GOOD_VERSION: {"basic": 0, "silver": 3, "gold": 5, "platinum": 10},
    BAD_VERSION: {"basic": 0, "silver": 3, "gold": 5, "black": 12},
}
"""What each release of checkout takes off for each tier of customers, in percent."""

ATTEMPTS = 3
_TOPIC = "orders"


class PaymentProviderError(Exception):
    """A payment provider did not answer, however often it was asked."""


class Payment(Service):
    """Charges cards at a provider; sends exponential histograms."""

    name = "payment"
    version = "4.0.2"
    host = "shop-4"
    transport = Transport("grpc", exponential=True)

    def __init__(self, world: World, destination: Destination) -> None:
        super().__init__(world, destination)
        self.routes = {("POST", "/api/charges"): self.charge}

    def instrument(self, meter: Meter) -> None:
        """Add how long providers take, and what was charged."""
        super().instrument(meter)
        self._provider_duration = meter.create_histogram(
            "app.payment.provider.duration", unit="s", description="Time until a provider answered."
        )
        self._charges = meter.create_counter("app.payment.charges", unit="{charge}", description="Charges by outcome.")

    def charge(self, request: Request) -> Response:
        """Charge an amount; 402 when the card is declined.

        Raises:
            PaymentProviderError: the provider failed three times.
        """
        provider, amount = str(request.body["provider"]), float(request.body["amount"])
        trace.get_current_span().set_attributes(
            {"app.payment.provider": provider, "app.payment.amount": amount, "app.payment.currency": "EUR"}
        )
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self._ask_provider(provider, attempt)
                break
            except ConnectionResetError as error:
                self.log.warning("%s reset the connection (attempt %d of %d)", provider, attempt, ATTEMPTS)
                if attempt == ATTEMPTS:
                    self._charges.add(1, {"app.payment.provider": provider, "app.outcome": "failed"})
                    raise PaymentProviderError(f"{provider} failed {ATTEMPTS} times") from error
                self.world.spend(25 * attempt)
        if self.world.chance(0.015):
            self._charges.add(1, {"app.payment.provider": provider, "app.outcome": "declined"})
            raise Refused(402, "card declined: insufficient funds")
        self._charges.add(1, {"app.payment.provider": provider, "app.outcome": "charged"})
        self.log.info("charged %.2f EUR at %s", amount, provider, extra={"app.payment.amount": amount})
        return Response(201, {"charged": amount})

    def _ask_provider(self, provider: str, attempt: int) -> None:
        """One request to a provider outside the shop."""
        attributes = {
            "http.request.method": "POST",
            "server.address": f"api.{provider}.example",
            "server.port": 443,
            "url.full": f"https://api.{provider}.example/v2/charges",
            "http.request.resend_count": attempt - 1,
        }
        with self.span("POST", SpanKind.CLIENT, attributes=attributes) as span:
            if provider == "northbank" and self.world.suffer(PAYMENT_OUTAGE, 0.95) is not None:
                self.world.spend(90)
                raise ConnectionResetError(104, "connection reset by peer")
            spent_ms = self.world.spend(38)
            self._provider_duration.record(spent_ms / 1000, {"app.payment.provider": provider})
            span.set_attribute("http.response.status_code", 200)


@dataclass(frozen=True, slots=True)
class _Message:
    ready_ns: int
    headers: Mapping[str, str]
    order: Mapping[str, Any]
    offset: int


class Shipping(Service):
    """Takes orders from a queue and books parcels; its queue's depth is a gauge."""

    name = "shipping"
    version = "1.4.0"
    host = "shop-4"
    transport = Transport("http/protobuf", gzip=True)

    def __init__(self, world: World, destination: Destination) -> None:
        self._queue: deque[_Message] = deque()
        self._offset = 0
        super().__init__(world, destination)

    def instrument(self, meter: Meter) -> None:
        """Add the depth of the queue and the count of parcels."""
        super().instrument(meter)
        self.observe(meter, "app.queue.depth", "{message}", "Orders that wait for shipping.", lambda: len(self._queue))
        self._parcels = meter.create_counter("app.parcels.booked", unit="{parcel}", description="Parcels booked.")

    def deliver(self, headers: Mapping[str, str], order: Mapping[str, Any]) -> int:
        """Put an order into the queue, as a broker would; returns its offset. It waits there for half a second or so."""
        self._offset += 1
        delay_ns = int(self.world.random.uniform(0.2, 0.8) * 1e9)
        self._queue.append(_Message(self.world.now_ns + delay_ns, dict(headers), dict(order), self._offset))
        return self._offset

    def work(self, *, drain: bool = False) -> int:
        """Process the orders whose time has come by the world's clock, or all of them; returns how many."""
        until_ns = self.world.now_ns
        done = 0
        while self._queue and (drain or self._queue[0].ready_ns <= until_ns):
            self._process(self._queue.popleft())
            done += 1
        return done

    def _process(self, message: _Message) -> None:
        self.world.now_ns = message.ready_ns
        parent = propagate.extract(dict(message.headers))
        producer = trace.get_current_span(parent).get_span_context()
        attributes = {
            "messaging.system": "kafka",
            "messaging.destination.name": _TOPIC,
            "messaging.operation.name": "process",
            "messaging.operation.type": "process",
            "messaging.consumer.group.name": "shipping",
            "messaging.kafka.offset": message.offset,
            "app.order.id": str(message.order["id"]),
        }
        links = [Link(producer, {"messaging.message.id": f"{_TOPIC}-{message.offset}"})]
        with self.span(f"process {_TOPIC}", SpanKind.CONSUMER, attributes=attributes, parent=parent, links=links):
            self.query("postgresql", "INSERT", "parcels", "INSERT INTO parcels (order_id, country) VALUES ($1, $2)", 3)
            self.world.spend(12)
            self._parcels.add(1, {"client.geo.country.iso_code": str(message.order["country"])})
            self.log.info("parcel booked for order %s", message.order["id"])


class Checkout(Service):
    """Turns carts into orders; the service that is deployed badly."""

    name = "checkout"
    version = GOOD_VERSION
    host = "shop-3"
    transport = Transport("grpc")

    def __init__(
        self,
        world: World,
        destination: Destination,
        *,
        catalogue: Catalogue,
        cart: Cart,
        payment: Payment,
        shipping: Shipping,
    ) -> None:
        super().__init__(world, destination)
        self._catalogue = catalogue
        self._cart = cart
        self._payment = payment
        self._shipping = shipping
        self._orders = 0
        self.routes = {("POST", "/api/orders"): self.place_order}

    def instrument(self, meter: Meter) -> None:
        """Add orders and their value."""
        super().instrument(meter)
        self._placed = meter.create_counter("app.orders.placed", unit="{order}", description="Orders placed.")
        self._value = meter.create_histogram("app.order.value", unit="EUR", description="Value of orders.")

    def place_order(self, request: Request) -> Response:
        """Price the cart, charge it, hand it to shipping.

        Raises:
            KeyError: this release knows no discount for the customer's tier.
        """
        self.world.suffer(BAD_DEPLOYMENT)
        body = request.body
        span = trace.get_current_span()
        span.set_attributes({"app.user.tier": str(body["tier"]), "user.id": str(body["user"])})
        items = self.call(self._cart, "GET", "/api/carts/{user}", body).body or [str(body["product"])]
        total = self._price(items) * (100 - self._discount_percent(str(body["tier"]))) / 100
        self._orders += 1
        order = {"id": f"ord-{self._orders:06d}", "country": body["country"], "items": len(items)}
        span.set_attributes(
            {
                "app.order.id": order["id"],
                "app.order.amount": total,
                "app.order.items": items,
                "app.order.is_gift": len(items) > 3,
            }
        )
        self._charge(body, total)
        self._publish(order)
        self.call(self._cart, "DELETE", "/api/carts/{user}", body)
        self._placed.add(1, {"app.user.tier": str(body["tier"])})
        self._value.record(total, {"app.user.tier": str(body["tier"])})
        self.log.info("order %s placed: %.2f EUR", order["id"], total, extra={"app.order.amount": total})
        return Response(201, order["id"])

    def _price(self, items: list[str]) -> float:
        """The sum of the items' prices, each asked of the catalogue, at most three at once."""
        ask = [
            lambda item=item: self.call(self._catalogue, "GET", "/api/products/{product}", {"product": item})
            for item in items[:3]
        ]
        self.world.together(*ask)
        return sum(PRODUCTS[item][2] for item in items)

    def _discount_percent(self, tier: str) -> int:
        return DISCOUNT_PERCENT[self.version][tier]

    def _charge(self, body: Mapping[str, Any], amount: float) -> None:
        charge = {"user": body["user"], "provider": body["provider"], "amount": amount}
        answer = self.call(self._payment, "POST", "/api/charges", charge)
        if answer.status == 402:
            raise Refused(402, str(answer.body))
        if answer.status >= 500:
            raise Refused(502, "payment is not possible at the moment")

    def _publish(self, order: Mapping[str, Any]) -> None:
        attributes = {
            "messaging.system": "kafka",
            "messaging.destination.name": _TOPIC,
            "messaging.operation.name": "send",
            "messaging.operation.type": "send",
            "app.order.id": str(order["id"]),
        }
        with self.span(f"send {_TOPIC}", SpanKind.PRODUCER, attributes=attributes) as span:
            headers: dict[str, str] = {}
            propagate.inject(headers)
            self.world.spend(1.2)
            offset = self._shipping.deliver(headers, order)
            span.set_attributes({"messaging.message.id": f"{_TOPIC}-{offset}", "messaging.kafka.offset": offset})
            span.set_status(StatusCode.OK)
