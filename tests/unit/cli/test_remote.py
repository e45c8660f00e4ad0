"""Asking a server: its errors keep their meaning, and its absence is explained."""

from __future__ import annotations

import pytest

from servers import free_ports
from sonde.cli.failure import CommandError, advice_of, exit_code_of
from sonde.cli.remote import Remote, is_loopback, period
from sonde.core.errors import NetworkError, NotFoundError, ValidationError


def test_parameters_without_a_value_are_left_out_and_lists_repeat(server):
    server.answers["/x"] = {"ok": True}
    with Remote(server.url) as remote:
        assert remote.get("/x", {"a": None, "b": ["1", "2"], "c": [], "d": 3}) == {"ok": True}
    assert server.asked[0].query == {"b": ["1", "2"], "d": ["3"]}


def test_the_tenant_travels_in_the_header_that_servers_read(server, monkeypatch):
    server.answers["/x"] = {}
    for header in ("x-scope-orgid", "x-team"):
        with Remote(server.url, tenant="acme") as remote:
            remote.get("/x")
        assert server.asked[-1].headers[header] == "acme"
        monkeypatch.setenv("SONDE_TENANT_HEADER", "x-team")
    with Remote(server.url) as remote:
        remote.get("/x")
    assert not {"x-scope-orgid", "x-team"} & server.asked[-1].headers.keys()
    with pytest.raises(CommandError, match="--tenant"):
        Remote(server.url, tenant="a\nb: c")


def test_a_length_of_time_that_is_none_names_its_option():
    with pytest.raises(CommandError, match="--since: '5x'") as caught:
        period("5x", None, None)
    assert exit_code_of(caught.value) == ValidationError.traits.exit_code
    assert period("-1h30m", None, None) == {"start": "-1h30m"}


def test_an_address_without_a_scheme_is_http(server):
    server.answers["/x"] = {}
    with Remote(server.url.removeprefix("http://")) as remote:
        assert remote.get("/x") == {}


def test_a_refusal_keeps_category_message_and_advice(server):
    with Remote(server.url) as remote, pytest.raises(CommandError, match="nothing at /gone") as caught:
        remote.get("/gone")
    assert caught.value.like is NotFoundError
    assert advice_of(caught.value) == "Look elsewhere."


def test_where_nothing_listens_the_error_says_what_to_start():
    (port,) = free_ports(1)
    with (
        Remote(f"http://127.0.0.1:{port}") as remote,
        pytest.raises(CommandError, match=f"no server answers.*{port}") as caught,
    ):
        remote.get("/sonde/services")
    assert "sonde serve" in advice_of(caught.value)
    assert exit_code_of(caught.value) == NetworkError.traits.exit_code


@pytest.mark.parametrize(
    "answer",
    [
        (200, {"content-type": "text/html"}, b"<html>"),
        (404, {}, b"404 page not found"),
        (500, {}, b'{"error": "text"}'),
    ],
)
def test_another_kind_of_server_is_told_apart(server, answer):
    server.answers["/x"] = answer
    with Remote(server.url) as remote, pytest.raises(CommandError, match="not as Sonde does") as caught:
        remote.get("/x")
    assert "4321" in advice_of(caught.value)


def test_a_parameter_that_the_server_validates_is_named(server):
    server.answers["/x"] = (422, {}, b'{"detail": [{"loc": ["query", "limit"], "msg": "should be less than 1000"}]}')
    with Remote(server.url) as remote, pytest.raises(CommandError, match="limit: should be less than 1000") as caught:
        remote.get("/x")
    assert caught.value.like is ValidationError


def test_lines_come_one_by_one_and_errors_are_read(server):
    server.answers["/follow"] = (200, {"content-type": "application/x-ndjson"}, b'{"a":1}\n\n{"a":2}\n')
    with Remote(server.url) as remote:
        assert list(remote.lines("GET", "/follow")) == [b'{"a":1}', b'{"a":2}']
        with pytest.raises(CommandError, match="nothing at /other"):
            list(remote.lines("POST", "/other", {"query": "x"}))
    assert server.asked[1].body == b'{"query":"x"}'


def test_time_options_become_start_and_end():
    assert period("15m", None, None) == {"start": "-15m"}
    assert period("-15m", None, "now") == {"start": "-15m", "end": "now"}
    assert period(None, "2026-01-01", None) == {"start": "2026-01-01"}
    assert period(None, None, None) == {"start": "-1h"}
    assert period(None, None, None, default=None) == {}
    with pytest.raises(CommandError, match="exclude each other"):
        period("1h", "2026-01-01", None)


@pytest.mark.parametrize(
    ("url", "expected"),
    [("http://127.0.0.1:1", True), ("http://localhost", True), ("http://[::1]:1", True), ("http://10.0.0.1", False)],
)
def test_no_proxy_stands_before_this_machine(url, expected):
    assert is_loopback(url) is expected
