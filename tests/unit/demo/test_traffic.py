"""Customers come at the rate asked for, are not waited for when the machine is slow, and their worst requests are kept."""

from __future__ import annotations

from random import Random

import pytest

from sonde.demo.faults import PAYMENT_OUTAGE, SLOW_DATABASE
from sonde.demo.shop import Served
from sonde.demo.storefront import PRODUCTS
from sonde.demo.traffic import MAX_LAG_S, Traffic


class Counter:
    def __init__(self, answer=lambda n: Served(f"{n:032x}", 200, 10.0, frozenset())):
        self.requests = []
        self._answer = answer

    def __call__(self, method, route, body):
        self.requests.append((method, route, body))
        return self._answer(len(self.requests))


def drive(traffic, seconds, step=0.05):
    for tick in range(int(seconds / step) + 1):
        due = traffic.step(tick * step)
        assert due > tick * step


def test_the_rate_is_what_was_asked_for():
    shop = Counter()
    traffic = Traffic(shop, Random(1), rate_per_s=50)
    drive(traffic, 60)
    assert traffic.sent == len(shop.requests)
    assert 2700 < traffic.sent < 3300
    assert traffic.rate_per_s(60) == pytest.approx(50, rel=0.2)
    assert traffic.skipped == 0


def test_every_errand_is_run_and_carries_what_its_route_needs():
    shop = Counter()
    drive(Traffic(shop, Random(2), rate_per_s=50), 20)
    assert {(method, route) for method, route, _ in shop.requests} == {
        ("GET", "/"),
        ("GET", "/product/{product}"),
        ("GET", "/search"),
        ("POST", "/cart"),
        ("POST", "/checkout"),
    }
    for _, route, body in shop.requests:
        assert "{" not in route.format_map(body)
        assert body["product"] in PRODUCTS or route == "/product/{product}"
    assert {body["tier"] for *_, body in shop.requests} == {"basic", "silver", "gold", "platinum"}


def test_a_pause_is_not_made_up_for_beyond_the_lag():
    shop = Counter()
    traffic = Traffic(shop, Random(3), rate_per_s=100)
    traffic.step(0.0)
    traffic.step(10.0)
    assert traffic.sent < 100 * MAX_LAG_S * 1.5
    assert 700 < traffic.skipped < 1100


def test_the_worst_request_of_a_fault_failed_before_it_was_slow():
    answers = {
        1: Served("a" * 32, 200, 900.0, frozenset({SLOW_DATABASE, PAYMENT_OUTAGE})),
        2: Served("b" * 32, 502, 20.0, frozenset({PAYMENT_OUTAGE})),
        3: Served("c" * 32, 200, 950.0, frozenset({PAYMENT_OUTAGE})),
    }
    traffic = Traffic(Counter(lambda n: answers.get(n, answers[3])), Random(1), rate_per_s=10)
    drive(traffic, 2)
    findings = traffic.findings()
    assert findings.of(PAYMENT_OUTAGE) is answers[2]
    assert findings.of(SLOW_DATABASE) is answers[1]
    assert traffic.failed == 1


def test_a_rate_of_nothing_is_refused():
    with pytest.raises(ValueError, match="rate"):
        Traffic(Counter(), Random(1), rate_per_s=0)
