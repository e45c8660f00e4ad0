"""The way from a metric to its traces, its labels and its spread: what is offered must exist, once, and stay bounded."""

import pytest
from opentelemetry.proto.metrics.v1.metrics_pb2 import Exemplar

from sonde.core.errors import NotFoundError, ValidationError
from sonde.query import MetricQuestion
from sonde.query.cdf import Bucket
from sonde.query.heat import edges, laid
from stored import T0, any_value, trace_id

DELTA, CUMULATIVE = 1, 2
S = 10**9
RANGE = {"start_ns": T0, "end_ns": T0 + 100 * S}


def exemplar(second, value, trace, **attributes):
    made = Exemplar(time_unix_nano=T0 + round(second * 1e9), as_double=value)
    if trace:
        made.trace_id, made.span_id = trace.to_bytes(16, "big"), (trace + 1).to_bytes(8, "big")
    for key, given in attributes.items():
        made.filtered_attributes.add(key=key).value.CopyFrom(any_value(given))
    return made


def histogram(second, counts, exemplars=(), start=0, **attributes):
    return {
        "at_s": second, "start_s": start, "explicit_bounds": [1.0, 2.0, 4.0], "bucket_counts": counts, "count": sum(counts),
        "sum": 1.0, "exemplars": list(exemplars), "attributes": attributes,
    }  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def metrics(desk):
    first = exemplar(5, 3.0, 7, user="ann")
    desk.metric(
        "took",
        "histogram",
        [
            histogram(10, [1, 2, 1, 0], [first, exemplar(6, 0.5, 0)], route="/a"),
            histogram(20, [1, 2, 1, 1], [first, exemplar(15, 9.0, 8)], route="/a"),
        ],
        aggregation_temporality=CUMULATIVE,
        unit="s",
    )
    many = [exemplar(40 + n / 1000, float(n), 100 + n) for n in range(50)]
    desk.metric("took", "histogram", [histogram(50, [50, 0, 0, 0], many, 40, route="/b", service="odd")],
                aggregation_temporality=CUMULATIVE, unit="s", service="other")  # fmt: skip
    desk.metric(
        "spread", "exponential_histogram",
        [{"at_s": 10, "start_s": 0, "scale": 4, "positive": (0, [1] * 100), "count": 100, "sum": 5.0}],
        aggregation_temporality=DELTA,
    )  # fmt: skip
    desk.metric("level", "gauge", [{"at_s": 1, "as_double": 1.0}])


def test_an_exemplar_is_given_once_with_its_attributes(query):
    found = query.metric_exemplars(MetricQuestion(name="took", where=("route=/a",), **RANGE))
    assert [(one.value, one.trace_id) for one in found.exemplars] == [(3.0, trace_id(7)), (9.0, trace_id(8))]
    first = found.exemplars[0]
    assert (first.attributes, first.labels, first.service) == ({"user": "ann"}, {"route": "/a"}, "shop")
    assert first.span_id == f"{8:016x}"
    assert not found.truncated


def test_of_many_at_once_the_greatest_are_given(query):
    found = query.metric_exemplars(MetricQuestion(name="took", service="other", **RANGE))
    assert [one.value for one in found.exemplars] == [45.0, 46.0, 47.0, 48.0, 49.0]
    assert found.truncated
    one = query.metric_exemplars(MetricQuestion(name="took", **RANGE), limit=1)
    assert [exemplar.value for exemplar in one.exemplars] == [49.0]
    assert one.truncated


def test_outside_the_range_there_are_none(query):
    found = query.metric_exemplars(MetricQuestion(name="took", start_ns=T0 + 6 * S, end_ns=T0 + 15 * S))
    assert found.exemplars == []
    assert query.metric_exemplars(MetricQuestion(name="level", **RANGE)).exemplars == []


@pytest.mark.parametrize("limit", [0, 501])
def test_a_limit_out_of_range_is_refused(query, limit):
    with pytest.raises(ValidationError, match="limit"):
        query.metric_exemplars(MetricQuestion(name="took", **RANGE), limit=limit)


def test_labels_are_named_as_groups_and_conditions_name_them(query):
    found = query.metric_labels(MetricQuestion(name="took"))
    assert [(one.name, one.key, one.count, one.distinct) for one in found.labels] == [
        ("service", "resource.service.name", 3, 2),
        ("route", "route", 3, 2),
        ("point.service", "point.service", 1, 1),
    ]
    assert [(value.value, value.count) for value in found.labels[1].values] == [("/a", 2), ("/b", 1)]
    assert (found.points, found.sampled, found.truncated) == (3, False, False)
    for label in found.labels:
        series = query.metric_series(MetricQuestion(name="took", group_by=(label.name,), aggregation="count")).series
        assert {value.value for value in label.values} <= {line.labels[label.name] for line in series}
        narrowed = query.metric_labels(MetricQuestion(name="took", where=(f"{label.key}={label.values[0].value}",)))
        assert narrowed.points == label.values[0].count


def test_labels_of_a_range_without_points_are_none(query):
    assert query.metric_labels(MetricQuestion(name="took", start_ns=T0 + 500 * S)).labels == []


def test_the_greatest_groups_are_kept(query):
    asked = MetricQuestion(name="took", group_by=("route",), aggregation="count", limit=1)
    answer = query.metric_series(asked)
    assert [line.labels for line in answer.series] == [{"route": "/b"}]
    assert (answer.truncated, answer.groups) == (True, 2)
    of_one = query.metric_series(MetricQuestion(name="took", service="other", group_by=("route",), aggregation="count"))
    assert [line.labels for line in of_one.series] == [{"route": "/b"}]
    with pytest.raises(ValidationError, match="limit"):
        query.metric_series(MetricQuestion(name="took", limit=0))


def test_a_histogram_as_a_heatmap(query):
    heat = query.metric_heat(
        MetricQuestion(name="took", where=("route=/a",), aggregation="count", step_ns=10 * S, **RANGE)
    )
    assert heat.bounds == [0.0, 1.0, 2.0, 4.0]
    assert heat.times == [T0 / 1e9, T0 / 1e9 + 10]
    assert heat.counts == [[1, 2, 1], [0, 0, 1]]


def test_an_exponential_histogram_gets_rows_of_equal_ratio(query):
    heat = query.metric_heat(MetricQuestion(name="spread", aggregation="count", step_ns=60 * S, **RANGE))
    assert len(heat.bounds) == 49
    assert heat.bounds[0] == pytest.approx(1.0)
    assert heat.bounds[-1] == pytest.approx(2 ** (100 / 16))
    assert sum(heat.counts[0]) == pytest.approx(100)
    assert heat.counts[0] == pytest.approx([100 / 48] * 48)


def test_what_is_no_histogram_has_no_heatmap(query):
    with pytest.raises(ValidationError, match="gauge"):
        query.metric_heat(MetricQuestion(name="level"))
    with pytest.raises(NotFoundError):
        query.metric_heat(MetricQuestion(name="nosuch"))


def test_rows_hold_everything_that_buckets_hold():
    overlapping = [Bucket(0.0, 4.0, 8.0), Bucket(1.0, 2.0, 1.0), Bucket(4.0, 4.0, 3.0), Bucket(-2.0, 0.0, 2.0)]
    bounds = edges(overlapping)
    assert bounds == [-2.0, 0.0, 1.0, 2.0, 4.0]
    assert laid(overlapping, bounds) == [2.0, 2.0, 3.0, 7.0]
    wide = [Bucket(float(n), float(n + 1), 1.0) for n in range(-100, 100)]
    assert sum(laid(wide, edges(wide))) == pytest.approx(200)
    assert len(edges(wide)) == 49
    tall = [Bucket(0.0, 1e-30, 1.0), *(Bucket(10.0**n, 10.0 ** (n + 1), 1.0) for n in range(-30, 30))]
    assert len(edges(tall)) == 49
    assert sum(laid(tall, edges(tall))) == pytest.approx(61)


@pytest.mark.parametrize("value", [0.0, 3.0, -3.0])
def test_a_single_value_still_has_a_row(value):
    bounds = edges([Bucket(value, value, 5.0)])
    assert bounds[0] < bounds[-1]
    assert sum(laid([Bucket(value, value, 5.0)], bounds)) == 5.0


def test_nothing_has_no_rows():
    assert edges([]) == []
    assert laid([], []) == []
