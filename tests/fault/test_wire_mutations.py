"""A short form of `make fault`'s million: kernel and twin must agree on damaged payloads, and say so when they do not."""

from __future__ import annotations

import random

import pytest

from fault import wire_mutations
from fault.wire_inputs import odd_payload, plain_payload
from sonde.otlp import wire

pytestmark = pytest.mark.skipif(not wire.NATIVE, reason="the kernel was not built here: there is nothing to compare")


@pytest.mark.parametrize("seed", [101, 102, 103])
def test_mutated_payloads(seed):
    accepted, refused = wire_mutations.run(1500, seed)
    assert accepted > 100
    assert refused > 100


@pytest.mark.parametrize("signal", [0, 1, 2])
@pytest.mark.parametrize("make", [plain_payload, odd_payload])
def test_payloads_cut_off_at_every_byte(signal, make):
    payload = make(random.Random(signal), signal)[:1500]
    for end in range(len(payload)):
        wire_mutations.compare(signal, payload[:end], whole=end % 29 == 0)


def test_a_disagreement_is_reported(monkeypatch):
    monkeypatch.setattr(wire_mutations.twin, "validate", lambda signal, payload: -1)
    with pytest.raises(wire_mutations.DisagreementError, match="validate of signal"):
        wire_mutations.run(1, 1)
