"""Arguments of the official exporters must mean here what they mean there, and beat the environment one by one."""

import enum

import pytest

from sonde.client.address import endpoint_of, header_pairs
from sonde.client.endpoint import Endpoint
from sonde.core.errors import ConfigError
from sonde.core.signal import Signal

DEFAULT = Endpoint(host="from-environment", headers=(("k", "v"),), compression="gzip", timeout_s=7.0)


class OfHttp(enum.Enum):
    Gzip = "gzip"
    NoCompression = "none"


class OfGrpc(enum.IntEnum):
    NoCompression = 0
    Deflate = 1
    Gzip = 2


def made(address=None, **connection):
    return endpoint_of(Signal.TRACES, DEFAULT, address, connection)


def test_what_no_argument_names_stays():
    assert made() == DEFAULT
    assert made("http://other:4318").headers == DEFAULT.headers
    assert made(timeout=None, headers=None) == DEFAULT


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("http://h:4318", "/v1/traces"),
        ("http://h:4318/v1/traces", "/v1/traces"),
        ("http://h:4318/otlp", "/otlp/v1/traces"),
        ("http://h:4318/otlp/v1/traces", "/otlp/v1/traces"),
        ("h:4317", Signal.TRACES.grpc_method),
    ],
    ids=["base", "complete", "prefix", "complete-prefix", "grpc"],
)
def test_an_address_may_be_complete_or_a_base(address, path):
    assert made(address).path(Signal.TRACES) == path


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        (OfHttp.Gzip, "gzip"),
        (OfHttp.NoCompression, "none"),
        (OfGrpc.Gzip, "gzip"),
        (OfGrpc.NoCompression, "none"),
    ],
    ids=["text", "upper", "http", "http-none", "grpc", "grpc-none"],
)
def test_compression_may_be_an_official_enumeration(value, name):
    assert made(compression=value).compression == name


@pytest.mark.parametrize(
    "headers", [{"A": "1", "b": "2"}, [("A", "1"), ("b", "2")], "A=1,b=2"], ids=["mapping", "pairs", "text"]
)
def test_headers_come_in_three_forms(headers):
    assert header_pairs(headers) == (("a", "1"), ("b", "2"))


@pytest.mark.parametrize(
    "headers", [{"a": 1}, {"a": "x\ny"}, [("a",)], 5, "novalue"], ids=["number", "newline", "single", "int", "text"]
)
def test_headers_of_another_form_are_refused(headers):
    with pytest.raises(ConfigError, match="headers"):
        header_pairs(headers)


def test_another_protocol_moves_a_standard_port_along():
    assert made(protocol="grpc").port == 4317
    assert endpoint_of(Signal.TRACES, Endpoint(port=9999), None, {"protocol": "grpc"}).port == 9999


def test_insecure_decides_for_addresses_without_scheme():
    assert made("h:4317", insecure=False).scheme == "https"
    assert made("h:4317", insecure=True).scheme == "http"
    assert made("http://h:4317", insecure=False).scheme == "http"


def test_certificates_are_taken(tmp_path):
    tls = made(certificate_file="ca.pem", client_key_file="key.pem").tls
    assert (tls.ca_file, tls.key_file, tls.cert_file) == ("ca.pem", "key.pem", None)
