"""A request must say what it holds, whatever libraries are installed, and the package must cost nothing until it is used."""

from __future__ import annotations

import gzip
import subprocess
import sys

import pytest

from sonde.client.endpoint import Endpoint
from sonde.client.net import preparing
from sonde.client.net.exchange import AttemptError
from sonde.client.net.preparing import prepare
from sonde.core.errors import UnsupportedError
from sonde.core.signal import Signal


def test_a_missing_library_means_gzip_and_one_warning(monkeypatch, caplog):
    def compress(encoding, data):
        if encoding == "zstd":
            raise UnsupportedError("no library")
        return gzip.compress(data)

    monkeypatch.setattr(preparing, "compress", compress)
    preparing._warn.cache_clear()
    endpoint = Endpoint(compression="zstd")
    for _ in range(3):
        request = prepare(endpoint, Signal.TRACES, b"payload", 1.0)
        assert dict(request.headers)["content-encoding"] == "gzip"
        assert gzip.decompress(request.body) == b"payload"
    assert caplog.text.count("zstd") == 1


def test_grpc_marks_compressed_messages():
    request = prepare(Endpoint(protocol="grpc", port=4317, compression="gzip"), Signal.LOGS, b"payload", 1.0)
    assert dict(request.headers)["grpc-encoding"] == "gzip"
    assert request.body[0] == 1
    assert int.from_bytes(request.body[1:5], "big") == len(request.body) - 5
    assert gzip.decompress(request.body[5:]) == b"payload"


def test_configured_headers_cannot_break_the_message():
    headers = (("Content-Length", "1"), ("content-type", "text/html"), ("User-Agent", "mine"), ("x", "y"))
    request = prepare(Endpoint(headers=headers), Signal.TRACES, b"payload", 1.0)
    assert dict(request.headers) == {"content-type": "application/x-protobuf", "user-agent": "mine", "x": "y"}


@pytest.mark.parametrize(
    ("scheme", "port", "authority"),
    [("http", 80, "h"), ("https", 443, "h"), ("http", 443, "h:443"), ("https", 1, "h:1")],
)
def test_the_authority_leaves_out_the_schemes_own_port(scheme, port, authority):
    assert prepare(Endpoint(scheme=scheme, host="h", port=port), Signal.TRACES, b"", 1.0).authority == authority


def test_a_payload_that_is_none_is_refused_before_it_is_sent():
    with pytest.raises(AttemptError) as caught:
        prepare(Endpoint(protocol="http/json"), Signal.TRACES, b"\xff", 1.0)
    assert caught.value.undelivered
    assert not caught.value.retryable


def test_nothing_is_imported_before_it_is_used():
    code = """
import sys
import sonde.client.net
assert not {"socket", "ssl", "asyncio", "h11", "hpack"} & set(sys.modules)
sonde.client.net.open_sender
heavy = {"ssl", "asyncio", "h11", "hpack", "h2", "email", "http", "urllib.request", "numpy", "google.protobuf", "grpc", "requests"}
found = sorted(heavy & set(sys.modules))
assert not found, found
"""
    subprocess.run([sys.executable, "-c", code], check=True)
