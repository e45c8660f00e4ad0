"""An address is written by people, in many forms; wrong ones must say what is wrong and never show a password."""

from dataclasses import replace

import pytest

from sonde.client.endpoint import Endpoint, TlsSettings, destination
from sonde.core.errors import ConfigError
from sonde.core.signal import Signal


@pytest.mark.parametrize(
    ("url", "protocol", "scheme", "authority", "spoken"),
    [
        ("http://h:4318", None, "http", "h:4318", "http/protobuf"),
        ("https://h", None, "https", "h:443", "http/protobuf"),
        ("h:4317", None, "http", "h:4317", "grpc"),
        ("http://h", "grpc", "http", "h:4317", "grpc"),
        ("https://h", "grpc", "https", "h:443", "grpc"),
        ("http://[::1]:4318", None, "http", "[::1]:4318", "http/protobuf"),
        (" http://h:4318/ ", "http/json", "http", "h:4318", "http/json"),
    ],
    ids=["http", "https", "bare", "grpc", "grpc-tls", "ipv6", "spaces"],
)
def test_every_form_is_read(url, protocol, scheme, authority, spoken):
    found = Endpoint.parse(url, protocol=protocol)
    assert (found.scheme, found.authority, found.protocol) == (scheme, authority, spoken)


def test_a_base_gets_the_signals_paths_and_a_complete_url_keeps_its_own():
    assert Endpoint.parse("http://h/otlp?key=1").path(Signal.METRICS) == "/otlp/v1/metrics?key=1"
    assert Endpoint.parse("http://h/mine?key=1", signal=Signal.METRICS).path(Signal.METRICS) == "/mine?key=1"
    assert Endpoint.parse("h:4317").path(Signal.LOGS) == Signal.LOGS.grpc_method


@pytest.mark.parametrize(
    "url",
    ["ftp://h", "http://", "http://h:99999", "http://user:hunter2@h", "http://h:port"],
    ids=["scheme", "host", "range", "user", "text"],
)
def test_a_wrong_address_says_so_without_its_secrets(url):
    with pytest.raises(ConfigError) as error:
        Endpoint.parse(url)
    assert "hunter2" not in str(error.value)


def test_a_later_header_replaces_one_of_the_same_name():
    endpoint = Endpoint(headers=(("a", "1"), ("b", "2"))).with_headers(("A", "3"))
    assert endpoint.headers == (("a", "3"), ("b", "2"))


def everything_to(*endpoints):
    return destination(dict.fromkeys(Signal, endpoints))


def test_a_destination_is_the_same_however_requests_travel():
    here = Endpoint.parse("http://h:4318").with_headers(("a", "1"), ("b", "2"))
    other = Endpoint.parse("http://H:4318", protocol="http/json").with_headers(("b", "2"), ("a", "1"))
    assert everything_to(here) == everything_to(replace(other, compression="gzip", timeout_s=3.0))
    assert everything_to(here, Endpoint()) == everything_to(Endpoint(), here)


@pytest.mark.parametrize(
    "changes",
    [
        {"host": "i"},
        {"port": 4319},
        {"scheme": "https"},
        {"paths": ("/t", "/m", "/l")},
        {"headers": (("x-scope-orgid", "other"),)},
        {"tls": TlsSettings(cert_file="other.pem")},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_another_server_or_tenant_is_another_destination(changes):
    here = Endpoint(host="h", headers=(("x-scope-orgid", "secret"),))
    assert everything_to(here) != everything_to(replace(here, **changes))
    assert "secret" not in everything_to(here)


def test_which_signal_goes_where_is_part_of_the_destination():
    left, right = Endpoint(host="left"), Endpoint(host="right")
    both = [
        destination({Signal.TRACES: [traces], Signal.LOGS: [logs]}) for traces, logs in ((left, right), (right, left))
    ]
    assert both[0] != both[1]
