"""The door to the kernel hands on as documented, and stays light: a receiver imports neither numpy nor protobuf for it."""

from __future__ import annotations

import os
import subprocess
import sys

from sonde.otlp import wire
from sonde.otlp.columns import ValueKind
from unit.otlp.wire_bytes import attribute, log, trace

TRACES, METRICS, LOGS = 0, 1, 2


def test_the_door_hands_on_to_the_kernel():
    payload = trace(attribute("k", b"\x18\x01"), b"")
    columns = wire.scan(TRACES, payload, checked=True)
    assert wire.validate(TRACES, payload) == columns.count == 2
    assert wire.attribute(columns, "record", "k").kind.tolist() == [ValueKind.INT, ValueKind.ABSENT]
    assert wire.select(columns, b"\0\1") == trace(b"")
    assert wire.split(TRACES, payload, max_items=1) == [trace(attribute("k", b"\x18\x01")), trace(b"")]
    assert wire.concat([payload, payload]) == payload * 2
    assert wire.flatten(TRACES, payload) is payload
    assert wire.group_by_trace(columns).count == 1
    assert wire.body(wire.scan(LOGS, log(b""))).kind.tolist() == [ValueKind.ABSENT]


def imported(**environment):
    """What a fresh process has loaded after `from sonde.otlp import wire`."""
    code = "import sys; from sonde.otlp import wire; print(wire.NATIVE, *sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    native, *modules = done.stdout.split()
    return native == "True", modules


def test_the_kernel_needs_no_protobuf_and_no_numpy():
    native, modules = imported(SONDE_PURE="")
    heavy = {name.partition(".")[0] for name in modules} & {"numpy", "pydantic", "pyarrow", "google", "opentelemetry"}
    assert not native or heavy == set()


def test_the_twin_can_be_asked_for():
    native, modules = imported(SONDE_PURE="1")
    assert not native
    assert "sonde.otlp.kernel" not in modules
