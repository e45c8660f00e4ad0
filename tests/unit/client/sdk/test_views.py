"""Views, filters and limits are written as data by people: each must do what it says, and a mistake must name its place."""

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from sonde.client.sdk.cardinality import OVERFLOW, bound
from sonde.client.sdk.views import Metrics, Stream, read_metrics, sdk_view
from sonde.core.errors import ConfigError


class Meters:
    def __init__(self, *streams, limit=2000):
        self.reader = InMemoryMetricReader()
        self.provider = MeterProvider(
            [self.reader], views=[sdk_view(stream) for stream in streams], shutdown_on_exit=False
        )
        assert bound(self.provider, limit)
        self.meter = self.provider.get_meter("t")

    def points(self, name):
        data = self.reader.get_metrics_data()
        scopes = [scope for resource in data.resource_metrics for scope in resource.scope_metrics] if data else []
        return [
            point for scope in scopes for one in scope.metrics if one.name == name for point in one.data.data_points
        ]


def test_buckets_are_a_histograms_boundaries():
    meters = Meters(Stream("latency", buckets=[1, 10]))
    meters.meter.create_histogram("latency").record(5)
    [point] = meters.points("latency")
    assert (point.explicit_bounds, point.bucket_counts) == ((1, 10), (0, 1, 0))


def test_an_exponential_histogram_keeps_its_size():
    meters = Meters(Stream("lat*", aggregation="exponential", max_buckets=4))
    histogram = meters.meter.create_histogram("latency")
    for value in (0.001, 1, 1000, 1e6):
        histogram.record(value)
    [point] = meters.points("latency")
    assert len(point.positive.bucket_counts) <= 4


def test_attributes_are_kept_or_dropped():
    meters = Meters(Stream("a", keep=["route"]), Stream("b", drop=["user"]))
    for name in ("a", "b"):
        for user in range(3):
            meters.meter.create_counter(name).add(1, {"route": "/", "user": user, "size": 1})
    assert [point.attributes for point in meters.points("a")] == [{"route": "/"}]
    assert [point.attributes for point in meters.points("b")] == [{"route": "/", "size": 1}]


def test_a_dropped_instrument_has_no_points_and_a_renamed_one_has_its_new_name():
    meters = Meters(Stream("a", aggregation="drop"), Stream("b", name="c"))
    meters.meter.create_counter("a").add(1)
    meters.meter.create_counter("b").add(1)
    assert (meters.points("a"), meters.points("b"), len(meters.points("c"))) == ([], [], 1)


@pytest.mark.parametrize("limit", [2, 3, 10])
def test_beyond_the_limit_sets_are_summed_up_and_nothing_is_lost(limit):
    meters = Meters(limit=limit)
    counter = meters.meter.create_counter("hits")
    for user in range(50):
        counter.add(2, {"user": user})
    points = meters.points("hits")
    assert len(points) == limit
    assert sum(point.value for point in points) == 100
    assert [point.value for point in points if point.attributes == OVERFLOW] == [2 * (50 - (limit - 1))]
    assert (
        len(meters.provider._measurement_consumer._reader_storages[meters.reader]._instrument_view_instrument_matches)
        == 1
    )


def test_a_set_seen_before_the_limit_keeps_its_own_point():
    meters = Meters(limit=2)
    counter = meters.meter.create_counter("hits")
    for user in (0, 1, 0, 2, 0):
        counter.add(1, {"user": user})
    assert {tuple(point.attributes.items()): point.value for point in meters.points("hits")} == {
        (("user", 0),): 3,
        (("otel.metric.overflow", True),): 2,
    }


def test_a_streams_own_limit_counts_after_its_filter():
    meters = Meters(Stream("hits", keep=["route"], limit=2), limit=1000)
    for user in range(10):
        meters.meter.create_counter("hits").add(1, {"route": "/", "user": user})
    assert [point.attributes for point in meters.points("hits")] == [{"route": "/"}]


def test_an_sdk_that_is_built_otherwise_is_left_alone():
    assert bound(object(), 10) is False


def test_metrics_come_from_plain_data():
    found = read_metrics({"interval_s": 5, "temporality": "delta", "views": [{"instrument": "a", "buckets": [1]}]})
    assert found == Metrics(interval_s=5, temporality="delta", views=(Stream("a", buckets=[1]),))
    assert read_metrics(True) == Metrics()
    assert read_metrics(False) is None


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"viewz": []}, "metrics.viewz is unknown"),
        ({"views": [{"buckets": [1]}]}, r"metrics.views\[0\].instrument is missing"),
        ({"views": [{"instrument": "a", "bucket": [1]}]}, r"metrics.views\[0\].bucket is unknown"),
        ({"views": "a"}, "metrics.views must be a list"),
        ({"temporality": "hourly"}, "cumulative, delta, lowmemory"),
        ({"interval_s": 0}, "above 0"),
        ({"cardinality_limit": 1}, "2 or more"),
        ({"exemplars": "some"}, "trace_based"),
        (7, "must be a mapping"),
    ],
    ids=["key", "no-instrument", "view-key", "views", "temporality", "interval", "limit", "exemplars", "number"],
)
def test_a_mistake_is_named_by_its_path(data, words):
    with pytest.raises(ConfigError, match=words):
        read_metrics(data)


@pytest.mark.parametrize(
    "options",
    [
        {"buckets": [2, 1]},
        {"buckets": ["1"]},
        {"aggregation": "mean"},
        {"keep": ["a"], "drop": ["b"]},
        {"keep": "route"},
        {"limit": 1},
        {"aggregation": "sum", "buckets": [1]},
        {"max_buckets": 4},
    ],
    ids=["order", "text", "aggregation", "both", "string", "limit", "sum-buckets", "max-buckets"],
)
def test_a_stream_that_cannot_be_is_refused(options):
    with pytest.raises(ConfigError, match="view of 'a'"):
        Stream("a", **options)


def test_a_pattern_cannot_be_renamed():
    with pytest.raises(ConfigError, match="renamed"):
        Stream("a.*", name="b")
