"""Failures and queue drops must show: an exporter that says no counts as failed, whatever it says it with."""

from __future__ import annotations

from threading import Thread

from opentelemetry.sdk._logs.export import LogRecordExportResult
from opentelemetry.sdk.metrics.export import MetricExportResult, MetricsData
from opentelemetry.sdk.trace.export import SpanExportResult

from sonde.core.signal import Signal
from sonde.demo.tally import CountedLogs, CountedMetrics, CountedSpans, Figures, Tally
from unit.demo.shopping import InMemoryMetrics


class Answers:
    """An exporter that gives the answers in turn."""

    def __init__(self, *answers):
        self._answers = list(answers)

    def export(self, batch):
        return self._answers.pop(0)


def test_spans_and_logs_count_as_their_exporter_says():
    tally = Tally()
    spans = CountedSpans(Answers(SpanExportResult.SUCCESS, SpanExportResult.FAILURE), tally)
    logs = CountedLogs(Answers(LogRecordExportResult.FAILURE, LogRecordExportResult.SUCCESS), tally)
    for exporter in (spans, logs):
        exporter.export([1, 2, 3])
        exporter.export([4])
    assert tally.of(Signal.TRACES) == Figures(0, 3, 1)
    assert tally.of(Signal.LOGS) == Figures(0, 1, 3)


def test_metrics_without_points_count_as_nothing():
    tally = Tally()
    assert CountedMetrics(InMemoryMetrics(), tally).export(MetricsData([])) is MetricExportResult.SUCCESS
    assert tally.of(Signal.METRICS) == Figures()


def test_metrics_pass_the_inner_exporters_preferences_on():
    inner = InMemoryMetrics()
    inner._preferred_temporality = {int: 1}
    assert CountedMetrics(inner, Tally())._preferred_temporality == {int: 1}


def test_counting_from_many_threads_loses_nothing():
    tally = Tally()
    threads = [Thread(target=lambda: [tally.add(Signal.LOGS, sent=1) for _ in range(2000)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tally.of(Signal.LOGS).sent == 8000
