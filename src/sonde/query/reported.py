"""Figures that histograms and summaries report by themselves: minimum, maximum, a summary's quantiles.

They are read as reported and not computed from buckets. A cumulative histogram's minimum and maximum are those since its
start, and a summary's quantile is that of its sender's own window; several series of a group are averaged, weighted by
their counts, because quantiles cannot be merged.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sonde.query.metrics import KINDS

if TYPE_CHECKING:
    from sonde.query.series import Plan
    from sonde.query.source import Source

__all__ = ["reported"]

_EXTREMES = {"min": "minIf(Min, HasMin)", "max": "maxIf(Max, HasMax)"}
_NEAREST = "arraySort(i -> abs(ValueAtQuantiles.Quantile[i] - {share}), arrayEnumerate(ValueAtQuantiles.Quantile))[1]"


def reported(source: Source, plan: Plan) -> dict[tuple[tuple[str, str], ...], dict[int, float]]:
    """Values by group and bucket."""
    given = plan.given
    step = given.bind(plan.grid.step_ns, "Int64")
    given.between(plan.grid.start_ns, plan.grid.end_ns, "TimeUnix")
    if plan.aggregation == "quantile":
        nearest = _NEAREST.format(share=given.bind(plan.share, "Float64"))
        given.add("notEmpty(ValueAtQuantiles.Quantile)")
        value = f"sum(ValueAtQuantiles.Value[{nearest}] * greatest(Count, 1)) / sum(greatest(Count, 1))"
    else:
        given.add("HasMin" if plan.aggregation == "min" else "HasMax")
        value = _EXTREMES[plan.aggregation]
    rows = source.rows(
        f"SELECT intDiv(toUnixTimestamp64Nano(TimeUnix), {step}) AS bucket, {plan.labels} AS labels, {value} AS value"
        f" FROM @{KINDS[plan.metric.kind]} WHERE {given.sql} GROUP BY bucket, labels",
        given.parameters,
    )
    values: dict[tuple[tuple[str, str], ...], dict[int, float]] = defaultdict(dict)
    for row in rows:
        if row["value"] is not None:
            values[tuple(row["labels"].items())][int(row["bucket"])] = float(row["value"])
    return values
