"""A table of patterns replaces reading a million lines: its counts must add up, and a click on one must find its records."""

from dataclasses import replace

import pytest

from sonde.core.errors import ValidationError
from sonde.query import LogSearch
from sonde.query.patterns import patterns
from stored import T0

SERVICE = "patterns"
ASKED = LogSearch(service=SERVICE, start_ns=T0, end_ns=T0 + 60 * 10**9)


@pytest.fixture(scope="module", autouse=True)
def lines(desk):
    desk.logs(
        *({"body": f"Order {n} paid in {n}.5ms", "at_ms": n * 1000} for n in range(50)),
        *({"body": f"user {name} logged in", "at_ms": 500 + n, "severity": 5} for n, name in enumerate("abcdef")),
        *({"body": f"cache hit for {n:016x}", "at_ms": n} for n in range(3)),
        *({"body": f"cache miss for {n:016x}", "at_ms": 10 + n, "severity": 17} for n in range(2)),
        {"body": "", "at_ms": 5, "severity": 0},
        {"body": {"kind": "cart", "n": 5}, "at_ms": 59_999},
        {"body": "outside", "at_ms": 60_000},
        service=SERVICE,
    )


def test_counts_add_up(query):
    found = query.log_patterns(ASKED)
    assert (found.total, found.looked_at, found.others) == (63, 63, 0)
    assert [(one.pattern, one.shown, one.count, one.templates) for one in found.patterns] == [
        ("Order <*> paid in <*>", "Order <num> paid in <duration>", 50, 1),
        ("user <any> logged in", "user <any> logged in", 6, 6),
        ("cache hit for <*>", "cache hit for <num>", 3, 1),
        ("cache miss for <*>", "cache miss for <num>", 2, 1),
        ("", "", 1, 1),
        ('{"kind":<*>,"n":<*>}', '{"kind":<*>,"n":<*>}', 1, 1),
    ]
    for one in found.patterns:
        assert sum(one.trend) == sum(one.severities.values()) == sum(one.services.values()) == one.count
        assert ASKED.start_ns <= one.first_ns <= one.last_ns < ASKED.end_ns
    assert found.patterns[3].severities == {"ERROR": 2}
    assert found.patterns[4].severities == {"UNSPECIFIED": 1}
    assert len(found.patterns[0].trend) <= 30


def test_each_pattern_leads_to_its_records_and_can_be_left_out(query):
    found = query.log_patterns(ASKED)
    for one in found.patterns:
        line = query.log_context(one.example.id, before=0, after=0).line
        assert line.time_ns == one.last_ns
        if one.pattern:
            assert len(query.logs(replace(ASKED, pattern=one.pattern)).logs) == one.count
            left = query.logs(replace(ASKED, not_pattern=(one.pattern,), limit=1000)).logs
            assert len(left) == found.total - one.count
            assert line.id not in {record.id for record in left}
    both = replace(ASKED, not_pattern=("Order <*> paid in <*>", "user <any> logged in"))
    counted = query.log_histogram(both)
    assert sum(sum(counts.values()) for _, counts in counted.buckets) == 7


def test_what_is_not_listed_is_counted(query):
    found = query.log_patterns(ASKED, limit=2)
    assert len(found.patterns) == 2
    assert found.others == 7
    assert query.log_patterns(replace(ASKED, service="nobody")).patterns == []


def test_open_ranges_and_empty_ones(query):
    assert query.log_patterns(LogSearch(service=SERVICE)).total == 64
    assert query.log_patterns(replace(ASKED, start_ns=0, end_ns=2**63 - 1)).total == 64
    assert query.log_patterns(replace(ASKED, start_ns=0, end_ns=5)).total == 0


def test_a_sample_is_scaled_to_all(desk, query):
    desk.logs(*({"body": f"tick {n}", "at_ms": n} for n in range(20_000)), service="many")
    found = patterns(query._source, LogSearch(service="many"), 10, most_records=5_000)
    assert found.total == 20_000
    assert 0 < found.looked_at < 10_000
    assert [(one.pattern, one.count) for one in found.patterns] == [("tick <*>", 20_000)]
    assert abs(sum(found.patterns[0].trend) - 20_000) <= 30


def test_a_merged_pattern_names_the_places_that_its_templates_share(desk, query):
    bodies = [f"\x1b[1muser\x1b[0m {name} paid {n} to 10.0.0.{n}" for n, name in enumerate("abcde")]
    desk.logs(*({"body": body} for body in bodies), service="merged")
    (one,) = query.log_patterns(LogSearch(service="merged")).patterns
    assert (one.pattern, one.shown) == ("<*>user<*> <any> paid <*> to <*>", "user <any> paid <num> to <ip>")


def test_events(desk, query):
    desk.logs({"body": "a", "event": "cart.full"}, {"body": "b"}, service="events")
    assert [one.body for one in query.logs(LogSearch(service="events", event="cart.full")).logs] == ["a"]


@pytest.mark.parametrize(
    "asked",
    [{"not_pattern": ("x",) * 21}, {"not_pattern": ("x" * 5000,)}, {"pattern": "x" * 5000}, {"severity": "loud"}],
)
def test_what_cannot_be_asked(query, asked):
    with pytest.raises(ValidationError):
        query.log_patterns(replace(ASKED, **asked))
    with pytest.raises(ValidationError, match=r"^limit: "):
        query.log_patterns(ASKED, limit=0)
