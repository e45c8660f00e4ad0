"""Completion: what there is, by prefix, the frequent first."""

import pytest

from sonde.core.errors import ValidationError


@pytest.fixture(scope="module", autouse=True)
def telemetry(desk):
    desk.spans(
        *(
            {"id": n + 1, "attributes": {"http.route": f"/r{n % 3}", "http.status": 200, "Weird'key": "x"}}
            for n in range(9)
        ),
        resource={"host.name": "h"},
    )
    desk.logs({"attributes": {"http.route": "/log"}}, {"attributes": {"other": True}})
    desk.metric("m", "gauge", [{"at_s": 0, "as_double": 1.0, "attributes": {"http.route": "/metric"}}])


def test_keys(query):
    found = query.attribute_keys("traces", prefix="HTTP.")
    assert [(one.key, one.level, one.type, one.count) for one in found] == [
        ("http.route", "record", "string", 9), ("http.status", "record", "int", 9),
    ]  # fmt: skip
    assert found[0].values
    assert set(found[0].values) <= {"/r0", "/r1", "/r2"}
    assert {one.key for one in query.attribute_keys("traces", "resource")} == {"host.name", "service.name"}
    assert {one.signal for one in query.attribute_keys(prefix="http.route")} == {"traces", "logs", "metrics"}
    assert len(query.attribute_keys(limit=2)) == 2
    assert query.attribute_keys(prefix="nosuch") == []


def test_values(query):
    assert [(one.value, one.count) for one in query.attribute_values("http.route")] == [
        ("/r0", 3),
        ("/r1", 3),
        ("/r2", 3),
    ]
    assert [one.value for one in query.attribute_values("http.route", prefix="/R1")] == ["/r1"]
    assert [one.value for one in query.attribute_values("http.route", "logs")] == ["/log"]
    assert [one.value for one in query.attribute_values("point.http.route", "metrics")] == ["/metric"]
    assert [one.value for one in query.attribute_values("resource.host.name")] == ["h"]
    assert [one.value for one in query.attribute_values("Weird'key")] == ["x"]
    assert query.attribute_values("nosuch") == []


def test_what_is_not_understood_names_the_parameter(query):
    with pytest.raises(ValidationError, match=r"^signal: "):
        query.attribute_keys("spans")
    with pytest.raises(ValidationError, match=r"^level: "):
        query.attribute_keys(level="span")
    with pytest.raises(ValidationError, match=r"^key: "):
        query.attribute_values("")
    with pytest.raises(ValidationError, match=r"^limit: "):
        query.attribute_values("k", limit=0)
