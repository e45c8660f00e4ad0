"""The twin judges by the protobuf library and explains by a walk: the two must agree with each other."""

from __future__ import annotations

import random

import pytest
from google.protobuf.message import DecodeError

from fault.wire_inputs import REQUESTS, mutate, odd_payload, plain_payload
from sonde.core.errors import MalformedError
from sonde.otlp import twin_check, twin_wire
from sonde.otlp.schema import REASONS
from unit.otlp.wire_bytes import field, trace, varint

# The library takes these: OTLP has no groups, and says how long an id is.
STRICTER = {REASONS.group, REASONS.id16, REASONS.id8}


def refusal(signal, payload):
    """The walk's reason to refuse a payload, or None."""
    try:
        twin_check.walk(signal, payload)
    except MalformedError as refused:
        return refused.reason
    return None


def library_takes(signal, payload):
    try:
        REQUESTS[signal].FromString(payload)
    except DecodeError:
        return False
    return True


@pytest.mark.parametrize("seed", range(6))
def test_the_walk_refuses_what_the_library_refuses_and_groups_and_ids_besides(seed):
    rng = random.Random(seed)
    for _ in range(150):
        signal = rng.randrange(3)
        payload = mutate(rng, rng.choice((plain_payload, odd_payload))(rng, signal))
        if library_takes(signal, payload):
            assert refusal(signal, payload) in {None, *STRICTER}
        else:
            assert refusal(signal, payload) in REASONS


def test_canonical_payloads_are_not_walked(monkeypatch):
    payload = plain_payload(random.Random(4), 0)
    monkeypatch.setattr(twin_check, "walk", lambda signal, data: pytest.fail("walked"))
    twin_check.validate(0, payload)


def test_what_only_the_library_refuses_is_refused_too(monkeypatch):
    monkeypatch.setattr(twin_check, "walk", lambda signal, data: None)
    with pytest.raises(MalformedError, match="the protobuf library refuses it"):
        twin_check.validate(0, trace(b"\x00"))


def test_fields():
    data = field(1, b"abc") + field(2, varint(300), 0) + field(3, bytes(7) + b"\x01", 1) + field(4, b"\x01\0\0\x80", 5)
    pieces = list(twin_wire.fields(data, 0, len(data)))
    assert [piece.tag for piece in pieces] == [0x0A, 0x10, 0x19, 0x25]
    assert [piece.value for piece in pieces] == [0, 300, 1 << 56, 0x80000001]
    assert data[pieces[0].body : pieces[0].stop] == b"abc"
    assert [piece.at for piece in pieces] == [0, *(piece.stop for piece in pieces[:-1])]


@pytest.mark.parametrize("value", [0, 1, 127, 128, 300, 2**32, 2**64 - 1])
def test_varints_read_back(value):
    assert twin_wire.varint(varint(value), 0, 10, 10) == (value, len(varint(value)))
