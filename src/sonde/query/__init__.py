"""Asking: the only room besides the store that writes SQL."""

from sonde.query.query import Query
from sonde.query.trace import Trace
from sonde.query.traces import TracePage, TraceSearch, TraceSummary

__all__ = ["Query", "Trace", "TracePage", "TraceSearch", "TraceSummary"]
