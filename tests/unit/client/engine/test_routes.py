"""A route must say when its server may be asked again: too early is a storm, too late is lost telemetry."""

from __future__ import annotations

from math import inf

import pytest

from sonde.client.delivery import ACCEPTED, Delivery
from sonde.client.engine.routes import CIRCUIT, Route, Unavailable, routes_of
from sonde.core.clock import ManualClock
from sonde.core.signal import Signal

AWAY = Delivery(accepted=False, code="errno.ECONNREFUSED", retryable=True)
SENDER = Unavailable("never asked here")


@pytest.fixture
def clock():
    return ManualClock()


def attempt(route, delivery, clock):
    admitted = route.breaker.admit()
    assert admitted is not None
    route.learn(delivery, admitted, clock.monotonic())


def busy(seconds):
    return Delivery(accepted=False, code="http.503", retryable=True, retry_after_s=seconds)


def test_an_open_circuit_may_be_asked_when_its_rest_is_over(clock):
    route = Route(SENDER, clock)
    for _ in range(CIRCUIT.consecutive_failures):
        attempt(route, AWAY, clock)
    assert route.is_away
    assert route.open_at(clock.monotonic()) == clock.monotonic() + CIRCUIT.open_s
    clock.advance(CIRCUIT.open_s)
    assert route.open_at(clock.monotonic()) == clock.monotonic()


def test_while_a_probe_is_out_nothing_else_may_be_asked(clock):
    route = Route(SENDER, clock)
    for _ in range(CIRCUIT.consecutive_failures):
        attempt(route, AWAY, clock)
    clock.advance(CIRCUIT.open_s)
    assert route.breaker.admit() is not None
    route.under_way = 1
    assert route.open_at(clock.monotonic()) == inf


def test_a_server_that_names_a_wait_is_there_and_left_alone_for_so_long(clock):
    route = Route(SENDER, clock)
    for _ in range(CIRCUIT.consecutive_failures):
        attempt(route, busy(7.0), clock)
    assert not route.is_away
    assert route.open_at(clock.monotonic()) == clock.monotonic() + 7.0
    attempt(route, busy(3.0), clock)
    assert route.open_at(clock.monotonic()) == clock.monotonic() + 7.0, "a shorter wait does not end a longer one"
    attempt(route, busy(1e9), clock)
    assert route.open_at(clock.monotonic()) == clock.monotonic() + 60.0
    attempt(route, ACCEPTED, clock)


def test_a_server_that_refuses_is_there(clock):
    route = Route(SENDER, clock)
    for _ in range(CIRCUIT.consecutive_failures):
        attempt(route, Delivery(accepted=False, code="http.400"), clock)
    assert not route.is_away


def test_signals_that_share_a_sender_share_a_route(clock):
    other = Unavailable("another")
    routes = routes_of(lambda: {Signal.TRACES: SENDER, Signal.LOGS: SENDER, Signal.METRICS: other}, clock)
    assert routes[Signal.TRACES] is routes[Signal.LOGS]
    assert routes[Signal.METRICS].sender is other


def test_without_a_sender_every_attempt_says_why_and_loses_nothing(clock):
    def broken():
        raise OSError("no certificates")

    for senders, words in ((broken, "no certificates"), (dict, "no endpoint for logs")):
        delivery = routes_of(senders, clock)[Signal.LOGS].sender.send(Signal.LOGS, b"", timeout_s=1.0)
        assert (delivery.accepted, delivery.retryable, delivery.undelivered) == (False, True, True)
        assert words in delivery.message
