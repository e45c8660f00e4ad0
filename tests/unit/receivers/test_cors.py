"""An origin pattern that matches too much lets a stranger's page send; these are the tricks that must not work."""

import pytest

from sonde.receivers.cors import Origins


def allowed(origins, origin):
    return b"access-control-allow-origin" in origins.headers(origin.encode())


@pytest.mark.parametrize(
    "origin", ["http://localhost", "http://localhost:8080", "https://localhost:1", "http://[::1]:3000"]
)
def test_local_pages_are_allowed_by_default(origin):
    assert allowed(Origins(), origin)


@pytest.mark.parametrize(
    "origin",
    [
        "http://localhost.evil.example",
        "http://localhost:80@evil.example",
        "http://localhost:80/evil",
        "http://evil.example?http://localhost",
        "xhttp://localhost",
        "http://localhost\r\nx: y",
        "null",
        "",
    ],
)
def test_pages_that_only_look_local_are_not(origin):
    assert not allowed(Origins(), origin)


def test_patterns_stand_for_labels_and_ports_only():
    origins = Origins(["https://*.shop.example", "HTTPS://one.example:*"])
    assert allowed(origins, "https://a.b.shop.example")
    assert allowed(origins, "https://ONE.example:8443")
    assert not allowed(origins, "https://shop.example")
    assert not allowed(origins, "https://a.shop.example.evil")
    assert not allowed(origins, "https://evil/.shop.example")


def test_a_star_is_everyone_and_nothing_is_no_one():
    assert allowed(Origins(["*"]), "https://anyone.example")
    assert not allowed(Origins(["*"]), "https://a b")
    assert not allowed(Origins([]), "http://localhost")


def test_what_a_stranger_sends_does_not_fill_memory():
    origins = Origins()
    for number in range(1000):
        origins.headers(b"http://localhost:%d" % number)
    assert len(origins._known) == 256


def test_a_preflight_repeats_only_names():
    origins = Origins()
    found = origins.preflight(b"http://localhost", b"content-type, traceparent")
    assert b"access-control-allow-headers: content-type, traceparent\r\n" in found
    assert b"allow-headers" not in origins.preflight(b"http://localhost", b"x\r\nset-cookie: y")
    assert origins.preflight(b"https://evil.example", b"x") == b"vary: origin\r\n"
