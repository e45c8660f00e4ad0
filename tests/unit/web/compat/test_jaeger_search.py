"""Jaeger's query parameters: both spellings, their units, and what cannot be understood."""

from __future__ import annotations

import base64

import pytest
from starlette.datastructures import QueryParams

from sonde.core.errors import NotFoundError, ValidationError
from sonde.query.traces import TracePage, TraceSearch
from sonde.web.compat.jaeger_search import MAX_TRACES, found, trace_id_of, v1_search, v3_search
from unit.web.compat.example_spans import TRACE_ID

NOW_NS = 1_700_000_000_000_000_000
RANGE = "query.startTimeMin=2023-11-14T22:00:00Z&query.startTimeMax=2023-11-14T22:13:20Z"
START_NS = 1_699_999_200_000_000_000


def v1(query):
    return v1_search(QueryParams(query), NOW_NS)


def v3(query):
    return v3_search(QueryParams(query), NOW_NS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (TRACE_ID, TRACE_ID),
        (TRACE_ID.upper(), TRACE_ID),
        ("1234567890abcdef", "0" * 16 + "1234567890abcdef"),
        ("abc", "0" * 29 + "abc"),
        (base64.b64encode(bytes.fromhex(TRACE_ID)).decode(), TRACE_ID),
        (base64.urlsafe_b64encode(bytes.fromhex("fb" * 16)).decode().rstrip("="), "fb" * 16),
    ],
)
def test_trace_ids_in_every_form(text, expected):
    assert trace_id_of(text) == expected


@pytest.mark.parametrize("text", ["xyz!", "g" * 32, TRACE_ID + "0", "", "=" * 22, "Zm9v"])
def test_what_is_no_trace_id_is_refused(text):
    with pytest.raises(ValidationError, match="not a trace id"):
        trace_id_of(text)


def test_an_id_of_zeros_is_nobodys():
    with pytest.raises(NotFoundError):
        trace_id_of("0")


def test_v1_reads_microseconds_and_go_durations():
    search, count = v1(
        "service=a&operation=GET+/&start=1699999200000000&end=1700000000000000&minDuration=1.5ms&maxDuration=2s&limit=7"
    )
    assert search == TraceSearch(
        service="a",
        operation="GET /",
        start_ns=START_NS,
        end_ns=NOW_NS + 1000,
        min_duration_ns=1_500_000,
        max_duration_ns=2 * 10**9,
    )
    assert count == 7


@pytest.mark.parametrize(
    ("query", "hours"), [("", 48), ("lookback=1h", 1), ("lookback=custom", 48), ("lookback=2d", 48)]
)
def test_v1_without_a_start_looks_back(query, hours):
    assert v1(query)[0].start_ns == NOW_NS - hours * 3600 * 10**9


def test_v1_tags_in_both_forms():
    search, _ = v1('tags={"http.status_code":"500","a b":"c=d"}&tag=k:v:w')
    assert set(search.where) == {'"k"="v:w"', '"http.status_code"="500"', '"a b"="c=d"'}


def test_tags_that_jaeger_derives_are_read_back_as_the_fields_they_came_from():
    search, _ = v1('tags={"error":"true","span.kind":"client"}')
    assert (search.status, search.kind, search.where) == ("error", "client", ())
    assert v1('tags={"otel.status_code":"OK"}')[0].status == "OK"
    assert v1('tags={"error":"timeout"}')[0].where == ('"error"="timeout"',)


@pytest.mark.parametrize(
    "query",
    [
        "start=yesterday", "end=1e6", "end=" + "9" * 30, "minDuration=5", "maxDuration=fast", "minDuration=2s&maxDuration=1s",
        "limit=many", "limit=-1", "tag=nocolon", "tags=[1]", "tags={", 'tags={"a":1}', "tags=" + "[" * 100_000,
    ],
)  # fmt: skip
def test_v1_refuses_what_it_cannot_understand(query):
    with pytest.raises(ValidationError):
        v1(query)


def test_v3_reads_both_spellings_alike():
    camel = "query.serviceName=a&query.operationName=b&query.searchDepth=5&query.durationMin=1ms&query.durationMax=2s"
    snake = (
        "query.service_name=a&query.operation_name=b&query.search_depth=5&query.duration_min=1ms&query.duration_max=2s"
    )
    times = RANGE.replace("startTimeMin", "start_time_min").replace("startTimeMax", "start_time_max")
    expected = TraceSearch(
        service="a",
        operation="b",
        start_ns=START_NS,
        end_ns=NOW_NS + 1,
        min_duration_ns=10**6,
        max_duration_ns=2 * 10**9,
    )
    assert v3(f"{camel}&{RANGE}") == v3(f"{snake}&{times}") == (expected, 5)


@pytest.mark.parametrize("name", ["query.num_traces", "query.numTraces", "query.searchDepth"])
def test_v3_number_of_traces_by_any_name(name):
    assert v3(f"{RANGE}&{name}=9")[1] == 9
    assert v3(RANGE)[1] == 100


def test_v3_a_plus_sign_that_was_not_escaped():
    search, _ = v3("query.start_time_min=2023-11-14T23:00:00+01:00&query.start_time_max=2023-11-14T23:13:20.5+01:00")
    assert (search.start_ns, search.end_ns) == (START_NS, NOW_NS + 5 * 10**8 + 1)


def test_v3_attributes():
    assert v3(RANGE + '&query.attributes={"a":"b"}')[0].where == ('"a"="b"',)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "are required"),
        ("query.startTimeMin=2023-11-14T22:00:00Z", "are required"),
        (RANGE.replace("2023-11-14T22:00", "later"), "query.startTimeMin"),
        (RANGE.replace("T22:00", "T22:59"), "must be before"),
        (RANGE + "&query.searchDepth=x", "query.searchDepth"),
        (RANGE + "&query.durationMin=x", "query.durationMin"),
        (RANGE + "&query.attributes=x", "query.attributes"),
        (RANGE + "&query.filter={}", "not supported"),
    ],
)
def test_v3_says_what_it_cannot_understand(query, said):
    with pytest.raises(ValidationError, match=said):
        v3(query)


class Pages:
    """A query with endless pages."""

    def __init__(self):
        self.limits = []

    def find_traces(self, search):
        self.limits.append((search.limit, search.cursor))
        return TracePage(("summary",) * search.limit, str(len(self.limits)))


def test_more_traces_than_a_page_holds_and_never_more_than_the_bound():
    pages = Pages()
    assert len(found(pages, TraceSearch(), 1500)) == 1500
    assert pages.limits == [(1000, ""), (500, "1")]
    assert len(found(Pages(), TraceSearch(), 10**8)) == MAX_TRACES
