"""An outcome must be read alike by all who act on it: the engine, the client without SDK, `classify`."""

from __future__ import annotations

import pytest

from sonde.client.delivery import ACCEPTED, Delivery
from sonde.core.classify import classify
from sonde.core.conditions import table


def refusal(code, message="", **more):
    return Delivery(accepted=False, code=code, message=message, **more)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("http.413", ""),
        ("grpc.RESOURCE_EXHAUSTED", "grpc: received message larger than max (5000000 vs. 4194304)"),
        ("grpc.RESOURCE_EXHAUSTED", "gRPC message exceeds maximum size 4194304: 5000000"),
        ("grpc.RESOURCE_EXHAUSTED", "the body is larger than 4 MiB"),
    ],
    ids=["http", "go", "java", "sonde"],
)
def test_a_refusal_for_size_is_recognised_by_the_words_of_known_servers(code, message):
    assert refusal(code, message).is_too_large


def test_tonics_refusal_for_size_is_one_although_its_code_may_be_retried():
    assert refusal(
        "grpc.OUT_OF_RANGE", "Error, decoded message length too large: found 5 bytes", retryable=True
    ).is_too_large


@pytest.mark.parametrize(
    "delivery",
    [
        refusal("grpc.RESOURCE_EXHAUSTED", "quota of the tenant is used up"),
        refusal("grpc.RESOURCE_EXHAUSTED", "larger than the quota of this minute", retryable=True, retry_after_s=30.0),
        refusal("http.503", "too large a crowd", retryable=True),
        refusal("grpc.UNAVAILABLE", "message larger than max", retryable=True),
        ACCEPTED,
    ],
    ids=["quota", "refilled", "busy", "code", "accepted"],
)
def test_other_refusals_are_no_question_of_size(delivery):
    assert not delivery.is_too_large


def test_every_code_of_the_table_names_its_condition():
    assert [code for code in table() if classify(refusal(code)).code != code] == []
