"""Completion teaches what there is: names by any part of them, values by their beginning, the frequent first."""

import pytest

from sonde.core.errors import ValidationError
from sonde.query.attributes import Among
from sonde.query.completion import CompletionQuestion
from stored import T0


@pytest.fixture(scope="module", autouse=True)
def telemetry(desk):
    desk.spans(
        *({"id": n + 1, "name": f"GET /{n % 2}", "attributes": {"http.route": f"/r{n % 3}"}} for n in range(9)),
        service="checkout",
    )
    desk.spans({"id": 20, "name": "charge", "attributes": {"user's": "ü"}}, service="pay")
    desk.logs({"attributes": {"shop.route": "x"}}, service="writer")


def found(query, **asked):
    return [(one.kind, one.text, one.count) for one in query.completions(CompletionQuestion(**asked))]


def test_names(query):
    assert found(query, text="ROUTE") == [("key", "http.route", 9)]
    assert found(query, text="ch") == [("service", "checkout", 9), ("operation", "charge", 1)]
    assert {one[0] for one in found(query)} == {"key", "service", "operation"}
    assert found(query, signal="logs", text="r") == [("key", "shop.route", 1)]
    assert found(query, signal="logs", text="wr") == [("service", "writer", 1)]
    assert found(query, text="%' OR 1") == []


def test_values(query):
    assert found(query, key="service", text="a") == [("service", "pay", 1)]
    assert found(query, key="operation") == [
        ("operation", "GET /0", 5),
        ("operation", "GET /1", 4),
        ("operation", "charge", 1),
    ]
    assert found(query, key="operation", among=Among(service="pay")) == [("operation", "charge", 1)]
    assert found(query, key="http.route", text="/R", limit=2) == [("value", "/r0", 3), ("value", "/r1", 3)]
    assert found(query, key="http.route", among=Among(service="pay")) == []
    assert found(query, key="user's", text="ü") == [("value", "ü", 1)]


def test_the_range_counts(query):
    later = Among(start_ns=T0 + 3600 * 10**9)
    assert found(query, key="service", among=later) == []
    assert found(query, key="http.route", among=later) == []


@pytest.mark.parametrize("asked", [{"limit": 0}, {"limit": 201}, {"signal": "spans"}])
def test_what_cannot_be_asked_is_refused(query, asked):
    with pytest.raises(ValidationError):
        query.completions(CompletionQuestion(**asked))
