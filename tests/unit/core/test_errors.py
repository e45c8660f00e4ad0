"""The mapping of errors to codes is data; these tests hold it total and consistent with OTLP's retry rules."""

import pickle

import pytest

from sonde.core import errors
from sonde.core.errors import MalformedError, SondeError

RETRYABLE_HTTP = {429, 502, 503, 504}  # OTLP/HTTP "Retryable Response Codes"
RETRYABLE_GRPC = {1, 4, 8, 10, 11, 14, 15}  # OTLP/gRPC "Failures"


def every_class():
    found, queue = [], [SondeError]
    while queue:
        cls = queue.pop()
        found.append(cls)
        queue.extend(cls.__subclasses__())
    return [cls for cls in found if cls.__module__ == errors.__name__]


@pytest.mark.parametrize("cls", every_class(), ids=lambda cls: cls.__name__)
def test_every_class_has_a_row_of_its_own(cls):
    assert "traits" in vars(cls), f"{cls.__name__} has no row in the table"
    assert cls.__name__ in errors.__all__
    assert cls.__name__ in (errors.__doc__ or ""), "the docstring draws the whole tree"


@pytest.mark.parametrize("cls", every_class(), ids=lambda cls: cls.__name__)
def test_retryable_classes_answer_with_codes_a_client_retries(cls):
    traits = cls.traits
    if traits.retryable:
        assert traits.http_status in RETRYABLE_HTTP
        assert traits.grpc_code in RETRYABLE_GRPC
    else:
        assert traits.http_status not in RETRYABLE_HTTP


def test_too_large_is_what_grpc_servers_say_of_it():
    assert errors.TooLargeError.traits.grpc_code == 8  # RESOURCE_EXHAUSTED, which without RetryInfo is not sent again


def test_malformed_says_where_and_survives_a_process_boundary():
    error = pickle.loads(pickle.dumps(MalformedError("length runs past the end", 17, "resource_spans[0]")))
    assert str(error) == "length runs past the end at byte 17 in resource_spans[0]"
    assert (error.reason, error.offset, error.path) == ("length runs past the end", 17, "resource_spans[0]")


def test_the_categories_are_those_fourteen_and_two_more_with_their_reasons():
    fourteen = {
        "network", "timeout", "dns", "tls", "authentication", "authorization", "quota", "serialization", "validation",
        "configuration", "resource_exhausted", "unavailable", "storage", "internal",
    }  # fmt: skip
    assert {category.value for category in errors.Category} == fourteen | {"not_found", "ok"}
    used = {cls.traits.category.value for cls in every_class()}
    assert used == fourteen | {"not_found"}
