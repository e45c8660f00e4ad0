"""One question about a metric, answered: the metric is looked up, a plan made, and the reader of its kind asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sonde.query.exponentials import exponential_growth
from sonde.query.growth import figures, growth
from sonde.query.levels import levels
from sonde.query.located import METRIC_COLUMNS, located
from sonde.query.metrics import described
from sonde.query.reported import reported
from sonde.query.series import MetricQuestion, MetricSeries, collected, planned

if TYPE_CHECKING:
    from sonde.query.series import Plan
    from sonde.query.source import Source

__all__ = ["drawn"]


def drawn(source: Source, asked: MetricQuestion) -> MetricSeries:
    """A metric over time; see `Query.metric_series`."""
    places = located(source, asked.where, METRIC_COLUMNS)
    plan = planned(asked, described(source, asked.name, asked.kind), places)
    series = collected(plan, _values(source, plan))
    name = f"p{plan.share * 100:g}" if plan.aggregation == "quantile" else plan.aggregation
    return MetricSeries(
        plan.metric, name, plan.grid.step_ns / 1e9, series[: asked.limit], len(series) > asked.limit, len(series)
    )


def _values(source: Source, plan: Plan) -> dict[tuple[tuple[str, str], ...], dict[int, float]]:
    kind, aggregation = plan.metric.kind, plan.aggregation
    if kind in {"gauge", "sum"} and aggregation not in {"rate", "increase"}:
        return levels(source, plan)
    if aggregation in {"min", "max"} or (kind == "summary" and aggregation == "quantile"):
        return reported(source, plan)
    if kind == "exponential_histogram":
        return figures(plan, exponential_growth(source, plan), geometric=True)
    return figures(plan, growth(source, plan))
