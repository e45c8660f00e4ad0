"""The services that a customer sees first: frontend, catalogue, cart and recommendation.

Two faults live here. *Slow database*: the catalogue's queries take 20 times as long, and everything that shows products
with them. *Memory leak*: recommendation's memory grows, its garbage collector pauses ever longer, and in the end the kernel
kills it; while it is down the frontend shows best sellers instead, and says so in its log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry import baggage, trace
from opentelemetry.context import Context

from sonde.demo.faults import MEMORY_LEAK, SLOW_DATABASE
from sonde.demo.service import DURATION_BOUNDARIES_S, Refused, Request, Response, Service
from sonde.demo.telemetry import Destination, Transport

if TYPE_CHECKING:
    from opentelemetry.metrics import Meter

    from sonde.demo.ordering import Checkout
    from sonde.demo.world import World

__all__ = ["PRODUCTS", "Cart", "Catalogue", "Frontend", "Recommendation"]

PRODUCTS = {
    "TEA-001": ("Green tea, loose", "tea", 7.9),
    "TEA-002": ("Earl Grey, 50 bags", "tea", 5.5),
    "TEA-003": ("Rooibos, organic", "tea", 6.2),
    "POT-001": ("Cast-iron teapot", "pots", 49.0),
    "POT-002": ("Glass teapot, 1.2 l", "pots", 32.5),
    "CUP-001": ("Porcelain cup", "cups", 11.0),
    "CUP-002": ("Travel mug, steel", "cups", 24.9),
    "CUP-003": ("Set of six glasses", "cups", 29.0),
    "TIN-001": ("Tea tin, airtight", "storage", 9.8),
    "KET-001": ("Kettle with thermometer", "kettles", 79.0),
    "KET-002": ("Gooseneck kettle", "kettles", 64.0),
    "BOX-001": ("Gift box, large", "gifts", 39.0),
}
"""What the shop sells: name, category, price in euros by product number."""

SLOW_QUERY_MS = 50.0
MEMORY_LIMIT_MIB = 512.0


class Catalogue(Service):
    """Products, from PostgreSQL."""

    name = "catalogue"
    version = "3.2.0"
    host = "shop-2"
    transport = Transport("http/protobuf", gzip=True)

    def __init__(self, world: World, destination: Destination) -> None:
        super().__init__(world, destination)
        self.routes = {
            ("GET", "/api/products"): self.list_products,
            ("GET", "/api/products/{product}"): self.show_product,
            ("GET", "/api/search"): self.search,
        }

    def instrument(self, meter: Meter) -> None:
        """Add the count of products shown."""
        super().instrument(meter)
        self._shown = meter.create_counter("app.products.shown", unit="{product}", description="Products shown.")

    def _select(self, text: str, median_ms: float) -> None:
        is_slow = self.world.suffer(SLOW_DATABASE) is not None
        spent_ms = self.query("postgresql", "SELECT", "products", text, median_ms * 20 if is_slow else median_ms)
        if spent_ms > SLOW_QUERY_MS:
            self.log.warning(
                "slow query: %.0f ms, sequential scan on products", spent_ms, extra={"db.query.text": text}
            )

    def list_products(self, _: Request) -> Response:
        """The best sellers of the front page."""
        self._select("SELECT id, name, price FROM products ORDER BY sold DESC LIMIT $1", 5)
        self._shown.add(6, {"app.page": "list"})
        return Response(200, list(PRODUCTS)[:6])

    def show_product(self, request: Request) -> Response:
        """One product, 404 when there is none."""
        number = str(request.body["product"])
        self._select("SELECT id, name, price, stock FROM products WHERE id = $1", 2)
        if number not in PRODUCTS:
            raise Refused(404, f"no product has the number {number}")
        self._shown.add(1, {"app.page": "product"})
        return Response(200, PRODUCTS[number])

    def search(self, request: Request) -> Response:
        """Products whose name contains the text."""
        text = str(request.body["text"])
        self._select("SELECT id, name FROM products WHERE to_tsvector(name) @@ plainto_tsquery($1)", 7)
        found = [number for number, (name, *_) in PRODUCTS.items() if text in name.lower()]
        self.log.info("search for %r found %d products", text, len(found), extra={"app.search.results": len(found)})
        return Response(200, found)


class Recommendation(Service):
    """Products that go with what one looked at; the service that leaks."""

    name = "recommendation"
    version = "1.9.3"
    host = "shop-3"
    transport = Transport("grpc")
    memory_mib = 180.0

    def __init__(self, world: World, destination: Destination, catalogue: Catalogue) -> None:
        super().__init__(world, destination)
        self._catalogue = catalogue
        self.routes = {("GET", "/api/recommendations"): self.recommend}

    def instrument(self, meter: Meter) -> None:
        """Add garbage collection pauses and the size of the cache that leaks."""
        super().instrument(meter)
        self._pauses = meter.create_histogram(
            "app.gc.pause",
            unit="s",
            description="Garbage collection pauses.",
            explicit_bucket_boundaries_advisory=DURATION_BOUNDARIES_S,
        )
        self.observe(meter, "app.cache.entries", "{entry}", "Answers kept in memory.", lambda: self.memory_mib * 40)

    def leak(self, progress: float | None) -> None:
        """Use as much memory as a leak of that progress (0 to 1) has taken; None is a process without one."""
        base = type(self).memory_mib
        self.memory_mib = base + (MEMORY_LIMIT_MIB - base) * (progress or 0.0)

    def recommend(self, _: Request) -> Response:
        """Three products, ranked."""
        leaked = self.world.suffer(MEMORY_LEAK)
        with self.span("rank products", attributes={"app.model.version": "2025-11", "app.candidates": 40}):
            self.world.spend(5)
            if leaked is not None:
                self._collect_garbage(leaked)
        chosen = self.world.random.sample(sorted(PRODUCTS), 3)
        for product in chosen[:1]:
            self.call(self._catalogue, "GET", "/api/products/{product}", {"product": product})
        return Response(200, chosen)

    def _collect_garbage(self, leaked: float) -> None:
        """Pause, more often and longer the more has leaked."""
        if not self.world.chance(0.15 + 0.6 * leaked):
            return
        pause_ms = self.world.spend(30 + 250 * leaked)
        trace.get_current_span().add_event("gc.pause", {"app.gc.pause_ms": pause_ms}, self.world.now_ns)
        self._pauses.record(pause_ms / 1000)
        if pause_ms > 100:
            self.log.warning(
                "garbage collection paused for %.0f ms, %.0f of %.0f MiB in use",
                pause_ms,
                self.memory_mib,
                MEMORY_LIMIT_MIB,
                extra={"app.gc.pause_ms": pause_ms},
            )


class Cart(Service):
    """What each customer is about to buy, in Redis; sends its counters as deltas."""

    name = "cart"
    version = "2.0.7"
    host = "shop-2"
    transport = Transport("http/protobuf", delta=True)

    def __init__(self, world: World, destination: Destination) -> None:
        super().__init__(world, destination)
        self._items: dict[str, list[str]] = {}
        self.routes = {
            ("GET", "/api/carts/{user}"): self.show,
            ("POST", "/api/carts/{user}/items"): self.add,
            ("DELETE", "/api/carts/{user}"): self.clear,
        }

    def instrument(self, meter: Meter) -> None:
        """Add the count of items put into carts."""
        super().instrument(meter)
        self._added = meter.create_counter("app.cart.items_added", unit="{item}", description="Items put into carts.")

    def show(self, request: Request) -> Response:
        """The cart of one customer."""
        self.query("redis", "LRANGE", "cart", "LRANGE cart:? 0 -1", 0.5)
        return Response(200, self._items.get(str(request.body["user"]), []))

    def add(self, request: Request) -> Response:
        """Put one item into a cart."""
        user, product = str(request.body["user"]), str(request.body["product"])
        self.query("redis", "RPUSH", "cart", "RPUSH cart:? ?", 0.6)
        self._items.setdefault(user, []).append(product)
        self._added.add(1, {"app.product.category": PRODUCTS[product][1]})
        self.log.info("%s added to the cart of %s", product, user, extra={"app.product.id": product})
        return Response(201, self._items[user])

    def clear(self, request: Request) -> Response:
        """Empty a cart."""
        self.query("redis", "DEL", "cart", "DEL cart:?", 0.5)
        self._items.pop(str(request.body["user"]), None)
        return Response(204)


class Frontend(Service):
    """Pages for browsers; every trace of a customer begins here.

    Attributes:
        trace_id: of the latest request, 32 hex digits.
    """

    name = "frontend"
    version = "5.1.0"
    host = "shop-1"
    transport = Transport("grpc", gzip=True)

    def __init__(
        self,
        world: World,
        destination: Destination,
        *,
        catalogue: Catalogue,
        cart: Cart,
        recommendation: Recommendation,
        checkout: Checkout,
    ) -> None:
        super().__init__(world, destination)
        self._catalogue = catalogue
        self._cart = cart
        self._recommendation = recommendation
        self._checkout = checkout
        self.trace_id = ""
        self.routes = {
            ("GET", "/"): self.home,
            ("GET", "/product/{product}"): self.product,
            ("GET", "/search"): self.search,
            ("POST", "/cart"): self.add_to_cart,
            ("POST", "/checkout"): self.check_out,
        }

    def parent_of(self, request: Request) -> Context:
        """A browser sends no context: a trace begins here, and the customer's id travels with it as baggage."""
        return baggage.set_baggage("user.id", str(request.body["user"]), Context())

    def home(self, request: Request) -> Response:
        """The front page: three services asked at once."""
        self._describe(request)
        products, _, _ = self.world.together(
            lambda: self.call(self._catalogue, "GET", "/api/products"),
            self._recommend,
            lambda: self.call(self._cart, "GET", "/api/carts/{user}", request.body),
        )
        return self._render(products)

    def product(self, request: Request) -> Response:
        """One product and what goes with it."""
        self._describe(request)
        product, _ = self.world.together(
            lambda: self.call(self._catalogue, "GET", "/api/products/{product}", request.body), self._recommend
        )
        return self._render(product)

    def search(self, request: Request) -> Response:
        """The search page."""
        self._describe(request)
        return self._render(self.call(self._catalogue, "GET", "/api/search", request.body))

    def add_to_cart(self, request: Request) -> Response:
        """Put a product into the cart."""
        self._describe(request)
        return self._render(self.call(self._cart, "POST", "/api/carts/{user}/items", request.body))

    def check_out(self, request: Request) -> Response:
        """Buy what is in the cart."""
        self._describe(request)
        response = self._render(self.call(self._checkout, "POST", "/api/orders", request.body))
        self.log.info("order placed by %s", request.body["user"], extra={"app.order.id": response.body})
        return response

    def _describe(self, request: Request) -> None:
        """Say of the current span who asks."""
        body = request.body
        span = trace.get_current_span()
        self.trace_id = trace.format_trace_id(span.get_span_context().trace_id)
        span.set_attributes(
            {
                "user.id": str(body["user"]),
                "app.user.tier": str(body["tier"]),
                "client.geo.country.iso_code": str(body["country"]),
                "user_agent.original": str(body["agent"]),
            }
        )

    def _recommend(self) -> Response:
        """Recommendations, or best sellers when nobody answers: a page does not fail for them."""
        try:
            return self.call(self._recommendation, "GET", "/api/recommendations")
        except ConnectionRefusedError as error:
            self.log.warning("no recommendations, showing best sellers: %s", error.strerror)
            return Response(200, [])

    def _render(self, answer: Response) -> Response:
        """The page for an answer from behind; its errors become the page's."""
        if answer.status >= 500:
            raise Refused(502, f"a service behind answered {answer.status}")
        if answer.status >= 400:
            raise Refused(answer.status, str(answer.body))
        with self.span("render page", attributes={"app.template": "page.html"}):
            self.world.spend(2.5)
        return Response(200, answer.body)
