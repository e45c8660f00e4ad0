"""Customers of the sample shop: who they are, what they ask for, and when.

Arrivals are a Poisson process: the gaps between requests are exponential around `1 / rate`. `Traffic.step(elapsed_s)` plays
every request due by then and says when the next is; it neither sleeps nor reads a clock, so tests drive it by hand. When
the machine cannot keep up, requests older than `MAX_LAG_S` are skipped and counted, instead of falling ever further behind.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sonde.demo.storefront import PRODUCTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random

    from sonde.demo.faults import Fault
    from sonde.demo.shop import Served

__all__ = ["MAX_LAG_S", "Customer", "Findings", "Traffic"]

MAX_LAG_S = 1.0
CUSTOMERS = 240
_RATE_WINDOW = 256

_TIERS = (("basic", 45), ("silver", 15), ("gold", 10), ("platinum", 30))
_COUNTRIES = (("DE", 40), ("FR", 20), ("NL", 15), ("AT", 10), ("PL", 10), ("CH", 5))
_PROVIDERS = (("northbank", 60), ("eastpay", 40))
_AGENTS = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36",
)
_ERRANDS = (
    (("GET", "/"), 30),
    (("GET", "/product/{product}"), 30),
    (("GET", "/search"), 10),
    (("POST", "/cart"), 16),
    (("POST", "/checkout"), 14),
)
_SEARCHES = ("tea", "kettle", "cup", "gift", "glass", "coffee")
_UNKNOWN_PRODUCT = "OLD-404"


def _pick(random: Random, weighted: tuple[tuple[Any, int], ...]) -> Any:
    return random.choices([value for value, _ in weighted], [weight for _, weight in weighted])[0]


@dataclass(frozen=True, slots=True)
class Customer:
    """One person who shops: attributes that telemetry carries along."""

    user: str
    tier: str
    country: str
    agent: str
    provider: str

    def body(self, random: Random) -> dict[str, Any]:
        """What a request of this customer carries."""
        product = random.choice(sorted(PRODUCTS))
        return {
            "user": self.user,
            "tier": self.tier,
            "country": self.country,
            "agent": self.agent,
            "provider": self.provider,
            "product": product,
            "text": random.choice(_SEARCHES),
        }


@dataclass(frozen=True, slots=True)
class Findings:
    """The request most worth a look, per fault that it met: failed before slow."""

    worst: Mapping[Fault, Served]

    def of(self, fault: Fault) -> Served | None:
        """The worst request that met `fault`; None when none did."""
        return self.worst.get(fault)


class Traffic:
    """Sends customers' requests to a shop.

    Args:
        serve: plays one request (`Shop.serve`).
        random: the dice.
        rate_per_s: requests per second, on average; more than 0.

    Attributes:
        sent: requests played so far.
        failed: those answered with 500 or above.
        skipped: those left out because the machine could not keep up.
    """

    def __init__(
        self, serve: Callable[[str, str, Mapping[str, Any]], Served], random: Random, *, rate_per_s: float
    ) -> None:
        if rate_per_s <= 0:
            raise ValueError(f"a rate is more than 0 requests per second, not {rate_per_s:g}")
        self.sent = 0
        self.failed = 0
        self.skipped = 0
        self._serve = serve
        self._random = random
        self._rate_per_s = rate_per_s
        self._customers = [self._customer(number) for number in range(1, CUSTOMERS + 1)]
        self._due_s = 0.0
        self._recent: deque[float] = deque(maxlen=_RATE_WINDOW)
        self._worst: dict[Fault, Served] = {}

    def _customer(self, number: int) -> Customer:
        random = self._random
        return Customer(
            f"u-{number:04d}",
            _pick(random, _TIERS),
            _pick(random, _COUNTRIES),
            random.choice(_AGENTS),
            _pick(random, _PROVIDERS),
        )

    def step(self, elapsed_s: float) -> float:
        """Play what is due `elapsed_s` seconds into the run; returns when the next request is due, seconds into the run."""
        while self._due_s <= elapsed_s:
            if elapsed_s - self._due_s > MAX_LAG_S:
                self.skipped += 1
            else:
                self._play(elapsed_s)
            self._due_s += self._random.expovariate(self._rate_per_s)
        return self._due_s

    def _play(self, elapsed_s: float) -> None:
        customer = self._random.choice(self._customers)
        method, route = _pick(self._random, _ERRANDS)
        body = customer.body(self._random)
        if route == "/product/{product}" and self._random.random() < 0.01:
            body["product"] = _UNKNOWN_PRODUCT
        served = self._serve(method, route, body)
        self.sent += 1
        self.failed += served.status >= 500
        self._recent.append(elapsed_s)
        for fault in served.touched:
            if fault not in self._worst or _badness(served) > _badness(self._worst[fault]):
                self._worst[fault] = served

    def rate_per_s(self, elapsed_s: float) -> float:
        """Requests per second over the last few hundred; 0 before the first."""
        if not self._recent:
            return 0.0
        return len(self._recent) / max(elapsed_s - self._recent[0], 0.1)

    def findings(self) -> Findings:
        """The worst requests so far."""
        return Findings(dict(self._worst))


def _badness(served: Served) -> tuple[bool, float]:
    return served.status >= 500, served.duration_ms
