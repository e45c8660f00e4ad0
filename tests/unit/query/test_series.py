"""Metrics over time: what a chart shows must be what happened, whatever the temporality, resets and intervals."""

import pytest

from sonde.core.errors import NotFoundError, ValidationError
from sonde.query import MetricQuestion
from stored import T0

DELTA, CUMULATIVE = 1, 2
S = T0 // 10**9


def at(second, value, start=None, **attributes):
    given = {"at_s": second, "as_double": float(value), "attributes": attributes}
    return given | ({"start_s": start} if start is not None else {})


@pytest.fixture(scope="module", autouse=True)
def metrics(desk):
    desk.metric(
        "temperature", "gauge", [at(s, s, room="a") for s in range(0, 60, 10)], unit="Cel", description="How warm."
    )
    desk.metric(
        "temperature", "gauge", [at(s, 100 + s, room="b") for s in range(0, 60, 10)], unit="Cel", service="other"
    )
    # one every second, reported every ten seconds, in three ways
    cumulative = [at(s, s, 0, kind="plain") for s in range(10, 70, 10)]
    desk.metric("requests", "sum", cumulative, aggregation_temporality=CUMULATIVE, is_monotonic=True)
    reset = [at(s, s, 0) for s in (10, 20, 30)] + [at(s, s - 30, 30) for s in (40, 50, 60)]
    desk.metric("restarted", "sum", reset, aggregation_temporality=CUMULATIVE, is_monotonic=True)
    unannounced = [at(s, s, 0) for s in (10, 20, 30)] + [at(s, s - 30, 0) for s in (40, 50, 60)]
    desk.metric("dropped", "sum", unannounced, aggregation_temporality=CUMULATIVE, is_monotonic=True)
    deltas = [at(s, 10, s - 10) for s in range(10, 70, 10)]
    desk.metric("deltas", "sum", deltas, aggregation_temporality=DELTA, is_monotonic=True)
    desk.metric(
        "old",
        "sum",
        [at(s, 1000 + s, -100_000) for s in (10, 20)],
        aggregation_temporality=CUMULATIVE,
        is_monotonic=True,
    )
    queue = [at(s, v, 0, q=q) for q, vs in (("x", (5, 3)), ("y", (1, 2))) for s, v in zip((10, 20), vs, strict=True)]
    desk.metric("queue", "sum", queue, aggregation_temporality=CUMULATIVE, is_monotonic=False)


def points(query, name, **asked):
    answer = query.metric_series(MetricQuestion(name=name, start_ns=T0, end_ns=T0 + 60 * 10**9, **asked))
    return {tuple(one.labels.values()): [(time - S, value) for time, value in one.points] for one in answer.series}


def line(query, name, **asked):
    return points(query, name, **asked)[()]


STEP = {"step_ns": 20 * 10**9}


@pytest.mark.parametrize(
    ("aggregation", "expected"),
    [
        ("avg", [55, 75, 95]), ("min", [0, 20, 40]), ("max", [110, 130, 150]), ("count", [4, 4, 4]), ("sum", [120, 160, 200]),
        ("p50", [55, 75, 95]), ("p100", [110, 130, 150]),
    ],
)  # fmt: skip
def test_gauges(query, aggregation, expected):
    assert line(query, "temperature", aggregation=aggregation, **STEP) == [
        (0, expected[0]),
        (20, expected[1]),
        (40, expected[2]),
    ]


def test_groups_and_filters(query):
    assert points(query, "temperature", group_by=("room",), aggregation="last", **STEP) == {
        ("b",): [(0, 110), (20, 130), (40, 150)], ("a",): [(0, 10), (20, 30), (40, 50)],
    }  # fmt: skip
    assert set(points(query, "temperature", group_by=("service", "resource.service.name"), **STEP)) == {
        ("shop", "shop"),
        ("other", "other"),
    }
    everything = query.metric_series(MetricQuestion(name="temperature", group_by=("*",))).series
    assert [one.labels for one in everything] == [{"room": "b", "service": "other"}, {"room": "a", "service": "shop"}]
    assert line(query, "temperature", where=("room=a",), aggregation="max", **STEP) == [(0, 10), (20, 30), (40, 50)]
    assert points(query, "temperature", where=("room=c",)) == {}


@pytest.mark.parametrize("name", ["requests", "restarted", "dropped", "deltas"])
@pytest.mark.parametrize("step_s", [5, 10, 20, 60])
def test_one_a_second_is_one_a_second(query, name, step_s):
    steps = list(range(0, 60, step_s))
    rates = line(query, name, aggregation="rate", step_ns=step_s * 10**9)
    assert [second for second, _ in rates] == steps
    assert [value for _, value in rates] == pytest.approx([1.0] * len(steps))
    increases = line(query, name, aggregation="increase", step_ns=step_s * 10**9)
    assert [value for _, value in increases] == pytest.approx([float(step_s)] * len(steps))


def test_the_first_point_of_an_old_series_is_no_growth(query):
    assert line(query, "old", aggregation="increase", step_ns=60 * 10**9) == [(0, 10)]


def test_the_newest_step_is_not_a_fall(query):
    answer = query.metric_series(
        MetricQuestion(name="requests", start_ns=T0, end_ns=T0 + 90 * 10**9, step_ns=45 * 10**9, aggregation="rate")
    )
    assert [value for _, value in answer.series[0].points] == pytest.approx([1.0, 1.0])


def test_a_delta_sum_adds_and_a_level_does_not(query):
    assert line(query, "deltas", aggregation="sum", step_ns=30 * 10**9) == [(0, 20), (30, 30)]
    assert line(query, "queue", **STEP) == [(0, 6), (20, 5)]
    assert query.metric_series(MetricQuestion(name="queue")).aggregation == "sum"
    assert query.metric_series(MetricQuestion(name="requests")).aggregation == "rate"


def test_senders_of_one_metric_may_differ_in_temporality(desk, query):
    for service, kind, given in (
        ("one", CUMULATIVE, [at(s, s, 0) for s in range(10, 70, 10)]),
        ("two", DELTA, [at(s, 10, s - 10) for s in range(10, 70, 10)]),
    ):
        desk.metric("mixed", "sum", given, service=service, aggregation_temporality=kind, is_monotonic=True)
    by_service = points(query, "mixed", group_by=("service",), aggregation="rate", step_ns=20 * 10**9)
    assert by_service == {("one",): [(0, 1), (20, 1), (40, 1)], ("two",): [(0, 1), (20, 1), (40, 1)]}
    assert line(query, "mixed", aggregation="rate", step_ns=60 * 10**9) == [(0, 2)]
    assert line(query, "mixed", aggregation="sum", step_ns=30 * 10**9) == [(0, 20 + 20), (30, 50 + 30)]
    assert {one.name: one.temporality for one in query.metrics("mixed")} == {"mixed": "mixed"}


BOUNDS = [1.0, 2.0, 4.0]


def histogram(second, counts, total, start=0, **attributes):
    return {
        "at_s": second, "start_s": start, "explicit_bounds": BOUNDS, "bucket_counts": counts, "count": sum(counts), "sum": total,
        "min": 0.5, "max": 3.0, "attributes": attributes,
    }  # fmt: skip


@pytest.fixture(scope="module")
def histograms(desk):
    desk.metric(
        "delta.h",
        "histogram",
        [histogram(s, [10, 10, 0, 0], 20.0, s - 10) for s in (10, 20)],
        aggregation_temporality=DELTA,
    )
    desk.metric(
        "cumulative.h",
        "histogram",
        [
            histogram(10, [10, 10, 0, 0], 20.0),
            histogram(20, [20, 20, 0, 0], 40.0),
            histogram(30, [10, 10, 0, 0], 20.0, 20),
        ],
        aggregation_temporality=CUMULATIVE,
    )
    wide = [histogram(10, [0, 0, 20, 0], 60.0, 0, shard="2")]
    desk.metric("delta.h", "histogram", wide, aggregation_temporality=DELTA, service="second")


@pytest.mark.usefixtures("histograms")
def test_histograms(query):
    step = {"step_ns": 10 * 10**9, "where": ("service.name=shop",)}
    for name in ("delta.h", "cumulative.h"):
        assert line(query, name, aggregation="count", **step)[:2] == [(0, 20), (10, 20)]
        assert line(query, name, aggregation="rate", **step)[:2] == [(0, 2), (10, 2)]
        assert line(query, name, aggregation="sum", **step)[:2] == [(0, 20), (10, 20)]
        assert line(query, name, aggregation="avg", **step)[:2] == [(0, 1), (10, 1)]
        assert line(query, name, aggregation="p50", **step)[:2] == [(0, 1), (10, 1)]
        assert line(query, name, aggregation="p75", **step)[:2] == [(0, 1.5), (10, 1.5)]
    assert line(query, "cumulative.h", aggregation="count", **step) == [(0, 20), (10, 20), (20, 20)]
    assert line(query, "delta.h", aggregation="min", step_ns=60 * 10**9) == [(0, 0.5)]
    assert line(query, "delta.h", aggregation="max", step_ns=60 * 10**9) == [(0, 3.0)]
    assert query.metric_series(MetricQuestion(name="delta.h")).aggregation == "p95"


@pytest.mark.usefixtures("histograms")
def test_histograms_of_many_series_are_merged(query):
    assert line(query, "delta.h", aggregation="p50", step_ns=10 * 10**9)[0] == (0, 2)
    apart = points(query, "delta.h", aggregation="p50", group_by=("service",), step_ns=10 * 10**9)
    assert apart[("second",)] == [(0, 3)]


def exponential(second, scale, offset, counts, start=0, **more):
    return {
        "at_s": second, "start_s": start, "scale": scale, "positive": (offset, counts), "count": sum(counts) + more.get("zero_count", 0),
        "sum": 1.0 * sum(counts), **more,
    }  # fmt: skip


@pytest.fixture(scope="module")
def exponentials(desk):
    # at scale 0 index 0 is (1, 2], index 1 is (2, 4]; at scale 1 index 0 is (1, 1.41], 1 is (1.41, 2]
    desk.metric(
        "delta.e",
        "exponential_histogram",
        [exponential(s, 0, 0, [10, 10], s - 10) for s in (10, 20)],
        aggregation_temporality=DELTA,
    )
    growing = [
        exponential(10, 1, 0, [5, 5, 5, 5]),
        exponential(20, 0, 0, [20, 20]),
        exponential(30, 0, 0, [10, 10], 20),
    ]
    desk.metric("cumulative.e", "exponential_histogram", growing, aggregation_temporality=CUMULATIVE)
    zeros = [{"at_s": 10, "start_s": 0, "scale": 0, "zero_count": 8, "negative": (0, [2]), "count": 10}]
    desk.metric("zeros.e", "exponential_histogram", zeros, aggregation_temporality=DELTA)


@pytest.mark.usefixtures("histograms", "exponentials")
def test_histograms_of_both_temporalities_add_up(desk, query):
    desk.metric("both.h", "histogram", [histogram(s, [10, 10, 0, 0], 20.0, s - 10) for s in (10, 20)],
                aggregation_temporality=DELTA, service="two")  # fmt: skip
    desk.metric("both.h", "histogram", [histogram(10, [10, 10, 0, 0], 20.0), histogram(20, [20, 20, 0, 0], 40.0)],
                aggregation_temporality=CUMULATIVE)  # fmt: skip
    desk.metric("both.e", "exponential_histogram", [exponential(s, 0, 0, [10, 10], s - 10) for s in (10, 20)],
                aggregation_temporality=DELTA, service="two")  # fmt: skip
    desk.metric("both.e", "exponential_histogram", [exponential(10, 0, 0, [10, 10]), exponential(20, 0, 0, [20, 20])],
                aggregation_temporality=CUMULATIVE)  # fmt: skip
    for name in ("both.h", "both.e"):
        assert line(query, name, aggregation="count", step_ns=10 * 10**9) == [(0, 40), (10, 40)]


@pytest.mark.usefixtures("exponentials")
def test_exponential_histograms(query):
    for name, steps in (("delta.e", 2), ("cumulative.e", 3)):
        assert line(query, name, aggregation="count", step_ns=10 * 10**9) == [(10 * n, 20) for n in range(steps)]
        values = [value for _, value in line(query, name, aggregation="p50", step_ns=10 * 10**9)]
        assert values == pytest.approx([2.0] * steps)
        values = [value for _, value in line(query, name, aggregation="p75", step_ns=10 * 10**9)]
        assert values == pytest.approx([2 * 2**0.5] * steps)
        assert [value for _, value in line(query, name, aggregation="avg", step_ns=10 * 10**9)] == pytest.approx(
            [1.0] * steps
        )
    assert line(query, "zeros.e", aggregation="p99", step_ns=10 * 10**9) == [(0, 0)]
    assert line(query, "zeros.e", aggregation="p10", step_ns=10 * 10**9)[0][1] == pytest.approx(-(2**0.5))


def test_summaries(desk, query):
    made = [
        {"at_s": s, "start_s": 0, "count": s, "sum": 2.0 * s, "quantile_values": [(0.5, 1.0 + s), (0.99, 9.0)]}
        for s in (10, 20)
    ]
    desk.metric("s", "summary", made)
    assert line(query, "s", aggregation="rate", step_ns=10 * 10**9) == [(0, 1), (10, 1)]
    assert line(query, "s", step_ns=10 * 10**9) == [(0, 2), (10, 2)]
    assert line(query, "s", aggregation="p50", step_ns=10 * 10**9) == [(10, 11), (20, 21)]
    assert line(query, "s", aggregation="p99", step_ns=10 * 10**9) == [(10, 9), (20, 9)]


def test_the_list(query):
    found = {metric.name: metric for metric in query.metrics()}
    one = found["temperature"]
    assert (one.kind, one.unit, one.series, one.services) == ("gauge", "Cel", 2, ("other", "shop"))
    assert (found["requests"].kind, found["requests"].temporality, found["requests"].monotonic) == (
        "sum",
        "cumulative",
        True,
    )
    assert (found["deltas"].temporality, found["queue"].monotonic) == ("delta", False)
    assert [metric.name for metric in query.metrics("re")] == ["requests", "restarted"]
    assert {metric.name for metric in query.metrics(service="other")} == {"temperature"}
    assert query.metrics(start_ns=T0 + 3600 * 10**9) == []


def test_the_newest_hour_is_drawn_where_no_range_is_given(query):
    answer = query.metric_series(MetricQuestion(name="temperature"))
    assert answer.step_s == 30
    assert answer.series[0].points[-1][0] == S + 30


@pytest.mark.parametrize(
    ("asked", "name"),
    [({"aggregation": "median"}, "aggregation"), ({"aggregation": "rate"}, "aggregation"), ({"aggregation": "p101"}, "aggregation"),
     ({"kind": "counter"}, "kind"), ({"step_ns": 1}, "step"), ({"step_ns": 10**6, "start_ns": 0}, "step"),
     ({"where": ("=",)}, "where"), ({"start_ns": T0, "end_ns": T0}, "end"), ({"group_by": tuple(map(str, range(21)))}, "group_by")],
)  # fmt: skip
def test_what_is_not_understood_names_the_parameter(query, asked, name):
    with pytest.raises(ValidationError, match=rf"^{name}: "):
        query.metric_series(MetricQuestion(name="temperature", **asked))


def test_what_is_not_there(query):
    with pytest.raises(NotFoundError, match=r"^name: "):
        query.metric_series(MetricQuestion(name="nosuch"))
    with pytest.raises(NotFoundError, match=r"^name: "):
        query.metric_series(MetricQuestion(name="temperature", kind="sum"))
    with pytest.raises(ValidationError, match=r"^name: "):
        query.metric_series(MetricQuestion(name=""))
