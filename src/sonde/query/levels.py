"""Gauges and sums as levels: what was reported, step by step.

`avg`, `min`, `max`, `count` and quantiles are over all points of a group in a step; `last` is the newest of them. `sum`
adds up the series of a group, each by its newest value in the step (by the total of its values where the series is
delta, whose values are additions and not levels).
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sonde.query.metrics import KINDS, SERIES_HASH

if TYPE_CHECKING:
    from sonde.query.series import Plan
    from sonde.query.source import Source

__all__ = ["levels"]

_OVER_POINTS = {
    "avg": "avg(Value)",
    "min": "min(Value)",
    "max": "max(Value)",
    "count": "toFloat64(count())",
    "last": "argMax(Value, TimeUnix)",
}


def levels(source: Source, plan: Plan) -> dict[tuple[tuple[str, str], ...], dict[int, float]]:
    """Values by group and bucket."""
    given = plan.given
    step = given.bind(plan.grid.step_ns, "Int64")
    given.between(plan.grid.start_ns, plan.grid.end_ns, "TimeUnix")
    table = KINDS[plan.metric.kind]
    bucket = f"intDiv(toUnixTimestamp64Nano(TimeUnix), {step}) AS bucket"
    if plan.aggregation == "sum":
        value = "argMax(Value, TimeUnix)"
        if plan.metric.kind == "sum":
            value = f"if(any(AggregationTemporality) = 1, sum(Value), {value})"
        sql = (
            f"SELECT bucket, labels, sum(one) AS value FROM (SELECT {bucket}, {plan.labels} AS labels, {value} AS one"
            f" FROM @{table} WHERE {given.sql} GROUP BY bucket, labels, {SERIES_HASH}) GROUP BY bucket, labels"
        )
    else:
        # A share is a number of Sonde's own making; an aggregate function's parameter cannot be bound.
        value = _OVER_POINTS.get(plan.aggregation, f"quantile({plan.share!r})(Value)")
        sql = f"SELECT {bucket}, {plan.labels} AS labels, {value} AS value FROM @{table} WHERE {given.sql} GROUP BY bucket, labels"
    values: dict[tuple[tuple[str, str], ...], dict[int, float]] = defaultdict(dict)
    for row in source.rows(sql, given.parameters):
        if row["value"] is not None:
            values[tuple(row["labels"].items())][int(row["bucket"])] = float(row["value"])
    return values
