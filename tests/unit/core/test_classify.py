"""Whatever goes wrong has a name: each kind of error by its code, wrappers by their cause, and no input makes it raise."""

from __future__ import annotations

import asyncio
import builtins
import concurrent.futures
import errno
import http
import http.client
import io
import json
import os
import queue
import signal
import socket
import sqlite3
import ssl
import struct
import subprocess
import sys
import urllib.error
import zlib
from types import SimpleNamespace

import grpc
import grpc.aio
import h2.events
import h2.exceptions
import h11
import httpcore
import httpx
import pytest
import requests
import urllib3
from h2.errors import ErrorCodes
from hypothesis import given, settings
from hypothesis import strategies as st

from sonde.core import errors
from sonde.core.classify import classify
from sonde.core.conditions import Condition, table
from sonde.core.errors import Category, SondeError


def code(thing):
    found = classify(thing)
    assert isinstance(found, Condition)
    assert found.advice
    return found.code


def caused(error, cause=None, context=None):
    """An exception as `raise error from cause` leaves it, or one that was raised while `context` was handled."""
    error.__context__ = context
    if cause:
        error.__cause__ = cause
    return error


REFUSED = ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")
UNKNOWN_HOST = socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def certificate_error(number, reason="CERTIFICATE_VERIFY_FAILED"):
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code, error.reason = number, reason
    return error


def tls_error(reason):
    error = ssl.SSLError(1, f"[SSL: {reason}] (_ssl.c:1)")
    error.reason = reason
    return error


@pytest.mark.parametrize("number", sorted(errno.errorcode))
def test_every_errno(number):
    assert code(OSError(number, "why")) == f"errno.{errno.errorcode[number]}"


@pytest.mark.parametrize("name", sorted(name for name in dir(socket) if name.startswith("EAI_")))
def test_every_resolver_code(name):
    assert code(socket.gaierror(getattr(socket, name), "why")) == f"gai.{name}"


def test_every_member_of_the_enumerations():
    assert all(code(status) == f"http.{int(status)}" for status in http.HTTPStatus)
    assert all(code(member) == f"signal.{member.name}" for member in signal.Signals)
    assert all(code(member) == f"grpc.{member.name}" for member in grpc.StatusCode)
    assert all(code(member) == f"http2.{member.name}" for member in ErrorCodes)
    for alert in ssl.AlertDescription:
        assert code(alert) == f"tls.alert.{alert.name.removeprefix('ALERT_DESCRIPTION_')}"


def builtin_exceptions():
    found = {
        kind.__name__: kind
        for kind in vars(builtins).values()
        if isinstance(kind, type) and issubclass(kind, BaseException)
    }
    return [found[name] for name in sorted(found)]


@pytest.mark.parametrize("kind", builtin_exceptions(), ids=lambda kind: kind.__name__)
def test_every_builtin_exception_has_a_condition_of_its_own(kind):
    assert code(kind) == f"python.{kind.__name__}"
    assert code(kind) in table()


def library_exceptions():
    modules = [httpx, httpcore, urllib3.exceptions, requests.exceptions, h11, h2.exceptions, grpc, grpc.aio]
    modules += [http.client, urllib.error, asyncio, concurrent.futures, subprocess, ssl, socket, sqlite3, queue]
    found = {
        kind
        for module in modules
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, BaseException)
    }
    return sorted(
        (kind for kind in found if kind.__name__[0] != "_" and kind.__module__ != "email.errors"),
        key=lambda kind: (kind.__module__, kind.__name__),
    )


@pytest.mark.parametrize("kind", library_exceptions(), ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_every_exception_of_the_libraries_has_a_condition_of_its_own(kind):
    found = classify(kind)
    assert found.code in table()
    assert found.name.rpartition(".")[2] == kind.__name__


@pytest.mark.parametrize(
    "name", sorted(name for name in errors.__all__ if issubclass(getattr(errors, name), SondeError))
)
def test_every_error_of_sonde(name):
    kind = getattr(errors, name)
    assert code(kind("what is wrong")) == f"sonde.{name}"
    assert classify(kind("what is wrong")).category is kind.traits.category


def test_an_error_of_sondes_that_is_no_part_of_the_tree_is_its_parent():
    class Special(errors.QuotaError):
        pass

    assert code(Special("slow down")) == "sonde.QuotaError"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (certificate_error(10), "tls.verify.CERT_HAS_EXPIRED"),
        (certificate_error(62), "tls.verify.HOSTNAME_MISMATCH"),
        (certificate_error(18), "tls.verify.DEPTH_ZERO_SELF_SIGNED_CERT"),
        (certificate_error(20), "tls.verify.UNABLE_TO_GET_ISSUER_CERT_LOCALLY"),
        (certificate_error(9999), "tls.CERTIFICATE_VERIFY_FAILED"),
        (tls_error("WRONG_VERSION_NUMBER"), "tls.WRONG_VERSION_NUMBER"),
        (tls_error("TLSV1_ALERT_UNKNOWN_CA"), "tls.alert.UNKNOWN_CA"),
        (tls_error("SSLV3_ALERT_HANDSHAKE_FAILURE"), "tls.alert.HANDSHAKE_FAILURE"),
        (tls_error("TLSV13_ALERT_CERTIFICATE_REQUIRED"), "tls.alert.CERTIFICATE_REQUIRED"),
        (tls_error("TLSV1_UNRECOGNIZED_NAME"), "tls.alert.UNRECOGNIZED_NAME"),
        (tls_error("SOMETHING_NEW"), "tls.SOMETHING_NEW"),
        (ssl.SSLError(1, "no reason"), "python.ssl.SSLError"),
        (ssl.SSLError(524297, "[SSL] PEM lib (_ssl.c:3905)"), "tls.PEM_LIB"),
        (ssl.SSLEOFError(8, "EOF occurred"), "python.ssl.SSLEOFError"),
        (socket.herror(1, "Unknown host"), "gai.EAI_NONAME"),
        (TimeoutError("timed out"), "python.TimeoutError"),
        (TimeoutError(errno.ETIMEDOUT, "timed out"), "errno.ETIMEDOUT"),
        (ConnectionRefusedError(), "python.ConnectionRefusedError"),
        (OSError(99999, "what"), "errno.99999"),
        (OSError("Multiple exceptions: [Errno 111] a, [Errno 111] b"), f"errno.{errno.errorcode.get(111, 111)}"),
        (OSError("Multiple exceptions: [Errno 111] a, [Errno 101] b"), "python.OSError"),
        (http.client.RemoteDisconnected("left"), "python.http.client.RemoteDisconnected"),
        (urllib.error.HTTPError("http://h/", 503, "busy", None, io.BytesIO()), "http.503"),
        (json.JSONDecodeError("no", "", 0), "python.json.JSONDecodeError"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "no"), "python.UnicodeDecodeError"),
        (MemoryError(), "python.MemoryError"),
        (RecursionError(), "python.RecursionError"),
        (struct.error("no"), "python.struct.error"),
        (zlib.error("no"), "python.zlib.error"),
        (queue.Empty(), "python.queue.Empty"),
        (concurrent.futures.CancelledError(), "python.concurrent.futures.CancelledError"),
        (asyncio.CancelledError(), "python.asyncio.CancelledError"),
        (KeyboardInterrupt(), "python.KeyboardInterrupt"),
        (SystemExit(), "exit.0"),
        (SystemExit(3), "exit.3"),
        (SystemExit("sorry"), "exit.1"),
        (SystemExit(999), "exit.999"),
        (subprocess.CalledProcessError(127, "nothing"), "exit.127"),
        (subprocess.CalledProcessError(-9, "big"), "signal.SIGKILL"),
        (subprocess.CalledProcessError(137, "big"), "exit.137"),
        (subprocess.TimeoutExpired("slow", 1), "python.subprocess.TimeoutExpired"),
        (subprocess.CompletedProcess("x", 2), "exit.2"),
        (h11.RemoteProtocolError("no"), "h11.RemoteProtocolError"),
        (h2.exceptions.StreamClosedError(1), "h2.StreamClosedError"),
        (httpx.ConnectTimeout("late"), "httpx.ConnectTimeout"),
        (requests.exceptions.MissingSchema("no"), "requests.MissingSchema"),
    ],
)  # fmt: skip
def test_errors_are_named_by_the_code_that_they_carry_or_their_class(error, expected):
    assert code(error) == expected


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (caused(httpx.ConnectError("no"), caused(httpcore.ConnectError("no"), UNKNOWN_HOST)), "gai.EAI_NONAME"),
        (caused(httpx.ConnectError("no"), caused(httpcore.ConnectError("no"), REFUSED)), "errno.ECONNREFUSED"),
        (caused(httpx.ConnectError("no"), certificate_error(10)), "tls.verify.CERT_HAS_EXPIRED"),
        (httpx.ConnectError("no"), "httpx.ConnectError"),
        (caused(httpx.ConnectTimeout("late"), TimeoutError()), "httpx.ConnectTimeout"),
        (urllib3.exceptions.MaxRetryError(None, "/", REFUSED), "errno.ECONNREFUSED"),
        (urllib3.exceptions.MaxRetryError(None, "/", urllib3.exceptions.SSLError(certificate_error(62))), "tls.verify.HOSTNAME_MISMATCH"),
        (urllib3.exceptions.ProtocolError("aborted", http.client.RemoteDisconnected("left")), "python.http.client.RemoteDisconnected"),
        (requests.exceptions.ConnectionError(urllib3.exceptions.MaxRetryError(None, "/", UNKNOWN_HOST)), "gai.EAI_NONAME"),
        (urllib.error.URLError(REFUSED), "errno.ECONNREFUSED"),
        (urllib.error.URLError("unknown scheme"), "python.urllib.URLError"),
        (caused(RuntimeError("it failed"), OSError(errno.ENOSPC, "full")), "errno.ENOSPC"),
        (caused(RuntimeError("it failed"), context=OSError(errno.ENOSPC, "full")), "errno.ENOSPC"),
        (caused(RuntimeError("it failed"), context=KeyError("x")), "python.RuntimeError"),
        (caused(RuntimeError("it failed"), KeyError("x")), "python.KeyError"),
        (caused(ValueError("bad"), OSError(errno.ENOSPC, "full")), "python.ValueError"),
        (caused(errors.NetworkError("no"), REFUSED), "errno.ECONNREFUSED"),
        (caused(errors.ConfigError("no file"), FileNotFoundError(errno.ENOENT, "no")), "sonde.ConfigError"),
        (ExceptionGroup("all", [REFUSED, REFUSED]), "errno.ECONNREFUSED"),
        (ExceptionGroup("all", [ExceptionGroup("more", [UNKNOWN_HOST])]), "gai.EAI_NONAME"),
        (ExceptionGroup("all", [REFUSED, UNKNOWN_HOST]), "python.ExceptionGroup"),
    ],
)  # fmt: skip
def test_wrappers_are_named_by_what_is_beneath_them(error, expected):
    assert code(error) == expected


def test_a_context_that_was_suppressed_does_not_count():
    error = caused(RuntimeError("it failed"), context=REFUSED)
    error.__suppress_context__ = True
    assert code(error) == "python.RuntimeError"


@pytest.mark.parametrize("status", list(grpc.StatusCode), ids=lambda status: status.name)
def test_every_grpc_error(status):
    class Ended(grpc.RpcError):
        def code(self):
            return status

    metadata = grpc.aio.Metadata()
    for error in (Ended(), grpc.aio.AioRpcError(status, metadata, metadata)):
        assert code(error) == f"grpc.{status.name}"


def test_errors_with_a_response_are_named_by_its_status():
    request = httpx.Request("GET", "http://h/")
    assert (
        code(httpx.HTTPStatusError("no", request=request, response=httpx.Response(404, request=request))) == "http.404"
    )
    answer = requests.Response()
    answer.status_code = 429
    assert code(requests.HTTPError("slow", response=answer)) == "http.429"
    assert code(requests.HTTPError("slow")) == "requests.HTTPError"


def test_responses_and_the_like_are_named_by_their_status():
    assert code(httpx.Response(503)) == "http.503"
    assert code(SimpleNamespace(status=204)) == "http.204"
    assert code(SimpleNamespace(status_code=599)) == "http.599"
    assert code(SimpleNamespace(code="drop.queue_full")) == "drop.queue_full"
    assert code(SimpleNamespace(status=True)) == "python.SimpleNamespace"
    assert code(SimpleNamespace(status="503")) == "python.SimpleNamespace"
    reset = h2.events.StreamReset.__new__(h2.events.StreamReset)
    reset.error_code = ErrorCodes.REFUSED_STREAM
    assert code(reset) == "http2.REFUSED_STREAM"


def test_an_unknown_class_of_a_known_parent_is_its_parent_and_any_other_itself():
    class DomainError(ValueError):
        pass

    class OwnError(Exception):
        pass

    assert code(DomainError()) == "python.ValueError"
    assert (code(OwnError()), code(OwnError)) == ("python.OwnError", "python.OwnError")
    assert classify(OwnError()).category is Category.INTERNAL
    assert code(caused(OwnError(), REFUSED)) == "errno.ECONNREFUSED"


def test_what_is_no_error_at_all_is_said_to_be_that():
    assert [code(thing) for thing in (None, 14, b"x", "zzz", object())] == [
        "python.NoneType", "python.int", "python.bytes", "python.str", "python.object",
    ]  # fmt: skip
    assert classify(classify(REFUSED)) is classify(REFUSED)


class HostileError(Exception):
    def __str__(self):
        raise ValueError("no text")

    __repr__ = __str__

    def __getattribute__(self, name):
        raise RuntimeError(f"no {name}")


class HostileSystemError(OSError):
    def __str__(self):
        raise ValueError("no text")

    def __getattr__(self, name):
        raise RuntimeError(f"no {name}")


class Meta(type):
    def __getattribute__(cls, name):
        raise RuntimeError(f"no {name}")


class HostileKind(metaclass=Meta):
    pass


class HostileCall(grpc.RpcError):
    def code(self):
        raise RuntimeError("no code")


class EndlessError(Exception):
    @property
    def reason(self):
        return EndlessError()


def test_nothing_makes_it_raise():
    for thing in (
        HostileError(),
        HostileSystemError(),
        HostileKind,
        HostileKind(),
        HostileCall(),
        EndlessError(),
        type,
        type("x" * 999, (), {}),
    ):
        assert code(thing).startswith(("python.", "grpcio."))
    ring = [RuntimeError(), httpx.ConnectError("no"), OSError()]
    for place, error in enumerate(ring):
        error.__cause__ = ring[place - 1]
    assert [code(error) for error in ring] == ["python.RuntimeError", "httpx.ConnectError", "python.OSError"]
    nested = REFUSED
    for _ in range(40):  # looked at once each: twice would be 2**40 times
        nested = ExceptionGroup("deep", [nested, nested])
    assert code(nested) == "errno.ECONNREFUSED"
    for _ in range(2000):
        nested = ExceptionGroup("deeper", [nested])
    assert code(nested) == "python.ExceptionGroup"


LEAVES = st.sampled_from(
    [
        REFUSED,
        UNKNOWN_HOST,
        ValueError(),
        HostileSystemError,
        OSError(),
        OSError("text"),
        certificate_error(10),
        None,
        "x",
        5,
    ]
)
WRAPPERS = [
    RuntimeError,
    OSError,
    httpx.ConnectError,
    requests.exceptions.ConnectionError,
    urllib.error.URLError,
    Exception,
    KeyError,
]


@settings(max_examples=60, deadline=None)
@given(st.recursive(LEAVES, lambda inner: st.tuples(st.sampled_from(WRAPPERS), inner, inner, inner), max_leaves=12))
def test_any_chain_of_errors_has_a_condition(tree):
    def build(node):
        if node is HostileSystemError:
            return HostileSystemError()
        if not isinstance(node, tuple):
            return node
        kind, argument, cause, context = node
        error = kind(build(argument))
        for name, beneath in (("__cause__", build(cause)), ("__context__", build(context))):
            if isinstance(beneath, BaseException):
                setattr(error, name, beneath)
        return error

    found = classify(build(tree))
    assert found.code
    assert found.advice


def test_classifying_imports_no_library():
    script = (
        "import sys; from sonde.core.classify import classify\n"
        "for thing in (OSError(1, ''), ValueError(), 'http.503', RuntimeError(), None): classify(thing)\n"
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=os.environ)
    loaded = set(done.stdout.split())
    assert not loaded & {
        "ssl",
        "http",
        "http.client",
        "asyncio",
        "grpc",
        "httpx",
        "requests",
        "urllib3",
        "h2",
        "h11",
        "difflib",
        "socket",
    }
