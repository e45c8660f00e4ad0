"""Every code that an attempt can end with must be one that `sonde explain` knows, or a user looks it up in vain."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import sonde.client
from sonde.client.net.answer import GRPC_CODES
from sonde.client.net.failure import named
from sonde.core.classify import classify

CLIENT = Path(sonde.client.__file__).parent
SOURCES = sorted(path for part in ("net", "direct", "engine") for path in (CLIENT / part).glob("*.py"))
CODE = re.compile(r'"((?:client|config|errno|gai|grpc|protocol|proxy|timeout)\.[A-Za-z_0-9]+)"|\bcode="([^"]+)"')
WRITTEN = sorted({max(found) for path in SOURCES for found in CODE.findall(path.read_text())})


def test_the_search_finds_what_is_written():
    assert {"client.closed", "client.internal", "config", "config.tls", "proxy.refused", "protocol.http2"} <= set(
        WRITTEN
    )


@pytest.mark.parametrize(
    "code",
    [*WRITTEN, *(f"grpc.{name}" for name in GRPC_CODES), "timeout.connect", "timeout.send", "timeout.reply", "ok"],
)
def test_every_code_can_be_explained(code):
    assert classify(code).code == code


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConnectionRefusedError(111, "refused"), "errno.ECONNREFUSED"),
        (ConnectionResetError("asyncio gives no number"), "errno.ECONNRESET"),
        (BrokenPipeError(), "errno.EPIPE"),
    ],
    ids=["number", "reset", "pipe"],
)
def test_an_exception_is_named_with_what_was_being_done(error, code):
    failure = named(error, "asking here:1")
    assert failure.code == code
    assert failure.message.startswith("asking here:1: ")
    assert failure.retryable
