"""The first view: figures equal to the spans', from spans and from rollups, beside what was before."""

import pytest

from sonde.core.clock import ManualClock
from sonde.core.errors import ValidationError
from sonde.query import Query
from sonde.query.overview import closed_range, step_grid
from stored import T0

S = 10**9
MINUTE = 60 * S


@pytest.fixture(scope="module", autouse=True)
def spans(desk):
    for minute in range(40):
        bad = minute >= 20
        desk.spans(
            *(
                {"trace": minute * 100 + n + 1, "id": 1, "at_ms": minute * 60_000 + n * 1000, "ms": 400 if bad else 40, "kind": 2, "status": 2 if bad and n < 5 else 0}
                for n in range(10)
            ),
            service="payment",
        )  # fmt: skip
        desk.spans(
            *({"trace": minute * 100 + n + 50, "id": 2, "at_ms": minute * 60_000 + n * 1000, "ms": 40, "kind": 2} for n in range(20)),
            service="front",
        )  # fmt: skip
        if minute < 30:
            desk.spans(
                *({"trace": minute * 100 + n + 80, "id": 3, "at_ms": minute * 60_000 + n * 1000, "ms": 5} for n in range(10)),
                service="worker",
            )  # fmt: skip


@pytest.fixture(scope="module")
def asked(desk):
    return Query(desk.store, desk.tenant, clock=ManualClock(T0 + 40 * MINUTE)).overview


def test_the_range_beside_the_one_before(asked):
    found = asked(T0 + 20 * MINUTE, T0 + 40 * MINUTE)
    payment = found.services[0]
    assert not found.is_exact
    assert found.sampled == 1
    assert (payment.name, payment.now.spans, payment.now.errors, payment.now.error_ratio) == ("payment", 200, 100, 0.5)
    assert payment.now.rate_per_s == pytest.approx(200 / 1200)
    assert payment.now.p95_ms == pytest.approx(400, rel=0.02)
    assert (payment.before.spans, payment.before.errors) == (200, 0)
    assert payment.before.p95_ms == pytest.approx(40, rel=0.02)
    assert {reason.kind for reason in payment.trouble.reasons} == {"failing", "worse", "slower"}


def test_who_has_gone_silent_is_in_trouble_and_who_is_well_is_last(asked):
    found = asked(T0 + 20 * MINUTE, T0 + 40 * MINUTE)
    assert [one.name for one in found.services] == ["payment", "worker", "front"]
    assert [one.kind for one in found.services[1].trouble.reasons] == ["silent"]
    assert found.services[2].trouble.score == 0
    assert found.found == 3


def test_courses_have_a_value_a_step(asked):
    found = asked(T0 + 20 * MINUTE, T0 + 40 * MINUTE)
    course = {one.name: one.course for one in found.services}["worker"]
    assert found.grid.step_ns == MINUTE
    assert course.rate_per_s == [pytest.approx(1 / 6)] * 10 + [0.0] * 10
    assert course.error_ratio == [0.0] * 10 + [None] * 10
    assert course.p95_ms[:10] == [pytest.approx(5, rel=0.02)] * 10


def test_short_ranges_are_exact(asked):
    found = asked(T0 + 20 * MINUTE + 5 * S, T0 + 21 * MINUTE)
    payment = {one.name: one for one in found.services}["payment"]
    assert found.is_exact
    assert (payment.now.spans, payment.now.errors) == (5, 0)
    assert payment.before.spans == 5, "those of the 55 seconds before"
    assert found.grid.step_ns == S


def test_spans_and_sketches_agree(asked, monkeypatch):
    from_sketches = asked(T0, T0 + 40 * MINUTE)
    monkeypatch.setattr("sonde.query.latencies._FEW_SKETCHES", 0)
    monkeypatch.setattr("sonde.query.latencies._SKETCHES_BESIDE_SPANS", 0)
    from_spans = asked(T0, T0 + 40 * MINUTE)
    for one, other in zip(from_sketches.services, from_spans.services, strict=True):
        assert one.now == other.now
        assert one.course == other.course


def test_a_sample_says_so(asked, monkeypatch):
    monkeypatch.setattr("sonde.query.latencies._FEW_SKETCHES", 0)
    monkeypatch.setattr("sonde.query.latencies._SKETCHES_BESIDE_SPANS", 0)
    monkeypatch.setattr("sonde.query.latencies._MOST_SPANS", 800)
    found = asked(T0, T0 + 40 * MINUTE)
    assert found.sampled == 2
    assert {one.name: one.now.spans for one in found.services} == {"payment": 400, "front": 800, "worker": 300}


def test_without_data_there_is_nothing(asked):
    found = asked(T0 - 90 * MINUTE, T0 - 80 * MINUTE)
    assert (found.services, found.found, found.begun_ns) == ([], 0, None)


def test_ranges_open_and_absurd(asked):
    assert closed_range(None, None, T0) == (T0 - 3600 * S, T0)
    with pytest.raises(ValidationError, match="start"):
        closed_range(T0, None, T0)
    assert asked(0, 2**63 - 1).found == 3
    assert asked(T0, T0 + 1).services[0].now.spans == 1


@pytest.mark.parametrize("length_s", [1, 7, 59, 600, 3600, 86400, 86400 * 90, 86400 * 3650])
def test_grids_have_at_most_sixty_one_steps_of_round_length(length_s):
    grid = step_grid(T0 + 3, T0 + 3 + length_s * S)
    assert grid.last - grid.first + 1 <= 61
    assert grid.step_ns % S == 0
