"""Asking: the only room besides the store that writes SQL.

`Query` is the door. Reading order: `query`, `spans`, `traces`, `trace`, `tree`, `skew`, `filters`, `where`, `logs`,
`lines`, `follow`, `series`, `growth`, `services`, `attributes`, `sql`, `guard`.
"""

from sonde.query.logs import LogSearch
from sonde.query.query import Query
from sonde.query.series import MetricQuestion
from sonde.query.sql import SqlLimits
from sonde.query.trace import Trace
from sonde.query.traces import TracePage, TraceSearch, TraceSummary

__all__ = ["LogSearch", "MetricQuestion", "Query", "SqlLimits", "Trace", "TracePage", "TraceSearch", "TraceSummary"]
