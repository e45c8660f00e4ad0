"""A finding is a claim about somebody's code: each rule is held by a trace that has it and one that nearly has."""

import pytest

from sonde.query.calls import call, call_template
from sonde.query.findings import MOST_SPANS, findings, root_causes
from sonde.query.spans import Span
from sonde.query.trace import assembled

MS = 10**6


def span(name, start, end, parent="", kind="Internal", *, id_="", service="a", **more):
    return Span("t", id_ or name, parent, name, kind, service, start * MS, (end - start) * MS, **more)


def call_of(number, start, end, parent="r", text="", **more):
    attributes = {"db.query.text": text or f"SELECT * FROM item WHERE id = {number}", **more.pop("attributes", {})}
    return span("SELECT item", start, end, parent, "Client", id_=f"c{number:04}", attributes=attributes, **more)


def found(kind, *spans):
    trace = assembled("t", spans)
    return [(trace.spans[one.span].span_id, one.count, one.ns / MS) for one in findings(trace) if one.kind == kind]


def messages(*spans):
    return [one.message for one in findings(assembled("t", spans))]


def test_five_alike_one_after_another_are_an_n_plus_one():
    calls = [call_of(n, 10 * n, 10 * n + 9) for n in range(5)]
    assert found("n_plus_one", span("r", 0, 100), *calls) == [("r", 5, 45)]
    assert "could save up to 36.0 ms" in messages(span("r", 0, 100), *calls)[0]
    assert found("n_plus_one", span("r", 0, 100), *calls[:4]) == []


def test_calls_side_by_side_are_not():
    assert found("n_plus_one", span("r", 0, 100), *(call_of(n, n, 50 + n) for n in range(5))) == []


def test_other_statements_are_not_alike():
    calls = [call_of(n, 10 * n, 10 * n + 9, text=f"SELECT * FROM {table}") for n, table in enumerate("vwxyz")]
    assert found("n_plus_one", span("r", 0, 100), *calls) == []


def test_a_few_quick_ones_are_not_worth_a_word_but_many_are():
    quick = [call_of(n, 10 * n, 10 * n + 1) for n in range(20)]
    assert found("n_plus_one", span("r", 0, 10_000), *quick[:19]) == []
    assert found("n_plus_one", span("r", 0, 10_000), *quick) == [("r", 20, 20)]


def test_a_call_within_a_wrapper_of_its_own_counts():
    wrapped = [span("load", 10 * n, 10 * n + 9, "r", id_=f"w{n}") for n in range(5)]
    calls = [call_of(n, 10 * n, 10 * n + 8, f"w{n}") for n in range(5)]
    assert found("n_plus_one", span("r", 0, 100), *wrapped, *calls) == [("r", 5, 45)]
    assert found("n_plus_one", span("r", 0, 100), *wrapped) == []


def test_a_finding_names_at_most_a_hundred_spans():
    trace = assembled("t", [span("r", 0, 10_000), *(call_of(n, n, n + 1) for n in range(200))])
    (one,) = (one for one in findings(trace) if one.kind == "n_plus_one")
    assert (one.count, len(one.spans)) == (200, MOST_SPANS)


@pytest.mark.parametrize(
    "failure", [{"status": "Error"}, {"attributes": {"http.response.status_code": 503}}, {"attributes": {"http.status_code": "429"}}]
)  # fmt: skip
def test_a_failed_call_made_again_is_a_retry(failure):
    tries = [call_of(n, 10 * n, 10 * n + 5, text="COMMIT", **(failure if n < 2 else {})) for n in range(3)]
    assert found("retries", span("r", 0, 100), *tries) == [("c0000", 3, 20)]


def test_a_success_ends_the_tries():
    spans = [call_of(n, 10 * n, 10 * n + 5, text="COMMIT", status="Error" if n in {0, 3} else "Ok") for n in range(5)]
    assert found("retries", span("r", 0, 100), *spans) == [("c0000", 2, 10), ("c0003", 2, 10)]


def test_what_asks_for_something_else_or_ran_beside_is_no_retry():
    assert (
        found("retries", span("r", 0, 100), *(call_of(n, 10 * n, 10 * n + 5, status="Error") for n in range(3))) == []
    )
    beside = [call_of(n, n, n + 5, text="COMMIT", status="Error") for n in range(2)]
    assert found("retries", span("r", 0, 100), *beside) == []


def test_a_request_that_says_it_was_sent_again():
    spans = [span("POST", 1, 2, "r", "Client", attributes={"http.request.resend_count": "2"})]
    assert found("retries", span("r", 0, 100), *spans) == [("POST", 1, 0)]
    assert "tried 3 times until it worked" in messages(span("r", 0, 100), *spans)[0]


def test_the_root_cause_of_an_error_has_no_failed_span_below():
    spans = [
        span("r", 0, 10, status="Error"), span("x", 1, 9, "r", status="Error"), span("y", 2, 8, "x", status="Error", status_message="no"),
        span("fine", 3, 4, "y"), span("z", 5, 6, "r", status="Error"),
    ]  # fmt: skip
    trace = assembled("t", spans)
    assert [trace.spans[index].span_id for index in root_causes(trace)] == ["y", "z"]
    assert found("error", *spans) == [("y", 1, 6), ("z", 1, 1)]
    assert messages(*spans)[0] == "y in a failed: no"


def test_a_failure_far_below_a_success_is_a_root_cause_too():
    trace = assembled(
        "t", [span("r", 0, 9, status="Error"), span("x", 0, 9, "r"), span("y", 0, 9, "x", status="Error")]
    )
    assert root_causes(trace) == [2]


def test_equal_errors_are_one_finding():
    spans = [call_of(n, 20 * n, 20 * n + 5, status="Error", status_message="down") for n in range(3)]
    assert found("error", span("r", 0, 100), *spans) == [("c0000", 3, 15)]


def test_a_long_stretch_without_children_is_a_gap():
    assert found("gap", span("r", 0, 100), span("x", 0, 50, "r"), span("y", 60, 100, "r")) == [("r", 1, 10)]
    assert found("gap", span("r", 0, 100), span("x", 0, 50, "r"), span("y", 59, 100, "r")) == []
    assert found("gap", span("r", 0, 100)) == []


def test_a_long_silence_is_a_gap_of_what_came_after_it():
    spans = [span("send", 0, 10, kind="Producer"), span("handle", 40, 50, "send", "Consumer")]
    assert found("gap", *spans) == [("handle", 1, 30)]
    assert "it waited in a queue" in messages(*spans)[0]
    assert found("gap", span("send", 0, 10, kind="Producer"), span("handle", 11, 50, "send", "Consumer")) == []


def test_the_slowest_by_self_time_are_summed_by_name():
    spans = [span("r", 0, 100), *(span("work", 10 * n, 10 * n + 9 + n % 2, "r", id_=f"w{n}") for n in range(10))]
    assert found("slowest", *spans) == [("w1", 10, 95)]


def test_nothing_to_say_of_a_moment():
    assert findings(assembled("t", [span("r", 5, 5), span("x", 5, 5, "r")])) == []


def test_hostile_texts_stay_on_one_short_line():
    spans = [span("r", 0, 9, status="Error", status_message="a\nb\x00\u2028" + "x" * 10**6)]
    assert all(len(message) < 400 and "\n" not in message for message in messages(*spans))


@pytest.mark.parametrize(
    ("text", "template"),
    [
        ("SELECT 'it''s', 1.5 FROM t1 WHERE id IN (1, 2, 3)", "SELECT ? FROM t1 WHERE id IN (?)"),
        ("GET user:123", "GET user:?"),
        ("http://h/users/0b8f9c2e-1111-4222-8333-444455556666/7?page=2", "http://h/users/?/?"),
        ("/objects/deadbeef0123456789", "/objects/?"),
        ("SELECT a FROM deadbeef", "SELECT a FROM deadbeef"),
    ],
)
def test_templates(text, template):
    assert call_template(call(span("q", 0, 1, attributes={"db.statement": text})))[3] == template
