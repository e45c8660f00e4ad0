"""Retention deletes what people may still want, so what it deletes is decided by a pure function that is tested at its edges."""

from datetime import date, timedelta

import pytest

from sonde.core.clock import ManualClock
from sonde.core.signal import Signal
from sonde.store import limits
from sonde.store.retention import OFF_CLOCK_DAY, Drop, Limit, Partition, Retention, decide
from stored import T0, Desk, opened

TODAY = date(2026, 3, 10)
DAY_MS = 86_400_000
TRACES, LOGS, METRICS = Signal.TRACES, Signal.LOGS, Signal.METRICS


def day(number):
    """So many days ago."""
    return TODAY - timedelta(days=number)


def of(age, size=10, *, signal=LOGS, table="otel_logs", off_clock=False):
    """A partition of `age` days ago; one with wrong clocks was last written then."""
    return Partition(signal, table, OFF_CLOCK_DAY if off_clock else day(age), size, 1, day(age))


def days(drops):
    return [(drop.partition.day, drop.reason) for drop in drops]


def test_age():
    found = [of(age) for age in (0, 6, 7, 8, 30)]
    drops = decide(found, {LOGS: Limit(age_s=7 * 86400)}, {LOGS: day(7)}, TODAY)
    assert days(drops) == [(day(30), "age"), (day(8), "age")], "a day goes when all of it is too old"


def test_an_age_of_less_than_a_day_leaves_today():
    assert days(decide([of(0), of(1)], {LOGS: Limit(age_s=1)}, {LOGS: TODAY + timedelta(1)}, TODAY)) == [
        (day(1), "age")
    ]


@pytest.mark.parametrize(("most", "gone"), [(0, 0), (40, 0), (39, 1), (30, 1), (20, 2), (1, 3)])
def test_bytes_take_the_oldest_days_and_never_today(most, gone):
    drops = decide([of(age) for age in (0, 1, 2, 3)], {LOGS: Limit(size_bytes=most)}, {}, TODAY)
    assert days(drops) == [(day(3 - number), "bytes") for number in range(gone)]


def test_days_of_the_future_are_kept():
    assert decide([of(-1, 100), of(0, 100)], {LOGS: Limit(size_bytes=1)}, {}, TODAY) == []


def test_a_day_goes_from_all_tables_of_its_signal():
    found = [of(age, signal=TRACES, table=table) for age in (0, 1, 2) for table in ("otel_traces", "sonde_red")]
    drops = decide(found, {TRACES: Limit(size_bytes=45)}, {}, TODAY)
    assert [(drop.partition.day, drop.partition.table) for drop in drops] == [
        (day(2), "otel_traces"),
        (day(2), "sonde_red"),
    ]


def test_what_age_takes_does_not_count_against_bytes():
    limit = {LOGS: Limit(age_s=2 * 86400, size_bytes=25)}
    assert days(decide([of(age) for age in (0, 1, 5)], limit, {LOGS: day(2)}, TODAY)) == [(day(5), "age")]


def test_signals_are_apart():
    found = [of(9), of(9, signal=METRICS, table="otel_metrics_sum")]
    assert decide(found, {METRICS: Limit(age_s=86400)}, {METRICS: day(1)}, TODAY) == [Drop(found[1], "age")]


def test_wrong_clocks_age_by_when_they_came_and_go_first_by_bytes():
    fresh, old = of(1, off_clock=True), of(9, off_clock=True)
    by_age = {LOGS: Limit(age_s=7 * 86400)}
    assert decide([fresh], by_age, {LOGS: day(7)}, TODAY) == []
    assert decide([old], by_age, {LOGS: day(7)}, TODAY) == [Drop(old, "age")]
    assert days(decide([of(3), fresh], {LOGS: Limit(size_bytes=15)}, {}, TODAY)) == [(OFF_CLOCK_DAY, "bytes")]


def test_limits_from_settings():
    settings = {
        "traces_s": 5.0,
        "logs_s": 6.0,
        "metrics_s": 0.0,
        "traces_max_bytes": 7,
        "logs_max_bytes": 0,
        "metrics_max_bytes": 8,
    }
    assert limits(settings) == {TRACES: Limit(5.0, 7), LOGS: Limit(6.0, 0), METRICS: Limit(0.0, 8)}


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("retention")) as store:
        yield Desk(store, "default")


def rows(desk, table):
    return desk.store.engine.query(f"SELECT count() AS n FROM {desk.store.table('default', table)}")[0]["n"]


def test_old_days_leave_every_table(desk):
    for age in (0, 3, 20):
        span = {"trace": age + 1, "id": 1, "at_ms": -age * DAY_MS, "attributes": {"k": "v"}}
        desk.spans(span, service="web")
        desk.logs({"at_ms": -age * DAY_MS})
    retention = Retention(desk.store, {TRACES: Limit(age_s=2 * 86400)}, ManualClock(T0))
    drops = retention.plan("default")
    assert {(drop.partition.table, drop.reason) for drop in drops} == {("otel_traces", "age"), ("sonde_red", "age")}
    assert len(drops) == 4
    retention.apply("default", drops)
    assert [rows(desk, table) for table in ("otel_traces", "sonde_red", "otel_traces_trace_id_ts")] == [1, 1, 1]
    assert rows(desk, "otel_logs") == 3, "a signal without a limit stays"
    assert retention.plan("default") == []


def test_bytes_of_a_real_table(desk):
    retention = Retention(desk.store, {LOGS: Limit(size_bytes=1)}, ManualClock(T0))
    drops = retention.plan("default")
    assert [drop.reason for drop in drops] == ["bytes", "bytes"]
    assert all(drop.partition.rows == 1 and drop.partition.size_bytes > 0 for drop in drops)
    retention.apply("default", drops)
    assert rows(desk, "otel_logs") == 1, "today's stays, however large"
