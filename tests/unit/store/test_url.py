"""Store URLs: every form, its defaults, and a clear refusal that never shows a password."""

from __future__ import annotations

from pathlib import Path

import pytest

from sonde.core.errors import ConfigError
from sonde.store import parse_url

DATA = Path("/var/lib/sonde")


@pytest.mark.parametrize("url", ["", "chdb://", "chdb:///"])
def test_the_embedded_engine_lies_in_the_data_directory(url):
    assert parse_url(url, DATA).directory == DATA / "store"


def test_the_embedded_engine_lies_where_the_url_says():
    assert parse_url("chdb:///srv/my%20store", DATA).directory == Path("/srv/my store")


def test_a_server():
    url = parse_url("clickhouse://me:p%40ss@db.example:9999/traces?cluster=main&secure=true", DATA)
    assert (url.host, url.port, url.user, url.password) == ("db.example", 9999, "me", "p@ss")
    assert (url.database, url.cluster, url.secure) == ("traces", "main", True)
    assert "p@ss" not in f"{url} {url!r}"


@pytest.mark.parametrize(("url", "port"), [("clickhouse://h", 8123), ("clickhouse://h?secure=1", 8443)])
def test_a_servers_defaults(url, port):
    found = parse_url(url, DATA)
    assert (found.port, found.user, found.database, found.cluster) == (port, "default", "otel", "")


def test_no_store():
    assert parse_url("none", DATA).kind == "none"


@pytest.mark.parametrize(
    "url",
    [
        "postgres://x",
        "chdb://host/dir",
        "clickhouse://",
        "clickhouse://u:secret@h:port/db",
        "clickhouse://u:secret@h/bad-name",
        "clickhouse://u:secret@h/db?clutser=x",
        "clickhouse://u:secret@h/db?cluster=a'b",
    ],
)
def test_what_is_wrong_is_said_without_the_password(url):
    with pytest.raises(ConfigError) as caught:
        parse_url(url, DATA)
    assert "secret" not in str(caught.value)
