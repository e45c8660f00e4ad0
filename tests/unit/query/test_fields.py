"""The list of fields tells what there is to narrow a search by: what it offers must be in the selection."""

from dataclasses import replace

import pytest

from sonde.core.errors import ValidationError
from sonde.query import LogSearch
from sonde.query.fields import fields

ASKED = LogSearch(service="fields")


@pytest.fixture(scope="module", autouse=True)
def lines(desk):
    desk.logs(
        *(
            {"body": f"{n}", "at_ms": n, "severity": 9 + n % 2, "attributes": {"order": n, "route": f"/{n % 3}"}}
            for n in range(30)
        ),
        {"body": "x", "severity": 0, "event": "cart.full", "attributes": {"long": "é" * 300, "odd\0'\"{p0}": "\x1b\u202e", "": ""}},
        service="fields",
        resource={"host.name": "h1"},
    )  # fmt: skip
    desk.logs({"body": "y", "attributes": {"elsewhere": 1}}, service="fields-of-others")


def test_fields_with_coverage_and_values(query):
    found = query.log_fields(ASKED, values=3)
    assert (found.total, found.looked_at, found.truncated) == (31, 31, False)
    by_name = {one.name: one for one in found.fields}
    assert [one.name for one in found.fields[:3] if one.level == "field"] == ["service", "severity", "event"]
    assert [(one.value, one.count) for one in by_name["severity"].values] == [("INFO", 30), ("UNSPECIFIED", 1)]
    assert (by_name["event"].count, by_name["event"].values[0].value) == (1, "cart.full")
    assert (by_name["route"].count, by_name["route"].distinct, by_name["route"].level) == (30, 3, "record")
    assert (by_name["order"].distinct, len(by_name["order"].values)) == (30, 3)
    assert (by_name["host.name"].level, by_name["host.name"].count) == ("resource", 31)
    assert "elsewhere" not in by_name


def test_long_and_odd_values(query):
    by_name = {one.name: one for one in query.log_fields(ASKED).fields}
    assert (by_name["long"].values[0].value, by_name["long"].values[0].cut) == ("é" * 200, True)
    assert by_name["odd\0'\"{p0}"].values[0].value == "\x1b\u202e"
    assert by_name[""].values[0].value == ""


def test_limits(query):
    found = query.log_fields(ASKED, limit=2)
    assert found.truncated
    assert len([one for one in found.fields if one.level != "field"]) == 2
    for bad in ({"limit": 0}, {"values": 101}):
        with pytest.raises(ValidationError):
            query.log_fields(ASKED, **bad)
    assert query.log_fields(replace(ASKED, service="nobody")).fields == []


def test_a_sample_says_so(desk, query):
    desk.logs(*({"body": "t", "at_ms": n, "attributes": {"n": n % 2}} for n in range(10_000)), service="many")
    found = fields(query._source, LogSearch(service="many"), limit=10, values=10, most_records=2_000)
    assert found.total == 10_000
    assert 0 < found.looked_at < 5_000
    assert next(one.count for one in found.fields if one.name == "n") == found.looked_at
