"""Addresses are the standard ones where they are free, and a server that dies says why."""

from __future__ import annotations

import os
import socket
import sys

import pytest

from servers import free_ports
from sonde.core.errors import ConfigError, DeadlineError, UnavailableError
from sonde.demo.server import STANDARD, Addresses, Server, choose_addresses, is_free


def all_free(_):
    return True


def test_standard_ports_when_they_are_free():
    assert choose_addresses(None, None, None, free=all_free) == (STANDARD, [])


def test_a_free_port_instead_of_a_taken_one_is_said_aloud():
    chosen, remarks = choose_addresses(None, None, None, free=lambda address: address != STANDARD.http)
    assert (chosen.grpc, chosen.web) == (STANDARD.grpc, STANDARD.web)
    assert chosen.http != STANDARD.http
    assert remarks == [f"{STANDARD.http} is taken, using {chosen.http} instead"]


def test_what_was_asked_for_is_taken_and_port_0_is_settled():
    chosen, _ = choose_addresses("127.0.0.1:14317", "127.0.0.1:0", None, free=all_free)
    assert chosen.grpc == "127.0.0.1:14317"
    assert int(chosen.http.rsplit(":", 1)[1]) > 0


def test_an_address_asked_for_that_is_taken_is_an_error():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        assert not is_free(address)
        with pytest.raises(ConfigError, match="is taken"):
            choose_addresses(address, None, None)


@pytest.mark.parametrize("address", ["4317", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:70000"])
def test_a_malformed_address_is_an_error(address):
    with pytest.raises(ConfigError, match="HOST:PORT"):
        choose_addresses(address, None, None)


def addresses():
    return Addresses(*(f"127.0.0.1:{port}" for port in free_ports(3)))


def start(tmp_path, script):
    return Server(tmp_path, tmp_path / "log", addresses(), os.environ, (sys.executable, "-c", script))


def test_a_server_that_ends_at_once_is_told_with_its_last_words(tmp_path):
    server = start(tmp_path, "import sys; print('first'); sys.exit('the disk is full')")
    with pytest.raises(UnavailableError, match=r"code 1.*\n.*first\n.*the disk is full"):
        server.wait_ready(20)
    assert server.stop() == 1


def test_a_server_that_is_never_ready_is_told_and_stopped(tmp_path):
    server = start(tmp_path, "import threading; threading.Event().wait()")
    with pytest.raises(DeadlineError, match="printed nothing"):
        server.wait_ready(0.1)
    server.check()
    assert server.stop() == -15


def test_a_server_that_will_not_go_is_killed(tmp_path):
    script = (
        "import signal, threading; signal.signal(15, signal.SIG_IGN); print('up', flush=True); threading.Event().wait()"
    )
    server = start(tmp_path, script)
    while "up" not in server.last_words():
        server.check()
    assert server.stop(within_s=0.2) == -9
