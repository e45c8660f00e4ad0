"""A meter provider whose metrics can be read at once."""

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader


class Metered:
    """A provider and what it collects."""

    def __init__(self):
        self.reader = InMemoryMetricReader()
        self.provider = MeterProvider([self.reader], shutdown_on_exit=False)

    def metrics(self):
        data = self.reader.get_metrics_data()
        scopes = data.resource_metrics[0].scope_metrics if data else []
        return {metric.name: metric for scope in scopes for metric in scope.metrics}

    def points(self, name):
        found = self.metrics().get(name)
        return {tuple(point.attributes.values()): point.value for point in found.data.data_points} if found else {}


@pytest.fixture
def metered():
    return Metered()
