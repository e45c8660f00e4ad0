"""Counts must be right, and bounded in cardinality whatever an application names its loggers."""

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from sonde.client.logs.tally import Tally


def points(reader):
    data = reader.get_metrics_data()
    metrics = data.resource_metrics[0].scope_metrics[0].metrics if data else []
    return {
        metric.name: {tuple(sorted(point.attributes.items())): point.value for point in metric.data.data_points}
        for metric in metrics
    }


def test_counts_are_told_as_metrics():
    reader, tally = InMemoryMetricReader(), Tally()
    tally.observe(MeterProvider([reader], shutdown_on_exit=False))
    tally.record("INFO", "shop.cart")
    tally.record("ERROR", "shop.pay", ValueError)
    tally.record("INFO", "")
    tally.drop("rate")
    assert points(reader) == {
        "log.records": {
            (("log.level", "INFO"), ("log.logger", "shop")): 1,
            (("log.level", "ERROR"), ("log.logger", "shop")): 1,
            (("log.level", "INFO"), ("log.logger", "root")): 1,
        },
        "log.errors": {(("exception.type", "ValueError"), ("log.logger", "shop")): 1},
        "log.dropped": {(("log.reason", "rate"),): 1},
    }
    assert tally.stats() == {"records": {"INFO": 2, "ERROR": 1}, "dropped": {"rate": 1}}


def test_cardinality_is_bounded():
    reader, tally = InMemoryMetricReader(), Tally()
    tally.observe(MeterProvider([reader], shutdown_on_exit=False))
    for number in range(200):
        tally.record("ERROR", f"logger{number}", type(f"Error{number}", (Exception,), {}))
    found = points(reader)
    assert len(found["log.records"]) == 65
    assert sum(found["log.records"].values()) == sum(found["log.errors"].values()) == 200


def test_a_child_starts_over():
    tally = Tally()
    tally.record("INFO", "a")
    tally._lock.acquire()
    tally.start_over()
    assert tally.stats() == {"records": {}, "dropped": {}}
