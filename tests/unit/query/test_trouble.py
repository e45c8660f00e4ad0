"""The order of the overview decides what a person looks at first: it must put what broke above what is merely busy."""

from itertools import pairwise

import pytest

from sonde.query.trouble import Figures, Step, judge, least_share


def figures(spans=1000, errors=0, p95_ms=100.0):
    return Figures(spans, errors, spans / 60, p95_ms / 2, p95_ms, p95_ms * 1.5)


def score(now, before=None, steps=(), most=1000, **silence):
    return judge(now, before, steps, most_spans=most, **silence).score


def kinds(*args, **more):
    return [reason.kind for reason in judge(*args, most_spans=1000, **more).reasons]


def test_a_healthy_service_has_none():
    assert score(figures(), figures()) == 0
    assert kinds(figures(), figures()) == []


def test_worse_is_higher():
    ordered = [
        score(figures(), figures()),
        score(figures(errors=10), figures(errors=10)),
        score(figures(errors=10), figures()),
        score(figures(errors=100), figures()),
        score(figures(errors=500), figures()),
    ]
    assert all(one < other for one, other in pairwise(ordered))
    assert ordered[-1] <= 100


def test_one_failure_of_two_is_not_worse_than_many_of_many():
    assert least_share(1, 2) < least_share(300, 1000) < 0.3
    assert least_share(0, 100) == least_share(0, 0) == 0.0
    assert score(figures(2, 1)) < score(figures(1000, 300))


def test_traffic_weighs_but_hides_nobody():
    small, large = score(figures(100, 50), most=100_000), score(figures(100_000, 50_000), most=100_000)
    assert 0.3 * large < small < large


def test_latency_counts_by_its_growth():
    assert kinds(figures(p95_ms=140), figures(p95_ms=100)) == []
    assert kinds(figures(p95_ms=400), figures(p95_ms=100)) == ["slower"]
    assert score(figures(p95_ms=1600), figures(p95_ms=100)) > score(figures(p95_ms=200), figures(p95_ms=100)) > 0
    assert kinds(figures(19, p95_ms=400), figures(19, p95_ms=100)) == [], "too few to tell"


def test_a_burst_within_the_range_is_told_with_its_time():
    steps = [Step(n * 10**9, 50, 25 if n == 7 else 0, 100.0) for n in range(10)]
    (_, burst) = sorted(
        judge(figures(500, 25), None, steps, most_spans=500).reasons, key=lambda one: one.kind != "failing"
    )
    assert (burst.kind, burst.at_ns, burst.message) == ("burst", 7 * 10**9, "50% failed at its worst")


def test_a_slow_stretch_is_told_also_without_a_range_before():
    steps = [Step(n * 10**9, 50, 0, 1400.0 if n == 3 else 100.0) for n in range(10)]
    (reason,) = judge(figures(500), None, steps, most_spans=500).reasons
    assert (reason.kind, reason.at_ns) == ("slow_burst", 3 * 10**9)
    assert reason.message == "p95 rose to 1.40 s, 14 times the usual"
    assert judge(figures(500), None, steps[:4], most_spans=500).reasons == (), "too few steps to know what is usual"


def test_silence_counts_only_where_spans_were_to_be_expected():
    assert kinds(figures(), figures(), silent_s=120.0, missed=400.0) == ["silent"]
    assert kinds(figures(3), figures(3), silent_s=120.0, missed=0.5) == []
    assert score(figures(0), figures(), silent_s=600, missed=10_000) > 90


def test_reasons_are_sentences_a_person_understands():
    (worst, *_) = judge(figures(1000, 204), figures(1000, 1), most_spans=1000).reasons
    assert worst.message in {"20.4% fail, 0.1% before", "failures are 204 times those before"}


@pytest.mark.parametrize("spans", [0, 1, 10**15])
def test_any_figures_have_a_score(spans):
    assert 0 <= score(figures(spans, spans, 0.0), figures(0, 0, 0.0), [Step(0, spans, spans, 0.0)], most=0) <= 100
